//! What a question costs of a budget: charges, and which of them each part of its table needs.

use std::sync::Arc;

use disclosure::Tier;

/// One tabulation about one measure, in every period that there is and will be: what a budget counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Charge {
    /// One benchmark, e.g. `GATSBY-2014/3`, or where students of a stage went, e.g. `destinations/KS4`.
    pub measure: Arc<str>,
    /// The canonical text of the tabulation, e.g. `LEP;PHASE=*;TYPE=academy,college`: equal for every spelling of it.
    pub tabulation: Arc<str>,
}

/// The charges of one question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bill {
    /// Every charge once, ascending.
    pub charges: Vec<Charge>,
    /// Per part of the table, the positions of the charges it needs: it is answered when every one of them is granted,
    /// and else charged nothing. None for a part that is free.
    pub parts: Vec<Vec<usize>>,
}

impl Bill {
    /// Several bills as one: the parts of each follow those of the one before.
    pub fn together<'a>(bills: impl Iterator<Item = &'a Self>) -> Self {
        let parts = bills.flat_map(|bill| {
            bill.parts.iter().map(|part| part.iter().map(|&charge| bill.charges[charge].clone()).collect::<Vec<_>>())
        });
        Self::of(&parts.collect::<Vec<_>>())
    }

    /// The bill of parts: every charge once, and each part by their positions.
    pub fn of(parts: &[Vec<Charge>]) -> Self {
        let mut charges: Vec<Charge> = parts.iter().flatten().cloned().collect();
        charges.sort_unstable();
        charges.dedup();
        let position = |charge: &Charge| charges.binary_search(charge).unwrap_or_else(|missing| missing);
        let parts = parts.iter().map(|part| part.iter().map(position).collect()).collect();
        Self { charges, parts }
    }
}

/// Why a part of a table is not granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortfall {
    /// The position of the charge that could not be granted.
    pub charge: usize,
    /// Whether what all organisations share is used up; else it is what the organisation itself has.
    pub of_pool: bool,
}

/// Per part of a table, whether it is granted.
pub type Verdict = Result<(), Shortfall>;

/// What an organisation has used of its budget about one measure.
#[derive(Debug, Clone, PartialEq)]
pub struct BudgetLine {
    /// The tier of the answers.
    pub tier: Tier,
    /// The measure, as in [`Charge::measure`].
    pub measure: String,
    /// How many tabulations it has opened.
    pub used: u32,
    /// Their cost ρ together, as in [`disclosure::Rules::cost`].
    pub cost: f64,
}
