//! A checked result of one institution, ready to be stored.

use std::fmt;

use chrono::NaiveDate;

use super::{AreaIndex, Attributes, FrameworkIndex, Period};

/// The pseudonym of an institution: 32 bytes that only the holder of the secret can link to its identifier.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pseudonym(pub [u8; 32]);

impl fmt::Debug for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pseudonym({}…)", hex::encode(&self.0[..4]))
    }
}

/// One institution's scores for one framework in one period, with its attributes as they were then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Who it is, as a pseudonym.
    pub institution: Pseudonym,
    /// The scheme of the identifier behind the pseudonym, e.g. `URN`.
    pub scheme: String,
    /// The code of the framework, known to the catalogue.
    pub framework: String,
    /// The term it was assessed for.
    pub period: Period,
    /// The day the assessment was completed.
    pub completed_on: NaiveDate,
    /// The code of the local authority it stood in, known to the catalogue.
    pub local_authority: String,
    /// The code of the careers hub it belonged to, if any.
    pub hub: Option<String>,
    /// Its public attributes.
    pub attributes: Attributes,
    /// The version of the terms under which it was handed in.
    pub terms_version: String,
    /// One score per benchmark of the framework, by number: 0 to 100, or not assessed.
    pub scores: Vec<Option<u8>>,
}

/// One result as a snapshot takes it in: one that its release shows, or one that an earlier release showed. Areas and
/// frameworks are named by their index in the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleasedResult {
    /// Who it is, as a pseudonym.
    pub institution: Pseudonym,
    /// The framework.
    pub framework: FrameworkIndex,
    /// The term it was assessed for.
    pub period: Period,
    /// The local authority it stood in.
    pub local_authority: AreaIndex,
    /// The careers hub it belonged to, if any.
    pub hub: Option<AreaIndex>,
    /// Its public attributes.
    pub attributes: Attributes,
    /// The key of the organisation that handed it in.
    pub provider: i64,
    /// One score per benchmark of the framework, by number: 0 to 100, or not assessed.
    pub scores: Vec<Option<u8>>,
    /// The number of the first release that shows it.
    pub from: u32,
    /// The number of the first release that shows a correction in its place; absent where the release still shows it.
    pub until: Option<u32>,
}
