//! What the tests stand on: databases, a small population, and a service to ask.

mod clock;
mod database;
mod mounts;
mod pgbouncer;
mod population;
mod postgres;
mod process;
mod proxy;
mod run;
mod service;
mod signing;

pub(crate) use clock::{MovedClock, with_another_clock};
pub(crate) use database::{Database, Engine};
pub(crate) use mounts::again_with_mounts_of_its_own;
pub(crate) use pgbouncer::PgBouncer;
pub(crate) use population::{Population, Row, identifier};
pub(crate) use postgres::Server as Postgres;
pub(crate) use process::{Desk, OWN_FILES, Running};
pub(crate) use proxy::Network;
pub(crate) use run::{attacks_run_long, block_on, fuzz_seconds, peak_memory};
pub(crate) use service::{Answer, HUB, LEP, PARTNER, Service, ask_router, clock, publish_anew, question, revising};
pub(crate) use signing::Key;
