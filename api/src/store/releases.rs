//! Releases: frozen by number, never changed.

use chrono::{DateTime, Utc};
use entity::release;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ConnectionTrait, EntityTrait, QueryOrder,
};

use crate::domain::{Checksum, Release};

use super::{Error, Result, Store};

impl Store {
    /// Freezes every result accepted so far into the next release.
    ///
    /// # Errors
    /// When no result came in since the newest release, or the database fails.
    pub async fn publish(&self, at: DateTime<Utc>, note: Option<String>, synthetic: bool) -> Result<Release> {
        let newest = self.releases().await?.into_iter().next();
        let last_result = self.last_result().await?;
        if last_result <= newest.as_ref().map_or(0, |newest| newest.last_result) {
            return Err(Error::NothingToPublish);
        }
        let mut release = Release {
            number: newest.map_or(0, |newest| newest.number) + 1,
            published_at: at,
            note,
            synthetic,
            checksum: String::new(),
            last_result,
        };
        let catalogue = self.catalogue().await?;
        let mut checksum = Checksum::default();
        self.released_results(&release, &catalogue, &mut |result| {
            if result.until.is_none() {
                checksum.add(&result, &catalogue);
            }
        })
        .await?;
        release.checksum = checksum.finish();
        let row = release::ActiveModel {
            id: NotSet,
            number: Set(i32::try_from(release.number).unwrap_or(i32::MAX)),
            published_at: Set(release.published_at),
            checksum: Set(release.checksum.clone()),
            note: Set(release.note.clone()),
            synthetic: Set(release.synthetic),
            last_result: Set(release.last_result),
        };
        // The number is unique: of two publishers at once one fails and changes nothing.
        release::Entity::insert(row).exec_without_returning(&self.database).await?;
        Ok(release)
    }

    /// Every release, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn releases(&self) -> Result<Vec<Release>> {
        let rows = release::Entity::find().order_by_desc(release::Column::Number).all(&self.database).await?;
        rows.into_iter()
            .map(|row| {
                Ok(Release {
                    number: number(row.number)?,
                    published_at: row.published_at,
                    note: row.note,
                    synthetic: row.synthetic,
                    checksum: row.checksum,
                    last_result: row.last_result,
                })
            })
            .collect()
    }

    /// The number of the newest release. Cheap: asked every second.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn newest_release_number(&self) -> Result<Option<u32>> {
        let row = self.database.query_one_raw(self.statement("SELECT MAX(number) FROM release", vec![])).await?;
        let found: Option<i32> = row.map(|row| row.try_get_by_index(0)).transpose()?.flatten();
        found.map(number).transpose()
    }

    /// The last result accepted, seen while no submission is half stored.
    async fn last_result(&self) -> Result<i64> {
        let transaction = self.begin_writing().await?;
        let row = transaction.query_one_raw(self.statement("SELECT MAX(id) FROM result", vec![])).await?;
        let found: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?.flatten();
        transaction.commit().await?;
        Ok(found.unwrap_or(0))
    }
}

fn number(stored: i32) -> Result<u32> {
    u32::try_from(stored).map_err(|_| Error::Corrupt(format!("the release number {stored}")))
}
