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
    /// Whether it takes that result back: then it says nothing itself, and has no scores.
    pub withdrawn: bool,
}

/// What its rows refer to, and what refers to them.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The institution.
    #[sea_orm(
        belongs_to = "super::institution::Entity",
        from = "Column::InstitutionId",
        to = "super::institution::Column::Id"
    )]
    Institution,
    /// The framework.
    #[sea_orm(
        belongs_to = "super::framework::Entity",
        from = "Column::FrameworkId",
        to = "super::framework::Column::Id"
    )]
    Framework,
    /// The submission it came with.
    #[sea_orm(
        belongs_to = "super::submission::Entity",
        from = "Column::SubmissionId",
        to = "super::submission::Column::Id"
    )]
    Submission,
    /// The local authority it stood in.
    #[sea_orm(belongs_to = "super::area::Entity", from = "Column::LocalAuthorityId", to = "super::area::Column::Id")]
    LocalAuthority,
    /// The careers hub it belonged to.
    #[sea_orm(belongs_to = "super::area::Entity", from = "Column::HubId", to = "super::area::Column::Id")]
    Hub,
    /// The result it corrects.
    #[sea_orm(belongs_to = "Entity", from = "Column::Supersedes", to = "Column::Id")]
    Supersedes,
    /// Its scores.
    #[sea_orm(has_many = "super::benchmark_score::Entity")]
    Score,
}

impl Related<super::institution::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Institution.def()
    }
}

impl Related<super::submission::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Submission.def()
    }
}

impl Related<super::benchmark_score::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Score.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
