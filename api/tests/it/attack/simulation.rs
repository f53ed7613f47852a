//! The same answers with the noise drawn anew, at any σ: to see what sharper tables would give away, before they exist.
//!
//! What is told and what is hidden stays as the service decided; only values are replaced. The layers of the noise, the
//! bands and the rounding follow the published method.

use super::{
    ask::{Answer, Bound, Estimate},
    population::{BENCHMARKS, Population},
    random::Random,
};

/// The noise of standard tables and of others, and the correlation of number achieved and mean score.
#[derive(Debug, Clone, Copy)]
pub(super) struct Noise {
    pub(super) standard: f64,
    pub(super) other: f64,
    pub(super) correlation: f64,
    pub(super) key: u64,
}

/// Shares of the variance: the cell's name, who stands in it, and the set in the period. All who stand there are assessed.
const LAYERS: [f64; 3] = [0.25, 0.50, 0.25];

/// The answers with other noise.
pub(super) fn redrawn(population: &Population, answers: &[Answer], noise: Noise) -> Vec<Answer> {
    answers.iter().map(|answer| one(population, answer, noise)).collect()
}

fn one(population: &Population, answer: &Answer, noise: Noise) -> Answer {
    let sigma = if answer.tabulation.is_standard() { noise.standard } else { noise.other };
    let mut drawn = answer.clone();
    let terms: Vec<usize> = answer
        .periods
        .iter()
        .map(|period| population.periods.iter().position(|known| known == period).unwrap())
        .collect();
    let mut sets = std::collections::HashMap::new();
    let mut set = |period: usize, benchmark: Option<u8>, cell: usize| -> Vec<u32> {
        let split = || population.split(&answer.tabulation, &answer.areas, terms[period], benchmark);
        sets.entry((period, benchmark)).or_insert_with(split)[cell].clone()
    };
    for figure in &mut drawn.figures {
        let members = set(figure.period, Some(figure.benchmark), figure.cell);
        let subject = Subject {
            members: &members,
            term: terms[figure.period],
            cell: hash(&format!("{:?}", answer.cells[figure.cell])),
            measure: u64::from(figure.benchmark),
        };
        let first = subject.draw(noise.key, 0);
        let second = noise.correlation * first + (1.0 - noise.correlation.powi(2)).sqrt() * subject.draw(noise.key, 1);
        let achieved = population.achieved(&members, figure.benchmark) + sigma * first;
        let worth = population.worth(&members, figure.benchmark) + sigma * second;
        figure.share = told(achieved, members.len(), 1.0, sigma);
        figure.mean = told(worth, members.len(), 100.0, sigma);
    }
    for figure in &mut drawn.overall {
        let members = set(figure.period, None, figure.cell);
        let cell = hash(&format!("{:?}", answer.cells[figure.cell]));
        let subject = Subject { members: &members, term: terms[figure.period], cell, measure: 0 };
        let top = BENCHMARKS.len() as f64;
        let achieved: f64 = BENCHMARKS.iter().map(|benchmark| population.achieved(&members, *benchmark)).sum();
        figure.mean_achieved = told(achieved / top + sigma * subject.draw(noise.key, 0), members.len(), top, sigma);
    }
    drawn
}

struct Subject<'m> {
    members: &'m [u32],
    term: usize,
    cell: u64,
    measure: u64,
}

impl Subject<'_> {
    /// A standard normal in three layers.
    fn draw(&self, key: u64, quantity: u64) -> f64 {
        let set =
            self.members.iter().fold(0, |sum: u64, &id| sum.wrapping_add(Random::of(&[key, u64::from(id)]).next()));
        let term = self.term as u64;
        [[0, self.cell, 0], [1, set, 0], [2, set, term]]
            .into_iter()
            .zip(LAYERS)
            .map(|(seed, part)| {
                let [layer, of, term] = seed;
                part.sqrt() * Random::of(&[key, quantity, self.measure, layer, of, term]).normal()
            })
            .sum()
    }
}

/// What is told of a noised total: a band near either end, else rounded to the largest 1-2-5 step below the noise.
fn told(total: f64, institutions: usize, top: f64, sigma: f64) -> Estimate {
    let count = institutions as f64;
    let edge = top * (3.0 / count).max(0.05);
    let band = |value, bound| Estimate { value: Some(value), standard_error: None, bound: Some(bound), reason: None };
    if total < 3.0 {
        return band(edge, Bound::AtMost);
    }
    if total > count - 3.0 {
        return band(top - edge, Bound::AtLeast);
    }
    let noise = sigma * top / count;
    let step = step_below(noise);
    let value = (total * top / count / step).round() * step;
    let error = (noise * noise + step * step / 12.0).sqrt();
    Estimate { value: Some(value), standard_error: Some(error), bound: None, reason: None }
}

/// The largest 1-2-5 step not above a limit.
pub(super) fn step_below(limit: f64) -> f64 {
    let power = 10_f64.powf(limit.log10().floor());
    [5.0, 2.0, 1.0].into_iter().map(|digit| digit * power).find(|step| *step <= limit).unwrap_or(power)
}

fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The standard error of a share over `institutions` at a σ, rounding included.
pub(super) fn standard_error(institutions: usize, sigma: f64) -> f64 {
    told(institutions as f64 / 2.0, institutions, 1.0, sigma).standard_error.unwrap()
}

#[test]
fn steps_are_those_of_the_method() {
    for (limit, step) in [(0.051, 0.05), (0.049, 0.02), (0.011, 0.01), (0.3, 0.2)] {
        assert!((step_below(limit) - step).abs() < 1e-12, "{limit}");
    }
    assert!((standard_error(60, 3.0) - 0.052).abs() < 1e-3);
}
