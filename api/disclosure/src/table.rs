//! A table of exact figures, on its way from the scan to [`protect`](crate::protect()). It can be made, compared and
//! protected, and nothing else: it does not serialise, print or give its figures back.

use std::{fmt, sync::Arc};

use crate::{HiddenReason, Method, Tier};

/// What a cell is about, apart from its measure. Part of what seeds the noise, so one cell must always be spelled alike.
#[derive(Clone, PartialEq, Eq)]
pub struct Label {
    /// The canonical conditions, sorted and without implied ones, e.g. `area=E12000001;PHASE=secondary`.
    pub conditions: Arc<str>,
    /// The period, e.g. `202324T3`; from the first revision on with the release that it is as of, e.g. `202324T3@7`.
    pub period: Arc<str>,
    /// How often the cell's figures for the period were replaced since they were first published.
    pub revision: u8,
    /// The method that the period was first published with.
    pub method: Method,
}

impl Label {
    /// What a cell is about as it is first published, by the [current](Method::CURRENT) method.
    pub fn new(conditions: impl Into<Arc<str>>, period: impl Into<Arc<str>>) -> Self {
        Self { conditions: conditions.into(), period: period.into(), revision: 0, method: Method::CURRENT }
    }
}

/// The names of two sets of institutions that the noise of a cell hangs on, both public: wrapping sums of
/// [record keys](crate::NoiseKey::record_key).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Named {
    /// Exactly those that the cell counts.
    pub set: u128,
    /// Those that stand in the cell by the roll as it was when the period was first published, assessed or not.
    pub roll: u128,
}

impl Named {
    /// Of a set in which everybody who stands in it is counted.
    pub fn all_of(set: u128) -> Self {
        Self { set, roll: set }
    }
}

/// One cell of exact figures about one benchmark.
#[derive(Clone, PartialEq, Eq)]
pub enum RawCell {
    /// The framework has no such benchmark.
    NotApplicable,
    /// The plan or the scan decided not to answer this cell.
    Withheld(HiddenReason),
    /// The figures.
    Counted(Counted),
}

/// The exact figures of a set of institutions on one benchmark.
#[derive(Clone, PartialEq, Eq)]
pub struct Counted {
    /// What the cell is about.
    pub label: Label,
    /// Framework and benchmark, e.g. `GATSBY-2014/3`.
    pub measure: Arc<str>,
    /// How many institutions were assessed.
    pub institutions: u32,
    /// The sum of their scores, each 0 to 100.
    pub sum: u64,
    /// How many of them scored 100.
    pub achieved: u32,
    /// Who these institutions are.
    pub named: Named,
    /// Whether it is a cell of a standard table: an area, a benchmark and a period, no other condition.
    pub standard: bool,
}

/// One cell of exact figures about all benchmarks of a framework together.
#[derive(Clone, PartialEq, Eq)]
pub enum RawOverall {
    /// The framework cannot be reported this way.
    NotApplicable,
    /// The plan or the scan decided not to answer this cell.
    Withheld {
        /// Why.
        reason: HiddenReason,
        /// How many benchmarks the framework has.
        benchmarks: usize,
    },
    /// The figures.
    Counted(CountedOverall),
}

/// The exact figures of a set of institutions on all benchmarks of a framework together.
#[derive(Clone, PartialEq, Eq)]
pub struct CountedOverall {
    /// What the cell is about.
    pub label: Label,
    /// The framework, e.g. `GATSBY-2014`.
    pub measure: Arc<str>,
    /// How many institutions were assessed on every benchmark.
    pub institutions: u32,
    /// At position j, how many of them achieved exactly j benchmarks; one longer than the number of benchmarks.
    pub histogram: Vec<u32>,
    /// Who these institutions are.
    pub named: Named,
}

/// A whole table of exact figures, in the order it was asked for, with the tier it must be protected at.
///
/// The tier is fixed where the table is made, so nobody can protect it at another one:
///
/// ```compile_fail
/// # use disclosure::{NoiseKey, RawTable, Tier, protect};
/// let table = RawTable::new(Tier::International, Vec::new(), Vec::new());
/// protect(table, &NoiseKey::new([7; 32]), Tier::Own);
/// ```
///
/// and it cannot be made without one:
///
/// ```compile_fail
/// # use disclosure::RawTable;
/// let table = RawTable::new(Vec::new(), Vec::new());
/// ```
#[derive(PartialEq, Eq)]
pub struct RawTable {
    pub(crate) tier: Tier,
    pub(crate) cells: Vec<RawCell>,
    pub(crate) overall: Vec<RawOverall>,
}

