//! Institutions that leave their hub halfway through nine terms, their results staying as they are: what the answers with and
//! without them tell of them, beside what they tell of those who stay.

use api::domain::{AreaKind, Period};
use disclosure::Tier;

use crate::support::{attacks_run_long, block_on};

use super::{
    ask::Asker,
    decoder::decode,
    figures::Collected,
    fixture::Fixture,
    gather::{observations, within_budget},
    joint::nobody,
    outsider::beliefs,
    population::{BENCHMARKS, Population},
    report::{Attack, Report},
};

const TERMS: usize = 9;

/// The North East, where every third member of a hub leaves it halfway.
fn population() -> Population {
    let mut population = Population::drawn(&["E12000001"], Period::new(2021, 3).unwrap(), TERMS);
    let members = population.institutions.iter_mut().filter(|institution| !institution.hubs.is_empty());
    for (number, institution) in members.enumerate() {
        let terms = if number % 3 == 0 { 0..TERMS / 2 } else { 0..TERMS };
        institution.hubs = vec![(institution.hubs[0].0, terms)];
    }
    population
}

#[test]
fn whoever_leaves_a_hub_is_told_hardly_more_of_than_whoever_stays() {
    block_on(async {
        let fixture = Fixture::filled("attack-moved", population()).await;
        let (service, population) = (&fixture.service, &fixture.population);
        service.add_partner("MOVED", "E92000001", Tier::Regional).await;
        let of = |leaves: bool| -> Vec<u32> {
            let members = (0..).zip(&population.institutions).filter(|(_, institution)| institution.hub(0).is_some());
            members.filter(|(_, one)| one.hub(TERMS - 1).is_none() == leaves).map(|(id, _)| id).collect()
        };
        let (movers, neighbours) = (of(true), of(false));
        assert!(movers.len() > 20, "{} moved", movers.len());
        let beliefs = beliefs(population);
        let (mut moved, mut stayed) = (Collected::new(population), Collected::new(population));
        for key in 0..if attacks_run_long() { 8 } else { 2 } {
            let service = service.under([200 + key; 32]).await;
            let asker = Asker { service: &service, organisation: "MOVED", tier: Tier::Regional };
            let heard = within_budget(&[asker], population, TERMS, AreaKind::Country, &BENCHMARKS).await;
            let decoded = decode(&observations(&[population], &heard), &beliefs, &nobody);
            moved.add(population, &movers, [&decoded, &decoded]);
            stayed.add(population, &neighbours, [&decoded, &decoded]);
        }
        let (moved, stayed) = (moved.figures(), stayed.figures());
        let mut report = Report::of(Attack::Moved);
        let detail = format!("{:.3} and {:.3}, of {} facts", moved.evidence, stayed.evidence, moved.facts);
        let figure =
            format!("left their hub, {TERMS} terms: AUC of the evidence, one half and what exceeds the neighbours'");
        report.at_most(&figure, 0.60, 0.5 + moved.evidence - stayed.evidence, &detail);
        let told = format!("{:.0} % of them right", 100.0 * moved.told_right);
        report.at_most("the same: facts told with 95 % confidence", 0.02, moved.told, &told);
        report.finish();
    });
}
