//! A row of a data set of official figures, as published.

use sea_orm::entity::prelude::*;

/// A row of a data set of official figures, as published.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "official_row")]
pub struct Model {
    /// The data set.
    #[sea_orm(primary_key, auto_increment = false)]
    pub data_set_id: i64,
    /// The line of the file.
    #[sea_orm(primary_key, auto_increment = false)]
    pub line: i64,
    /// The sort of place, in the words of the source.
    pub level: String,
    /// The code of the place.
    pub area_code: String,
    /// Its name.
    pub area_name: String,
    /// The year, four or six digits.
    pub time_period: String,
    /// The sort of time, in the words of the source.
    pub time_identifier: String,
    /// An item for each filter, as a list in JSON.
    pub items: String,
    /// A text for each indicator, as a list in JSON.
    pub figures: String,
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
