//! Taking a submission in: all of it or nothing, and others are let in between.
//!
//! On PostgreSQL it is one transaction. A SQLite file is locked by a transaction for everybody who is charged, so there it is many
//! short ones with a pause between them. While it is under way, a setting says so and says which keys were the last before it: what
//! comes after them is not accepted, and nobody reads it. Who takes in holds a lock of the operating system, which ends with its
//! process however that ends; whoever finds the setting without the lock takes back what was left.

use std::time::{Duration, Instant};

use entity::{destination_count, institution, result, setting, submission};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseExecutor, DatabaseTransaction, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, TransactionTrait,
};
use tokio::time;

use crate::domain::{ChangeKind, RecordedChange};

use super::{
    Error, Result, Store,
    receipt::{NewSubmission, Receipt},
    sqlite::Alone,
};

/// The setting that says what is being taken in.
const UNDER_WAY: &str = "intake_under_way";

/// How long a SQLite file stays locked at a stretch.
const STRETCH: Duration = Duration::from_millis(4);

/// How long it is free then: whoever waits looks more often.
const PAUSE: Duration = Duration::from_millis(5);

/// Results that are taken back at a time.
const TAKEN_BACK: i64 = 1_000;

/// A submission that is being taken in, and no other beside it.
pub(super) struct Intake {
    store: Store,
    /// The change that is under way, and since when.
    writing: Option<(DatabaseTransaction, Instant)>,
    /// On a SQLite file.
    alone: Option<Alone>,
    /// What to say where the organisation handed in the same before and all of it still holds.
    before: Option<Receipt>,
    /// The code of the organisation.
    code: String,
    /// The key of the organisation.
    pub(super) organisation: i64,
    /// The key of the submission.
    pub(super) submission: i64,
}

/// The last keys that are accepted, of which submission they are the last before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Before {
    submission: i64,
    institution: i64,
    result: i64,
    destination: i64,
}

impl Intake {
    /// Where what was accepted before is read. Of a SQLite file that keeps nobody waiting.
    pub(super) async fn reading(&mut self) -> Result<DatabaseExecutor<'_>> {
        if self.alone.is_some()
            && let Some((transaction, _)) = self.writing.take()
        {
            transaction.commit().await?;
        }
        Ok(match &self.writing {
            Some((transaction, _)) => DatabaseExecutor::Transaction(transaction),
            None => DatabaseExecutor::Connection(&self.store.database),
        })
    }

    /// Where the next rows are stored. On a SQLite file others are let in before, once it was locked for a while.
    pub(super) async fn writing(&mut self) -> Result<&DatabaseTransaction> {
        let enough = |since: &Instant| self.alone.is_some() && since.elapsed() >= STRETCH;
        if let Some((transaction, _)) = self.writing.take_if(|(_, since)| enough(since)) {
            transaction.commit().await?;
            time::sleep(PAUSE).await;
        }
        let (transaction, _) = match self.writing.take() {
            Some(writing) => self.writing.insert(writing),
            None => self.writing.insert((self.store.begin_writing().await?, Instant::now())),
        };
        Ok(transaction)
    }

    /// Accepts what was stored of a file, or takes it back where that failed, or where the same was handed in before and nothing is new.
    pub(super) async fn end_of_file(mut self, stored: Result<Receipt>) -> Result<Receipt> {
        match (stored, self.before.take()) {
            (Ok(receipt), Some(before)) if receipt.stored_nothing() => {
                self.take_back().await;
                Ok(before)
            }
            (Ok(receipt), _) => {
                let told = receipt.to_json();
                let change = RecordedChange::new(ChangeKind::SubmissionAccepted, self.submission.to_string());
                let change = change.detail(receipt.in_words());
                self.end(Ok(receipt), change, Some(told)).await
            }
            (Err(error), _) => {
                self.take_back().await;
                Err(error)
            }
        }
    }

    /// Accepts what was stored, or takes it back where that failed.
    pub(super) async fn end<T>(mut self, stored: Result<T>, change: RecordedChange, told: Option<String>) -> Result<T> {
        let change = change.concerning([self.code.as_str()]);
        let ended = match stored {
            Ok(receipt) => self.accept(&change, told).await.map(|()| receipt),
            Err(error) => Err(error),
        };
        if ended.is_err() {
            self.take_back().await;
        }
        ended
    }

    async fn take_back(&mut self) {
        drop(self.writing.take());
        if let Some(alone) = &self.alone
            && let Err(error) = self.store.take_back(alone).await
        {
            tracing::warn!(%error, "what was stored of a submission is taken back by the next command");
        }
    }

    async fn accept(&mut self, change: &RecordedChange, told: Option<String>) -> Result<()> {
        let (store, is_alone) = (self.store.clone(), self.alone.is_some());
        let transaction = self.writing().await?;
        if is_alone {
            setting::Entity::delete_by_id(UNDER_WAY).exec(transaction).await?;
        }
        store.record(transaction, change, told).await?;
        if let Some((transaction, _)) = self.writing.take() {
            transaction.commit().await?;
        }
        Ok(())
    }
}

