//! A dimension that an agreement allows, where it does not allow every one.

use sea_orm::entity::prelude::*;

/// A public attribute to break down or filter by, as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Dimension {
    /// The phase of education.
    #[sea_orm(string_value = "PHASE")]
    Phase,
    /// The type of institution.
    #[sea_orm(string_value = "TYPE")]
    Type,
    /// The quintile of disadvantage of its intake.
    #[sea_orm(string_value = "DISADVANTAGE")]
    Disadvantage,
    /// How large it is.
    #[sea_orm(string_value = "SIZE")]
    Size,
    /// Urban or rural.
    #[sea_orm(string_value = "SETTING")]
    Setting,
}

/// A dimension that an agreement allows, where it does not allow every one.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agreement_dimension")]
pub struct Model {
    /// The agreement.
    #[sea_orm(primary_key, auto_increment = false)]
    pub agreement_id: i64,
    /// The dimension.
    #[sea_orm(primary_key, auto_increment = false)]
    pub dimension: Dimension,
}

/// What its rows refer to, and what refers to them.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The agreement.
    #[sea_orm(
        belongs_to = "super::agreement::Entity",
        from = "Column::AgreementId",
        to = "super::agreement::Column::Id"
    )]
    Agreement,
}

impl Related<super::agreement::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Agreement.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
