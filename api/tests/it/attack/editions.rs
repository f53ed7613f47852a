//! A period in its provisional, revised and final edition: between these a provider corrects results of its own, or takes them back
//! and hands them in again, so that cells move to bases with noise of their own. Somebody who works elsewhere, and whom nobody takes
//! for an insider, asks for all three, and the two put together what they know.

use api::{
    domain::{AreaKind, Publication, Publishable},
    service::WithdrawRequest,
};
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

/// What the provider does before the revised and the final edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Between {
    /// Each of its results that is not the best becomes another one that says the same of who achieved what.
    Corrects,
    /// All of them are taken back, and handed in again.
    TakesBack,
}

/// Somebody who handed in nothing and works elsewhere.
const ELSEWHERE: &str = "ELSEWHERE";

/// The population with the provider's own results a little otherwise, the same benchmarks achieved.
fn corrected(population: &Population, edition: u8, own: &dyn Fn(u32) -> bool) -> Population {
    let mut corrected = population.clone();
    for (_, institution) in (0..).zip(&mut corrected.institutions).filter(|(id, _)| own(*id)) {
        if let Some(score) = institution.scores.iter_mut().flatten().find(|score| **score < 90) {
            *score += edition;
        }
    }
    corrected
}

/// The population without the provider's own results.
fn without(population: &Population, own: &dyn Fn(u32) -> bool) -> Population {
    let mut without = population.clone();
    let terms = without.periods.len();
    for (_, institution) in (0..).zip(&mut without.institutions).filter(|(id, _)| own(*id)) {
        institution.absent = (0..terms).collect();
    }
    without
}

async fn publish(service: &Service) {
    let waiting = service.operator().waiting().await.unwrap().into_iter();
    let revise = waiting.filter(|waiting| waiting.next.is_some()).map(|waiting| waiting.period).collect();
    service.operator().publish(Publication { note: None, revise }).await.unwrap();
}

/// A service with three editions, and who is in each.
async fn three_editions(
    population: &Population,
    between: Between,
    own: &dyn Fn(u32) -> bool,
) -> (Service, Vec<Population>) {
    let service = Service::over(Database::fresh(Engine::Sqlite).await, 33).await;
    let number = |id: usize| u32::try_from(id).unwrap();
    let hand_in = async |organisation, version: &Population, of_own: bool| {
        let file = version.file_of(|id, _, _| own(number(id)) == of_own);
        accepted(&service.hand_in_file(organisation, &file).await);
    };
    hand_in(LEP, population, false).await;
    let mut versions = Vec::new();
    for edition in 0..3 {
        let version = match between {
            Between::TakesBack if edition == 1 => without(population, own),
            _ => corrected(population, edition, own),
        };
        if between == Between::TakesBack && edition == 1 {
            let everything = WithdrawRequest {
                organisation: HUB.into(),
                submission: None,
                periods: population.periods.iter().copied().map(Publishable::Term).collect(),
                institutions: Vec::new(),
                why: None,
            };
            service.operator().withdraw(&everything).await.unwrap();
        } else {
            hand_in(HUB, &version, true).await;
        }
        publish(&service).await;
        versions.push(version);
    }
    (service, versions)
}

#[test]
fn changes_of_ones_own_between_editions_make_others_little_plainer() {
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
        let others: Vec<u32> = (0..).zip(&population.institutions).map(|(id, _)| id).filter(|id| !own(*id)).collect();
        let beliefs = beliefs(&population);
        let mut report = Report::of(Attack::Editions);
        for between in [Between::Corrects, Between::TakesBack] {
            let (service, versions) = three_editions(&population, between, &own).await;
            service.add_partner_of(ELSEWHERE, "HK", "E12000001", Tier::Regional).await;
            let versions: Vec<&Population> = versions.iter().collect();
            let (mut collected, mut cells) = (Collected::new(&population), [0; 2]);
            for key in 0..if attacks_run_long() { 8 } else { 2 } {
                let service = service.under([180 + key; 32]).await;
                let asker = Asker { service: &service, organisation: ELSEWHERE, tier: Tier::Regional };
                let chosen = within_budget(&[asker], &population, terms, AreaKind::Region, &BENCHMARKS).await;
                let mut asked: Vec<Tabulation> = Vec::new();
                for heard in &chosen {
                    if !asked.contains(&heard.answer.tabulation) {
                        asked.push(heard.answer.tabulation.clone());
                    }
                }
                let mut all: Vec<Heard> = Vec::new();
                for (release, version) in versions.iter().enumerate() {
                    let more = format!(", release: {}", release + 1);
                    for tabulation in &asked {
                        let answers = whole_of(asker, tabulation, version, &version.periods, &BENCHMARKS, &more).await;
                        all.extend(answers.into_iter().flatten().map(|heard| Heard { release, ..heard }));
                    }
                }
                let first: Vec<Heard> = all.iter().filter(|heard| heard.release == 0).cloned().collect();
                let (before, told) = (observations(&versions, &first), observations(&versions, &all));
                cells = [&before, &told].map(|told| told.iter().map(Vec::len).sum());
                let [before, after] = [before, told].map(|told| decode(&told, &beliefs, &known));
                collected.add(&population, &others, [&after, &before]);
            }
            let what = match between {
                Between::Corrects => "a provider corrects all of its own between three editions",
                Between::TakesBack => "a provider takes all of its own back and hands it in again",
            };
            let what = format!("{what}, asked by another, {terms} terms");
            let targets = Targets { advantage: 0.08, evidence: 0.70, told: 0.01, worst_tenth: 0.20 };
            judge(&mut report, &what, &collected.figures(), &targets);
            let detail = format!("{} answers in place of {}", cells[1], cells[0]);
            let figure = format!("{what}: AUC of the evidence beyond the first edition's");
            report.at_most(&figure, 0.60, collected.beyond(), &detail);
            assert!(cells[1] > cells[0], "the attack was hardly made: {detail}");
        }
        report.finish();
    });
}
