//! The database: roles that may only write rows.

mod readiness;
