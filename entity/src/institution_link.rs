//! An identifier, as a pseudonym, that is about the same institution as another one.

use sea_orm::entity::prelude::*;

/// How two identifiers are about the same institution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Kind {
    /// The target is another identifier in the same row of a register.
    #[sea_orm(string_value = "name")]
    Name,
    /// What is handed in under it is kept under the target: the institution took another identifier.
    #[sea_orm(string_value = "chain")]
    Chain,
}

/// An identifier, as a pseudonym, that is about the same institution as another one.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "institution_link")]
pub struct Model {
    /// 32 bytes: HMAC-SHA256 of scheme and identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub pseudonym: Vec<u8>,
    /// How.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: Kind,
    /// The pseudonym of the other one.
    pub target: Vec<u8>,
}

/// It refers to no table: a register names institutions of which nothing was handed in.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
