//! Tokens: verified once a minute, and remembered between.

use std::hint::black_box;

use chrono::Duration;
use criterion::Criterion;

use super::question::{now, token, token_key};

/// Measures a token that is remembered, and one whose signature is checked each time.
pub fn all(criterion: &mut Criterion) {
    let key = token_key();
    let (verifier, token) = (key.verifier(), token(&key));
    let mut group = criterion.benchmark_group("token");
    group.bench_function("remembered", |bencher| {
        bencher.iter(|| verifier.verify(black_box(&token), now()).is_ok());
    });
    group.bench_function("verified", |bencher| {
        // What was verified at another hour is verified again.
        let mut hours = (1..=2).cycle().map(|hours| now() + Duration::hours(hours));
        bencher.iter(|| hours.next().is_some_and(|at| verifier.verify(black_box(&token), at).is_ok()));
    });
}
