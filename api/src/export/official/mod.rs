//! Official figures to take away: rows of one data set as they were published, in the formats of tables.

mod ees;
mod jsonstat;
mod page;
mod sdmx;
mod table;
#[cfg(test)]
mod tests;
mod tidy;

use super::{Format, Unwritable, csv, csvw, json, parquet};

pub use table::OfficialTable;

impl OfficialTable<'_> {
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
            Format::JsonStat => jsonstat::write(self)?,
            Format::Sdmx => sdmx::write(self),
            Format::Parquet => parquet::write(self).map_err(|error| Unwritable(error.to_string()))?,
            Format::Ees => ees::data(self)?,
            Format::EesMeta => ees::meta(self)?,
        })
    }
}
