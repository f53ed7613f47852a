//! The joint decoder at work: organisations that ask for all they may have, over terms, and put everything together.
//!
//! Results stay the same over all terms, which is the attackers' best case; of each term 3 % of institutions are absent, and 5 %
//! opened or closed on the way.

use api::domain::{AreaKind, Period};
use disclosure::{POOL_TABULATIONS, Tier};
use tokio::sync::OnceCell;

use crate::support::{HUB, attacks_run_long, block_on};

use super::{
    ask::Asker,
    decoder::{Observation, decode, last_one},
    figures::{Collected, Figures},
    fixture::Fixture,
    gather::{observations, within_budget},
    outsider::beliefs,
    population::{BENCHMARKS, Population, area},
    report::{Attack, Report},
    statistic::Samples,
};

/// How many terms the attackers ask about.
const TERMS: usize = 9;

/// The North East (with two more regions in the long run) over nine terms.
async fn changing() -> &'static Fixture {
    static SHARED: OnceCell<Fixture> = OnceCell::const_new();
    let all = ["E12000001", "E12000003", "E12000004"];
    let regions = if attacks_run_long() { &all[..] } else { &all[..1] };
    let population = || Population::drawn(regions, Period::new(2021, 3).unwrap(), TERMS).with_absences(0.03, 0.05);
    SHARED.get_or_init(|| async { Fixture::filled("attack-joint", population()).await }).await
}

/// The targets of a passive attacker.
#[derive(Clone, Copy)]
pub(super) struct Targets {
    pub(super) advantage: f64,
    pub(super) evidence: f64,
    pub(super) told: f64,
    pub(super) worst_tenth: f64,
}

pub(super) fn judge(report: &mut Report, what: &str, figures: &Figures, targets: &Targets) {
    let detail = format!(
        "best guess without answers {:.3}, with them {:.3}, of {} facts",
        figures.before, figures.after, figures.facts
    );
    report.at_most(&format!("{what}: advantage"), targets.advantage, figures.advantage(), &detail);
    report.at_most(&format!("{what}: AUC of the evidence"), targets.evidence, figures.evidence, "");
    let right = format!("{:.0} % of them right", 100.0 * figures.told_right);
    report.at_most(&format!("{what}: facts told with 95 % confidence"), targets.told, figures.told, &right);
    report.at_most(&format!("{what}: worst tenth of institutions"), targets.worst_tenth, figures.worst_tenth, "");
}

/// Who knows nothing beforehand.
pub(super) fn nobody(_: u32, _: u8) -> Option<bool> {
    None
}

#[test]
fn a_token_that_puts_everything_together_gains_little() {
    block_on(async {
        let shared = changing().await;
        let mut report = Report::of(Attack::Joint);
        let population = &shared.population;
        for (tier, terms, advantage) in [
            (Tier::Regional, 1, 0.08),
            (Tier::Regional, TERMS, 0.12),
            (Tier::International, 1, 0.03),
            (Tier::International, TERMS, 0.06),
        ] {
            let benchmarks = &BENCHMARKS;
            let name = format!("JOINT-{tier}-{terms}");
            let fixture = shared.apart(&name.to_lowercase()).await;
            let asker = Asker::new(&fixture.service, &name, tier).await;
            let heard = within_budget(&[asker], population, terms, AreaKind::Country, benchmarks).await;
            let told = observations(&[population], &heard);
            let figures = Figures::of(population, &decode(&told, &beliefs(population), &nobody), benchmarks);
            let what = format!("joint decoder, {}, {terms} terms", tier.as_str().to_uppercase());
            let targets = Targets { advantage, evidence: 0.70, told: 0.02, worst_tenth: 0.20 };
            judge(&mut report, &what, &figures, &targets);
            if tier == Tier::Regional {
                let target = if terms == 1 { 0.70 } else { 0.75 };
                let right = knows_all_others(population, &told);
                report.at_most(&format!("{what}: accuracy of who knows all other results"), target, right, "");
            }
        }
        report.finish();
    });
}

