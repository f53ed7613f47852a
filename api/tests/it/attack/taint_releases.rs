//! The taint test over releases: with every score and every destination drawn anew, nothing but values changes.

use std::{collections::BTreeSet, fmt::Write};

use api::service::{ImportReport, ImportRequest};
use serde_json::Value;

use crate::support::{Engine, HUB, LEP, PARTNER, Population, Row, Service, block_on};

use super::{
    random::Random,
    report::{Attack, Report},
};

const CATEGORIES: [&str; 5] = ["education", "apprenticeship", "employment", "not-sustained", "unknown"];

/// How the students of a cohort, whose size is public, are split. Another `salt` is another split.
fn split(id: u32, year: u64, salt: u64) -> [u32; 5] {
    let mut students = [0; 5];
    let mut random = Random::of(&[u64::from(id), year, salt]);
    let rare = 0.1 + random.uniform();
    for _ in 0..60 + (id * 37) % 140 {
        let place = if random.chance(0.8 * rare) { 0 } else { random.below(5) };
        students[place] += 1;
    }
    students
}

/// The destinations file of some institutions.
fn destinations(rows: &Population, salt: u64) -> String {
    let mut text = String::from("institution_scheme,institution_id,cohort_year,stage,category,students\n");
    for row in rows.0.iter().filter(|row| row.period == "202324T3") {
        for year in [202_223, 202_324] {
            for (category, students) in CATEGORIES.iter().zip(split(row.id, year, salt)) {
                let _ = writeln!(text, "{},{},{year},KS4,{category},{students}", row.scheme, row.identifier());
            }
        }
    }
    text
}

/// Who hands in for an institution.
fn provider(row: &Row) -> &'static str {
    match (row.scheme, row.hub) {
        ("HK-EDB", _) => PARTNER,
        (_, "") => LEP,
        _ => HUB,
    }
}

/// Hands in results and destinations of those for whom something holds, each by its own provider.
async fn hand_in(service: &Service, salt: u32, of_results: impl Fn(&Row) -> bool, of_cohorts: impl Fn(&Row) -> bool) {
    let population = Population::standard(salt);
    for organisation in [HUB, LEP, PARTNER] {
        let own = |wanted: &dyn Fn(&Row) -> bool| population.only(|row| provider(row) == organisation && wanted(row));
        let stored = |report: ImportReport| assert!(report.problems.is_empty(), "{:?}", report.problems);
        let results = own(&of_results);
        if !results.0.is_empty() {
            stored(service.hand_in(organisation, &results).await);
        }
        let cohorts = own(&of_cohorts);
        if !cohorts.0.is_empty() {
            let request = ImportRequest { organisation: organisation.into(), accept_valid: false };
            let file = destinations(&cohorts, u64::from(salt));
            stored(service.operator().import_destinations(&request, file.as_bytes(), |_| {}).await.unwrap());
        }
    }
    service.publish_anew().await;
}

/// Three releases: some come late, few and many are corrected. Who is, and when, is the same whatever the salt.
async fn history(salt: u32) -> Service {
    let service = Service::empty(Engine::Sqlite).await;
    let late = |row: &Row| row.id % 17 == 3;
    hand_in(&service, salt, |row| !late(row), |row| !late(row) && row.id % 13 != 1).await;
    let few = |row: &Row| row.id % 40 == 2;
    hand_in(&service, salt + 10, |row| late(row) || few(row), |row| late(row) || few(row) || row.id % 13 == 1).await;
    let many = |row: &Row| row.id % 3 == 1;
    hand_in(&service, salt + 20, |row| many(row) && row.period == "202324T3", |row| row.id % 4 == 1).await;
    service
}

const ESTIMATE: &str = "fragment E on Estimate { value standardError bound status reason remedy }";

