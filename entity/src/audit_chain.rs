//! A chain of the audit: the entries of one process, one after the other.

use sea_orm::entity::prelude::*;

/// A chain of the audit: the entries of one process, one after the other.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_chain")]
pub struct Model {
    /// What tells it from every other.
    #[sea_orm(primary_key, auto_increment = false)]
    pub chain: String,
    /// When it began.
    pub started_at: DateTimeUtc,
    /// The last of its entries that an entry of another chain bears witness of; 0 for none.
    pub witnessed: i64,
    /// The last of its entries that was dropped, its time being over; 0 for none.
    pub cut: i64,
    /// The hash of that entry; empty for none.
    pub cut_hash: String,
    /// What shows that the service dropped it; empty for none.
    pub cut_seal: String,
}

/// What its rows refer to, and what refers to them.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// Its entries.
    #[sea_orm(has_many = "super::audit_entry::Entity")]
    AuditEntry,
    /// Its groups of entries.
    #[sea_orm(has_many = "super::audit_group::Entity")]
    AuditGroup,
}

impl Related<super::audit_entry::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::AuditEntry.def()
    }
}

impl Related<super::audit_group::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::AuditGroup.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
