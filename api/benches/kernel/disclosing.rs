//! Protection: noise, bands and rounding of tables of cells.

use std::hint::black_box;

use criterion::{BatchSize, Criterion};
use disclosure::{Counted, Label, Named, RawCell, RawTable, Tier, gaussian, protect};

use super::population::key;

/// Measures one draw, and tables of a few cells and of many.
pub fn all(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("disclosure");
    group.bench_function("one value of a draw", |bencher| {
        bencher.iter(|| gaussian::from_uniform(black_box(0x9e37_79b9_7f4a_7c15)));
    });
    let key = key();
    for number in [1, 8, 240] {
        let cells = cells(number);
        group.bench_function(format!("protect {number} cells"), |bencher| {
            let table = || RawTable::new(Tier::Regional, cells.clone(), Vec::new());
            bencher.iter_batched(table, |table| protect(table, &key), BatchSize::SmallInput);
        });
    }
}

fn cells(number: u32) -> Vec<RawCell> {
    let cell = |number: u32| {
        RawCell::Counted(Counted {
            label: Label::new(format!("area=E1200000{}", number / 8), "202425T3"),
            measure: format!("GATSBY-2014/{}", 1 + number % 8).into(),
            institutions: 400 + number,
            sum: u64::from(30_000 + number),
            achieved: 190 + number % 9,
            named: Named::all_of(u128::from(number) << 40),
            standard: true,
        })
    };
    (0..number).map(cell).collect()
}
