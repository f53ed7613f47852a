//! One institution's result for one framework in one period, with its attributes as they were then.

use sea_orm::entity::prelude::*;

/// One institution's result for one framework in one period, with its attributes as they were then.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "result")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// The institution.
    pub institution_id: i64,
    /// The framework.
    pub framework_id: i64,
    /// The period, e.g. `202324T3`.
    pub period: String,
    /// The day the assessment was completed.
    pub completed_on: Date,
    /// The submission it came with.
    pub submission_id: i64,
    /// The version of the terms under which it was handed in.
    pub terms_version: String,
    /// The local authority it stood in.
    pub local_authority_id: i64,
    /// The careers hub it belonged to.
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
    /// The result it corrects.
    pub supersedes: Option<i64>,
}

/// None are declared: joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
