//! The roll of institutions, as the operator keeps it: extended from files, and handed over from one organisation to another.

use std::{collections::HashMap, io::Read};

use crate::{
    domain::{Pseudonym, Register, RollRecord},
    ingest::{self, Form},
    store::{Handover, RollReceipt},
};

use super::{Error, Operator, TableReport};

/// Which institutions are handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transfer {
    /// One, by the scheme of its identifier and the identifier.
    Institution {
        /// The scheme, e.g. `URN`.
        scheme: String,
        /// The identifier.
        identifier: String,
    },
    /// All that an organisation, by its code, speaks for.
    AllOf(String),
}

impl Operator<'_> {
    /// Reads a file for the roll and stores it in one transaction; a file with problems stores nothing. Institutions that the
    /// file does not name stay as they are.
    ///
    /// # Errors
    /// When the database fails. Problems of the file are not errors but data.
    pub async fn import_roll(
        &self,
        input: impl Read,
        progress: impl FnMut(u64) + Send,
    ) -> Result<TableReport<RollReceipt>, Error> {
        self.import_roll_as(&Form::default(), input, progress).await
    }

    /// As [`import_roll`](Self::import_roll), from a file whose form is told.
    pub async fn import_roll_as(
        &self,
        form: &Form,
        input: impl Read,
        mut progress: impl FnMut(u64) + Send,
    ) -> Result<TableReport<RollReceipt>, Error> {
        self.check_not_demo().await?;
        let catalogue = self.0.store().newest_catalogue(self.0.today()).await?;
        let directory = self.0.store().directory().await?;
        let mut reading = ingest::roll::read_roll(form, input, &catalogue, &directory, self.0.secret(), &mut progress);
        let stored = match reading.problems.as_slice() {
            [] => {
                let register = self.0.store().register().await?;
                let records = one_each(std::mem::take(&mut reading.records), &register);
                Some(self.recording().extend_roll(&records).await?)
            }
            _ => None,
        };
        Ok(TableReport::of(reading, stored))
    }

    /// Lets another organisation speak for institutions from now on. What was handed in stays whoever's it was. Returns how many
    /// were handed over.
    ///
    /// # Errors
    /// When an organisation or the institution is unknown, there is nothing to hand over, or the database fails: then nothing is
    /// changed.
    pub async fn transfer(&self, what: &Transfer, to: &str) -> Result<usize, Error> {
        self.check_not_demo().await?;
        let handover = match what {
            Transfer::AllOf(from) => Handover::AllOf(from.clone()),
            Transfer::Institution { scheme, identifier } => {
                Handover::Of(vec![self.institution((scheme, identifier)).await?])
            }
        };
        let count = self.recording().hand_over(&handover, to).await?;
        match what {
            _ if count > 0 => Ok(count),
            Transfer::AllOf(from) => Err(Error::Conflict(format!(
                "`{from}` speaks for no institution that `{to}` does not speak for: nothing is handed over"
            ))),
            Transfer::Institution { scheme, identifier } => {
                let institution = self.institution((scheme, identifier)).await?;
                if self.0.store().roll().await?.speaker(institution).is_some() {
                    return Err(Error::Conflict(format!("`{to}` speaks for the institution `{identifier}` already")));
                }
                let unknown =
                    format!("no institution `{identifier}` of the scheme `{scheme}` was handed in or put on the roll");
                Err(self.misnamed((scheme, identifier)).unwrap_or(Error::NotFound(unknown)))
            }
        }
    }
}

/// The records under the pseudonyms under which their institutions are kept. Of several of one institution the last one stays.
fn one_each(records: Vec<RollRecord>, register: &Register) -> Vec<RollRecord> {
    let mut last: HashMap<Pseudonym, usize> = HashMap::new();
    let mut kept: Vec<RollRecord> = Vec::with_capacity(records.len());
    for mut record in records {
        record.institution = register.identify(record.institution).institution;
        if let Some(&place) = last.get(&record.institution) {
            kept[place] = record;
        } else {
            last.insert(record.institution, kept.len());
            kept.push(record);
        }
    }
    kept
}
