//! Sticky noise in layers, nested by tier.
//!
//! The noise of a quantity is drawn from the secret key and from what the cell *is*, so the same question has the same
//! answer on every replica, for ever. Several draws are added, so that no single way of asking again averages it out:
//!
//! | layer | seeded by | share of the variance | what it withstands |
//! | --- | --- | --- | --- |
//! | name | conditions, measure | .25 | sets that change: absences, newcomers, moves, results handed in anew; equal numbers proving equal sets |
//! | standing | who stands in the cell by the roll, measure, revision | .50 | the same set under several names; averaging over periods; a move |
//! | set | exact set, measure, period and base | .25 | one known period unmasking the others; two sets that differ by one |
//!
//! The first two last over periods, whoever is absent from one: an attacker who waits, or who comes and goes, gets a new draw of
//! the last one alone. What this costs and what was rejected stands in the book, under *Sticky layered noise*.
//!
//! Periods that were first published with [`Method::First`] keep its layers: set (.40), set and period (.35), conditions and
//! period (.25).
//!
//! Tiers nest: the noise of a tier is that of the tier before it plus an independent extra of variance σ² − σ'². Whoever
//! pools the answers of two tiers therefore knows no more than the weaker-protected one alone.
//!
//! Two quantities are drawn at a time: the 32 bytes of one HMAC are four draws, two quantities in two tiers. The number
//! that achieve a benchmark and the sum of scores move together when one institution's result changes, so their noise
//! moves together too, with correlation ½: that is where telling a whole result (0 to 100) from the two of them is as
//! hard as it can be made without more noise on either, d′ = 2/(√3·σ) instead of √2/σ.
//!
//! Cells of standard tables take the same draws at a smaller scale ([`Rules::sigma_standard`](crate::Rules)), so that no
//! ordinary cell about the same institutions adds to what a standard one tells.

use crate::{Method, NoiseKey, Rules, Tier, gaussian::from_uniform, key::Purpose, protected::Basis, subject::Subject};

/// A part of the noise, with its share of the variance.
type Layer = (Purpose, f64);

/// The share of the part that hangs on the exact set and the period: the only one that a period has to itself.
const OF_PERIOD: f64 = 0.25;

/// The share of the part that hangs on who stands in the cell by the roll.
const OF_STANDING: f64 = 0.50;

/// The share of the part that hangs on the exact set alone, in the first method.
const PERSISTENT_FIRST: f64 = 0.40;

/// The layers of a method; their shares are together 1.
const fn layers(method: Method) -> [Layer; 3] {
    match method {
        Method::First => [(Purpose::Persistent, PERSISTENT_FIRST), (Purpose::Period, 0.35), (Purpose::Cell, 0.25)],
        Method::Second | Method::Third | Method::Fourth => [
            (Purpose::Name, 1.0 - OF_STANDING - OF_PERIOD),
            (Purpose::Standing, OF_STANDING),
            (Purpose::Set, OF_PERIOD),
        ],
    }
}

/// The share of the variance that two figures of one cell have in common, about two periods or as of two bases.
pub(crate) fn shared(one: &Basis, other: &Basis) -> f64 {
    match (one.method, other.method) {
        (Method::First, Method::First) if one.named.set == other.named.set => PERSISTENT_FIRST,
        (Method::First, _) | (_, Method::First) => 0.0,
        _ => {
            let same = one.named.roll == other.named.roll && one.revision == other.revision;
            if same { 1.0 - OF_PERIOD } else { 1.0 - OF_PERIOD - OF_STANDING }
        }
    }
}

/// The tiers that add noise, in the order of their draws.
const NOISY: [Tier; 2] = [Tier::Regional, Tier::International];

/// How the noise of the two quantities of a benchmark goes together.
const CORRELATION: f64 = 0.5;

/// Two quantities that are drawn together. A variant's number is part of the seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pair {
    /// The number that achieve a benchmark, and the sum of scores.
    Benchmark,
    /// Of an overall cell: pair 0 is the mean and bin 0, pair p is bins 2p − 1 and 2p.
    Overall(u32),
    /// Of students: the number in a category; of a band, how many institutions and how large their cohorts.
    Students,
}

