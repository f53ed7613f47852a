//! Executing a request: its document found or prepared, its variables checked, executed, and written as JSON.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{
    ServerError, Value,
    parser::types::{ExecutableDocument, OperationDefinition, OperationType},
};
use quick_cache::sync::Cache;

use crate::service::{MOST_BYTES, Reader};

use super::{
    ExchangeSchema,
    answer::{Answer, Reply},
    bounded_cache::bounded_cache,
    coerce_variables::coerce,
    declared::Declared,
    guard::Limits,
    order,
    prepared::{Prepared, Preparer, Refusal, USUAL_DOCUMENTS, Weight, fast},
    response_cache::{CacheKey, ResponseCache},
    rows::FieldByField,
    trusted::{TrustedDocuments, TrustedError, identifier, identifier_of},
};

/// Memory for documents that clients registered by their hash, bytes.
const PERSISTED_BYTES: u64 = 16 << 20;

/// From how many bytes of rows on an answer is large: copying them takes about a millisecond.
const LARGE: usize = 2 << 20;

/// One request, as any transport may carry it.
#[derive(Debug, Clone)]
pub struct GraphQlRequest {
    /// The document.
    pub document: DocumentSource,
    /// Which of its operations to execute.
    pub operation_name: Option<String>,
    /// The variables: an object, or null.
    pub variables: serde_json::Value,
}

/// Where the document of a request is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocumentSource {
    /// Here.
    Text(String),
    /// Among the trusted documents, under this identifier.
    Trusted(String),
    /// Registered by this SHA-256 before, or to be registered now with this text.
    Persisted([u8; 32], Option<String>),
}

/// Which documents are executed.
#[derive(Debug, Clone)]
pub struct DocumentRules {
    /// What a document may hold.
    pub limits: Limits,
    /// Whether a document may ask for the contract.
    pub introspection: bool,
    /// Whether a refusal suggests names that are close to an unknown one.
    pub suggestions: bool,
    /// Documents known from the start.
    pub trusted: TrustedDocuments,
    /// Whether no other is executed.
    pub trusted_only: bool,
    /// How rows of tables are made.
    pub rows: RowsMade,
}

/// How rows of tables are made. The answers are the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RowsMade {
    /// Written straight to JSON.
    #[default]
    Written,
    /// Resolved field by field, as the library does it: to be compared with.
    FieldByField,
}

impl Default for DocumentRules {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            introspection: true,
            suggestions: true,
            trusted: TrustedDocuments::default(),
            trusted_only: false,
            rows: RowsMade::Written,
        }
    }
}

/// Executes requests, each with the reader it came with.
pub struct Executor {
    schema: ExchangeSchema,
    declared: Declared,
    preparer: Preparer,
    trusted: HashMap<String, Arc<Prepared>>,
    trusted_only: bool,
    rows: RowsMade,
    persisted: Cache<[u8; 32], Arc<Prepared>, Weight>,
    most_values: usize,
    responses: ResponseCache,
}

/// Why there is no document to execute.
enum NoDocument {
    Refused(Arc<Refusal>),
    NotTrusted,
    UnknownId,
    NotRegistered,
    CannotRegister,
    WrongHash,
}

impl Executor {
    /// An executor with the rules that documents must hold to.
    ///
    /// # Errors
    /// When a trusted document would be refused.
    pub fn new(rules: &DocumentRules) -> Result<Self, TrustedError> {
        let schema = fast();
        let preparer = Preparer::new(rules.limits, rules.introspection, rules.suggestions);
        let trusted = rules.trusted.iter().map(|(id, text)| match preparer.prepare(text) {
            Ok(prepared) => Ok((id.to_owned(), prepared)),
            Err(refusal) => Err(TrustedError::Refused { id: id.to_owned(), why: refusal.to_string() }),
        });
        Ok(Self {
            responses: ResponseCache::default(),
            declared: Declared::of(&schema.sdl()),
            trusted: trusted.collect::<Result<_, _>>()?,
            trusted_only: rules.trusted_only,
            rows: rules.rows,
            persisted: bounded_cache(PERSISTED_BYTES, USUAL_DOCUMENTS, Weight),
            most_values: rules.limits.values,
            preparer,
            schema,
        })
    }

