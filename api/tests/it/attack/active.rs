//! An active provider: a hub hands its own results in anew, with other attributes, before each of many releases, and asks the
//! same tables of each, so that every cell becomes a new set.

use api::domain::{AreaKind, Dimension};
use disclosure::Tier;

use crate::support::{Database, Engine, HUB, LEP, Service, attacks_run_long, block_on};

use super::{
    ask::{Asker, Tabulation},
    decoder::decode,
    figures::{Figures, beyond},
    fixture::{accepted, of_one_lep},
    gather::{Heard, observations, whole, within_budget},
    joint::{Targets, judge},
    outsider::beliefs,
    population::{Population, area},
    report::{Attack, Report},
};

/// The hub's members with other attributes: a category further in one dimension, for all of them or for a half.
fn shifted(population: &Population, release: usize, own: &dyn Fn(u32) -> bool) -> Population {
    let mut shifted = population.clone();
    for (id, institution) in (0..).zip(&mut shifted.institutions).filter(|(id, _)| own(*id)) {
        let dimension = Dimension::ALL[release % Dimension::ALL.len()];
        if (id as usize).is_multiple_of(1 + release % 2) {
            let categories = dimension.categories();
            let next = (usize::from(institution.attributes.0[dimension as usize]) + release) % categories.len();
            institution.attributes = institution.attributes.with(dimension, categories[next].code).unwrap();
        }
    }
    shifted
}

#[test]
fn handing_in_anew_before_each_release_makes_no_new_noise_for_free() {
    block_on(async {
        let terms = if attacks_run_long() { 3 } else { 1 };
        let population = of_one_lep(terms);
        let hub = area("HUB-2018-21");
        let own = |id: u32| population.institutions[id as usize].hubs.iter().any(|(code, _)| *code == hub);
        let known = |id: u32, benchmark: u8| {
            own(id).then(|| population.institutions[id as usize].achieved(benchmark) == Some(true))
        };
        let service = Service::over(Database::fresh(Engine::Sqlite).await, 32).await;
        accepted(&service.hand_in_file(LEP, &population.file_of(|id, _, _| !own(u32::try_from(id).unwrap()))).await);
        let asker = Asker { service: &service, organisation: HUB, tier: Tier::Regional };
        let (mut versions, mut heard, mut asked): (Vec<Population>, Vec<Heard>, Vec<Tabulation>) = Default::default();
        let releases = 16;
        for release in 0..releases {
            let version = if release == 0 { population.clone() } else { shifted(&population, release, &own) };
            // What is refused here is as good as not tried.
            service.hand_in_file(HUB, &version.file_of(|id, _, _| own(u32::try_from(id).unwrap()))).await;
            if service.operator().publish(None).await.is_err() {
                continue;
            }
            let at = versions.len();
            if at == 0 {
                heard = within_budget(&[asker], &version, terms, AreaKind::Region).await;
                for heard in &heard {
                    if !asked.contains(&heard.answer.tabulation) {
                        asked.push(heard.answer.tabulation.clone());
                    }
                }
            } else {
                for tabulation in &asked {
                    let answers = whole(asker, tabulation, &version, &version.periods).await;
                    heard.extend(answers.into_iter().flatten().map(|heard| Heard { release: at, ..heard }));
                }
            }
            versions.push(version);
        }
        let versions: Vec<&Population> = versions.iter().collect();
        let beliefs = beliefs(&population);
        let first: Vec<Heard> = heard.extract_if(.., |heard| heard.release == 0).collect();
        let before = decode(&observations(&versions[..1], &first), &beliefs, &known);
        let all: Vec<Heard> = first.into_iter().chain(heard).collect();
        let told = observations(&versions, &all);
        let cells: usize = told.iter().map(Vec::len).sum();
        let after = decode(&told, &beliefs, &known);
        let mut report = Report::of(Attack::Active);
        let figures = Figures::of(&population, &after, &|id, _| !own(id));
        let what = format!("a hub hands in anew before each of {releases} releases");
        let targets = Targets { advantage: 0.08, evidence: 0.70, told: 0.01, worst_tenth: 0.20 };
        judge(&mut report, &what, &figures, &targets);
        let extra = beyond(&population, &after, &before, &|id| !own(id));
        let detail = format!("{cells} different answers");
        report.at_most(&format!("{what}: AUC of the evidence beyond the first release's"), 0.60, extra, &detail);
        report.finish();
    });
}
