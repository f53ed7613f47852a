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

/// None are declared: joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
