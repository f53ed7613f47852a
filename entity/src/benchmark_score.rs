//! One score of a result; only benchmarks that were assessed have one.

use sea_orm::entity::prelude::*;

/// One score of a result; only benchmarks that were assessed have one.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "benchmark_score")]
pub struct Model {
    /// The result.
    #[sea_orm(primary_key, auto_increment = false)]
    pub result_id: i64,
    /// The benchmark's number.
    #[sea_orm(primary_key, auto_increment = false)]
    pub benchmark: i16,
    /// 0 to 100.
    pub score: i16,
}

/// What its rows refer to, and what refers to them.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The result.
    #[sea_orm(belongs_to = "super::result::Entity", from = "Column::ResultId", to = "super::result::Column::Id")]
    Result,
}

impl Related<super::result::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Result.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
