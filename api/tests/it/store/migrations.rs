//! A filled database of every earlier version comes up to date with its content, and the service answers from it.

use std::fmt::Write;

use api::{
    domain::Secret,
    service::{Authority, Error, Exchange},
};
use migration::{Migrator, MigratorTrait};
use rstest::rstest;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use serde_json::{Value, json};

use super::entities::hold_entities_to;
use crate::support::{Database, Engine, LEP, Service, clock, question};

/// How many institutions the database knows.
pub(super) const INSTITUTIONS: i64 = 40;

/// What is asked of every version that has results.
const INPUT: &str =
    r#"{framework: "GATSBY-2014", areas: ["E12000001"], periods: ["202324T3"], purpose: "benchmarking"}"#;

/// The rows that a step of the migrations makes room for, as they were written then.
fn rows_of(step: &str, engine: Engine) -> Vec<String> {
    match step {
        "m0001_reference" => reference(),
        "m0002_organisations" => organisations(),
        "m0003_results" => results(engine),
        "m0004_releases" => vec![format!(
            "INSERT INTO release (number, published_at, checksum, note, synthetic, last_result) \
             VALUES (1, '2024-09-01 10:00:00+00:00', '{:064}', 'the first', FALSE, {})",
            1,
            INSTITUTIONS + 1
        )],
        "m0005_destinations" => destinations(),
        "m0006_budget" => vec![format!(
            "INSERT INTO budget_entry (organisation_id, tier, measure, period, tabulation, cost, pooled, charged_at) \
             SELECT id, 'regional', 'GATSBY-2014/1', '202324T3', 'REGION;PHASE=*', 0.1, TRUE, '2024-09-02 10:00:00+00:00' \
             FROM organisation WHERE code = '{LEP}'"
        )],
        _ => Vec::new(),
    }
}

fn reference() -> Vec<String> {
    let mut rows = vec![
        "INSERT INTO framework (code, title, jurisdiction, year, number_of_benchmarks) \
         VALUES ('GATSBY-2014', 'The Gatsby Benchmarks', 'England', 2014, 8)"
            .to_owned(),
    ];
    rows.extend((1..=8).map(|number| {
        format!(
            "INSERT INTO benchmark (framework_id, number, code, title) \
             SELECT id, {number}, 'GATSBY-2014/{number}', 'Benchmark {number}' FROM framework"
        )
    }));
    for (code, name, kind, parent) in [
        ("E92000001", "England", "country", "NULL"),
        ("E12000001", "North East", "region", "'E92000001'"),
        ("E06000047", "County Durham", "local_authority", "'E12000001'"),
    ] {
        rows.push(format!(
            "INSERT INTO area (code, name, kind, parent_code, code_scheme, source) \
             VALUES ('{code}', '{name}', '{kind}', {parent}, 'ONS', 'test')"
        ));
    }
    rows
}

fn organisations() -> Vec<String> {
    let agreement = |area: &str, dimensions: &str, until: &str| {
        format!(
            "INSERT INTO agreement (consumer_id, area_id, tier, dimensions, valid_from, valid_until) \
             SELECT o.id, a.id, 'regional', {dimensions}, '2024-01-01', {until} FROM organisation o, area a \
             WHERE o.code = '{LEP}' AND a.code = '{area}'"
        )
    };
    let purpose = |purpose: &str, dimensions: &str| {
        format!(
            "INSERT INTO agreement_purpose (agreement_id, purpose) \
             SELECT id, '{purpose}' FROM agreement WHERE dimensions {dimensions}"
        )
    };
    vec![
        format!(
            "INSERT INTO organisation (code, name, kind, area_id) \
             SELECT '{LEP}', 'The LEP', 'lep', id FROM area WHERE code = 'E12000001'"
        ),
        agreement("E92000001", "NULL", "NULL"),
        agreement("E12000001", "'TYPE,PHASE,TYPE'", "NULL"),
        agreement("E12000001", "''", "'2024-12-31'"),
        purpose("benchmarking", "IS NULL"),
        purpose("research", "= 'TYPE,PHASE,TYPE'"),
        purpose("planning", "= 'TYPE,PHASE,TYPE'"),
        purpose("trial", "= ''"),
    ]
}

