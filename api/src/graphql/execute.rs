//! Executing a request: its document found or prepared, its variables checked, executed, and written as JSON.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::{ValidationMode, Value, Variables, parser::types::OperationType};
use futures_util::StreamExt;
use quick_cache::sync::Cache;

use crate::service::{Contributor, Event, MOST_BYTES, Reader};

use super::{
    ExchangeSchema,
    answer::{Answer, Reply, Resolved},
    bounded_cache::bounded_cache,
    coerce_variables::coerce,
    document::{Collected, Contract},
    guard::Limits,
    prepared::{Prepared, Preparer, Refusal, USUAL_DOCUMENTS, Weight},
    response_cache::{CacheKey, Kept, RequestText, ResponseCache},
    rows, schema,
    subscribe::{Performed, Subscribed},
    subscription::Occasion,
    trusted::{TrustedDocuments, TrustedError, identifier, identifier_of},
};

/// Memory for documents that clients registered by their hash, bytes.
const PERSISTED_BYTES: u64 = 16 << 20;

/// From how many bytes of rows on an answer is large: copying them takes about a millisecond.
const LARGE: usize = 2 << 20;

/// How many times the values of a question a change may hold: a thousand rows have some thirty each.
const VALUES_OF_A_CHANGE: usize = 4;

/// How deep selections nest at the most, so that the library does not refuse what the guard has let through.
const DEEPEST: usize = 256;

/// One request, as any transport may carry it.
#[derive(Debug, Clone)]
pub struct GraphQlRequest {
    /// The document.
    pub document: DocumentSource,
    /// Which of its operations to execute.
    pub operation_name: Option<String>,
    /// The variables: an object, or null.
    pub variables: serde_json::Value,
    /// The text that it was read from, where that holds nothing else: under it its answer is kept.
    pub text: Option<RequestText>,
}

/// An answer that was given before.
pub struct Repeat {
    /// The answer.
    pub answer: Answer,
    /// The name of the operation that it answers.
    pub operation: Option<Arc<str>>,
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
}

impl Default for DocumentRules {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            introspection: true,
            suggestions: true,
            trusted: TrustedDocuments::default(),
            trusted_only: false,
        }
    }
}

