//! What a decoder achieved, in the figures by which the protection is judged.

use super::{
    decoder::Decoded,
    population::{BENCHMARKS, Population},
    statistic::{Samples, mean},
};

/// From which chance on a fact counts as told, where the attacker was less sure before asking.
const SURE: f64 = 0.95;

/// What several decoders say of some institutions, as a population of its own: facts add up over secrets.
pub(super) struct Collected {
    pub(super) population: Population,
    /// By decoder.
    pub(super) decoded: [Decoded; 2],
}

impl Collected {
    pub(super) fn new(population: &Population) -> Self {
        let none = || Decoded { before: vec![Vec::new(); BENCHMARKS.len()], after: vec![Vec::new(); BENCHMARKS.len()] };
        let population = Population { institutions: Vec::new(), periods: population.periods.clone() };
        Self { population, decoded: [none(), none()] }
    }

    /// Adds what two decoders say of some institutions.
    pub(super) fn add(&mut self, population: &Population, ids: &[u32], decoded: [&Decoded; 2]) {
        self.population.institutions.extend(ids.iter().map(|id| population.institutions[*id as usize].clone()));
        for (own, other) in self.decoded.iter_mut().zip(decoded) {
            for (own, other) in [(&mut own.before, &other.before), (&mut own.after, &other.after)] {
                for (own, other) in own.iter_mut().zip(other) {
                    own.extend(ids.iter().map(|id| other[*id as usize]));
                }
            }
        }
    }

    /// What the first decoder achieved.
    pub(super) fn figures(&self) -> Figures {
        Figures::of(&self.population, &self.decoded[0], &BENCHMARKS)
    }

    /// How well the difference between the two decoders' evidence alone tells those who achieved from others: what the first
    /// has beyond the second.
    pub(super) fn beyond(&self) -> f64 {
        let mut curves = Vec::new();
        for (at, benchmark) in BENCHMARKS.into_iter().enumerate() {
            let mut extra = Samples::default();
            for (id, institution) in self.population.institutions.iter().enumerate() {
                if let Some(achieved) = institution.achieved(benchmark) {
                    let [more, less] = self.decoded.each_ref().map(|decoded| log_odds(decoded.after[at][id]));
                    extra.add(more - less, achieved);
                }
            }
            curves.push(extra.area_under_curve());
        }
        mean(&curves)
    }
}

/// What a decoder achieved over all facts that the attacker did not know: whether an institution achieved a benchmark.
#[derive(Debug, Clone, Copy)]
pub(super) struct Figures {
    pub(super) facts: usize,
    /// How many of its best guesses without any answer are right.
    pub(super) before: f64,
    /// How many of its best guesses with the answers are.
    pub(super) after: f64,
    /// How well the evidence alone, without what was believed before, tells those who achieved from others; the mean over the
    /// benchmarks.
    pub(super) evidence: f64,
    /// The share of facts that it is sure of since it asked, and how many of them are right.
    pub(super) told: f64,
    pub(super) told_right: f64,
    /// How much likelier the truth became on average over the benchmarks, for the tenth of institutions that lose most.
    pub(super) worst_tenth: f64,
}

impl Figures {
    pub(super) fn advantage(&self) -> f64 {
        self.after - self.before
    }

    pub(super) fn of(population: &Population, decoded: &Decoded, benchmarks: &[u8]) -> Self {
        let (mut facts, mut before, mut after, mut told, mut right) = (0, 0, 0, 0, 0);
        let mut curves = Vec::new();
        let mut gains: Vec<Vec<f64>> = vec![Vec::new(); population.institutions.len()];
        for &benchmark in benchmarks {
            let at = usize::from(benchmark) - 1;
            let mut evidence = Samples::default();
            for ((id, institution), gains) in population.institutions.iter().enumerate().zip(&mut gains) {
                let Some(achieved) = institution.achieved(benchmark) else { continue };
                let (prior, posterior) = (decoded.before[at][id], decoded.after[at][id]);
                let of_truth = |chance: f64| if achieved { chance } else { 1.0 - chance };
                facts += 1;
                before += usize::from(of_truth(prior) > 0.5);
                after += usize::from(of_truth(posterior) > 0.5);
                let sure = posterior.max(1.0 - posterior) >= SURE && prior.max(1.0 - prior) < SURE;
                told += usize::from(sure);
                right += usize::from(sure && of_truth(posterior) > 0.5);
                evidence.add(log_odds(posterior) - log_odds(prior), achieved);
                gains.push(of_truth(posterior) - of_truth(prior));
            }
            if evidence.len() > 0 {
                curves.push(evidence.area_under_curve());
            }
        }
        let mut gains: Vec<f64> = gains.iter().filter(|gains| !gains.is_empty()).map(|gains| mean(gains)).collect();
        gains.sort_by(|one, other| other.total_cmp(one));
        let all = facts.max(1) as f64;
        Self {
            facts,
            before: before as f64 / all,
            after: after as f64 / all,
            evidence: mean(&curves),
            told: told as f64 / all,
            told_right: right as f64 / told.max(1) as f64,
            worst_tenth: mean(&gains[..gains.len().div_ceil(10)]),
        }
    }
}

fn log_odds(chance: f64) -> f64 {
    (chance / (1.0 - chance)).ln()
}
