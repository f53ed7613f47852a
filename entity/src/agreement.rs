//! What a provider allows a consumer.

use sea_orm::entity::prelude::*;

/// What a provider allows a consumer.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agreement")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The organisation that may ask.
    pub consumer_id: i64,
    /// The area.
    pub area_id: i64,
    /// `regional` or `international`.
    pub tier: String,
    /// The dimensions it may use, separated by commas; every one when null.
    pub dimensions: Option<String>,
    /// The first day.
    pub valid_from: Date,
    /// The last day; open when null.
    pub valid_until: Option<Date>,
}

/// None are declared: joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
