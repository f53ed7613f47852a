//! Documents prepared once: guarded, parsed, validated, collected, and cached by their text for every request.
//!
//! What async-graphql 7.2.1 offers for that: a parsed document can be given to it, but it takes it over, so it is cloned for
//! each request; validation cannot be left out, but its `Fast` mode leaves out every rule but fragment cycles. Which operation
//! it is given, [`super::document`] makes; what validation would find in the values of variables, [`super::coerce_variables`]
//! finds.

use std::sync::Arc;

use apollo_compiler::{
    ExecutableDocument, Node,
    ast::{Definition, OperationType},
    executable,
    validation::Valid,
};
use async_graphql::ServerError;
use quick_cache::{Weighter, sync::Cache};
use sha2::{Digest, Sha256};

use super::{
    bounded_cache::bounded_cache,
    document::{Contract, LATELY, Operation},
    guard::{self, Limits, Rejection},
};

/// The most errors that a response shows; the rest is counted.
pub(super) const MOST_ERRORS: usize = 10;

/// Memory for prepared documents, bytes.
const PREPARED_BYTES: u64 = 48 << 20;

/// Memory for refused documents, bytes: apart, so that a flood of them evicts no prepared document.
const REFUSED_BYTES: u64 = 8 << 20;

/// What a parsed token takes in memory, bytes, as measured with documents of 4,500 tokens.
const TOKEN_BYTES: usize = 400;

/// How many documents are likely cached.
pub(super) const USUAL_DOCUMENTS: usize = 1_024;

/// What prepared documents and refusals take, bytes.
#[derive(Clone)]
pub(super) struct Weight;

impl<K> Weighter<K, Arc<Prepared>> for Weight {
    fn weight(&self, _: &K, prepared: &Arc<Prepared>) -> u64 {
        prepared.weight as u64
    }
}

impl Weighter<Arc<str>, Arc<Refusal>> for Weight {
    fn weight(&self, text: &Arc<str>, refusal: &Arc<Refusal>) -> u64 {
        let errors = match &**refusal {
            Refusal::Invalid { errors, .. } => errors.iter().map(|error| error.message.len() + TOKEN_BYTES).sum(),
            Refusal::Guard(_) | Refusal::Introspection => TOKEN_BYTES,
        };
        (text.len() + errors) as u64
    }
}

/// A document that may be executed, and what is known of it without any variables.
#[derive(Debug)]
pub(super) struct Prepared {
    /// The document.
    pub(super) document: Valid<ExecutableDocument>,
    /// Its operations.
    operations: Vec<Operation>,
    /// SHA-256 of its text.
    pub(super) digest: [u8; 32],
    /// What it takes in memory, bytes.
    pub(super) weight: usize,
}

/// Why no operation of a document is executed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoOperation {
    /// None has the name.
    #[error("the document has no operation named `{0}`")]
    Unknown(String),
    /// It has none at all.
    #[error("the document has no operation")]
    None,
    /// It has several, and none was named.
    #[error("the document has several operations; expected `operationName` to say which")]
    Several,
}

impl Prepared {
    /// The operations that a name selects; every one where there is no name.
    pub(super) fn selected<'a>(&'a self, name: Option<&'a str>) -> impl Iterator<Item = &'a Operation> {
        self.operations.iter().filter(move |own| name.is_none() || own.name.as_deref() == name)
    }

    /// The operation that is executed.
    ///
    /// # Errors
    /// When there is none, or it is not said which.
    pub(super) fn operation<'a>(&'a self, name: Option<&'a str>) -> Result<&'a Operation, NoOperation> {
        let mut selected = self.selected(name);
        match (selected.next(), selected.next(), name) {
            (Some(operation), None, _) => Ok(operation),
            (None, _, Some(name)) => Err(NoOperation::Unknown(name.to_owned())),
            (None, _, None) => Err(NoOperation::None),
            (Some(_), Some(_), _) => Err(NoOperation::Several),
        }
    }
}

/// Why a document is not executed, whatever its variables.
#[derive(Debug)]
pub(super) enum Refusal {
    /// It passes a limit or is not GraphQL.
    Guard(Rejection),
    /// It does not fit the schema.
    Invalid {
        /// The errors that are shown.
        errors: Vec<ServerError>,
        /// How many there are.
        found: usize,
        /// The names of its operations that are not queries.
        not_queries: Vec<Option<String>>,
    },
    /// It asks for the contract, which is not told here.
    Introspection,
}

impl Refusal {
    /// Whether the operation that a name selects, or one of all where there is no name, is known not to be a query.
    pub(super) fn selects_no_query(&self, name: Option<&str>) -> bool {
        let Self::Invalid { not_queries, .. } = self else { return false };
        not_queries.iter().any(|own| name.is_none() || own.as_deref() == name)
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Guard(rejection) => rejection.fmt(formatter),
            Self::Invalid { errors, .. } => {
                formatter.write_str(errors.first().map_or("it does not fit the schema", |error| &error.message))
            }
            Self::Introspection => formatter.write_str("it asks for the contract, and introspection is off"),
        }
    }
}

