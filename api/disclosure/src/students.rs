//! Counts of students, summed over institutions that weigh unequally: where a few may dominate, more is needed than for
//! counts of institutions.

use std::{fmt, sync::Arc};

use crate::{
    CappedSum, Contributions, Estimate, HiddenReason, Label, Named, NoiseKey, Rules, Tier,
    band::{self, Scale},
    noise::{Noise, Pair},
    subject::Subject,
};

/// The fewest institutions whose students may be added up, in every tier: of two, each would know the other.
const FEWEST_INSTITUTIONS: u32 = 3;

/// One cell of exact counts of students.
#[derive(Clone, PartialEq, Eq)]
pub enum RawStudentCell {
    /// The plan or the scan decided not to answer this cell.
    Withheld(HiddenReason),
    /// The figures.
    Counted(CountedStudents),
}

/// The students of a group of institutions that fall into a category.
#[derive(Clone, PartialEq, Eq)]
pub struct CountedStudents {
    /// What the cell is about; its period is the cohort year and, from the first revision on, which one it is as of.
    pub label: Label,
    /// What is counted, e.g. `destinations/KS4/education`; with a band, the band too.
    pub measure: Arc<str>,
    /// How many institutions have a cohort. Public.
    pub institutions: u32,
    /// Their cohorts: every student, whatever the category. Public.
    pub cohort: Contributions,
    /// The wrapping sum of the [record keys](NoiseKey::record_key) of exactly these institutions.
    pub keys: u128,
    /// Their students in the category; those of the institutions in the band alone where there is one. Its
    /// [ceiling](Contributions::ceiling) is that of the whole public group around, whoever is in the band.
    pub students: CappedSum,
    /// The part of the institutions that is asked about, where who belongs to it is secret.
    pub part: Option<Box<SecretGroup>>,
}

/// A part of a public group of institutions. Who belongs to it is secret, so its size is too.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretGroup {
    /// What decides who belongs, and what is counted, without the category: one part has one size in every category.
    pub measure: Arc<str>,
    /// What decides who belongs, whatever is counted of them: one group has one noised size in every cohort and stage.
    pub group: Arc<str>,
    /// How many institutions belong.
    pub institutions: u32,
    /// Their cohorts, under the ceiling of the whole public group around.
    pub cohort: CappedSum,
}

/// A whole table of exact counts of students, in the order it was asked for, with the tier it must be protected at.
///
/// ```compile_fail
/// # use disclosure::{NoiseKey, RawStudentTable, Tier, protect_students};
/// let table = RawStudentTable::new(Tier::International, Vec::new());
/// protect_students(table, &NoiseKey::new([7; 32]), Tier::Own);
/// ```
#[derive(PartialEq, Eq)]
pub struct RawStudentTable {
    tier: Tier,
    cells: Vec<RawStudentCell>,
}

/// A table of counts of students that may be shown, in the order of the raw one.
#[derive(Debug, Clone, PartialEq)]
pub struct ProtectedStudentTable {
    cells: Vec<ProtectedStudentCell>,
}

/// One cell about students that may be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct ProtectedStudentCell {
    /// How many institutions, rounded and never 0; with noise where who belongs is secret. Absent when hidden.
    pub institutions: Option<u32>,
    /// All students of these institutions, rounded; with noise where who belongs is secret.
    pub cohort: Estimate,
    /// The students in the category.
    pub students: Estimate,
    /// Their share of the cohort, 0 to 1.
    pub share: Estimate,
}

/// Why nothing is said about the students of a group of institutions; `None` where something is.
///
/// # Guarantee
///
/// The answer depends on the sizes of cohorts, which are public, and on nothing else: what is hidden tells nothing about
/// where students went.
///
/// # Method
///
/// No institution: `NOT_COLLECTED`. Fewer than 3 institutions or [`Rules::k_students`] students: `SMALL_GROUP`. The p %-rule
/// with p = 10, or one institution with more than 80 % of the students: `DOMINANCE` (Hundepool et al., *Statistical
/// Disclosure Control*, 2012, chapter 4), on the cohorts, as an outsider who knows every cohort would.
///
/// # Example
///
/// ```
/// use disclosure::{Contributions, HiddenReason, Tier, hidden_cohort};
///
/// let reason = |cohorts: &[u32]| {
///     let sizes: Contributions = cohorts.iter().copied().collect();
///     hidden_cohort(cohorts.len() as u32, &sizes, Tier::Regional.rules())
/// };
/// assert_eq!(reason(&[180, 150, 160]), None);
/// assert_eq!(reason(&[180, 150]), Some(HiddenReason::SmallGroup));
/// assert_eq!(reason(&[3, 3, 3]), Some(HiddenReason::SmallGroup));
/// assert_eq!(reason(&[1800, 150, 160]), Some(HiddenReason::Dominance));
/// ```
pub fn hidden_cohort(institutions: u32, cohort: &Contributions, rules: Rules) -> Option<HiddenReason> {
    if institutions == 0 {
        Some(HiddenReason::NotCollected)
    } else if institutions < FEWEST_INSTITUTIONS || cohort.sum() < u64::from(rules.k_students) {
        Some(HiddenReason::SmallGroup)
    } else {
        cohort.dominated().then_some(HiddenReason::Dominance)
    }
}

