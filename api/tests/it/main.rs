//! The service as its users meet it: the real router, the real migrations, SQLite and a real PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod architecture;
mod areas;
mod attack;
mod audit;
mod authz;
mod budget;
mod catalogue;
mod catalogue_versions;
mod changes;
mod clients;
mod comparators;
mod derived;
mod destinations;
mod edge;
mod editions;
mod erasing;
mod faults;
mod files;
mod first_start;
mod flat_rows;
mod frameworks_together;
mod fuzz;
mod identity;
mod importing;
mod insiders;
mod issuers;
mod keys;
mod large_files;
mod nodes;
mod official;
mod outcomes;
mod protection;
mod registers;
mod releases;
mod roll;
mod rows;
mod schema;
mod states;
mod store;
mod subscriptions;
mod support;
mod tables;
mod telemetry;
mod withdrawals;
