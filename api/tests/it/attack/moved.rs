//! Institutions that change hub halfway through nine terms, their results staying as they are: what the answers of both hubs tell
//! of them, beside what they tell of those who stay.

use api::domain::{AreaIndex, AreaKind, Period};
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
    population::{BENCHMARKS, Population, catalogue},
    report::{Attack, Report},
};

const TERMS: usize = 9;

/// The North East, where every third member of a hub moves to the next hub halfway.
fn population() -> Population {
    let mut population = Population::drawn(&["E12000001"], Period::new(2021, 3).unwrap(), TERMS);
    let hubs = population.areas(AreaKind::Hub);
    assert!(hubs.len() > 1, "there is nowhere to move to");
    let members = population.institutions.iter_mut().filter(|institution| !institution.hubs.is_empty());
    for (number, institution) in members.enumerate() {
        let first = institution.hubs[0].0;
        // Another one around its local authority, where there is one.
        let around = |hub: &&AreaIndex| {
            let parents = catalogue().parents(**hub);
            **hub != first && parents.iter().all(|&parent| catalogue().lies_in(institution.local_authority, parent))
        };
        let next = hubs.iter().find(around).copied().filter(|_| number % 3 == 0);
        institution.hubs = match next {
            Some(next) => vec![(first, 0..TERMS / 2), (next, TERMS / 2..TERMS)],
            None => vec![(first, 0..TERMS)],
        };
    }
    population
}

#[test]
fn whoever_changes_hub_is_told_hardly_more_of_than_whoever_stays() {
    block_on(async {
        let fixture = Fixture::filled("attack-moved", population()).await;
        let (service, population) = (&fixture.service, &fixture.population);
        service.add_partner("MOVED", "E92000001", Tier::Regional).await;
        let of = |hubs: usize| -> Vec<u32> {
            let all = (0..).zip(&population.institutions);
            all.filter(|(_, institution)| institution.hubs.len() == hubs).map(|(id, _)| id).collect()
        };
        let (movers, neighbours) = (of(2), of(1));
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
            format!("changed hub, {TERMS} terms: AUC of the evidence, one half and what exceeds the neighbours'");
        report.at_most(&figure, 0.60, 0.5 + moved.evidence - stayed.evidence, &detail);
        let told = format!("{:.0} % of them right", 100.0 * moved.told_right);
        report.at_most("the same: facts told with 95 % confidence", 0.02, moved.told, &told);
        report.finish();
    });
}
