//! Contributions of institutions to sums of students: cohorts, of which the few largest are kept for dominance and for the
//! ceiling, and sums to which nobody adds more than that ceiling.

use std::fmt;

/// How many of the largest cohorts do not count for the ceiling, because they may stand out.
const OUTLIERS: usize = 1;

/// How many cohorts after them do.
const TOP: usize = 3;

/// How many contributions are kept one by one.
const KEPT: usize = OUTLIERS + TOP;

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

/// The most that one institution adds to a sum of students. Public: it follows from cohorts, whoever went where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ceiling {
    students: u32,
}

/// A sum of students to which no institution adds more than a ceiling.
///
/// # Guarantee
///
/// Whatever is added, one institution moves the sum by at most the ceiling, and the noise that
/// [`protect_students`](crate::protect_students) gives it is σ times that ceiling. There is no accessor, and `Debug` shows no
/// figure.
///
/// # Example
///
/// ```
/// use disclosure::{CappedSum, Contributions};
///
/// let cohorts: Contributions = [900, 120, 100, 80].into_iter().collect();
/// let [mut few, mut many] = [CappedSum::new(cohorts.ceiling(4, 100)); 2];
/// [100, 60].map(|students| few.add(students));
/// [870, 60].map(|students| many.add(students));
/// assert!(few == many, "the first institution adds at most 100, the mean of the three cohorts after the largest");
/// assert_eq!(format!("{few:?}"), "CappedSum(redacted)");
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CappedSum {
    sum: u64,
    ceiling: Ceiling,
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

    /// The most that one of these institutions, of which there are so many, adds to a sum about students of whom at most
    /// `percent` of a cohort are expected in it: 100 for the whole cohort.
    ///
    /// # Guarantee
    ///
    /// It follows from the sizes of cohorts, and does not depend on by how much the largest exceeds the others.
    ///
    /// # Method
    ///
    /// After the flattening of outliers in Diffix (Francis et al., *Diffix Elm: Simple Diffix*, 2022), with cohorts in place of
    /// contributions: that part of the mean of the three cohorts after the largest, rounded up, and at least 1 student.
    pub fn ceiling(&self, institutions: u32, percent: u32) -> Ceiling {
        let after = usize::try_from(institutions).unwrap_or(usize::MAX).saturating_sub(OUTLIERS).min(TOP);
        let sum: u64 = self.largest.iter().skip(OUTLIERS).take(after).copied().map(u64::from).sum();
        let ceiling = (sum * u64::from(percent)).div_ceil(100 * after.max(1) as u64);
        Ceiling { students: u32::try_from(ceiling).unwrap_or(u32::MAX).max(1) }
    }
}

impl Ceiling {
    /// No ceiling, for a tier without noise.
    pub const NONE: Self = Self { students: u32::MAX };
}

impl CappedSum {
    /// A sum of nothing so far.
    pub fn new(ceiling: Ceiling) -> Self {
        Self { sum: 0, ceiling }
    }

    /// Adds the students of one institution, as far as the ceiling lets them count.
    pub fn add(&mut self, students: u32) {
        self.sum = self.sum.saturating_add(u64::from(students.min(self.ceiling.students)));
    }

    /// The sum, students.
    pub(crate) fn sum(&self) -> f64 {
        self.sum as f64
    }

    /// What one institution may add, students.
    pub(crate) fn unit(&self) -> f64 {
        f64::from(self.ceiling.students)
    }
}

impl fmt::Debug for CappedSum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CappedSum(redacted)")
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
        assert_eq!(kept.largest, [90, 40, 40, 7]);
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
    fn the_ceiling_is_the_mean_of_the_three_cohorts_after_the_largest() {
        let ceiling = |cohorts: &[u32], percent| of(cohorts).ceiling(u32::try_from(cohorts.len()).unwrap(), percent);
        assert_eq!(ceiling(&[500, 90, 60, 30, 20], 100), Ceiling { students: 60 });
        assert_eq!(ceiling(&[90_000, 90, 60, 30, 20], 100), Ceiling { students: 60 }, "however large the largest is");
        assert_eq!(ceiling(&[500, 90, 60, 30, 20], 15), Ceiling { students: 9 });
        assert_eq!(ceiling(&[500, 90, 60, 30, 20], 12), Ceiling { students: 8 }, "rounded up");
        assert_eq!(ceiling(&[9, 5, 2], 100), Ceiling { students: 4 });
        assert_eq!(ceiling(&[u32::MAX; 4], 100), Ceiling { students: u32::MAX });
        for few in [&[][..], &[9], &[9, 0]] {
            assert_eq!(ceiling(few, 100), Ceiling { students: 1 }, "{few:?}");
        }
    }

    #[test]
    fn nobody_adds_more_than_the_ceiling() {
        let sum = |students: &[u32]| {
            let mut sum = CappedSum::new(Ceiling { students: 60 });
            students.iter().for_each(|&students| sum.add(students));
            (sum.sum(), sum.unit())
        };
        assert_eq!(sum(&[500, 60, 61, 20, 0]), (200.0, 60.0));
        assert_eq!(sum(&[]), (0.0, 60.0));
        let mut all = CappedSum::new(Ceiling::NONE);
        [500, u32::MAX].iter().for_each(|&students| all.add(students));
        assert!((all.sum() - 500.0 - f64::from(u32::MAX)).abs() < 0.5);
    }
}
