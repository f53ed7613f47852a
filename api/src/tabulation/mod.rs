//! The engine of every table: a question is admitted, paid for, counted, protected, previewed, cited and advised about here, once
//! for all datasets. Pure but for the ledger.
//!
//! What the datasets tell the engine about themselves is [`Dataset`]; read that first.

mod admit;
mod advice;
mod base;
mod citation;
mod dataset;
mod error;
mod layout;
mod ledger;
mod preview;
mod ranges;
mod scope;
mod summary;
mod table;

pub use admit::Admitted;
pub use advice::Advised;
pub use base::{Base, Bases, Versions, at_base, frozen_bases, later};
pub use citation::{
    Citation, InvalidCitation, Named, cited_question, escape, invalid, is_short_citation, seal, short_citation,
    unescape,
};
pub use dataset::{Dataset, Lookup, TablePlan};
pub use error::PlanError;
pub use layout::{Layout, MAX_CELLS, each_once};
pub use ledger::{Ledger, Paid, PayError, Quote};
pub use preview::{Preview, PreviewCost};
pub use ranges::outside;
pub use scope::{Asked, Scope, areas_named, check_dimensions};
pub use table::{Bought, Figure, Tabulation, Uncounted, tabulate};

#[cfg(test)]
mod tests;
