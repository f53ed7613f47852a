//! The limits that hold for every question.

use async_graphql::{Context, SimpleObject};

use crate::{
    graphql::{context, guard},
    service::MOST_BYTES,
    tabulation::MAX_CELLS,
};

use super::{
    PAGE_MAX,
    scalar::{Tier, whole},
};

/// The limits that hold for every question.
#[derive(SimpleObject)]
pub struct Limits {
    /// The most cells one table may have: areas × periods × benchmarks × categories.
    cells_per_table: i32,
    /// The most bytes of an answer, all of its tables together.
    answer_bytes: i32,
    /// The most items on one page of a list.
    items_per_page: i32,
    /// What one document may hold.
    document: DocumentLimits,
    /// How many new tabulations each tier allows.
    allowances: Vec<Allowance>,
    /// How many different tabulations all organisations together may open about one measure, for all periods. It can end
    /// before your own budget does; what somebody opened is free for everybody.
    tabulations_together: i32,
    /// How many points you may spend in a minute: a request takes 1, and a table 1 for each 1,000 of cells × (10 + fields of
    /// each). `extensions.cost.points` of an answer tells what it took. Null where there is no limit.
    points_per_minute: Option<i32>,
}

/// What one document may hold at the most.
#[derive(SimpleObject)]
pub struct DocumentLimits {
    /// Bytes of its text.
    bytes: i32,
    /// Names, numbers, strings and punctuators.
    tokens: i32,
    /// Brackets of any kind within each other.
    nesting: i32,
    /// Fields within each other, fragments expanded.
    depth: i32,
    /// Fields, fragments expanded.
    fields: i32,
    /// Fields of the root, fragments expanded.
    root_fields: i32,
    /// Aliases.
    aliases: i32,
    /// Directives.
    directives: i32,
    /// Operations.
    operations: i32,
    /// Fragments.
    fragments: i32,
    /// Values in the variables: numbers, texts, lists, objects, each counted.
    values: i32,
}

/// How many new tabulations a tier allows.
#[derive(SimpleObject)]
pub struct Allowance {
    /// The tier.
    tier: Tier,
    /// How many one organisation may open per measure, for all periods; null where there is no limit.
    tabulations: Option<i32>,
    /// What each costs as privacy loss ρ; 0 where answers are exact.
    rho: f64,
}

impl Limits {
    /// Those that hold where a question is executed.
    pub(crate) fn new(context: &Context<'_>) -> Self {
        let allowance = |tier: disclosure::Tier| Allowance {
            tier: tier.into(),
            tabulations: tier.rules().new_tabulations.map(whole),
            rho: tier.rules().cost(),
        };
        Self {
            cells_per_table: whole(MAX_CELLS),
            answer_bytes: whole(MOST_BYTES),
            items_per_page: whole(PAGE_MAX),
            document: DocumentLimits::from(context.data_unchecked::<guard::Limits>()),
            allowances: disclosure::Tier::ALL.map(allowance).into(),
            tabulations_together: whole(disclosure::POOL_TABULATIONS),
            points_per_minute: context::reader(context).allowance().points_per_minute().map(whole),
        }
    }
}

impl From<&guard::Limits> for DocumentLimits {
    fn from(limits: &guard::Limits) -> Self {
        Self {
            bytes: whole(limits.bytes),
            tokens: whole(limits.tokens),
            nesting: whole(limits.nesting),
            depth: whole(limits.depth),
            fields: whole(limits.fields),
            root_fields: whole(limits.root_fields),
            aliases: whole(limits.aliases),
            directives: whole(limits.directives),
            operations: whole(limits.operations),
            fragments: whole(limits.fragments),
            values: whole(limits.values),
        }
    }
}
