//! From answers to what they say about sets of institutions: every answer about one set becomes one observation.
//!
//! The attacker knows the method. Answers about one set share 40 % of the noise's variance over all terms and another 35 %
//! within a term; the rest is of the cell's own conditions. Number achieved and mean score may share noise too.

use std::collections::{BTreeMap, HashMap};

use super::{
    ask::{Answer, Total},
    population::{BENCHMARKS, Population},
};

/// The parts of the noise's variance: persistent, of the period, of the cell.
const LAYERS: [f64; 3] = [0.40, 0.35, 0.25];

/// What is said about how many of a set achieved: a value and its variance.
#[derive(Debug, Clone)]
pub(super) struct Observation {
    pub(super) members: Vec<u32>,
    pub(super) value: f64,
    pub(super) variance: f64,
}

/// Everything an attacker gathered.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    /// By benchmark: how many achieved.
    pub(super) benchmarks: Vec<Vec<Observation>>,
    /// Over all benchmarks: how many were achieved together.
    pub(super) overall: Vec<Observation>,
}

/// What the attacker believes before asking, by benchmark.
#[derive(Debug, Clone, Copy)]
pub(super) struct Prior {
    /// The share that achieved.
    pub(super) share: f64,
    /// The mean score over 100 of those that did not, and its variance.
    pub(super) partial: (f64, f64),
}

/// One answer about a set.
#[derive(Debug, Clone, Copy)]
struct Seen {
    term: usize,
    achieved: Option<Total>,
    worth: Option<Total>,
}

/// The priors of a population: in earnest the published national figures.
pub(super) fn priors(population: &Population) -> Vec<Prior> {
    let prior = |benchmark: u8| {
        let scores: Vec<f64> = population
            .institutions
            .iter()
            .filter_map(|institution| institution.scores[usize::from(benchmark) - 1])
            .map(|score| f64::from(score) / 100.0)
            .collect();
        let partial: Vec<f64> = scores.iter().copied().filter(|score| *score < 1.0).collect();
        let mean = super::statistic::mean(&partial);
        let variance = super::statistic::mean(&partial.iter().map(|score| (score - mean).powi(2)).collect::<Vec<_>>());
        Prior { share: 1.0 - partial.len() as f64 / scores.len() as f64, partial: (mean, variance) }
    };
    BENCHMARKS.into_iter().map(prior).collect()
}

/// Reads every answer. `sigma` is the noise where a table states none; `correlation` that of the noise of the number
/// achieved and of the mean score.
pub(super) fn gather(
    population: &Population,
    answers: &[Answer],
    priors: &[Prior],
    sigma: f64,
    correlation: f64,
) -> Evidence {
    let mut benchmarks: Vec<HashMap<Vec<u32>, Vec<Seen>>> = vec![HashMap::new(); BENCHMARKS.len()];
    let mut overall: HashMap<Vec<u32>, Vec<Seen>> = HashMap::new();
    for answer in answers {
        let terms: Vec<usize> = answer
            .periods
            .iter()
            .map(|period| population.periods.iter().position(|known| known == period).unwrap())
            .collect();
        let mut sets: HashMap<(usize, Option<u8>), Vec<Vec<u32>>> = HashMap::new();
        let mut set = |period: usize, benchmark: Option<u8>, cell: usize| {
            let split = || population.split(&answer.tabulation, &answer.areas, terms[period], benchmark);
            sets.entry((period, benchmark)).or_insert_with(split)[cell].clone()
        };
        let mut stated = sigma;
        for figure in &answer.figures {
            let members = set(figure.period, Some(figure.benchmark), figure.cell);
            if let Some(error) = figure.share.standard_error {
                stated = stated.min(error * members.len() as f64);
            }
        }
        let sigma = stated;
        for figure in &answer.figures {
            let members = set(figure.period, Some(figure.benchmark), figure.cell);
            let seen = Seen {
                term: terms[figure.period],
                achieved: figure.share.total(members.len(), 1.0, sigma),
                worth: figure.mean.total(members.len(), 100.0, sigma),
            };
            benchmarks[usize::from(figure.benchmark) - 1].entry(members).or_default().push(seen);
        }
        for figure in &answer.overall {
            let members = set(figure.period, None, figure.cell);
            let achieved = figure.mean_achieved.total(members.len(), BENCHMARKS.len() as f64, sigma);
            overall.entry(members).or_default().push(Seen { term: terms[figure.period], achieved, worth: None });
        }
    }
    let benchmarks = benchmarks
        .into_iter()
        .zip(priors)
        .map(|(seen, prior)| {
            sorted(seen).into_iter().filter_map(|(set, seen)| both(set, &seen, *prior, correlation)).collect()
        })
        .collect();
    let times = BENCHMARKS.len() as f64;
    let overall = sorted(overall).into_iter().filter_map(|(members, seen)| {
        let (value, variance) = average(&seen, |seen| seen.achieved)?;
        Some(Observation { members, value: value * times, variance: variance * times * times })
    });
    Evidence { benchmarks, overall: overall.collect() }
}

