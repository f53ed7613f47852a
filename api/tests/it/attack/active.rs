//! An active provider: a hub hands its own results in anew, with other attributes, before each of many releases, and asks the
//! same tables of each, so that every cell becomes a new set.

use api::domain::{AreaKind, Dimension, Publication};
use disclosure::Tier;

use crate::support::{Database, Engine, HUB, LEP, Service, attacks_run_long, block_on};

use super::{
    ask::{Asker, Tabulation},
    decoder::decode,
    figures::Collected,
    fixture::{accepted, of_one_lep},
    gather::{Heard, observations, whole_of, within_budget},
    joint::{Targets, judge},
    outsider::beliefs,
    population::{BENCHMARKS, Population, area},
    report::{Attack, Report},
};

/// How many releases.
const RELEASES: usize = 16;

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
        let mut population = of_one_lep(terms);
        population.institutions.iter_mut().for_each(|institution| {
            institution.hubs.iter_mut().for_each(|(_, belongs)| *belongs = 0..terms);
        });
        let hub = area("HUB-2018-21");
        let own = |id: u32| population.institutions[id as usize].hubs.iter().any(|(code, _)| *code == hub);
        let known = |id: u32, benchmark: u8| {
            own(id).then(|| population.institutions[id as usize].achieved(benchmark) == Some(true))
        };
        let service = Service::over(Database::fresh(Engine::Sqlite).await, 32).await;
        accepted(&service.hand_in_file(LEP, &population.file_of(|id, _, _| !own(u32::try_from(id).unwrap()))).await);
        let mut versions: Vec<Population> = Vec::new();
        for release in 0..RELEASES {
            let version = if release == 0 { population.clone() } else { shifted(&population, release, &own) };
            // What is refused here is as good as not tried.
            service.hand_in_file(HUB, &version.file_of(|id, _, _| own(u32::try_from(id).unwrap()))).await;
            let waiting = service.operator().waiting().await.unwrap().into_iter();
            let revise = waiting.filter(|waiting| waiting.next.is_some()).map(|waiting| waiting.period).collect();
            if service.operator().publish(Publication { note: None, revise }).await.is_ok() {
                versions.push(version);
            }
        }
        let versions: Vec<&Population> = versions.iter().collect();
        let beliefs = beliefs(&population);
        let others: Vec<u32> = (0..).zip(&population.institutions).map(|(id, _)| id).filter(|id| !own(*id)).collect();
        let (mut collected, mut cells) = (Collected::new(&population), 0);
        for key in 0..if attacks_run_long() { 8 } else { 2 } {
            let service = service.under([160 + key; 32]).await;
            let asker = Asker { service: &service, organisation: HUB, tier: Tier::Regional };
            let first = within_budget(&[asker], &population, terms, AreaKind::Region, &BENCHMARKS).await;
            let mut asked: Vec<Tabulation> = Vec::new();
            for heard in &first {
                if !asked.contains(&heard.answer.tabulation) {
                    asked.push(heard.answer.tabulation.clone());
                }
            }
            let (mut of_first, mut all): (Vec<Heard>, Vec<Heard>) = Default::default();
            for (release, version) in versions.iter().enumerate() {
                let more = format!(", release: {}", release + 1);
                for tabulation in &asked {
                    let answers = whole_of(asker, tabulation, version, &version.periods, &BENCHMARKS, &more).await;
                    for heard in answers.into_iter().flatten() {
                        if release == 0 {
                            of_first.push(heard.clone());
                        }
                        all.push(Heard { release, ..heard });
                    }
                }
            }
            let before = decode(&observations(&versions, &of_first), &beliefs, &known);
            let told = observations(&versions, &all);
            cells = told.iter().map(Vec::len).sum();
            let after = decode(&told, &beliefs, &known);
            collected.add(&population, &others, [&after, &before]);
        }
        let mut report = Report::of(Attack::Active);
        let what = format!("a hub hands in anew {RELEASES} times, {terms} terms");
        let targets = Targets { advantage: 0.08, evidence: 0.70, told: 0.01, worst_tenth: 0.20 };
        judge(&mut report, &what, &collected.figures(), &targets);
        let figure = format!("{what}: AUC of the evidence beyond the first release's");
        report.at_most(
            &figure,
            0.60,
            collected.beyond(),
            &format!("{cells} different answers, {} releases", versions.len()),
        );
        report.finish();
    });
}
