//! Tables to take away: one neutral table, made from a protected one, and the formats that it is written in. Pure: no requests, no
//! database.
//!
//! What is told of a table is gathered once, in [`outcomes`] and [`destinations`]; a format only writes it down.

mod beside;
mod csv;
mod csvw;
mod destinations;
mod draw;
mod ees;
mod format;
mod json;
mod jsonstat;
mod official;
mod outcomes;
mod page;
mod parquet;
mod protected;
mod report;
mod sdmx;
mod shown;
mod table;
mod tidy;
mod words;

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

pub use beside::Beside;
pub use csv::inert;
pub use destinations::destinations;
pub use format::{Format, Unwritable};
pub use official::OfficialTable;
pub use outcomes::{Part, outcomes};
pub use report::{Column, report};
pub use table::{About, Facet, FacetKind, Figure, Item, Measure, Place, Row, Table, Unit};

/// What pages may load: nothing but the one style that stands in them.
pub fn content_policy() -> String {
    let digest = STANDARD.encode(Sha256::digest(page::STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

impl Table {
    /// The table in a format; tidy CSV with a byte order mark in front where that is wanted.
    ///
    /// # Errors
    /// [`Unwritable`] where the format has no place for such a table.
    pub fn write(&self, format: Format, bom: bool) -> Result<Vec<u8>, Unwritable> {
        let mark: &[u8] = if bom { b"\xEF\xBB\xBF" } else { b"" };
        Ok(match format {
            Format::Csv => [mark, &csv::write(self)].concat(),
            Format::CsvMetadata => csvw::write(self),
            Format::Html => page::write(self),
            Format::Json => json::write(self),
            Format::JsonStat => jsonstat::write(self),
            Format::Sdmx => sdmx::write(self),
            Format::Parquet => parquet::write(self).map_err(|error| Unwritable(error.to_string()))?,
            Format::Ees => ees::data(self)?,
            Format::EesMeta => ees::meta(self)?,
        })
    }
}
