//! Releases: frozen by number, never changed.

use chrono::{DateTime, Utc};
use disclosure::Method;
use entity::{destination_count, release, result};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryOrder, QuerySelect};

use crate::domain::{Checksum, Release, ReleasedDestination};

use super::{
    Error, Result, Store,
    catalogue::{reference, stored},
    submit::last_id,
};

impl Store {
    /// Freezes everything accepted so far into the next release.
    ///
    /// # Errors
    /// When nothing came in since the newest release, or the database fails.
    pub async fn publish(&self, at: DateTime<Utc>, note: Option<String>, synthetic: bool) -> Result<Release> {
        let newest = self.releases().await?.into_iter().next();
        let (last_result, last_destination) = self.last_accepted().await?;
        let catalogue_version = self.newest_catalogue_version().await?;
        let before =
            newest.as_ref().map(|newest| (newest.last_result, newest.last_destination, newest.catalogue_version));
        let (result, destination, catalogue) = before.unwrap_or_default();
        let nothing_new = last_result <= result && last_destination <= destination;
        // Another catalogue alone is worth a release, where there was one.
        if nothing_new && (before.is_none() || catalogue_version == catalogue) {
            return Err(Error::NothingToPublish);
        }
        let number = newest.as_ref().map_or(0, |newest| newest.number) + 1;
        let by_current = newest.filter(|newest| newest.method == Method::CURRENT);
        let current_method_since = by_current.map_or(number, |newest| newest.current_method_since);
        let mut release = Release {
            number,
            published_at: at,
            note,
            synthetic,
            checksum: String::new(),
            last_result,
            last_destination,
            catalogue_version,
            method: Method::CURRENT,
            current_method_since,
        };
        let catalogue = self.catalogue(catalogue_version).await?;
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
        let row = release::ActiveModel {
            number: Set(i32::try_from(release.number).unwrap_or(i32::MAX)),
            published_at: Set(release.published_at),
            checksum: Set(release.checksum.clone()),
            note: Set(release.note.clone()),
            synthetic: Set(release.synthetic),
            last_result: Set(release.last_result),
            last_destination: Set(release.last_destination),
            catalogue_version: Set(stored(catalogue_version)),
            method: Set(release.method.number().into()),
        };
        // The number is unique: of two publishers at once one fails and changes nothing.
        let added = release::Entity::insert(row).exec_without_returning(&self.database).await;
        added.map_err(|error| Error::or_lost_race(error, || Error::ReleaseTaken(release.number)))?;
        Ok(release)
    }

    /// Every release, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn releases(&self) -> Result<Vec<Release>> {
        let rows = release::Entity::find().order_by_desc(release::Column::Number).all(&self.database).await?;
        let current = i16::from(Method::CURRENT.number());
        let since = rows.iter().filter(|row| row.method == current).map(|row| row.number).min();
        let newest = rows.first().map_or(0, |row| row.number);
        let current_method_since = number(since.unwrap_or(newest + 1))?;
        rows.into_iter()
            .map(|row| {
                Ok(Release {
                    number: number(row.number)?,
                    published_at: row.published_at,
                    note: row.note,
                    synthetic: row.synthetic,
                    checksum: row.checksum,
                    last_result: row.last_result,
                    last_destination: row.last_destination,
                    catalogue_version: number(row.catalogue_version)?,
                    method: method(row.method)?,
                    current_method_since,
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

    /// The last result and the last count of destinations accepted, seen while no submission is half stored.
    async fn last_accepted(&self) -> Result<(i64, i64)> {
        let transaction = self.begin_writing().await?;
        let result = last_id::<result::Entity>(&transaction, result::Column::Id).await?;
        let destination = last_id::<destination_count::Entity>(&transaction, destination_count::Column::Id).await?;
        transaction.commit().await?;
        Ok((result, destination))
    }
}

fn method(stored: i16) -> Result<Method> {
    let known = u8::try_from(stored).ok().and_then(Method::numbered);
    known.ok_or_else(|| Error::Corrupt(format!("the method {stored}, which this program does not know")))
}

fn number(stored: i32) -> Result<u32> {
    u32::try_from(stored).map_err(|_| Error::Corrupt(format!("the number {stored}")))
}
