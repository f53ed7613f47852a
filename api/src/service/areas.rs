//! Areas as the operator keeps them: looked up without a server, added, ended, and changed from files.

use std::{collections::BTreeSet, io::Read, sync::Arc};

use chrono::NaiveDate;

use crate::{
    domain::{Agreement, AreaChange, AreaIndex, Catalogue, Reference},
    ingest::{self, Form},
};

use super::{AreasWanted, Error, Operator, TableReport};

/// What became of what was said of areas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreasChanged {
    /// The newest version of the catalogue, which the next release is published with.
    pub version: u32,
    /// Whether that is another one than before.
    pub is_new: bool,
    /// Agreements about areas that are not what they were, in words.
    pub concerned: Vec<String>,
}

impl Operator<'_> {
    /// The areas that are wanted, of the catalogue that the next release is published with, in the geography of today.
    ///
    /// # Errors
    /// When an area that is named is unknown, or the database fails.
    pub async fn areas(&self, wanted: &AreasWanted<'_>) -> Result<(Arc<Catalogue>, Vec<AreaIndex>), Error> {
        let catalogue = Arc::new(self.0.store().newest_catalogue(self.0.today()).await?);
        let found = wanted.among(&catalogue)?;
        Ok((catalogue, found))
    }

    /// Takes what is said of areas, all of it or nothing, as another version of the catalogue. Releases that were published keep
    /// theirs.
    ///
    /// # Errors
    /// When something of it makes no sense beside what is there, or the database fails.
    pub async fn change_areas(&self, changes: &[AreaChange]) -> Result<AreasChanged, Error> {
        let before = self.0.store().newest_catalogue_version().await?;
        let today = self.0.today();
        let version = self.0.store().amend_reference(|reference| changed(reference, changes, today)).await?;
        let concerned = self.concerned(changes).await?;
        Ok(AreasChanged { version, is_new: version != before, concerned })
    }

    /// Adds an area.
    ///
    /// # Errors
    /// When there is one with its code, and as [`change_areas`](Self::change_areas).
    pub async fn add_area(&self, change: AreaChange) -> Result<AreasChanged, Error> {
        let catalogue = self.0.store().newest_catalogue(self.0.today()).await?;
        if let Some(index) = catalogue.area_index(&change.code) {
            let area = &catalogue.areas()[index];
            return Err(Error::Conflict(format!(
                "the area `{}` is there already: {}, {}",
                area.code, area.name, area.kind
            )));
        }
        self.change_areas(&[change]).await
    }

    /// Ends an area: `last` is the last day on which its code is in use.
    ///
    /// # Errors
    /// When there is no such area, and as [`change_areas`](Self::change_areas).
    pub async fn end_area(&self, code: &str, last: NaiveDate) -> Result<AreasChanged, Error> {
        let catalogue = self.0.store().newest_catalogue(self.0.today()).await?;
        if catalogue.area_index(code).is_none() {
            return Err(Error::NotFound(format!("no area has the code `{code}`")));
        }
        let change = AreaChange { code: code.to_owned(), valid_to: Some(last), ..AreaChange::default() };
        self.change_areas(&[change]).await
    }

    /// Reads a file of areas and takes it, all of it or nothing.
    ///
    /// # Errors
    /// When the database fails. Problems of the file are not errors but data.
    pub async fn import_areas(&self, form: &Form, input: impl Read) -> Result<TableReport<AreasChanged>, Error> {
        let mut reading = ingest::areas::read_areas(form, input);
        if reading.problems.is_empty() {
            // Row by row first, so that what is not taken is told with its line.
            let mut now = self.0.store().newest_reference().await?;
            for (line, change) in &std::mem::take(&mut reading.records) {
                match now.with_changes(std::slice::from_ref(change)) {
                    Ok(with) => {
                        now = with;
                        reading.records.push((*line, change.clone()));
                    }
                    Err(invalid) => reading.add(ingest::areas::refused(*line, &invalid)),
                }
            }
        }
        let mut stored = None;
        if reading.problems.is_empty() {
            let records = std::mem::take(&mut reading.records).into_iter();
            let changes: Vec<AreaChange> = records.map(|(_, change)| change).collect();
            stored = Some(self.change_areas(&changes).await?);
        }
        Ok(TableReport::of(reading, stored))
    }

    /// Agreements about areas that have ended, or will, in words for whoever answers for them; of changes, those about areas that
    /// these name.
    pub(super) async fn concerned(&self, changes: &[AreaChange]) -> Result<Vec<String>, Error> {
        let today = self.0.today();
        let catalogue = self.0.store().newest_catalogue(today).await?;
        let directory = self.directory().await?;
        let named: BTreeSet<&str> = changes
            .iter()
            .flat_map(|change| change.succeeds.iter().map(String::as_str).chain([change.code.as_str()]))
            .collect();
        let lasts = |agreement: &&Agreement| agreement.last_day().is_none_or(|last| today <= last);
        let of_changes = |agreement: &&Agreement| changes.is_empty() || named.contains(agreement.area.as_str());
        let agreements = directory.agreements().iter().filter(lasts).filter(of_changes);
        Ok(agreements.filter_map(|agreement| concern(agreement, &catalogue)).collect())
    }
}

/// What is to be said of an agreement about an area that ended, or will.
fn concern(agreement: &Agreement, catalogue: &Catalogue) -> Option<String> {
    let index = catalogue.area_index(&agreement.area)?;
    let area = &catalogue.areas()[index];
    let last = area.valid_to.filter(|&last| agreement.last_day().is_none_or(|until| last < until))?;
    let who = format!("agreement {} of {} is about `{}` ({})", agreement.id, agreement.consumer, area.code, area.name);
    let ends = if last < catalogue.as_of() { format!("ended on {last}") } else { format!("ends on {last}") };
    let after = catalogue.successors(index);
    let codes: Vec<String> = after.iter().map(|one| format!("`{}`", catalogue.areas()[one.to].code)).collect();
    let then = match after.as_slice() {
        [] => "then it allows nothing more".to_owned(),
        [only] if only.kind == crate::domain::SuccessionKind::Recode => {
            format!("then it is about {}", codes.join(", "))
        }
        _ => format!("after it come {}, which it does not name: amend it", codes.join(", ")),
    };
    Some(format!("{who}, which {ends}; {then}"))
}

/// The reference data with what is said, where that hangs together today and on every day that it names.
fn changed(reference: &Reference, changes: &[AreaChange], today: NaiveDate) -> Result<Reference, String> {
    let wanted = reference.with_changes(changes).map_err(|error| error.to_string())?;
    let codes: BTreeSet<&str> = changes.iter().map(|change| change.code.as_str()).collect();
    let days = changes.iter().filter_map(|change| change.valid_from).filter(|&day| day > today);
    for day in [today].into_iter().chain(days) {
        let catalogue = wanted.clone().into_catalogue(day).map_err(|error| error.to_string())?;
        if let Some((area, other)) = catalogue.overlapping(&codes) {
            return Err(format!(
                "expected areas of one kind that do not overlap, found `{}` and `{}` ({}), both of kind {}",
                area.code, other.code, other.name, area.kind
            ));
        }
    }
    Ok(wanted)
}
