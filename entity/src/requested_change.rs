//! A change that an organisation asked for, and what came of it.

use sea_orm::entity::prelude::*;

/// How far a change has come, as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum State {
    /// It is being worked on, or was when its process ended.
    #[sea_orm(string_value = "begun")]
    Begun,
    /// It is made.
    #[sea_orm(string_value = "done")]
    Done,
    /// It breaks a rule; nothing was changed.
    #[sea_orm(string_value = "refused")]
    Refused,
    /// Something failed; nothing was changed.
    #[sea_orm(string_value = "failed")]
    Failed,
}

/// A change that an organisation asked for, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "requested_change")]
pub struct Model {
    /// The key, 32 hexadecimal digits.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The organisation that asked for it.
    pub organisation_id: i64,
    /// The client that did; empty where none did.
    pub client: String,
    /// What was to be changed, as the contract names it.
    pub operation: String,
    /// The key under which the same is done once, as the organisation chose it.
    pub key: Option<String>,
    /// SHA-256 of what was sent, hexadecimal.
    pub digest: String,
    /// How far it has come.
    pub state: State,
    /// How much of the present step is done.
    pub progress: i64,
    /// Of how much.
    pub progress_of: i64,
    /// What was found in what was sent, without values, as JSON.
    pub report: Option<String>,
    /// What came of it, as JSON.
    pub receipt: Option<String>,
    /// What it is about: the number of a submission, a release or an agreement, or the identifier of a client.
    pub subject: Option<String>,
    /// When it began.
    pub begun_at: DateTimeUtc,
    /// When it came on last.
    pub changed_at: DateTimeUtc,
}

/// What its rows refer to, and what refers to them.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The organisation that asked for it.
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
