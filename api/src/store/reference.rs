//! Loading reference data: what is new or changed makes another version of the catalogue, and no row is ever edited.

use std::{collections::HashMap, hash::Hash};

use chrono::NaiveDate;
use entity::{
    area, area_membership, area_succession, area_version, benchmark, benchmark_relation, catalogue_version, comparator,
    comparator_member, comparator_version, framework, framework_version,
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{NotSet, Set},
    ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
};

use crate::domain::Reference;

use super::{
    Error, Result, Store,
    catalogue::{newest_version, reference, stored},
};

/// Rows of one statement; far below what SQLite binds at once.
const CHUNK: usize = 500;

impl Store {
    /// Loads reference data on top of those that are there, in one transaction. Where anything differs, it becomes the next
    /// version of the catalogue; loading the same again changes nothing. Returns the number of the newest version.
    ///
    /// # Errors
    /// When the data do not hang together, or the database fails.
    pub async fn load_reference(&self, loaded: &Reference) -> Result<u32> {
        self.amend_reference(|before| Ok(before.amended(loaded))).await
    }

    /// Makes the reference data what becomes of those that are there, as [`load_reference`](Self::load_reference) does.
    ///
    /// # Errors
    /// As there, and what `change` refuses.
    pub async fn amend_reference(
        &self,
        change: impl FnOnce(&Reference) -> std::result::Result<Reference, String>,
    ) -> Result<u32> {
        let transaction = self.begin_writing().await?;
        seal(&transaction).await?;
        let newest = newest_version(&transaction).await?;
        let before = reference(&transaction, newest).await?;
        let wanted = change(&before).map_err(Error::Invalid)?;
        if wanted == before {
            transaction.commit().await?;
            return Ok(newest);
        }
        // Whether it hangs together does not hang on the day, but for areas that come after each other, in the end.
        wanted.clone().into_catalogue(NaiveDate::MAX).map_err(|error| Error::Reference(error.to_string()))?;
        let version = newest + 1;
        let row = catalogue_version::ActiveModel {
            number: Set(stored(version)),
            digest: Set(Some(hex::encode(wanted.digest()))),
        };
        catalogue_version::Entity::insert(row).exec_without_returning(&transaction).await?;
        frameworks(&transaction, version, &wanted).await?;
        areas(&transaction, version, &wanted).await?;
        comparators(&transaction, version, &wanted).await?;
        transaction.commit().await?;
        Ok(version)
    }

    /// The reference data as they stand now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn newest_reference(&self) -> Result<Reference> {
        reference(&self.database, newest_version(&self.database).await?).await
    }
}

/// Reckons the digest of versions that have none: those that a migration made of what was there.
async fn seal(transaction: &DatabaseTransaction) -> Result<()> {
    let open = catalogue_version::Entity::find().filter(catalogue_version::Column::Digest.is_null());
    for row in open.all(transaction).await? {
        let number = u32::try_from(row.number).unwrap_or_default();
        let digest = reference(transaction, number).await?.digest();
        let mut row = row.into_active_model();
        row.digest = Set(Some(hex::encode(digest)));
        row.update(transaction).await?;
    }
    Ok(())
}