#[test]
fn tokens_that_are_put_together_gain_little_more() {
    block_on(async {
        let shared = changing().await;
        let mut report = Report::of(Attack::JointTokens);
        let population = &shared.population;
        // So many tokens open all that may be opened: what one partner has that waits until others opened everything.
        let all = POOL_TABULATIONS.div_ceil(Tier::Regional.rules().new_tabulations.unwrap());
        let (pools, benchmarks) = if attacks_run_long() {
            (&[(2, 1), (2, TERMS), (3, 1), (3, TERMS), (all, TERMS)][..], &BENCHMARKS[..])
        } else {
            (&[(3, 1), (2, TERMS), (all, TERMS)][..], &BENCHMARKS[1..5])
        };
        for &(tokens, terms) in pools {
            let fixture = shared.apart(&format!("joint-tokens-{tokens}-{terms}")).await;
            let names: Vec<String> = (0..tokens).map(|token| format!("JOINT-{token}")).collect();
            for name in &names {
                Asker::new(&fixture.service, name, Tier::Regional).await;
            }
            // Over years a few facts are told: several secrets, since a single one tells more or fewer.
            let keys = if terms == TERMS { 3 } else { 1 };
            let everybody: Vec<u32> = (0..).take(population.institutions.len()).collect();
            let mut collected = Collected::new(population);
            let mut told = Vec::new();
            for key in 0..keys {
                let service = fixture.service.under([70 + key; 32]).await;
                let asker = |name| Asker { service: &service, organisation: name, tier: Tier::Regional };
                let askers: Vec<_> = names.iter().map(|name| asker(name.as_str())).collect();
                let heard = within_budget(&askers, population, terms, AreaKind::Country, benchmarks).await;
                told = observations(&[population], &heard);
                let decoded = decode(&told, &beliefs(population), &nobody);
                collected.add(population, &everybody, [&decoded, &decoded]);
            }
            let figures = Figures::of(&collected.population, &collected.decoded[0], benchmarks);
            let what = format!("joint decoder, {tokens} REGIONAL tokens pooled, {terms} terms");
            let advantage = if terms == TERMS { 0.12 } else { 0.08 };
            judge(&mut report, &what, &figures, &Targets { advantage, evidence: 0.70, told: 0.02, worst_tenth: 0.20 });
            let right = knows_all_others(population, &told);
            report.at_most(&format!("{what}: accuracy of who knows all other results"), 0.75, right, "");
        }
        report.finish();
    });
}

#[test]
fn a_provider_that_subtracts_its_own_results_gains_little() {
    block_on(async {
        let shared = changing().await;
        let mut report = Report::of(Attack::Provider);
        let population = &shared.population;
        let hub = area("HUB-2018-21");
        let own = |id: u32| population.institutions[id as usize].hubs.iter().any(|(code, _)| *code == hub);
        let known = |id: u32, benchmark: u8| {
            own(id).then(|| population.institutions[id as usize].achieved(benchmark) == Some(true))
        };
        let near = nearby(population);
        // Those of its own local authorities are those of whom it knows most beside its own.
        let places: Vec<_> = (0..)
            .zip(&population.institutions)
            .filter(|(id, _)| own(*id))
            .map(|(_, institution)| institution.local_authority)
            .collect();
        let beside: Vec<u32> = (0..)
            .zip(&population.institutions)
            .filter(|(id, institution)| !own(*id) && places.contains(&institution.local_authority))
            .map(|(id, _)| id)
            .collect();
        let beliefs = beliefs(population);
        let fixture = shared.apart("joint-provider").await;
        let mut collected = Collected::new(population);
        for key in 0..if attacks_run_long() { 8 } else { 2 } {
            let service = fixture.service.under([90 + key; 32]).await;
            let asker = Asker { service: &service, organisation: HUB, tier: Tier::Regional };
            let heard = within_budget(&[asker], &near, TERMS, AreaKind::Region, &BENCHMARKS).await;
            let told = observations(&[population], &heard);
            let (knowing, passive) = (decode(&told, &beliefs, &known), decode(&told, &beliefs, &nobody));
            collected.add(population, &beside, [&knowing, &passive]);
        }
        let what = format!("a hub that subtracts its own results, its neighbours, {TERMS} terms");
        let targets = Targets { advantage: 0.12, evidence: 0.70, told: 0.01, worst_tenth: 0.20 };
        judge(&mut report, &what, &collected.figures(), &targets);
        let figure = format!("{what}: AUC of the evidence beyond a passive token's");
        report.at_most(&figure, 0.60, collected.beyond(), "");
        report.finish();
    });
}

/// The region that the hub of the fixture may ask about.
fn nearby(population: &Population) -> Population {
    let region = area("E12000001");
    let mut near = population.clone();
    near.institutions.retain(|institution| {
        super::population::catalogue().local_authorities(region).contains(&institution.local_authority)
    });
    near
}

/// How often whoever knows all other results guesses the last one right, from everything together.
fn knows_all_others(population: &Population, told: &[Vec<Observation>]) -> f64 {
    let mut samples = Samples::default();
    for (benchmark, told) in BENCHMARKS.into_iter().zip(told) {
        let achieved = |id: u32| population.institutions[id as usize].achieved(benchmark);
        // Every third is enough, and takes a third of the time.
        for id in
            (u32::from(benchmark) % 3..).step_by(3).take_while(|id| (*id as usize) < population.institutions.len())
        {
            if let Some(truth) = achieved(id)
                && let Some(ratio) = last_one(told, id, &|other| achieved(other) == Some(true))
            {
                samples.add(ratio, truth);
            }
        }
    }
    samples.accuracy(0.0)
}
