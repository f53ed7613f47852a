//! Comparators: named lists of areas of one kind, to put beside one another.

use chrono::NaiveDate;

/// A named list of areas of one kind. Wherever a question names areas it may name a comparator, which is another word for its
/// members: it is no area, nothing is counted of it as a whole, and no agreement is about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparator {
    /// The code, e.g. `HUBS-FIRST-WAVE`. No area has it.
    pub code: String,
    /// The name to show.
    pub name: String,
    /// The code of the area that the members are compared with, e.g. the one whose statistical neighbours they are.
    pub about: Option<String>,
    /// The codes of its members, ascending and each once.
    pub members: Vec<String>,
    /// The first day on which it can be asked for; open when absent.
    pub valid_from: Option<NaiveDate>,
    /// The last day; open when absent.
    pub valid_to: Option<NaiveDate>,
    /// Where the list was taken from.
    pub source: String,
    /// Whether the operator of the service says so; else it ships with the product.
    pub own: bool,
}

impl Comparator {
    /// Whether it can be asked for in the geography of a day.
    pub fn is_in_use_on(&self, day: NaiveDate) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day <= to)
    }
}
