//! What is written is read back, and nothing else is read.

use disclosure::{Method, Tier};
use proptest::prelude::*;

use crate::{
    datasets::outcomes::{
        Filter, Outcomes, Periods, Question,
        count::tests::naive::{catalogue, plan, question as any_question, snapshot},
    },
    domain::Dimension,
    tabulation::{TablePlan, seal},
};

type Citation = crate::tabulation::Citation<Outcomes>;

/// Questions of every shape: breakdowns with and without a limit on them, several filters, benchmarks in any order.
fn questions() -> impl Strategy<Value = Question> {
    let filter = (proptest::sample::select(Dimension::ALL.to_vec()), proptest::collection::vec(0..2_usize, 1..4));
    let areas = proptest::sample::subsequence(vec!["R1".to_owned(), "R2".to_owned()], 1..=2).prop_shuffle();
    (
        any_question(),
        proptest::collection::vec(filter, 0..2),
        proptest::option::of(areas),
        proptest::option::of(proptest::collection::vec(1..3_i32, 1..4)),
        proptest::sample::subsequence(vec!["202425T1".to_owned(), "202425T2".to_owned()], 1..=2).prop_shuffle(),
    )
        .prop_map(|(mut question, filters, areas, benchmarks, periods)| {
            let filter = |(dimension, positions): (Dimension, Vec<usize>)| Filter {
                dimension,
                categories: positions.into_iter().map(|place| dimension.categories()[place].code.to_owned()).collect(),
            };
            question.filters = filters.into_iter().map(filter).collect();
            if areas.is_some() {
                question.asked.area_kind = None;
                question.asked.areas = areas;
            }
            question.benchmarks = benchmarks;
            question.periods = Periods::Named(periods);
            question
        })
}

proptest! {
    #[test]
    fn a_citation_read_back_is_the_same_plan(question in questions()) {
        let catalogue = catalogue();
        let snapshot = snapshot(&[], &catalogue);
        prop_assume!(may_be_asked(&question));
        let asked = plan(&question, &catalogue, &snapshot);
        let text = Citation::write(snapshot.release(), &asked, &catalogue);
        let read = Citation::read(&text).unwrap();
        prop_assert_eq!((read.release, read.question.asked.method), (1, Some(Method::CURRENT)));
        prop_assert_eq!(read.question.asked.tier, Some(asked.scope().tier()));
        let again = plan(&read.question, &catalogue, &snapshot);
        prop_assert_eq!(&again, &asked);
        prop_assert_eq!(Citation::write(snapshot.release(), &again, &catalogue), text);
    }

    #[test]
    fn two_questions_share_a_citation_where_they_are_one_plan(one in questions(), other in questions()) {
        let catalogue = catalogue();
        let snapshot = snapshot(&[], &catalogue);
        prop_assume!(may_be_asked(&one) && may_be_asked(&other));
        let (one, other) = (plan(&one, &catalogue, &snapshot), plan(&other, &catalogue, &snapshot));
        let write = |plan| Citation::write(snapshot.release(), plan, &catalogue);
        let same = write(&one) == write(&other);
        prop_assert_eq!(same, one == other);
    }

    #[test]
    fn no_text_makes_it_stop(text in ".{0,80}") {
        let _ = Citation::read(&text);
        let _ = Citation::read(&format!("release-1-regional-{}", seal(&text)));
    }

    #[test]
    fn a_citation_that_is_cut_or_mistyped_is_none(at in any::<proptest::sample::Index>(), other in "[a-zA-Z0-9_]") {
        let text = format!("release-1-regional-{}", seal("F;areas=C;periods=202425T1;benchmarks=1,2"));
        prop_assert!(Citation::read(&text).is_ok());
        prop_assert!(Citation::read(&text[..at.index(text.len())]).is_err());
        let (place, front) = (at.index(text.len()), "release-1-regional-".len());
        let typo = format!("{}{other}{}", &text[..place], &text[place + 1..]);
        prop_assert!(place < front || typo == text || Citation::read(&typo).is_err());
    }
}

/// Two dimensions at the most, and no two filters that leave nothing over.
fn may_be_asked(question: &Question) -> bool {
    let mut named: Vec<Dimension> = question.filters.iter().map(|filter| filter.dimension).collect();
    named.sort_unstable();
    let once = named.windows(2).all(|pair| pair[0] != pair[1]);
    named.extend(question.by.iter().filter(|dimension| !question.filters.iter().any(|f| f.dimension == **dimension)));
    once && named.len() <= Tier::Regional.rules().max_dimensions
}

#[test]
fn what_is_no_citation_is_told_why() {
    let canonical = |text: &str| format!("release-1-regional-{}", seal(text));
    let full = "F;areas=C;periods=202425T1;benchmarks=1";
    assert!(Citation::read(&canonical(full)).is_ok());
    for (text, fault) in [
        (String::new(), "no `release-` in front"),
        ("release-x-regional-Rg".into(), "no number of a release"),
        ("release-1-m9-regional-Rg".into(), "no method that is known here"),
        ("release-1-m1-regional-Rg".into(), "no method that is known here"),
        ("release-1-m2-Rg".into(), "no tier"),
        ("release-1-global-Rg".into(), "no tier"),
        ("release-1-regional-*".into(), "a question that is cut or changed"),
        (canonical("F"), "no `areas`"),
        (canonical("F;areas=C;periods=202425T1"), "no `benchmarks`"),
        (canonical(&format!("{full};areas=C")), "`areas` twice"),
        (canonical(&format!("{full};by=COLOUR")), "the dimension `COLOUR`"),
        (canonical(&format!("{full};colour=red")), "the unknown part `colour`"),
        (canonical(&format!("{full};mapped=no")), "a value of `mapped`"),
        (canonical(&full.replace("areas=C", "areas=C,")), "the code ``"),
        (canonical(&full.replace("=1", "=one")), "the benchmark `one`"),
        (canonical(&format!("{full};provider=O")), "a question that does not fit the tier `regional`"),
        (canonical(full).replace("regional", "own"), "a question that does not fit the tier `own`"),
    ] {
        let told = Citation::read(&text).err().unwrap().to_string();
        assert!(told.ends_with(&format!("found one with {fault}")), "{text}: {told}");
    }
}
