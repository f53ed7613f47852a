//! One row of the crosswalk.

use sea_orm::entity::prelude::*;

/// How a benchmark relates to one of another framework.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum RelationKind {
    /// The same statement.
    #[sea_orm(string_value = "exact")]
    Exact,
    /// The same purpose.
    #[sea_orm(string_value = "close")]
    Close,
    /// It covers more than the other.
    #[sea_orm(string_value = "broad")]
    Broad,
    /// It covers a part of the other.
    #[sea_orm(string_value = "narrow")]
    Narrow,
}

/// One row of the crosswalk.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "benchmark_relation")]
pub struct Model {
    /// The framework related from.
    #[sea_orm(primary_key, auto_increment = false)]
    pub from_framework_id: i64,
    /// The benchmark's number there.
    #[sea_orm(primary_key, auto_increment = false)]
    pub from_number: i16,
    /// The framework related to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub to_framework_id: i64,
    /// The benchmark's number there.
    #[sea_orm(primary_key, auto_increment = false)]
    pub to_number: i16,
    /// How the first relates to the second.
    pub relation: RelationKind,
    /// Who says so, and on what ground.
    pub basis: String,
    /// The version of the catalogue that added the row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub added_in: i32,
    /// The version that no longer has it.
    pub ended_in: Option<i32>,
}

/// The two frameworks.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The framework related from.
    #[sea_orm(
        belongs_to = "super::framework::Entity",
        from = "Column::FromFrameworkId",
        to = "super::framework::Column::Id"
    )]
    From,
    /// The framework related to.
    #[sea_orm(
        belongs_to = "super::framework::Entity",
        from = "Column::ToFrameworkId",
        to = "super::framework::Column::Id"
    )]
    To,
    /// The version of the catalogue that added it.
    #[sea_orm(
        belongs_to = "super::catalogue_version::Entity",
        from = "Column::AddedIn",
        to = "super::catalogue_version::Column::Number"
    )]
    AddedIn,
    /// The version of the catalogue that no longer has it.
    #[sea_orm(
        belongs_to = "super::catalogue_version::Entity",
        from = "Column::EndedIn",
        to = "super::catalogue_version::Column::Number"
    )]
    EndedIn,
}

impl ActiveModelBehavior for ActiveModel {}
