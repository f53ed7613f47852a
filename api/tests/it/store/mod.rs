//! The database: lost races, and roles that may only write rows.

mod races;
mod readiness;