/// Prepares documents and caches them.
pub(super) struct Preparer {
    pub(super) contract: Contract,
    limits: Limits,
    introspection: bool,
    prepared: Cache<Arc<str>, Arc<Prepared>, Weight>,
    refused: Cache<Arc<str>, Arc<Refusal>, Weight>,
}

impl Preparer {
    /// For documents within `limits`; whether they may ask for the contract.
    pub(super) fn new(contract: Contract, limits: Limits, introspection: bool) -> Self {
        Self {
            contract,
            limits,
            introspection,
            prepared: bounded_cache(PREPARED_BYTES, USUAL_DOCUMENTS, Weight),
            refused: bounded_cache(REFUSED_BYTES, USUAL_DOCUMENTS, Weight),
        }
    }

    /// The document of a text, from the cache or prepared now. The cache compares whole texts, not hashes.
    ///
    /// # Errors
    /// The refusal, which is cached likewise.
    pub(super) fn prepare(&self, text: &str) -> Result<Arc<Prepared>, Arc<Refusal>> {
        if let Some(prepared) = self.prepared.get(text) {
            return Ok(prepared);
        }
        let cached = text.len() <= self.limits.bytes;
        if cached && let Some(refusal) = self.refused.get(text) {
            return Err(refusal);
        }
        match self.make(text) {
            Ok(prepared) => {
                let prepared = Arc::new(prepared);
                self.prepared.insert(text.into(), prepared.clone());
                Ok(prepared)
            }
            Err(refusal) => {
                let refusal = Arc::new(refusal);
                if cached {
                    self.refused.insert(text.into(), refusal.clone());
                }
                Err(refusal)
            }
        }
    }

    fn make(&self, text: &str) -> Result<Prepared, Refusal> {
        let guarded = guard::prepare(text, &self.limits, &self.contract.lists).map_err(Refusal::Guard)?;
        let document = self.contract.validate(&guarded.document).map_err(|mut errors| {
            let found = errors.len();
            errors.truncate(MOST_ERRORS);
            let operations = guarded.document.definitions.iter().filter_map(|definition| match definition {
                Definition::OperationDefinition(operation) => Some(operation),
                _ => None,
            });
            let not_queries = operations.filter(|operation| operation.operation_type != OperationType::Query);
            let not_queries = not_queries.map(|operation| operation.name.as_ref().map(ToString::to_string)).collect();
            Refusal::Invalid { errors, found, not_queries }
        })?;
        let asks = |operation: &Node<executable::Operation>| {
            operation.root_fields(&document).any(|field| field.name == "__schema" || field.name == "__type")
        };
        if !self.introspection && document.operations.iter().any(asks) {
            return Err(Refusal::Introspection);
        }
        // An operation that has variables may be kept more than once.
        let kept = if document.operations.iter().all(|operation| operation.variables.is_empty()) { 1 } else { LATELY };
        Ok(Prepared {
            weight: text.len() + guarded.tokens * TOKEN_BYTES * kept,
            digest: Sha256::digest(text).into(),
            operations: Operation::all(&document),
            document,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preparer() -> Preparer {
        Preparer::new(Contract::of("type Query { n: Int }", &[], true), Limits::default(), true)
    }

    #[test]
    fn a_document_and_a_refusal_are_made_once_for_the_same_text() {
        let preparer = preparer();
        let made =
            |text: &str| preparer.prepare(text).map_err(|refusal| Arc::as_ptr(&refusal)).map(|made| Arc::as_ptr(&made));
        assert_eq!(made("{ n }").unwrap(), made("{ n }").unwrap());
        for refused in ["{ m }", "{ n", "{ n { o } }"] {
            assert_eq!(made(refused).unwrap_err(), made(refused).unwrap_err(), "{refused}");
        }
        assert_ne!(made("{ m }").unwrap_err(), made("{ m  }").unwrap_err(), "whole texts are compared");
        assert_eq!((preparer.prepared.len(), preparer.refused.len()), (1, 4));
    }

    #[test]
    fn refusals_drive_out_no_document_and_take_no_more_than_their_room() {
        let preparer = preparer();
        assert!(preparer.prepare("{ n }").is_ok());
        for number in 0..20_000 {
            assert!(preparer.prepare(&format!("{{ m{number} }}")).is_err());
        }
        assert!(preparer.refused.weight() <= REFUSED_BYTES, "{}", preparer.refused.weight());
        assert_eq!(preparer.prepared.len(), 1);
        // What is too long to be read is not remembered either.
        let before = preparer.refused.len();
        assert!(preparer.prepare(&format!("{{ {} }}", "m ".repeat(preparer.limits.bytes))).is_err());
        assert_eq!(preparer.refused.len(), before);
    }
}
