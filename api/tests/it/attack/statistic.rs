//! What an attack is judged by: accuracy, area under the curve, error.

/// What an attacker computed, and whether the institution achieved.
#[derive(Debug, Clone, Default)]
pub(super) struct Samples(Vec<(f64, bool)>);

impl Samples {
    pub(super) fn add(&mut self, statistic: f64, achieved: bool) {
        self.0.push((statistic, achieved));
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// How often "achieved where above the threshold" is right; a coin's half where nothing was learnt.
    pub(super) fn accuracy(&self, threshold: f64) -> f64 {
        if self.0.is_empty() {
            return 0.5;
        }
        let right = self.0.iter().filter(|(statistic, achieved)| (*statistic > threshold) == *achieved).count();
        right as f64 / self.0.len() as f64
    }

    /// The chance that one who achieved ranks above one who did not, ties half: the area under the ROC curve.
    pub(super) fn area_under_curve(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let ones = sorted.iter().filter(|(_, achieved)| *achieved).count();
        let zeros = sorted.len() - ones;
        if ones == 0 || zeros == 0 {
            return 0.5;
        }
        let (mut below, mut ranked) = (0.0, 0.0);
        for tied in sorted.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
            let achieved = tied.iter().filter(|(_, achieved)| *achieved).count() as f64;
            let not = tied.len() as f64 - achieved;
            ranked += achieved * (below + not / 2.0);
            below += not;
        }
        ranked / (ones as f64 * zeros as f64)
    }
}

/// The standard normal distribution function (Abramowitz and Stegun 7.1.26; error below 2e-7).
pub(super) fn normal(x: f64) -> f64 {
    let z = x.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let poly =
        t * (0.254_829_592 + t * (-0.284_496_736 + t * (1.421_413_741 + t * (-1.453_152_027 + t * 1.061_405_429))));
    let tail = 0.5 * poly * (-z * z).exp();
    if x < 0.0 { tail } else { 1.0 - tail }
}

pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

pub(super) fn root_mean_square(values: &[f64]) -> f64 {
    (values.iter().map(|value| value * value).sum::<f64>() / values.len().max(1) as f64).sqrt()
}

pub(super) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

#[test]
fn the_figures_of_small_samples_are_right() {
    assert!(
        (normal(0.0) - 0.5).abs() < 1e-6 && (normal(1.96) - 0.975).abs() < 1e-4 && (normal(-1.0) - 0.1587).abs() < 1e-4
    );
    let mut samples = Samples::default();
    for (statistic, achieved) in [(0.1, false), (0.4, true), (0.4, false), (0.9, true)] {
        samples.add(statistic, achieved);
    }
    assert!((samples.area_under_curve() - 0.875).abs() < 1e-12);
    assert!((samples.accuracy(0.5) - 0.75).abs() < 1e-12);
    assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < 1e-12 && (root_mean_square(&[3.0, -3.0]) - 3.0).abs() < 1e-12);
}
