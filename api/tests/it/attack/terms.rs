//! Thirty terms of constant scores, averaged: the noise that lasts must be left.

use api::domain::{AreaKind, Dimension};
use disclosure::Tier;

use crate::support::{attacks_run_long, block_on};

use super::{
    ask::{Asker, Tabulation},
    fixture::{TERMS, regions},
    population::BENCHMARKS,
    report::{Attack, Report},
    statistic::{mean, root_mean_square},
};

#[test]
fn the_mean_of_thirty_terms_keeps_most_of_the_noise() {
    block_on(async {
        let fixture = regions().await;
        let population = &fixture.population;
        let mut report = Report::of(Attack::ManyTerms);
        let benchmarks = if attacks_run_long() { &BENCHMARKS[..] } else { &BENCHMARKS[..4] };
        // A few hundred cells are not enough to tell 0.60 from 0.64: several secrets are.
        let keys = if attacks_run_long() { 12 } else { 4 };
        let mut services = Vec::new();
        for tier in [Tier::Regional, Tier::International] {
            fixture.service.add_partner(&format!("TERMS-{tier}"), "E92000001", tier).await;
        }
        for key in 0..keys {
            services.push(fixture.service.under([100 + key; 32]).await);
        }
        for tier in [Tier::Regional, Tier::International] {
            let name = format!("TERMS-{tier}");
            let kinds: &[AreaKind] = match tier {
                Tier::International => &[AreaKind::Region, AreaKind::Lep],
                _ => &[AreaKind::Region, AreaKind::Lep, AreaKind::LocalAuthority],
            };
            let by: &[Dimension] = &[Dimension::Disadvantage, Dimension::Size];
            for (what, by) in [("standard tables", &by[..0]), ("other tables", by)] {
                let (mut errors, mut noises) = (Vec::new(), Vec::new());
                for &kind in kinds {
                    let tabulations = match by {
                        [] => vec![Tabulation::standard(kind)],
                        by => by.iter().map(|dimension| Tabulation::by(kind, &[*dimension])).collect(),
                    };
                    for tabulation in tabulations {
                        let areas = population.areas(kind);
                        for (area, service) in
                            areas.iter().flat_map(|area| services.iter().map(move |service| (*area, service)))
                        {
                            let asker = Asker { service, organisation: &name, tier };
                            let asked = asker.ask(&tabulation, &[area], &population.periods, benchmarks).await;
                            let Ok(answer) = asked else { continue };
                            let (cell_errors, cell_noises) = averaged(population, &answer, tier);
                            errors.extend(cell_errors);
                            noises.extend(cell_noises);
                        }
                    }
                }
                assert!(!errors.is_empty(), "{tier} {what}: nothing was told in every term");
                let ratio = root_mean_square(&errors) / root_mean_square(&noises);
                let detail = format!(
                    "rms {:.2} of σ {:.2} over {} means of {TERMS} terms",
                    root_mean_square(&errors),
                    root_mean_square(&noises),
                    errors.len()
                );
                let figure = format!(
                    "30 terms of constant scores averaged, {}, {what}: residual error in σ",
                    tier.as_str().to_uppercase()
                );
                report.at_least(&figure, 0.60, ratio, &detail);
            }
        }
        report.finish();
    });
}

/// The fewest institutions of a cell whose mean is looked at: in smaller ones large noise ends in a band, and what is left
/// would look smaller than it is.
const FEWEST: usize = 60;

/// Per cell of some size that is told in every term, without a band: how far the mean over the terms is off, and the noise of one term.
fn averaged(
    population: &super::population::Population,
    answer: &super::ask::Answer,
    tier: Tier,
) -> (Vec<f64>, Vec<f64>) {
    let sigma = tier.rules().sigma;
    let mut cells: std::collections::BTreeMap<(usize, u8), Vec<super::ask::Total>> = std::collections::BTreeMap::new();
    for figure in &answer.figures {
        let members = population.members(&answer.cells[figure.cell], 0, figure.benchmark);
        if members.len() < FEWEST {
            continue;
        }
        let total = figure.share.total(members.len(), 1.0, sigma).filter(|total| !total.banded);
        cells.entry((figure.cell, figure.benchmark)).or_default().extend(total);
    }
    let (mut errors, mut noises) = (Vec::new(), Vec::new());
    for ((cell, benchmark), totals) in cells.into_iter().filter(|(_, totals)| totals.len() == TERMS) {
        let truth = population.achieved(&population.members(&answer.cells[cell], 0, benchmark), benchmark);
        errors.push(mean(&totals.iter().map(|total| total.value).collect::<Vec<_>>()) - truth);
        noises.push(totals[0].variance.sqrt());
    }
    (errors, noises)
}
