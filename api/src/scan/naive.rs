//! The scan against a reference that goes through the results one by one, on random data.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Duration, Utc};
use disclosure::{NoiseKey, Tier};
use proptest::prelude::*;

use crate::{
    auth::{Grantable, Scope, TokenKey, Viewer},
    domain::{
        Agreement, Area, AreaKind, Attributes, Benchmark, Catalogue, Dimension, Directory, Framework, Organisation,
        OrganisationKind, Period, Pseudonym, Relation, RelationKind, Release, ReleasedResult,
    },
    plan::{self, Filter, Plan, Question},
    policy::{self, Grant},
    snapshot::{Builder, Snapshot},
};

use super::{run::counts_of, tally::Tally};

const AUTHORITIES: usize = 4;
const BENCHMARKS: usize = 3;

fn framework(code: &str, benchmarks: usize) -> Framework {
    let benchmark = |number: usize| Benchmark {
        number: u8::try_from(number).unwrap(),
        code: format!("{code}{number}"),
        title: String::new(),
    };
    Framework {
        code: code.into(),
        title: code.into(),
        jurisdiction: String::new(),
        year: 2020,
        number_of_benchmarks: benchmarks,
        benchmarks: (1..=benchmarks).map(benchmark).collect(),
    }
}

pub(super) fn catalogue() -> Arc<Catalogue> {
    let area = |code: String, kind, parent: Option<&str>| Area {
        name: code.clone(),
        code,
        kind,
        parent: parent.map(Into::into),
        code_scheme: String::new(),
        valid_from: None,
        valid_to: None,
        source: String::new(),
    };
    let mut areas = vec![
        area("C".into(), AreaKind::Country, None),
        area("R1".into(), AreaKind::Region, Some("C")),
        area("R2".into(), AreaKind::Region, Some("C")),
        area("Z".into(), AreaKind::Hub, Some("C")),
    ];
    areas.extend((0..AUTHORITIES).map(|number| {
        area(format!("A{number}"), AreaKind::LocalAuthority, Some(if number % 2 == 0 { "R1" } else { "R2" }))
    }));
    let relation = |from: u8, to: u8, kind| Relation {
        from_framework: "G".into(),
        from_number: from,
        to_framework: "F".into(),
        to_number: to,
        kind,
        basis: String::new(),
    };
    let relations = vec![
        relation(1, 1, RelationKind::Close),
        relation(1, 2, RelationKind::Narrow),
        relation(2, 2, RelationKind::Narrow),
    ];
    let frameworks = vec![framework("F", BENCHMARKS), framework("G", 2)];
    Arc::new(Catalogue::build(frameworks, relations, areas, &[]).unwrap())
}

/// A grant for everything.
pub(super) fn grant(purpose: Option<&str>, catalogue: &Catalogue) -> Grant {
    crate::auth::install_crypto();
    let now: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
    let key = TokenKey::from_seed([1; 32], "test", "test").unwrap();
    let scopes = [Scope::OutcomesRead].into_iter().collect();
    let ttl = Duration::hours(1);
    let token = key.sign(&Grantable { organisation: "O".into(), scopes, issued_at: now, ttl, id: "1".into() }).unwrap();
    let viewer = Viewer::Partner(key.verifier().verify(&token, now).unwrap());
    let organisation =
        Organisation { id: 1, code: "O".into(), name: String::new(), kind: OrganisationKind::Lep, area: "C".into() };
    let agreement = Agreement {
        id: 1,
        consumer: "O".into(),
        area: "C".into(),
        tier: Tier::Regional,
        purposes: vec!["p".into()],
        dimensions: None,
        valid_from: now.date_naive(),
        valid_until: None,
    };
    let directory = Directory::new(vec![organisation], vec![agreement]);
    policy::authorize(&viewer, &directory, catalogue, now.date_naive(), purpose).unwrap()
}

fn plan(question: &Question, catalogue: &Arc<Catalogue>, snapshot: &Snapshot) -> Plan {
    let grant = grant(question.purpose.as_deref(), catalogue);
    plan::build(question, &grant, catalogue, |frameworks| snapshot.newest_period(frameworks)).unwrap()
}

pub(super) fn snapshot(results: &[ReleasedResult], catalogue: &Arc<Catalogue>) -> Snapshot {
    let mut builder = Builder::new(catalogue.clone());
    results.iter().for_each(|result| builder.add(result));
    let release = Release {
        number: 1,
        published_at: DateTime::default(),
        note: None,
        synthetic: true,
        checksum: String::new(),
        last_result: 0,
        last_destination: 0,
    };
    builder.finish(release, &NoiseKey::new([3; 32]))
}

