//! Documents: what the contract makes of a text, and one tree for each operation of it.
//!
//! apollo-compiler reads and validates, by every rule of the specification; [`rules`] adds what it leaves out. An operation
//! is then collected into one tree ([`Operation`]): fragments gone into their place, fields of one key made one, conditions
//! decided. async-graphql executes that tree, which holds nothing that it treats otherwise than the specification.

mod answered;
mod contract;
mod lists;
mod operation;
mod place;
mod rules;
mod suggest;
mod value;

pub(super) use answered::write;
pub(super) use contract::Contract;
pub(super) use lists::{List, Lists};
pub(super) use operation::{Below, Collected, LATELY, Operation, Selected, Undecided};
pub(super) use place::Places;
pub(super) use value::constant;

#[cfg(test)]
mod tests;
