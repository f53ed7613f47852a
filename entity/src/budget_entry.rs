//! A tabulation about a measure that an organisation opened, once for everybody: the ledger of the budget.

use sea_orm::entity::prelude::*;

use crate::Tier;

/// A tabulation about a measure that an organisation opened, once for everybody: the ledger of the budget.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "budget_entry")]
pub struct Model {
    /// What it is about: a benchmark, or where students of a stage went.
    #[sea_orm(primary_key, auto_increment = false)]
    pub measure: String,
    /// Its place among those about the measure, from 1: of two that are made at once only one stands.
    #[sea_orm(primary_key, auto_increment = false)]
    pub place: i32,
    /// The canonical text of the tabulation.
    pub tabulation: String,
    /// The organisation that opened it.
    pub organisation_id: i64,
    /// The tier of the answer.
    pub tier: Tier,
    /// What it cost, as ρ.
    pub cost: f64,
    /// When it was charged, UTC.
    pub charged_at: DateTimeUtc,
}

/// What its rows refer to, and what refers to them.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The organisation that opened it.
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
