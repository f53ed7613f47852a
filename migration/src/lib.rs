//! The schema of the database, step by step. The same steps run on SQLite and on PostgreSQL.

mod columns;
mod m0001_reference;
mod m0002_organisations;
mod m0003_results;
mod m0004_releases;
mod m0005_destinations;
mod m0006_budget;
mod m0007_catalogue_versions;
mod m0008_agreement_dimensions;
mod m0009_rules;
mod m0010_method;
mod m0011_budget_accounts;
mod m0012_editions;
mod m0013_signing_keys;
mod m0014_roll;
mod m0015_handed_in_again;
mod m0016_taken_back;
mod m0017_clients;
mod m0018_audit;
mod m0019_areas_in_time;
mod m0023_issuers;
mod m0025_requested_changes;
mod m0026_erasures;
mod m0027_register;
mod m0029_kept_citations;
mod m0030_saved_questions;
mod m0032_comparators;
mod m0033_official_figures;
mod m0034_webhooks;
mod m0035_recorded_changes;
mod m0036_issuer_reach;
mod m0040_sent_again;
mod m0041_audit_groups;
mod rule;
mod state;

use sea_orm_migration::prelude::*;
pub use sea_orm_migration::{MigratorTrait, SchemaManager};

pub use state::{State, state};

/// Every step, in order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_reference::Migration),
            Box::new(m0002_organisations::Migration),
            Box::new(m0003_results::Migration),
            Box::new(m0004_releases::Migration),
            Box::new(m0005_destinations::Migration),
            Box::new(m0006_budget::Migration),
            Box::new(m0007_catalogue_versions::Migration),
            Box::new(m0008_agreement_dimensions::Migration),
            Box::new(m0009_rules::Migration),
            Box::new(m0010_method::Migration),
            Box::new(m0011_budget_accounts::Migration),
            Box::new(m0012_editions::Migration),
            Box::new(m0013_signing_keys::Migration),
            Box::new(m0014_roll::Migration),
            Box::new(m0015_handed_in_again::Migration),
            Box::new(m0016_taken_back::Migration),
            Box::new(m0017_clients::Migration),
            Box::new(m0018_audit::Migration),
            Box::new(m0019_areas_in_time::Migration),
            Box::new(m0023_issuers::Migration),
            Box::new(m0025_requested_changes::Migration),
            Box::new(m0026_erasures::Migration),
            Box::new(m0027_register::Migration),
            Box::new(m0029_kept_citations::Migration),
            Box::new(m0030_saved_questions::Migration),
            Box::new(m0032_comparators::Migration),
            Box::new(m0033_official_figures::Migration),
            Box::new(m0034_webhooks::Migration),
            Box::new(m0035_recorded_changes::Migration),
            Box::new(m0036_issuer_reach::Migration),
            Box::new(m0040_sent_again::Migration),
            Box::new(m0041_audit_groups::Migration),
        ]
    }
}