/// Executes requests, each with the reader it came with.
pub struct Executor {
    schema: ExchangeSchema,
    preparer: Preparer,
    trusted: HashMap<String, Arc<Prepared>>,
    trusted_only: bool,
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
        // It leaves out what the preparer has checked, and its own limit of nesting.
        let schema =
            schema().data(rules.limits).validation_mode(ValidationMode::Fast).limit_recursive_depth(DEEPEST).finish();
        let contract = Contract::of(&schema.sdl(), &rows::TYPES, rules.suggestions);
        let preparer = Preparer::new(contract, rules.limits, rules.introspection);
        let trusted = rules.trusted.iter().map(|(id, text)| match preparer.prepare(text) {
            Ok(prepared) => Ok((id.to_owned(), prepared)),
            Err(refusal) => Err(TrustedError::Refused { id: id.to_owned(), why: refusal.to_string() }),
        });
        Ok(Self {
            responses: ResponseCache::default(),
            trusted: trusted.collect::<Result<_, _>>()?,
            trusted_only: rules.trusted_only,
            persisted: bounded_cache(PERSISTED_BYTES, USUAL_DOCUMENTS, Weight),
            most_values: rules.limits.values,
            preparer,
            schema,
        })
    }

    /// Executes a request with its reader, and for those that may change something with a contributor: without one only questions are
    /// executed. Who wants to be told is not answered here, see [`perform`](Self::perform).
    pub async fn execute(
        &self,
        request: GraphQlRequest,
        reader: Reader,
        contributor: Option<Contributor>,
        request_id: &str,
    ) -> Answer {
        let queries_only = contributor.is_none();
        match self.perform(request, reader, contributor, request_id).await {
            Performed::Answer(answer) => answer,
            Performed::Subscribed(_) if queries_only => Answer::not_a_query(request_id),
            Performed::Subscribed(_) => {
                let message = "a subscription is answered over WebSocket, with the subprotocol `graphql-transport-ws`, or to \
                               whoever accepts `text/event-stream`";
                Answer::error(Reply::Invalid, "BAD_REQUEST", message, request_id)
            }
        }
    }

    /// The same for a transport that can tell somebody something more than once.
    pub async fn perform(
        &self,
        request: GraphQlRequest,
        reader: Reader,
        contributor: Option<Contributor>,
        request_id: &str,
    ) -> Performed {
        let queries_only = contributor.is_none();
        let name = request.operation_name.as_deref();
        let prepared = match self.document(request.document) {
            Ok(prepared) => prepared,
            Err(NoDocument::Refused(refusal)) if queries_only && refusal.selects_no_query(name) => {
                return Answer::not_a_query(request_id).into();
            }
            Err(none) => return none.answer(request_id).into(),
        };
        if queries_only && prepared.selected(name).any(|operation| operation.kind == OperationType::Mutation) {
            return Answer::not_a_query(request_id).into();
        }
        let contract = &self.preparer.contract;
        // Settled before it is executed: an answer that comes late must not be kept for a later version.
        let responses = self.responses.at(reader.version());
        let operation = match prepared.operation(name) {
            Ok(operation) => operation,
            Err(none) => return Answer::error(Reply::Invalid, "BAD_REQUEST", &none.to_string(), request_id).into(),
        };
        let is_change = operation.kind == OperationType::Mutation;
        // What is handed in has more values than what is asked.
        let most = if is_change { self.most_values * VALUES_OF_A_CHANGE } else { self.most_values };
        let variables = match coerce(contract, operation, request.variables, most) {
            Ok(variables) => variables,
            Err(error) => return Answer::not_coerced(&error, request_id).into(),
        };
        let collected = match operation.with(contract, &prepared.document, &variables) {
            Ok(collected) => collected,
            Err(undecided) => return Answer::undecided(&undecided, request_id).into(),
        };
        if operation.kind == OperationType::Subscription {
            return self.subscribe(collected, variables, reader, request_id).await;
        }
        let mut parsed = to_execute(&collected, variables, &reader);
        if let Some(contributor) = contributor.filter(|_| is_change) {
            parsed = parsed.data(contributor);
        }
        let cacheable = collected.cacheable;
        reader.record_while_answering();
        let response = self.schema.execute(parsed).await;
        let answer = written(&reader, response, collected, request_id).await;
        if let Err(error) = reader.all_recorded().await {
            return Answer::failed(error, request_id).into();
        }
        let audited = reader.audited();
        if let Some(text) = request.text.filter(|_| cacheable && answer.reply == Reply::Complete) {
            let (operation, catalogue_only) = (request.operation_name.map(Arc::from), answer.catalogue_only);
            let kept = Kept { body: answer.body.clone(), audited, operation, catalogue_only };
            responses.insert(CacheKey { viewer: reader.viewer().clone(), text }, kept);
        }
        answer.into()
    }

    /// Finds out what a subscription wants. Each event is answered like a request of its own.
    async fn subscribe(
        &self,
        collected: Arc<Collected>,
        variables: Variables,
        reader: Reader,
        request_id: &str,
    ) -> Performed {
        let wanted = Arc::new(Mutex::new(None));
        let parsed = to_execute(&collected, variables.clone(), &reader).data(Occasion::Beginning(wanted.clone()));
        let response = self.schema.execute_stream(parsed).next().await;
        if let Some(refused) = response.filter(|response| !response.errors.is_empty()) {
            return written(&reader, refused, collected, request_id).await.into();
        }
        let topic = wanted.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(topic) = topic else {
            let message = "expected a subscription to one field of the contract, found another";
            return Answer::error(Reply::Invalid, "BAD_REQUEST", message, request_id).into();
        };
        Performed::Subscribed(Box::new(Subscribed { topic, collected, variables }))
    }

    /// The answer to a subscription about one event, by the reader of that moment; `None` where it is about something else.
    pub async fn tell(&self, to: &Subscribed, event: Event, reader: Reader, request_id: &str) -> Option<Answer> {
        let parsed = to_execute(&to.collected, to.variables.clone(), &reader).data(Occasion::event(event));
        let response = self.schema.execute_stream(parsed).next().await?;
        Some(written(&reader, response, to.collected.clone(), request_id).await)
    }

    /// The answer that the same text of the same viewer got, while everything it depends on is as it was.
    pub fn repeated(&self, text: &RequestText, reader: &Reader) -> Option<Repeat> {
        let kept = self.responses.at(reader.version()).get(reader.viewer(), text)?;
        reader.again(&kept.audited);
        let Kept { body, catalogue_only, operation, .. } = kept;
        Some(Repeat { answer: Answer { reply: Reply::Complete, body, catalogue_only }, operation })
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

/// What the library is given to execute.
fn to_execute(collected: &Arc<Collected>, variables: Variables, reader: &Reader) -> async_graphql::Request {
    let mut request = async_graphql::Request::new("").variables(variables).data(reader.clone()).data(collected.clone());
    request.set_parsed_query(collected.document.clone());
    request
}

/// Writes what execution came to.
async fn written(
    reader: &Reader,
    mut response: async_graphql::Response,
    collected: Arc<Collected>,
    request_id: &str,
) -> Answer {
    // It was executed where there is anything, or where an error tells which field failed.
    let executed = response.data != Value::Null || response.errors.iter().any(|error| !error.path.is_empty());
    let resolved = Resolved {
        data: executed.then(|| std::mem::take(&mut response.data)),
        errors: response.errors,
        collected,
        points: reader.allowance().points_taken(),
    };
    write(reader, resolved, request_id).await
}

/// Writes an answer: a large one where it disturbs nobody, one that is too large not at all.
async fn write(reader: &Reader, resolved: Resolved, request_id: &str) -> Answer {
    let answer = if MOST_BYTES - reader.allowance().bytes_left() < LARGE {
        Answer::executed(&resolved, request_id)
    } else {
        let id = request_id.to_owned();
        match reader.work(move || Answer::executed(&resolved, &id)).await {
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
