//! What an outsider believes before asking: published shares, and how results go together.
//!
//! An institution's results hang on how good it is: that is why one benchmark tells of the others. The outsider knows the
//! published share of each benchmark, that members of hubs do better, and how strongly results go together; nothing else of
//! any one institution.

use super::{
    population::{BENCHMARKS, Population},
    statistic::{mean, normal},
};

/// How good institutions are, in standard deviations: the middles of nine parts that are equally frequent.
const QUALITIES: [f64; 9] = [-1.593, -0.967, -0.589, -0.282, 0.0, 0.282, 0.589, 0.967, 1.593];

/// How far institutions differ, and how far the benchmarks of one do.
const BETWEEN: f64 = 0.56;
const WITHIN: f64 = 0.83;

/// How much better members of hubs are.
const OF_HUBS: f64 = 0.25;

/// The chance to achieve each benchmark, by how good the institution is.
#[derive(Debug, Clone)]
pub(super) struct Belief {
    chances: Vec<[f64; BENCHMARKS.len()]>,
}

/// The beliefs about every institution.
pub(super) fn beliefs(population: &Population) -> Vec<Belief> {
    let in_hub: Vec<bool> = population.institutions.iter().map(|institution| !institution.hubs.is_empty()).collect();
    let hubs = mean(&in_hub.iter().map(|hub| if *hub { 1.0 } else { 0.0 }).collect::<Vec<_>>());
    let thresholds = BENCHMARKS.map(|benchmark| {
        let achieved: Vec<f64> = population
            .institutions
            .iter()
            .filter_map(|institution| institution.achieved(benchmark))
            .map(|achieved| if achieved { 1.0 } else { 0.0 })
            .collect();
        threshold(mean(&achieved), hubs)
    });
    let of = |hub: bool| Belief {
        chances: QUALITIES.iter().map(|quality| thresholds.map(|threshold| chance(*quality, hub, threshold))).collect(),
    };
    in_hub.into_iter().map(of).collect()
}

fn chance(quality: f64, hub: bool, threshold: f64) -> f64 {
    let better = if hub { OF_HUBS } else { 0.0 };
    normal((BETWEEN * quality + better - threshold) / WITHIN).clamp(0.001, 0.999)
}

/// Where the share that achieves is the published one.
fn threshold(share: f64, hubs: f64) -> f64 {
    let (mut low, mut high) = (-6.0, 6.0);
    for _ in 0..50 {
        let middle = f64::midpoint(low, high);
        let of = |hub| mean(&QUALITIES.map(|quality| chance(quality, hub, middle)));
        if hubs * of(true) + (1.0 - hubs) * of(false) > share { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

impl Belief {
    /// The chance to achieve each benchmark, given what the answers say of each: a log likelihood ratio.
    pub(super) fn given(&self, evidence: [f64; BENCHMARKS.len()]) -> [f64; BENCHMARKS.len()] {
        let odds = evidence.map(|evidence| evidence.clamp(-30.0, 30.0).exp());
        let (mut all, mut achieved) = (0.0, [0.0; BENCHMARKS.len()]);
        for chances in &self.chances {
            let mut likelihood = 1.0;
            let mut each = [0.0; BENCHMARKS.len()];
            for ((each, chance), odds) in each.iter_mut().zip(chances).zip(odds) {
                let whole = chance * odds + 1.0 - chance;
                *each = chance * odds / whole;
                likelihood *= whole;
            }
            all += likelihood;
            achieved.iter_mut().zip(each).for_each(|(achieved, each)| *achieved += likelihood * each);
        }
        achieved.map(|achieved| (achieved / all).clamp(1e-6, 1.0 - 1e-6))
    }

    /// Of somebody of whom nothing is known: yes and no are equally likely, and no benchmark tells of another.
    pub(super) fn even() -> Self {
        Self { chances: vec![[0.5; BENCHMARKS.len()]] }
    }

    /// The chance to achieve each benchmark before anything is asked.
    pub(super) fn before(&self) -> [f64; BENCHMARKS.len()] {
        self.given([0.0; BENCHMARKS.len()])
    }
}

#[test]
fn a_benchmark_that_is_known_makes_the_others_likelier() {
    let belief = Belief { chances: QUALITIES.iter().map(|quality| [chance(*quality, false, 0.0); 8]).collect() };
    let mut evidence = [0.0; 8];
    evidence[0] = 20.0;
    let [first, second, ..] = belief.given(evidence);
    assert!((belief.before()[0] - 0.5).abs() < 1e-6 && first > 0.999 && (0.55..0.65).contains(&second), "{second}");
}
