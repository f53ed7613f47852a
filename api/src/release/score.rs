//! Scores as the columns hold them: one byte each.

/// The byte that stands for a benchmark that was not assessed.
pub const NOT_ASSESSED: u8 = u8::MAX;

/// The score on a benchmark by number among scores by benchmark; [`NOT_ASSESSED`] where there is none.
pub fn score_of(scores: &[u8], number: u8) -> u8 {
    usize::from(number).checked_sub(1).and_then(|position| scores.get(position)).copied().unwrap_or(NOT_ASSESSED)
}
