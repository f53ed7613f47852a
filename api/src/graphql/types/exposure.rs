//! What was asked about an area.

use std::sync::Arc;

use async_graphql::SimpleObject;

use crate::{domain::Catalogue, service};

use super::{
    Area, Date, DateTime,
    scalar::{Tier, whole},
};

/// What was asked that concerns an area of yours: about it, about areas in it, and about areas that share some of it, such as
/// the country around it. Taken from the audit, which records every answered question; repeats are counted within about a
/// minute. No answer is kept in it, only questions.
#[derive(SimpleObject)]
pub struct Exposure {
    /// The area.
    area: Area,
    /// The first day that is looked at, UTC.
    since: Date,
    /// Until when, UTC.
    until: DateTime,
    /// All of it in a sentence or two, to be read by an officer.
    statement: String,
    /// Who asked: one entry for each organisation, purpose and tier.
    askers: Vec<Asker>,
}

/// What one organisation asked for one purpose at one tier.
#[derive(SimpleObject)]
pub struct Asker {
    /// The code of the organisation.
    organisation: String,
    /// Its name.
    name: String,
    /// The purpose, one of its agreements'.
    purpose: String,
    /// How its answers were protected.
    tier: Tier,
    /// How many different questions it asked.
    questions: i32,
    /// How many times they were answered, repeats counted.
    times: i32,
    /// How finely it asked: what its questions named beside area, period and benchmark, e.g. `PHASE`, or `BENCHMARKS_ACHIEVED` of
    /// destinations. Empty where they named nothing.
    breakdowns: Vec<String>,
    /// The most of these that one question named at once.
    finest: i32,
    /// What it cost: the tabulations on the bills of its questions together. Standard tables have none.
    tabulations: i32,
    /// When it asked first, UTC.
    first_asked_at: DateTime,
    /// When it asked last, UTC.
    last_asked_at: DateTime,
    /// All of it in a sentence or two, to be read by an officer.
    statement: String,
}

impl Exposure {
    pub(crate) fn new(exposure: service::Exposure, catalogue: Arc<Catalogue>) -> Self {
        Self {
            area: Area::new(catalogue, exposure.area),
            since: exposure.since.into(),
            until: exposure.until.into(),
            statement: exposure.statement,
            askers: exposure.askers.into_iter().map(Asker::from).collect(),
        }
    }
}

impl From<service::Asker> for Asker {
    fn from(asker: service::Asker) -> Self {
        Self {
            organisation: asker.organisation,
            name: asker.name,
            purpose: asker.purpose,
            tier: asker.tier.into(),
            questions: whole(asker.questions),
            times: whole(asker.times),
            breakdowns: asker.breakdowns,
            finest: whole(asker.finest),
            tabulations: whole(asker.tabulations),
            first_asked_at: asker.first.into(),
            last_asked_at: asker.last.into(),
            statement: asker.statement,
        }
    }
}
