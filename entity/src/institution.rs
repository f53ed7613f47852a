//! A school or college, under a pseudonym.

use sea_orm::entity::prelude::*;

/// A school or college, under a pseudonym.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "institution")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// 32 bytes: HMAC-SHA256 of scheme and identifier.
    #[sea_orm(unique)]
    pub pseudonym: Vec<u8>,
    /// The scheme of the identifier, e.g. `URN`.
    pub scheme: String,
}

/// What its rows refer to, and what refers to them.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// Its results, corrected ones among them.
    #[sea_orm(has_many = "super::result::Entity")]
    Result,
    /// Its counts of destinations, corrected ones among them.
    #[sea_orm(has_many = "super::destination_count::Entity")]
    DestinationCount,
    /// What the roll says of it.
    #[sea_orm(has_one = "super::roll_entry::Entity")]
    RollEntry,
    /// Who speaks for it.
    #[sea_orm(has_one = "super::speaker::Entity")]
    Speaker,
}

impl Related<super::result::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Result.def()
    }
}

impl Related<super::destination_count::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::DestinationCount.def()
    }
}

impl Related<super::roll_entry::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::RollEntry.def()
    }
}

impl Related<super::speaker::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Speaker.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
