//! Answers kept as they were sent, for who asks the same again.
//!
//! # Guarantee
//!
//! An answer is given again only to a viewer of the same organisation with the same scopes, for the same document, operation
//! and variables, and only while everything it hangs on is as it was ([`Version`]): with a release, an agreement or a day,
//! all that was kept is dropped. So nothing is answered that would be refused now. What checks and counts the request
//! itself, its token, its place among others, its line in the log, stands before this and is done each time.
//!
//! Only complete answers are kept, and only of fields that this holds for ([`super::prepared`]): a question that was paid
//! for stays paid for, since entries of the budget are never taken back, and a repeat is free. What was refused stays
//! refused, since what is used only grows and a full pool takes no new tabulation. What tells the state of the budget is not
//! kept.

use std::{hash::Hash, sync::Arc};

use arc_swap::ArcSwapOption;
use bytes::Bytes;
use quick_cache::{Weighter, sync::Cache};

use crate::{auth::Viewer, service::Version};

use super::bounded::bounded;

/// Memory for answers, bytes.
const KEPT_BYTES: u64 = 32 << 20;

/// What an answer takes beside its text and its variables, bytes: the entry, the names, and the cache's own.
const ENTRY_BYTES: usize = 400;

/// How many answers are likely kept.
const USUAL_ANSWERS: usize = 4_096;

/// What an answer takes.
#[derive(Clone)]
struct Weight;

impl Weighter<Asking, Bytes> for Weight {
    fn weight(&self, asking: &Asking, body: &Bytes) -> u64 {
        let name = asking.operation.as_ref().map_or(0, String::len);
        (name + asking.variables.len() + body.len() + ENTRY_BYTES) as u64
    }
}

/// Who asked what.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Asking {
    pub(super) viewer: Viewer,
    /// SHA-256 of the document.
    pub(super) document: [u8; 32],
    pub(super) operation: Option<String>,
    /// The variables as they were sent, JSON.
    pub(super) variables: String,
}

/// The answers of one version `V`.
pub(super) struct Answers<V = Version> {
    version: V,
    bodies: Cache<Asking, Bytes, Weight>,
}

/// The answers of the version at hand.
pub(super) struct Kept<V = Version>(ArcSwapOption<Answers<V>>);

impl<V> Default for Kept<V> {
    fn default() -> Self {
        Self(ArcSwapOption::empty())
    }
}

impl<V: PartialEq> Kept<V> {
    /// The answers of a version; those of any other are dropped.
    pub(super) fn of(&self, version: V) -> Arc<Answers<V>> {
        let kept = self.0.load();
        if let Some(answers) = kept.as_ref().filter(|answers| answers.version == version) {
            return answers.clone();
        }
        let bodies = bounded(KEPT_BYTES, USUAL_ANSWERS, Weight);
        let answers = Arc::new(Answers { version, bodies });
        self.0.store(Some(answers.clone()));
        answers
    }
}

impl<V> Answers<V> {
    /// The body that was answered.
    pub(super) fn get(&self, asking: &Asking) -> Option<Bytes> {
        self.bodies.get(asking)
    }

    /// Keeps a body.
    pub(super) fn keep(&self, asking: Asking, body: Bytes) {
        self.bodies.insert(asking, body);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(variables: &str) -> Asking {
        Asking { viewer: Viewer::Anonymous, document: [7; 32], operation: None, variables: variables.to_owned() }
    }

    #[test]
    fn an_answer_is_given_again_for_the_same_asking_alone() {
        let kept = Kept::default();
        kept.of(1).keep(asking("{}"), Bytes::from_static(b"a"));
        assert_eq!(kept.of(1).get(&asking("{}")), Some(Bytes::from_static(b"a")));
        let others = [
            asking("null"),
            Asking { document: [8; 32], ..asking("{}") },
            Asking { operation: Some("q".to_owned()), ..asking("{}") },
        ];
        let weight = |operation: Option<&str>| {
            let asking = Asking { operation: operation.map(str::to_owned), ..asking("{}") };
            Weight.weight(&asking, &Bytes::new())
        };
        assert_eq!(weight(Some("a name")), weight(None) + 6, "what is held is counted");
        for other in others {
            assert_eq!(kept.of(1).get(&other), None, "{other:?}");
        }
    }

    #[test]
    fn another_version_drops_what_was_kept_and_a_late_answer_of_an_earlier_one() {
        let kept = Kept::default();
        let earlier = kept.of(1);
        earlier.keep(asking("{}"), Bytes::from_static(b"a"));
        assert_eq!(kept.of(2).get(&asking("{}")), None);
        earlier.keep(asking("late"), Bytes::from_static(b"b"));
        assert_eq!(kept.of(2).get(&asking("late")), None);
        assert_eq!(kept.of(1).get(&asking("{}")), None, "dropped for good");
    }
}
