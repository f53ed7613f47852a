//! Taking results and destinations in: read, check, and store everything or nothing.

use std::{collections::BTreeSet, io::Read};

use crate::{
    domain::{DestinationRecord, Organisation, Publishable, Record, Remit, Roll, Waiting},
    ingest::{self, Alike, Form, Found, Problem, Reading},
    store::{NewSubmission, Receipt},
};

use super::{Error, Operator};

/// Who hands in, and on what terms.
#[derive(Debug, Clone)]
pub struct ImportRequest {
    /// The code of the organisation that hands in.
    pub organisation: String,
    /// Store the good rows of a file that also has bad ones.
    pub accept_valid: bool,
}

/// What became of a file.
#[derive(Debug)]
pub struct ImportReport {
    /// The rows read, without the header.
    pub rows: u64,
    /// What is wrong, in the order of the file: the first problems of each kind.
    pub problems: Vec<Problem>,
    /// Every kind of problem, with how many there are.
    pub kinds: Vec<Alike>,
    /// The form in which the table was found; absent where there is none.
    pub found: Option<Found>,
    /// Columns that were not read, by name.
    pub ignored: Vec<String>,
    /// Good rows of which a register says something else, which goes.
    pub overruled: u64,
    /// What was stored; `None` when the problems kept everything out.
    pub receipt: Option<Receipt>,
    /// Of the periods in the file that were published before: what waits for their next edition now, this file's with it.
    pub waiting: Vec<Waiting>,
}

/// How far an import has come.
#[derive(Debug, Clone, Copy)]
pub enum Progress {
    /// Bytes of the file read.
    Read(u64),
    /// Records stored.
    Stored {
        /// How many are stored.
        records: usize,
        /// How many there are.
        of: usize,
    },
}

