//! What a row is about: an area, a period, a benchmark, categories. Many rows share each of them.

use std::ptr;

use crate::{
    datasets::outcomes::Group,
    domain::{AreaIndex, Benchmark, Catalogue, Framework, Period},
    graphql::json::nullable,
};

use super::{
    shape::{Memo, Read, SelectedField, selectable},
    types::{AreaField, BenchmarkField, CategoryField, PeriodField},
};

selectable! {
    /// Fields that tell what a row is about.
    KeyField {
        "area" => Area(Memo<AreaField, AreaIndex>),
        "period" => Period(Memo<PeriodField, Period>),
        "benchmark" => Benchmark(Memo<BenchmarkField, u8>),
        // Groups are told apart by their address: those of one table do not move while its rows are written.
        "categories" => Categories(Memo<CategoryField, usize>),
    }
}

/// What a row is about.
pub(super) struct Key<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) framework: &'a Framework,
    pub(super) area: AreaIndex,
    pub(super) period: Period,
    /// `None` for a row over all benchmarks, which has no such field.
    pub(super) benchmark: Option<&'a Benchmark>,
    pub(super) group: &'a Group,
}

impl KeyField {
    pub(super) fn write(&mut self, text: &mut Vec<u8>, key: &Key<'_>) {
        match self {
            Self::Area(memo) => {
                memo.write(key.area, text, |shape, text| shape.write(text, key.catalogue, key.area));
            }
            Self::Period(memo) => memo.write(key.period, text, |shape, text| shape.write(text, key.period)),
            Self::Benchmark(memo) => nullable(text, key.benchmark, |benchmark, text| {
                memo.write(benchmark.number, text, |shape, text| shape.write(text, key.framework, benchmark));
            }),
            Self::Categories(memo) => {
                let address = ptr::from_ref(key.group).addr();
                memo.write(address, text, |shape, text| shape.write_all(text, key.group));
            }
        }
    }
}
