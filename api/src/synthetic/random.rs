//! A small generator of pseudorandom numbers: the same seed gives the same numbers everywhere. Not for secrets.

/// `SplitMix64` (Steele, Lea and Flood 2014).
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to below 1.
    pub(super) fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True with a probability.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// Near enough a standard normal: the sum of twelve uniforms less six.
    pub(super) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }

    /// One of several, each as often as its weight.
    pub(super) fn choose<T: Copy>(&mut self, weighted: &[(T, f64)]) -> T {
        let mut left = self.uniform() * weighted.iter().map(|(_, weight)| weight).sum::<f64>();
        for &(item, weight) in weighted {
            left -= weight;
            if left < 0.0 {
                return item;
            }
        }
        weighted[weighted.len() - 1].0
    }
}
