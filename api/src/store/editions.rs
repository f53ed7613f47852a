//! Editions: which release published a period, and what waits for the next.

use std::collections::{BTreeMap, BTreeSet};

use entity::{destination_count, release_edition, result};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect,
    Statement,
};

use crate::domain::{Editions, Publishable, Waiting};

use super::{Error, Result, Store, destinations::cohort_year, releases::number, submit::holds_up_to};

impl Store {
    /// What came in of every period since its newest edition, by period. Nothing of periods that were never published.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn waiting(&self) -> Result<Vec<Waiting>> {
        let editions = self.editions().await?;
        let mut waiting = Vec::new();
        for (period, records) in self.counted().await? {
            waiting.push(Waiting { period, records, next: editions.next(period).ok() });
        }
        Ok(waiting)
    }

    /// Every edition there is.
    pub(super) async fn editions(&self) -> Result<Editions> {
        let rows = release_edition::Entity::find().all(&self.database).await?;
        let published = rows.into_iter().map(|row| {
            let corrupt = || Error::Corrupt(format!("the period `{}`", row.period));
            let period: Publishable = row.period.parse().map_err(|_| corrupt())?;
            if release_edition::Subject::from(period) != row.subject {
                return Err(corrupt());
            }
            Ok((period, number(row.release)?))
        });
        Ok(Editions::of(published.collect::<Result<Vec<_>>>()?))
    }

    /// The periods of which anything holds up to a last result and a last count of destinations.
    pub(super) async fn periods_up_to(&self, last_result: i64, last_destination: i64) -> Result<BTreeSet<Publishable>> {
        let terms = result::Entity::find()
            .select_only()
            .column(result::Column::Period)
            .distinct()
            .filter(result::Column::Id.lte(last_result))
            .filter(result::Column::Withdrawn.eq(false))
            .filter(holds_up_to::<result::Entity>(result::Column::Id, result::Column::Supersedes, last_result))
            .into_tuple::<String>();
        let cohorts = destination_count::Entity::find()
            .select_only()
            .column(destination_count::Column::CohortYear)
            .distinct()
            .filter(destination_count::Column::Id.lte(last_destination))
            .filter(destination_count::Column::Withdrawn.eq(false))
            .filter(holds_up_to::<destination_count::Entity>(
                destination_count::Column::Id,
                destination_count::Column::Supersedes,
                last_destination,
            ))
            .into_tuple::<i16>();
        let mut periods = BTreeSet::new();
        for period in terms.all(&self.database).await? {
            periods.insert(Publishable::Term(
                period.parse().map_err(|_| Error::Corrupt(format!("the period `{period}`")))?,
            ));
        }
        for year in cohorts.all(&self.database).await? {
            periods.insert(Publishable::Cohorts(cohort_year(year)?));
        }
        Ok(periods)
    }

    /// Stores the editions that a release makes.
    pub(super) async fn add_editions(
        transaction: &DatabaseTransaction,
        editions: &Editions,
        periods: &BTreeSet<Publishable>,
        release: i32,
    ) -> Result<()> {
        let rows = periods.iter().map(|&period| release_edition::ActiveModel {
            subject: Set(period.into()),
            period: Set(period.to_string()),
            edition: Set(i16::try_from(editions.of_period(period).len()).unwrap_or(i16::MAX)),
            release: Set(release),
            migrated: Set(false),
        });
        release_edition::Entity::insert_many(rows).exec_without_returning(transaction).await?;
        Ok(())
    }

    /// How many results and counts that hold now came after the newest edition of their period. One that takes back counts
    /// where that edition shows what it takes back.
    async fn counted(&self) -> Result<BTreeMap<Publishable, u64>> {
        let mut counted = BTreeMap::new();
        let (last_result, last_destination) = self.accepted().await?;
        for (subject, table, last, accepted, period) in [
            ("results", "result", "last_result", last_result, "t.period = newest.period"),
            (
                "destinations",
                "destination_count",
                "last_destination",
                last_destination,
                "t.cohort_year = CAST(SUBSTR(newest.period, 1, 4) AS INTEGER)",
            ),
        ] {
            let sql = format!(
                "SELECT newest.period, COUNT(*) FROM {table} t \
                 JOIN (SELECT e.period AS period, MAX(r.{last}) AS last FROM release_edition e \
                  JOIN release r ON r.number = e.release WHERE e.subject = '{subject}' GROUP BY e.period) newest \
                 ON {period} AND t.id > newest.last AND t.id <= {accepted} \
                 WHERE NOT EXISTS (SELECT 1 FROM {table} n WHERE n.supersedes = t.id AND n.id <= {accepted}) \
                 AND (NOT t.withdrawn OR EXISTS (WITH RECURSIVE before (id, supersedes, withdrawn) AS \
                  (SELECT b.id, b.supersedes, b.withdrawn FROM {table} b WHERE b.id = t.supersedes UNION ALL \
                   SELECT b.id, b.supersedes, b.withdrawn FROM before JOIN {table} b ON b.id = before.supersedes \
                   WHERE before.id > newest.last) \
                  SELECT 1 FROM before WHERE before.id <= newest.last AND NOT before.withdrawn)) \
                 GROUP BY newest.period"
            );
            let statement = Statement::from_string(self.database.get_database_backend(), sql);
            for row in self.database.query_all_raw(statement).await? {
                let (period, records): (String, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
                let period = period.parse().map_err(|_| Error::Corrupt(format!("the period `{period}`")))?;
                counted.insert(period, u64::try_from(records).unwrap_or_default());
            }
        }
        Ok(counted)
    }
}

impl From<Publishable> for release_edition::Subject {
    fn from(period: Publishable) -> Self {
        match period {
            Publishable::Term(_) => Self::Results,
            Publishable::Cohorts(_) => Self::Destinations,
        }
    }
}
