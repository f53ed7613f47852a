//! Rows of a data set of official figures, with what a format needs to know of each.

use std::collections::HashMap;

use crate::{
    domain::{
        AreaIndex, Catalogue, OfficialColumn, OfficialFilter, OfficialIndicator, OfficialRow, OfficialSelection,
        OfficialTime,
    },
    export::Format,
};

/// Columns that every table of official figures has: no filter goes by such a name.
pub(super) const COLUMNS: [&str; 17] = [
    "area_code",
    "current_code",
    "area",
    "level",
    "time_period",
    "time_identifier",
    "academic_year",
    "indicator",
    "label",
    "unit",
    "value",
    "lower_95",
    "upper_95",
    "status",
    "text",
    "source",
    "metric",
];

/// Rows of one data set.
pub struct OfficialTable<'a> {
    pub(super) selection: OfficialSelection<'a>,
    /// Of each filter the name of its column in files.
    pub(super) filters: Vec<String>,
    /// The academic year of each time.
    pub(super) years: HashMap<&'a OfficialTime, String>,
    /// The code that each place has now, and the code and the name of its country and its region, as far as the catalogue knows it.
    pub(super) places: HashMap<&'a str, Known>,
}

/// What the catalogue knows of a place.
#[derive(Default)]
pub(super) struct Known {
    pub(super) now: Option<String>,
    pub(super) country: Option<(String, String)>,
    pub(super) region: Option<(String, String)>,
}

impl<'a> OfficialTable<'a> {
    /// A table of a selection.
    pub fn new(selection: OfficialSelection<'a>, catalogue: &Catalogue) -> Self {
        let (mut years, mut places) = (HashMap::new(), HashMap::new());
        for row in &selection.rows {
            years.entry(&row.time).or_insert_with(|| row.time.academic_year());
            places.entry(row.area_code.as_str()).or_insert_with(|| Known::of(&row.area_code, catalogue));
        }
        let filters = selection.of.filters.iter().map(named).collect();
        Self { selection, filters, years, places }
    }

    /// The name for a file of it in a format.
    pub fn file_name(&self, format: Format) -> String {
        let set = self.selection.of;
        format.named(&format!("{}-version-{}", set.name, set.version))
    }

    /// How many figures it has.
    pub fn figures(&self) -> usize {
        self.selection.rows.len() * self.selection.columns.len()
    }

    pub(super) fn indicator(&self, column: OfficialColumn) -> &'a OfficialIndicator {
        &self.selection.of.indicators[column.at]
    }

    pub(super) fn year(&self, row: &OfficialRow) -> &str {
        self.years.get(&row.time).map_or("", String::as_str)
    }

    pub(super) fn place(&self, row: &OfficialRow) -> Option<&Known> {
        self.places.get(row.area_code.as_str())
    }

    /// Where it was published.
    pub(super) fn source(&self, row: &'a OfficialRow) -> Option<&'a str> {
        row.source.as_deref().or(self.selection.of.source.as_deref())
    }
}

impl Known {
    fn of(code: &str, catalogue: &Catalogue) -> Self {
        use crate::domain::AreaKind::{Country, Region};
        let Some(area) = catalogue.area_now(code) else { return Self::default() };
        let named = |area: AreaIndex| {
            let area = &catalogue.areas()[area];
            (area.code.clone(), area.name.clone())
        };
        Self {
            now: Some(catalogue.areas()[area].code.clone()),
            country: catalogue.innermost(area, Country).map(named),
            region: catalogue.innermost(area, Region).map(named),
        }
    }
}

/// The name of a filter's column in files: its own, unless every table has a column of that name.
fn named(filter: &OfficialFilter) -> String {
    let is_taken = COLUMNS.iter().any(|own| own.eq_ignore_ascii_case(&filter.column));
    if is_taken { format!("filter_{}", filter.column) } else { filter.column.clone() }
}
