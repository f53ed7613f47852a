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
mod trusted;
mod types;

use async_graphql::{EmptySubscription, SDLExportOptions, Schema, SchemaBuilder};

pub use answer::{Answer, Reply, error_body};
pub use error::code as error_code;
pub use execute::{DocumentRules, DocumentSource, Executor, GraphQlRequest, Repeat};
pub use response_cache::RequestText;
pub use trusted::{TrustedDocuments, TrustedError};

use mutation::Mutation;
use query::Query;

type ExchangeSchema = Schema<Query, Mutation, EmptySubscription>;

/// The executable schema. Takes no extension: one is enough to switch off the fast path.
fn schema() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
}

/// The contract in the schema definition language, sorted, as kept in `schema.graphql`.
pub fn sdl() -> String {
    let options = SDLExportOptions::new().sorted_fields().sorted_arguments().sorted_enum_items().include_specified_by();
    schema().finish().sdl_with_options(options)
}
