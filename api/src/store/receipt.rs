//! What is handed in, and what became of it.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::json;

/// What is handed in, beside the records.
#[derive(Debug, Clone)]
pub struct NewSubmission {
    /// The code of the organisation that hands in.
    pub organisation: String,
    /// What tells that the same is handed in, from its SHA-256 under the secret: the same again changes nothing, unless something else was
    /// handed in meanwhile.
    pub checksum: [u8; 32],
    /// The SHA-256 itself, as earlier versions kept it.
    pub before: Option<[u8; 32]>,
    /// When it came in, UTC.
    pub received_at: DateTime<Utc>,
    /// Rows read.
    pub rows: u64,
    /// Why it takes back what it does, where it does and somebody said so.
    pub why: Option<String>,
}

/// What became of a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Receipt {
    /// The organisation handed in the same before, and all of it still holds: nothing was changed.
    AlreadyReceived {
        /// The number of that submission.
        submission: i64,
        /// When it came in.
        received_at: DateTime<Utc>,
    },
    /// It is stored.
    Accepted {
        /// Its number.
        submission: i64,
        /// Results stored, corrections among them.
        results: usize,
        /// Scores stored.
        scores: usize,
        /// Results that correct an earlier one.
        corrected: usize,
        /// Results that say what an earlier one said, under another version of the terms.
        under_other_terms: usize,
        /// Results that were there already, word for word, and were not stored again.
        unchanged: usize,
        /// Results whose careers hub or attributes are those of the roll, which their file told otherwise.
        from_roll: usize,
        /// Results that keep the place and the attributes that their period was released with, which their file told otherwise.
        as_released: usize,
    },
    /// Counts of destinations are stored.
    CountsAccepted {
        /// The number of the submission.
        submission: i64,
        /// Counts stored, corrections among them.
        counts: usize,
        /// Counts that correct an earlier one.
        corrected: usize,
        /// Counts that were there already and were not stored again.
        unchanged: usize,
    },
}

impl Receipt {
    /// The number of the submission.
    pub fn submission(&self) -> i64 {
        match self {
            Self::AlreadyReceived { submission, .. }
            | Self::Accepted { submission, .. }
            | Self::CountsAccepted { submission, .. } => *submission,
        }
    }

    /// It as it is kept with a change that an organisation asked for.
    pub fn to_json(&self) -> String {
        let told = match self {
            Self::AlreadyReceived { submission, received_at } => {
                json!({"before": true, "submission": submission,
                    "receivedAt": received_at.to_rfc3339_opts(SecondsFormat::Secs, true)})
            }
            Self::Accepted {
                submission,
                results,
                scores,
                corrected,
                under_other_terms,
                unchanged,
                from_roll,
                as_released,
            } => json!({"submission": submission, "stored": results, "scores": scores, "corrected": corrected,
                "underOtherTerms": under_other_terms, "unchanged": unchanged, "fromRoll": from_roll,
                "asReleased": as_released}),
            Self::CountsAccepted { submission, counts, corrected, unchanged } => {
                json!({"submission": submission, "stored": counts, "corrected": corrected, "unchanged": unchanged})
            }
        };
        told.to_string()
    }

    /// How much was stored, in a few words.
    pub(super) fn in_words(&self) -> String {
        match self {
            Self::AlreadyReceived { .. } => "nothing new".to_owned(),
            Self::Accepted { results, corrected, .. } => format!("{results} results, {corrected} of them corrections"),
            Self::CountsAccepted { counts, corrected, .. } => {
                format!("{counts} counts of destinations, {corrected} of them corrections")
            }
        }
    }

    /// Whether no row was stored.
    pub(super) fn stored_nothing(&self) -> bool {
        match self {
            Self::AlreadyReceived { .. } => true,
            Self::Accepted { results, .. } => *results == 0,
            Self::CountsAccepted { counts, .. } => *counts == 0,
        }
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyReceived { submission, received_at } => {
                write!(f, "nothing changed: received before as submission {submission} on {}", received_at.date_naive())
            }
            Self::Accepted {
                submission,
                results,
                scores,
                corrected,
                under_other_terms,
                unchanged,
                from_roll,
                as_released,
            } => {
                write!(
                    f,
                    "stored as submission {submission}: {results} results with {scores} scores, {corrected} of them \
                     corrections; {unchanged} were there already"
                )?;
                if *under_other_terms > 0 {
                    write!(f, "; {under_other_terms} differ in the version of their terms alone")?;
                }
                if *from_roll > 0 {
                    write!(
                        f,
                        "; {from_roll} took careers hub or attributes from the roll, which differs from the file"
                    )?;
                }
                if *as_released > 0 {
                    write!(
                        f,
                        "; {as_released} keep the place and attributes that their period was released with, which differ \
                         from the file"
                    )?;
                }
                Ok(())
            }
            Self::CountsAccepted { submission, counts, corrected, unchanged } => write!(
                f,
                "stored as submission {submission}: {counts} counts of destinations, {corrected} of them corrections; \
                 {unchanged} were there already"
            ),
        }
    }
}
