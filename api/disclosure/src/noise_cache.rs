//! A cache of drawn noise: the same noise is needed again and again, and drawing it takes three HMACs.
//!
//! The HMACs are most of what protecting a cell costs. No answer depends on what is cached: an entry that was evicted is drawn
//! again, to the same bits.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use quick_cache::{Equivalent, sync::Cache};

use crate::{Label, Method, Named, Tier, subject::Subject};

/// How many cells' noise is cached, under 200 bytes each.
const CAPACITY: usize = 100_000;

/// The noise of cells about one benchmark, by all that it depends on.
pub(crate) struct NoiseCache(Cache<CacheKey, [f64; 2]>);

/// All that the noise of such a cell depends on, beside the secret key.
struct CacheKey {
    tier: Tier,
    standard: bool,
    named: Named,
    method: Method,
    revision: u8,
    measure: Box<str>,
    conditions: Arc<str>,
    period: Arc<str>,
}

/// A [`CacheKey`] that borrows its texts, so that a look-up allocates nothing.
#[derive(PartialEq, Eq, Hash)]
struct BorrowedKey<'a> {
    tier: Tier,
    standard: bool,
    named: Named,
    method: Method,
    revision: u8,
    measure: &'a str,
    conditions: &'a str,
    period: &'a str,
}

impl NoiseCache {
    pub(crate) fn new() -> Self {
        Self(Cache::new(CAPACITY))
    }

    /// The noise of a subject at a tier, drawn where it is not cached.
    pub(crate) fn get_or_draw(&self, tier: Tier, subject: Subject<'_>, draw: impl FnOnce() -> [f64; 2]) -> [f64; 2] {
        let Subject { label, measure, named, standard } = subject;
        let Label { conditions, period, revision, method } = label;
        let (revision, method) = (*revision, *method);
        let key = BorrowedKey { tier, standard, named, method, revision, measure, conditions, period };
        if let Some(noise) = self.0.get(&key) {
            return noise;
        }
        let noise = draw();
        let (conditions, period) = (conditions.clone(), period.clone());
        self.0.insert(
            CacheKey { tier, standard, named, method, revision, measure: measure.into(), conditions, period },
            noise,
        );
        noise
    }
}

impl CacheKey {
    fn borrowed(&self) -> BorrowedKey<'_> {
        let Self { tier, standard, named, method, revision, .. } = *self;
        let (measure, conditions, period) = (&*self.measure, &*self.conditions, &*self.period);
        BorrowedKey { tier, standard, named, method, revision, measure, conditions, period }
    }
}

impl Equivalent<CacheKey> for BorrowedKey<'_> {
    fn equivalent(&self, key: &CacheKey) -> bool {
        *self == key.borrowed()
    }
}

impl PartialEq for CacheKey {
    fn eq(&self, other: &Self) -> bool {
        self.borrowed() == other.borrowed()
    }
}

impl Eq for CacheKey {}

/// As the borrowed key hashes, so that either finds the other.
impl Hash for CacheKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.borrowed().hash(state);
    }
}
