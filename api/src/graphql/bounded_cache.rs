//! Caches bounded in bytes.

use std::hash::Hash;

use quick_cache::{
    DefaultHashBuilder, OptionsBuilder, Weighter,
    sync::{Cache, DefaultLifecycle},
};

/// How many shards a cache has, each with a lock and an equal share of the bytes: few, because an entry larger than a share
/// is not cached at all.
const SHARDS: usize = 4;

/// A cache of at most so many bytes, a quarter of which is the most that one entry may take. `usual` is how many entries it
/// likely holds.
pub(super) fn bounded_cache<K: Eq + Hash, V: Clone, W: Weighter<K, V> + Clone>(
    bytes: u64,
    usual: usize,
    weight: W,
) -> Cache<K, V, W> {
    let mut options = OptionsBuilder::new();
    options.shards(SHARDS).estimated_items_capacity(usual).weight_capacity(bytes);
    match options.build() {
        Ok(options) => Cache::with_options(options, weight, DefaultHashBuilder::default(), DefaultLifecycle::default()),
        // Everything that must be set is set.
        Err(_) => Cache::with_weighter(usual, bytes, weight),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone)]
    struct Whole;

    impl Weighter<u32, u64> for Whole {
        fn weight(&self, _: &u32, weight: &u64) -> u64 {
            *weight
        }
    }

    #[test]
    fn what_takes_nearly_a_quarter_is_cached_on_any_machine_and_the_bound_holds() {
        let cache = bounded_cache(16 << 20, 1_024, Whole);
        cache.insert(0, 3 << 20);
        assert_eq!(cache.get(&0), Some(3 << 20));
        (1..1_000).for_each(|key| cache.insert(key, 1 << 20));
        let cached: u64 = (0..1_000).filter_map(|key| cache.get(&key)).sum();
        assert!((4 << 20..=16 << 20).contains(&cached), "{cached}");
    }
}