    /// Executes a request with its reader. `queries_only` where the transport must not change anything.
    pub async fn execute(
        &self,
        request: GraphQlRequest,
        reader: Reader,
        queries_only: bool,
        request_id: &str,
    ) -> Answer {
        let name = request.operation_name.as_deref();
        let prepared = match self.document(request.document) {
            Ok(prepared) => prepared,
            Err(NoDocument::Refused(refusal)) if queries_only && refusal.selects_no_query(name) => {
                return Answer::not_a_query(request_id);
            }
            Err(none) => return none.answer(request_id),
        };
        let document = &prepared.document;
        if queries_only && selected_operations(document, name).any(|operation| operation.ty != OperationType::Query) {
            return Answer::not_a_query(request_id);
        }
        let key = prepared.cacheable.then(|| CacheKey {
            viewer: reader.viewer().clone(),
            document: prepared.digest,
            operation: request.operation_name.clone(),
            variables: request.variables.to_string(),
        });
        let responses = self.responses.at(reader.version());
        if let Some(body) = key.as_ref().and_then(|key| responses.get(key)) {
            return Answer::cached(body, prepared.catalogue_only);
        }
        // Where no operation or several are selected, no types are declared for the variables; execution says what is wrong.
        let mut operations = selected_operations(document, name);
        let variables = match (operations.next(), operations.next()) {
            (Some(operation), None) => coerce(&self.declared, operation, request.variables, self.most_values),
            _ => Ok(async_graphql::Variables::default()),
        };
        let variables = match variables {
            Ok(variables) => variables,
            Err(error) => return Answer::not_coerced(&error, request_id),
        };
        let mut parsed = async_graphql::Request::new("").variables(variables).data(reader.clone());
        parsed.operation_name = name.map(str::to_owned);
        if self.rows == RowsMade::FieldByField || prepared.by_field {
            parsed = parsed.data(FieldByField);
        }
        parsed.set_parsed_query(document.clone());
        let mut response = self.schema.execute(parsed).await;
        let executed = response.data != Value::Null || response.errors.iter().any(|error| !error.path.is_empty());
        if executed && !response.errors.is_empty() {
            self.declared.complete(&mut response.data, document, name, &response.errors);
        }
        if let Some(operation) = selected_operations(document, name).next().filter(|_| executed) {
            order::arrange(&mut response.data, document, operation);
        }
        let data = executed.then_some(response.data);
        let answer = write(&reader, data, response.errors, prepared.catalogue_only, request_id).await;
        if let Some(key) = key.filter(|_| answer.reply == Reply::Complete) {
            responses.insert(key, answer.body.clone());
        }
        answer
    }

    /// The document of a request, where it may be executed.
    fn document(&self, source: DocumentSource) -> Result<Arc<Prepared>, NoDocument> {
        if self.trusted_only {
            return self.trusted_document(source);
        }
        match source {
            DocumentSource::Text(text) => self.preparer.prepare(&text).map_err(NoDocument::Refused),
            DocumentSource::Trusted(id) => self.trusted.get(&id).cloned().ok_or(NoDocument::UnknownId),
            DocumentSource::Persisted(hash, None) => self
                .persisted
                .get(&hash)
                .or_else(|| self.trusted.get(&identifier_of(&hash)).cloned())
                .ok_or(NoDocument::NotRegistered),
            DocumentSource::Persisted(hash, Some(text)) => {
                // Prepared first: a document that is refused is never registered.
                let prepared = self.preparer.prepare(&text).map_err(NoDocument::Refused)?;
                if prepared.digest != hash {
                    return Err(NoDocument::WrongHash);
                }
                self.persisted.insert(hash, prepared.clone());
                Ok(prepared)
            }
        }
    }

    /// The same where only trusted documents are executed. Their text may be sent too: what is not among them is not even
    /// parsed.
    fn trusted_document(&self, source: DocumentSource) -> Result<Arc<Prepared>, NoDocument> {
        let (id, otherwise) = match source {
            DocumentSource::Trusted(id) => (id, NoDocument::UnknownId),
            DocumentSource::Persisted(hash, None) => (identifier_of(&hash), NoDocument::CannotRegister),
            DocumentSource::Persisted(_, Some(text)) | DocumentSource::Text(text) => {
                (identifier(&text), NoDocument::NotTrusted)
            }
        };
        self.trusted.get(&id).cloned().ok_or(otherwise)
    }
}

/// Writes an answer: a large one where it disturbs nobody, one that is too large not at all.
async fn write(
    reader: &Reader,
    data: Option<Value>,
    errors: Vec<ServerError>,
    catalogue_only: bool,
    request_id: &str,
) -> Answer {
    let answer = if MOST_BYTES - reader.allowance().bytes_left() < LARGE {
        Answer::executed(data.as_ref(), &errors, catalogue_only, request_id)
    } else {
        let id = request_id.to_owned();
        let written = reader.work(move || Answer::executed(data.as_ref(), &errors, catalogue_only, &id)).await;
        match written {
            Ok(answer) => answer,
            Err(error) => return Answer::failed(error, request_id),
        }
    };
    if answer.body.len() <= MOST_BYTES {
        return answer;
    }
    let message = format!("the answer takes more than {MOST_BYTES} bytes; select less, or ask for fewer");
    Answer::error(Reply::Invalid, "LIMIT_EXCEEDED", &message, request_id)
}

impl NoDocument {
    fn answer(&self, request_id: &str) -> Answer {
        let (reply, code, message) = match self {
            Self::Refused(refusal) => return Answer::refused(refusal, request_id),
            Self::NotTrusted => {
                (Reply::Forbidden, "FORBIDDEN", "only trusted documents are executed here; send a `documentId`")
            }
            Self::UnknownId => (Reply::Invalid, "NOT_FOUND", "no trusted document has this `documentId`"),
            // The texts and the codes that clients of automatic persisted queries look for.
            Self::NotRegistered => (Reply::Invalid, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound"),
            Self::CannotRegister => (Reply::Forbidden, "PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported"),
            Self::WrongHash => (Reply::Invalid, "BAD_REQUEST", "`sha256Hash` is not the SHA-256 of the `query`"),
        };
        Answer::error(reply, code, message, request_id)
    }
}

/// The operations that a name selects; every one where there is no name.
fn selected_operations<'a>(
    document: &'a ExecutableDocument,
    name: Option<&'a str>,
) -> impl Iterator<Item = &'a OperationDefinition> {
    document
        .operations
        .iter()
        .filter(move |(own, _)| name.is_none_or(|name| own.is_some_and(|own| own.as_str() == name)))
        .map(|(_, operation)| &operation.node)
}
