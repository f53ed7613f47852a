//! Noise that was drawn before: it is drawn once and for all, so it need not be drawn twice.
//!
//! Three HMACs are most of what protecting a cell costs. Nothing hangs on what is remembered: whatever was let go is drawn
//! again, the same.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use quick_cache::{Equivalent, sync::Cache};

use crate::{Tier, noise::Subject};

/// How many cells' noise is remembered, under 200 bytes each.
const REMEMBERED: usize = 100_000;

/// The noise of cells about one benchmark, by all that it hangs on.
pub(crate) struct Drawn(Cache<Name, [f64; 2]>);

/// All that the noise of such a cell hangs on, beside the key.
struct Name {
    tier: Tier,
    standard: bool,
    keys: u128,
    measure: Box<str>,
    conditions: Arc<str>,
    period: Arc<str>,
}

/// The same, of a cell at hand.
#[derive(PartialEq, Eq, Hash)]
struct Named<'a> {
    tier: Tier,
    standard: bool,
    keys: u128,
    measure: &'a str,
    conditions: &'a str,
    period: &'a str,
}

impl Drawn {
    pub(crate) fn new() -> Self {
        Self(Cache::new(REMEMBERED))
    }

    /// The noise of a subject at a tier, drawn where it is not remembered.
    pub(crate) fn or_draw(&self, tier: Tier, subject: Subject<'_>, draw: impl FnOnce() -> [f64; 2]) -> [f64; 2] {
        let Subject { label, measure, keys, standard } = subject;
        let named = Named { tier, standard, keys, measure, conditions: &label.conditions, period: &label.period };
        if let Some(noise) = self.0.get(&named) {
            return noise;
        }
        let noise = draw();
        let (conditions, period) = (label.conditions.clone(), label.period.clone());
        self.0.insert(Name { tier, standard, keys, measure: measure.into(), conditions, period }, noise);
        noise
    }
}

impl Name {
    fn named(&self) -> Named<'_> {
        let Self { tier, standard, keys, .. } = *self;
        Named { tier, standard, keys, measure: &self.measure, conditions: &self.conditions, period: &self.period }
    }
}

impl Equivalent<Name> for Named<'_> {
    fn equivalent(&self, key: &Name) -> bool {
        *self == key.named()
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.named() == other.named()
    }
}

impl Eq for Name {}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.named().hash(state);
    }
}
