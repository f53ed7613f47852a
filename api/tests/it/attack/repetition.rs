//! The same question a thousand times: repeated, aliased, reordered, respelled.

use std::collections::HashSet;

use api::domain::{AreaKind, Dimension};
use disclosure::Tier;
use serde_json::Value;

use crate::support::block_on;

use super::{
    ask::{Asker, Tabulation},
    fixture::regions,
    random::Random,
    report::{Attack, Report},
};

/// How often each way of asking is used.
const EACH: usize = 250;

const PLAIN: &str = r#"{framework: "GATSBY-2014", areas: ["E12000001"], areaKind: REGION, periods: ["202425T3"], benchmarks: [1, 2], by: [SIZE], where: [{dimension: TYPE, in: ["academy", "maintained"]}]}"#;

/// A spelling of the same question, drawn anew.
fn respelled(random: &mut Random) -> String {
    let mut parts = [
        r#"framework: "GATSBY-2014""#.to_owned(),
        choose(random, &[r#"areas: ["E12000001"], areaKind: REGION"#, r#"areas: ["E12000001", "E12000001"]"#]),
        choose(random, &[r#"periods: ["202425T3"]"#, r#"periods: ["202425T3", "202425T3"]"#]),
        choose(random, &["benchmarks: [2, 1]", "benchmarks: [1, 2, 1]", "benchmarks: [1, 2]"]),
        choose(random, &["by: [SIZE]", "by: [SIZE, SIZE]"]),
        choose(
            random,
            &[
                r#"where: [{dimension: TYPE, in: ["maintained", "academy"]}]"#,
                r#"where: [{in: ["academy", "maintained", "academy"], dimension: TYPE}, {dimension: SETTING, in: ["rural", "urban"]}]"#,
                r#"where: [{dimension: TYPE, in: ["academy", "maintained", "other"]}, {dimension: TYPE, in: ["college", "maintained", "academy"]}]"#,
            ],
        ),
        choose(random, &["mapped: false", r#"purpose: "benchmarking""#, "release: 1"]),
    ];
    for last in (1..parts.len()).rev() {
        parts.swap(last, random.below(last + 1));
    }
    format!("{{{}}}", parts.join(choose(random, &[", ", " ", "\n,"]).as_str()))
}

fn choose(random: &mut Random, texts: &[&str]) -> String {
    texts[random.below(texts.len())].to_owned()
}

/// Everything an answer tells, in one text.
fn told(outcomes: &Value) -> String {
    outcomes["cells"].to_string()
}

const FIELDS: &str = "{ cells { area { code } benchmark { number } categories { code } institutions \
     achieved { value standardError bound } achievedShare { value standardError bound } meanScore { value standardError bound } } }";

#[test]
fn asking_the_same_a_thousand_times_gives_one_answer_and_costs_one_question() {
    block_on(async {
        let fixture = &regions().await.apart("repetition").await;
        let asker = Asker::new(&fixture.service, "REPETITION", Tier::Regional).await;
        let mut answers = HashSet::new();
        let mut random = Random::new(11);
        let mut asked = 0;
        for batch in 0..4 * EACH / 20 {
            // Twenty aliases of one request, or twenty requests.
            let aliased = batch % 4 == 1;
            let inputs: Vec<String> =
                (0..20).map(|_| if batch % 4 < 2 { PLAIN.to_owned() } else { respelled(&mut random) }).collect();
            let queries: Vec<String> = if aliased {
                let fields: Vec<String> = inputs
                    .iter()
                    .enumerate()
                    .map(|(alias, input)| format!("q{alias}: outcomes(input: {input}) {FIELDS}"))
                    .collect();
                vec![format!("{{ {} }}", fields.join(" "))]
            } else {
                inputs.iter().map(|input| format!("{{ outcomes(input: {input}) {FIELDS} }}")).collect()
            };
            for query in queries {
                let data = fixture.service.ask(Some(asker.organisation), &query).await.data();
                for outcomes in data.as_object().unwrap().values() {
                    answers.insert(told(outcomes));
                    asked += 1;
                }
            }
        }
        assert!(answers.iter().all(|answer| answer.contains("standardError\":0.")), "{answers:?}");
        let mut report = Report::of(Attack::Repetition);
        let figure = "the same question 1,000 times: repeated, aliased, reordered, respelled";
        report.holds(figure, "1 distinct answer", &format!("{} from {asked}", answers.len()), answers.len() == 1);

        // Whatever else the budget holds must still be there.
        let left = Tier::Regional.rules().new_tabulations.unwrap() - 1;
        let pairs = super::choose::dimension_pairs();
        let others = AreaKind::ALL.into_iter().flat_map(|kind| {
            pairs.iter().map(move |pair| Tabulation::by(kind, pair)).chain([Tabulation::by(kind, &[Dimension::Type])])
        });
        let mut answered = 0;
        for other in others
            .filter(|other| other.kind == AreaKind::LocalAuthority || other.kind == AreaKind::Region)
            .take(left as usize)
        {
            let areas = fixture.population.areas(other.kind);
            let newest = &fixture.population.periods[fixture.population.periods.len() - 1..];
            answered += u32::from(
                asker
                    .ask(&other, &areas, newest, &[1])
                    .await
                    .is_ok_and(|answer| !answer.hidden.contains_key(&super::ask::Reason::Budget)),
            );
        }
        let measured = format!("{answered} of {left} further questions answered");
        report.holds("the same: what is left of the budget afterwards", "charged once", &measured, answered == left);
        report.finish();
    });
}
