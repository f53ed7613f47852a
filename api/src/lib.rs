//! Benchmark Exchange: anonymised career-guidance benchmark outcomes across regions, asked for in GraphQL.

pub mod domain;