fn results(engine: Engine) -> Vec<String> {
    let mut rows = vec![format!(
        "INSERT INTO submission (id, organisation_id, checksum, received_at, rows, results, scores) \
         SELECT 1, id, '{:064}', '2024-08-01 10:00:00+00:00', 41, 41, 328 FROM organisation",
        0
    )];
    for id in 1..=INSTITUTIONS {
        let pseudonym = match engine {
            Engine::Sqlite => format!("X'{id:064x}'"),
            Engine::Postgres => format!("'\\x{id:064x}'::bytea"),
        };
        rows.push(format!("INSERT INTO institution (id, pseudonym, scheme) VALUES ({id}, {pseudonym}, 'URN')"));
    }
    // The last result corrects the first.
    for id in 1..=INSTITUTIONS + 1 {
        let (institution, supersedes) = if id > INSTITUTIONS { (1, "1") } else { (id, "NULL") };
        rows.push(format!(
            "INSERT INTO result (id, institution_id, framework_id, period, completed_on, submission_id, terms_version, \
             local_authority_id, phase, type, disadvantage, size, setting, supersedes) \
             SELECT {id}, {institution}, f.id, '202324T3', '2024-07-01', 1, 'v1', a.id, 3, 1, {}, 2, 1, {supersedes} \
             FROM framework f, area a WHERE f.code = 'GATSBY-2014' AND a.code = 'E06000047'",
            id % 6
        ));
        for benchmark in 1..=8 {
            let score = if (id + benchmark) % 2 == 0 { 100 } else { id * benchmark % 100 };
            rows.push(format!("INSERT INTO benchmark_score VALUES ({id}, {benchmark}, {score})"));
        }
    }
    rows
}

fn destinations() -> Vec<String> {
    let mut rows = Vec::new();
    for institution in 1..=INSTITUTIONS {
        for category in 1..=5 {
            rows.push(format!(
                "INSERT INTO destination_count (id, institution_id, cohort_year, stage, category, students, submission_id, \
                 local_authority_id) SELECT {}, {institution}, 2022, 1, {category}, {}, 1, id FROM area \
                 WHERE code = 'E06000047'",
                institution * 5 + category,
                institution + category
            ));
        }
    }
    rows
}

/// A database as the first `steps` steps left it, filled as it was then.
pub(crate) async fn of_version(engine: Engine, steps: usize) -> (Database, DatabaseConnection) {
    let database = Database::fresh(engine).await;
    let url = match engine {
        Engine::Sqlite => format!("{}?mode=rwc", database.url),
        Engine::Postgres => database.url.clone(),
    };
    let connection = sea_orm::Database::connect(url).await.unwrap();
    for step in &Migrator::migrations()[..steps] {
        Migrator::up(&connection, Some(1)).await.unwrap();
        let mut rows = String::new();
        for row in rows_of(step.name(), engine) {
            let _ = write!(rows, "{row};");
        }
        connection.execute_unprepared(&rows).await.unwrap();
    }
    (database, connection)
}

/// How many steps there are up to the one with a name.
pub(crate) fn steps_to(name: &str) -> usize {
    Migrator::migrations().iter().position(|step| step.name() == name).unwrap() + 1
}

