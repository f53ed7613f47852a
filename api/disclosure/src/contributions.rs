//! The contributions of institutions to a sum of students: their total, and the few largest, which is all that dominance and
//! flattening need.

use std::fmt;

use crate::{NoiseKey, key::Purpose};

/// How many contributions are kept one by one: at most 2 that stand out and the 4 after them.
const KEPT: usize = 6;

/// Contributions to one sum, added in any order.
///
/// # Guarantee
///
/// Adding is associative and does not depend on the order. Nothing that was added comes out again but through
/// [`protect_students`](crate::protect_students): there is no accessor, and `Debug` shows no figure.
///
/// # Example
///
/// ```
/// use disclosure::Contributions;
///
/// let mut forwards = Contributions::default();
/// let mut backwards = Contributions::default();
/// [120, 80, 95].map(|students| forwards.add(students));
/// [95, 80, 120].map(|students| backwards.add(students));
/// assert!(forwards == backwards);
/// assert_eq!(format!("{forwards:?}"), "Contributions(redacted)");
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Contributions {
    sum: u64,
    /// Descending; 0 past the last.
    largest: [u32; KEPT],
}

/// How many contributions are flattened, and to the mean of how many after them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flattening {
    outliers: usize,
    top: usize,
}

/// A sum in which the largest contributions no longer stand out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Flattened {
    /// The sum, students.
    pub(crate) sum: f64,
    /// What one institution is worth: the mean of the top group, never below 1 student.
    pub(crate) unit: f64,
}

impl Contributions {
    /// Adds the students of one institution.
    pub fn add(&mut self, students: u32) {
        self.sum = self.sum.saturating_add(u64::from(students));
        let mut carried = students;
        for kept in &mut self.largest {
            if carried > *kept {
                std::mem::swap(kept, &mut carried);
            }
        }
    }

    /// The sum, students.
    pub(crate) fn sum(&self) -> u64 {
        self.sum
    }

    /// Whether one or two institutions make up so much of the sum that it tells about them.
    ///
    /// # Guarantee
    ///
    /// Where this is false, the second largest contributor cannot estimate the largest from the sum to within 10 % of it,
    /// and no contributor makes up more than 80 %.
    ///
    /// # Method
    ///
    /// The p %-rule with p = 10, T − x₁ − x₂ < 0.10·x₁, and the dominance rule (1, 80), x₁ > 0.8·T (Hundepool et al.,
    /// *Statistical Disclosure Control*, 2012, chapter 4). In whole numbers, so no rounding decides.
    pub(crate) fn dominated(&self) -> bool {
        let (sum, first, second) = (u128::from(self.sum), u128::from(self.largest[0]), u128::from(self.largest[1]));
        let rest = sum.saturating_sub(first + second);
        10 * rest < first || 5 * first > 4 * sum
    }

    /// The sum of the contributions of `institutions` institutions with the largest flattened.
    ///
    /// # Guarantee
    ///
    /// The sum does not depend on by how much the one or two largest contributions exceed the others.
    ///
    /// # Method
    ///
    /// After the counting of distinct users' contributions in Diffix (Francis et al., *Diffix Elm: Simple Diffix*, 2022): the largest 1 or 2 are replaced by the mean of the next 3 or 4.
    pub(crate) fn flattened(&self, institutions: u32, flattening: Flattening) -> Flattened {
        let Flattening { outliers, top } = flattening;
        let after = usize::try_from(institutions).unwrap_or(usize::MAX).saturating_sub(outliers).min(top);
        if after == 0 {
            return Flattened { sum: 0.0, unit: 1.0 };
        }
        let mean = self.largest[outliers..outliers + after].iter().copied().map(f64::from).sum::<f64>() / after as f64;
        let excess: f64 = self.largest[..outliers].iter().map(|&large| f64::from(large) - mean).sum();
        Flattened { sum: self.sum as f64 - excess, unit: mean.max(1.0) }
    }

    /// The sum as it is, for a tier without noise.
    pub(crate) fn exact(&self) -> Flattened {
        Flattened { sum: self.sum as f64, unit: 1.0 }
    }
}