fn sorted(seen: HashMap<Vec<u32>, Vec<Seen>>) -> Vec<(Vec<u32>, Vec<Seen>)> {
    let mut seen: Vec<_> = seen.into_iter().collect();
    seen.sort_by(|a, b| a.0.cmp(&b.0));
    seen
}

/// The best average of every answer about one set, and its variance. Answers with the sharpest noise alone are used:
/// others about the same set hold the same draws with more noise on top.
fn average(seen: &[Seen], which: impl Fn(&Seen) -> Option<Total>) -> Option<(f64, f64)> {
    let totals: Vec<(usize, Total)> = seen.iter().filter_map(|seen| Some((seen.term, which(seen)?))).collect();
    let sharpest = totals.iter().map(|(_, total)| total.variance).min_by(f64::total_cmp)?;
    let mut terms: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for (term, total) in totals.iter().filter(|(_, total)| total.variance <= 1.1 * sharpest) {
        terms.entry(*term).or_default().push(total.value);
    }
    if totals.iter().all(|(_, total)| total.banded) {
        // A band stays a band, however often it is told.
        let values: Vec<f64> = terms.into_values().flatten().collect();
        return Some((super::statistic::mean(&values), sharpest));
    }
    let (mut weights, mut weighted) = (0.0, 0.0);
    for values in terms.values() {
        let weight = 1.0 / (sharpest * (LAYERS[1] + LAYERS[2] / values.len() as f64));
        weights += weight;
        weighted += weight * super::statistic::mean(values);
    }
    Some((weighted / weights, sharpest * LAYERS[0] + 1.0 / weights))
}

/// Number achieved and mean score of one set as one observation of the number achieved.
fn both(members: Vec<u32>, seen: &[Seen], prior: Prior, correlation: f64) -> Option<Observation> {
    let achieved = average(seen, |seen| seen.achieved);
    let (partial, spread) = prior.partial;
    let institutions = members.len() as f64;
    let from_mean = average(seen, |seen| seen.worth).map(|(value, variance)| {
        let scale = 1.0 - partial;
        let scores = (1.0 - prior.share) * institutions * spread;
        ((value - partial * institutions) / scale, variance / (scale * scale), scores / (scale * scale))
    });
    let (value, variance) = match (achieved, from_mean) {
        (Some((a, of_a)), Some((b, of_b, more))) => {
            let shared = correlation * (of_a * of_b).sqrt();
            let of_b = of_b + more;
            let weight = ((of_b - shared) / (of_a + of_b - 2.0 * shared)).clamp(0.0, 1.0);
            let rest = 1.0 - weight;
            (weight * a + rest * b, weight * weight * of_a + rest * rest * of_b + 2.0 * weight * rest * shared)
        }
        (Some(only), None) => only,
        (None, Some((value, variance, more))) => (value, variance + more),
        (None, None) => return None,
    };
    Some(Observation { members, value, variance })
}

/// The correlation of the noise of number achieved and mean score, as a hub finds it that knows its own results.
pub(super) fn correlation(population: &Population, answers: &[Answer], sigma: f64) -> f64 {
    let mut pairs = Vec::new();
    for answer in answers.iter().filter(|answer| answer.tabulation.is_standard()) {
        for figure in &answer.figures {
            let term = population.periods.iter().position(|known| *known == answer.periods[figure.period]).unwrap();
            let members = population.members(&answer.cells[figure.cell], term, figure.benchmark);
            let achieved = figure.share.total(members.len(), 1.0, sigma);
            let worth = figure.mean.total(members.len(), 100.0, sigma);
            if let (Some(achieved), Some(worth)) = (achieved, worth)
                && !achieved.banded
                && !worth.banded
            {
                let scale = (achieved.variance * worth.variance).sqrt();
                let a = achieved.value - population.achieved(&members, figure.benchmark);
                let b = worth.value - population.worth(&members, figure.benchmark);
                pairs.push(a * b / scale);
            }
        }
    }
    // Rounded to a tenth: an attacker knows that it is a round figure.
    (super::statistic::mean(&pairs) * 10.0).round().clamp(0.0, 9.0) / 10.0
}
