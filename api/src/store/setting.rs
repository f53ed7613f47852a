//! Small facts about the database itself.

use entity::setting;
use migration::SchemaManager;
use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};

use super::{Error, Result, Store};

impl Store {
    /// A fact by name, also where nothing was migrated yet: then there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn setting_if_migrated(&self, key: &str) -> Result<Option<String>> {
        if SchemaManager::new(&self.database).has_table("setting").await? { self.setting(key).await } else { Ok(None) }
    }

    /// A fact by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn setting(&self, key: &str) -> Result<Option<String>> {
        let found = setting::Entity::find_by_id(key).one(&self.database).await?;
        Ok(found.map(|setting| setting.value))
    }

    /// Keeps a fact unless one is kept under its name. Returns the one that is: of several processes that start at once, all
    /// learn the same.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn setting_or(&self, key: &str, value: &str) -> Result<String> {
        if let Some(kept) = self.setting(key).await? {
            return Ok(kept);
        }
        let row = setting::ActiveModel { key: Set(key.to_owned()), value: Set(value.to_owned()) };
        let leave = OnConflict::column(setting::Column::Key).do_nothing().to_owned();
        let transaction = self.begin_change().await?;
        setting::Entity::insert(row).on_conflict(leave).exec_without_returning(&transaction).await?;
        transaction.commit().await?;
        self.setting(key).await?.ok_or_else(|| Error::Corrupt(format!("no setting `{key}`, which was just stored")))
    }

    /// Keeps a fact, in place of what was kept under its name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_setting(&self, key: &str, value: &str) -> Result<()> {
        let row = setting::ActiveModel { key: Set(key.to_owned()), value: Set(value.to_owned()) };
        let replace = OnConflict::column(setting::Column::Key).update_column(setting::Column::Value).to_owned();
        let transaction = self.begin_change().await?;
        setting::Entity::insert(row).on_conflict(replace).exec_without_returning(&transaction).await?;
        transaction.commit().await?;
        Ok(())
    }
}
