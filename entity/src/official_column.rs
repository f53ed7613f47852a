//! An indicator or a filter of a data set of official figures.

use sea_orm::entity::prelude::*;

/// Whether a column holds figures, or what rows differ in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Kind {
    /// It holds figures.
    #[sea_orm(string_value = "indicator")]
    Indicator,
    /// Rows differ in it.
    #[sea_orm(string_value = "filter")]
    Filter,
}

/// An indicator or a filter of a data set of official figures.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "official_column")]
pub struct Model {
    /// The data set.
    #[sea_orm(primary_key, auto_increment = false)]
    pub data_set_id: i64,
    /// Where it stands among all of them.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i16,
    /// What it holds.
    pub kind: Kind,
    /// The name of the column.
    pub name: String,
    /// What to call it.
    pub label: String,
    /// The unit; blank where none was told.
    pub unit: String,
    /// To how many decimals it is meant to be shown.
    pub decimals: Option<i16>,
    /// The item that stands for all.
    pub total: Option<String>,
}

/// What its rows refer to, and what refers to them.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The data set.
    #[sea_orm(
        belongs_to = "super::official_data_set::Entity",
        from = "Column::DataSetId",
        to = "super::official_data_set::Column::Id"
    )]
    DataSet,
}

impl Related<super::official_data_set::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::DataSet.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
