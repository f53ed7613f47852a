//! How many students of one institution's cohort went to one destination.

use sea_orm::entity::prelude::*;

/// How many students of one institution's cohort went to one destination.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "destination_count")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// The institution.
    pub institution_id: i64,
    /// The academic year in which the cohort completed the stage: the year in which it starts.
    pub cohort_year: i16,
    /// Dictionary code of the stage, from 1.
    pub stage: i16,
    /// Dictionary code of the destination, from 1.
    pub category: i16,
    /// How many students.
    pub students: i32,
    /// The submission it came with.
    pub submission_id: i64,
    /// The local authority in which the institution stood when the first count of the cohort was stored.
    pub local_authority_id: i64,
    /// The careers hub to which it belonged then.
    pub hub_id: Option<i64>,
    /// The count it corrects.
    pub supersedes: Option<i64>,
}

/// None are declared: joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
