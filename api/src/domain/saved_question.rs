//! Questions that organisations keep under names of theirs.

use chrono::{DateTime, Utc};

/// The longest name of a saved question.
pub const LONGEST_NAME: usize = 40;

/// The most periods that a saved question may follow.
pub const MOST_NEWEST: u32 = 100;

/// A question that an organisation keeps under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedQuestion {
    /// The name: small letters, digits and hyphens, a letter first.
    pub name: String,
    /// The whole citation of a table that has the question.
    pub citation: String,
    /// How many of the newest periods, or cohort years, are asked about in place of those of the question.
    pub newest: Option<u32>,
    /// When it was saved, UTC.
    pub saved_at: DateTime<Utc>,
}

/// Whether a text may be the name of a saved question: it is no citation, and it needs no escape in an address.
pub fn is_name(text: &str) -> bool {
    let letters = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    letters
        && text.len() <= LONGEST_NAME
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && !text.starts_with("release-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_in_an_address_and_is_no_citation() {
        for right in ["a", "north-east-by-phase", "q1"] {
            assert!(is_name(right), "{right}");
        }
        for wrong in ["", "1a", "-a", "A", "a b", "a.csv", "release-1", &"a".repeat(41), "ä"] {
            assert!(!is_name(wrong), "{wrong}");
        }
    }
}