async fn check_content(service: &Service, steps: usize) {
    if steps >= steps_to("m0002_organisations") {
        let query = "{ viewer { agreements { area { code } tier purposes dimensions validUntil } } }";
        let agreements = service.ask(Some(LEP), query).await.data()["viewer"]["agreements"].clone();
        let expected = json!([
            {"area": {"code": "E92000001"}, "tier": "REGIONAL", "purposes": ["benchmarking"], "dimensions": null,
             "validUntil": null},
            {"area": {"code": "E12000001"}, "tier": "REGIONAL", "purposes": ["planning", "research"],
             "dimensions": ["PHASE", "TYPE"], "validUntil": null},
        ]);
        let holding: Vec<Value> = agreements.as_array().unwrap().iter().take(2).cloned().collect();
        assert_eq!(Value::from(holding), expected, "after {steps} steps");
        let listed = "SELECT COUNT(*), COUNT(DISTINCT agreement_id) FROM agreement_dimension";
        assert_eq!(service.database.numbers(listed).await, [[2, 1]]);
        let every = "SELECT COUNT(*) FROM agreement WHERE every_dimension";
        assert_eq!(service.database.numbers(every).await, [[1]]);
    }
    if steps >= steps_to("m0003_results") {
        let speakers = "SELECT COUNT(*), COUNT(DISTINCT organisation_id) FROM speaker";
        assert_eq!(service.database.numbers(speakers).await, [[INSTITUTIONS, 1]]);
    }
    if steps >= steps_to("m0005_destinations") {
        let counts = "SELECT COUNT(*), CAST(SUM(students) AS BIGINT) FROM destination_count";
        assert_eq!(service.database.numbers(counts).await, [[5 * INSTITUTIONS, 4_700]]);
    }
    if steps >= steps_to("m0006_budget") {
        let used = service.ask(Some(LEP), "{ viewer { budget { measure used } } }").await.data();
        assert_eq!(used["viewer"]["budget"], json!([{"measure": "GATSBY-2014/1", "used": 1}]));
    }
}

#[rstest]
#[case(Engine::Sqlite)]
#[case(Engine::Postgres)]
#[tokio::test]
async fn every_earlier_version_migrates_with_its_content_and_answers_alike(#[case] engine: Engine) {
    // As they were published, and as they are published now.
    let mut answers: [Vec<Value>; 2] = Default::default();
    for steps in 1..=Migrator::migrations().len() {
        let (database, connection) = of_version(engine, steps).await;
        connection.close().await.unwrap();
        let service = Service::migrated(database).await;
        hold_entities_to(&service.database, engine).await;
        check_content(&service, steps).await;
        if steps >= steps_to("m0003_results") {
            if steps < steps_to("m0004_releases") {
                service.operator().publish(None).await.unwrap();
            }
            let scores = "SELECT COUNT(*), CAST(SUM(score) AS BIGINT) FROM benchmark_score";
            assert_eq!(service.database.numbers(scores).await[0][0], 8 * (INSTITUTIONS + 1));
            let published_now = steps < steps_to("m0004_releases");
            answers[usize::from(published_now)].push(service.ask(Some(LEP), &question(INPUT)).await.data());
        }
        // What comes after has numbers of its own.
        service
            .operator()
            .add_organisation("NEW", api::domain::OrganisationKind::Hub, "New", "E12000001")
            .await
            .unwrap();
    }
    for answers in &answers {
        assert_eq!(answers[0]["outcomes"]["cells"][0]["institutions"], INSTITUTIONS);
        assert!(answers.iter().all(|answer| *answer == answers[0]));
    }
    assert_ne!(answers[0][0], answers[1][0], "what was published before keeps the noise that it had");
}

