//! The contract: translates between GraphQL and the use cases, and decides nothing.

mod answer;
mod bounded;
mod completion;
mod context;
mod declared;
mod error;
mod execute;
pub mod guard;
mod json;
mod kept;
mod order;
mod prepared;
mod query;
mod rows;
mod trusted;
mod typename;
mod types;
mod variables;

use async_graphql::{EmptyMutation, EmptySubscription, SDLExportOptions, Schema, SchemaBuilder};

pub use answer::{Answer, Reply, error_body};
pub use execute::{Executor, GraphQlRequest, RowsMade, Rules, Source};
pub use trusted::{TrustedDocuments, TrustedError};

use query::Query;

type ExchangeSchema = Schema<Query, EmptyMutation, EmptySubscription>;

/// The executable schema. Takes no extension: one is enough to switch off the fast path.
fn schema() -> SchemaBuilder<Query, EmptyMutation, EmptySubscription> {
    Schema::build(Query::default(), EmptyMutation, EmptySubscription)
}

/// The contract in the schema definition language, sorted, as kept in `schema.graphql`.
pub fn sdl() -> String {
    let options = SDLExportOptions::new().sorted_fields().sorted_arguments().sorted_enum_items();
    schema().finish().sdl_with_options(options)
}
