//! The closed list of tiers, which agreements and the ledger of the budget share.

use sea_orm::entity::prelude::*;

/// How much protection an answer gets, as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Tier {
    /// Results that the asking organisation itself handed in. No agreement has it.
    #[sea_orm(string_value = "own")]
    Own,
    /// Partners near by.
    #[sea_orm(string_value = "regional")]
    Regional,
    /// Partners abroad.
    #[sea_orm(string_value = "international")]
    International,
}
