//! What the parts of a request cost, one thread: counting over 1.2 million scores and more, protection, tokens, rows.
//!
//! `cargo bench -p api --bench kernel`, or with `-- scan` one part alone. With `EXCHANGE_BENCH_SCORES=120000000` the scan is
//! also measured over that many scores. Every size prints what a score takes in memory, and how fast the same bytes can be
//! read at all, which is what the full cube is to be held against.

#![expect(clippy::expect_used, reason = "a benchmark that cannot start stops")]

mod disclosing;
mod population;
mod question;
mod rows;
mod scanning;
mod tokens;

use criterion::Criterion;

// One line a part. Each is a function of `&mut Criterion`, in a file of its own.
fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    disclosing::all(&mut criterion);
    tokens::all(&mut criterion);
    rows::all(&mut criterion);
    scanning::all(&mut criterion);
    criterion.final_summary();
}
