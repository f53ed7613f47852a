//! Destinations: handed in, counted, protected, and broken down by benchmarks achieved.

use std::{
    collections::{BTreeSet, HashMap},
    fmt::Write,
    sync::Arc,
};

use crate::support::{Engine, HUB, LEP, PARTNER, Population, Row, Service, clock, identifier};
use api::{
    domain::Secret,
    service::{Exchange, ImportReport, ImportRequest, Transfer},
};
use disclosure::Tier;
use rstest::rstest;
use serde_json::{Value, json};

const HEADER: &str = "institution_scheme,institution_id,cohort_year,stage,category,students\n";
const CATEGORIES: [&str; 5] = ["education", "apprenticeship", "employment", "not-sustained", "unknown"];

/// How many students complete KS4 at an institution. Public: it must not hang on the salt.
fn cohort(id: u32, year: u32) -> u32 {
    60 + (id * 37 + year * 11) % 140
}

/// How many of them go to each category; they add up to the cohort.
fn split(id: u32, year: u32, salt: u32) -> [u32; 5] {
    let mut left = cohort(id, year);
    let mut counts = [0; 5];
    for (position, percent) in [(1, 4), (2, 3), (3, 6), (4, 2)] {
        let mixed = id.wrapping_mul(0x9e37_79b9) ^ (salt * 97 + year * 13 + percent).wrapping_mul(0x85eb_ca6b);
        let count = (left * percent / 100 + (mixed >> 17) % 5).min(left);
        counts[position] = count;
        left -= count;
    }
    counts[0] = left;
    counts
}

/// The destinations file of the institutions of a population, with a split of each cohort.
fn file(population: &Population, split: impl Fn(&Row, u32) -> [u32; 5]) -> String {
    let mut text = HEADER.to_owned();
    for row in population.0.iter().filter(|row| row.period == "202324T3") {
        for year in [202_223, 202_324] {
            for (category, students) in CATEGORIES.iter().zip(split(row, year)) {
                let _ = writeln!(text, "{},{},{year},KS4,{category},{students}", row.scheme, row.identifier());
            }
        }
    }
    text
}

async fn hand_in(service: &Service, organisation: &str, file: &str) -> ImportReport {
    let request = ImportRequest { organisation: organisation.into(), accept_valid: false };
    service.operator().import_destinations(&request, file.as_bytes(), |_| {}).await.unwrap()
}

fn of_hub(row: &Row) -> bool {
    row.hub == "HUB-2018-21"
}

fn of_lep(row: &Row) -> bool {
    row.hub.is_empty() && row.scheme == "URN"
}

/// The standard population with destinations, handed in by who handed in the results, and published.
async fn filled(engine: Engine, split: impl Fn(&Row, u32) -> [u32; 5]) -> Service {
    let service = Service::filled(engine).await;
    let population = Population::standard(1);
    for (organisation, own) in [
        (HUB, population.only(of_hub)),
        (LEP, population.only(of_lep)),
        (PARTNER, population.only(|row| row.scheme == "HK-EDB")),
    ] {
        let report = hand_in(&service, organisation, &file(&own, &split)).await;
        assert!(report.problems.is_empty() && report.receipt.is_some(), "{:?}", report.problems);
    }
    service.publish_anew().await;
    service
}

pub(crate) async fn standard(engine: Engine, salt: u32) -> Service {
    filled(engine, |row, year| split(row.id, year, salt)).await
}

pub(crate) fn question(input: &str) -> String {
    format!(
        "{{ destinations(input: {input}) {{ tier purpose citation cost {{ cells standard tabulations rho }} release {{ number }} \
         summary {{ published hidden {{ reason count }} }} \
         cells {{ area {{ code }} cohortYear stage category benchmarksAchieved {{ lowest highest of }} institutions \
         cohort {{ ...E }} students {{ ...E }} share {{ ...E }} }} }} }} \
         fragment E on Estimate {{ value standardError bound status reason remedy }}"
    )
}

async fn cells(service: &Service, organisation: &str, input: &str) -> Vec<Value> {
    let answer = service.ask(Some(organisation), &question(input)).await;
    answer.data()["destinations"]["cells"].as_array().unwrap().clone()
}

fn key(cell: &Value) -> (String, String, String) {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&cell["area"]["code"]), text(&cell["cohortYear"]), text(&cell["category"]))
}

