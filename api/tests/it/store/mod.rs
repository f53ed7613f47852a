//! The database: its entities and its migrated schema, every earlier version of it, lost races, and roles that may only write rows.

mod backup;
mod entities;
mod files;
mod full_disk;
mod killed;
mod locked;
mod migrations;
mod older_releases;
mod races;
mod readiness;
mod replaced;
mod rules;

pub(crate) use migrations::{of_version, steps_to};
