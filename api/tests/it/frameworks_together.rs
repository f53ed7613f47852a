//! Institutions with results under several frameworks in one term, where a question brings the frameworks together.

use serde_json::Value;

use disclosure::Tier;

use crate::support::{Engine, LEP, Population, Row, Service};

/// Forty schools of one local authority under the framework of 2014.
fn schools(period: &'static str) -> Vec<Row> {
    let there = |row: &Row| row.local_authority == "E06000047" && row.period == "202324T3";
    let mut rows = Population::standard(1).only(there).0;
    rows.iter_mut().for_each(|row| (row.period, row.hub, row.scores) = (period, "", vec![Some(100); 8]));
    for row in rows.iter_mut().filter(|row| row.id.is_multiple_of(2)) {
        row.scores = vec![Some(40); 8];
    }
    rows
}

/// The same schools, some of them, under the framework of 2025.
fn anew(rows: &[Row]) -> Population {
    Population(rows.iter().map(|row| Row { framework: "GATSBY-2025", ..row.clone() }).collect())
}

async fn hand_in(service: &Service, rows: &Population) {
    let report = service.hand_in(LEP, rows).await;
    assert!(report.problems.is_empty(), "{:?}", report.problems.first());
}

/// How many institutions the one cell of a benchmark counts, and all that is told of it.
async fn cell(service: &Service, framework: &str, period: &str, more: &str) -> (u64, Value) {
    let input = format!(
        "{{framework: \"{framework}\", areas: [\"E06000047\"], periods: [\"{period}\"], benchmarks: [3], mapped: true{more}}}"
    );
    let cell = service.cells("ABROAD", &input).await.swap_remove(0);
    (cell["institutions"].as_u64().unwrap_or_default(), cell)
}

async fn service() -> Service {
    let service = Service::empty(Engine::Sqlite).await;
    service.add_partner_of("ABROAD", "HK", "E12000001", Tier::Regional).await;
    service
}

#[tokio::test]
async fn an_institution_with_results_under_two_frameworks_counts_once() {
    let service = service().await;
    let rows = schools("202526T1");
    assert_eq!(rows.len(), 40);
    hand_in(&service, &Population(rows.clone())).await;
    hand_in(&service, &anew(&rows[..30])).await;
    service.operator().publish(None).await.unwrap();
    let (one, other) =
        (cell(&service, "GATSBY-2014", "202526T1", "").await, cell(&service, "GATSBY-2025", "202526T1", "").await);
    assert_eq!((one.0, other.0), (40, 40));
    assert_eq!(one.1["achievedShare"], other.1["achievedShare"], "whichever is asked for, the newest counts");
}

/// Fifteen schools under the framework of 2014, fifteen under that of 2025, and some under both, of which all achieve under the newer
/// one and none under the other.
async fn with_some_under_both(count: usize) -> Service {
    let service = service().await;
    let rows = schools("202526T1");
    let (older, rest) = rows.split_at(15 + count);
    let mut newer = anew(&[&older[15..], &rest[..15]].concat());
    for row in &mut newer.0[..count] {
        row.scores = vec![Some(100); 8];
    }
    let mut older = older.to_vec();
    older[15..].iter_mut().for_each(|row| row.scores = vec![Some(40); 8]);
    hand_in(&service, &Population(older)).await;
    hand_in(&service, &newer).await;
    service.operator().publish(None).await.unwrap();
    service
}

#[tokio::test]
async fn two_numberings_do_not_tell_how_far_two_results_of_one_institution_are_apart() {
    let service = with_some_under_both(1).await;
    for secret in 0..8 {
        let service = service.under([secret; 32]).await;
        for framework in ["GATSBY-2014", "GATSBY-2025"] {
            let (_, told) = cell(&service, framework, "202526T1", "").await;
            assert_eq!(told["achievedShare"]["reason"], "LOW_EFFECT", "beside either framework alone: {told}");
        }
    }
    let service = with_some_under_both(10).await;
    for secret in 0..8 {
        let service = service.under([secret; 32]).await;
        let (one, other) =
            (cell(&service, "GATSBY-2014", "202526T1", "").await, cell(&service, "GATSBY-2025", "202526T1", "").await);
        assert_eq!(one.0, 40);
        assert_eq!(one.1["achievedShare"]["reason"], Value::Null, "ten are enough: {}", one.1);
        assert_eq!(one.1["achievedShare"], other.1["achievedShare"]);
    }
}

/// Of forty schools one came under the newer framework too. Without it, and with it in the standard table, the answers would tell
/// of that one; the newer framework by itself has too few to count.
#[tokio::test]
async fn a_mapped_cell_is_not_the_standard_one_less_a_few() {
    let service = service().await;
    let rows = schools("202526T1");
    hand_in(&service, &Population(rows.clone())).await;
    hand_in(&service, &anew(&rows[..1])).await;
    service.operator().publish(None).await.unwrap();
    for framework in ["GATSBY-2014", "GATSBY-2025"] {
        let (_, told) = cell(&service, framework, "202526T1", "").await;
        assert_eq!(told["achievedShare"]["reason"], "LOW_EFFECT", "{told}");
    }
    let alone = "{framework: \"GATSBY-2014\", areas: [\"E06000047\"], periods: [\"202526T1\"], benchmarks: [3]}";
    let alone = service.cells("ABROAD", alone).await.swap_remove(0);
    assert_eq!(alone["institutions"], 40, "the framework by itself is told: {alone}");
}

#[tokio::test]
async fn whoever_comes_under_a_second_framework_later_is_a_change_and_earlier_releases_stay() {
    let service = service().await;
    let rows = schools("202526T1");
    hand_in(&service, &Population(rows.clone())).await;
    service.operator().publish(None).await.unwrap();
    let before = cell(&service, "GATSBY-2025", "202526T1", "").await;
    assert_eq!(before.0, 40);
    hand_in(&service, &anew(&rows[..9])).await;
    service.publish_anew().await;
    let nine = cell(&service, "GATSBY-2025", "202526T1", "").await;
    assert_eq!(nine, before, "nine that come under another framework are too few to show");
    hand_in(&service, &anew(&rows[9..14])).await;
    service.publish_anew().await;
    let after = cell(&service, "GATSBY-2025", "202526T1", "").await;
    assert_eq!(after.0, 40, "{}", after.1);
    assert_ne!(after, before, "fourteen are enough");
    let earlier = cell(&service, "GATSBY-2025", "202526T1", ", release: 1").await;
    assert_eq!(earlier, before, "a release goes on showing what it showed");
}

#[tokio::test]
async fn what_the_method_before_counted_twice_stays_as_it_was_published() {
    let service = service().await;
    let rows = schools("202526T1");
    hand_in(&service, &Population(rows.clone())).await;
    hand_in(&service, &anew(&rows[..30])).await;
    service.operator().publish(None).await.unwrap();
    service.database.execute("UPDATE release SET method = 2").await;
    let service = service.replica().await;
    let before = cell(&service, "GATSBY-2025", "202526T1", "").await;
    assert_eq!(before.0, 70, "{}", before.1);
    let newer = schools("202526T2");
    hand_in(&service, &Population(newer.clone())).await;
    hand_in(&service, &anew(&newer[..30])).await;
    service.operator().publish(None).await.unwrap();
    service.exchange.refresh().await.unwrap();
    assert_eq!(cell(&service, "GATSBY-2025", "202526T1", "").await, before, "in every release");
    assert_eq!(cell(&service, "GATSBY-2025", "202526T2", "").await.0, 40, "what is new is counted once");
}
