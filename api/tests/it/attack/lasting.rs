//! The noise that lasts, where sets change from term to term: averaging thirty terms, one known term, and one set under several
//! names.

use std::collections::BTreeMap;

use api::domain::{AreaIndex, AreaKind, Dimension, Period};
use disclosure::Tier;

use crate::support::{attacks_run_long, block_on};

use super::{
    ask::{Asker, Figure, Tabulation},
    decoder::Told,
    fixture::Fixture,
    gather::{Heard, told, whole},
    population::{BENCHMARKS, Institution, Population},
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
        let mut report = Report::of(Attack::Lasting);
        for (tier, kinds) in [
            (Tier::Regional, &[AreaKind::Region, AreaKind::Lep, AreaKind::LocalAuthority, AreaKind::Hub][..]),
            (Tier::International, &[AreaKind::Region, AreaKind::Lep][..]),
        ] {
            let all = in_standard_tables(&fixture, tier, kinds).await;
            let single: Vec<f64> = all.iter().flat_map(|errors| errors.0.iter().map(|(_, error)| *error)).collect();
            let values = |errors: &Errors| errors.0.iter().map(|(_, error)| *error).collect::<Vec<f64>>();
            let averaged: Vec<f64> = all.iter().map(|errors| mean(&values(errors))).collect();
            let named = tier.as_str().to_uppercase();
            let detail = format!("{} cells; one term {:.3}", averaged.len(), root_mean_square(&single));
            let figure = format!("scores that stay, 3 % absent in each of {TERMS} terms, {named}: error left in σ");
            report.at_least(&figure, 0.60, root_mean_square(&averaged), &detail);
            // Whoever knows all results of one term, or of all but one, knows their noise, and subtracts what lasts of it.
            for (known, what, least) in [(1, "one term's results", 0.60), (8, "eight terms' results", 0.50)] {
                let left: Vec<f64> = all.iter().filter_map(|errors| unmasked(&values(errors), known)).collect();
                let detail = format!("{} cells", left.len());
                let figure = format!("{what} all known, {named}: error left in another term in σ");
                report.at_least(&figure, least, root_mean_square(&left), &detail);
            }
        }
        report.finish();
    });
}

/// The errors of the standard tables of some kinds of area, over several secrets.
async fn in_standard_tables(fixture: &Fixture, tier: Tier, kinds: &[AreaKind]) -> Vec<Errors> {
    let name = format!("LASTING-{tier}");
    fixture.service.add_partner(&name, "E92000001", tier).await;
    let population = &fixture.population;
    let mut all = Vec::new();
    for key in 0..if attacks_run_long() { 20 } else { 6 } {
        let service = fixture.service.under([140 + key; 32]).await;
        let asker = Asker { service: &service, organisation: &name, tier };
        for &kind in kinds {
            let standard = Tabulation::standard(kind);
            let heard = whole(asker, &standard, population, &population.periods, &BENCHMARKS).await.unwrap();
            all.extend(errors(population, &heard));
        }
    }
    all
}

/// A set that grows with every term stands for others each time: what lasts of its noise then is what its name has.
#[test]
fn scores_that_stay_are_not_averaged_out_by_those_who_come() {
    block_on(async {
        let population = Population::drawn(&["E12000001"], Period::new(2021, 3).unwrap(), TERMS).with_newcomers();
        let fixture = Fixture::filled("attack-newcomers", population).await;
        let all = in_standard_tables(&fixture, Tier::Regional, &[AreaKind::Lep, AreaKind::Hub]).await;
        let averaged: Vec<f64> =
            all.iter().map(|errors| mean(&errors.0.iter().map(|(_, error)| *error).collect::<Vec<f64>>())).collect();
        let mut report = Report::of(Attack::Lasting);
        let detail = format!("{} cells", averaged.len());
        let figure = format!(
            "scores that stay, one institution more in each hub with each of {TERMS} terms, REGIONAL: error left in σ"
        );
        report.at_least(&figure, 0.45, root_mean_square(&averaged), &detail);
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

#[test]
fn one_set_under_several_names_keeps_most_of_its_noise() {
    block_on(async {
        let mut population = Population::drawn(&["E12000001"], Period::new(2021, 3).unwrap(), 1);
        let secondary = |institution: &mut Institution| {
            institution.attributes = institution.attributes.with(Dimension::Phase, "secondary").unwrap();
        };
        population.institutions.iter_mut().for_each(secondary);
        let fixture = Fixture::filled("attack-aliases", population).await;
        let population = &fixture.population;
        let name = "LASTING-ALIASES";
        fixture.service.add_partner(name, "E92000001", Tier::Regional).await;
        // Keeping the category that all have leaves nobody out, whatever else is kept.
        let categories = Dimension::Phase.categories();
        let all = categories.iter().position(|category| category.code == "secondary").unwrap();
        let others = (0..categories.len()).filter(|category| *category != all);
        let mut kept: Vec<Vec<usize>> = vec![vec![all]];
        kept.extend(others.map(|other| vec![all.min(other), all.max(other)]));
        let (mut left, mut names) = (Vec::new(), 0);
        for key in 0..if attacks_run_long() { 60 } else { 20 } {
            let service = fixture.service.under([180 + key; 32]).await;
            let asker = Asker { service: &service, organisation: name, tier: Tier::Regional };
            for kind in [AreaKind::Region, AreaKind::Lep, AreaKind::Hub] {
                fixture.service.database.execute("DELETE FROM budget_entry").await;
                let standard = Tabulation::standard(kind);
                let aliases = kept.iter().map(|kept| standard.clone().within(Dimension::Phase, kept.clone()));
                let mut by_cell: BTreeMap<(AreaIndex, u8), Vec<f64>> = BTreeMap::new();
                for tabulation in std::iter::once(standard.clone()).chain(aliases) {
                    let asked = whole(asker, &tabulation, population, &population.periods, &BENCHMARKS).await;
                    let Some(heard) = asked else { break };
                    for (area, benchmark, error) in heard.iter().flat_map(|heard| told_errors(population, heard)) {
                        by_cell.entry((area, benchmark)).or_default().push(error);
                    }
                }
                for errors in by_cell.values().filter(|errors| errors.len() > 1) {
                    left.push(mean(errors));
                    names = names.max(errors.len());
                }
            }
        }
        let mut report = Report::of(Attack::Aliases);
        let detail = format!("{} sets, of up to {names} names", left.len());
        let figure = "one set under several names, REGIONAL: error left in σ";
        report.at_least(figure, 0.80, root_mean_square(&left), &detail);
        report.finish();
    });
}

/// The errors of cells of one term that are far from either end, in the σ of each.
fn told_errors(population: &Population, heard: &Heard) -> Vec<(AreaIndex, u8, f64)> {
    let answer = &heard.answer;
    let sigma = heard.tier.rules().sigma_of(answer.tabulation.is_standard());
    let error = |figure: &Figure| {
        let sets = population.split(&answer.tabulation, &answer.areas, 0, Some(figure.benchmark));
        let set = &sets[figure.cell];
        let truth = population.achieved(set, figure.benchmark);
        let far = truth.min(set.len() as f64 - truth) >= 3.0 + 2.5 * sigma;
        match told(figure, set.len(), sigma).filter(|_| far) {
            Some(Told::Near { value, .. }) => {
                Some((answer.cells[figure.cell].area, figure.benchmark, (value - truth) / sigma))
            }
            _ => None,
        }
    };
    answer.figures.iter().filter_map(error).collect()
}
