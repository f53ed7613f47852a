//! The file that describes the columns of a file with official figures.

use std::io::Read;

use csv::ByteRecord;

use crate::ingest::{
    Form, Problem, ProblemCode, Reading,
    columns::{Columns, Placed},
    file::{self, Layout},
    row::{Row, shown},
};

/// The columns that are read of it; the first two are in every one.
const COLUMNS: [&str; 7] =
    ["col_name", "col_type", "label", "indicator_unit", "indicator_dp", "filter_grouping_column", "filter_default"];

/// What is said of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Described {
    /// The line.
    pub(super) line: u64,
    /// The name of the column.
    pub(super) column: String,
    /// Whether it holds figures; else rows differ in it.
    pub(super) is_indicator: bool,
    /// What to call it; blank where that is not told.
    pub(super) label: String,
    /// The unit; blank where that is not told.
    pub(super) unit: String,
    /// The decimals, where they are told.
    pub(super) decimals: Option<u8>,
    /// The column that groups its items, if any.
    pub(super) grouping: String,
    /// The item that stands for all; blank where that is not told.
    pub(super) total: String,
}

/// Reads the description.
pub(super) fn read_meta(input: impl Read) -> Reading<Described> {
    file::read(&Meta, &Form::default(), input, &mut |_| {})
}

struct Meta;

type Header = Placed<{ COLUMNS.len() }>;

impl Layout for Meta {
    type Header = Header;
    type Record = Described;
    type Key = String;

    const IDENTITY: &'static str = COLUMNS[0];
    const ONCE: &'static str = "each column once";

    fn header(&self, fields: &ByteRecord) -> Result<Header, Vec<Problem>> {
        Placed::read(fields, COLUMNS, &COLUMNS[..2], &COLUMNS.join(", "))
    }

    fn columns(header: &Header) -> &Columns {
        &header.columns
    }

    fn record(&self, header: &Header, line: u64, fields: &ByteRecord) -> Result<Described, Vec<Problem>> {
        let mut row = Row::new(&header.columns, line, fields);
        let mut text = |at: Option<usize>| at.and_then(|at| row.text(at)).unwrap_or_default().to_owned();
        let [column, kind, label, unit, decimals, grouping, total] = header.at.map(&mut text);
        if column.is_empty() {
            row.problem(header.at[0].unwrap_or_default(), ProblemCode::Blank, "", "the name of a column");
        }
        let kind = match kind.to_ascii_lowercase().as_str() {
            "indicator" => Some(true),
            "filter" => Some(false),
            _ => {
                let at = header.at[1].unwrap_or_default();
                row.problem(at, ProblemCode::UnknownCategory, &kind, "`Filter` or `Indicator`");
                None
            }
        };
        let decimals = decimals.parse().ok();
        let described = kind.filter(|_| !column.is_empty()).map(|is_indicator| Described {
            line,
            column,
            is_indicator,
            label,
            unit,
            decimals,
            grouping,
            total,
        });
        row.finish(described)
    }

    fn key(record: &Described) -> String {
        record.column.clone()
    }

    fn identity(header: &Header, fields: &ByteRecord) -> String {
        shown(fields, header.at[0].unwrap_or_default())
    }
}
