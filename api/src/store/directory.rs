//! Organisations and agreements.

use std::collections::HashMap;

use entity::{agreement, agreement_purpose, area, organisation};
use migration::SchemaManager;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, TransactionTrait,
};

use crate::domain::{Agreement, Dimension, Directory, NewAgreement, Organisation, OrganisationKind};

use super::{Error, Result, Store};

impl Store {
    /// All organisations and agreements.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn directory(&self) -> Result<Directory> {
        let areas: HashMap<i64, String> =
            area::Entity::find().all(&self.database).await?.into_iter().map(|area| (area.id, area.code)).collect();
        let code = |id: i64| areas.get(&id).cloned().unwrap_or_default();
        let organisations = organisation::Entity::find()
            .order_by_asc(organisation::Column::Id)
            .all(&self.database)
            .await?
            .into_iter()
            .map(|row| {
                Ok(Organisation {
                    id: row.id,
                    code: row.code,
                    name: row.name,
                    kind: row.kind.parse().map_err(Error::Corrupt)?,
                    area: code(row.area_id),
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let mut purposes: HashMap<i64, Vec<String>> = HashMap::new();
        // In order, so that the same directory is equal each time it is read.
        let ordered = agreement_purpose::Entity::find().order_by_asc(agreement_purpose::Column::Purpose);
        for row in ordered.all(&self.database).await? {
            purposes.entry(row.agreement_id).or_default().push(row.purpose);
        }
        let consumers: HashMap<i64, &str> =
            organisations.iter().map(|organisation| (organisation.id, organisation.code.as_str())).collect();
        let agreements = agreement::Entity::find()
            .order_by_asc(agreement::Column::Id)
            .all(&self.database)
            .await?
            .into_iter()
            .map(|row| {
                Ok(Agreement {
                    id: row.id,
                    consumer: consumers.get(&row.consumer_id).copied().unwrap_or_default().to_owned(),
                    area: code(row.area_id),
                    tier: row.tier.parse().map_err(|_| Error::Corrupt(format!("the tier `{}`", row.tier)))?,
                    purposes: purposes.remove(&row.id).unwrap_or_default(),
                    dimensions: row.dimensions.as_deref().map(dimensions).transpose()?,
                    valid_from: row.valid_from,
                    valid_until: row.valid_until,
                })
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Directory::new(organisations, agreements))
    }

    /// Adds an organisation. Returns its key.
    ///
    /// # Errors
    /// When its code is taken or its area unknown.
    pub async fn add_organisation(&self, code: &str, kind: OrganisationKind, name: &str, area: &str) -> Result<i64> {
        let area = self.area_id(area).await?;
        if self.organisation_id(code).await?.is_some() {
            return Err(Error::OrganisationTaken(code.to_owned()));
        }
        let row = organisation::ActiveModel {
            id: NotSet,
            code: Set(code.to_owned()),
            name: Set(name.to_owned()),
            kind: Set(kind.to_string()),
            area_id: Set(area),
        };
        Ok(organisation::Entity::insert(row).exec(&self.database).await?.last_insert_id)
    }

    /// Adds an agreement with its purposes. Returns its key.
    ///
    /// # Errors
    /// When the organisation or the area is unknown.
    pub async fn add_agreement(&self, new: &NewAgreement) -> Result<i64> {
        let consumer = self
            .organisation_id(&new.consumer)
            .await?
            .ok_or_else(|| Error::UnknownOrganisation(new.consumer.clone()))?;
        let area = self.area_id(&new.area).await?;
        let named = |dimensions: &Vec<Dimension>| {
            dimensions.iter().map(|dimension| dimension.name()).collect::<Vec<_>>().join(",")
        };
        let transaction = self.database.begin().await?;
        let row = agreement::ActiveModel {
            id: NotSet,
            consumer_id: Set(consumer),
            area_id: Set(area),
            tier: Set(new.tier.to_string()),
            dimensions: Set(new.dimensions.as_ref().map(named)),
            valid_from: Set(new.valid_from),
            valid_until: Set(new.valid_until),
        };
        let id = agreement::Entity::insert(row).exec(&transaction).await?.last_insert_id;
        let mut purposes = new.purposes.clone();
        purposes.sort_unstable();
        purposes.dedup();
        let rows = purposes
            .into_iter()
            .map(|purpose| agreement_purpose::ActiveModel { agreement_id: Set(id), purpose: Set(purpose) });
        agreement_purpose::Entity::insert_many(rows).exec_without_returning(&transaction).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Whether there is any organisation; none where nothing was migrated yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn holds_organisations(&self) -> Result<bool> {
        let migrated = SchemaManager::new(&self.database).has_table("organisation").await?;
        // Only the key is read: its table may be that of an earlier build.
        let any = organisation::Entity::find().select_only().column(organisation::Column::Id).into_tuple::<i64>();
        Ok(migrated && any.one(&self.database).await?.is_some())
    }

    /// The key of the organisation with a code.
    pub(super) async fn organisation_id(&self, code: &str) -> Result<Option<i64>> {
        let found =
            organisation::Entity::find().filter(organisation::Column::Code.eq(code)).one(&self.database).await?;
        Ok(found.map(|organisation| organisation.id))
    }

    async fn area_id(&self, code: &str) -> Result<i64> {
        let found = area::Entity::find().filter(area::Column::Code.eq(code)).one(&self.database).await?;
        found.map(|area| area.id).ok_or_else(|| Error::UnknownArea(code.to_owned()))
    }

    /// The keys of all rows of a table that carries codes.
    pub(super) async fn ids(&self, connection: &impl ConnectionTrait, table: &str) -> Result<HashMap<String, i64>> {
        let rows = connection.query_all_raw(self.statement(&format!("SELECT code, id FROM {table}"), vec![])).await?;
        rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
    }
}

fn dimensions(list: &str) -> Result<Vec<Dimension>> {
    list.split(',')
        .map(|name| {
            let found = Dimension::ALL.into_iter().find(|dimension| dimension.name() == name);
            found.ok_or_else(|| Error::Corrupt(format!("the dimension `{name}`")))
        })
        .collect()
}
