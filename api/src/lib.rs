//! Benchmark Exchange: anonymised career-guidance benchmark outcomes across regions, asked for in GraphQL.
//!
//! The map, from the inside out. A room imports only rooms above it in this list (`tests/it/architecture.rs`).
//!
//! | room | what it does |
//! | --- | --- |
//! | [`domain`], `disclosure` | the shared words; the disclosure method, a crate of its own |
//! | [`telemetry`] | what an operator sees: counters and times |
//! | [`auth`] | a bearer token becomes a viewer |
//! | [`ingest`] | bytes become checked records, or problems with line and column |
//! | [`outbound`] | what the service fetches and sends by itself, within bounds
//! | [`release`] | the immutable columns of one release |
//! | [`store`] | the database, and nothing but the database |
//! | [`synthetic`] | a made-up population for demonstrations |
//! | [`policy`] | a viewer and its agreements become a grant |
//! | [`tabulation`] | the engine of every table: admit, pay, tabulate, preview, cite, advise |
//! | [`datasets`] | what tables are about: outcomes, destinations; each brings question, plan, bill and count |
//! | [`service`] | the use cases; read [`service::Reader::tabulate`] first |
//! | [`graphql`] | the contract: translates, never decides |
//! | [`export`] | tables to take away: one neutral table, and the formats it is written in |
//! | [`http`] | the edge |
//! | [`app`], [`config`] | the composition root and its settings |
//! | [`cli`] | the commands |
//!
//! **The read path is a chain of types**, each demanding the one before: bearer → `Viewer` → `Session` → `Grant` → `Plan` →
//! [`Paid`](tabulation::Paid) → `RawTable`, which carries its tier → `ProtectedTable` → GraphQL. Only `disclosure::protect` opens
//! a `RawTable`, and what may know sizes only is given `Sizes`, so a resolver that forgets a check does not compile.

pub mod app;
pub mod auth;
pub mod cli;
pub mod config;
pub mod datasets;
pub mod domain;
pub mod export;
pub mod graphql;
pub mod http;
pub mod ingest;
pub mod outbound;
pub mod policy;
pub mod release;
pub mod service;
pub mod store;
pub mod synthetic;
pub mod tabulation;
pub mod telemetry;
