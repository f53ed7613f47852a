//! Up to which share of free meals a quintile of disadvantage goes, for a group of phases in an edition of a register.

use sea_orm::entity::prelude::*;

/// Up to which share of free meals a quintile of disadvantage goes, for a group of phases in an edition of a register.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "register_cut")]
pub struct Model {
    /// The edition.
    #[sea_orm(primary_key, auto_increment = false)]
    pub edition_id: i64,
    /// The group of phases.
    #[sea_orm(primary_key, auto_increment = false)]
    pub phase_group: String,
    /// The quintile, 1 to 4; the fifth has no end.
    #[sea_orm(primary_key, auto_increment = false)]
    pub quintile: i16,
    /// The largest share in it, tenths of a percent.
    pub up_to: i16,
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
}

impl Related<super::register_edition::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Edition.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