impl Operator<'_> {
    /// Reads a results file and stores it in one transaction. A file with problems stores nothing unless its good rows
    /// are to be accepted. The same file handed in twice changes nothing.
    ///
    /// # Errors
    /// When the organisation is unknown, another one hands in the same institutions at the same moment, or the database fails. Problems of the file are not errors but data.
    pub async fn import_results(
        &self,
        request: &ImportRequest,
        input: impl Read,
        progress: impl FnMut(Progress) + Send,
    ) -> Result<ImportReport, Error> {
        self.import_results_as(request, &Form::default(), input, progress).await
    }

    /// As [`import_results`](Self::import_results), from a file whose form is told.
    pub async fn import_results_as(
        &self,
        request: &ImportRequest,
        form: &Form,
        input: impl Read,
        mut progress: impl FnMut(Progress) + Send,
    ) -> Result<ImportReport, Error> {
        let catalogue = self.0.store().newest_catalogue(self.0.today()).await?;
        self.check_not_demo().await?;
        let organisation = self.known(request).await?;
        let roll = self.0.store().roll().await?;
        let remit = Remit { catalogue: &catalogue, roll: &roll, organisation: &organisation };
        let reading =
            ingest::results::read_results(form, input, remit, self.0.secret(), self.0.today(), &mut |bytes| {
                progress(Progress::Read(bytes));
            });
        self.keep_results(request, &roll, reading, progress).await
    }

    /// Stores what was read of results.
    pub(super) async fn keep_results(
        self,
        request: &ImportRequest,
        roll: &Roll,
        reading: Reading<Record>,
        mut progress: impl FnMut(Progress) + Send,
    ) -> Result<ImportReport, Error> {
        let receipt = match self.submission(request, &reading) {
            Some(submission) => {
                let of = reading.records.len();
                let stored = &mut |records| progress(Progress::Stored { records, of });
                Some(Box::pin(self.recording().submit(&submission, roll, &reading.records, stored)).await?)
            }
            None => None,
        };
        let waiting =
            self.waits(receipt.as_ref(), reading.records.iter().map(|record| Publishable::Term(record.period))).await?;
        Ok(ImportReport::new(reading, receipt, waiting))
    }

    /// Reads a file of destinations and stores it in one transaction, as [`import_results`](Self::import_results) does.
    /// Results come first: they tell where institutions stand.
    ///
    /// # Errors
    /// When the organisation is unknown or the database fails. Problems of the file are not errors but data.
    pub async fn import_destinations(
        &self,
        request: &ImportRequest,
        input: impl Read,
        progress: impl FnMut(Progress) + Send,
    ) -> Result<ImportReport, Error> {
        self.import_destinations_as(request, &Form::default(), input, progress).await
    }

    /// As [`import_destinations`](Self::import_destinations), from a file whose form is told.
    pub async fn import_destinations_as(
        &self,
        request: &ImportRequest,
        form: &Form,
        input: impl Read,
        mut progress: impl FnMut(Progress) + Send,
    ) -> Result<ImportReport, Error> {
        self.check_not_demo().await?;
        let catalogue = self.0.store().newest_catalogue(self.0.today()).await?;
        let organisation = self.known(request).await?;
        let roll = self.0.store().roll().await?;
        let remit = Remit { catalogue: &catalogue, roll: &roll, organisation: &organisation };
        let locations = self.0.store().locations().await?;
        let reading = ingest::destinations::read_destinations(
            form,
            input,
            remit,
            &locations,
            self.0.secret(),
            self.0.today(),
            &mut |bytes| {
                progress(Progress::Read(bytes));
            },
        );
        self.keep_destinations(request, &roll, reading, progress).await
    }

    /// Stores what was read of destinations.
    pub(super) async fn keep_destinations(
        self,
        request: &ImportRequest,
        roll: &Roll,
        reading: Reading<DestinationRecord>,
        mut progress: impl FnMut(Progress) + Send,
    ) -> Result<ImportReport, Error> {
        let receipt = match self.submission(request, &reading) {
            Some(submission) => {
                let of = reading.records.len();
                let stored = &mut |records| progress(Progress::Stored { records, of });
                Some(Box::pin(self.recording().submit_destinations(&submission, roll, &reading.records, stored)).await?)
            }
            None => None,
        };
        let years = reading.records.iter().map(|record| Publishable::Cohorts(record.cohort_year));
        let waiting = self.waits(receipt.as_ref(), years).await?;
        Ok(ImportReport::new(reading, receipt, waiting))
    }

    /// What waits of the periods of a file that was stored.
    async fn waits(
        self,
        receipt: Option<&Receipt>,
        periods: impl Iterator<Item = Publishable>,
    ) -> Result<Vec<Waiting>, Error> {
        if receipt.is_none() {
            return Ok(Vec::new());
        }
        let periods: BTreeSet<Publishable> = periods.collect();
        let mut waiting = self.waiting().await?;
        waiting.retain(|waiting| periods.contains(&waiting.period));
        Ok(waiting)
    }

    /// The organisation that hands in.
    pub(super) async fn known(&self, request: &ImportRequest) -> Result<Organisation, Error> {
        let directory = self.0.store().directory().await?;
        let unknown = || Error::NotFound(format!("no organisation has the code `{}`", request.organisation));
        directory.organisation(&request.organisation).cloned().ok_or_else(unknown)
    }

    /// What is to be stored of a file; `None` where its problems keep everything out.
    fn submission<T>(self, request: &ImportRequest, reading: &Reading<T>) -> Option<NewSubmission> {
        let wanted = reading.problems.is_empty() || (request.accept_valid && !reading.records.is_empty());
        wanted.then(|| NewSubmission {
            organisation: request.organisation.clone(),
            checksum: self.0.secret().handed_in(&reading.checksum),
            before: Some(reading.checksum),
            received_at: self.0.now(),
            rows: reading.rows,
            why: None,
        })
    }
}

impl ImportReport {
    pub(super) fn new<T>(reading: Reading<T>, receipt: Option<Receipt>, waiting: Vec<Waiting>) -> Self {
        let Reading { rows, problems, kinds, found, ignored, overruled, .. } = reading;
        Self { rows, problems, kinds, found, ignored, overruled, receipt, waiting }
    }
}
