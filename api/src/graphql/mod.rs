//! The contract: translates between GraphQL and the use cases, and decides nothing.

mod completion;
mod context;
mod error;
mod execute;
pub mod guard;
mod query;
mod types;

use std::sync::Arc;

use async_graphql::{EmptyMutation, EmptySubscription, SDLExportOptions, Schema};

use crate::service::Exchange;

pub use execute::{Answer, Executor, GraphQlRequest, Reply, error_body};

use query::Query;

type ExchangeSchema = Schema<Query, EmptyMutation, EmptySubscription>;

/// The executable schema over an exchange. Takes no extension: one is enough to switch off the fast path.
fn schema(exchange: Arc<Exchange>) -> ExchangeSchema {
    Schema::build(Query::default(), EmptyMutation, EmptySubscription).data(exchange).finish()
}

/// The contract in the schema definition language, sorted, as kept in `schema.graphql`.
pub fn sdl() -> String {
    let options = SDLExportOptions::new().sorted_fields().sorted_arguments().sorted_enum_items();
    Schema::build(Query::default(), EmptyMutation, EmptySubscription).finish().sdl_with_options(options)
}
