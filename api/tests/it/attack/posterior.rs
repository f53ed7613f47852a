//! The strongest linear attacker: the posterior mean of every institution's yes or no under a Gaussian prior.

use api::domain::AreaKind;

use super::{
    ask::Tabulation,
    evidence::{Evidence, Observation, Prior},
    population::Population,
    solver::{Factor, Symmetric},
};

/// How often the benchmarks are solved in turn; the rows over all of them tie them together only loosely.
const SWEEPS: usize = 12;

/// How much better than always guessing the more frequent answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Advantage {
    pub(super) accuracy: f64,
    /// The accuracy of guessing, for each benchmark, the majority of the institution's region: what regional shares are
    /// published for.
    pub(super) majority: f64,
    /// The same with the majority of all regions together.
    pub(super) majority_of_all: f64,
}

impl Advantage {
    pub(super) fn value(self) -> f64 {
        self.accuracy - self.majority
    }
}

/// The posterior mean by benchmark and institution: 0 for no, 1 for yes. Solves the joint system of all benchmarks
/// by blocks (Gauss–Seidel), each block by Cholesky.
pub(super) fn posterior(institutions: usize, evidence: &Evidence, priors: &[Prior]) -> Vec<Vec<f64>> {
    let mut blocks: Vec<(Factor, Vec<f64>)> = Vec::new();
    for (observations, prior) in evidence.benchmarks.iter().zip(priors) {
        let variance = (prior.share * (1.0 - prior.share)).max(1e-3);
        let mut precision = Symmetric::diagonal(institutions, 1.0 / variance);
        let mut right = vec![prior.share / variance; institutions];
        for Observation { members, value, variance } in observations {
            precision.add_block(members, 1.0 / variance);
            members.iter().for_each(|&id| right[id as usize] += value / variance);
        }
        for Observation { members, variance, .. } in &evidence.overall {
            precision.add_block(members, 1.0 / variance);
        }
        blocks.push((precision.factor(), right));
    }
    let mut means: Vec<Vec<f64>> = blocks.iter().map(|(factor, right)| factor.solve(right.clone())).collect();
    if evidence.overall.is_empty() {
        return means;
    }
    for _ in 0..SWEEPS {
        for benchmark in 0..blocks.len() {
            let (factor, right) = &blocks[benchmark];
            let mut right = right.clone();
            for Observation { members, value, variance } in &evidence.overall {
                let others: f64 = (0..means.len())
                    .filter(|other| *other != benchmark)
                    .map(|other| members.iter().map(|&id| means[other][id as usize]).sum::<f64>())
                    .sum();
                members.iter().for_each(|&id| right[id as usize] += (value - others) / variance);
            }
            means[benchmark] = factor.solve(right);
        }
    }
    means
}

/// Guesses yes above one half, and compares with the majority guess, over the benchmarks that were asked about.
pub(super) fn advantage(population: &Population, means: &[Vec<f64>], benchmarks: &[u8]) -> Advantage {
    let mut right = 0_u32;
    for &benchmark in benchmarks {
        let mean = &means[usize::from(benchmark) - 1];
        for (institution, mean) in population.institutions.iter().zip(mean) {
            right += u32::from(institution.achieved(benchmark).is_some_and(|achieved| (*mean > 0.5) == achieved));
        }
    }
    let (by_region, all) = majority(population, AreaKind::Region, benchmarks);
    let (by_country, _) = majority(population, AreaKind::Country, benchmarks);
    Advantage { accuracy: f64::from(right) / all, majority: by_region / all, majority_of_all: by_country / all }
}

/// How many guesses are right where every institution is taken for the majority of its area; and how many there are.
pub(super) fn majority(population: &Population, kind: AreaKind, benchmarks: &[u8]) -> (f64, f64) {
    let (mut right, mut all) = (0.0, 0.0);
    for &benchmark in benchmarks {
        let newest = population.periods.len() - 1;
        for set in population.split(&Tabulation::standard(kind), &population.areas(kind), newest, Some(benchmark)) {
            let achieved = population.achieved(&set, benchmark);
            right += achieved.max(set.len() as f64 - achieved);
            all += set.len() as f64;
        }
    }
    (right, all)
}