/// A period that was published with the first method goes on with its numbers, in every release; what is new has the present one.
#[rstest]
#[case(Engine::Sqlite)]
#[case(Engine::Postgres)]
#[tokio::test]
async fn what_the_build_before_published_keeps_its_numbers_and_loses_its_bands(#[case] engine: Engine) {
    let (database, connection) = of_version(engine, steps_to("m0009_rules")).await;
    connection.close().await.unwrap();
    let service = Service::migrated(database).await;
    let ask = async |input: &str| {
        let fields = "release { number method } citation cells { achievedShare { value standardError } }";
        service.ask(Some(LEP), &format!("{{ outcomes(input: {input}) {{ {fields} }} }}")).await.data()["outcomes"]
            .take()
    };
    let before = ask(INPUT).await;
    assert_eq!(before["release"], json!({"number": 1, "method": 1}));
    let citation = before["citation"].as_str().unwrap();
    assert!(citation.starts_with("release-1-regional-"), "{citation}");
    // The noise of 2.9 institutions, and its step of rounding.
    assert_eq!(before["cells"][0]["achievedShare"]["standardError"], 0.0739);

    let columns = "institution_scheme,institution_id,framework,period,completed_on,local_authority,hub,phase,type,\
                   disadvantage_quintile,size_band,setting,terms_version,b1,b2,b3,b4,b5,b6,b7,b8";
    let newer = (100_100..100_140).fold(format!("{columns}\n"), |mut file, id| {
        let scores = [if id % 2 == 0 { "100" } else { "40" }; 8].join(",");
        let _ = writeln!(
            file,
            "URN,{id},GATSBY-2014,202425T1,2024-12-15,E06000047,,secondary,academy,1,large,urban,v1,{scores}"
        );
        file
    });
    let report = service.hand_in_file(LEP, &newer).await;
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    service.operator().publish(None).await.unwrap();
    let after = ask(INPUT).await;
    assert_eq!((&after["release"]["method"], &after["cells"]), (&json!(4), &before["cells"]));
    assert!(after["citation"].as_str().unwrap().starts_with("release-2-m4-regional-"));
    let new = ask(&INPUT.replace("202324T3", "202425T1")).await;
    assert_eq!(new["cells"][0]["achievedShare"]["standardError"], 0.121);
    let cited = format!(
        "{{ table(purpose: \"benchmarking\", citation: \"{citation}\") {{ cells {{ achievedShare {{ value standardError }} }} }} }}"
    );
    let cited = service.ask(Some(LEP), &cited).await;
    assert_eq!(cited.data()["table"]["cells"], before["cells"]);
    let other = citation.replace("release-1-", "release-2-");
    let (code, message) = service
        .ask(Some(LEP), &format!("{{ table(purpose: \"benchmarking\", citation: \"{other}\") {{ tier }} }}"))
        .await
        .error();
    assert_eq!((code.as_str(), message.contains("method 1") && message.contains("method 4")), ("BAD_REQUEST", true));

    let bands = |release: u8| {
        format!(
            "{{ destinations(input: {{release: {release}, areas: [\"E12000001\"], purpose: \"benchmarking\", \
             byBenchmarksAchieved: {{framework: \"GATSBY-2014\", period: \"202324T3\"}}}}) {{ citation cells {{ share {{ value }} }} }} }}"
        )
    };
    let (code, message) = service.ask(Some(LEP), &bands(1)).await.error();
    assert_eq!((code.as_str(), message.contains("method 1, which told too much")), ("FORBIDDEN", true), "{message}");
    let now = service.ask(Some(LEP), &bands(2)).await.data()["destinations"]["citation"].take();
    let old = now.as_str().unwrap().replace("release-2-m4-", "release-1-");
    let (code, message) = service
        .ask(Some(LEP), &format!("{{ destinationTable(purpose: \"benchmarking\", citation: \"{old}\") {{ tier }} }}"))
        .await
        .error();
    assert_eq!(code, "FORBIDDEN", "{message}");
}

#[rstest]
#[case(Engine::Sqlite)]
#[case(Engine::Postgres)]
#[tokio::test]
async fn a_row_that_breaks_a_new_rule_is_named_and_nothing_is_changed(#[case] engine: Engine) {
    let before = steps_to("m0006_budget");
    for (sql, mended, expected) in [
        (
            "UPDATE benchmark_score SET score = 101 WHERE result_id = 5 AND benchmark = 2",
            "UPDATE benchmark_score SET score = 100 WHERE result_id = 5 AND benchmark = 2",
            "table `benchmark_score`, row with result_id `5`, benchmark `2`: expected in `score` a whole number from 0 to 100, \
             found `101`",
        ),
        (
            "UPDATE result SET local_authority_id = 4711 WHERE id = 7",
            "UPDATE result SET local_authority_id = (SELECT id FROM area WHERE code = 'E06000047') WHERE id = 7",
            "table `result`, row with id `7`: expected in `local_authority_id` the id of a row of `area`, found `4711`",
        ),
        (
            "UPDATE organisation SET kind = 'club'",
            "UPDATE organisation SET kind = 'lep'",
            "table `organisation`, row with id `1`: expected in `kind` one of hub, lep, authority, national, partner, found \
             `club`",
        ),
        (
            "UPDATE agreement SET dimensions = 'PHASE,COLOUR' WHERE dimensions = ''",
            "UPDATE agreement SET dimensions = '' WHERE dimensions = 'PHASE,COLOUR'",
            "table `agreement`, row with id `3`: expected in `dimensions` some of PHASE, TYPE, DISADVANTAGE, SIZE, SETTING, \
             found `COLOUR`",
        ),
    ] {
        let (database, connection) = of_version(engine, before).await;
        connection.execute_unprepared(sql).await.unwrap();
        let exchange = Exchange::open(&database.url, Secret::new([1; 32]), std::sync::Arc::new(clock())).await.unwrap();
        let told = match exchange.operator(Authority::of_the_operator()).migrate().await {
            Err(Error::Conflict(told)) => told,
            other => panic!("expected a conflict, found {other:?}"),
        };
        assert_eq!(
            told,
            format!("the database cannot be brought up to date: {expected}; correct the row, then migrate again")
        );
        let left = match engine {
            Engine::Sqlite => "SELECT COUNT(*) FROM sqlite_schema WHERE name LIKE '%\\_new%' ESCAPE '\\'",
            Engine::Postgres => "SELECT COUNT(*) FROM pg_tables WHERE tablename LIKE '%\\_new%'",
        };
        assert_eq!(database.numbers(left).await, [[0]]);
        connection.execute_unprepared(mended).await.unwrap();
        connection.close().await.unwrap();
        Service::migrated(database).await;
    }
}

