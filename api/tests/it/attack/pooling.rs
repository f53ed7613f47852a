//! Tokens of several tiers pooled: the best combination of their answers against the best single one.

use api::domain::{AreaIndex, AreaKind};
use disclosure::Tier;

use crate::support::block_on;

use super::{
    ask::{Asker, Tabulation},
    fixture::regions,
    population::BENCHMARKS,
    report::{Attack, Report},
    statistic::root_mean_square,
};

#[test]
fn tokens_of_several_tiers_tell_no_more_than_the_best_of_them() {
    block_on(async {
        let fixture = &regions().await.apart("pooling").await;
        let population = &fixture.population;
        let mut errors: Vec<Vec<f64>> = Vec::new();
        let mut told: Vec<Vec<(AreaIndex, usize, u8, f64)>> = Vec::new();
        for tier in [Tier::Regional, Tier::International] {
            let name = format!("POOLING-{tier}");
            let asker = Asker::new(&fixture.service, &name, tier).await;
            let mut of_tier = Vec::new();
            for kind in [AreaKind::Region, AreaKind::Lep] {
                let areas = population.areas(kind);
                let answer =
                    asker.ask(&Tabulation::standard(kind), &areas, &population.periods, &BENCHMARKS).await.unwrap();
                for figure in &answer.figures {
                    let cell = &answer.cells[figure.cell];
                    let members = population.members(cell, figure.period, figure.benchmark);
                    let total = figure.share.total(members.len(), 1.0, tier.rules().sigma).unwrap();
                    if !total.banded {
                        let error = total.value - population.achieved(&members, figure.benchmark);
                        of_tier.push((cell.area, figure.period, figure.benchmark, error));
                    }
                }
            }
            told.push(of_tier);
        }
        // Only what both tell.
        for (own, other) in [(0, 1), (1, 0)] {
            let keys: std::collections::HashSet<_> =
                told[other].iter().map(|(area, term, benchmark, _)| (*area, *term, *benchmark)).collect();
            let both = told[own].iter().filter(|(area, term, benchmark, _)| keys.contains(&(*area, *term, *benchmark)));
            errors.push(both.map(|(.., error)| *error).collect());
        }
        let best = errors.iter().map(|errors| root_mean_square(errors)).fold(f64::INFINITY, f64::min);
        // The attacker is even told which weight would have been best.
        let combined = (0..=100)
            .map(|weight| {
                let weight = f64::from(weight) / 100.0;
                let mixed: Vec<f64> =
                    errors[0].iter().zip(&errors[1]).map(|(a, b)| (1.0 - weight) * a + weight * b).collect();
                root_mean_square(&mixed)
            })
            .fold(f64::INFINITY, f64::min);
        let mut report = Report::of(Attack::Pooling);
        let detail = format!(
            "rms error REGIONAL {:.2}, INTERNATIONAL {:.2}, combined {combined:.2}; {} answers",
            root_mean_square(&errors[0]),
            root_mean_square(&errors[1]),
            errors[0].len()
        );
        report.at_least(
            "pooled tokens of all tiers: error of the best combination over the best single token's",
            0.98,
            combined / best,
            &detail,
        );
        report.finish();
    });
}