impl Store {
    /// Opens a submission.
    pub(super) async fn receive(&self, new: &NewSubmission) -> Result<Intake> {
        let organisation = self
            .organisation_id(&new.organisation)
            .await?
            .ok_or_else(|| Error::UnknownOrganisation(new.organisation.clone()))?;
        let alone = self.alone().await?;
        let transaction = self.begin_writing().await?;
        let since = Instant::now();
        let checksum = hex::encode(new.checksum);
        let before = submission::Entity::find()
            .filter(submission::Column::OrganisationId.eq(organisation))
            .filter(
                submission::Column::Checksum
                    .is_in([Some(new.checksum), new.before].into_iter().flatten().map(hex::encode)),
            )
            .order_by_desc(submission::Column::Id)
            .one(&transaction)
            .await?
            .map(|before| Receipt::AlreadyReceived { submission: before.id, received_at: before.received_at });
        let id = last_id::<submission::Entity>(&transaction, submission::Column::Id).await? + 1;
        if alone.is_some() {
            let last = Before {
                submission: id,
                institution: last_id::<institution::Entity>(&transaction, institution::Column::Id).await?,
                result: last_id::<result::Entity>(&transaction, result::Column::Id).await?,
                destination: last_id::<destination_count::Entity>(&transaction, destination_count::Column::Id).await?,
            };
            let row = setting::ActiveModel { key: Set(UNDER_WAY.to_owned()), value: Set(last.to_text()) };
            setting::Entity::insert(row).exec_without_returning(&transaction).await?;
        }
        let row = submission::ActiveModel {
            id: Set(id),
            organisation_id: Set(organisation),
            checksum: Set(checksum),
            received_at: Set(new.received_at),
            rows: Set(i64::try_from(new.rows).unwrap_or(i64::MAX)),
            results: Set(0),
            scores: Set(0),
            why: Set(new.why.clone()),
        };
        submission::Entity::insert(row).exec_without_returning(&transaction).await?;
        let writing = Some((transaction, since));
        let code = new.organisation.clone();
        Ok(Intake { store: self.clone(), writing, alone, before, code, organisation, submission: id })
    }

    /// Keeps submissions of others out of a SQLite file until it is dropped, and takes back what was left of one.
    pub(super) async fn alone(&self) -> Result<Option<Alone>> {
        let Some(file) = &self.file else { return Ok(None) };
        let alone = file.alone().await?;
        self.take_back(&alone).await?;
        Ok(Some(alone))
    }

    /// The last result and the last count of destinations that are accepted.
    pub(super) async fn last_accepted(&self) -> Result<(i64, i64)> {
        if self.file.is_none() {
            // Nothing of a submission that is under way is seen from outside.
            let transaction = self.begin_writing().await?;
            let last = last_of_all(&transaction).await?;
            transaction.commit().await?;
            return Ok(last);
        }
        // One state of the file.
        let reading = self.database.begin().await?;
        let last = match under_way(&reading).await? {
            Some(before) => (before.result, before.destination),
            None => last_of_all(&reading).await?,
        };
        reading.commit().await?;
        Ok(last)
    }

    /// The keys up to which results and counts of destinations may be read: all that are seen, save of a submission that is under
    /// way in a SQLite file.
    pub(super) async fn accepted(&self) -> Result<(i64, i64)> {
        if self.file.is_some() { self.last_accepted().await } else { Ok((i64::MAX, i64::MAX)) }
    }