#[rstest]
#[case(Engine::Sqlite)]
#[case(Engine::Postgres)]
#[tokio::test]
async fn the_rules_and_the_listed_dimensions_can_be_taken_back(#[case] engine: Engine) {
    let last = steps_to("m0009_rules");
    let back = u32::try_from(last - steps_to("m0008_agreement_dimensions") + 1).unwrap();
    let (database, connection) = of_version(engine, last).await;
    Migrator::down(&connection, Some(back)).await.unwrap();
    let counts = "SELECT COUNT(*), COUNT(dimensions), CAST(SUM(LENGTH(dimensions)) AS BIGINT) FROM agreement";
    assert_eq!(database.numbers(counts).await, [[3, 2, 10]], "a list of two, and one of none");
    connection.execute_unprepared("UPDATE benchmark_score SET score = 101 WHERE result_id = 5").await.unwrap();
    connection.execute_unprepared("UPDATE benchmark_score SET score = 100 WHERE result_id = 5").await.unwrap();
    connection.close().await.unwrap();
    let service = Service::migrated(database).await;
    hold_entities_to(&service.database, engine).await;
    check_content(&service, last).await;
}

#[rstest]
#[case(Engine::Sqlite)]
#[case(Engine::Postgres)]
#[tokio::test]
async fn whoever_handed_in_the_newest_result_speaks_for_an_institution_of_an_earlier_version(#[case] engine: Engine) {
    let (database, connection) = of_version(engine, steps_to("m0009_rules")).await;
    let rows = format!(
        "INSERT INTO organisation (code, name, kind, area_id) SELECT 'NEXT', 'Next', 'lep', id FROM area \
         WHERE code = 'E06000047'; \
         INSERT INTO submission (id, organisation_id, checksum, received_at, rows, results, scores) \
         SELECT 2, id, '{:064}', '2024-09-01 10:00:00+00:00', 1, 1, 0 FROM organisation WHERE code = 'NEXT'; \
         INSERT INTO result (id, institution_id, framework_id, period, completed_on, submission_id, terms_version, \
         local_authority_id, phase, type, disadvantage, size, setting, supersedes) \
         SELECT {}, institution_id, framework_id, period, completed_on, 2, terms_version, local_authority_id, phase, type, \
         disadvantage, size, setting, id FROM result WHERE id = 7",
        9,
        INSTITUTIONS + 2
    );
    connection.execute_unprepared(&rows).await.unwrap();
    connection.close().await.unwrap();
    let service = Service::migrated(database).await;
    let spoken =
        "SELECT s.institution_id FROM speaker s JOIN organisation o ON o.id = s.organisation_id WHERE o.code = 'NEXT'";
    assert_eq!(service.database.numbers(spoken).await, [[7]]);
    assert_eq!(service.database.numbers("SELECT COUNT(*) FROM speaker").await, [[INSTITUTIONS]]);
}
