//! Objects with an identity.

use async_graphql::{ID, Interface};

use super::{Area, Benchmark, Framework, Release};

/// Anything with an identity that can be fetched again with `node`.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "&ID", desc = "The identity. Opaque: take it from an answer, do not make it up."))]
pub enum Node {
    /// An area.
    Area(Area),
    /// A benchmark.
    Benchmark(Benchmark),
    /// A framework.
    Framework(Framework),
    /// A release.
    Release(Release),
}
