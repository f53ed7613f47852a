//! Documents prepared once: guarded, parsed, validated, and cached by their text for every request.
//!
//! What async-graphql 7.2.1 offers for that: a parsed document can be given to it, but it takes it over, so it is cloned for
//! each request; validation cannot be left out, but its `Fast` mode leaves out every rule but fragment cycles. So there are
//! two schemas of the same types. The strict one validates a document when it is first seen; the fast one executes. What
//! strict validation would find in the values of variables, [`super::coerce_variables`] finds.

use std::{
    collections::HashSet,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use async_graphql::{
    ServerError, ValidationMode,
    parser::types::{ExecutableDocument, OperationType, Selection, SelectionSet},
};
use quick_cache::{Weighter, sync::Cache};
use sha2::{Digest, Sha256};

use super::{
    ExchangeSchema,
    bounded_cache::bounded_cache,
    guard::{self, Limits, Rejection},
    order, schema, typename,
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

/// No operation can be named so: asked for it, the library validates and executes nothing.
const NO_OPERATION: &str = "validate only";

/// Root fields that answer everybody alike: the catalogue and the contract. Every other root field counts as depending on
/// the viewer, so that no new one is served to others out of a cache by mistake.
const CATALOGUE: [&str; 10] = [
    "__schema",
    "__type",
    "__typename",
    "area",
    "areas",
    "dimensions",
    "framework",
    "frameworks",
    "release",
    "releases",
];

/// Root fields that answer one viewer alike while the release, the agreements and the day stay: tables. Fields that tell the
/// state of the budget are not among them.
const TABLES: [&str; 4] = ["destinationTable", "destinations", "outcomes", "table"];

/// A document that may be executed, and what is known of it without any variables.
#[derive(Debug)]
pub(super) struct Prepared {
    /// The document.
    pub(super) document: ExecutableDocument,
    /// SHA-256 of its text.
    pub(super) digest: [u8; 32],
    /// Whether it selects nothing but the catalogue and the contract, which answer everybody alike.
    pub(super) catalogue_only: bool,
    /// Whether its responses may be cached, see [`super::response_cache`].
    pub(super) cacheable: bool,
    /// Whether its rows have to be resolved field by field: it selects something several times, so that values are put
    /// together, or a fragment may hold for nothing.
    pub(super) by_field: bool,
    /// What it takes in memory, bytes.
    pub(super) weight: usize,
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
    strict: ExchangeSchema,
    limits: Limits,
    introspection: bool,
    suggestions: bool,
    prepared: Cache<Arc<str>, Arc<Prepared>, Weight>,
    refused: Cache<Arc<str>, Arc<Refusal>, Weight>,
}

impl Preparer {
    /// For documents within `limits`; whether they may ask for the contract, and whether refusals suggest names.
    pub(super) fn new(limits: Limits, introspection: bool, suggestions: bool) -> Self {
        let mut builder = schema();
        if !suggestions {
            builder = builder.disable_suggestions();
        }
        Self {
            strict: builder.finish(),
            limits,
            introspection,
            suggestions,
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
        let guarded = guard::prepare(text, &self.limits).map_err(Refusal::Guard)?;
        let selected = RootFields::of(&guarded.document);
        if selected.contract && !self.introspection {
            return Err(Refusal::Introspection);
        }
        self.validate(&guarded.document).map_err(|mut errors| {
            let found = errors.len();
            errors.truncate(MOST_ERRORS);
            let operations = guarded.document.operations.iter();
            let not_queries = operations.filter(|(_, operation)| operation.node.ty != OperationType::Query);
            let not_queries = not_queries.map(|(name, _)| name.map(ToString::to_string)).collect();
            Refusal::Invalid { errors, found, not_queries }
        })?;
        Ok(Prepared {
            weight: text.len() + guarded.tokens * TOKEN_BYTES,
            digest: Sha256::digest(text).into(),
            by_field: order::repeats(&guarded.document) || order::narrows(&guarded.document),
            cacheable: selected.names.iter().all(|name| CATALOGUE.contains(name) || TABLES.contains(name)),
            catalogue_only: selected.names.iter().all(|name| CATALOGUE.contains(name)),
            document: guarded.document,
        })
    }

    /// Validates against the schema and executes nothing. Without extensions nothing waits, so one poll is all of it.
    fn validate(&self, document: &ExecutableDocument) -> Result<(), Vec<ServerError>> {
        let mut request = async_graphql::Request::new("").operation_name(NO_OPERATION);
        request.set_parsed_query(document.clone());
        let execution = std::pin::pin!(self.strict.execute(request));
        let Poll::Ready(response) = execution.poll(&mut Context::from_waker(Waker::noop())) else {
            return Err(vec![ServerError::new("the document cannot be validated at present", None)]);
        };
        let mut errors = response.errors;
        if errors.len() == 1 && errors[0].message == format!("Unknown operation named \"{NO_OPERATION}\"") {
            errors = typename::check(document);
        }
        if errors.is_empty() {
            return Ok(());
        }
        if !self.suggestions {
            // The library leaves them on for the arguments of directives.
            for error in &mut errors {
                if let Some(at) = error.message.find(" Did you mean") {
                    error.message.truncate(at);
                }
            }
        }
        Err(errors)
    }
}

/// The root fields that a document selects, seen without the schema.
#[derive(Default)]
struct RootFields<'a> {
    /// Their names, fragments expanded.
    names: HashSet<&'a str>,
    /// Whether the contract is among them.
    contract: bool,
}

impl<'a> RootFields<'a> {
    fn of(document: &'a ExecutableDocument) -> Self {
        let mut fields = Self::default();
        let mut seen = HashSet::new();
        for (_, operation) in document.operations.iter() {
            fields.add(document, &operation.node.selection_set.node, &mut seen);
        }
        fields.contract = fields.names.contains("__schema") || fields.names.contains("__type");
        fields
    }

    /// The guard has bounded how deep this goes and refused fragments that spread themselves.
    fn add(&mut self, document: &'a ExecutableDocument, set: &'a SelectionSet, seen: &mut HashSet<&'a str>) {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    self.names.insert(field.node.name.node.as_str());
                }
                Selection::InlineFragment(inline) => self.add(document, &inline.node.selection_set.node, seen),
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if let Some(fragment) = document.fragments.get(name)
                        && seen.insert(name.as_str())
                    {
                        self.add(document, &fragment.node.selection_set.node, seen);
                    }
                }
            }
        }
    }
}

/// A schema that leaves out what [`Preparer`] has checked.
pub(super) fn fast() -> ExchangeSchema {
    schema().validation_mode(ValidationMode::Fast).finish()
}
