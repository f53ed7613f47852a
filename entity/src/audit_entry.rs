//! An entry of the audit.

use sea_orm::entity::prelude::*;

/// What an entry of the audit tells, as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Kind {
    /// A chain began.
    #[sea_orm(string_value = "start")]
    Start,
    /// A question was answered that the chain had not seen.
    #[sea_orm(string_value = "question")]
    Question,
    /// It was answered again, some times.
    #[sea_orm(string_value = "repeat")]
    Repeat,
    /// How far another chain had come.
    #[sea_orm(string_value = "witness")]
    Witness,
    /// Something was changed.
    #[sea_orm(string_value = "change")]
    Change,
}

/// An entry of the audit.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entry")]
pub struct Model {
    /// Its chain.
    #[sea_orm(primary_key, auto_increment = false)]
    pub chain: String,
    /// Its place in the chain, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    /// What it tells.
    pub kind: Kind,
    /// When.
    pub asked_at: DateTimeUtc,
    /// The code of the organisation that asked.
    pub organisation: String,
    /// The client that asked for it; empty where none did.
    pub client: String,
    /// The purpose.
    pub purpose: String,
    /// The tier of the answer.
    pub tier: String,
    /// What the table was of.
    pub dataset: String,
    /// The canonical question; of a witness the chain, the entry and its hash.
    pub question: String,
    /// The number of the release it was answered from.
    pub release: i64,
    /// How many cells the answer had.
    pub cells: i64,
    /// How many tabulations were on its bill.
    pub tabulations: i64,
    /// How many times it was answered.
    pub times: i64,
    /// The hash over the entry and the hash before it, hexadecimal.
    pub hash: String,
    /// What was changed; empty of every other kind, as are the texts that follow.
    pub change: String,
    /// Which object was changed.
    pub object: String,
    /// What is to be known of it beside that.
    pub detail: String,
    /// The codes of the organisations that it concerns, each between two ends of lines.
    pub concerns: String,
}

/// What its rows refer to, and what refers to them.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// Its chain.
    #[sea_orm(
        belongs_to = "super::audit_chain::Entity",
        from = "Column::Chain",
        to = "super::audit_chain::Column::Chain"
    )]
    AuditChain,
}

impl Related<super::audit_chain::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::AuditChain.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
