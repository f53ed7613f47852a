//! Versions of the method: what a published number was made with, so that it can be made again.

/// A version of the method that noise is drawn by.
///
/// A period keeps the method that it was first published with, in every release that holds it: a number that was published
/// stays what it was, and nobody gets a second draw about the same results because the method improved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// Noise that hangs on the exact set of institutions in all of its lasting part.
    First,
    /// Noise whose lasting part hangs on the name of the cell and on who stands in it by the roll, assessed or not.
    Second,
    /// The same noise. An institution with results under several frameworks counts once in a cell that brings them together, and
    /// bands of benchmarks achieved move only where enough changed beside what any one organisation handed in.
    Third,
    /// The same with larger noise, so that all that may ever be opened together tells little.
    Fourth,
}

impl Method {
    /// The method of what is published from now on.
    pub const CURRENT: Self = Self::Fourth;

    /// Every version, the first one first.
    pub const ALL: [Self; 4] = [Self::First, Self::Second, Self::Third, Self::Fourth];

    /// The number by which releases and citations name it.
    pub fn number(self) -> u8 {
        match self {
            Self::First => 1,
            Self::Second => 2,
            Self::Third => 3,
            Self::Fourth => 4,
        }
    }

    /// The version with a number.
    pub fn numbered(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.number() == number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_by_its_number() {
        for method in Method::ALL {
            assert_eq!(Method::numbered(method.number()), Some(method));
        }
        assert_eq!((Method::numbered(0), Method::numbered(5)), (None, None));
        assert!(Method::ALL.iter().all(|&method| method <= Method::CURRENT));
    }
}
