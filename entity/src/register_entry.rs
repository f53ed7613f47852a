//! What a register said of one institution on its day.

use sea_orm::entity::prelude::*;

/// What a register said of one institution on its day.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "register_entry")]
pub struct Model {
    /// The edition.
    #[sea_orm(primary_key, auto_increment = false)]
    pub edition_id: i64,
    /// 32 bytes: HMAC-SHA256 of scheme and identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub pseudonym: Vec<u8>,
    /// The local authority it stood in.
    pub local_authority_id: i64,
    /// The day it opened, where that is told.
    pub opened_on: Option<Date>,
    /// The day it closed, where it did.
    pub closed_on: Option<Date>,
    /// Dictionary code of the phase; 0 for blank, as of all of them.
    pub phase: i16,
    /// Dictionary code of the type.
    pub r#type: i16,
    /// Dictionary code of the disadvantage quintile.
    pub disadvantage: i16,
    /// Dictionary code of the size band.
    pub size: i16,
    /// Dictionary code of the setting.
    pub setting: i16,
}

/// What its rows refer to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The edition.
    #[sea_orm(
        belongs_to = "super::register_edition::Entity",
        from = "Column::EditionId",
        to = "super::register_edition::Column::Id"
    )]
    Edition,
    /// The local authority it stood in.
    #[sea_orm(belongs_to = "super::area::Entity", from = "Column::LocalAuthorityId", to = "super::area::Column::Id")]
    LocalAuthority,
}

impl Related<super::register_edition::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Edition.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
