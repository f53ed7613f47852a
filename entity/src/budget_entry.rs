//! A tabulation that an organisation has had, once: the ledger of the budget.

use sea_orm::entity::prelude::*;

/// A tabulation that an organisation has had, once: the ledger of the budget.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "budget_entry")]
pub struct Model {
    /// The organisation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organisation_id: i64,
    /// The tier of the answer.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tier: String,
    /// What it is about: a benchmark, or a framework for outcomes over all of its benchmarks.
    #[sea_orm(primary_key, auto_increment = false)]
    pub measure: String,
    /// The period, e.g. `202324T3`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub period: String,
    /// The canonical text of the tabulation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tabulation: String,
    /// What it cost, as ρ.
    pub cost: f64,
    /// Whether no organisation had it before at any tier: these entries count the pool that all share.
    pub pooled: bool,
    /// When it was charged, UTC.
    pub charged_at: DateTimeUtc,
}

/// None are declared: joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
