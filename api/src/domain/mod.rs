//! The words every other room shares: codes, periods, areas, frameworks, records, releases and the clock.

pub mod area;
pub mod area_change;
pub mod audit;
mod audit_group;
pub mod catalogue;
pub mod charge;
pub mod client;
pub mod clock;
pub mod comparator;
pub mod comparator_change;
pub mod crosswalk;
pub mod destination;
pub mod dimension;
pub mod edition;
pub mod erasure;
pub mod framework;
pub mod index;
pub mod issuer;
pub mod key;
pub mod label;
pub mod ledger;
pub mod official;
mod official_time;
pub mod organisation;
pub mod period;
pub mod record;
pub mod recorded_change;
pub mod reference;
pub mod register;
pub mod register_link;
pub mod release;
pub mod requested_change;
pub mod roll;
pub mod saved_question;
pub mod secret;
pub mod webhook;
pub mod withdrawal;
pub mod wording;

pub use area::{Area, AreaKind, Membership, Succession, SuccessionKind};
pub use area_change::AreaChange;
pub use audit::{AuditChain, AuditCut, AuditEntry, AuditHead, AuditKind, AuditRecord, AuditSum};
pub use audit_group::{AuditGroup, AuditLines, AuditLink, AuditSums, Illegible};
pub use catalogue::{Catalogue, Successor};
pub use charge::{Bill, BudgetLine, Charge, Shortfall, Verdict};
pub use client::{Client, Credential, CredentialKind, NewClient, NewCredential};
pub use clock::Clock;
pub use comparator::Comparator;
pub use comparator_change::ComparatorChange;
pub use crosswalk::{Comparability, Crosswalk, Relation, RelationKind, Source};
pub use destination::{CohortYear, Destination, DestinationRecord, Location, Locations, ReleasedDestination, Stage};
pub use dimension::{Attributes, Category, Dimension};
pub use edition::{Edition, Editions, Publication, Publishable, Published, Unrevisable, Waiting};
pub use erasure::{Erase, Erased};
pub use framework::{Benchmark, Framework};
pub use index::{AreaIndex, FrameworkIndex};
pub use issuer::{Issuer, IssuerChange, IssuerClient, IssuerRules};
pub use key::{KeptKey, Revocation, Revoked};
pub use ledger::{Ledger, Settlement};
pub use official::{
    OfficialColumn, OfficialDataSet, OfficialFigure, OfficialFigures, OfficialFilter, OfficialIndicator, OfficialRow,
    OfficialSelection, OfficialStatus, OfficialWanted,
};
pub use official_time::OfficialTime;
pub use organisation::{
    Agreement, Amendment, Directory, NewAgreement, Organisation, OrganisationChange, OrganisationKind,
};
pub use period::Period;
pub use record::{Pseudonym, Record, ReleasedResult};
pub use recorded_change::{ChangeAuthor, ChangeEntry, ChangeKind, RecordedChange};
pub use reference::{PublishedFigure, Reference};
pub use register::{
    Cuts, Identified, PhaseGroup, Register, RegisterEdition, RegisterEntry, RegisterSource, Registered,
};
pub use register_link::{DroppedLink, Link, LinkKind, WhyDropped};
pub use release::{Checksum, Release};
pub use requested_change::{ChangeState, NewChange, RequestedChange};
pub use roll::{Outside, Remit, Roll, RollEntry, RollRecord};
pub use saved_question::SavedQuestion;
pub use secret::Secret;
pub use webhook::{Delivery, NewDelivery, Next, Webhook, WebhookEvent};
pub use withdrawal::{TakenBack, Withdrawal};
pub use wording::{Language, Wordings};
