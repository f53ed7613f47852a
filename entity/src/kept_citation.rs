//! A short citation, and what it stands for.

use sea_orm::entity::prelude::*;

/// A short citation, and what it stands for.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "kept_citation")]
pub struct Model {
    /// The short form.
    #[sea_orm(primary_key, auto_increment = false)]
    pub short: String,
    /// The whole citation, with the question in it.
    pub citation: String,
}

/// What its rows refer to, and what refers to them: nothing.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