/// Protects every cell of a table of students as its tier demands. Total: every input has an answer, and it never panics.
///
/// # Guarantee
///
/// For every table, its tier and every key:
///
/// - What is hidden depends on [`hidden_cohort`] alone, so on public cohort sizes, save for a [`SecretGroup`]: that is also
///   hidden where its *noised* size is small. This is the one place where what is hidden depends, through noise, on
///   something secret; who knows that a group of true size n is shown or hidden learns no more than from one noised n.
/// - No share is 0 or 1, and no number of students is as large as its cohort: where the noised number is within 3 students
///   of an end, the value is the edge of a band.
/// - Every scale is public. One institution adds at most a [ceiling](Contributions::ceiling) that follows from the cohorts of
///   the whole group, never from where students went or who is in a band; the sum carries Gaussian noise of [`Rules::sigma_overall`]
///   times that ceiling, and standard errors and steps follow from it. Whoever knows all but one institution and asks whether
///   its students are counted guesses right with probability at most Φ(1/(2σ)), 0.547 at σ = 4.2.
/// - The standard error of a share in a [`SecretGroup`] follows from what is told beside it: the noised cohort and number.
/// - The same cell has the same answer wherever it stands, and the answers of two tiers together tell no more than the
///   weaker-protected one.
///
/// The ceiling lowers a sum in which institutions stand out; by how much is not in the standard error, for it would tell about
/// them. [`Tier::Own`] is exact: no ceiling, no noise.
///
/// # Method
///
/// 1. [`hidden_cohort`].
/// 2. Ceiling and noise after Diffix (Francis et al., *Diffix: High-Utility Database Anonymization*, 2017, and *Diffix Elm:
///    Simple Diffix*, 2022): the noise is σ·u·z with u the ceiling and z the layered sticky noise of
///    [`protect`](crate::protect()). There u is a mean of contributions; here of cohorts, because contributions are secret.
/// 3. A [`SecretGroup`]: its number of institutions plus σ·z must reach [`Rules::fewest_institutions`], its cohort, under the
///    ceiling and noised, [`Rules::k_students`]; else `SMALL_GROUP`. The noise of all its figures is seeded by the *public* group around
///    it: seeded by the secret set itself, equal noise would prove that a newcomer does not belong.
/// 4. Bands, rounding and standard errors on noised figures only, as in [`protect`](crate::protect()). The share is over the
///    public cohort, or over the noised one, whose error then enters: sd² = (sdₓ² + share²·sd꜀²)/cohort².
///
/// # Example
///
/// Two areas by two categories. In the second, one college has nearly every student.
///
/// ```
/// use disclosure::{
///     CappedSum, Contributions, CountedStudents, HiddenReason, Label, NoiseKey, RawStudentCell, RawStudentTable, Tier,
///     protect_students,
/// };
///
/// let key = NoiseKey::new([7; 32]);
/// let mut cells = Vec::new();
/// for (area, cohorts) in [("E12000001", vec![180; 200]), ("E12000002", vec![2_000, 90, 80, 70])] {
///     for (category, most, percent) in [("education", 100, 86), ("not-sustained", 20, 5)] {
///         let institutions = cohorts.len() as u32;
///         let cohort: Contributions = cohorts.iter().copied().collect();
///         let mut students = CappedSum::new(cohort.ceiling(institutions, most));
///         cohorts.iter().for_each(|cohort| students.add(cohort * percent / 100));
///         cells.push(RawStudentCell::Counted(CountedStudents {
///             label: Label::new(format!("area={area}"), "202223"),
///             measure: format!("destinations/KS4/{category}").into(),
///             institutions,
///             cohort,
///             keys: 7, // in earnest: the sum of `NoiseKey::record_key` over the set
///             students,
///             part: None,
///         }));
///     }
/// }
/// let table = protect_students(RawStudentTable::new(Tier::Regional, cells), &key);
///
/// let education = &table.cells()[0];
/// assert_eq!((education.institutions, education.cohort.value), (Some(200), Some(36_000.0)));
/// assert!((education.share.value.unwrap() - 0.86).abs() < 0.05);
/// assert_eq!(education.share.standard_error, Some(0.0218));
/// assert_eq!(table.cells()[2].students.reason, Some(HiddenReason::Dominance));
/// assert_eq!(table.cells()[3].share.value, None);
/// ```
#[expect(clippy::needless_pass_by_value, reason = "exact figures end here")]
pub fn protect_students(table: RawStudentTable, key: &NoiseKey) -> ProtectedStudentTable {
    let protector = Protector { noise: Noise::new(key, table.tier), rules: table.tier.rules() };
    ProtectedStudentTable { cells: table.cells.iter().map(|raw| protector.cell(raw)).collect() }
}

/// A sum with its noise.
struct Noised {
    total: f64,
    deviation: f64,
}