fn value(estimate: &Value) -> f64 {
    estimate["value"].as_f64().unwrap_or_else(|| panic!("{estimate}"))
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_file_with_a_problem_stores_nothing_unless_its_good_rows_are_wanted(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    let good = file(&Population::standard(1).only(of_lep), |row, year| split(row.id, year, 1));
    let first = Population::standard(1).only(of_lep).0[0].identifier();
    let bad = good.replacen(&format!("URN,{first},202223,KS4,unknown"), &format!("URN,{first},202223,KS5,unknown"), 1)
        + "URN,999999,202223,KS4,education,5\n";
    let report = hand_in(&service, LEP, &bad).await;
    assert!(report.receipt.is_none());
    let told: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    let last = report.rows + 1;
    assert_eq!(
        told,
        [
            "line 2, column `category`: found `education, apprenticeship, employment, not-sustained`, expected every category \
             of the cohort, 0 where nobody went; without unknown [COHORT]"
                .to_owned(),
            "line 6, column `stage`: found `KS5`, expected one of KS4, 16-18 [UNKNOWN_CATEGORY]".to_owned(),
            format!(
                "line {last}, column `institution_id`: found `999999`, expected an institution with a result, which tells \
                 where it stands; hand its results in first [UNKNOWN_INSTITUTION]"
            ),
        ]
    );
    let stored = "SELECT COUNT(*), COUNT(DISTINCT submission_id) FROM destination_count";
    assert_eq!(service.database.numbers(stored).await, [[0, 0]]);
    let request = ImportRequest { organisation: LEP.into(), accept_valid: true };
    service.operator().import_destinations(&request, bad.as_bytes(), |_| {}).await.unwrap();
    assert_eq!(service.database.numbers(stored).await, [[i64::try_from(report.rows).unwrap() - 6, 1]]);
    let error = service
        .operator()
        .import_destinations(
            &ImportRequest { organisation: "NOBODY".into(), accept_valid: false },
            "x".as_bytes(),
            |_| {},
        )
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "no organisation has the code `NOBODY`");
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_same_file_twice_changes_nothing_and_a_correction_supersedes(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    let population = Population::standard(1).only(of_lep);
    let first = file(&population, |row, year| split(row.id, year, 1));
    let rows = i64::try_from(first.lines().count() - 1).unwrap();
    let told = |report: ImportReport| report.receipt.unwrap().to_string();
    assert!(
        told(hand_in(&service, LEP, &first).await).contains(&format!("{rows} counts of destinations, 0 of them corr"))
    );
    let again = told(hand_in(&service, LEP, &first).await);
    assert!(again.starts_with("nothing changed: received before as submission"), "{again}");
    let id = population.0[0].id;
    let number = identifier(id);
    let corrected = first.replacen(
        &format!("URN,{number},202223,KS4,unknown,{}", split(id, 202_223, 1)[4]),
        &format!("URN,{number},202223,KS4,unknown,17"),
        1,
    );
    let report = told(hand_in(&service, LEP, &corrected).await);
    assert!(
        report.contains(&format!("1 counts of destinations, 1 of them corrections; {} were there", rows - 1)),
        "{report}"
    );
    let sql = "SELECT COUNT(*), COUNT(supersedes), MAX(CASE WHEN supersedes IS NULL THEN 0 ELSE students END) FROM destination_count";
    assert_eq!(
        service.database.numbers(&sql.replace("MAX(CASE", "CAST(MAX(CASE").replace("END)", "END) AS BIGINT)")).await,
        [[rows + 1, 1, 17]]
    );
}

/// What an organisation handed in itself is answered exactly, so the whole chain can be held against SQL over the same rows.
#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn exact_answers_agree_with_sql_over_the_same_rows(#[case] engine: Engine) {
    let service = standard(engine, 1).await;
    let input = r#"{purpose: "OWN_RESULTS", areas: ["E12000001"], areaKind: LOCAL_AUTHORITY,
        cohortYears: ["202324", "202223"], stages: [KS4]}"#;
    let cells: HashMap<_, Value> =
        cells(&service, LEP, input).await.into_iter().map(|cell| (key(&cell), cell)).collect();
    let sql = format!(
        "SELECT CAST(substr(a.code, 2) AS BIGINT), CAST(d.cohort_year AS BIGINT), CAST(d.category AS BIGINT), \
         CAST(SUM(d.students) AS BIGINT), CAST(COUNT(DISTINCT d.institution_id) AS BIGINT) \
         FROM destination_count d JOIN area a ON a.id = d.local_authority_id \
         JOIN submission m ON m.id = d.submission_id JOIN organisation o ON o.id = m.organisation_id \
         WHERE o.code = '{LEP}' AND a.code IN ('E08000022', 'E06000001') GROUP BY 1, 2, 3"
    );
    let rows = service.database.numbers(&sql).await;
    assert_eq!(rows.len(), 2 * 2 * 5);
    let mut cohorts: HashMap<(i64, i64), i64> = HashMap::new();
    rows.iter().for_each(|row| *cohorts.entry((row[0], row[1])).or_default() += row[3]);
    for row in rows {
        let [area, year, category, students, institutions] = row[..] else { panic!("{row:?}") };
        let category = CATEGORIES[usize::try_from(category - 1).unwrap()].to_uppercase().replace('-', "_");
        let cell = &cells[&(format!("E{area:08}"), format!("{year}{:02}", (year + 1) % 100), category)];
        let cohort = cohorts[&(area, year)];
        assert_eq!(cell["institutions"], institutions, "{cell}");
        assert_eq!(cell["cohort"]["value"].as_f64(), Some(cohort as f64), "{cell}");
        assert_eq!(cell["students"]["value"].as_f64(), Some(students as f64), "{cell}");
        assert_eq!(cell["students"]["standardError"].as_f64(), Some(0.0));
        assert!((value(&cell["share"]) - students as f64 / cohort as f64).abs() < 1e-6, "{cell}");
    }
    let elsewhere = &cells[&("E06000047".to_owned(), "202324".to_owned(), "EDUCATION".to_owned())];
    assert_eq!(elsewhere["students"]["reason"], "NOT_COLLECTED", "another organisation handed those in");
}