async fn frameworks(transaction: &DatabaseTransaction, version: u32, wanted: &Reference) -> Result<()> {
    let mut ids: HashMap<String, i64> =
        framework::Entity::find().all(transaction).await?.into_iter().map(|row| (row.code, row.id)).collect();
    for framework in &wanted.frameworks {
        if !ids.contains_key(&framework.code) {
            let row = framework::ActiveModel { id: NotSet, code: Set(framework.code.clone()) };
            ids.insert(framework.code.clone(), framework::Entity::insert(row).exec(transaction).await?.last_insert_id);
        }
    }
    let added_in = stored(version);
    let of = wanted.frameworks.iter().map(|framework| framework_version::Model {
        framework_id: ids[&framework.code],
        title: framework.title.clone(),
        jurisdiction: framework.jurisdiction.clone(),
        year: framework.year,
        number_of_benchmarks: i16::try_from(framework.number_of_benchmarks).unwrap_or(i16::MAX),
        added_in,
        ended_in: None,
    });
    amend::<framework_version::Entity>(transaction, version, of.collect(), framework_version::Column::EndedIn).await?;
    let numbered = wanted.frameworks.iter().flat_map(|framework| {
        framework.benchmarks.iter().map(|benchmark| benchmark::Model {
            framework_id: ids[&framework.code],
            number: i16::from(benchmark.number),
            code: benchmark.code.clone(),
            title: benchmark.title.clone(),
            added_in,
            ended_in: None,
        })
    });
    amend::<benchmark::Entity>(transaction, version, numbered.collect(), benchmark::Column::EndedIn).await?;
    let relations = wanted.relations.iter().map(|relation| benchmark_relation::Model {
        from_framework_id: ids[&relation.from_framework],
        from_number: i16::from(relation.from_number),
        to_framework_id: ids[&relation.to_framework],
        to_number: i16::from(relation.to_number),
        relation: relation.kind.into(),
        basis: relation.basis.clone(),
        added_in,
        ended_in: None,
    });
    amend::<benchmark_relation::Entity>(transaction, version, relations.collect(), benchmark_relation::Column::EndedIn)
        .await
}

async fn areas(transaction: &DatabaseTransaction, version: u32, wanted: &Reference) -> Result<()> {
    let known: HashMap<String, i64> =
        area::Entity::find().all(transaction).await?.into_iter().map(|row| (row.code, row.id)).collect();
    let new = wanted.areas.iter().filter(|area| !known.contains_key(&area.code));
    let rows: Vec<_> = new.map(|area| area::ActiveModel { id: NotSet, code: Set(area.code.clone()) }).collect();
    for chunk in rows.chunks(CHUNK) {
        area::Entity::insert_many(chunk.iter().cloned()).exec_without_returning(transaction).await?;
    }
    let ids: HashMap<String, i64> =
        area::Entity::find().all(transaction).await?.into_iter().map(|row| (row.code, row.id)).collect();
    let added_in = stored(version);
    let described = wanted.areas.iter().map(|area| area_version::Model {
        area_id: ids[&area.code],
        name: area.name.clone(),
        kind: area.kind.into(),
        parent_code: area.parent.clone(),
        code_scheme: area.code_scheme.clone(),
        valid_from: area.valid_from,
        valid_to: area.valid_to,
        source: area.source.clone(),
        own: area.own,
        added_in,
        ended_in: None,
    });
    amend::<area_version::Entity>(transaction, version, described.collect(), area_version::Column::EndedIn).await?;
    let memberships = wanted.memberships.iter().map(|membership| area_membership::Model {
        child_id: ids[&membership.child],
        parent_id: ids[&membership.parent],
        valid_from: membership.valid_from,
        valid_to: membership.valid_to,
        source: membership.source.clone(),
        own: membership.own,
        added_in,
        ended_in: None,
    });
    amend::<area_membership::Entity>(transaction, version, memberships.collect(), area_membership::Column::EndedIn)
        .await?;
    let successions = wanted.successions.iter().map(|succession| area_succession::Model {
        from_id: ids[&succession.from],
        to_id: ids[&succession.to],
        starts_on: succession.on,
        kind: succession.kind.into(),
        source: succession.source.clone(),
        own: succession.own,
        added_in,
        ended_in: None,
    });
    amend::<area_succession::Entity>(transaction, version, successions.collect(), area_succession::Column::EndedIn)
        .await
}

