//! What the catalogue says of an area, from one version on.

use sea_orm::entity::prelude::*;

/// What sort of place an area is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum AreaKind {
    /// A country.
    #[sea_orm(string_value = "country")]
    Country,
    /// A region.
    #[sea_orm(string_value = "region")]
    Region,
    /// A Local Enterprise Partnership.
    #[sea_orm(string_value = "lep")]
    Lep,
    /// The area of a Local Skills Improvement Plan.
    #[sea_orm(string_value = "lsip")]
    Lsip,
    /// A combined authority.
    #[sea_orm(string_value = "combined_authority")]
    CombinedAuthority,
    /// A local authority.
    #[sea_orm(string_value = "local_authority")]
    LocalAuthority,
    /// A careers hub.
    #[sea_orm(string_value = "hub")]
    Hub,
}

/// What the catalogue says of an area, from one version on.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "area_version")]
pub struct Model {
    /// The area.
    #[sea_orm(primary_key, auto_increment = false)]
    pub area_id: i64,
    /// The name to show.
    pub name: String,
    /// What sort it is.
    pub kind: AreaKind,
    /// The code it is printed under in its register.
    pub parent_code: Option<String>,
    /// Where the code comes from.
    pub code_scheme: String,
    /// The first day.
    pub valid_from: Option<Date>,
    /// The last day; open when null.
    pub valid_to: Option<Date>,
    /// Where the row was taken from.
    pub source: String,
    /// Whether the operator says so; else it ships with the product.
    pub own: bool,
    /// The version of the catalogue that added the row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub added_in: i32,
    /// The version that no longer has it.
    pub ended_in: Option<i32>,
}

/// The area.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The area.
    #[sea_orm(belongs_to = "super::area::Entity", from = "Column::AreaId", to = "super::area::Column::Id")]
    Area,
    /// The version of the catalogue that added it.
    #[sea_orm(
        belongs_to = "super::catalogue_version::Entity",
        from = "Column::AddedIn",
        to = "super::catalogue_version::Column::Number"
    )]
    AddedIn,
    /// The version of the catalogue that no longer has it.
    #[sea_orm(
        belongs_to = "super::catalogue_version::Entity",
        from = "Column::EndedIn",
        to = "super::catalogue_version::Column::Number"
    )]
    EndedIn,
}

impl Related<super::area::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Area.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
