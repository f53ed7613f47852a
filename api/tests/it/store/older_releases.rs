//! A database of a time before editions: its releases say what they said, and periods that changed often are final.

use std::fmt::Write;

use rstest::rstest;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use super::migrations::{INSTITUTIONS, of_version, steps_to};
use crate::{
    destinations,
    support::{Engine, LEP, Service, question, revising},
};

/// How many releases there are; in each after the first, twelve institutions are corrected.
const RELEASES: i64 = 6;
/// How many institutions are corrected at once.
const CORRECTED: i64 = 12;
/// The last result of the first release.
const FIRST: i64 = INSTITUTIONS + 1;
/// The counts of destinations, and those that correct some in the fifth release.
const COUNTS: [i64; 2] = [INSTITUTIONS * 5 + 5, INSTITUTIONS * 5 + 5 + CORRECTED];

fn last_result(release: i64) -> i64 {
    FIRST + (release - 1) * CORRECTED
}

/// The releases after the first up to one, with what came in before each, as a build before editions stored them.
fn releases_up_to(last: i64) -> String {
    let mut sql = String::new();
    for release in 2..=last {
        for institution in 1..=CORRECTED {
            let id = last_result(release - 1) + institution;
            let before = match (release, institution) {
                (2, 1) => FIRST,
                (2, _) => institution,
                _ => id - CORRECTED,
            };
            let _ = write!(
                sql,
                "INSERT INTO result (id, institution_id, framework_id, period, completed_on, submission_id, terms_version, \
                 local_authority_id, phase, type, disadvantage, size, setting, supersedes) \
                 SELECT {id}, institution_id, framework_id, period, completed_on, submission_id, terms_version, \
                 local_authority_id, phase, type, disadvantage, size, setting, id FROM result WHERE id = {before};"
            );
            for benchmark in 1..=8 {
                let score = if (institution * benchmark + release) % 3 == 0 { 100 } else { 40 };
                let _ = write!(sql, "INSERT INTO benchmark_score VALUES ({id}, {benchmark}, {score});");
            }
            if release == 5 {
                let (count, before) = (COUNTS[0] + institution, institution * 5 + 1);
                let _ = write!(
                    sql,
                    "INSERT INTO destination_count (id, institution_id, cohort_year, stage, category, students, \
                     submission_id, local_authority_id, supersedes) SELECT {count}, institution_id, cohort_year, stage, \
                     category, students + 3, submission_id, local_authority_id, id FROM destination_count \
                     WHERE id = {before};"
                );
            }
        }
        let counts = COUNTS[usize::from(release >= 5)];
        let _ = write!(
            sql,
            "INSERT INTO release (number, published_at, checksum, note, synthetic, last_result, last_destination, \
             catalogue_version) VALUES ({release}, '2024-10-0{release} 10:00:00+00:00', '{release:064}', NULL, FALSE, {}, \
             {counts}, 1);",
            last_result(release)
        );
    }
    sql
}

/// A database with releases up to one, brought up to date.
async fn migrated(engine: Engine, last: i64) -> Service {
    let (database, connection) = of_version(engine, steps_to("m0009_rules")).await;
    connection.execute_unprepared(&releases_up_to(last)).await.unwrap();
    connection.close().await.unwrap();
    Service::migrated(database).await
}

/// What a release answers, for the LEP under its agreement and of its own results, with the citations.
async fn answers(service: &Service, release: i64) -> [Value; 3] {
    let outcomes = |purpose: &str| {
        question(&format!(
            r#"{{framework: "GATSBY-2014", areas: ["E12000001"], periods: ["202324T3"], purpose: "{purpose}", release: {release}}}"#
        ))
    };
    let of_students = destinations::question(&format!(
        r#"{{areas: ["E12000001"], cohortYears: ["202223"], stages: [KS4], purpose: "benchmarking", release: {release}}}"#
    ));
    let [shared, own] = ["benchmarking", "OWN_RESULTS"].map(outcomes);
    let ask = async |query: &str| service.ask(Some(LEP), query).await.data();
    [ask(&shared).await, ask(&own).await, ask(&of_students).await]
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_release_of_a_time_before_editions_keeps_its_tables_and_citations(#[case] engine: Engine) {
    let service = migrated(engine, RELEASES).await;
    let mut shared = Vec::new();
    for release in 1..=RELEASES {
        let answers = answers(&service, release).await;
        // As they were when it was the newest one: what came later changes nothing.
        let then = migrated(Engine::Sqlite, release).await;
        assert_eq!(answers, self::answers(&then, release).await, "release {release}");
        // Exactly what it held, as the rows tell.
        let last = last_result(release);
        for cell in answers[1]["outcomes"]["cells"].as_array().unwrap() {
            let achieved = format!(
                "SELECT COUNT(*) FROM result r JOIN benchmark_score b ON b.result_id = r.id \
                 WHERE r.id <= {last} AND b.benchmark = {} AND b.score = 100 \
                 AND NOT EXISTS (SELECT 1 FROM result n WHERE n.supersedes = r.id AND n.id <= {last})",
                cell["benchmark"]["number"]
            );
            let expected = service.database.numbers(&achieved).await[0][0];
            assert_eq!(cell["achieved"]["value"].as_f64(), Some(expected as f64), "release {release}: {cell}");
        }
        // A cited table comes back.
        let citation = &answers[0]["outcomes"]["citation"];
        let query = format!(
            "{{ table(citation: {citation}, purpose: \"benchmarking\") {{ cells {{ achievedShare {{ value }} }} }} }}"
        );
        let cited = service.ask(Some(LEP), &query).await.data();
        let shares = |cells: &Value| -> Vec<Value> {
            cells.as_array().unwrap().iter().map(|cell| cell["achievedShare"]["value"].clone()).collect()
        };
        assert_eq!(shares(&cited["table"]["cells"]), shares(&answers[0]["outcomes"]["cells"]));
        shared.push(answers[0]["outcomes"]["cells"].to_string());
    }
    shared.sort();
    shared.dedup();
    assert_eq!(shared.len(), 6, "each release changed enough to have shown");

    let query = "{ release { editions { period { code } edition release } destinationEditions { cohortYear edition release } } }";
    assert_eq!(
        service.ask(None, query).await.data()["release"],
        json!({
            "editions": [{"period": {"code": "202324T3"}, "edition": "FINAL", "release": RELEASES}],
            "destinationEditions": [{"cohortYear": "202223", "edition": "REVISED", "release": 5}],
        })
    );
    let refused = service.operator().publish(revising(&["202324T3"])).await.unwrap_err().to_string();
    assert_eq!(
        refused,
        "202324T3 had its last edition (provisional in release 1, revised in release 2, final in release 3, final in release \
         4, final in release 5, final in release 6): what comes in later stays unpublished"
    );
}