/// The source of noise of one tier.
pub(crate) struct Noise<'k> {
    key: &'k NoiseKey,
    /// By method, for ordinary cells, for those of standard tables, and for what is over all benchmarks.
    deviations: [[Deviations; 3]; Method::ALL.len()],
}

/// Standard deviation by layer and by noisy tier, in institutions' worth; 0 beyond the tier.
type Deviations = [[f64; NOISY.len()]; 3];

impl<'k> Noise<'k> {
    pub(crate) fn new(key: &'k NoiseKey, tier: Tier) -> Self {
        let sigmas: [fn(Rules) -> f64; 3] =
            [|rules| rules.sigma, |rules| rules.sigma_standard, |rules| rules.sigma_overall];
        let deviations = Method::ALL.map(|method| sigmas.map(|sigma| deviations(method, tier, sigma)));
        Self { key, deviations }
    }

    /// The noise of two quantities, in institutions' worth.
    pub(crate) fn draw(&self, subject: Subject<'_>, pair: Pair) -> [f64; 2] {
        let mut noise = [0.0; 2];
        let method = subject.label.method;
        let kind = if pair == Pair::Benchmark { usize::from(subject.standard) } else { 2 };
        let deviations = &self.deviations[method as usize][kind];
        for ((purpose, _), deviations) in layers(method).iter().zip(deviations) {
            if deviations.iter().all(|deviation| *deviation == 0.0) {
                continue;
            }
            let output = self.output(*purpose, subject, pair);
            let noisy = deviations.iter().zip(output.chunks_exact(16)).filter(|(deviation, _)| **deviation > 0.0);
            for (deviation, draws) in noisy {
                for (quantity, bytes) in noise.iter_mut().zip(draws.chunks_exact(8)) {
                    *quantity +=
                        deviation * from_uniform(bytes.iter().fold(0, |bits, byte| (bits << 8) | u64::from(*byte)));
                }
            }
        }
        if pair == Pair::Benchmark {
            noise[1] = CORRELATION * noise[0] + libm::sqrt(1.0 - CORRELATION * CORRELATION) * noise[1];
        }
        noise
    }

    fn output(&self, layer: Purpose, subject: Subject<'_>, pair: Pair) -> [u8; 32] {
        let pair = match pair {
            Pair::Benchmark => [0; 5],
            Pair::Overall(number) => {
                let [a, b, c, d] = number.to_be_bytes();
                [1, a, b, c, d]
            }
            Pair::Students => [2, 0, 0, 0, 0],
        };
        let (set, roll) = (subject.named.set.to_be_bytes(), subject.named.roll.to_be_bytes());
        let (measure, conditions) = (subject.measure.as_bytes(), subject.label.conditions.as_bytes());
        let period = subject.label.period.as_bytes();
        match layer {
            Purpose::Persistent => self.key.draw(layer, &[&pair, measure, &set]),
            Purpose::Period | Purpose::Set => self.key.draw(layer, &[&pair, measure, &set, period]),
            Purpose::Name => self.key.draw(layer, &[&pair, measure, conditions]),
            Purpose::Standing => self.key.draw(layer, &[&pair, measure, &roll, &[subject.label.revision]]),
            Purpose::Cell | Purpose::Record => self.key.draw(Purpose::Cell, &[&pair, measure, conditions, period]),
        }
    }
}

fn deviations(method: Method, tier: Tier, sigma: fn(Rules) -> f64) -> Deviations {
    let mut before = 0.0;
    let extra = NOISY.map(|noisy| {
        let sigma = sigma(noisy.rules_under(method));
        let variance = sigma * sigma;
        let added = if noisy <= tier { variance - before } else { 0.0 };
        before = variance;
        added
    });
    layers(method).map(|(_, part)| extra.map(|variance| libm::sqrt(part * variance)))
}

#[cfg(test)]
mod tests;
