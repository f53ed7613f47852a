//! One file or batch that an organisation handed in.

use sea_orm::entity::prelude::*;

/// One file or batch that an organisation handed in.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "submission")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// The organisation that handed it in.
    pub organisation_id: i64,
    /// SHA-256, hexadecimal.
    pub checksum: String,
    /// When it came in, UTC.
    pub received_at: DateTimeUtc,
    /// Rows read.
    pub rows: i64,
    /// Results stored.
    pub results: i64,
    /// Scores stored.
    pub scores: i64,
    /// Why what it names is taken back, where it takes back and somebody said so.
    pub why: Option<String>,
}

/// What its rows refer to, and what refers to them.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The organisation that handed it in.
    #[sea_orm(
        belongs_to = "super::organisation::Entity",
        from = "Column::OrganisationId",
        to = "super::organisation::Column::Id"
    )]
    Organisation,
}

impl Related<super::organisation::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Organisation.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
