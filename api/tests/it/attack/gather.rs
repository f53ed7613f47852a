//! Everything that some organisations may have within their budgets, and what it says, in the words of the decoder.

use std::collections::HashMap;

use api::domain::{AreaKind, Period};
use disclosure::Tier;

use super::{
    ask::{Answer, Asker, Bound, Cell, Figure, Tabulation},
    choose::{Chooser, kinds},
    decoder::{Observation, Told},
    noise_model::{Drawn, layers},
    population::{BENCHMARKS, Population},
    simulation::step_below,
};

/// An answer, at which tier it was given, and of which release, counted from 0.
#[derive(Clone)]
pub(super) struct Heard {
    pub(super) tier: Tier,
    pub(super) answer: Answer,
    pub(super) release: usize,
}

/// Asks for the standard tables of every kind of area over the last `terms`, then, one organisation after the other, for the
/// new tabulations that tell most until it is refused.
pub(super) async fn within_budget(
    askers: &[Asker<'_>],
    population: &Population,
    terms: usize,
    widest: AreaKind,
    benchmarks: &[u8],
) -> Vec<Heard> {
    let periods = &population.periods[population.periods.len() - terms..];
    let mut heard = Vec::new();
    for asker in askers {
        for kind in kinds(asker.tier).iter().filter(|kind| is_within(**kind, widest)) {
            let answer = whole(*asker, &Tabulation::standard(*kind), population, periods, benchmarks).await;
            heard.extend(answer.into_iter().flatten());
        }
    }
    for asker in askers {
        let mut chooser = Chooser::new(*asker, population, |kind| is_within(kind, widest));
        heard.iter().for_each(|heard| chooser.learn(&heard.answer));
        while let Some(tabulation) = chooser.next().await {
            if heard.iter().any(|heard| heard.tier == asker.tier && heard.answer.tabulation == tabulation) {
                continue;
            }
            let Some(answers) = whole(*asker, &tabulation, population, periods, benchmarks).await else { break };
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
pub(super) async fn whole(
    asker: Asker<'_>,
    tabulation: &Tabulation,
    population: &Population,
    periods: &[Period],
    benchmarks: &[u8],
) -> Option<Vec<Heard>> {
    whole_of(asker, tabulation, population, periods, benchmarks, "").await
}

/// The same with more of an input, such as a release.
pub(super) async fn whole_of(
    asker: Asker<'_>,
    tabulation: &Tabulation,
    population: &Population,
    periods: &[Period],
    benchmarks: &[u8],
    more: &str,
) -> Option<Vec<Heard>> {
    let areas = population.areas(tabulation.kind);
    let per_area = tabulation.groups().len() * benchmarks.len() * periods.len();
    let mut heard = Vec::new();
    // A table has a largest size; fewer areas of it are the same tabulation.
    for some in areas.chunks((20_000 / per_area).max(1)) {
        let mut answer = asker.ask_more(tabulation, some, periods, benchmarks, more).await.ok()?;
        if answer.hidden.contains_key(&super::ask::Reason::Budget) {
            return None;
        }
        answer.silent = Vec::new();
        answer.overall = Vec::new();
        heard.push(Heard { tier: asker.tier, answer, release: 0 });
    }
    Some(heard)
}

/// The newest answer that was kept about one cell in one term.
struct Kept {
    at: usize,
    sigma: f64,
    figure: Figure,
    release: usize,
    base: usize,
}

/// What was heard, by benchmark, release after release; `versions` are the populations of the releases. Of several answers
/// about one cell in one term the one with least noise is kept: the others are the same with more noise on top. A later release
/// that tells the same of a cell tells nothing; one that tells something else has another base.
pub(super) fn observations(versions: &[&Population], heard: &[Heard]) -> Vec<Vec<Observation>> {
    let mut by_benchmark: Vec<Vec<Observation>> = vec![Vec::new(); BENCHMARKS.len()];
    let mut kept: HashMap<(u8, usize, Cell), Kept> = HashMap::new();
    for Heard { tier, answer, release } in heard {
        let population = versions[*release];
        let sigma = tier.rules().sigma_of(answer.tabulation.is_standard());
        let mut sets: HashMap<(usize, Option<u8>), Vec<Vec<u32>>> = HashMap::new();
        for figure in &answer.figures {
            let term = population.periods.iter().position(|known| *known == answer.periods[figure.period]).unwrap();
            let cell = &answer.cells[figure.cell];
            let name = (figure.benchmark, term, cell.clone());
            let observations = &mut by_benchmark[usize::from(figure.benchmark) - 1];
            let (base, at) = match kept.get(&name) {
                None => (0, observations.len()),
                Some(kept) if kept.release == *release || kept.sigma > sigma => {
                    if kept.sigma <= sigma {
                        continue;
                    }
                    (kept.base, kept.at)
                }
                Some(kept) if kept.sigma < sigma || kept.figure.tells_the_same(figure) => continue,
                Some(kept) => (kept.base + 1, observations.len()),
            };
            let assessed = || population.split(&answer.tabulation, &answer.areas, term, Some(figure.benchmark));
            let members = sets.entry((term, Some(figure.benchmark))).or_insert_with(assessed)[figure.cell].clone();
            let Some(told) = told(figure, members.len(), sigma) else { continue };
            // The roll of a period stays as the first release with it knew it.
            let standing = || versions[0].roll(&answer.tabulation, &answer.areas, term);
            let roll = &sets.entry((term, None)).or_insert_with(standing)[figure.cell];
            let drawn = Drawn { cell, measure: figure.benchmark, members: &members, roll, term, base };
            let layers = layers(drawn);
            let observation = Observation { members, told, sigma, layers };
            if at < observations.len() {
                observations[at] = observation;
            } else {
                observations.push(observation);
            }
            kept.insert(name, Kept { at, sigma, figure: *figure, release: *release, base });
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
