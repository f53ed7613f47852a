//! Erasing: rows are deleted, the releases that may have shown them are closed, and what was corrected by them is linked past them.

use chrono::{DateTime, Utc};
use entity::{erasure, organisation, requested_change};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, QueryFilter, Statement,
};

use crate::domain::{ChangeKind, Erase, Erased, RecordedChange};

use super::{Error, Result, Store, submit::known_institutions};

/// The tables of what is handed in.
const TABLES: [&str; 2] = ["result", "destination_count"];

impl Store {
    /// What erasing would delete. Changes nothing.
    ///
    /// # Errors
    /// When there is nothing such, or the database fails.
    pub async fn to_erase(&self, what: &Erase) -> Result<Erased> {
        let doomed = self.doomed(&self.database, what).await?;
        erased(&self.database, &doomed).await
    }

    /// Deletes what is about an institution, or what an organisation handed in: results, scores and counts, and with the last of them the
    /// institution, its place on the roll and in registers, and who speaks for it. All of it or nothing.
    ///
    /// # Errors
    /// As [`to_erase`](Self::to_erase).
    pub async fn erase(&self, what: &Erase, at: DateTime<Utc>) -> Result<Erased> {
        let _alone = self.alone().await?;
        let transaction = self.begin_writing().await?;
        if transaction.get_database_backend() == DbBackend::Sqlite {
            // What is deleted is overwritten.
            transaction.execute_unprepared("PRAGMA secure_delete = ON").await?;
        }
        let doomed = self.doomed(&transaction, what).await?;
        let erased = erased(&transaction, &doomed).await?;
        let rows = doomed.rows();
        let providers = providers(&transaction, &rows).await?;
        for table in TABLES {
            unlink(&transaction, table, &rows).await?;
        }
        let statements = [
            // Why something was taken back may name what is deleted.
            format!(
                "UPDATE submission SET why = NULL WHERE why IS NOT NULL AND id IN \
                 (SELECT submission_id FROM result WHERE {rows} UNION SELECT submission_id FROM destination_count WHERE {rows})"
            ),
            format!("DELETE FROM benchmark_score WHERE result_id IN (SELECT id FROM result WHERE {rows})"),
            format!("DELETE FROM result WHERE {rows}"),
            format!("DELETE FROM destination_count WHERE {rows}"),
            format!("DELETE FROM roll_entry WHERE {}", doomed.entries()),
            format!("DELETE FROM speaker WHERE {}", doomed.speakers()),
            format!("DELETE FROM institution WHERE {}", doomed.institutions()),
        ];
        for statement in doomed.in_registers().into_iter().chain(statements) {
            transaction.execute_unprepared(&statement).await?;
        }
        if let Doomed::Organisation(id) = doomed {
            requested_change::Entity::delete_many()
                .filter(requested_change::Column::OrganisationId.eq(id))
                .exec(&transaction)
                .await?;
        }
        let (first, last) = erased.releases.unwrap_or_default();
        let row = erasure::ActiveModel {
            id: NotSet,
            erased_at: Set(at),
            institutions: Set(erased.institutions),
            results: Set(erased.results),
            counts: Set(erased.counts),
            first_release: Set(first),
            last_release: Set(last),
        };
        erasure::Entity::insert(row).exec_without_returning(&transaction).await?;
        let change = match what {
            // Not its pseudonym: nothing is to be left that is its own.
            Erase::Institution(_) => RecordedChange::new(ChangeKind::DataErased, "institution"),
            Erase::HandedInBy(code) => RecordedChange::new(ChangeKind::DataErased, code),
        };
        let closed = erased.releases.map(|(first, last)| format!("; releases {first} to {last} are closed"));
        let detail = format!("{} results, {} counts{}", erased.results, erased.counts, closed.unwrap_or_default());
        self.record(&transaction, &change.detail(detail).concerning(providers), None).await?;
        transaction.commit().await?;
        self.leave_no_copy().await;
        Ok(erased)
    }

    /// Writes a SQLite file anew: where its pages were split it keeps copies of rows in places that it does not use. What is erased is
    /// erased, whatever comes of that.
    async fn leave_no_copy(&self) {
        if self.changes.get_database_backend() != DbBackend::Sqlite {
            return;
        }
        for statement in ["VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"] {
            if let Err(error) = self.changes.execute_unprepared(statement).await {
                tracing::warn!(%error, "erased, but copies may be left in unused places of the file: run `VACUUM` in it with sqlite3");
                return;
            }
        }
    }

    /// Whether a release may have shown what was erased since: then nothing is answered from it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn closed_releases(&self) -> Result<Vec<(i64, i64)>> {
        let erasures = erasure::Entity::find().all(&self.database).await?;
        let closed = erasures.into_iter().filter(|erasure| erasure.first_release > 0);
        Ok(closed.map(|erasure| (erasure.first_release, erasure.last_release)).collect())
    }

    async fn doomed(&self, connection: &impl ConnectionTrait, what: &Erase) -> Result<Doomed> {
        match what {
            Erase::Institution(pseudonym) => {
                let known = known_institutions(connection).await?;
                known.get(pseudonym).copied().map(Doomed::Institution).ok_or(Error::NothingToErase)
            }
            Erase::HandedInBy(code) => {
                let found = organisation::Entity::find().filter(organisation::Column::Code.eq(code.as_str()));
                let found = found.one(connection).await?.ok_or_else(|| Error::UnknownOrganisation(code.clone()))?;
                let doomed = Doomed::Organisation(found.id);
                if is_nothing_of(connection, doomed, found.id).await? {
                    return Err(Error::NothingHandedIn(code.clone()));
                }
                Ok(doomed)
            }
        }
    }
}

