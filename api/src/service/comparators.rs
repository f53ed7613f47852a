//! Comparators: what is listed of them, and how the operator keeps them.

use std::{collections::BTreeSet, io::Read, sync::Arc};

use chrono::NaiveDate;

use crate::{
    domain::{AreaIndex, AreaKind, Catalogue, Comparator, ComparatorChange},
    ingest::{self, Form, Problem},
};

use super::{Error, Operator, Page, Reader, TableReport};

/// Which comparators of the catalogue.
#[derive(Debug, Clone, Copy, Default)]
pub struct ComparatorsWanted<'a> {
    /// Those about the area with this code.
    pub about: Option<&'a str>,
    /// Those with a text in their name or code, in any case.
    pub search: Option<&'a str>,
    /// Those too that are not in use.
    pub ended: bool,
}

impl ComparatorsWanted<'_> {
    /// Those among the comparators of a catalogue, by code.
    ///
    /// # Errors
    /// When `about` is no area.
    pub fn among(&self, catalogue: &Catalogue) -> Result<Vec<Comparator>, Error> {
        let unknown = |code: &str| Error::NotFound(format!("no area has the code `{code}`"));
        let about = self.about.map(|code| catalogue.area_now(code).ok_or_else(|| unknown(code))).transpose()?;
        let search = self.search.map(str::to_lowercase);
        let is_about = |one: &Comparator| {
            about.is_none_or(|area| one.about.as_ref().and_then(|code| catalogue.area_now(code)) == Some(area))
        };
        let is_found = |one: &Comparator| {
            let holds =
                |text: &String| one.name.to_lowercase().contains(text) || one.code.to_lowercase().contains(text);
            search.as_ref().is_none_or(holds)
        };
        let in_use = |one: &Comparator| self.ended || one.is_in_use_on(catalogue.as_of());
        let comparators = catalogue.comparators().iter();
        Ok(comparators.filter(|one| in_use(one) && is_about(one) && is_found(one)).cloned().collect())
    }
}

/// The areas that any area is put beside: the region and the country around it.
pub fn standing(catalogue: &Catalogue, area: AreaIndex) -> Vec<AreaIndex> {
    let around = [AreaKind::Region, AreaKind::Country].map(|kind| catalogue.innermost(area, kind));
    around.into_iter().flatten().filter(|&around| around != area).collect()
}

/// What became of what was said of comparators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ComparatorsChanged {
    /// The newest version of the catalogue, which the next release is published with.
    pub version: u32,
    /// Whether that is another one than before.
    pub is_new: bool,
}

impl Reader {
    /// Comparators by code, those that are wanted, after a code.
    ///
    /// # Errors
    /// When `about` is no area.
    pub fn comparators(
        &self,
        wanted: &ComparatorsWanted<'_>,
        after: Option<&str>,
        first: usize,
    ) -> Result<Page<Comparator>, Error> {
        let matching = wanted.among(self.catalogue())?;
        let total = matching.len();
        let rest = matching.into_iter().filter(|one| after.is_none_or(|after| one.code.as_str() > after));
        let mut items: Vec<Comparator> = rest.take(first + 1).collect();
        let more = items.len() > first;
        items.truncate(first);
        Ok(Page { items, total, more })
    }
}

impl Operator<'_> {
    /// The comparators that are wanted, of the catalogue that the next release is published with, in the geography of today.
    ///
    /// # Errors
    /// When an area that is named is unknown, or the database fails.
    pub async fn comparators(
        &self,
        wanted: &ComparatorsWanted<'_>,
    ) -> Result<(Arc<Catalogue>, Vec<Comparator>), Error> {
        let catalogue = Arc::new(self.0.store().newest_catalogue(self.0.today()).await?);
        let found = wanted.among(&catalogue)?;
        Ok((catalogue, found))
    }

    /// Takes what is said of comparators, all of it or nothing, as another version of the catalogue. Releases that were published
    /// keep theirs.
    ///
    /// # Errors
    /// When something of it makes no sense beside what is there, or the database fails.
    pub async fn change_comparators(&self, changes: &[ComparatorChange]) -> Result<ComparatorsChanged, Error> {
        let before = self.0.store().newest_catalogue_version().await?;
        let change = |reference: &crate::domain::Reference| {
            reference.with_comparators(changes).map_err(|invalid| invalid.to_string())
        };
        let version = self.0.store().amend_reference(change).await?;
        Ok(ComparatorsChanged { version, is_new: version != before })
    }

    /// Adds a comparator.
    ///
    /// # Errors
    /// When there is one with its code, and as [`change_comparators`](Self::change_comparators).
    pub async fn add_comparator(&self, change: ComparatorChange) -> Result<ComparatorsChanged, Error> {
        let catalogue = self.0.store().newest_catalogue(self.0.today()).await?;
        if let Some(there) = catalogue.comparator(&change.code) {
            return Err(Error::Conflict(format!("the comparator `{}` is there already: {}", there.code, there.name)));
        }
        self.change_comparators(&[change]).await
    }

    /// Ends a comparator: `last` is the last day on which it can be asked for.
    ///
    /// # Errors
    /// When there is no such comparator, and as [`change_comparators`](Self::change_comparators).
    pub async fn end_comparator(&self, code: &str, last: NaiveDate) -> Result<ComparatorsChanged, Error> {
        let catalogue = self.0.store().newest_catalogue(self.0.today()).await?;
        if catalogue.comparator(code).is_none() {
            return Err(Error::NotFound(format!("no comparator has the code `{code}`")));
        }
        let change = ComparatorChange { code: code.to_owned(), valid_to: Some(last), ..ComparatorChange::default() };
        self.change_comparators(&[change]).await
    }

    /// Reads a file of comparators and takes it, all of it or nothing.
    ///
    /// # Errors
    /// When the database fails. Problems of the file are not errors but data.
    pub async fn import_comparators(
        &self,
        form: &Form,
        input: impl Read,
    ) -> Result<TableReport<ComparatorsChanged>, Error> {
        let now = self.0.store().newest_reference().await?;
        let mut reading = ingest::comparators::read_comparators(form, input, &now);
        if reading.problems.is_empty() {
            // Each by itself first, so that what is not taken is told with its line.
            let invalid: Vec<Problem> = reading
                .records
                .iter()
                .filter_map(|row| {
                    let invalid = now.with_comparators(std::slice::from_ref(&row.change)).err()?;
                    Some(ingest::areas::refused(row.line, &invalid))
                })
                .collect();
            invalid.into_iter().for_each(|problem| reading.add(problem));
        }
        let mut stored = None;
        if reading.problems.is_empty() {
            let records = std::mem::take(&mut reading.records).into_iter();
            let changes: Vec<ComparatorChange> = records.map(|row| row.change).collect();
            stored = Some(self.change_comparators(&changes).await?);
        }
        Ok(TableReport::of(reading, stored))
    }
}

impl Operator<'_> {
    /// The codes of members that a comparator names and that are in use no more, or have not begun, by code.
    pub fn idle_members<'a>(catalogue: &Catalogue, comparator: &'a Comparator) -> Vec<&'a str> {
        let members: BTreeSet<AreaIndex> = catalogue.members(comparator).into_iter().collect();
        let stands = |code: &&String| {
            catalogue.area_index(code).is_some_and(|area| members.contains(&catalogue.counted_in(area)))
        };
        comparator.members.iter().filter(|code| !stands(code)).map(String::as_str).collect()
    }
}
