//! Rows of tables, written straight to JSON along the selection.
//!
//! async-graphql resolves field by field, at 330 to 390 ns each, and a table has thousands of fields. So what is selected is
//! read once into a [`Shape`], and every row is written along it; what many rows share, such as an area, is written once
//! and copied ([`Memo`]). The library is given the finished text as [`Value::Binary`], a value that nothing else in the
//! contract has, and [`Answer`](super::Answer) copies it into the body as it is. Its own `raw_value` feature does likewise, but
//! reads the whole text again to see whether it is JSON.

mod destination;
mod destination_preview;
mod fields;
mod flat;
mod key;
mod official;
mod outcome;
mod preview;
mod shape;
mod types;

use std::{borrow::Cow, marker::PhantomData, ops::Range};

use anyhow::anyhow;
use async_graphql::{
    Context, ContextSelectionSet, OutputType, Positioned, Result, ServerResult, Value, parser::types::Field,
    registry::Registry,
};

pub(super) use destination::DestinationField;
pub(super) use destination_preview::DestinationPreviewField;
pub(super) use fields::fields_of_rows;
pub(super) use flat::{destination_columns, outcome_columns, write_destination, write_outcome};
pub(super) use outcome::{CellLine, OutcomeField, OverallField};
pub(super) use preview::PreviewField;
use shape::SelectableField;
pub(super) use shape::Shape;

use crate::service::{Error, Reader};

use super::{context, document::Selected, error::graphql_error};

/// From how many rows on writing them is work for other threads than those that answer small questions.
const MANY_ROWS: usize = 1_000;

/// After how many rows it is seen whether there is time left.
const LOOKED_AT: usize = 256;

/// The most memory that is reserved for rows not yet written, bytes.
const MOST_RESERVED: usize = 1 << 20;

/// The types of rows.
pub(super) const TYPES: [&str; 5] =
    [DestinationField::TYPE, DestinationPreviewField::TYPE, OutcomeField::TYPE, OverallField::TYPE, PreviewField::TYPE];

/// A list of rows of a table, written, which the contract knows as a list of `T`.
pub struct Rows<T>(Value, PhantomData<fn() -> T>);

impl<T> Rows<T> {
    /// Rows as what is selected of them wants them. `write` gets each row's number, its shape and where to write it.
    ///
    /// # Errors
    /// When they take more bytes than the answer has left, or more time.
    pub(super) async fn of<F: SelectableField + Send + 'static>(
        context: &Context<'_>,
        selected: &[Selected],
        rows: Range<usize>,
        mut write: impl FnMut(usize, &mut Shape<F>, &mut Vec<u8>) + Send + 'static,
    ) -> Result<Self> {
        let shape = Shape::of(selected, &context.query_env.variables, context::reader(context));
        let mut shape =
            shape.ok_or_else(|| graphql_error(Error::Internal(anyhow!("a field of rows is not written"))))?;
        Self::written(context, rows, move |row, text| write(row, &mut shape, text)).await
    }

    /// Rows, each written by `write`.
    ///
    /// # Errors
    /// When they take more bytes than the answer has left, or more time.
    pub(super) async fn written(
        context: &Context<'_>,
        rows: Range<usize>,
        write: impl FnMut(usize, &mut Vec<u8>) + Send + 'static,
    ) -> Result<Self> {
        let reader = context::reader(context);
        let text = if rows.len() < MANY_ROWS {
            text_of(reader, rows, write)
        } else {
            // Where it disturbs nobody.
            let own = reader.clone();
            Box::pin(reader.work(move || text_of(&own, rows, write))).await.and_then(|text| text)
        };
        Ok(Self(Value::Binary(text.map_err(graphql_error)?.into()), PhantomData))
    }
}

/// The text of rows, within what the request may still take.
fn text_of(reader: &Reader, rows: Range<usize>, mut write: impl FnMut(usize, &mut Vec<u8>)) -> Result<Vec<u8>, Error> {
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

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(self.0.clone())
    }
}
