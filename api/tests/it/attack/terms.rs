//! Thirty terms of constant scores, averaged: the noise that lasts must be left.

use std::collections::BTreeMap;

use api::domain::{AreaKind, Dimension};
use disclosure::Tier;

use crate::support::{attacks_run_long, block_on};

use super::{
    ask::{Answer, Asker, Figure, Tabulation, Total},
    fixture::{TERMS, regions},
    population::{BENCHMARKS, Population},
    report::{Attack, Report},
    statistic::{mean, root_mean_square},
};

#[test]
fn the_mean_of_thirty_terms_keeps_most_of_the_noise() {
    block_on(async {
        let fixture = &regions().await.apart("terms").await;
        let population = &fixture.population;
        let mut report = Report::of(Attack::ManyTerms);
        let benchmarks = if attacks_run_long() { &BENCHMARKS[..] } else { &BENCHMARKS[..4] };
        // A few hundred cells are not enough to tell 0.60 from 0.64: several secrets are.
        let keys = if attacks_run_long() { 12 } else { 6 };
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
            let by = &Dimension::ALL[..];
            for (what, by) in [("standard tables", &by[..0]), ("other tables", by)] {
                let (mut errors, mut noises) = (Vec::new(), Vec::new());
                // Broken down, local authorities are too small to be told without bands.
                for &kind in kinds.iter().filter(|kind| by.is_empty() || **kind <= AreaKind::Lep) {
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

/// How far the mean over the terms is off, and the noise of one term, for numbers achieved and for mean scores; of cells
/// whose truth is so far from either end that bands do not matter: else those that noise drives into a band would be missing.
fn averaged(population: &Population, answer: &Answer, tier: Tier) -> (Vec<f64>, Vec<f64>) {
    let sigma = tier.rules().sigma;
    let mut cells: BTreeMap<(usize, u8), Vec<&Figure>> = BTreeMap::new();
    for figure in &answer.figures {
        cells.entry((figure.cell, figure.benchmark)).or_default().push(figure);
    }
    let (mut errors, mut noises) = (Vec::new(), Vec::new());
    for ((cell, benchmark), figures) in cells.into_iter().filter(|(_, figures)| figures.len() == TERMS) {
        let members = population.members(&answer.cells[cell], 0, benchmark);
        let institutions = members.len();
        for (top, truth) in
            [(1.0, population.achieved(&members, benchmark)), (100.0, population.worth(&members, benchmark))]
        {
            if truth.min(institutions as f64 - truth) < 3.0 + 2.5 * sigma {
                continue;
            }
            let total = |figure: &&Figure| {
                let estimate = if top > 1.0 { figure.mean } else { figure.share };
                estimate.total(institutions, top, sigma).unwrap()
            };
            let totals: Vec<Total> = figures.iter().map(total).collect();
            errors.push(mean(&totals.iter().map(|total| total.value).collect::<Vec<_>>()) - truth);
            let stated = totals.iter().filter(|total| !total.banded).map(|total| total.variance.sqrt());
            noises.push(stated.fold(0.0, f64::max));
        }
    }
    (errors, noises)
}
