//! A release in which a period was published.

use sea_orm::entity::prelude::*;

/// What the period is of, as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Subject {
    /// Results: the period is a term.
    #[sea_orm(string_value = "results")]
    Results,
    /// Counts of destinations: the period is a cohort year.
    #[sea_orm(string_value = "destinations")]
    Destinations,
}

/// A release in which a period was published.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "release_edition")]
pub struct Model {
    /// What the period is of.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: Subject,
    /// The term, e.g. `202324T3`, or the cohort year, e.g. `202223`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub period: String,
    /// How often it had been published by then, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub edition: i16,
    /// The release.
    pub release: i32,
    /// Whether the release is of a time before editions; only then may there be more than three.
    pub migrated: bool,
}

/// What its rows refer to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The release.
    #[sea_orm(belongs_to = "super::release::Entity", from = "Column::Release", to = "super::release::Column::Number")]
    Release,
}

impl Related<super::release::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Release.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