fn score(scores: &[Option<u8>], numbers: &[u8]) -> Option<u8> {
    numbers.iter().map(|&number| scores[usize::from(number) - 1]).try_fold(100_u8, |least, part| Some(least.min(part?)))
}

/// Row by row: every result, one after the other, against every condition of one cell.
fn naive(results: &[ReleasedResult], catalogue: &Catalogue, plan: &Plan, cell: usize) -> Tally {
    let (area, period, benchmark, group) = plan.coordinates(cell);
    let (area, period) = (plan.areas()[area], plan.periods()[period]);
    let key = NoiseKey::new([3; 32]);
    let mut tally = Tally::default();
    for result in results {
        let here = if catalogue.areas()[area].kind == AreaKind::Hub {
            result.hub == Some(area)
        } else {
            catalogue.local_authorities(area).contains(&result.local_authority)
        };
        let own = plan.groups()[group]
            .categories
            .iter()
            .all(|&(dimension, position)| usize::from(result.attributes.0[dimension as usize]) == position + 1);
        let kept =
            plan.filters().iter().all(|(&dimension, codes)| codes.contains(&result.attributes.0[dimension as usize]));
        let provided = plan.provider().is_none_or(|provider| provider == result.provider);
        let source = plan.sources().iter().find(|source| source.framework == result.framework);
        let stand_in = source.and_then(|source| source.benchmarks[benchmark].as_ref());
        if let Some(stand_in) = stand_in.filter(|_| here && own && kept && provided && result.period == period)
            && let Some(score) = score(&result.scores, &stand_in.numbers)
        {
            tally.add(score, key.record_key(&result.institution.0));
        }
    }
    tally
}

pub(super) fn results() -> impl Strategy<Value = Vec<ReleasedResult>> {
    let one = (
        0..2_usize,
        0..AUTHORITIES,
        any::<bool>(),
        proptest::array::uniform5(0..3_u8),
        1..3_i64,
        proptest::collection::vec(prop_oneof![Just(None), Just(Some(100)), (0..=100_u8).prop_map(Some)], BENCHMARKS),
        1..3_u8,
    );
    proptest::collection::vec(one, 0..120).prop_map(|rows| {
        let catalogue = catalogue();
        let mut seen = BTreeMap::new();
        for (number, (framework, authority, in_hub, attributes, provider, mut scores, term)) in
            rows.into_iter().enumerate()
        {
            let institution = Pseudonym([u8::try_from(number % 40).unwrap(); 32]);
            let period = Period::new(2024, term).unwrap();
            scores.truncate(if framework == 0 { BENCHMARKS } else { 2 });
            let result = ReleasedResult {
                institution,
                framework,
                period,
                local_authority: catalogue.area_index(&format!("A{authority}")).unwrap(),
                hub: in_hub.then(|| catalogue.area_index("Z").unwrap()),
                attributes: Attributes(attributes),
                provider,
                scores,
            };
            seen.insert((framework, institution, period), result);
        }
        seen.into_values().collect()
    })
}

fn question() -> impl Strategy<Value = Question> {
    (
        prop_oneof![Just("F"), Just("G")],
        prop_oneof![
            Just(AreaKind::Country),
            Just(AreaKind::Region),
            Just(AreaKind::LocalAuthority),
            Just(AreaKind::Hub)
        ],
        proptest::sample::subsequence(Dimension::ALL.to_vec(), 0..=1),
        proptest::option::of((proptest::sample::select(Dimension::ALL.to_vec()), 0..2_usize)),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(framework, kind, by, filter, mapped, own)| Question {
            framework: framework.into(),
            purpose: own.then(|| policy::OWN_RESULTS.into()),
            area_kind: Some(kind),
            periods: Some(vec!["202425T1".into(), "202425T2".into()]),
            by,
            filters: filter
                .map(|(dimension, position)| Filter {
                    dimension,
                    categories: vec![dimension.categories()[position].code.into()],
                })
                .into_iter()
                .collect(),
            mapped,
            ..Question::default()
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_scan_counts_what_a_reading_row_by_row_counts(results in results(), question in question()) {
        let catalogue = catalogue();
        let snapshot = snapshot(&results, &catalogue);
        let plan = plan(&question, &catalogue, &snapshot);
        let counted = counts_of(&plan, &snapshot);
        prop_assert_eq!(counted.len(), plan.cells());
        for (cell, tally) in counted.iter().enumerate() {
            let expected = naive(&results, &catalogue, &plan, cell);
            prop_assert!(*tally == expected, "cell {} of {:?}", cell, plan);
        }
        let institutions: Vec<u32> = counted.iter().map(|tally| tally.institutions).collect();
        prop_assert_eq!(super::institutions(&plan, &snapshot), institutions.clone());
        prop_assert_eq!(super::run(&plan, &snapshot).institutions, institutions);
    }
}
