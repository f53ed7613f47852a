//! Enumerations of the contract that mirror a domain word.

use async_graphql::Enum;

use crate::domain;

/// How much protection an answer gets.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "disclosure::Tier")]
pub enum Tier {
    /// Results that your organisation handed in itself: exact, never below 7 institutions.
    Own,
    /// Partners near by, by agreement: noise of standard deviation 6 institutions (4.7 in standard tables), never below 10.
    Regional,
    /// Partners abroad, by agreement: noise of standard deviation 6.7 institutions (5.6 in standard tables), never below 20; LEP level or coarser.
    International,
}

/// How answers under an agreement are protected.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantedTier {
    /// For partners near by, as `Tier` tells.
    Regional,
    /// For partners abroad, as `Tier` tells.
    International,
}

impl From<GrantedTier> for disclosure::Tier {
    fn from(tier: GrantedTier) -> Self {
        match tier {
            GrantedTier::Regional => Self::Regional,
            GrantedTier::International => Self::International,
        }
    }
}

/// How well the results behind a cell compare with the benchmark they are reported under.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::Comparability")]
pub enum Comparability {
    /// All were assessed on this very statement.
    Exact,
    /// They were assessed on a statement of the same purpose, in other words or with other criteria.
    Close,
    /// They were assessed on a broader statement.
    Broad,
    /// They were assessed on narrower statements; an institution achieved the benchmark when it achieved every part.
    Narrow,
    /// Several frameworks contribute, and they relate differently.
    Mixed,
}

/// What an organisation is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::OrganisationKind")]
pub enum OrganisationKind {
    /// A careers hub.
    Hub,
    /// A Local Enterprise Partnership.
    Lep,
    /// A combined or local authority.
    Authority,
    /// A national body.
    National,
    /// A partner abroad.
    Partner,
}

/// The stage of education that a cohort completed.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::Stage")]
pub enum DestinationStage {
    /// Key stage 4, at the age of 16. `KS4` in files.
    #[graphql(name = "KS4")]
    KeyStage4,
    /// 16 to 18 study. `16-18` in files.
    SixteenToEighteen,
}

/// Where students went in the year after they completed a stage. Every student of a cohort is in exactly one category.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::Destination")]
pub enum DestinationCategory {
    /// Education, sustained for at least two terms.
    Education,
    /// An apprenticeship, sustained for at least six months.
    Apprenticeship,
    /// Employment, sustained for at least two terms.
    Employment,
    /// A destination that was not sustained, or none.
    NotSustained,
    /// Not known.
    Unknown,
}

/// A number in the contract's `Int`, which ends at 2,147,483,647.
pub(crate) fn whole(number: impl TryInto<i32>) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}
