//! Services that several attacks share. Each attack brings an organisation of its own, with a budget of its own; those that
//! would use up the pool of all organisations work on a copy.

use std::sync::Arc;

use api::domain::Period;
use tokio::sync::OnceCell;

use crate::support::{Database, HUB, LEP, Service, attacks_run_long};

use super::population::{Population, area};

/// A service and the population behind it.
pub(super) struct Fixture {
    pub(super) service: Service,
    pub(super) population: Arc<Population>,
}

/// The number of the secret.
const SECRET: u8 = 77;

/// How many terms of constant scores.
pub(super) const TERMS: usize = 30;

/// Two regions (three in the long run) over 30 terms of constant scores.
///
/// The scores are those of 2021/22, when about six in ten achieved: the nearer to one half, the more there is to learn.
pub(super) async fn regions() -> &'static Fixture {
    static SHARED: OnceCell<Fixture> = OnceCell::const_new();
    let all = ["E12000001", "E12000003", "E12000004"];
    let regions = if attacks_run_long() { &all[..] } else { &all[..2] };
    let population = || Population::drawn(regions, Period::new(2021, 3).unwrap(), TERMS);
    SHARED.get_or_init(|| async { Fixture::filled("attack-regions", population()).await }).await
}

/// The whole of England in the newest term.
pub(super) async fn england() -> &'static Fixture {
    static SHARED: OnceCell<Fixture> = OnceCell::const_new();
    let population = || Population::drawn(&["E92000001"], Period::new(2024, 3).unwrap(), 1);
    SHARED.get_or_init(|| async { Fixture::filled("attack-england", population()).await }).await
}

impl Fixture {
    /// Institutions handed in by their organisations, and published.
    pub(super) async fn filled(name: &str, population: Population) -> Self {
        let service = Service::over(Database::shared(name), SECRET).await;
        let hub = area("HUB-2018-21");
        let own = |institution: &super::population::Institution| institution.hubs.iter().any(|(code, _)| *code == hub);
        // The terms before an institution joined its hub, and after it left, are handed in by who speaks for it by then.
        let file = population.file(own);
        let (header, rows) = file.split_once('\n').unwrap();
        let (members, others): (Vec<&str>, Vec<&str>) = rows.lines().partition(|row| row.contains(",HUB-2018-21,"));
        for rows in [members, others].into_iter().filter(|rows| !rows.is_empty()) {
            accepted(&service.hand_in_file(HUB, &format!("{header}\n{}\n", rows.join("\n"))).await);
        }
        accepted(&service.hand_in_file(LEP, &population.file(|institution| !own(institution))).await);
        service.operator().publish(None).await.unwrap();
        Self { service, population: Arc::new(population) }
    }

    /// The same population behind the same noise, with a budget and a pool that nobody has used yet.
    pub(super) async fn apart(&self, name: &str) -> Self {
        let service = self.service.copied(&format!("attack-{name}"), SECRET).await;
        Self { service, population: self.population.clone() }
    }
}

/// The institutions of one region's LEP whose hub and LEP hand in results here.
pub(super) fn of_one_lep(terms: usize) -> Population {
    let mut population = Population::drawn(&["E12000001"], Period::new(2021, 3).unwrap(), terms);
    let inside = super::population::catalogue().local_authorities(area("E37000025"));
    population.institutions.retain(|institution| inside.contains(&institution.local_authority));
    population
}

pub(super) fn accepted(report: &api::service::ImportReport) {
    assert!(report.problems.is_empty(), "{:?}", report.problems.first());
}
