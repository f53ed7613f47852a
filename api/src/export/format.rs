//! The formats of tables, by the ending of an address and by media type.

use super::table::Table;

/// A format of tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Tidy CSV.
    Csv,
    /// A page to print.
    Html,
    /// Tidy columns as JSON.
    Json,
    /// JSON-stat 2.0.
    JsonStat,
    /// SDMX-CSV 2.1.
    Sdmx,
    /// Parquet.
    Parquet,
    /// The data file of Explore education statistics.
    Ees,
    /// The file about its columns.
    EesMeta,
    /// What the tidy CSV is about.
    CsvMetadata,
}

/// The format has no place for such a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unwritable(pub(super) String);

impl Format {
    /// Every format. Where a client takes several alike, the first of them is given.
    pub const ALL: [Self; 9] = [
        Self::Csv,
        Self::Html,
        Self::Json,
        Self::JsonStat,
        Self::Sdmx,
        Self::Parquet,
        Self::Ees,
        Self::EesMeta,
        Self::CsvMetadata,
    ];

    /// The ending of an address, behind the first dot.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Html => "html",
            Self::Json => "json",
            Self::JsonStat => "jsonstat",
            Self::Sdmx => "sdmx.csv",
            Self::Parquet => "parquet",
            Self::Ees => "ees.csv",
            Self::EesMeta => "ees.meta.csv",
            Self::CsvMetadata => "csv-metadata.json",
        }
    }

    /// The format of an ending.
    pub fn of_ending(ending: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.ending() == ending)
    }

    /// The media type as it is sent.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv | Self::Ees | Self::EesMeta => "text/csv; charset=utf-8; header=present",
            Self::Html => "text/html; charset=utf-8",
            Self::Json | Self::JsonStat => "application/json; charset=utf-8",
            Self::Sdmx => "application/vnd.sdmx.data+csv; version=2.1.0; charset=utf-8",
            Self::Parquet => "application/vnd.apache.parquet",
            Self::CsvMetadata => "application/csvm+json",
        }
    }

    /// The name by which `Accept` chooses it; none where another format goes by the same.
    pub fn asked_as(self) -> Option<&'static str> {
        match self {
            Self::Csv => Some("text/csv"),
            Self::Html => Some("text/html"),
            Self::Json => Some("application/json"),
            Self::Sdmx => Some("application/vnd.sdmx.data+csv"),
            Self::Parquet => Some("application/vnd.apache.parquet"),
            Self::CsvMetadata => Some("application/csvm+json"),
            Self::JsonStat | Self::Ees | Self::EesMeta => None,
        }
    }

    /// Whether it tells figures: else it is about the columns alone.
    pub fn has_figures(self) -> bool {
        !matches!(self, Self::EesMeta | Self::CsvMetadata)
    }

    /// What it is, in a sentence.
    pub fn description(self) -> &'static str {
        match self {
            Self::Csv => "Tidy CSV: one line for each cell and measure, numbers only in columns of numbers.",
            Self::Html => "A page to print: chart, table, method and citation. It has no script.",
            Self::Json => {
                "The tidy columns as JSON: `about`, the columns as `schema`, and the lines as arrays in `data`."
            }
            Self::JsonStat => "JSON-stat 2.0, what is measured being the dimension `metric`.",
            Self::Sdmx => "SDMX-CSV 2.1, with OBS_STATUS and CONF_STATUS.",
            Self::Parquet => "Parquet: the tidy columns with their types, the citation among the metadata of the file.",
            Self::Ees => "The data file of Explore education statistics, for areas of England.",
            Self::EesMeta => "The file about the columns of `.ees.csv`.",
            Self::CsvMetadata => "What the tidy CSV is about: citation, release, columns (CSV on the Web).",
        }
    }

    /// The name for a file of a table. The two of Explore education statistics go by one name, as its screener wants them.
    pub fn file_name(self, table: &Table) -> String {
        self.named(&table.file_name())
    }

    /// The name for a file, which begins with a text.
    pub(super) fn named(self, stem: &str) -> String {
        let ending = match self {
            Self::Ees => "csv",
            Self::EesMeta => "meta.csv",
            Self::JsonStat => "jsonstat.json",
            other => other.ending(),
        };
        format!("{stem}.{ending}")
    }
}
