//! The tables as sea-orm entities, and nothing else.

pub mod agreement;
pub mod agreement_dimension;
pub mod agreement_purpose;
pub mod api_client;
pub mod area;
pub mod area_membership;
pub mod area_succession;
pub mod area_version;
pub mod audit_chain;
pub mod audit_entry;
pub mod benchmark;
pub mod benchmark_relation;
pub mod benchmark_score;
pub mod budget_entry;
pub mod catalogue_version;
pub mod client_credential;
pub mod destination_count;
pub mod framework;
pub mod framework_version;
pub mod institution;
pub mod issuer;
pub mod issuer_client;
pub mod organisation;
pub mod release;
pub mod release_edition;
pub mod result;
pub mod revocation;
pub mod roll_entry;
pub mod setting;
pub mod signing_key;
pub mod speaker;
pub mod submission;
mod tier;
pub mod used_assertion;

pub use tier::Tier;
