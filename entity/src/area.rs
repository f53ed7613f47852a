//! A place with a code.

use sea_orm::entity::prelude::*;

/// A place with a code.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "area")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The code, unique.
    #[sea_orm(unique)]
    pub code: String,
    /// The name to show.
    pub name: String,
    /// What sort it is.
    pub kind: String,
    /// The code it is printed under in its register.
    pub parent_code: Option<String>,
    /// Where the code comes from.
    pub code_scheme: String,
    /// The first day.
    pub valid_from: Option<Date>,
    /// The last day; open when null.
    pub valid_to: Option<Date>,
    /// Where the row was taken from.
    pub source: String,
}

/// None are declared: joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
