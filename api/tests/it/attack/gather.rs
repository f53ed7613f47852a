//! Everything that some organisations may have within their budgets, and what it says, in the words of the decoder.

use std::collections::HashMap;

use api::domain::AreaKind;
use disclosure::Tier;

use super::{
    ask::{Answer, Asker, Bound, Cell, Figure, Tabulation},
    choose::{Chooser, kinds},
    decoder::{Observation, Told},
    noise_model::{Drawn, layers},
    population::{BENCHMARKS, Population},
    simulation::step_below,
};

/// An answer, and at which tier it was given.
pub(super) struct Heard {
    pub(super) tier: Tier,
    pub(super) answer: Answer,
}

/// Asks for the standard tables of every kind of area over the last `terms`, then, one organisation after the other, for the
/// new tabulations that tell most until it is refused.
pub(super) async fn within_budget(
    askers: &[Asker<'_>],
    population: &Population,
    terms: usize,
    widest: AreaKind,
) -> Vec<Heard> {
    let periods = &population.periods[population.periods.len() - terms..];
    let mut heard = Vec::new();
    for asker in askers {
        for kind in kinds(asker.tier).iter().filter(|kind| is_within(**kind, widest)) {
            let answer = whole(*asker, &Tabulation::standard(*kind), population, periods).await;
            heard.extend(answer.into_iter().flatten());
        }
    }
    for asker in askers {
        let mut chooser = Chooser::new(population, asker.tier);
        heard.iter().for_each(|heard| chooser.learn(&heard.answer));
        while let Some(tabulation) = chooser.next() {
            if !is_within(tabulation.kind, widest) {
                continue;
            }
            if heard.iter().any(|heard| heard.tier == asker.tier && heard.answer.tabulation == tabulation) {
                continue;
            }
            let Some(answers) = whole(*asker, &tabulation, population, periods).await else { break };
            answers.iter().for_each(|heard| chooser.learn(&heard.answer));
            heard.extend(answers);
        }
    }
    heard
}

fn is_within(kind: AreaKind, widest: AreaKind) -> bool {
    widest == AreaKind::Country || kind != AreaKind::Country
}

/// One tabulation over all areas and some terms; `None` where the budget ends.
async fn whole(
    asker: Asker<'_>,
    tabulation: &Tabulation,
    population: &Population,
    periods: &[api::domain::Period],
) -> Option<Vec<Heard>> {
    let areas = population.areas(tabulation.kind);
    let per_area = tabulation.groups().len() * BENCHMARKS.len() * periods.len();
    let mut heard = Vec::new();
    // A table has a largest size; fewer areas of it are the same tabulation.
    for some in areas.chunks((20_000 / per_area).max(1)) {
        let mut answer = asker.ask(tabulation, some, periods, &BENCHMARKS).await.ok()?;
        if answer.hidden.contains_key(&super::ask::Reason::Budget) {
            return None;
        }
        answer.silent = Vec::new();
        answer.overall = Vec::new();
        heard.push(Heard { tier: asker.tier, answer });
    }
    Some(heard)
}

/// What was heard, by benchmark. Of several answers about one cell in one term the one with least noise is kept: the others are
/// the same with more noise on top.
pub(super) fn observations(population: &Population, heard: &[Heard]) -> Vec<Vec<Observation>> {
    let mut by_benchmark = vec![Vec::new(); BENCHMARKS.len()];
    let mut seen: HashMap<(u8, usize, Cell), (usize, f64)> = HashMap::new();
    for Heard { tier, answer } in heard {
        let rules = tier.rules();
        let sigma = rules.sigma_of(answer.tabulation.is_standard());
        let mut sets: HashMap<(usize, Option<u8>), Vec<Vec<u32>>> = HashMap::new();
        for figure in &answer.figures {
            let term = population.periods.iter().position(|known| *known == answer.periods[figure.period]).unwrap();
            let cell = &answer.cells[figure.cell];
            let name = (figure.benchmark, term, cell.clone());
            if seen.get(&name).is_some_and(|(_, least)| *least <= sigma) {
                continue;
            }
            let assessed = || population.split(&answer.tabulation, &answer.areas, term, Some(figure.benchmark));
            let members = sets.entry((term, Some(figure.benchmark))).or_insert_with(assessed)[figure.cell].clone();
            let standing = || population.roll(&answer.tabulation, &answer.areas, term);
            let roll = &sets.entry((term, None)).or_insert_with(standing)[figure.cell];
            let drawn = Drawn { cell, measure: figure.benchmark, members: &members, roll, term, base: 0 };
            let layers = layers(drawn);
            let Some(told) = told(figure, members.len(), sigma) else { continue };
            let observations: &mut Vec<Observation> = &mut by_benchmark[usize::from(figure.benchmark) - 1];
            let observation = Observation { members, told, sigma, layers };
            if let Some((at, least)) = seen.get_mut(&name) {
                *least = sigma;
                observations[*at] = observation;
            } else {
                seen.insert(name, (observations.len(), sigma));
                observations.push(observation);
            }
        }
    }
    by_benchmark
}

/// What a share says of the noised total.
pub(super) fn told(figure: &Figure, institutions: usize, sigma: f64) -> Option<Told> {
    let count = institutions as f64;
    let value = figure.share.value?;
    Some(match figure.share.bound {
        Some(Bound::AtMost) => Told::Below(3.0),
        Some(Bound::AtLeast) => Told::Above(count - 3.0),
        None => Told::Near { value: value * count, step: step_below(sigma / count) * count },
    })
}
