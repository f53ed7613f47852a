//! Reference data as loaded: frameworks, crosswalk, areas and which lies in which; and published figures beside it.

use super::{Area, Framework, Membership, Relation};

/// Everything public that ships with the product and that the database keeps.
#[derive(Debug, Clone, Default)]
pub struct Reference {
    /// The frameworks with their titled benchmarks.
    pub frameworks: Vec<Framework>,
    /// The rows of the crosswalk.
    pub relations: Vec<Relation>,
    /// The areas.
    pub areas: Vec<Area>,
    /// Which area lies in which, beside what `Area::parent` says.
    pub memberships: Vec<Membership>,
}

/// One published figure about benchmarks: what the demonstration is drawn to match.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishedFigure {
    /// The year as the source writes it, e.g. `2022/23 (inferred)`.
    pub year: String,
    /// The area as the source writes it.
    pub area: String,
    /// What is measured, e.g. `achieved_benchmark`.
    pub measure: String,
    /// The benchmark, where it is about one.
    pub benchmark: Option<u8>,
    /// The value, in `unit`.
    pub value: f64,
    /// The unit, e.g. `percent`.
    pub unit: String,
    /// Where it was published.
    pub source: String,
}
