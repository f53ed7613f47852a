//! How many students of one institution's cohort went to one destination.

use sea_orm::entity::prelude::*;

/// The stage of education that a cohort completed, as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum Stage {
    /// Key stage 4, at the age of 16.
    #[sea_orm(num_value = 1)]
    KeyStage4,
    /// 16 to 18 study.
    #[sea_orm(num_value = 2)]
    SixteenToEighteen,
}

/// Where students went, as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum Category {
    /// Education, sustained.
    #[sea_orm(num_value = 1)]
    Education,
    /// An apprenticeship, sustained.
    #[sea_orm(num_value = 2)]
    Apprenticeship,
    /// Employment, sustained.
    #[sea_orm(num_value = 3)]
    Employment,
    /// A destination that was not sustained, or none.
    #[sea_orm(num_value = 4)]
    NotSustained,
    /// Not known.
    #[sea_orm(num_value = 5)]
    Unknown,
}

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
    /// The stage.
    pub stage: Stage,
    /// The destination.
    pub category: Category,
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
    /// Whether it takes that count back: then it counts nobody.
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
    /// The submission it came with.
    #[sea_orm(
        belongs_to = "super::submission::Entity",
        from = "Column::SubmissionId",
        to = "super::submission::Column::Id"
    )]
    Submission,
    /// The local authority in which the institution stood.
    #[sea_orm(belongs_to = "super::area::Entity", from = "Column::LocalAuthorityId", to = "super::area::Column::Id")]
    LocalAuthority,
    /// The careers hub to which it belonged.
    #[sea_orm(belongs_to = "super::area::Entity", from = "Column::HubId", to = "super::area::Column::Id")]
    Hub,
    /// The count it corrects.
    #[sea_orm(belongs_to = "Entity", from = "Column::Supersedes", to = "Column::Id")]
    Supersedes,
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

impl ActiveModelBehavior for ActiveModel {}
