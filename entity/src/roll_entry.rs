//! What the roll says of one institution: its place and its attributes, as of now.

use sea_orm::entity::prelude::*;

/// What the roll says of one institution: its place and its attributes, as of now.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "roll_entry")]
pub struct Model {
    /// The institution.
    #[sea_orm(primary_key, auto_increment = false)]
    pub institution_id: i64,
    /// The local authority it stands in.
    pub local_authority_id: i64,
    /// The careers hub it belongs to.
    pub hub_id: Option<i64>,
    /// Dictionary code of the phase.
    pub phase: i16,
    /// Dictionary code of the type.
    pub r#type: i16,
    /// Dictionary code of the disadvantage quintile; 0 for blank.
    pub disadvantage: i16,
    /// Dictionary code of the size band.
    pub size: i16,
    /// Dictionary code of the setting.
    pub setting: i16,
}

/// What its rows refer to, and what refers to them.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The institution.
    #[sea_orm(
        belongs_to = "super::institution::Entity",
        from = "Column::InstitutionId",
        to = "super::institution::Column::Id"
    )]
    Institution,
    /// The local authority it stands in.
    #[sea_orm(belongs_to = "super::area::Entity", from = "Column::LocalAuthorityId", to = "super::area::Column::Id")]
    LocalAuthority,
    /// The careers hub it belongs to.
    #[sea_orm(belongs_to = "super::area::Entity", from = "Column::HubId", to = "super::area::Column::Id")]
    Hub,
}

impl Related<super::institution::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Institution.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
