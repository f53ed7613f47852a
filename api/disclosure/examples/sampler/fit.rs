//! How well draws fit the discrete Gaussian: a chi-square test against its closed form. Many bins, one for each point of the
//! grid where it holds enough, find a fault of single points; few bins find a small shift or a wrong spread.

use disclosure::gaussian::{GRID, from_uniform};
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// The outcome of a chi-square test.
pub struct Fit {
    /// How many draws.
    pub draws: usize,
    /// How many bins, from one grid point near the middle to many in the tails.
    pub bins: usize,
    /// The sum of (observed − expected)² / expected.
    pub chi_square: f64,
    /// The chance of a sum at least as large if the draws follow the distribution.
    pub p_value: f64,
}

impl Fit {
    /// One less than the number of bins: nothing is estimated from the draws.
    pub fn degrees_of_freedom(&self) -> usize {
        self.bins - 1
    }
}

/// Uniform bits as the noise takes them: four draws from each HMAC-SHA256 of a counter, under a key of the seed.
pub fn uniform(draws: u64, seed: u8) -> Vec<u64> {
    let mac = Hmac::<Sha256>::new_from_slice(&[seed; 32]).unwrap_or_else(|_| unreachable!("any length is a key"));
    let output = |counter: u64| {
        let mut mac = mac.clone();
        mac.update(&counter.to_be_bytes());
        let output = <[u8; 32]>::from(mac.finalize().into_bytes());
        let bits = |draw: usize| output[draw * 8..][..8].iter().fold(0, |bits, &byte| (bits << 8) | u64::from(byte));
        [bits(0), bits(1), bits(2), bits(3)]
    };
    (0..draws.div_ceil(4)).flat_map(output).collect()
}

/// Puts uniform bits through `sampler` and tests what comes out, in bins that are expected to hold at least `fewest` draws.
pub fn fit(uniform: &[u64], fewest: f64, sampler: impl Fn(u64) -> f64) -> Fit {
    let reach = i64::from(GRID) * 10;
    let place = |point: i64| usize::try_from(point.clamp(-reach, reach) + reach).unwrap_or(0);
    let mut observed = vec![0_u64; place(reach) + 1];
    for &bits in uniform {
        let point = sampler(bits) * f64::from(GRID);
        assert!(point.fract() == 0.0, "{point} is not a point of the grid");
        #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53")]
        let point = point as i64;
        observed[place(point)] += 1;
    }
    let draws = uniform.len();
    // The sum over all points of exp(−x²/2s²) is s·√(2π) by Poisson summation, to within a factor of 1 + 2·exp(−2π²s²).
    let total = f64::from(GRID) * (2.0 * std::f64::consts::PI).sqrt();
    let (mut bins, mut chi_square, mut seen, mut expected) = (0, 0.0, 0.0, 0.0);
    let mut left = draws as f64;
    for point in -reach..=reach {
        let deviations = point as f64 / f64::from(GRID);
        let here = (-deviations * deviations / 2.0).exp() / total * draws as f64;
        expected += here;
        left -= here;
        seen += observed[place(point)] as f64;
        // A bin ends when it holds enough and enough is left for another; the last one takes the rest.
        if (expected >= fewest && left >= fewest) || point == reach {
            chi_square += (seen - expected).powi(2) / expected;
            bins += 1;
            (seen, expected) = (0.0, 0.0);
        }
    }
    let degrees = (bins - 1) as f64;
    // Wilson and Hilferty (1931): the cube root of chi-square over its degrees of freedom is close to normal.
    let spread = 2.0 / (9.0 * degrees);
    let deviations = ((chi_square / degrees).cbrt() - (1.0 - spread)) / spread.sqrt();
    let p_value = 0.5 * libm::erfc(deviations / std::f64::consts::SQRT_2);
    Fit { draws, bins, chi_square, p_value }
}

/// The sampler of the noise.
pub fn sampler(bits: u64) -> f64 {
    from_uniform(bits)
}
