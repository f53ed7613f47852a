//! Charges of several replicas at once: as many as there may be, also while one of them stands still.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use api::{
    domain::{Bill, Charge, Clock},
    store::{Absent, Debit, Store, Till},
};
use disclosure::{POOL_TABULATIONS, Tier};
use tokio::task::JoinSet;

use super::{
    question::about,
    replica::{Operator, Replica},
};
use crate::support::{
    Database, Engine, HUB, LEP, Network, PARTNER, Postgres, Service, ask_router, attacks_run_long, clock,
};

async fn entries(service: &Service) -> i64 {
    service.database.numbers("SELECT COUNT(*) FROM budget_entry").await[0][0]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_new_tabulations_at_once_over_three_replicas_as_many_are_opened_as_there_may_be() {
    let service = Service::filled(Engine::Postgres).await;
    let replicas = [service.replica().await, service.replica().await];
    let mut asked = JoinSet::new();
    for n in 0..41 {
        let replica = [&service, &replicas[0], &replicas[1]][n % 3];
        let (router, token) = (replica.router.clone(), replica.token([LEP, HUB, PARTNER][n / 3 % 3]));
        asked.spawn(async move { ask_router(&router, &token, &about(3, n)).await });
    }
    let answers = asked.join_all().await;
    let refused = answers.iter().filter(|answer| answer.json().get("errors").is_some());
    let refused: Vec<_> = refused.map(|answer| answer.error().0).collect();
    let opened = answers.len() - refused.len();
    assert!(refused.iter().all(|code| code == "BUDGET_EXHAUSTED"), "{refused:?}");
    assert_eq!(entries(&service).await, i64::try_from(opened).unwrap(), "answered and charged");
    let limit = Tier::Regional.rules().new_tabulations.unwrap_or(u32::MAX);
    let limit = usize::try_from(limit * 3).unwrap().min(usize::try_from(POOL_TABULATIONS).unwrap());
    assert_eq!(opened, limit, "three organisations");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_one_of_three_replicas_is_frozen_one_organisation_opens_no_more_than_it_may_on_postgresql() {
    let database = Database::fresh(Engine::Postgres).await;
    let operator = Operator::over(&database.url);
    let replicas = [(); 3].map(|()| operator.serve(&database.url));
    let entries = async || database.numbers("SELECT COUNT(*) FROM budget_entry").await[0][0];
    // It is stopped while it charges.
    let (address, token) = (replicas[2].address(), operator.token.clone());
    let asking = std::thread::spawn(move || {
        (50..60).filter(|&n| Replica::ask_at(&address, &token, &about(3, n)).is_answer()).count()
    });
    while entries().await == 0 {
        tokio::task::yield_now().await;
    }
    replicas[2].signal("-STOP");
    let asked: Vec<_> = (0..41)
        .map(|n| {
            let (address, token) = (replicas[n % 2].address(), operator.token.clone());
            std::thread::spawn(move || Replica::ask_at(&address, &token, &about(3, n)))
        })
        .collect();
    let told: Vec<_> = asked.into_iter().map(|asked| asked.join().unwrap()).collect();
    let opened = told.iter().filter(|told| told.is_answer()).count();
    for told in told.iter().filter(|told| !told.is_answer()) {
        assert_eq!(told.body["errors"][0]["extensions"]["code"], "BUDGET_EXHAUSTED", "{told:?}");
    }
    replicas[2].signal("-CONT");
    let opened = i64::try_from(opened + asking.join().unwrap()).unwrap();
    let limit = i64::from(Tier::Regional.rules().new_tabulations.unwrap());
    let charged = entries().await;
    assert_eq!(charged, limit);
    // Of the one that stood still somebody may have waited too long for an answer that was charged.
    assert!((limit - 1..=limit).contains(&opened), "{opened} answered");
    println!("41 new tabulations over three replicas, one of them frozen: {opened} answered, {charged} charged");
}

/// Charges about many measures, handed in by 64 at a time.
async fn charged(till: &Arc<Till>, organisation: i64, prefix: &'static str, charges: usize) -> Duration {
    let started = Instant::now();
    let mut asked = JoinSet::new();
    for first in 0..64 {
        let till = till.clone();
        asked.spawn(async move {
            for n in (first..charges).step_by(64) {
                let charge = Charge { measure: format!("{prefix}/{n}").into(), tabulation: "REGION;PHASE=*".into() };
                let bill = Bill::of(&[vec![charge]]);
                let debit = Debit { organisation, tier: Tier::Regional, bill, at: clock().now() };
                assert_eq!(till.debit(debit).await.unwrap(), [Ok(())]);
            }
        });
    }
    asked.join_all().await;
    started.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn charges_that_come_together_are_entered_together_however_far_the_database_is() {
    let service = Service::filled(Engine::Postgres).await;
    let organisation = service.database.numbers("SELECT MIN(id) FROM organisation").await[0][0];
    let socket = Postgres::shared().socket(5432);
    let charges = if attacks_run_long() { 2_000 } else { 200 };
    for (name, delay) in [("near", 0), ("far", 5)] {
        let network = Network::to(socket.clone(), Duration::from_millis(delay));
        let address = network.url(service.database.name()).parse().unwrap();
        let till = Arc::new(Till::new(Store::connect(&address, Absent::Refuse).await.unwrap()));
        let took = charged(&till, organisation, name, charges).await;
        println!(
            "{charges} charges at {} ms to the database and back: {:.0}/s",
            2 * delay,
            f64::from(u32::try_from(charges).unwrap()) / took.as_secs_f64()
        );
    }
    assert_eq!(entries(&service).await, i64::try_from(2 * charges).unwrap());
}
