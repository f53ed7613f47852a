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
mod key;
mod outcome;
mod preview;
mod shape;
mod types;

use std::borrow::Cow;

use async_graphql::{
    Context, ContextSelectionSet, OutputType, Positioned, Result, ServerResult, Value, parser::types::Field,
    registry::Registry,
};

pub(super) use destination::DestinationField;
pub(super) use destination_preview::DestinationPreviewField;
pub(super) use outcome::{OutcomeField, OverallField};
pub(super) use preview::PreviewField;
use shape::{SelectableField, Shape};

use crate::service;

use super::{error::graphql_error, json::list};

/// The most that the rows of one list may take, bytes.
const MOST_WRITTEN: usize = 32 << 20;

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
    /// When they take more than 32 MB.
    pub(super) fn of<F: SelectableField>(
        context: &Context<'_>,
        rows: std::ops::Range<usize>,
        mut write: impl FnMut(usize, &mut Shape<F>, &mut Vec<u8>),
        resolve: impl FnOnce(std::ops::Range<usize>) -> Vec<T>,
    ) -> Result<Self> {
        let shape = match context.data_opt::<FieldByField>() {
            Some(FieldByField) => None,
            None => Shape::<F>::read([context.field()]),
        };
        let Some(mut shape) = shape else { return Ok(Self::Resolved(resolve(rows))) };
        let (mut text, first, count) = (Vec::new(), rows.start, rows.len());
        list(&mut text, rows, |row, text| {
            if text.len() > MOST_WRITTEN {
                return;
            }
            write(row, &mut shape, text);
            if row == first {
                // Rows are about as long as the first: one piece of memory for all of them, within reason.
                text.reserve((text.len() * (count - 1) * 9 / 8).min(MOST_RESERVED));
            }
        });
        if text.len() > MOST_WRITTEN {
            let message =
                format!("the rows take more than {MOST_WRITTEN} bytes; select less of each, or ask for fewer");
            return Err(graphql_error(service::Error::LimitExceeded(message)));
        }
        Ok(Self::Written(Value::Binary(text.into())))
    }
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
            Self::Resolved(rows) => rows.resolve(context, field).await,
        }
    }
}
