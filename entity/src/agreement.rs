//! What a provider allows a consumer.

use sea_orm::entity::prelude::*;

use crate::Tier;

/// What a provider allows a consumer.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agreement")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The organisation that may ask.
    pub consumer_id: i64,
    /// The area it may ask about.
    pub area_id: i64,
    /// How answers are protected: regional or international.
    pub tier: Tier,
    /// Whether it allows every dimension; otherwise those listed as `agreement_dimension`, which may be none.
    pub every_dimension: bool,
    /// The first day.
    pub valid_from: Date,
    /// The last day as agreed; open when null.
    pub valid_until: Option<Date>,
    /// The day from which it no longer holds, whatever was agreed.
    pub ended_on: Option<Date>,
    /// The agreement that holds in its place from then on.
    pub replaced_by: Option<i64>,
    /// The organisation that granted it; null where the operator did for nobody.
    pub provider_id: Option<i64>,
}

/// What its rows refer to, and what refers to them.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The organisation that may ask.
    #[sea_orm(
        belongs_to = "super::organisation::Entity",
        from = "Column::ConsumerId",
        to = "super::organisation::Column::Id"
    )]
    Consumer,
    /// The area it may ask about.
    #[sea_orm(belongs_to = "super::area::Entity", from = "Column::AreaId", to = "super::area::Column::Id")]
    Area,
    /// The agreement that holds in its place.
    #[sea_orm(belongs_to = "Entity", from = "Column::ReplacedBy", to = "Column::Id")]
    ReplacedBy,
    /// The organisation that granted it.
    #[sea_orm(
        belongs_to = "super::organisation::Entity",
        from = "Column::ProviderId",
        to = "super::organisation::Column::Id"
    )]
    Provider,
    /// What it may ask for.
    #[sea_orm(has_many = "super::agreement_purpose::Entity")]
    Purpose,
    /// By which dimensions it may ask.
    #[sea_orm(has_many = "super::agreement_dimension::Entity")]
    Dimension,
}

impl Related<super::organisation::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Consumer.def()
    }
}

impl Related<super::area::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Area.def()
    }
}

impl Related<super::agreement_purpose::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Purpose.def()
    }
}

impl Related<super::agreement_dimension::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Dimension.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