struct Protector<'k> {
    noise: Noise<'k>,
    rules: Rules,
}

impl Protector<'_> {
    fn cell(&self, raw: &RawStudentCell) -> ProtectedStudentCell {
        match raw {
            RawStudentCell::Withheld(reason) => ProtectedStudentCell::hidden(*reason),
            RawStudentCell::Counted(counted) => {
                match (hidden_cohort(counted.institutions, &counted.cohort, self.rules), &counted.part) {
                    (Some(reason), _) => ProtectedStudentCell::hidden(reason),
                    (None, None) => self.whole(counted),
                    (None, Some(part)) => self.part(counted, part),
                }
            }
        }
    }

    /// The students of a public group.
    fn whole(&self, counted: &CountedStudents) -> ProtectedStudentCell {
        let students = self.students(counted);
        let cohort = counted.cohort.sum() as f64;
        ProtectedStudentCell {
            institutions: Some(shown_institutions(f64::from(counted.institutions), self.rules)),
            cohort: band::cohort(cohort, 0.0, self.rules),
            students: band::count_of_students(students.total, cohort, students.deviation, self.rules),
            share: Scale::of_students(cohort, students.deviation).estimate(students.total),
        }
    }

    /// The students of a group whose members are secret.
    fn part(&self, counted: &CountedStudents, part: &SecretGroup) -> ProtectedStudentCell {
        let subject = Subject {
            label: &counted.label,
            measure: &part.measure,
            named: Named::all_of(counted.keys),
            standard: false,
        };
        let [_, of_cohort] = self.noise.draw(subject, Pair::Students);
        let group = Label { period: part.group.clone(), ..counted.label.clone() };
        let of_size =
            Subject { label: &group, measure: &part.group, named: Named::all_of(counted.keys), standard: false };
        let [of_size, _] = self.noise.draw(of_size, Pair::Students);
        let institutions = f64::from(part.institutions) + of_size;
        let cohort = self.noised(&part.cohort, of_cohort);
        if institutions < f64::from(self.rules.fewest_institutions()) || cohort.total < f64::from(self.rules.k_students)
        {
            return ProtectedStudentCell::hidden(HiddenReason::SmallGroup);
        }
        let noised = self.students(counted);
        let shown = band::cohort(cohort.total, cohort.deviation, self.rules);
        let students = band::count_of_students(noised.total, cohort.total, noised.deviation, self.rules);
        // From what is told, not from what is behind it: whoever reads the table could work out this error.
        let told = shown.value.unwrap_or(cohort.total);
        let share = (students.value.unwrap_or_default() / told).clamp(0.0, 1.0);
        let deviation = libm::hypot(noised.deviation, share * cohort.deviation) * cohort.total / told;
        ProtectedStudentCell {
            institutions: Some(shown_institutions(institutions, self.rules)),
            cohort: shown,
            students,
            share: Scale::of_students(cohort.total, deviation).estimate(noised.total),
        }
    }

    fn students(&self, counted: &CountedStudents) -> Noised {
        let subject = Subject {
            label: &counted.label,
            measure: &counted.measure,
            named: Named::all_of(counted.keys),
            standard: false,
        };
        let [drawn, _] = self.noise.draw(subject, Pair::Students);
        self.noised(&counted.students, drawn)
    }

    fn noised(&self, of: &CappedSum, drawn: f64) -> Noised {
        Noised { total: of.sum() + drawn * of.unit(), deviation: self.rules.sigma_overall * of.unit() }
    }
}

/// A number of institutions as it is shown: rounded, and never as 0.
pub(crate) fn shown_institutions(number: f64, rules: Rules) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of a float saturates")]
    let whole = number.round() as u32;
    band::rounded(whole, rules).max(rules.count_rounding)
}

impl RawStudentTable {
    /// A table of the given cells, to be protected at a tier. [`protect_students`] keeps their order.
    pub fn new(tier: Tier, cells: Vec<RawStudentCell>) -> Self {
        Self { tier, cells }
    }

    /// The same table with the figures of some cells taken out, for a reason. `cells` says of a position whether to take it
    /// out. What holds no figures stays as it is.
    pub fn withhold(mut self, reason: HiddenReason, cells: impl Fn(usize) -> bool) -> Self {
        for (position, cell) in self.cells.iter_mut().enumerate() {
            if matches!(cell, RawStudentCell::Counted(_)) && cells(position) {
                *cell = RawStudentCell::Withheld(reason);
            }
        }
        self
    }
}

impl ProtectedStudentTable {
    /// The cells.
    pub fn cells(&self) -> &[ProtectedStudentCell] {
        &self.cells
    }
}

impl ProtectedStudentCell {
    fn hidden(reason: HiddenReason) -> Self {
        let hidden = Estimate::hidden(reason);
        Self { institutions: None, cohort: hidden, students: hidden, share: hidden }
    }
}

impl fmt::Debug for RawStudentTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RawStudentTable(redacted)")
    }
}

impl fmt::Debug for RawStudentCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RawStudentCell(redacted)")
    }
}

#[cfg(test)]
mod tests;
