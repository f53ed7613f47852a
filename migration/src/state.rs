//! Which migrations a database has, found out by reading alone.

use std::collections::BTreeSet;

use sea_orm_migration::{
    MigratorTrait, SchemaManager,
    sea_orm::{DatabaseConnection, DbErr, EntityTrait, QuerySelect},
    seaql_migrations::{Column, Entity},
};

use crate::Migrator;

/// How the schema of a database compares with the one that this program knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It is the same.
    Current,
    /// These migrations have not run.
    Behind(Vec<String>),
    /// A later version of the program ran these migrations, which this one does not know.
    Newer(Vec<String>),
}

/// Compares the migrations that a database has with those that this program knows. Only reads, so that a role that may create
/// nothing can ask, as often as it likes.
///
/// # Errors
/// When the database fails.
pub async fn state(database: &DatabaseConnection) -> Result<State, DbErr> {
    let mut run = BTreeSet::new();
    if SchemaManager::new(database).has_table("seaql_migrations").await? {
        run.extend(Entity::find().select_only().column(Column::Version).into_tuple::<String>().all(database).await?);
    }
    let mut missing = Vec::new();
    for migration in Migrator::migrations() {
        if !run.remove(migration.name()) {
            missing.push(migration.name().to_owned());
        }
    }
    Ok(if !run.is_empty() {
        State::Newer(run.into_iter().collect())
    } else if missing.is_empty() {
        State::Current
    } else {
        State::Behind(missing)
    })
}
