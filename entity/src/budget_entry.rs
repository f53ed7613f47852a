//! A tabulation that an organisation has had, once: the ledger of the budget.

use sea_orm::entity::prelude::*;

use crate::Tier;

/// A tabulation that an organisation has had, once: the ledger of the budget.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "budget_entry")]
pub struct Model {
    /// The organisation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organisation_id: i64,
    /// The tier of the answer.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tier: Tier,
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

/// What its rows refer to, and what refers to them.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The organisation that had it.
    #[sea_orm(
        belongs_to = "super::organisation::Entity",
        from = "Column::OrganisationId",
        to = "super::organisation::Column::Id"
    )]
    Organisation,
}

impl Related<super::organisation::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Organisation.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
