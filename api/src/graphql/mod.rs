//! The contract: translates between GraphQL and the use cases, and decides nothing.

mod answer;
mod bounded_cache;
mod coerce_variables;
mod context;
mod declared;
mod document;
mod error;
mod error_code;
mod execute;
pub mod guard;
mod json;
mod mutation;
mod prepared;
mod query;
mod response_cache;
mod rows;
mod subscribe;
mod subscription;
mod trusted;
mod types;

use async_graphql::{SDLExportOptions, Schema, SchemaBuilder};

pub use answer::{Answer, Reply, error_body};
pub use error::code as error_code;
pub use execute::{DocumentRules, DocumentSource, Executor, GraphQlRequest, Repeat};
pub use response_cache::RequestText;
pub use subscribe::{Performed, Subscribed};
pub use trusted::{TrustedDocuments, TrustedError};

use mutation::Mutation;
use query::Query;
use subscription::Subscription;

type ExchangeSchema = Schema<Query, Mutation, Subscription>;

/// The executable schema. Takes no extension: one is enough to switch off the fast path.
fn schema() -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query::default(), Mutation::default(), Subscription)
}

/// The contract in the schema definition language, sorted, as kept in `schema.graphql`.
pub fn sdl() -> String {
    let options = SDLExportOptions::new().sorted_fields().sorted_arguments().sorted_enum_items().include_specified_by();
    schema().finish().sdl_with_options(options)
}
