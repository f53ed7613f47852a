//! Loading reference data: what is there is brought up to date, what is missing is added, nothing is deleted.

use std::collections::HashMap;

use entity::{area, area_membership, benchmark, benchmark_relation, framework};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, DatabaseTransaction, EntityTrait, IdenStatic, IntoActiveModel, Iterable, TransactionTrait,
    sea_query::{IntoIden, OnConflict},
};

use crate::domain::Reference;

use super::{Error, Result, Store};

/// Rows of one statement; far below what SQLite binds at once.
const CHUNK: usize = 500;

impl Store {
    /// Loads reference data in one transaction. Loading the same again changes nothing.
    ///
    /// # Errors
    /// When a row names a code that is not there, or the database fails.
    pub async fn load_reference(&self, reference: &Reference) -> Result<()> {
        let transaction = self.database.begin().await?;
        frameworks(&transaction, reference).await?;
        areas(&transaction, reference).await?;
        transaction.commit().await?;
        Ok(())
    }
}

async fn frameworks(transaction: &DatabaseTransaction, reference: &Reference) -> Result<()> {
    let rows = reference.frameworks.iter().map(|framework| framework::ActiveModel {
        id: NotSet,
        code: Set(framework.code.clone()),
        title: Set(framework.title.clone()),
        jurisdiction: Set(framework.jurisdiction.clone()),
        year: Set(framework.year),
        number_of_benchmarks: Set(i16::try_from(framework.number_of_benchmarks).unwrap_or(i16::MAX)),
    });
    let keys = [framework::Column::Code];
    upsert::<framework::Entity, _>(transaction, rows, &keys, &[framework::Column::Id]).await?;
    let ids: HashMap<String, i64> = framework::Entity::find()
        .all(transaction)
        .await?
        .into_iter()
        .map(|framework| (framework.code, framework.id))
        .collect();
    let id = |code: &str| {
        ids.get(code).copied().ok_or_else(|| Error::Corrupt(format!("reference data names the framework `{code}`")))
    };
    let mut benchmarks = Vec::new();
    for framework in &reference.frameworks {
        for benchmark in &framework.benchmarks {
            benchmarks.push(benchmark::ActiveModel {
                framework_id: Set(id(&framework.code)?),
                number: Set(i16::from(benchmark.number)),
                code: Set(benchmark.code.clone()),
                title: Set(benchmark.title.clone()),
            });
        }
    }
    let keys = [benchmark::Column::FrameworkId, benchmark::Column::Number];
    upsert::<benchmark::Entity, _>(transaction, benchmarks, &keys, &[]).await?;
    let mut relations = Vec::new();
    for relation in &reference.relations {
        relations.push(benchmark_relation::ActiveModel {
            from_framework_id: Set(id(&relation.from_framework)?),
            from_number: Set(i16::from(relation.from_number)),
            to_framework_id: Set(id(&relation.to_framework)?),
            to_number: Set(i16::from(relation.to_number)),
            relation: Set(relation.kind.to_string()),
            basis: Set(relation.basis.clone()),
        });
    }
    let keys = [
        benchmark_relation::Column::FromFrameworkId,
        benchmark_relation::Column::FromNumber,
        benchmark_relation::Column::ToFrameworkId,
        benchmark_relation::Column::ToNumber,
    ];
    upsert::<benchmark_relation::Entity, _>(transaction, relations, &keys, &[]).await
}

async fn areas(transaction: &DatabaseTransaction, reference: &Reference) -> Result<()> {
    let rows = reference.areas.iter().map(|area| area::ActiveModel {
        id: NotSet,
        code: Set(area.code.clone()),
        name: Set(area.name.clone()),
        kind: Set(area.kind.to_string()),
        parent_code: Set(area.parent.clone()),
        code_scheme: Set(area.code_scheme.clone()),
        valid_from: Set(area.valid_from),
        valid_to: Set(area.valid_to),
        source: Set(area.source.clone()),
    });
    upsert::<area::Entity, _>(transaction, rows, &[area::Column::Code], &[area::Column::Id]).await?;
    let ids: HashMap<String, i64> =
        area::Entity::find().all(transaction).await?.into_iter().map(|area| (area.code, area.id)).collect();
    let id = |code: &str| ids.get(code).copied().ok_or_else(|| Error::UnknownArea(code.to_owned()));
    let mut memberships = Vec::new();
    for membership in &reference.memberships {
        memberships.push(area_membership::ActiveModel {
            child_id: Set(id(&membership.child)?),
            parent_id: Set(id(&membership.parent)?),
            valid_from: Set(membership.valid_from),
            valid_to: Set(membership.valid_to),
            source: Set(membership.source.clone()),
        });
    }
    let keys = [area_membership::Column::ChildId, area_membership::Column::ParentId];
    upsert::<area_membership::Entity, _>(transaction, memberships, &keys, &[]).await
}

/// Inserts rows, or brings those that are there by `keys` up to date in every column but the keys and `kept`.
async fn upsert<E, A>(
    transaction: &DatabaseTransaction,
    rows: impl IntoIterator<Item = A>,
    keys: &[E::Column],
    kept: &[E::Column],
) -> Result<()>
where
    E: EntityTrait,
    A: sea_orm::ActiveModelTrait<Entity = E> + Send,
    E::Model: IntoActiveModel<A>,
    E::Column: ColumnTrait + IntoIden + Copy,
{
    let is = |column: &E::Column, list: &[E::Column]| list.iter().any(|other| other.as_str() == column.as_str());
    let changed: Vec<E::Column> = E::Column::iter().filter(|column| !is(column, keys) && !is(column, kept)).collect();
    let rows: Vec<A> = rows.into_iter().collect();
    for chunk in rows.chunks(CHUNK) {
        let update = OnConflict::columns(keys.iter().copied()).update_columns(changed.iter().copied()).to_owned();
        E::insert_many(chunk.iter().cloned()).on_conflict(update).exec_without_returning(transaction).await?;
    }
    Ok(())
}
