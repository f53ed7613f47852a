//! How much protection an answer gets.

/// How much protection an answer gets, from the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// Results that the asking organisation itself handed in.
    Own,
    /// Partners near by, by agreement.
    Regional,
    /// Partners abroad, by agreement.
    International,
}
