//! The database: its entities and its migrated schema, every earlier version of it, lost races, and roles that may only write rows.

mod entities;
mod migrations;
mod older_releases;
mod races;
mod readiness;
mod rules;
