//! The discrete Gaussian on the grid 1/1024 with standard deviation 1, drawn by inversion.
//!
//! Its probability at x/1024 is proportional to exp(−x²/(2·1024²)) (Canonne, Kamath, Steinke, *The Discrete Gaussian for
//! Differential Privacy*, 2020). One draw takes 64 uniform bits: the lowest is the sign, the other 63 are looked up in
//! the cumulative table of |x|. The table is summed in integers from `libm::exp`, which is written in Rust, so it is the
//! same on every platform. It ends at 9.5 standard deviations (tail below 3e-21). Its distance in total variation from
//! the exact distribution is below 2e-15: 9,728 thresholds, each cut to 2^-63, and the error of `exp`.
//!
//! Public so that anyone can hold it against the closed form: `cargo run --release -p disclosure --example sampler` does,
//! with 10 million draws.

use std::sync::LazyLock;

/// Grid points per standard deviation.
pub const GRID: u32 = 1024;

/// The largest |x| in the table, in grid points: 9.5 standard deviations.
const LAST: u32 = GRID * 19 / 2;

/// How many bits of a draw choose a slot of the guide.
const GUIDE_BITS: u32 = 12;

static TABLE: LazyLock<Table> = LazyLock::new(Table::build);

/// The value, in standard deviations, that 64 uniform bits stand for.
pub fn from_uniform(bits: u64) -> f64 {
    let magnitude = f64::from(TABLE.magnitude(bits >> 1)) / f64::from(GRID);
    if bits & 1 == 0 { magnitude } else { -magnitude }
}

struct Table {
    /// At position x: 2^63 times the probability of at most x in magnitude.
    cumulative: Vec<u64>,
    /// At position s: the first magnitude that a draw in slot s may stand for.
    guide: Vec<u32>,
}

impl Table {
    fn build() -> Self {
        let weights: Vec<u128> = (0..=LAST).map(weight).collect();
        let total: u128 = weights.iter().sum();
        let mut below = 0;
        let cumulative: Vec<u64> = weights
            .iter()
            .map(|weight| {
                below += weight;
                part_of_2_63(below, total)
            })
            .collect();
        let first = |slot: u64| cumulative.partition_point(|&edge| edge <= slot << (63 - GUIDE_BITS));
        let guide = (0..=1 << GUIDE_BITS).map(|slot| u32::try_from(first(slot)).unwrap_or(LAST)).collect();
        Self { cumulative, guide }
    }

    /// The magnitude, in grid points, that 63 uniform bits stand for.
    fn magnitude(&self, bits: u64) -> u32 {
        let slot = usize::try_from(bits >> (63 - GUIDE_BITS)).unwrap_or(0);
        let (from, to) = (self.guide[slot], self.guide[slot + 1]);
        // Near the middle a slot holds one edge or none, at random: counted without a branch that could be mispredicted.
        let passed = u32::from(from < to) & u32::from(self.cumulative[from as usize] <= bits);
        if to - from <= 1 {
            return from + passed;
        }
        let range = &self.cumulative[from as usize..to as usize];
        from + u32::try_from(range.partition_point(|&edge| edge <= bits)).unwrap_or(0)
    }
}

/// 2^100 times the weight of a magnitude: both signs together, except for 0, which has none.
fn weight(magnitude: u32) -> u128 {
    let deviations = f64::from(magnitude) / f64::from(GRID);
    let sides = if magnitude == 0 { 1.0 } else { 2.0 };
    let scaled = sides * libm::exp(-deviations * deviations / 2.0) * 2_f64.powi(100);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 2^101")]
    let weight = scaled as u128;
    weight
}

/// floor(2^63 · part / total) by long division, for part ≤ total < 2^120.
fn part_of_2_63(part: u128, total: u128) -> u64 {
    let (mut quotient, mut rest) = (u64::from(part >= total), part % total);
    for _ in 0..63 {
        rest <<= 1;
        quotient <<= 1;
        if rest >= total {
            rest -= total;
            quotient |= 1;
        }
    }
    quotient
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::{NoiseKey, Purpose};

    /// 100,000 draws, four from each output of the pseudorandom function.
    fn draws() -> Vec<f64> {
        let key = NoiseKey::new([3; 32]);
        let output = |number: u32| key.draw(Purpose::Cell, &[&number.to_be_bytes()]);
        let draw = |bytes: &[u8]| from_uniform(u64::from_be_bytes(bytes.try_into().unwrap()));
        (0..25_000).flat_map(|number| output(number).chunks(8).map(draw).collect::<Vec<_>>()).collect()
    }

    #[test]
    fn the_table_ends_in_one_and_the_guide_agrees_with_a_plain_search() {
        assert_eq!(TABLE.cumulative.last(), Some(&(1 << 63)));
        let mut bits = 1_u64;
        for _ in 0..10_000 {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let plain = TABLE.cumulative.partition_point(|&edge| edge <= bits >> 1);
            assert_eq!(TABLE.magnitude(bits >> 1) as usize, plain);
        }
        for bits in [0, 1, u64::MAX, u64::MAX - 1, 1 << 63, (1 << 63) - 1] {
            assert!(from_uniform(bits).abs() <= 9.5);
        }
    }

    #[test]
    fn draws_lie_on_the_grid_with_mean_0_and_standard_deviation_1() {
        let draws = draws();
        let count = draws.len() as f64;
        assert!(draws.iter().all(|z| (z * f64::from(GRID)).fract() == 0.0));
        let mean = draws.iter().sum::<f64>() / count;
        let variance = draws.iter().map(|z| z * z).sum::<f64>() / count;
        assert!(mean.abs() < 4.0 / count.sqrt(), "{mean}");
        assert!((variance - 1.0).abs() < 4.0 * (2.0 / count).sqrt(), "{variance}");
    }

    #[test]
    fn draws_follow_the_closed_form() {
        let draws = draws();
        // 60 bins of a tenth of a deviation, open at both ends; a grid point owns half a grid step on either side.
        let half = 0.5 / f64::from(GRID);
        let normal = |x: f64| 0.5 * libm::erfc(-x / std::f64::consts::SQRT_2);
        let mut chi_square = 0.0;
        for bin in 0..60 {
            let (low, high) = (f64::from(bin) / 10.0 - 3.0, f64::from(bin + 1) / 10.0 - 3.0);
            let low = if bin == 0 { f64::NEG_INFINITY } else { low };
            let high = if bin == 59 { f64::INFINITY } else { high };
            let edge = |x: f64| (x * f64::from(GRID)).ceil() / f64::from(GRID) - half;
            let expected = (normal(edge(high)) - normal(edge(low))) * draws.len() as f64;
            let observed = draws.iter().filter(|&&z| low <= z && z < high).count() as f64;
            chi_square += (observed - expected).powi(2) / expected;
        }
        // The 99.9 % point with 59 degrees of freedom is 98.3; the draws are fixed, so this never flickers.
        assert!(chi_square < 98.3, "{chi_square}");
    }
}
