//! The noise that lasts, where sets change from term to term: averaging thirty terms, one known term, and one set under several
//! names.

use std::collections::BTreeMap;

use api::domain::{AreaKind, Dimension, Period};
use disclosure::Tier;

use crate::support::{attacks_run_long, block_on};

use super::{
    ask::{Asker, Tabulation},
    decoder::Told,
    fixture::Fixture,
    gather::{Heard, told, whole},
    population::{BENCHMARKS, Population},
    report::{Attack, Report},
    statistic::{mean, root_mean_square},
};

/// How many terms.
const TERMS: usize = 30;

/// The errors of the answers about one cell and benchmark, in its σ, by term.
struct Errors(Vec<(usize, f64)>);

/// The errors of every cell that is far from either end, so that bands do not matter.
fn errors(population: &Population, heard: &[Heard]) -> Vec<Errors> {
    let mut errors = Vec::new();
    for Heard { tier, answer, .. } in heard {
        let sigma = tier.rules().sigma_of(answer.tabulation.is_standard());
        let mut of: BTreeMap<(usize, u8), Vec<(usize, f64)>> = BTreeMap::new();
        for term in 0..answer.periods.len() {
            for benchmark in BENCHMARKS {
                let sets = population.split(&answer.tabulation, &answer.areas, term, Some(benchmark));
                let figures =
                    answer.figures.iter().filter(|figure| (figure.period, figure.benchmark) == (term, benchmark));
                for figure in figures {
                    let truth = population.achieved(&sets[figure.cell], benchmark);
                    let far = truth.min(sets[figure.cell].len() as f64 - truth) >= 3.0 + 2.5 * sigma;
                    if let Some(Told::Near { value, .. }) = told(figure, sets[figure.cell].len(), sigma).filter(|_| far)
                    {
                        of.entry((figure.cell, benchmark)).or_default().push((term, (value - truth) / sigma));
                    }
                }
            }
        }
        errors.extend(of.into_values().filter(|errors| errors.len() + 3 >= answer.periods.len()).map(Errors));
    }
    errors
}

#[test]
fn scores_that_stay_are_not_averaged_out_by_those_who_are_absent() {
    block_on(async {
        let population =
            Population::drawn(&["E12000001"], Period::new(2021, 3).unwrap(), TERMS).with_absences(0.03, 0.0);
        let fixture = Fixture::filled("attack-lasting", population).await;
        let population = &fixture.population;
        let mut report = Report::of(Attack::Lasting);
        for (tier, kinds) in [
            (Tier::Regional, &[AreaKind::Region, AreaKind::Lep, AreaKind::LocalAuthority, AreaKind::Hub][..]),
            (Tier::International, &[AreaKind::Region, AreaKind::Lep][..]),
        ] {
            let name = format!("LASTING-{tier}");
            fixture.service.add_partner(&name, "E92000001", tier).await;
            let mut all = Vec::new();
            for key in 0..if attacks_run_long() { 20 } else { 6 } {
                let service = fixture.service.under([140 + key; 32]).await;
                let asker = Asker { service: &service, organisation: &name, tier };
                for &kind in kinds {
                    let standard = Tabulation::standard(kind);
                    let heard = whole(asker, &standard, population, &population.periods).await.unwrap();
                    all.extend(errors(population, &heard));
                }
            }
            let single: Vec<f64> = all.iter().flat_map(|errors| errors.0.iter().map(|(_, error)| *error)).collect();
            let values = |errors: &Errors| errors.0.iter().map(|(_, error)| *error).collect::<Vec<f64>>();
            let averaged: Vec<f64> = all.iter().map(|errors| mean(&values(errors))).collect();
            let named = tier.as_str().to_uppercase();
            let detail = format!("{} cells; one term {:.3}", averaged.len(), root_mean_square(&single));
            let figure = format!("scores that stay, 3 % absent in each of {TERMS} terms, {named}: error left in σ");
            report.at_least(&figure, 0.60, root_mean_square(&averaged), &detail);
            // Whoever knows all results of one term, or of all but one, knows their noise, and subtracts what lasts of it.
            for (known, what) in [(1, "one term's results".to_owned()), (8, "eight terms' results".to_owned())] {
                let left: Vec<f64> = all.iter().filter_map(|errors| unmasked(&values(errors), known)).collect();
                let detail = format!("{} cells", left.len());
                let figure = format!("{what} all known, {named}: error left in another term in σ");
                report.at_least(&figure, 0.60, root_mean_square(&left), &detail);
            }
        }
        aliases(&fixture, &mut report).await;
        report.finish();
    });
}

/// The noise of the last term, less what that of the `known` terms before says of it.
fn unmasked(errors: &[f64], known: usize) -> Option<f64> {
    let (last, before) = errors.split_last()?;
    let before = before.get(before.len().checked_sub(known)?..)?;
    let lasting = super::noise_model::lasting();
    Some(last - mean(before) * lasting / (lasting + (1.0 - lasting) / known as f64))
}

/// One set under several names: conditions that leave nobody out.
async fn aliases(fixture: &Fixture, report: &mut Report) {
    let population = &fixture.population;
    let name = "LASTING-ALIASES";
    fixture.service.add_partner(name, "E92000001", Tier::Regional).await;
    let newest = population.periods.len() - 1;
    let periods = &population.periods[newest..];
    let (mut left, mut names) = (Vec::new(), 0.0_f64);
    for key in 0..if attacks_run_long() { 40 } else { 12 } {
        fixture.service.database.execute("DELETE FROM budget_entry").await;
        let service = fixture.service.under([180 + key; 32]).await;
        let asker = Asker { service: &service, organisation: name, tier: Tier::Regional };
        let kind = AreaKind::LocalAuthority;
        let areas = population.areas(kind);
        let mut totals: Vec<Vec<f64>> = vec![Vec::new(); areas.len() * BENCHMARKS.len()];
        let mut questions = vec![Tabulation::standard(kind)];
        for dimension in [Dimension::Setting, Dimension::Phase, Dimension::Type, Dimension::Size] {
            // Leaving out one category leaves nobody out where nobody is of that category.
            for without in 0..dimension.categories().len() {
                let kept = (0..dimension.categories().len()).filter(|category| *category != without).collect();
                questions.push(Tabulation::standard(kind).within(dimension, kept));
            }
        }
        for tabulation in questions {
            let Some(heard) = whole(asker, &tabulation, population, periods).await else { break };
            for Heard { answer, .. } in heard {
                let sigma = Tier::Regional.rules().sigma_of(tabulation.is_standard());
                for figure in &answer.figures {
                    let area = answer.cells[figure.cell].area;
                    let sets =
                        |tabulation: &Tabulation| population.split(tabulation, &[area], newest, Some(figure.benchmark));
                    let (set, whole_set) = (sets(&tabulation), sets(&Tabulation::standard(kind)));
                    if set != whole_set {
                        continue;
                    }
                    let truth = population.achieved(&set[0], figure.benchmark);
                    if let Some(Told::Near { value, .. }) = told(figure, set[0].len(), sigma) {
                        let at =
                            areas.binary_search(&area).unwrap() * BENCHMARKS.len() + usize::from(figure.benchmark) - 1;
                        totals[at].push((value - truth) / sigma);
                    }
                }
            }
        }
        for errors in totals.iter().filter(|errors| errors.len() > 1) {
            left.push(mean(errors));
            names = names.max(errors.len() as f64);
        }
    }
    let detail = format!("{} sets, of up to {names} names", left.len());
    report.at_least("one set under several names, REGIONAL: error left in σ", 0.75, root_mean_square(&left), &detail);
}