    /// The number of the newest submission that is accepted; 0 where there is none.
    ///
    /// # Errors
    /// When the database fails or is away.
    pub async fn newest_submission(&self) -> Result<i64> {
        self.trying(async {
            // One state of the file.
            let reading = self.database.begin().await?;
            let newest = match under_way(&reading).await? {
                Some(before) => before.submission - 1,
                None => last_id::<submission::Entity>(&reading, submission::Column::Id).await?,
            };
            reading.commit().await?;
            Ok(newest)
        })
        .await
    }

    /// Takes back what is left of a submission whose process ended before it was accepted.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_back_what_was_left(&self) -> Result<()> {
        let Some(file) = self.file.as_ref() else { return Ok(()) };
        if under_way(&self.database).await?.is_none() {
            return Ok(());
        }
        match file.alone_at_once()? {
            Some(alone) => self.take_back(&alone).await,
            None => Ok(()),
        }
    }

    async fn take_back(&self, _alone: &Alone) -> Result<()> {
        let (Some(file), Some(before)) = (&self.file, under_way(&self.database).await?) else { return Ok(()) };
        tracing::info!(submission = before.submission, "taking back what was left of a submission");
        // What refers to what is taken back is taken back before it: looking for it each time would take long.
        let changes = file.without_references().await?;
        let last_result = last_id::<result::Entity>(&self.database, result::Column::Id).await?;
        let last_institution = last_id::<institution::Entity>(&self.database, institution::Column::Id).await?;
        let last_destination =
            last_id::<destination_count::Entity>(&self.database, destination_count::Column::Id).await?;
        for (table, key, first, last) in [
            ("benchmark_score", "result_id", before.result, last_result),
            ("result", "id", before.result, last_result),
            ("destination_count", "id", before.destination, last_destination),
            ("speaker", "institution_id", before.institution, last_institution),
            ("institution", "id", before.institution, last_institution),
        ] {
            let mut to = last;
            while to > first {
                let from = (to - TAKEN_BACK).max(first);
                let transaction = file.begin(&changes, super::COMMAND_PATIENCE).await?;
                let sql = format!("DELETE FROM {table} WHERE {key} > {from} AND {key} <= {to}");
                transaction.execute_unprepared(&sql).await?;
                transaction.commit().await?;
                time::sleep(PAUSE).await;
                to = from;
            }
        }
        let transaction = file.begin(&changes, super::COMMAND_PATIENCE).await?;
        submission::Entity::delete_by_id(before.submission).exec(&transaction).await?;
        setting::Entity::delete_by_id(UNDER_WAY).exec(&transaction).await?;
        transaction.commit().await?;
        changes.close().await?;
        Ok(())
    }
}

/// What is being taken in, if anything is.
async fn under_way(connection: &impl ConnectionTrait) -> Result<Option<Before>> {
    let found = setting::Entity::find_by_id(UNDER_WAY).one(connection).await?;
    let read = |row: setting::Model| {
        Before::from_text(&row.value).ok_or_else(|| Error::Corrupt(format!("`{}` as {UNDER_WAY}", row.value)))
    };
    found.map(read).transpose()
}

async fn last_of_all(connection: &impl ConnectionTrait) -> Result<(i64, i64)> {
    let result = last_id::<result::Entity>(connection, result::Column::Id).await?;
    let destination = last_id::<destination_count::Entity>(connection, destination_count::Column::Id).await?;
    Ok((result, destination))
}

/// The highest key of a table; 0 where it is empty. Keys are given here, so that they grow in the order of commits.
pub(super) async fn last_id<E: EntityTrait>(connection: &impl ConnectionTrait, id: E::Column) -> Result<i64> {
    let last = E::find().select_only().column_as(id.max(), "last").into_tuple::<Option<i64>>();
    Ok(last.one(connection).await?.flatten().unwrap_or(0))
}

impl Before {
    fn to_text(self) -> String {
        format!("{} {} {} {}", self.submission, self.institution, self.result, self.destination)
    }

    fn from_text(text: &str) -> Option<Self> {
        let keys: Vec<i64> = text.split(' ').map(str::parse).collect::<std::result::Result<_, _>>().ok()?;
        let [submission, institution, result, destination] = keys[..] else { return None };
        Some(Self { submission, institution, result, destination })
    }
}
