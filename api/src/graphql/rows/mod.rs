//! Rows of tables, written straight to JSON along the selection.
//!
//! async-graphql resolves field by field, at 330 to 390 ns each, and a table has thousands of fields. So the selection is
//! read once into a [`Shape`], and every row is written along it; what many rows share, such as an area, is written once
//! and copied ([`Memo`]). The library is given the finished text as [`Value::Binary`], a value that nothing else in the
//! contract has, and [`Answer`](super::Answer) copies it into the body as it is. Its own `raw_value` feature does likewise, but
//! reads the whole text again to see whether it is JSON.
//!
//! The ordinary resolvers stay, and answer to the same bytes: a test holds both together on random selections. They serve
//! where a selection cannot be written, or where [`FieldByField`] is among the data of a request.

mod destination;
mod destination_preview;
mod fields;
mod flat;
mod key;
mod outcome;
mod preview;
mod shape;
mod types;

use std::{borrow::Cow, ops::Range};

use async_graphql::{
    Context, ContextSelectionSet, OutputType, Positioned, Result, ServerResult, Value, parser::types::Field,
    registry::Registry,
};

pub(super) use destination::DestinationField;
pub(super) use destination_preview::DestinationPreviewField;
pub(super) use fields::fields_of_rows;
pub use flat::Data;
pub(super) use flat::{destination_columns, outcome_columns, write_destination, write_outcome};
pub(super) use outcome::{CellLine, OutcomeField, OverallField};
pub(super) use preview::PreviewField;
use shape::{SelectableField, Shape};

use crate::service::{Error, Reader};

use super::{context, error::graphql_error};

/// From how many rows on writing them is work for other threads than those that answer small questions.
const MANY_ROWS: usize = 1_000;

/// After how many rows it is seen whether there is time left.
const LOOKED_AT: usize = 256;

/// The most memory that is reserved for rows not yet written, bytes.
const MOST_RESERVED: usize = 1 << 20;

/// Among the data of a request: every field is resolved by itself.
pub(super) struct FieldByField;

/// A list of rows of a table, which the contract knows as a list of `T`.
pub enum Rows<T> {
    /// Written already.
    Written(Value),
    /// To be resolved one by one.
    Resolved(Vec<T>),
}

impl<T> Rows<T> {
    /// Rows as the selection of the field wants them. `write` gets each row's number, its shape and where to write it;
    /// `resolve` makes the rows themselves, where they cannot be written.
    ///
    /// # Errors
    /// When they take more bytes than the answer has left, or more time.
    pub(super) async fn of<F: SelectableField + Send + 'static>(
        context: &Context<'_>,
        rows: Range<usize>,
        write: impl FnMut(usize, &mut Shape<F>, &mut Vec<u8>) + Send + 'static,
        resolve: impl FnOnce(Range<usize>) -> Vec<T>,
    ) -> Result<Self> {
        let shape = match context.data_opt::<FieldByField>() {
            Some(FieldByField) => None,
            None => Shape::<F>::read(context.field()),
        };
        let Some(shape) = shape else { return Ok(Self::Resolved(resolve(rows))) };
        let (mut shape, mut write) = (shape, write);
        text_of(context, rows, move |row, text| write(row, &mut shape, text)).await.map(Self::Written)
    }
}

/// The text of rows, each written by `write`, where it disturbs nobody.
async fn text_of(
    context: &Context<'_>,
    rows: Range<usize>,
    write: impl FnMut(usize, &mut Vec<u8>) + Send + 'static,
) -> Result<Value> {
    let reader = context::reader(context);
    let text = if rows.len() < MANY_ROWS {
        written(reader, rows, write)
    } else {
        let own = reader.clone();
        reader.work(move || written(&own, rows, write)).await.and_then(|text| text)
    };
    Ok(Value::Binary(text.map_err(graphql_error)?.into()))
}

/// The text of rows, within what the request may still take.
fn written(reader: &Reader, rows: Range<usize>, mut write: impl FnMut(usize, &mut Vec<u8>)) -> Result<Vec<u8>, Error> {
    let (allowance, count) = (reader.allowance(), rows.len());
    let most = allowance.bytes_left();
    let mut text = vec![b'['];
    for (number, row) in rows.enumerate() {
        if number > 0 {
            text.push(b',');
        }
        write(row, &mut text);
        if number == 0 {
            // Rows are about as long as the first: one piece of memory for all of them, within reason.
            text.reserve((text.len() * (count - 1) * 9 / 8).min(MOST_RESERVED));
        }
        if text.len() > most {
            break;
        }
        if number % LOOKED_AT == LOOKED_AT - 1 {
            allowance.go_on()?;
        }
    }
    text.push(b']');
    allowance.take_bytes(text.len())?;
    Ok(text)
}

impl<T: OutputType> OutputType for Rows<T> {
    fn type_name() -> Cow<'static, str> {
        Vec::<T>::type_name()
    }

    fn qualified_type_name() -> String {
        Vec::<T>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<T>::create_type_info(registry)
    }

    async fn resolve(&self, context: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        match self {
            Self::Written(text) => Ok(text.clone()),
            Self::Resolved(rows) => {
                let mut values = Vec::with_capacity(rows.len());
                for (number, row) in rows.iter().enumerate() {
                    let at = context.with_index(number);
                    values.push(row.resolve(&at, field).await.map_err(|error| at.set_error_path(error))?);
                    if number % LOOKED_AT == LOOKED_AT - 1 {
                        context
                            .data_unchecked::<Reader>()
                            .allowance()
                            .go_on()
                            .map_err(|error| at.set_error_path(graphql_error(error).into_server_error(field.pos)))?;
                    }
                }
                Ok(Value::List(values))
            }
        }
    }
}