/// Whose rows are deleted, by key.
#[derive(Clone, Copy)]
enum Doomed {
    Institution(i64),
    Organisation(i64),
}

impl Doomed {
    /// The condition for rows of what is handed in.
    fn rows(self) -> String {
        match self {
            Self::Institution(id) => format!("institution_id = {id}"),
            Self::Organisation(id) => {
                format!("submission_id IN (SELECT id FROM submission WHERE organisation_id = {id})")
            }
        }
    }

    fn entries(self) -> String {
        match self {
            Self::Institution(id) => format!("institution_id = {id}"),
            // The roll is the operator's.
            Self::Organisation(_) => "FALSE".to_owned(),
        }
    }

    fn speakers(self) -> String {
        match self {
            Self::Institution(id) => format!("institution_id = {id}"),
            Self::Organisation(id) => format!("organisation_id = {id}"),
        }
    }

    /// What deletes what registers told of it, under each of its identifiers, and how these belong together.
    fn in_registers(self) -> Vec<String> {
        // The registers are the operator's.
        let Self::Institution(id) = self else { return Vec::new() };
        let own = format!("SELECT pseudonym FROM institution WHERE id = {id}");
        let every =
            format!("{own} UNION SELECT pseudonym FROM institution_link WHERE kind = 'chain' AND target IN ({own})");
        vec![
            format!("DELETE FROM register_entry WHERE pseudonym IN ({every})"),
            format!("DELETE FROM institution_link WHERE pseudonym IN ({every}) OR target IN ({every})"),
        ]
    }

    /// The condition for institutions that nothing is about any more, once the rest is deleted.
    fn institutions(self) -> String {
        match self {
            Self::Institution(id) => format!("id = {id}"),
            Self::Organisation(_) => ["result", "destination_count", "roll_entry", "speaker"]
                .map(|table| format!("NOT EXISTS (SELECT 1 FROM {table} t WHERE t.institution_id = institution.id)"))
                .join(" AND "),
        }
    }
}

/// Whether nothing is there that erasing what an organisation handed in deletes.
async fn is_nothing_of(connection: &impl ConnectionTrait, doomed: Doomed, organisation: i64) -> Result<bool> {
    let rows = doomed.rows();
    let sql = format!(
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM result WHERE {rows}) OR EXISTS (SELECT 1 FROM destination_count WHERE {rows}) \
         OR EXISTS (SELECT 1 FROM speaker WHERE organisation_id = {organisation}) \
         OR EXISTS (SELECT 1 FROM requested_change WHERE organisation_id = {organisation})"
    );
    let found = connection.query_one_raw(Statement::from_string(connection.get_database_backend(), sql)).await?;
    Ok(found.is_none())
}

/// The codes of the organisations that handed in what is deleted.
async fn providers(transaction: &DatabaseTransaction, doomed: &str) -> Result<Vec<String>> {
    let sql = format!(
        "SELECT code FROM organisation WHERE id IN (SELECT organisation_id FROM submission WHERE id IN \
         (SELECT submission_id FROM result WHERE {doomed} UNION SELECT submission_id FROM destination_count WHERE {doomed}))"
    );
    let rows = transaction.query_all_raw(Statement::from_string(transaction.get_database_backend(), sql)).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<std::result::Result<_, _>>()?)
}

/// Links what corrects a doomed row to what that one corrected, so that nothing earlier holds beside it.
async fn unlink(transaction: &DatabaseTransaction, table: &str, doomed: &str) -> Result<()> {
    let statement = format!(
        "UPDATE {table} SET supersedes = (SELECT b.supersedes FROM {table} b WHERE b.id = {table}.supersedes) \
         WHERE supersedes IN (SELECT id FROM {table} WHERE {doomed}) AND NOT ({doomed})"
    );
    while transaction.execute_unprepared(&statement).await?.rows_affected() > 0 {}
    Ok(())
}

/// How much there is, and which releases may show it: those from the first that was published after the first row of it.
async fn erased(connection: &impl ConnectionTrait, doomed: &Doomed) -> Result<Erased> {
    let rows = doomed.rows();
    let alone = match doomed {
        Doomed::Institution(_) => "1".to_owned(),
        Doomed::Organisation(id) => format!(
            "(SELECT COUNT(*) FROM speaker p WHERE p.organisation_id = {id} \
             AND NOT EXISTS (SELECT 1 FROM roll_entry e WHERE e.institution_id = p.institution_id) \
             AND NOT EXISTS (SELECT 1 FROM result r JOIN submission s ON s.id = r.submission_id \
             WHERE r.institution_id = p.institution_id AND s.organisation_id <> {id}))"
        ),
    };
    let sql = format!(
        "SELECT CAST({alone} AS BIGINT), (SELECT COUNT(*) FROM result WHERE {rows}), \
         (SELECT COUNT(*) FROM destination_count WHERE {rows}), \
         (SELECT CAST(COALESCE(MIN(number), 0) AS BIGINT) FROM release WHERE \
         last_result >= (SELECT MIN(id) FROM result WHERE {rows}) \
         OR last_destination >= (SELECT MIN(id) FROM destination_count WHERE {rows})), \
         (SELECT CAST(COALESCE(MAX(number), 0) AS BIGINT) FROM release)"
    );
    let row = connection.query_one_raw(Statement::from_string(connection.get_database_backend(), sql)).await?;
    let row = row.ok_or(Error::NothingToErase)?;
    let number = |at: usize| row.try_get_by_index::<i64>(at);
    let (first, last) = (number(3)?, number(4)?);
    Ok(Erased {
        institutions: number(0)?,
        results: number(1)?,
        counts: number(2)?,
        releases: (first > 0).then_some((first, last)),
    })
}