const OUTCOMES: &str = "{ tier citation release { number } cost { cells standard tabulations rho } \
     summary { published hidden { reason count } } cells { ...C } totals { ...C } \
     overall { area { code } institutions meanAchieved { ...E } shareWithAll { ...E } distribution { ...E } } } } \
     fragment C on OutcomeCell { area { code } benchmark { number } categories { code } institutions comparability \
     achieved { ...E } achievedShare { ...E } meanScore { ...E } \
     change(since: \"202324T2\") { sameInstitutions achievedShare { ...E } meanScore { ...E } } }";

const DESTINATIONS: &str = "{ tier citation release { number } cost { cells standard tabulations rho } \
     summary { published hidden { reason count } } \
     cells { area { code } cohortYear category benchmarksAchieved { lowest } institutions \
     cohort { ...E } students { ...E } share { ...E } } } }";

const PREVIEW: &str = "{ cost { cells standard tabulations newTabulations rho } summary { published hidden { reason count } } \
     cells { institutions status reason remedy achievedError shareError meanError } } }";

const COHORT_PREVIEW: &str = "{ cost { cells standard tabulations newTabulations rho } \
     summary { published hidden { reason count } } cells { institutions status reason remedy cohortError } } }";

/// What is asked of each release, by whom.
const ASKED: [(&str, &str, &str); 17] = [
    (LEP, "outcomes", r#"framework: "GATSBY-2014", areas: ["E12000001", "E12000003"]"#),
    (LEP, "outcomes", r#"framework: "GATSBY-2014", areas: ["E92000001"], areaKind: LOCAL_AUTHORITY, by: [PHASE]"#),
    (LEP, "outcomes", r#"framework: "GATSBY-2014", areas: ["E12000001"], areaKind: HUB"#),
    (LEP, "outcomes", r#"framework: "GATSBY-2025", areas: ["E12000001"], mapped: true"#),
    (LEP, "outcomes", r#"framework: "GATSBY-2014", areas: ["E12000003"], purpose: "OWN_RESULTS", by: [TYPE]"#),
    (HUB, "outcomes", r#"framework: "GATSBY-2014", areas: ["E12000001"], areaKind: COMBINED_AUTHORITY, by: [TYPE]"#),
    (PARTNER, "outcomes", r#"framework: "HKBM-2019", areas: ["HK"], by: [DISADVANTAGE]"#),
    (PARTNER, "outcomes", r#"framework: "GATSBY-2014", areas: ["E92000001"], areaKind: LEP"#),
    (LEP, "destinations", r#"areas: ["E92000001"], areaKind: LOCAL_AUTHORITY, cohortYears: ["202223", "202324"]"#),
    (LEP, "destinations", r#"areas: ["E92000001"], areaKind: REGION, stages: [KS4]"#),
    (LEP, "destinations", r#"areas: ["E92000001"], areaKind: HUB"#),
    (LEP, "destinations", r#"purpose: "OWN_RESULTS", areas: ["E92000001"], areaKind: LOCAL_AUTHORITY"#),
    (HUB, "destinations", r#"areas: ["E12000001"], areaKind: LEP"#),
    (PARTNER, "destinations", r#"areas: ["HK", "E92000001"], areaKind: REGION"#),
    (
        LEP,
        "destinations",
        r#"areas: ["E92000001"], areaKind: REGION, cohortYears: ["202223", "202324"], byBenchmarksAchieved: {framework: "GATSBY-2014"}"#,
    ),
    (
        HUB,
        "destinations",
        r#"areas: ["E12000001"], byBenchmarksAchieved: {framework: "GATSBY-2014", period: "202324T2"}"#,
    ),
    (PARTNER, "destinations", r#"areas: ["HK"], byBenchmarksAchieved: {framework: "HKBM-2019"}"#),
];

/// Where two answers differ though they may not. In a table by band, the size of a band and whether it is shown are read off noised
/// values, and so is the error of a share, which follows from the noised cohort beside it.
struct Comparison {
    by_band: bool,
    differences: BTreeSet<String>,
    values: usize,
}

impl Comparison {
    fn compare(&mut self, path: &str, one: &Value, other: &Value) {
        match (one, other) {
            (Value::Object(here), Value::Object(there)) if here.contains_key("standardError") => {
                self.values += usize::from(here != there);
                self.estimates(path, one, other);
            }
            (Value::Object(here), Value::Object(there)) => {
                if !here.keys().eq(there.keys()) {
                    self.differences.insert(format!("{path}: other fields"));
                }
                for (name, value) in here {
                    let noised = self.by_band && ["institutions", "summary"].contains(&name.as_str());
                    if !noised && name != "requestId" {
                        self.compare(&format!("{path}.{name}"), value, &there[name]);
                    }
                }
            }
            (Value::Array(here), Value::Array(there)) if here.len() == there.len() => {
                here.iter().zip(there).for_each(|(one, other)| self.compare(path, one, other));
            }
            _ if one == other => {}
            _ => {
                self.differences.insert(format!("{path}: {one} and {other}"));
            }
        }
    }

    fn estimates(&mut self, path: &str, one: &Value, other: &Value) {
        let hidden = [one, other].map(|estimate| !estimate["reason"].is_null());
        if self.by_band && hidden[0] != hidden[1] {
            let reason = if hidden[0] { &one["reason"] } else { &other["reason"] };
            self.compare(path, reason, &Value::from("SMALL_GROUP"));
            return;
        }
        for name in ["reason", "remedy"] {
            self.compare(&format!("{path}.{name}"), &one[name], &other[name]);
        }
        let errors = [one, other].map(|estimate| &estimate["standardError"]);
        let told =
            errors.iter().all(|error| !error.is_null()) && !(self.by_band && path.rsplit('.').next() == Some("share"));
        if told {
            self.compare(&format!("{path}.standardError"), errors[0], errors[1]);
        }
    }
}

#[test]
fn with_other_scores_and_destinations_nothing_but_values_changes_over_releases() {
    block_on(async {
        let services = [history(1).await, history(2).await];
        let (mut different, mut questions, mut values) = (0, 0, 0);
        for (organisation, dataset, input) in ASKED {
            for release in 1..=3 {
                let input = format!("{input}, release: {release}");
                let (fields, preview) = if dataset == "outcomes" {
                    (
                        format!("{OUTCOMES} {ESTIMATE}"),
                        format!("{{ preview(input: {{{input}}}, totals: true) {PREVIEW}"),
                    )
                } else {
                    let preview = format!("{{ destinationPreview(input: {{{input}}}) {COHORT_PREVIEW}");
                    (format!("{DESTINATIONS} {ESTIMATE}"), preview)
                };
                let table = format!("{{ {dataset}(input: {{{input}}}) {fields}");
                let by_band = input.contains("byBenchmarksAchieved");
                for (query, by_band) in [(&preview, false), (&table, by_band), (&preview, false)] {
                    let mut comparison = Comparison { by_band, differences: BTreeSet::new(), values: 0 };
                    let mut answers = Vec::new();
                    for service in &services {
                        let answer = service.ask(Some(organisation), query).await;
                        answers.push((answer.status, answer.json()));
                    }
                    assert_eq!(answers[0].0, answers[1].0, "{query}");
                    comparison.compare("", &answers[0].1, &answers[1].1);
                    questions += 1;
                    values += comparison.values;
                    different += usize::from(!comparison.differences.is_empty());
                    comparison
                        .differences
                        .iter()
                        .take(5)
                        .for_each(|difference| println!("differs: {organisation} {input}: {difference}"));
                }
            }
        }
        assert!(values > 2_000, "{values}: the sample is too narrow");
        let mut report = Report::of(Attack::TaintOverReleases);
        report.holds(
            "randomised scores and destinations over three releases with corrections: everything but values",
            "equal",
            &format!("{different} of {questions} answers differ"),
            different == 0,
        );
        report.finish();
    });
}
