//! Counting: the counts alone, the whole scan with guard and labels, and reading the same bytes.

use std::{hint::black_box, sync::Arc};

use api::{datasets::outcomes::count, domain::Catalogue, release::Snapshot};
use criterion::{Criterion, Throughput};

use super::{
    population::{self, BENCHMARKS, PERIODS},
    question,
};

/// How many scores the scan is also measured over; not at all when absent.
const SCORES: &str = "EXCHANGE_BENCH_SCORES";

/// Measures the scan at every size.
pub fn all(criterion: &mut Criterion) {
    let catalogue = population::catalogue();
    #[expect(clippy::disallowed_methods, reason = "a benchmark has no settings of its own")]
    let more = std::env::var(SCORES).ok().and_then(|scores| scores.parse().ok());
    for scores in [1_200_000, 12_000_000].into_iter().chain(more) {
        let snapshot = population::build(scores / PERIODS / BENCHMARKS, &catalogue);
        eprintln!("{scores} scores: {:.3} bytes a score", snapshot.column_bytes() as f64 / scores as f64);
        over(criterion, scores, &catalogue, &snapshot);
    }
}

fn over(criterion: &mut Criterion, scores: usize, catalogue: &Arc<Catalogue>, snapshot: &Snapshot) {
    let mut group = criterion.benchmark_group(format!("scan {scores}"));
    group.sample_size(20);
    for (name, plan) in question::all(catalogue) {
        group.bench_function(format!("count, {name}"), |bencher| {
            bencher.iter(|| count::counts_alone(black_box(&plan), black_box(snapshot)));
        });
        group.bench_function(format!("run, {name}"), |bencher| {
            bencher.iter(|| count::whole_table(black_box(&plan), black_box(snapshot)));
        });
    }
    let framework = catalogue.framework_index(population::FRAMEWORK).expect("it ships with the product");
    let columns: Vec<&[u8]> = population::columns(snapshot, framework, &population::periods()).collect();
    group.throughput(Throughput::Bytes(columns.iter().map(|column| column.len() as u64).sum()));
    group.bench_function("read the bytes of the full cube", |bencher| {
        bencher.iter(|| columns.iter().map(|column| read(black_box(column))).fold(0, u64::wrapping_add));
    });
}

/// Reads bytes and does as little with them as can be.
fn read(bytes: &[u8]) -> u64 {
    let mut lanes = [0_u64; 8];
    let (blocks, rest) = bytes.as_chunks::<64>();
    for block in blocks {
        for (lane, word) in lanes.iter_mut().zip(block.as_chunks::<8>().0) {
            *lane = lane.wrapping_add(u64::from_le_bytes(*word));
        }
    }
    let rest: u64 = rest.iter().copied().map(u64::from).sum();
    lanes.into_iter().fold(rest, u64::wrapping_add)
}
