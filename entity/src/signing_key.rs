//! A key that tokens are signed with.

use sea_orm::entity::prelude::*;

/// A key that tokens are signed with.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "signing_key")]
pub struct Model {
    /// What tokens name it by.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kid: String,
    /// The public half.
    pub public_key: Vec<u8>,
    /// The other half, sealed under the secret; none where it is derived from the secret, or was destroyed.
    pub sealed: Option<Vec<u8>>,
    /// When it was made.
    pub made_at: DateTimeUtc,
    /// How long tokens of it are taken; open for one made by the service.
    pub verifies_until: Option<DateTimeUtc>,
    /// When it was retired.
    pub retired_at: Option<DateTimeUtc>,
}

/// It stands alone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
