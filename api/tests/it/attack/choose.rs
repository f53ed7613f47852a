//! Which questions tell an attacker most: chosen greedily by how much they narrow down each institution, of what previews say will be
//! published.

use std::collections::HashSet;

use api::domain::{AreaKind, Dimension};
use disclosure::Tier;

use super::{
    ask::{Answer, Asker, Tabulation},
    population::{BENCHMARKS, Population},
    random::Random,
};

/// Every two dimensions.
pub(super) fn dimension_pairs() -> Vec<[Dimension; 2]> {
    let all = Dimension::ALL;
    (0..all.len()).flat_map(|first| (first + 1..all.len()).map(move |second| [all[first], all[second]])).collect()
}

/// The kinds of area whose standard tables a tier answers, free.
pub(super) fn kinds(tier: Tier) -> &'static [AreaKind] {
    match tier {
        Tier::International => &[AreaKind::Country, AreaKind::Region, AreaKind::Lep],
        _ => &[
            AreaKind::Country,
            AreaKind::Region,
            AreaKind::Lep,
            AreaKind::CombinedAuthority,
            AreaKind::LocalAuthority,
            AreaKind::Hub,
        ],
    }
}

/// The tabulations an attacker considers: every kind of area by every dimension and pair of dimensions, and the same over
/// many unions of categories.
fn candidates(tier: Tier, random: &mut Random) -> Vec<Tabulation> {
    let mut candidates = Vec::new();
    // Of skills plans even a table without a condition is charged.
    let charged = (tier != Tier::International).then_some(AreaKind::Lsip);
    candidates.extend(charged.map(Tabulation::standard));
    for kind in kinds(tier).iter().copied().chain(charged) {
        for dimension in Dimension::ALL {
            candidates.push(Tabulation::by(kind, &[dimension]));
        }
        if tier.rules().max_dimensions < 2 {
            for dimension in Dimension::ALL {
                let half = some_categories(dimension, random);
                candidates.extend(half.map(|half| Tabulation::standard(kind).within(dimension, half)));
            }
            continue;
        }
        for pair in dimension_pairs() {
            candidates.push(Tabulation::by(kind, &pair));
            for (by, within) in [(pair[0], pair[1]), (pair[1], pair[0])] {
                for _ in 0..6 {
                    let some = some_categories(within, random);
                    candidates.extend(some.map(|some| Tabulation::by(kind, &[by]).within(within, some)));
                }
            }
        }
    }
    let mut seen = HashSet::new();
    candidates.retain(|candidate| seen.insert(candidate.clone()));
    candidates
}

/// At least two categories, not all; `None` where there are too few.
fn some_categories(dimension: Dimension, random: &mut Random) -> Option<Vec<usize>> {
    let all = dimension.categories().len();
    let kept: Vec<usize> = (0..all).filter(|_| random.chance(0.5)).collect();
    (kept.len() >= 2 && kept.len() < all).then_some(kept)
}

/// An attacker's choice of questions over the terms.
pub(super) struct Chooser<'p> {
    asker: Asker<'p>,
    population: &'p Population,
    candidates: Vec<Tabulation>,
    /// Who is in which cell, by candidate; hubs as in the last term.
    cells: Vec<Vec<Vec<u32>>>,
    /// Which of them will be published, by candidate, once a preview was asked for.
    published: Vec<Option<Vec<bool>>>,
    used: Vec<bool>,
    /// How unsure the attacker is of each institution: a variance, on the diagonal only.
    unsure: Vec<f64>,
}

impl<'p> Chooser<'p> {
    /// Chooses for an organisation that may ask about a population, of the kinds of area that `may_ask` names.
    pub(super) fn new(asker: Asker<'p>, population: &'p Population, may_ask: impl Fn(AreaKind) -> bool) -> Self {
        let mut candidates = candidates(asker.tier, &mut Random::new(17));
        candidates.retain(|candidate| may_ask(candidate.kind) && !population.areas(candidate.kind).is_empty());
        let last = population.periods.len() - 1;
        let cells = candidates
            .iter()
            .map(|candidate| population.split(candidate, &population.areas(candidate.kind), last, None))
            .collect();
        let used = vec![false; candidates.len()];
        let published = vec![None; candidates.len()];
        let unsure = vec![0.25; population.institutions.len()];
        Self { asker, population, candidates, cells, published, used, unsure }
    }

    /// The next question that was not chosen before, and that tells most; `None` when nothing is left. A preview can only take
    /// away from what a question seems to tell by the sizes of its cells, so it is asked for where a question seems best.
    pub(super) async fn next(&mut self) -> Option<Tabulation> {
        loop {
            let (gain, best) = (0..self.candidates.len())
                .filter(|&candidate| !self.used[candidate])
                .map(|candidate| (self.gain_of(candidate), candidate))
                .max_by(|a, b| a.0.total_cmp(&b.0))?;
            if gain <= 0.0 {
                return None;
            }
            let candidate = &self.candidates[best];
            if self.published[best].is_some() {
                self.used[best] = true;
                return Some(candidate.clone());
            }
            let newest = self.population.periods[self.population.periods.len() - 1];
            let areas = self.population.areas(candidate.kind);
            self.published[best] = Some(self.asker.would_publish(candidate, &areas, newest, BENCHMARKS[0]).await);
        }
    }

    fn gain_of(&self, candidate: usize) -> f64 {
        let least = self.asker.tier.rules().fewest_institutions() as usize;
        let published = self.published[candidate].as_ref();
        let is_told = |cell: usize| published.is_none_or(|published| published[cell]);
        let cells = self.cells[candidate].iter().enumerate();
        cells.filter(|(cell, members)| members.len() >= least && is_told(*cell)).map(|(_, cell)| self.gain(cell)).sum()
    }

    /// Learns from what was answered.
    pub(super) fn learn(&mut self, answer: &Answer) {
        let last = self.population.periods.len() - 1;
        let cells = self.population.split(&answer.tabulation, &answer.areas, last, None);
        let mut told: Vec<usize> = answer.figures.iter().map(|figure| figure.cell).collect();
        told.sort_unstable();
        told.dedup();
        for cell in told {
            let narrowed = self.spread(&cells[cell]);
            for &id in &cells[cell] {
                let unsure = &mut self.unsure[id as usize];
                *unsure -= *unsure * *unsure / narrowed;
            }
        }
    }

    fn gain(&self, members: &[u32]) -> f64 {
        let squares: f64 = members.iter().map(|&id| self.unsure[id as usize].powi(2)).sum();
        squares / self.spread(members)
    }

    /// The variance of an answer about some institutions.
    fn spread(&self, members: &[u32]) -> f64 {
        members.iter().map(|&id| self.unsure[id as usize]).sum::<f64>() + self.asker.tier.rules().sigma.powi(2)
    }
}
