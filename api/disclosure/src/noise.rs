//! Sticky noise in three layers, nested by tier.
//!
//! The noise of a quantity is drawn from the secret key and from what the cell *is*, so the same question has the same
//! answer on every replica, for ever. Three draws are added, so that no single way of asking again averages it out:
//!
//! | layer | seeded by | share of the variance | what it withstands |
//! | --- | --- | --- | --- |
//! | persistent | set of institutions, measure | .40 | averaging over periods |
//! | period | set, measure, period | .35 | one known period unmasking the others |
//! | cell | conditions, measure, period | .25 | equal numbers proving equal sets |
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

use crate::{NoiseKey, Tier, gaussian::from_uniform, key::Purpose, subject::Subject};

/// The share of the variance that lasts over periods as long as the set of institutions does.
pub(crate) const PERSISTENT: f64 = 0.40;

/// The layers and their share of the variance; together 1.
const LAYERS: [(Purpose, f64); 3] = [(Purpose::Persistent, PERSISTENT), (Purpose::Period, 0.35), (Purpose::Cell, 0.25)];

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
    tier: Tier,
    /// For ordinary cells and for those of standard tables.
    deviations: [Deviations; 2],
}

/// Standard deviation by layer and by noisy tier, in institutions' worth; 0 beyond the tier.
type Deviations = [[f64; NOISY.len()]; LAYERS.len()];

impl<'k> Noise<'k> {
    pub(crate) fn new(key: &'k NoiseKey, tier: Tier) -> Self {
        Self { key, tier, deviations: [false, true].map(|standard| deviations(tier, standard)) }
    }

    /// The noise of two quantities, in institutions' worth.
    pub(crate) fn draw(&self, subject: Subject<'_>, pair: Pair) -> [f64; 2] {
        match (pair, self.tier) {
            (Pair::Benchmark, Tier::Regional | Tier::International) => {
                self.key.noise_cache().get_or_draw(self.tier, subject, || self.draw_uncached(subject, pair))
            }
            _ => self.draw_uncached(subject, pair),
        }
    }

    fn draw_uncached(&self, subject: Subject<'_>, pair: Pair) -> [f64; 2] {
        let mut noise = [0.0; 2];
        for ((purpose, _), deviations) in LAYERS.iter().zip(&self.deviations[usize::from(subject.standard)]) {
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
        let keys = subject.keys.to_be_bytes();
        let (measure, period) = (subject.measure.as_bytes(), subject.label.period.as_bytes());
        match layer {
            Purpose::Persistent => self.key.draw(layer, &[&pair, measure, &keys]),
            Purpose::Period => self.key.draw(layer, &[&pair, measure, &keys, period]),
            Purpose::Cell | Purpose::Record | Purpose::Flatten => {
                self.key.draw(Purpose::Cell, &[&pair, measure, subject.label.conditions.as_bytes(), period])
            }
        }
    }
}

fn deviations(tier: Tier, standard: bool) -> Deviations {
    let mut before = 0.0;
    let extra = NOISY.map(|noisy| {
        let sigma = noisy.rules().sigma_of(standard);
        let variance = sigma * sigma;
        let added = if noisy <= tier { variance - before } else { 0.0 };
        before = variance;
        added
    });
    LAYERS.map(|(_, part)| extra.map(|variance| libm::sqrt(part * variance)))
}

#[cfg(test)]
mod tests;
