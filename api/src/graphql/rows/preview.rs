//! How cells of a preview are written.

use std::ptr;

use crate::{
    domain::{AreaIndex, Period},
    graphql::{
        json::{json, name, optional},
        types::{CellStatus, HiddenReason},
    },
    service::Preview,
};

use super::{
    shape::{Asked, Described, Memo, Shape},
    types::{AreaField, BenchmarkField, CategoryField, PeriodField},
};

/// Fields of `PreviewCell`.
pub(in crate::graphql) enum PreviewField {
    Area(Memo<AreaField, AreaIndex>),
    Period(Memo<PeriodField, Period>),
    Benchmark(Memo<BenchmarkField, u8>),
    Categories(Memo<CategoryField, usize>),
    Institutions,
    Status,
    Reason,
    Remedy,
    AchievedError,
    ShareError,
    MeanError,
}

impl Described for PreviewField {
    const TYPE: &'static str = "PreviewCell";

    fn read(asked: &Asked<'_>) -> Option<Self> {
        Some(match asked.name() {
            "area" => Self::Area(asked.shared()?),
            "period" => Self::Period(asked.shared()?),
            "benchmark" => Self::Benchmark(asked.shared()?),
            "categories" => Self::Categories(asked.shared()?),
            "institutions" => Self::Institutions,
            "status" => Self::Status,
            "reason" => Self::Reason,
            "remedy" => Self::Remedy,
            "achievedError" => Self::AchievedError,
            "shareError" => Self::ShareError,
            "meanError" => Self::MeanError,
            _ => return None,
        })
    }
}

impl Shape<PreviewField> {
    /// Writes a cell of a preview.
    pub(in crate::graphql) fn write_preview(&mut self, text: &mut Vec<u8>, preview: &Preview, position: usize) {
        let cell = &preview.cells()[position];
        let (area, period, benchmark, group) = preview.cell_key(position);
        self.write(text, |field, text| match field {
            PreviewField::Area(memo) => {
                memo.write(area, text, |shape, text| shape.write_area(text, preview.catalogue(), area));
            }
            PreviewField::Period(memo) => {
                memo.write(period, text, |shape, text| shape.write_period(text, period));
            }
            PreviewField::Benchmark(memo) => memo.write(benchmark.number, text, |shape, text| {
                shape.write_benchmark(text, preview.framework(), benchmark);
            }),
            PreviewField::Categories(memo) => {
                memo.write(ptr::from_ref(group).addr(), text, |shape, text| shape.write_categories(text, group));
            }
            PreviewField::Institutions => json(text, &cell.institutions),
            PreviewField::Status => name(text, CellStatus::from(cell.status)),
            PreviewField::Reason => optional(text, cell.reason.map(HiddenReason::from)),
            PreviewField::Remedy => json(text, preview.remedies(position)),
            PreviewField::AchievedError => json(text, &cell.achieved_error),
            PreviewField::ShareError => json(text, &cell.share_error),
            PreviewField::MeanError => json(text, &cell.mean_error),
        });
    }
}
