//! Entries of the audit that were written together.

use sea_orm::entity::prelude::*;

/// Entries of the audit that were written together: one link of a chain.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_group")]
pub struct Model {
    /// Their chain.
    #[sea_orm(primary_key, auto_increment = false)]
    pub chain: String,
    /// The place of the last of them in the chain.
    #[sea_orm(primary_key, auto_increment = false)]
    pub last: i64,
    /// The place of the first, from 1.
    pub first: i64,
    /// When the earliest was.
    pub asked_from: DateTimeUtc,
    /// When the latest was.
    pub asked_until: DateTimeUtc,
    /// A JSON array in a line for each: kind, time in milliseconds, organisation, client, purpose, tier, dataset, question, release,
    /// cells, tabulations, times.
    pub lines: String,
    /// The hash over them and the hash before them, hexadecimal.
    pub hash: String,
}

/// What its rows refer to, and what refers to them.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// Their chain.
    #[sea_orm(
        belongs_to = "super::audit_chain::Entity",
        from = "Column::Chain",
        to = "super::audit_chain::Column::Chain"
    )]
    AuditChain,
}

impl Related<super::audit_chain::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::AuditChain.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
