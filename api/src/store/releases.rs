//! Releases: frozen by number, never changed.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use disclosure::Method;
use entity::release;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryOrder, QuerySelect};

use crate::domain::{
    ChangeKind, Checksum, Publication, Publishable, Published, RecordedChange, Release, ReleasedDestination,
    Unrevisable,
};

use super::{
    Error, Result, Store,
    catalogue::{reference, stored},
};

impl Store {
    /// Publishes the next release: every period that was never published, and those that are named anew, with everything
    /// accepted so far. All others stay as their newest edition shows them.
    ///
    /// # Errors
    /// When that would change nothing, a period cannot be published anew, or the database fails.
    pub async fn publish(&self, at: DateTime<Utc>, publication: &Publication, synthetic: bool) -> Result<Release> {
        let newest = self.releases().await?.into_iter().next();
        let (last_result, last_destination) = self.last_accepted().await?;
        let catalogue_version = self.newest_catalogue_version().await?;
        let number = newest.as_ref().map_or(0, |newest| newest.number) + 1;
        let before = newest.as_ref().map(|newest| newest.editions.clone()).unwrap_or_default();
        let last = (last_result, last_destination);
        let periods = self.periods_to_publish(publication, newest.as_ref(), last, catalogue_version).await?;
        let methods_since = newest.map_or_else(Default::default, |newest| newest.methods_since);
        let methods_since = methods_since.map(|since| if since == 0 { number } else { since.min(number) });
        let mut release = Release {
            number,
            published_at: at,
            note: publication.note.clone(),
            synthetic,
            checksum: String::new(),
            last_result,
            last_destination,
            catalogue_version,
            method: Method::CURRENT,
            methods_since,
            editions: before.with(periods.iter().copied(), number),
        };
        let catalogue = self.catalogue(catalogue_version, at.date_naive()).await?;
        let mut checksum = Checksum::default();
        checksum.add_catalogue(reference(&self.database, catalogue_version).await?.digest());
        self.released_results(&release, &catalogue, &mut |result| {
            if result.until.is_none() {
                checksum.add(&result, &catalogue);
            }
        })
        .await?;
        let mut add = |count: ReleasedDestination| {
            if count.until.is_none() {
                checksum.add_destination(&count, &catalogue);
            }
        };
        self.released_destinations(&release, &catalogue, &mut add).await?;
        release.checksum = checksum.finish();
        self.add_release(&release, &periods).await?;
        Ok(release)
    }

    /// What [`publish`](Self::publish) would publish at present, each period in its edition. Changes nothing.
    ///
    /// # Errors
    /// As there.
    pub async fn to_publish(&self, publication: &Publication) -> Result<Vec<Published>> {
        let newest = self.releases().await?.into_iter().next();
        let (last, version) = (self.last_accepted().await?, self.newest_catalogue_version().await?);
        let periods = self.periods_to_publish(publication, newest.as_ref(), last, version).await?;
        let before = newest.as_ref().map(|newest| newest.editions.clone()).unwrap_or_default();
        let number = newest.map_or(0, |newest| newest.number) + 1;
        let after = before.with(periods, number);
        Ok(after.newest().filter(|published| published.release == number).collect())
    }

    async fn periods_to_publish(
        &self,
        publication: &Publication,
        newest: Option<&Release>,
        (last_result, last_destination): (i64, i64),
        catalogue_version: u32,
    ) -> Result<BTreeSet<Publishable>> {
        let waiting = self.waiting().await?;
        let before = newest.map(|newest| newest.editions.clone()).unwrap_or_default();
        let mut periods = self.periods_up_to(last_result, last_destination).await?;
        periods.retain(|&period| before.of_period(period).is_empty());
        for &period in &publication.revise {
            before.next(period)?;
            if !waiting.iter().any(|waiting| waiting.period == period) {
                return Err(Unrevisable::NothingWaits(period).into());
            }
            periods.insert(period);
        }
        // Another catalogue alone is worth a release, where there was one.
        let same_catalogue = newest.is_none_or(|newest| newest.catalogue_version == catalogue_version);
        let closed = self.closed_releases().await?;
        let is_closed = newest.is_some_and(|newest| {
            let number = i64::from(newest.number);
            closed.iter().any(|(first, last)| (*first..=*last).contains(&number))
        });
        if periods.is_empty() && same_catalogue && !is_closed {
            return Err(Error::NothingToPublish(waiting));
        }
        Ok(periods)
    }

    async fn add_release(&self, release: &Release, periods: &BTreeSet<Publishable>) -> Result<()> {
        let number = i32::try_from(release.number).unwrap_or(i32::MAX);
        let row = release::ActiveModel {
            number: Set(number),
            published_at: Set(release.published_at),
            checksum: Set(release.checksum.clone()),
            note: Set(release.note.clone()),
            synthetic: Set(release.synthetic),
            last_result: Set(release.last_result),
            last_destination: Set(release.last_destination),
            catalogue_version: Set(stored(release.catalogue_version)),
            method: Set(release.method.number().into()),
        };
        let transaction = self.begin_writing().await?;
        // The number is unique: of two publishers at once one fails and changes nothing.
        let added = release::Entity::insert(row).exec_without_returning(&transaction).await;
        added.map_err(|error| Error::or_lost_race(error, || Error::ReleaseTaken(release.number)))?;
        if !periods.is_empty() {
            Self::add_editions(&transaction, &release.editions, periods, number).await?;
        }
        let listed: Vec<String> = periods.iter().map(ToString::to_string).collect();
        let change = RecordedChange::new(ChangeKind::ReleasePublished, release.number.to_string()).detail(match listed
            .as_slice()
        {
            [] => "no period anew".to_owned(),
            [period] => period.clone(),
            [first, .., last] => format!("{} periods, {first} to {last}", listed.len()),
        });
        self.record(&transaction, &change, None).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Every release, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn releases(&self) -> Result<Vec<Release>> {
        let rows = release::Entity::find().order_by_desc(release::Column::Number).all(&self.database).await?;
        let newest = rows.first().map_or(0, |row| row.number);
        let mut methods_since = [number(newest + 1)?; Method::ALL.len()];
        for row in &rows {
            let published = number(row.number)?;
            for since in &mut methods_since[..=method(row.method)? as usize] {
                *since = published.min(*since);
            }
        }
        let editions = self.editions().await?;
        rows.into_iter()
            .map(|row| {
                Ok(Release {
                    editions: editions.up_to(number(row.number)?),
                    number: number(row.number)?,
                    published_at: row.published_at,
                    note: row.note,
                    synthetic: row.synthetic,
                    checksum: row.checksum,
                    last_result: row.last_result,
                    last_destination: row.last_destination,
                    catalogue_version: number(row.catalogue_version)?,
                    method: method(row.method)?,
                    methods_since,
                })
            })
            .collect()
    }

    /// The number of the newest release. Cheap: asked every second.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn newest_release_number(&self) -> Result<Option<u32>> {
        let newest = release::Entity::find().select_only().column_as(release::Column::Number.max(), "number");
        let found: Option<Option<i32>> = newest.into_tuple().one(&self.database).await?;
        found.flatten().map(number).transpose()
    }
}

fn method(stored: i16) -> Result<Method> {
    let known = u8::try_from(stored).ok().and_then(Method::numbered);
    known.ok_or_else(|| Error::Corrupt(format!("the method {stored}, which this program does not know")))
}

pub(super) fn number(stored: i32) -> Result<u32> {
    u32::try_from(stored).map_err(|_| Error::Corrupt(format!("the number {stored}")))
}