#[tokio::test]
async fn a_cohort_is_whose_counts_came_last() {
    let service = standard(Engine::Sqlite, 1).await;
    let input = r#"{purpose: "OWN_RESULTS", areas: ["E08000022"], cohortYears: ["202324"], stages: [KS4], categories: [EDUCATION]}"#;
    assert_eq!(cells(&service, LEP, input).await[0]["institutions"], 30);
    // Whoever hands a cohort in hands all of its counts in: what is its own says no more than that, whatever the one before had said.
    let population = Population::standard(1).only(|row| row.local_authority == "E08000022");
    let (mut grab, mut handed_in) = (HEADER.to_owned(), 0);
    for row in population.0.iter().filter(|row| row.period == "202324T3").take(20) {
        let mut counts = split(row.id, 202_324, 1);
        counts[4] = 50;
        handed_in += counts.iter().sum::<u32>();
        for (category, students) in CATEGORIES.iter().zip(counts) {
            let _ = writeln!(grab, "URN,{},202324,KS4,{category},{students}", row.identifier());
        }
    }
    assert!(hand_in(&service, HUB, &grab).await.receipt.is_none(), "it does not speak for them");
    service.operator().transfer(&Transfer::AllOf(LEP.into()), HUB).await.unwrap();
    assert!(hand_in(&service, HUB, &grab).await.receipt.is_some());
    service.publish_anew().await;
    let own = cells(&service, HUB, input).await;
    assert_eq!((&own[0]["institutions"], &own[0]["cohort"]["value"]), (&json!(20), &json!(f64::from(handed_in))));
    assert_eq!(cells(&service, LEP, input).await[0]["institutions"], 10);
    let all = cells(&service, HUB, r#"{areas: ["E12000001"], cohortYears: ["202324"], stages: [KS4]}"#).await;
    assert_eq!(all[0]["institutions"], 125, "each institution counts once, whoever handed in what");
}

#[tokio::test]
async fn small_and_dominated_groups_are_hidden_with_a_reason_and_a_remedy() {
    let service = Service::filled(Engine::Sqlite).await;
    let population = Population::standard(1);
    let of = |code: &str, count: usize| -> Vec<u32> {
        let rows = population.0.iter().filter(|row| row.period == "202324T3" && row.local_authority == code);
        rows.take(count).map(|row| row.id).collect()
    };
    let mut text = HEADER.to_owned();
    let mut add = |ids: &[u32], students: &[u32]| {
        for (id, students) in ids.iter().zip(students) {
            for (category, students) in CATEGORIES.iter().zip([students / 2, 0, 0, 0, students - students / 2]) {
                let _ = writeln!(text, "URN,{},202324,KS4,{category},{students}", identifier(*id));
            }
        }
    };
    add(&of("E06000047", 2), &[100, 100]);
    add(&of("E06000057", 3), &[3, 3, 2]);
    add(&of("E08000021", 5), &[900, 20, 20, 20, 20]);
    add(&of("E08000022", 6), &[100, 110, 90, 120, 95, 105]);
    service.operator().transfer(&Transfer::AllOf(LEP.into()), HUB).await.unwrap();
    assert!(hand_in(&service, HUB, &text).await.receipt.is_some());
    service.publish_anew().await;

    let input = r#"{areas: ["E12000001"], areaKind: LOCAL_AUTHORITY, stages: [KS4], categories: [EDUCATION]}"#;
    let found: HashMap<String, Value> =
        cells(&service, LEP, input).await.into_iter().map(|cell| (key(&cell).0, cell)).collect();
    for (code, reason) in [
        ("E06000047", json!("SMALL_GROUP")),
        ("E06000057", json!("SMALL_GROUP")),
        ("E08000021", json!("DOMINANCE")),
        ("E08000022", Value::Null),
        ("E06000001", json!("NOT_COLLECTED")),
    ] {
        let cell = &found[code];
        for name in ["cohort", "students", "share"] {
            assert_eq!(cell[name]["reason"], reason, "{cell}");
            assert_eq!(cell[name]["value"] == Value::Null, reason != Value::Null, "{cell}");
        }
        assert_eq!(cell["institutions"] == Value::Null, reason != Value::Null);
    }
    let remedies = found["E08000021"]["students"]["remedy"].as_array().unwrap();
    assert!(remedies.contains(&json!("ask for the REGION E12000001 (North East)")), "{remedies:?}");
    let region = cells(&service, LEP, r#"{areas: ["E12000001"], stages: [KS4], categories: [EDUCATION]}"#).await;
    assert_eq!(region[0]["students"]["reason"], Value::Null, "advice leads to a number");
    let own = r#"{purpose: "OWN_RESULTS", areas: ["E08000021", "E06000057"], stages: [KS4], categories: [EDUCATION]}"#;
    let own: Vec<Value> = cells(&service, HUB, own).await;
    assert_eq!(own[0]["students"]["value"], 3.0, "8 students of 3 institutions are enough for one's own: 1 + 1 + 1");
    assert_eq!(own[1]["students"]["reason"], "DOMINANCE");
}

/// Two institutions of Newcastle, 40 others of the LEP, and one of the region beside it: the region would tell of that one.
#[tokio::test]
async fn no_remedy_leads_to_a_cell_that_another_comes_too_close_to() {
    let service = Service::filled(Engine::Sqlite).await;
    let mut counted = HashMap::new();
    let population = Population::standard(1).only(|row| {
        let wanted = match row.local_authority {
            "E06000047" => 40,
            "E08000021" => 2,
            "E06000001" => 1,
            "E08000035" => 30,
            _ => 0,
        };
        let count = counted.entry(row.local_authority).or_insert_with(BTreeSet::new);
        count.insert(row.id);
        count.len() <= wanted
    });
    for (organisation, own) in [(HUB, population.only(of_hub)), (LEP, population.only(of_lep))] {
        let report = hand_in(&service, organisation, &file(&own, |row, year| split(row.id, year, 1))).await;
        assert!(report.problems.is_empty() && report.receipt.is_some(), "{:?}", report.problems);
    }
    service.publish_anew().await;
    service.add_partner_of("ABROAD", "HK", "E92000001", Tier::Regional).await;
    let ask = async |area: &str| {
        let input = format!(r#"{{areas: ["{area}"], stages: [KS4], categories: [EDUCATION]}}"#);
        cells(&service, "ABROAD", &input).await[0]["students"].clone()
    };
    assert_eq!(ask("E37000025").await["reason"], "LOW_EFFECT", "the region has one more");
    let hidden = ask("E08000021").await;
    let remedies: Vec<&str> = hidden["remedy"].as_array().unwrap().iter().map(|told| told.as_str().unwrap()).collect();
    assert!(remedies.iter().any(|told| told.contains("E12000001")), "{hidden}");
    for remedy in remedies {
        let area = remedy.split_whitespace().nth(4).unwrap();
        assert_eq!(ask(area).await["reason"], Value::Null, "{remedy}");
    }
}

#[tokio::test]
async fn no_share_is_nothing_or_everything_where_all_go_one_way() {
    for category in [0, 3] {
        let service = filled(Engine::Sqlite, |row, year| {
            let mut counts = [0; 5];
            counts[category] = cohort(row.id, year);
            counts
        })
        .await;
        for (organisation, input) in [
            (HUB, r#"{purpose: "OWN_RESULTS", areas: ["E06000047", "E06000057"], stages: [KS4]}"#),
            (LEP, r#"{areas: ["E12000001"], areaKind: LOCAL_AUTHORITY, stages: [KS4]}"#),
            (PARTNER, r#"{areas: ["HK-NT", "HK-KLN"], cohortYears: ["202223", "202324"], stages: [KS4]}"#),
            (
                LEP,
                r#"{areas: ["E12000001", "E12000003"], stages: [KS4], byBenchmarksAchieved: {framework: "GATSBY-2014"}}"#,
            ),
        ] {
            let mut shown = 0;
            for cell in cells(&service, organisation, input).await {
                if cell["share"]["value"] == Value::Null {
                    continue;
                }
                shown += 1;
                let share = value(&cell["share"]);
                assert!(share > 0.0 && share < 1.0, "{cell}");
                let (students, cohort) = (value(&cell["students"]), value(&cell["cohort"]));
                assert!(students > 0.0 || cell["students"]["status"] == "ROUNDS_TO_ZERO", "{cell}");
                assert!(students < cohort, "{cell}");
            }
            assert!(shown >= 10, "{input}: {shown}");
        }
    }
}

#[tokio::test]
async fn the_same_question_gets_the_same_answer_however_and_wherever_it_is_asked() {
    let service = standard(Engine::Sqlite, 1).await;
    let plain = r#"{areas: ["E12000001", "E12000003"], cohortYears: ["202223", "202324"], stages: [KS4],
        categories: [EDUCATION, UNKNOWN], byBenchmarksAchieved: {framework: "GATSBY-2014", period: "202324T3"}}"#;
    let respelled = r#"{byBenchmarksAchieved: {framework: "GATSBY-2014"}, categories: [UNKNOWN, EDUCATION, UNKNOWN],
        stages: [KS4, KS4], cohortYears: ["202324", "202223"], areaKind: REGION, areas: ["E12000003", "E12000001"],
        purpose: "benchmarking", release: 2}"#;
    let first = service.ask(Some(LEP), &question(plain)).await.data();
    assert_eq!(first, service.ask(Some(LEP), &question(respelled)).await.data());
    assert!(first["destinations"]["citation"].as_str().unwrap().starts_with("release-2-m4-regional-"));
    let key = |cell: &Value| (key(cell), cell["benchmarksAchieved"]["lowest"].as_u64());
    let wide: HashMap<_, Value> =
        first["destinations"]["cells"].as_array().unwrap().iter().map(|cell| (key(cell), cell.clone())).collect();
    let narrow = r#"{areas: ["E12000001"], cohortYears: ["202223"], stages: [KS4], categories: [UNKNOWN],
        byBenchmarksAchieved: {framework: "GATSBY-2014"}}"#;
    for cell in cells(&service, LEP, narrow).await {
        assert_eq!(cell, wide[&key(&cell)], "a cell has one value wherever it stands");
    }
    let replica = Exchange::open(&service.database.url, Secret::new([1; 32]), Arc::new(clock())).await.unwrap();
    replica.start().await.unwrap();
    let router = api::app::router(&service.settings, &Arc::new(replica)).unwrap();
    let elsewhere = Service { router, ..service };
    assert_eq!(first, elsewhere.ask(Some(LEP), &question(plain)).await.data());
}

#[tokio::test]
async fn a_partner_abroad_gets_more_noise_and_coarser_counts() {
    let service = standard(Engine::Sqlite, 1).await;
    let input = r#"{areas: ["E12000001"], stages: [KS4], categories: [EDUCATION]}"#;
    let (regional, international) = (cells(&service, LEP, input).await, cells(&service, PARTNER, input).await);
    let truth: u32 = Population::standard(1)
        .0
        .iter()
        .filter(|row| row.period == "202324T3" && row.scheme == "URN" && row.local_authority != "E08000035")
        .map(|row| split(row.id, 202_324, 1)[0])
        .sum();
    for (cell, rounding) in [(&regional[0], 5), (&international[0], 10)] {
        let error = cell["students"]["standardError"].as_f64().unwrap();
        assert!((value(&cell["students"]) - f64::from(truth)).abs() < 4.0 * error, "{cell} {truth}");
        assert!((value(&cell["students"]) % f64::from(rounding)).abs() < 1e-9);
        assert!((value(&cell["cohort"]) % f64::from(rounding)).abs() < 1e-9);
        assert!(error >= 300.0, "three institutions' worth of about 130 students: {cell}");
    }
    assert_ne!(regional[0]["students"]["value"], international[0]["students"]["value"]);
}

/// With every cohort split anew, nothing changes but values: no error, no reason, no remedy, no pattern of what is hidden.
#[tokio::test]
async fn what_is_refused_or_hidden_does_not_depend_on_where_students_went() {
    fn blank(value: &mut Value) {
        match value {
            Value::Object(map) => {
                for name in ["value", "bound", "standardError"] {
                    if let Some(inner) = map.get_mut(name) {
                        *inner = json!(inner != &Value::Null && name == "value");
                    }
                }
                if map.get("reason") == Some(&Value::Null) {
                    map.insert("status".to_owned(), Value::Null);
                }
                map.remove("requestId");
                map.values_mut().for_each(blank);
            }
            Value::Array(list) => list.iter_mut().for_each(blank),
            _ => {}
        }
    }
    let one_sided = |row: &Row, year| {
        let mut counts = [0; 5];
        counts[usize::try_from(row.id % 5).unwrap()] = cohort(row.id, year);
        counts
    };
    let services =
        [standard(Engine::Sqlite, 1).await, standard(Engine::Sqlite, 2).await, filled(Engine::Sqlite, one_sided).await];
    for (organisation, input) in [
        (LEP, r#"{areas: ["E92000001"], areaKind: LOCAL_AUTHORITY, cohortYears: ["202223", "202324"]}"#),
        (PARTNER, r#"{areas: ["HK", "E92000001"], areaKind: REGION}"#),
        (HUB, r#"{purpose: "OWN_RESULTS"}"#),
        (HUB, r#"{areas: ["E12000003"]}"#),
        (LEP, r#"{cohortYears: ["2022"]}"#),
        (HUB, r#"{purpose: "OWN_RESULTS", byBenchmarksAchieved: {framework: "GATSBY-2014"}}"#),
    ] {
        let mut answers = Vec::new();
        for service in &services {
            let mut answer = service.ask(Some(organisation), &question(input)).await.json();
            blank(&mut answer);
            answers.push(answer.to_string());
        }
        assert_eq!(answers[0], answers[1], "{input}");
        assert_eq!(answers[0], answers[2], "{input}");
    }
}

#[tokio::test]
async fn destinations_by_band_of_benchmarks_achieved_are_noised_in_all_they_say() {
    let service = standard(Engine::Sqlite, 1).await;
    let input = r#"{areas: ["E12000001"], stages: [KS4], categories: [EDUCATION, NOT_SUSTAINED],
        byBenchmarksAchieved: {framework: "GATSBY-2014", period: "202324T3"}}"#;
    let found = cells(&service, LEP, input).await;
    let bands: Vec<Value> = found.iter().map(|cell| cell["benchmarksAchieved"].clone()).collect();
    let band = |lowest, highest| json!({"lowest": lowest, "highest": highest, "of": 8});
    assert_eq!(bands, [band(0, 2), band(3, 5), band(6, 8), band(0, 2), band(3, 5), band(6, 8)]);
    for (education, not_sustained) in found[..3].iter().zip(&found[3..]) {
        assert_eq!(education["institutions"], not_sustained["institutions"], "a band has one size");
        assert_eq!(education["cohort"], not_sustained["cohort"]);
    }
    let middle = &found[1];
    let truth: Vec<u32> = Population::standard(1)
        .0
        .iter()
        .filter(|row| row.period == "202324T3" && row.scheme == "URN" && row.local_authority != "E08000035")
        .filter(|row| row.scores.iter().all(Option::is_some))
        .filter(|row| (3..=5).contains(&row.scores.iter().filter(|score| **score == Some(100)).count()))
        .map(|row| row.id)
        .collect();
    let error = |cell: &Value| cell["standardError"].as_f64().unwrap();
    let cohorts: u32 = truth.iter().map(|&id| cohort(id, 202_324)).sum();
    assert!((middle["institutions"].as_f64().unwrap() - truth.len() as f64).abs() <= 15.0, "{middle} {}", truth.len());
    assert!(
        (value(&middle["cohort"]) - f64::from(cohorts)).abs() < 4.0 * error(&middle["cohort"]),
        "{middle} {cohorts}"
    );
    assert_eq!(middle["institutions"].as_i64().unwrap() % 5, 0);
    assert!(error(&middle["cohort"]) >= 300.0, "the size of a cohort in a band is confidential: {middle}");

    // Where nobody was assessed on every benchmark there is no group; and a group that is small as a whole stays hidden.
    let colleges = input.replace("GATSBY-2014", "GATSBY-COL-2018");
    assert!(cells(&service, LEP, &colleges).await.iter().all(|cell| cell["share"]["reason"] == "NOT_COLLECTED"));
    let newcastle = input.replace("E12000001", "E08000021");
    for cell in cells(&service, HUB, &newcastle).await {
        if cell["share"]["reason"] == "SMALL_GROUP" {
            assert_eq!(cell["share"]["remedy"][0], "drop byBenchmarksAchieved", "{cell}");
        }
        assert!(cell["institutions"].as_i64().is_none_or(|institutions| institutions >= 10), "{cell}");
    }
    let (code, message) =
        service.ask(Some(HUB), &question(&input.replace("{areas", r#"{purpose: "OWN_RESULTS", areas"#))).await.error();
    assert_eq!(code, "FORBIDDEN");
    assert!(message.contains("REGIONAL and INTERNATIONAL"), "{message}");
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_older_release_answers_as_it_did_after_a_correction(#[case] engine: Engine) {
    let service = standard(engine, 1).await;
    let input = r#"{areas: ["E12000001", "E12000003"], cohortYears: ["202223", "202324"], stages: [KS4]}"#;
    let of_second = input.replace("stages: [KS4]", "stages: [KS4], release: 2");
    let before = service.ask(Some(LEP), &question(input)).await.data();
    assert_eq!(before, service.ask(Some(LEP), &question(&of_second)).await.data());
    let first = service.ask(Some(LEP), &question(&input.replace("stages", "release: 1, stages"))).await.data();
    assert_eq!(first["destinations"]["summary"]["published"], 0, "the first release has no destinations");

    let leeds = Population::standard(1).only(|row| row.local_authority == "E08000035");
    let corrected = file(&leeds, |row, year| {
        let [education, rest @ ..] = split(row.id, year, 1);
        let [apprenticeship, employment, _, unknown] = rest;
        [education / 2, apprenticeship, employment, cohort(row.id, year) / 2, unknown]
    });
    hand_in(&service, LEP, &corrected).await;
    assert_eq!(before, service.ask(Some(LEP), &question(input)).await.data(), "nothing changes before it is published");
    assert_eq!(service.publish_anew().await.number, 3);
    assert!(service.operator().publish(None).await.unwrap_err().to_string().starts_with("nothing to publish"));
    let after = service.ask(Some(LEP), &question(input)).await.data();
    assert_ne!(before["destinations"]["cells"], after["destinations"]["cells"]);
    assert_eq!(
        before["destinations"]["cells"][0], after["destinations"]["cells"][0],
        "the North East was not corrected"
    );
    assert_eq!(before, service.ask(Some(LEP), &question(&of_second)).await.data());
    let restarted = Exchange::open(&service.database.url, Secret::new([1; 32]), Arc::new(clock())).await.unwrap();
    restarted.start().await.unwrap();
    let router = api::app::router(&service.settings, &Arc::new(restarted)).unwrap();
    let restarted = Service { router, ..service };
    assert_eq!(before, restarted.ask(Some(LEP), &question(&of_second)).await.data());
}

#[tokio::test]
async fn the_matrix_is_complete_and_in_order() {
    let service = standard(Engine::Sqlite, 1).await;
    let input = r#"{areas: ["E92000001"], areaKind: LEP, cohortYears: ["202223", "202324"]}"#;
    let data = service.ask(Some(LEP), &question(input)).await.data();
    let cells = data["destinations"]["cells"].as_array().unwrap();
    assert_eq!(cells.len(), 38 * 2 * 2 * 5);
    assert_eq!(cells[0]["stage"], "KS4");
    assert_eq!(cells[5]["stage"], "SIXTEEN_TO_EIGHTEEN");
    assert!(cells.iter().map(|cell| (key(cell).0, key(cell).1)).is_sorted());
    let summary = &data["destinations"]["summary"];
    let hidden: u64 = summary["hidden"].as_array().unwrap().iter().map(|entry| entry["count"].as_u64().unwrap()).sum();
    assert_eq!(summary["published"].as_u64().unwrap() + hidden, cells.len() as u64);
    let newest = service.ask(Some(LEP), &question(r#"{areas: ["E12000001"]}"#)).await.data();
    assert_eq!(newest["destinations"]["cells"].as_array().unwrap().len(), 2 * 5);
    assert_eq!(newest["destinations"]["cells"][0]["cohortYear"], "202324", "the newest cohort year when left out");
}

#[tokio::test]
async fn a_question_that_breaks_a_rule_is_told_which() {
    let service = standard(Engine::Sqlite, 1).await;
    for (organisation, input, code, part) in [
        (LEP, r#"{cohortYears: ["202324T1"]}"#, "BAD_REQUEST", "`202223`"),
        (LEP, "{cohortYears: []}", "BAD_REQUEST", "`cohortYears` is empty"),
        (LEP, "{stages: []}", "BAD_REQUEST", "`stages` is empty"),
        (LEP, "{categories: []}", "BAD_REQUEST", "`categories` is empty"),
        (LEP, r#"{areas: ["E12000001", "E37000025"]}"#, "BAD_REQUEST", "REGION, LEP"),
        (LEP, r#"{purpose: "marketing"}"#, "FORBIDDEN", "`benchmarking`"),
        (LEP, "{release: 7}", "NOT_FOUND", "number 7"),
        (LEP, "{release: -1}", "NOT_FOUND", "number -1"),
        (LEP, "{release: 1}", "NOT_FOUND", "holds no destinations"),
        (LEP, r#"{byBenchmarksAchieved: {framework: "GATSBY-1066"}}"#, "NOT_FOUND", "`GATSBY-1066`"),
        (LEP, r#"{byBenchmarksAchieved: {framework: "GATSBY-2014", period: "2024"}}"#, "BAD_REQUEST", "`202324T1`"),
        (LEP, r#"{byBenchmarksAchieved: {framework: "GATSBY-2025"}}"#, "NOT_FOUND", "no period for `GATSBY-2025`"),
        (PARTNER, r#"{areas: ["E92000001"], areaKind: LOCAL_AUTHORITY}"#, "FORBIDDEN", "REGION and LEP"),
        (HUB, r#"{areas: ["E12000003"]}"#, "NOT_FOUND", "`E12000003`"),
    ] {
        let (found, message) = service.ask(Some(organisation), &question(input)).await.error();
        assert_eq!(found, code, "{input}: {message}");
        assert!(message.contains(part), "{input}: {message}");
    }
    let years: Vec<String> = (1990..2090).map(|year| format!("\"{year}{:02}\"", (year + 1) % 100)).collect();
    let input = format!(r#"{{areas: ["E92000001"], areaKind: LEP, cohortYears: [{}]}}"#, years.join(","));
    assert_eq!(service.ask(Some(LEP), &question(&input)).await.error().0, "LIMIT_EXCEEDED");
    assert_eq!(service.ask(None, &question("{}")).await.error().0, "UNAUTHENTICATED");
}

const BANDS: &str = r#"{areas: ["E12000001", "E12000003"], cohortYears: ["202223", "202324"], stages: [KS4],
    byBenchmarksAchieved: {framework: "GATSBY-2014", period: "202324T3"}}"#;

/// How many entries the ledger holds for which something holds.
async fn entries(service: &Service, condition: &str) -> i64 {
    let sql = format!("SELECT CAST(COUNT(*) AS BIGINT) FROM budget_entry WHERE {condition}");
    service.database.numbers(&sql).await[0][0]
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn bands_are_charged_once_and_everything_else_is_free(#[case] engine: Engine) {
    let service = standard(engine, 1).await;
    let free = [
        (LEP, r#"{areas: ["E92000001"], areaKind: LOCAL_AUTHORITY, cohortYears: ["202223", "202324"]}"#),
        (HUB, r#"{purpose: "OWN_RESULTS"}"#),
        (LEP, r#"{cohortYears: ["199900"], byBenchmarksAchieved: {framework: "GATSBY-2014", period: "202324T3"}}"#),
        (LEP, r#"{byBenchmarksAchieved: {framework: "GATSBY-2014", period: "199900T3"}}"#),
    ];
    for (organisation, input) in free {
        let data = service.ask(Some(organisation), &question(input)).await.data();
        assert_eq!(data["destinations"]["cost"]["tabulations"], 0, "{input}");
        assert_eq!(data["destinations"]["cost"]["standard"], !input.contains("byBench"));
    }
    let unread = format!("{{ destinations(input: {BANDS}) {{ citation tier cost {{ cells tabulations }} }} }}");
    let data = service.ask(Some(LEP), &unread).await.data();
    assert_eq!(
        data["destinations"]["cost"],
        json!({"cells": 2 * 2 * 5 * 3, "tabulations": 0}),
        "nobody reads the cells"
    );
    assert_eq!(entries(&service, "1 = 1").await, 0);

    let first = service.ask(Some(LEP), &question(BANDS)).await;
    let cost = first.data()["destinations"]["cost"].take();
    assert_eq!((&cost["standard"], &cost["tabulations"]), (&json!(false), &json!(9)));
    assert!((cost["rho"].as_f64().unwrap() - 9.0 / (1.5 * 6.0 * 6.0)).abs() < 1e-12, "{cost}");
    for measure in ["destinations/KS4", "GATSBY-2014/1", "GATSBY-2014/8"] {
        let charged = format!("measure = '{measure}' AND tabulation = 'REGION;bands=GATSBY-2014@202324T3'");
        assert_eq!(entries(&service, &charged).await, 1, "{charged}");
    }
    assert_eq!(service.ask(Some(LEP), &question(BANDS)).await.body, first.body, "a repeat looks the same");
    for same in [
        BANDS.replace("[\"E12000001\", \"E12000003\"]", "[\"E92000001\"], areaKind: REGION"),
        BANDS.replace("stages: [KS4]", "stages: [KS4, KS4], categories: [UNKNOWN]"),
        BANDS.replace("\"202223\", ", ""),
        BANDS.replace("stages", "release: 2, purpose: \"benchmarking\", stages"),
        BANDS.replace(", period: \"202324T3\"", ""),
    ] {
        service.ask(Some(LEP), &question(&same)).await.data();
        assert_eq!(entries(&service, "1 = 1").await, 9, "{same}");
    }
    assert_eq!(service.replica().await.ask(Some(LEP), &question(BANDS)).await.body, first.body);
    service.ask(Some(LEP), &question(&BANDS.replace("[\"E12000001\", \"E12000003\"]", "[\"E92000001\"]"))).await.data();
    assert_eq!(entries(&service, "1 = 1").await, 18, "another kind of area is another tabulation");
    let used = service.ask(Some(LEP), "{ viewer { budget { measure used } } }").await.json();
    assert!(used.to_string().contains("destinations/KS4"), "{used}");
}

#[tokio::test]
async fn what_an_earlier_method_published_keeps_its_noise() {
    let service = standard(Engine::Sqlite, 1).await;
    let plain = r#"{areas: ["E12000001", "E12000003"], cohortYears: ["202324"], stages: [KS4]}"#;
    let by_type = r#"{ outcomes(input: {framework: "GATSBY-2014", areas: ["E12000001"], by: [TYPE]}) {
        cells { achieved { standardError } } } }"#;
    let errors = async |service: &Service| {
        let students = cells(service, LEP, plain).await;
        let outcomes = service.ask(Some(LEP), by_type).await.data()["outcomes"]["cells"].take();
        let told = |cells: &[Value], name: &str| -> Vec<f64> {
            cells.iter().filter_map(|cell| cell[name]["standardError"].as_f64()).collect()
        };
        [told(&students, "share"), told(outcomes.as_array().unwrap(), "achieved")]
    };
    let [students, outcomes] = errors(&service).await;
    service.database.execute("UPDATE release SET method = 3").await;
    let [students_then, outcomes_then] = errors(&service.replica().await).await;
    assert!(students.len() >= 8 && outcomes.len() >= 8, "{students:?} {outcomes:?}");
    assert_eq!(students, students_then, "sums of students have the noise that they had");
    for (now, then) in outcomes.iter().zip(&outcomes_then) {
        // 4.2 of 6, give or take what rounding adds to either.
        assert!((0.65..0.80).contains(&(then / now)), "{then} and {now}");
    }
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn bands_end_with_the_budget_and_destinations_without_them_go_on(#[case] engine: Engine) {
    let service = standard(engine, 1).await;
    let both = BANDS.replace("stages: [KS4]", "stages: [KS4, SIXTEEN_TO_EIGHTEEN]");
    let spend = async |organisation: &str, measure: &str| {
        for number in 1..=3 {
            let sql = format!(
                "INSERT INTO budget_entry (organisation_id, tier, measure, tabulation, place, cost, charged_at) \
                 SELECT id, 'regional', '{measure}', 'of {organisation} {number}', {number}, 0.1, '2026-11-24 09:00:00+00:00' \
                 FROM organisation WHERE code = '{organisation}'"
            );
            service.database.execute(&sql).await;
        }
    };
    spend(LEP, "destinations/KS4").await;
    let data = service.ask(Some(LEP), &question(&both)).await.data();
    let cells = data["destinations"]["cells"].as_array().unwrap();
    assert_eq!(cells.len(), 120);
    for cell in cells {
        let refused = cell["stage"] == "KS4";
        for name in ["cohort", "students", "share"] {
            assert_eq!(cell[name]["reason"] == "BUDGET", refused, "{cell}");
        }
        if refused {
            assert_eq!((&cell["institutions"], &cell["share"]["value"]), (&Value::Null, &Value::Null));
            assert_eq!(cell["share"]["remedy"], json!(["drop byBenchmarksAchieved"]), "{cell}");
        }
    }
    assert_eq!(entries(&service, "tabulation LIKE 'REGION;%'").await, 0, "what is refused is not charged");
    assert_eq!(service.ask(Some(LEP), &question(&both)).await.data(), data, "and looks the same when asked again");
    let (code, message) = service.ask(Some(LEP), &question(BANDS)).await.error();
    assert_eq!(code, "BUDGET_EXHAUSTED");
    for part in ["`destinations/KS4`", "REGIONAL lets an organisation open 3", "destinations without bands stay"] {
        assert!(message.contains(part), "{message}");
    }

    // The groups are made of scores, so they end as well when the budget of any of the framework's benchmarks does.
    spend(PARTNER, "GATSBY-2014/6").await;
    let (code, message) = service.ask(Some(PARTNER), &question(BANDS)).await.error();
    assert_eq!(code, "BUDGET_EXHAUSTED");
    assert!(message.contains("`GATSBY-2014/6`"), "{message}");

    let plain = r#"{areas: ["E12000001", "E12000003"], cohortYears: ["202324"], stages: [KS4]}"#;
    assert!(cells_of(&service.ask(Some(LEP), &question(plain)).await.data()).iter().all(is_shown));
    service.ask(Some(HUB), &question(&BANDS.replace(", \"E12000003\"", ""))).await.data();
}

fn cells_of(data: &Value) -> Vec<Value> {
    data["destinations"]["cells"].as_array().unwrap().clone()
}

fn is_shown(cell: &Value) -> bool {
    cell["share"]["value"] != Value::Null
}

/// The destinations file of some institutions with five students of each cohort moved from education to unknown.
fn moved(rows: &[Row]) -> String {
    file(&Population(rows.to_vec()), |row, year| {
        let [education, rest @ .., unknown] = split(row.id, year, 1);
        let [apprenticeship, employment, not_sustained] = rest;
        [education - 5, apprenticeship, employment, not_sustained, unknown + 5]
    })
}

/// Hands in corrections of both cohort years of Leeds.
pub(crate) async fn correct_leeds(service: &Service) -> ImportReport {
    hand_in(service, LEP, &moved(&leeds())).await
}

fn leeds() -> Vec<Row> {
    let there = |row: &Row| row.local_authority == "E08000035" && row.period == "202324T3";
    Population::standard(1).only(there).0
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn corrections_of_a_group_show_all_at_once_when_there_are_enough(#[case] engine: Engine) {
    const PLAIN: &str = r#"{areas: ["E12000001", "E12000003"], cohortYears: ["202223", "202324"], stages: [KS4]}"#;
    const ENGLAND: &str = r#"{areas: ["E92000001"], cohortYears: ["202324"], stages: [KS4]}"#;
    const OWN: &str = r#"{purpose: "OWN_RESULTS", areas: ["E08000035"], cohortYears: ["202324"], stages: [KS4]}"#;
    let service = standard(engine, 1).await;
    let mut rows = leeds();
    // With bands only those count that were assessed on every benchmark.
    rows.sort_by_key(|row| row.scores.iter().any(Option::is_none));
    assert!(rows[..10].iter().all(|row| row.scores.iter().all(Option::is_some)));
    // Leeds is the LEP's alone; of England others handed in most, so its own corrections do not show to it there.
    service.add_partner("DFE", "E92000001", Tier::Regional).await;
    let all = async || {
        [cells(&service, LEP, PLAIN).await, cells(&service, LEP, BANDS).await, cells(&service, "DFE", ENGLAND).await]
    };
    let before = all().await;
    let abroad = cells(&service, PARTNER, ENGLAND).await;
    let own = async || value(&cells(&service, LEP, OWN).await[0]["students"]);
    let education = own().await;
    let asked = |number: usize, input: &str| question(&input.replace("stages", &format!("release: {number}, stages")));
    let mut answered = vec![];
    for input in [PLAIN, BANDS] {
        answered.push((2, input, service.ask(Some(LEP), &question(input)).await.body));
    }
    assert!(hand_in(&service, LEP, &moved(&rows[..9])).await.receipt.is_some());
    service.publish_anew().await;
    assert_eq!(before, all().await, "nine are too few");
    let less = education - own().await;
    assert!((less - 45.0).abs() < 1e-9, "each of one's own is corrected: {less}");
    hand_in(&service, LEP, &moved(&rows[9..10])).await;
    assert_eq!(service.publish_anew().await.number, 4);
    let after = all().await;
    for input in [PLAIN, BANDS] {
        answered.push((4, input, service.ask(Some(LEP), &question(input)).await.body));
    }
    for (before, after) in before.iter().zip(&after) {
        let told = |cell: &Value| [cell["students"]["value"].clone(), cell["share"]["value"].clone()];
        let (mut shown, mut changed) = (0, 0);
        for (before, after) in before.iter().zip(after) {
            if key(before).0 == "E12000001" {
                assert_eq!(before, after, "nothing was corrected there");
            } else if is_shown(before) && is_shown(after) {
                shown += 1;
                changed += usize::from(told(before) != told(after));
            }
        }
        assert!(shown >= 5 && changed * 4 >= shown * 3, "rounding hides few of them: {changed} of {shown}");
    }
    assert_eq!(abroad, cells(&service, PARTNER, ENGLAND).await, "abroad it takes twenty");

    // Every release still says, byte by byte, what it said; here, in another process, and after yet another release.
    hand_in(&service, LEP, &moved(&rows[10..40])).await;
    service.hand_in(LEP, &Population::standard(2).only(of_lep)).await;
    service.publish_anew().await;
    assert_eq!(after[0], all().await[0], "the third edition was the last");
    assert_eq!(abroad, cells(&service, PARTNER, ENGLAND).await);
    let replica = service.replica().await;
    for (number, input, expected) in answered {
        for process in [&service, &replica] {
            let body = process.ask(Some(LEP), &asked(number, input)).await.body;
            assert_eq!(String::from_utf8(body).unwrap(), String::from_utf8(expected.clone()).unwrap());
        }
    }
}

/// Were bands taken from the newest results, one corrected score would be the whole difference between two bands.
#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn corrected_scores_move_institutions_between_bands_all_at_once(#[case] engine: Engine) {
    const OUTSIDER: &str = "OUTSIDER";
    let service = standard(engine, 1).await;
    // Who handed the corrections in does not wait for itself to be company.
    service.add_partner(OUTSIDER, "E92000001", Tier::Regional).await;
    let low = |row: &Row| {
        let achieved = row.scores.iter().filter(|score| **score == Some(100)).count();
        achieved <= 5 && row.scores.iter().all(Option::is_some)
    };
    let mut rows = leeds();
    rows.retain(low);
    rows.iter_mut().for_each(|row| row.scores.iter_mut().for_each(|score| *score = Some(100)));
    assert!(rows.len() >= 10, "{}", rows.len());
    let plain = r#"{areas: ["E12000003"], cohortYears: ["202324"], stages: [KS4]}"#;
    let without = cells(&service, OUTSIDER, plain).await;
    let before = cells(&service, OUTSIDER, BANDS).await;
    service.hand_in(LEP, &Population(rows[..9].to_vec())).await;
    hand_in(&service, LEP, &moved(&rows[..1])).await;
    service.publish_anew().await;
    assert_eq!(before, cells(&service, OUTSIDER, BANDS).await, "nine are too few");
    service.hand_in(LEP, &Population(rows[9..].to_vec())).await;
    service.publish_anew().await;
    assert_eq!(before, cells(&service, OUTSIDER, BANDS).await, "bands wait for an edition of the cohort year");
    let back = file(&Population(rows[..1].to_vec()), |row, year| split(row.id, year, 1));
    hand_in(&service, LEP, &back).await;
    service.publish_anew().await;
    let after = cells(&service, OUTSIDER, BANDS).await;
    assert_ne!(before, after);
    assert!(before.iter().zip(&after).all(|(before, after)| key(before).0 == "E12000003" || before == after));
    assert_eq!(without, cells(&service, OUTSIDER, plain).await, "without bands no score matters");
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_cited_table_of_destinations_comes_back_byte_by_byte(#[case] engine: Engine) {
    let service = standard(engine, 1).await;
    let mut answers = Vec::new();
    for (organisation, input) in [
        (LEP, r#"{areas: ["E92000001"]}"#),
        (LEP, BANDS),
        (
            LEP,
            r#"{areas: ["E92000001"], areaKind: LEP, stages: [SIXTEEN_TO_EIGHTEEN, KS4], categories: [NOT_SUSTAINED, UNKNOWN]}"#,
        ),
        (PARTNER, r#"{areas: ["HK", "E92000001"], byBenchmarksAchieved: {framework: "GATSBY-2014"}}"#),
        (HUB, r#"{purpose: "OWN_RESULTS", areas: ["E12000001"], areaKind: LOCAL_AUTHORITY}"#),
    ] {
        let answer = service.ask(Some(organisation), &question(input)).await;
        let citation = answer.data()["destinations"]["citation"].clone();
        let query = question(input).replace(
            &format!("destinations(input: {input})"),
            &format!("destinations: destinationTable(citation: {citation})"),
        );
        answers.push((organisation, query, answer.body));
    }
    hand_in(&service, LEP, &moved(&leeds())).await;
    service.hand_in(LEP, &Population::standard(2).only(of_lep)).await;
    service.publish_anew().await;
    let charged = entries(&service, "1 = 1").await;
    let replica = service.replica().await;
    for (organisation, query, expected) in answers {
        for process in [&service, &replica] {
            let again = process.ask(Some(organisation), &query).await;
            assert_eq!(String::from_utf8(again.body).unwrap(), String::from_utf8(expected.clone()).unwrap(), "{query}");
        }
    }
    assert_eq!(entries(&service, "1 = 1").await, charged, "asked before");
}

#[tokio::test]
async fn a_citation_of_destinations_opens_nothing_that_the_asker_may_not_ask() {
    let service = standard(Engine::Sqlite, 1).await;
    let citation = async |organisation: &str, input: &str| {
        let data = service.ask(Some(organisation), &question(input)).await.data();
        data["destinations"]["citation"].as_str().unwrap().to_owned()
    };
    let england = citation(LEP, r#"{areas: ["E92000001"]}"#).await;
    let own = citation(LEP, r#"{purpose: "OWN_RESULTS", areas: ["E92000001"]}"#).await;
    let outcomes =
        service.ask(Some(LEP), r#"{ outcomes(input: {framework: "GATSBY-2014"}) { citation } }"#).await.data();
    let outcomes = outcomes["outcomes"]["citation"].as_str().unwrap().to_owned();
    let ask = async |organisation: Option<&str>, field: &str, citation: &str, rest: &str| {
        service.ask(organisation, &format!("{{ {field}(citation: {}{rest}) {{ tier }} }}", json!(citation))).await
    };
    for (organisation, field, citation, rest, code, part) in [
        (Some(HUB), "destinationTable", england.as_str(), "", "NOT_FOUND", "no area `E92000001` is within"),
        (Some(PARTNER), "destinationTable", &england, "", "FORBIDDEN", "has the tier REGIONAL; for this purpose"),
        (Some(HUB), "destinationTable", &own, "", "NOT_FOUND", "no table with this citation"),
        (Some(LEP), "destinationTable", &england, ", purpose: \"marketing\"", "FORBIDDEN", "`marketing`"),
        (Some(LEP), "destinationTable", &england.replace("release-2", "release-9"), "", "NOT_FOUND", "number 9"),
        (Some(LEP), "destinationTable", &england[..england.len() - 3], "", "BAD_REQUEST", "cut or changed"),
        (Some(LEP), "destinationTable", &outcomes, "", "BAD_REQUEST", "ask `table` for outcomes"),
        (Some(LEP), "table", &england, "", "BAD_REQUEST", "no `periods`"),
        (None, "destinationTable", &england, "", "UNAUTHENTICATED", "bearer token"),
    ] {
        let (found, told) = ask(organisation, field, citation, rest).await.error();
        assert_eq!(found, code, "{told}");
        assert!(told.contains(part), "{told}");
    }
    let again = ask(Some(LEP), "destinationTable", &england, ", purpose: \"benchmarking\"").await.data();
    assert_eq!(again["destinationTable"]["tier"], "REGIONAL");
}

const PREVIEW: &str = "tier purpose release { number } cost { cells standard tabulations newTabulations rho } \
                       summary { published hidden { reason count } } cells { area { code } cohortYear stage category \
                       benchmarksAchieved { lowest highest of } institutions status reason remedy cohortError }";

async fn preview(service: &Service, input: &str) -> Value {
    let query = format!("{{ destinationPreview(input: {input}) {{ {PREVIEW} }} }}");
    service.ask(Some(LEP), &query).await.data()["destinationPreview"].take()
}

#[rstest]
#[case(Engine::Sqlite)]
#[case(Engine::Postgres)]
#[tokio::test]
async fn a_preview_of_destinations_tells_what_comes_and_charges_nothing(#[case] engine: Engine) {
    let service = standard(engine, 1).await;
    let plain = r#"{areas: ["E92000001"], areaKind: LOCAL_AUTHORITY, stages: [KS4]}"#;
    let before = preview(&service, plain).await;
    let table = service.ask(Some(LEP), &question(plain)).await.data()["destinations"].take();
    assert_eq!((&before["summary"], &before["release"]), (&table["summary"], &table["release"]));
    for name in ["cells", "standard", "tabulations", "rho"] {
        assert_eq!(before["cost"][name], table["cost"][name]);
    }
    let (expected, cells) = (before["cells"].as_array().unwrap(), table["cells"].as_array().unwrap());
    assert_eq!(expected.len(), cells.len());
    for (expected, cell) in expected.iter().zip(cells) {
        for name in ["area", "cohortYear", "stage", "category", "benchmarksAchieved", "institutions"] {
            assert_eq!(expected[name], cell[name]);
        }
        assert_eq!(expected["reason"], cell["share"]["reason"]);
        assert_eq!(expected["remedy"], cell["share"]["remedy"]);
        assert_eq!(expected["cohortError"], cell["cohort"]["standardError"]);
        if !expected["reason"].is_null() {
            assert_eq!(expected["status"], cell["share"]["status"]);
        }
    }
    assert!(cells.iter().any(is_shown) && !cells.iter().all(is_shown));

    let bands = preview(&service, BANDS).await;
    let cost = |preview: &Value| ["tabulations", "newTabulations"].map(|name| preview["cost"][name].as_u64().unwrap());
    assert_eq!(cost(&bands), [9, 9]);
    assert_eq!(entries(&service, "1 = 1").await, 0);
    for cell in bands["cells"].as_array().unwrap() {
        for name in ["institutions", "status", "reason", "cohortError"] {
            assert_eq!(cell[name], Value::Null, "what is shown of a band hangs on who is in it");
        }
    }
    service.ask(Some(LEP), &question(BANDS)).await.data();
    assert_eq!(cost(&preview(&service, BANDS).await), [9, 0]);
    let (code, _) = service.ask(None, &format!("{{ destinationPreview(input: {plain}) {{ tier }} }}")).await.error();
    assert_eq!(code, "UNAUTHENTICATED");
}

/// Who has a cohort, how large it is and who was assessed are the same in both; where students went, and who achieved what, is
/// not.
#[tokio::test]
async fn a_preview_of_destinations_hangs_on_nothing_secret() {
    let service = standard(Engine::Sqlite, 1).await;
    let other = {
        let population = Population::standard(9);
        let service = Service::with(Engine::Sqlite, &population).await;
        for (organisation, own) in [
            (HUB, population.only(of_hub)),
            (LEP, population.only(of_lep)),
            (PARTNER, population.only(|row| row.scheme == "HK-EDB")),
        ] {
            hand_in(&service, organisation, &file(&own, |row, year| split(row.id, year, 5))).await;
        }
        service.publish_anew().await;
        service
    };
    for input in [
        BANDS.to_owned(),
        BANDS.replace("[\"E12000001\", \"E12000003\"]", "[\"E92000001\"], areaKind: LOCAL_AUTHORITY"),
        r#"{areas: ["E92000001"], areaKind: LEP}"#.to_owned(),
    ] {
        let (one, another) = (preview(&service, &input).await, preview(&other, &input).await);
        assert_eq!(one, another, "{input}");
        let tables = (cells(&service, LEP, &input).await, cells(&other, LEP, &input).await);
        assert!(tables.0 != tables.1, "{input}");
    }
}

/// An older release is previewed as it was, whatever was corrected since.
#[tokio::test]
async fn a_preview_of_an_older_release_of_destinations_stays_what_it_was() {
    let service = standard(Engine::Sqlite, 1).await;
    let input = r#"{areas: ["E92000001"], areaKind: LOCAL_AUTHORITY, stages: [KS4], release: 2}"#;
    let before = preview(&service, input).await;
    assert!(hand_in(&service, LEP, &moved(&leeds())).await.receipt.is_some());
    service.publish_anew().await;
    assert_eq!(before, preview(&service, input).await);
}