impl Flattening {
    /// How a set of institutions is flattened for a measure: drawn once and for all from the key, the set and the measure.
    pub(crate) fn draw(key: &NoiseKey, measure: &str, keys: u128) -> Self {
        let output = key.draw(Purpose::Flatten, &[measure.as_bytes(), &keys.to_be_bytes()]);
        Self { outliers: 1 + usize::from(output[0] & 1), top: 3 + usize::from(output[1] & 1) }
    }
}

impl fmt::Debug for Contributions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Contributions(redacted)")
    }
}

impl FromIterator<u32> for Contributions {
    fn from_iter<I: IntoIterator<Item = u32>>(students: I) -> Self {
        let mut contributions = Self::default();
        students.into_iter().for_each(|students| contributions.add(students));
        contributions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(contributions: &[u32]) -> Contributions {
        contributions.iter().copied().collect()
    }

    #[test]
    fn the_largest_are_kept_in_whatever_order_they_come() {
        let kept = of(&[5, 90, 7, 1, 40, 40, 3, 2]);
        assert_eq!(kept.sum(), 188);
        assert_eq!(kept.largest, [90, 40, 40, 7, 5, 3]);
        assert!(kept == of(&[2, 3, 40, 40, 1, 7, 90, 5]));
    }

    #[test]
    fn dominance_is_the_p_percent_rule_or_a_share_above_four_fifths() {
        assert!(!of(&[100, 100, 100]).dominated());
        assert!(!of(&[100, 90, 10]).dominated(), "the rest is exactly a tenth of the largest");
        assert!(of(&[100, 90, 9]).dominated(), "the second largest could tell the largest to within 9 %");
        assert!(of(&[850, 50, 50, 50]).dominated(), "85 % of the sum");
        assert!(!of(&[800, 100, 100]).dominated(), "exactly 80 %");
        assert!(of(&[801, 100, 99]).dominated());
        assert!(of(&[7]).dominated() && !of(&[]).dominated());
    }

    #[test]
    fn the_largest_are_flattened_to_the_mean_of_those_after_them() {
        let contributions = of(&[500, 90, 60, 30, 20, 10]);
        let flat = |outliers, top, institutions| contributions.flattened(institutions, Flattening { outliers, top });
        assert_eq!(flat(1, 3, 6), Flattened { sum: 270.0, unit: 60.0 });
        assert_eq!(flat(2, 4, 6), Flattened { sum: 180.0, unit: 30.0 });
        let twice = of(&[1_000, 90, 60, 30, 20, 10]).flattened(6, Flattening { outliers: 1, top: 3 });
        assert_eq!(twice, flat(1, 3, 6), "how far the largest stands out does not matter");
    }

    #[test]
    fn few_or_no_contributions_flatten_to_what_is_there() {
        let flattening = Flattening { outliers: 2, top: 4 };
        assert_eq!(of(&[9, 5, 2]).flattened(3, flattening), Flattened { sum: 6.0, unit: 2.0 });
        assert_eq!(of(&[9, 5]).flattened(2, flattening), Flattened { sum: 0.0, unit: 1.0 });
        assert_eq!(of(&[]).flattened(0, flattening), Flattened { sum: 0.0, unit: 1.0 });
        assert_eq!(of(&[1, 0, 0, 0, 0, 0]).flattened(6, flattening), Flattened { sum: 0.0, unit: 1.0 });
    }

    #[test]
    fn every_way_of_flattening_comes_up_and_sticks() {
        let key = NoiseKey::new([4; 32]);
        let drawn: Vec<Flattening> = (0..400).map(|set| Flattening::draw(&key, "KS4/education", set)).collect();
        for (outliers, top) in [(1, 3), (1, 4), (2, 3), (2, 4)] {
            let often = drawn.iter().filter(|&&one| one == Flattening { outliers, top }).count();
            assert!((60..=140).contains(&often), "{outliers} {top}: {often}");
        }
        assert_eq!(drawn[7], Flattening::draw(&key, "KS4/education", 7));
    }
}
