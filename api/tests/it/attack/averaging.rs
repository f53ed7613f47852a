//! Averaging over partitions: the sums of parts over TYPE, PHASE, … as further estimates of one total, until the budget ends.

use api::domain::{AreaIndex, AreaKind, Dimension};
use disclosure::Tier;

use crate::support::block_on;

use super::{
    ask::{Answer, Asker, Tabulation},
    evidence::{Prior, priors},
    fixture::{Fixture, regions},
    population::{BENCHMARKS, catalogue},
    report::{Attack, Report},
};

/// Partitions that share no dimension with blanks come first; the areas of a kind partition what is around them.
fn partitions() -> Vec<Tabulation> {
    use Dimension::{Disadvantage, Phase, Setting, Size, Type};
    let kinds = [AreaKind::Region, AreaKind::Lep, AreaKind::LocalAuthority];
    let single = kinds.into_iter().flat_map(|kind| [Type, Phase, Size, Setting].map(|by| Tabulation::by(kind, &[by])));
    let double = [[Size, Setting], [Type, Size], [Phase, Size], [Phase, Type], [Disadvantage, Size]];
    let double = double.into_iter().flat_map(|by| kinds.map(|kind| Tabulation::by(kind, &by)));
    single.chain(double).collect()
}

/// The totals of one partition within an area, by benchmark: the parts that are told, and the prior's share of the rest.
fn sum_of_parts(
    fixture: &Fixture,
    answer: &Answer,
    around: AreaIndex,
    whole: &[u32],
    benchmark: u8,
    prior: Prior,
) -> (f64, f64) {
    let sigma = Tier::Regional.rules().sigma;
    let last = fixture.population.periods.len() - 1;
    let sets = fixture.population.split(&answer.tabulation, &answer.areas, last, Some(benchmark));
    let (mut value, mut variance, mut left) = (0.0, 0.0, whole.len() as f64);
    for figure in answer.figures.iter().filter(|figure| figure.benchmark == benchmark) {
        let members = &sets[figure.cell];
        let inside = catalogue().lies_in(answer.cells[figure.cell].area, around);
        let Some(total) = figure.share.total(members.len(), 1.0, sigma).filter(|_| inside) else { continue };
        value += total.value;
        variance += total.variance;
        left -= members.len() as f64;
    }
    (value + left * prior.share, variance + left * prior.share * (1.0 - prior.share))
}

#[test]
fn averaging_over_partitions_does_not_recover_totals() {
    block_on(async {
        let fixture = &regions().await.apart("averaging").await;
        let population = &fixture.population;
        let newest = &population.periods[population.periods.len() - 1..];
        let asker = Asker::new(&fixture.service, "AVERAGING", Tier::Regional).await;
        let mut answers = Vec::new();
        let mut standard = Vec::new();
        for kind in [AreaKind::Region, AreaKind::Lep, AreaKind::LocalAuthority] {
            let tabulation = Tabulation::standard(kind);
            standard.push(asker.ask(&tabulation, &population.areas(kind), newest, &BENCHMARKS).await.unwrap());
        }
        // Without a budget in the way the attacker stops where the budget of its tier would end.
        let budget = Tier::Regional.rules().new_tabulations.unwrap() as usize;
        for tabulation in partitions().into_iter().take(budget) {
            match asker.ask(&tabulation, &population.areas(tabulation.kind), newest, &BENCHMARKS).await {
                Ok(answer) => answers.push(answer),
                Err(_) => break,
            }
        }
        let priors = priors(population);
        let sigma = Tier::Regional.rules().sigma;
        let (mut exact, mut direct, mut totals) = (0_u32, 0_u32, 0_u32);
        for own in &standard {
            for figure in &own.figures {
                let around = own.cells[figure.cell].area;
                let members =
                    population.members(&own.cells[figure.cell], population.periods.len() - 1, figure.benchmark);
                let Some(total) = figure.share.total(members.len(), 1.0, sigma) else { continue };
                let prior = priors[usize::from(figure.benchmark) - 1];
                let mut estimates = vec![(total.value, total.variance)];
                // Finer standard tables are partitions too.
                let finer = standard.iter().filter(|other| other.tabulation.kind > own.tabulation.kind);
                let parts = answers.iter().filter(|answer| answer.tabulation.kind >= own.tabulation.kind);
                estimates.extend(
                    finer
                        .chain(parts)
                        .map(|answer| sum_of_parts(fixture, answer, around, &members, figure.benchmark, prior)),
                );
                let weights: f64 = estimates.iter().map(|(_, variance)| 1.0 / variance).sum();
                let best = estimates.iter().map(|(value, variance)| value / variance).sum::<f64>() / weights;
                let truth = population.achieved(&members, figure.benchmark);
                let hit = |estimate: f64| u32::from((estimate.round() - truth).abs() < 0.5);
                exact += hit(best);
                direct += hit(total.value);
                totals += 1;
            }
        }
        let share = |count: u32| f64::from(count) / f64::from(totals);
        let mut report = Report::of(Attack::Averaging);
        let detail = format!("{totals} totals, {} partitions; from one answer {:.3}", answers.len(), share(direct));
        report.at_most(
            "averaging over partitions of a total until the budget ends: exact recovery",
            0.35,
            share(exact),
            &detail,
        );
        report.finish();
    });
}
