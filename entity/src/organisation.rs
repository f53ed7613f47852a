//! A hub, LEP, authority, national body or partner abroad.

use sea_orm::entity::prelude::*;

/// What an organisation is, as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Kind {
    /// A careers hub.
    #[sea_orm(string_value = "hub")]
    Hub,
    /// A Local Enterprise Partnership.
    #[sea_orm(string_value = "lep")]
    Lep,
    /// A combined or local authority.
    #[sea_orm(string_value = "authority")]
    Authority,
    /// A national body.
    #[sea_orm(string_value = "national")]
    National,
    /// A partner abroad.
    #[sea_orm(string_value = "partner")]
    Partner,
}

/// A hub, LEP, authority, national body or partner abroad.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organisation")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The code, unique.
    #[sea_orm(unique)]
    pub code: String,
    /// The name to show.
    pub name: String,
    /// What sort it is.
    pub kind: Kind,
    /// The area it works in.
    pub area_id: i64,
    /// The day from which it no longer takes part; open when null.
    pub ended_on: Option<Date>,
}

/// What its rows refer to, and what refers to them.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The area it works in.
    #[sea_orm(belongs_to = "super::area::Entity", from = "Column::AreaId", to = "super::area::Column::Id")]
    Area,
    /// The agreements under which it may ask.
    #[sea_orm(has_many = "super::agreement::Entity")]
    Agreement,
    /// What it handed in.
    #[sea_orm(has_many = "super::submission::Entity")]
    Submission,
    /// The programs of it that are given tokens.
    #[sea_orm(has_many = "super::api_client::Entity")]
    ApiClient,
    /// Its clients that other issuers vouch for.
    #[sea_orm(has_many = "super::issuer_client::Entity")]
    IssuerClient,
    /// The changes that it asked for by itself.
    #[sea_orm(has_many = "super::requested_change::Entity")]
    RequestedChange,
    /// The institutions that it speaks for.
    #[sea_orm(has_many = "super::speaker::Entity")]
    Speaker,
}

impl Related<super::area::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Area.def()
    }
}

impl Related<super::agreement::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Agreement.def()
    }
}

impl Related<super::submission::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Submission.def()
    }
}

impl Related<super::api_client::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::ApiClient.def()
    }
}

impl Related<super::requested_change::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::RequestedChange.def()
    }
}

impl Related<super::speaker::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Speaker.def()
    }
}

impl Related<super::issuer_client::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::IssuerClient.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
