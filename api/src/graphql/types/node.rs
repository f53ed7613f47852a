//! Objects with an identity.

use async_graphql::{ID, Interface};

use super::{Area, Benchmark, DestinationTable, Framework, Organisation, OutcomeTable, Period, Release, Viewer};

/// Anything with an identity that can be fetched again with `node`.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "&ID", desc = "The identity. Opaque: take it from an answer, do not make it up."))]
pub enum Node {
    /// An area.
    Area(Area),
    /// A benchmark.
    Benchmark(Benchmark),
    /// A table of destinations.
    DestinationTable(DestinationTable),
    /// A framework.
    Framework(Framework),
    /// An organisation.
    Organisation(Organisation),
    /// A table of outcomes.
    OutcomeTable(OutcomeTable),
    /// A period.
    Period(Period),
    /// A release.
    Release(Release),
    /// Who asks.
    Viewer(Viewer),
}
