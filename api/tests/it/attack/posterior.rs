//! The strongest linear attacker: the posterior mean of every institution's yes or no under a Gaussian prior.

use api::domain::AreaKind;

use super::{
    ask::Tabulation,
    evidence::{Evidence, Observation, Prior},
    population::Population,
    solver::{Factor, Symmetric, conjugate_gradients},
};

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

/// The posterior mean by benchmark and institution: 0 for no, 1 for yes. The benchmarks are tied together by the rows over
/// all of them: the joint system is solved by conjugate gradients, with the factor of each benchmark's own block.
pub(super) fn posterior(institutions: usize, evidence: &Evidence, priors: &[Prior]) -> Vec<Vec<f64>> {
    let mut factors: Vec<Factor> = Vec::new();
    let mut right = Vec::new();
    for (observations, prior) in evidence.benchmarks.iter().zip(priors) {
        let variance = (prior.share * (1.0 - prior.share)).max(1e-3);
        let mut precision = Symmetric::diagonal(institutions, 1.0 / variance);
        let mut of_block = vec![prior.share / variance; institutions];
        for Observation { members, value, variance } in observations.iter().chain(&evidence.overall) {
            precision.add_block(members, 1.0 / variance);
            members.iter().for_each(|&id| of_block[id as usize] += value / variance);
        }
        factors.push(precision.factor());
        right.extend(of_block);
    }
    let blocks = |vector: &[f64], each: &dyn Fn(&Factor, &[f64]) -> Vec<f64>| -> Vec<f64> {
        factors.iter().zip(vector.chunks(institutions)).flat_map(|(factor, block)| each(factor, block)).collect()
    };
    let apply = |vector: &[f64]| {
        let mut applied = blocks(vector, &|factor, block| factor.times(block));
        for Observation { members, variance, .. } in &evidence.overall {
            let sum = |block: &[f64]| members.iter().map(|&id| block[id as usize]).sum::<f64>();
            let sums: Vec<f64> = vector.chunks(institutions).map(sum).collect();
            let all: f64 = sums.iter().sum();
            for (block, own) in applied.chunks_mut(institutions).zip(sums) {
                members.iter().for_each(|&id| block[id as usize] += (all - own) / variance);
            }
        }
        applied
    };
    let solve = |vector: &[f64]| blocks(vector, &|factor, block| factor.solve(block.to_vec()));
    let means = if evidence.overall.is_empty() { solve(&right) } else { conjugate_gradients(&right, apply, solve) };
    means.chunks(institutions).map(<[f64]>::to_vec).collect()
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
