//! What its provider hands in anew and says what it said before is the same as before: it is new to nobody's noise.
//!
//! What another provider hands in anew is new whatever it says, from method 4 on: otherwise whether others' figures move would tell
//! it whether it guessed what the one before had handed in.

use std::{collections::HashMap, hash::Hash, mem};

use disclosure::Method;

use crate::domain::{
    CohortYear, Destination, FrameworkIndex, Period, Pseudonym, Release, ReleasedDestination, ReleasedResult, Stage,
};

/// Something that releases show, and that may be handed in anew.
pub(super) trait Shown {
    /// What tells it from others.
    type Key: Hash + Eq;

    /// What tells it from others.
    fn key(&self) -> Self::Key;

    /// Whether it says what an earlier one of the same key said.
    fn says_what(&self, earlier: &Self) -> bool;

    /// The key of the organisation that handed it in.
    fn provider(&self) -> i64;

    /// The number of the first release that shows it.
    fn first(&mut self) -> &mut u32;

    /// The number of the first release that no longer shows it; absent where the newest does.
    fn until(&self) -> Option<u32>;
}

/// Keeps back what was replaced, until it is known whether what came in its place says anything else.
pub(super) struct Unchanged<T: Shown> {
    kept: HashMap<T::Key, T>,
    /// The first release of which what says nothing new is the same.
    since: u32,
    /// The first of which only its provider's is.
    of_its_provider_since: u32,
}

impl<T: Shown> Unchanged<T> {
    /// What releases before method 2 showed anew counts as new, whatever it says: so their figures were published.
    pub(super) fn of(release: &Release) -> Self {
        let [since, of_its_provider_since] =
            [Method::Second, Method::Fourth].map(|method| release.method_since(method));
        Self { kept: HashMap::new(), since, of_its_provider_since }
    }

    /// Takes the next one in, in the order in which they came, and visits what is settled. One that says what the one before it
    /// said stands for both, from the first release with either.
    pub(super) fn settle(&mut self, mut next: T, visit: &mut (dyn FnMut(T) + Send)) {
        let key = next.key();
        if let Some(mut earlier) = self.kept.remove(&key) {
            // Between what was taken back and what came later there are releases that show neither.
            let follows = earlier.until() == Some(*next.first());
            let first = *next.first();
            let same = next.says_what(&earlier)
                && (first < self.of_its_provider_since || next.provider() == earlier.provider());
            if follows && first >= self.since && same {
                *next.first() = mem::take(earlier.first());
            } else {
                visit(earlier);
            }
        }
        if next.until().is_some() {
            self.kept.insert(key, next);
        } else {
            visit(next);
        }
    }

    /// Visits what is left: what was taken back, and nothing came in its place.
    pub(super) fn end(self, visit: &mut (dyn FnMut(T) + Send)) {
        self.kept.into_values().for_each(visit);
    }
}

impl Shown for ReleasedResult {
    type Key = (Pseudonym, FrameworkIndex, Period);

    fn key(&self) -> Self::Key {
        (self.institution, self.framework, self.period)
    }

    fn says_what(&self, earlier: &Self) -> bool {
        let what = |one: &Self| (one.local_authority, one.hub, one.attributes);
        what(self) == what(earlier) && self.scores == earlier.scores
    }

    fn provider(&self) -> i64 {
        self.provider
    }

    fn first(&mut self) -> &mut u32 {
        &mut self.from
    }

    fn until(&self) -> Option<u32> {
        self.until
    }
}

impl Shown for ReleasedDestination {
    type Key = (Pseudonym, CohortYear, Stage, Destination);

    fn key(&self) -> Self::Key {
        (self.institution, self.cohort_year, self.stage, self.destination)
    }

    fn says_what(&self, earlier: &Self) -> bool {
        let what = |one: &Self| (one.local_authority, one.hub, one.students);
        what(self) == what(earlier)
    }

    fn provider(&self) -> i64 {
        self.provider
    }

    fn first(&mut self) -> &mut u32 {
        &mut self.from
    }

    fn until(&self) -> Option<u32> {
        self.until
    }
}