impl RawTable {
    /// A table of the given cells, to be protected at a tier; either list may be empty. [`protect`](crate::protect()) keeps
    /// their order.
    pub fn new(tier: Tier, cells: Vec<RawCell>, overall: Vec<RawOverall>) -> Self {
        Self { tier, cells, overall }
    }

    /// Adds the cells of another table behind those of this one. Of two tiers the whole gets the more protected one.
    pub fn append(&mut self, mut other: Self) {
        self.tier = self.tier.max(other.tier);
        self.cells.append(&mut other.cells);
        self.overall.append(&mut other.overall);
    }

    /// The same table with the figures of some cells taken out, for a reason. `cells` and `overall` say of a position in
    /// either list whether to take it out. What holds no figures stays as it is.
    pub fn withhold(
        mut self,
        reason: HiddenReason,
        cells: impl Fn(usize) -> bool,
        overall: impl Fn(usize) -> bool,
    ) -> Self {
        for (position, cell) in self.cells.iter_mut().enumerate() {
            if matches!(cell, RawCell::Counted(_)) && cells(position) {
                *cell = RawCell::Withheld(reason);
            }
        }
        for (position, row) in self.overall.iter_mut().enumerate() {
            if let RawOverall::Counted(counted) = row
                && overall(position)
            {
                let benchmarks = counted.histogram.len().saturating_sub(1);
                *row = RawOverall::Withheld { reason, benchmarks };
            }
        }
        self
    }
}

/// Shows a type's name and none of its figures, so that no log can hold them.
macro_rules! redact {
    ($($name:ident),*) => {
        $(impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(redacted)"))
            }
        })*
    };
}

redact!(Label, RawCell, Counted, RawOverall, CountedOverall, RawTable);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_withheld_holds_no_figures() {
        let label = Label::new("area=E12000001", "202324T3");
        let measure: Arc<str> = "GATSBY-2014/1".into();
        let counted = Counted {
            label: label.clone(),
            measure,
            institutions: 40,
            sum: 90,
            achieved: 9,
            named: Named::all_of(3),
            standard: false,
        };
        let row = CountedOverall {
            label,
            measure: "GATSBY-2014".into(),
            institutions: 1,
            histogram: vec![1; 9],
            named: Named::all_of(1),
        };
        let cells = vec![RawCell::NotApplicable, RawCell::Counted(counted.clone()), RawCell::Counted(counted.clone())];
        let table = RawTable::new(Tier::Regional, cells, vec![RawOverall::Counted(row)]);
        let withheld = table.withhold(HiddenReason::Budget, |position| position < 2, |_| true);
        let budget = RawCell::Withheld(HiddenReason::Budget);
        assert!(withheld.cells == [RawCell::NotApplicable, budget, RawCell::Counted(counted)]);
        assert!(withheld.overall == [RawOverall::Withheld { reason: HiddenReason::Budget, benchmarks: 8 }]);
    }

    #[test]
    fn tables_of_two_tiers_together_get_the_more_protected_one() {
        let table = |tier| RawTable::new(tier, vec![], vec![]);
        for (one, other) in [(Tier::Own, Tier::International), (Tier::International, Tier::Own)] {
            let mut whole = table(one);
            whole.append(table(other));
            assert_eq!(whole.tier, Tier::International);
        }
    }

    #[test]
    fn exact_figures_are_never_shown() {
        let label = Label::new("area=E12000001", "202324T3");
        let histogram = vec![7_777; 9];
        let overall = CountedOverall {
            label,
            measure: "GATSBY-2014".into(),
            institutions: 1,
            histogram,
            named: Named::all_of(7_777),
        };
        assert_eq!(format!("{overall:?}"), "CountedOverall(redacted)");
        let table = RawTable::new(Tier::Regional, vec![], vec![RawOverall::Counted(overall)]);
        assert_eq!(format!("{table:#?}"), "RawTable(redacted)");
    }
}