async fn comparators(transaction: &DatabaseTransaction, version: u32, wanted: &Reference) -> Result<()> {
    let areas: HashMap<String, i64> =
        area::Entity::find().all(transaction).await?.into_iter().map(|row| (row.code, row.id)).collect();
    let mut ids: HashMap<String, i64> =
        comparator::Entity::find().all(transaction).await?.into_iter().map(|row| (row.code, row.id)).collect();
    for one in &wanted.comparators {
        if !ids.contains_key(&one.code) {
            let row = comparator::ActiveModel { id: NotSet, code: Set(one.code.clone()) };
            ids.insert(one.code.clone(), comparator::Entity::insert(row).exec(transaction).await?.last_insert_id);
        }
    }
    let added_in = stored(version);
    let said = wanted.comparators.iter().map(|one| comparator_version::Model {
        comparator_id: ids[&one.code],
        name: one.name.clone(),
        about_id: one.about.as_ref().map(|code| areas[code]),
        valid_from: one.valid_from,
        valid_to: one.valid_to,
        source: one.source.clone(),
        own: one.own,
        added_in,
        ended_in: None,
    });
    amend::<comparator_version::Entity>(transaction, version, said.collect(), comparator_version::Column::EndedIn)
        .await?;
    let members = wanted.comparators.iter().flat_map(|one| {
        let comparator_id = ids[&one.code];
        let member =
            |code: &String| comparator_member::Model { comparator_id, area_id: areas[code], added_in, ended_in: None };
        one.members.iter().map(member).collect::<Vec<_>>()
    });
    amend::<comparator_member::Entity>(transaction, version, members.collect(), comparator_member::Column::EndedIn)
        .await
}

/// A row that a version of the catalogue added.
trait Versioned: PartialEq + Clone {
    /// What it is about: one row of a version has it.
    type Key: Eq + Hash + Send;

    fn key(&self) -> Self::Key;

    fn added_in(&mut self) -> &mut i32;
}

macro_rules! versioned {
    ($table:ident, $($column:ident: $type:ty),+) => {
        impl Versioned for $table::Model {
            type Key = ($($type,)+);

            fn key(&self) -> Self::Key {
                ($(self.$column,)+)
            }

            fn added_in(&mut self) -> &mut i32 {
                &mut self.added_in
            }
        }
    };
}

versioned!(framework_version, framework_id: i64);
versioned!(benchmark, framework_id: i64, number: i16);
versioned!(benchmark_relation, from_framework_id: i64, from_number: i16, to_framework_id: i64, to_number: i16);
versioned!(area_version, area_id: i64);
versioned!(area_membership, child_id: i64, parent_id: i64);
versioned!(area_succession, from_id: i64, to_id: i64);
versioned!(comparator_version, comparator_id: i64);
versioned!(comparator_member, comparator_id: i64, area_id: i64);

/// Makes the rows of a version those that are wanted: what is no longer so is ended, what is new is added, and what is the
/// same stays as it is.
async fn amend<E>(
    transaction: &DatabaseTransaction,
    version: u32,
    wanted: Vec<E::Model>,
    ended_in: E::Column,
) -> Result<()>
where
    E: EntityTrait,
    E::Model: Versioned + IntoActiveModel<E::ActiveModel> + Sync,
    E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
{
    let mut held = HashMap::new();
    for row in E::find().filter(ended_in.is_null()).all(transaction).await? {
        held.insert(row.key(), row);
    }
    let mut added = Vec::new();
    for row in wanted {
        if let Some(before) = held.get_mut(&row.key()) {
            let mut same = row.clone();
            *same.added_in() = *before.added_in();
            if *before == same {
                held.remove(&row.key());
                continue;
            }
        }
        added.push(row.into_active_model().reset_all());
    }
    // What is left is said no more, or otherwise. It ends before the rows that replace it are added.
    for row in held.into_values() {
        let mut row = row.into_active_model();
        row.set(ended_in, Some(stored(version)).into());
        E::update(row).exec(transaction).await?;
    }
    for chunk in added.chunks(CHUNK) {
        E::insert_many(chunk.iter().cloned()).exec_without_returning(transaction).await?;
    }
    Ok(())
}
