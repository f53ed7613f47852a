//! A table as arrays, for data frames.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};

use crate::{
    datasets::{Destinations, Outcomes},
    graphql::rows::{Rows, destination_columns, outcome_columns, write_destination, write_outcome},
    tabulation::Tabulation,
};

use super::{Column, Datum};

/// The cells of a table as arrays.
pub enum TableRows {
    /// Of outcomes.
    Outcomes(Arc<Tabulation<Outcomes>>),
    /// Of destinations.
    Destinations(Arc<Tabulation<Destinations>>),
}

/// A table as arrays, for data frames: its `cells`, one row each, in their order. A hidden number is null, and its status and its
/// reason stand beside it; what to change is told by `remedy` of the cells. Totals and outcomes over all benchmarks are not in it.
#[Object]
impl TableRows {
    /// The columns, in the order of the values of a row.
    async fn schema(&self) -> Vec<Column> {
        match self {
            Self::Outcomes(table) => outcome_columns(table),
            Self::Destinations(table) => destination_columns(table),
        }
    }

    /// The rows, each with a value for every column of `schema`. Costs what `cells` cost.
    async fn data(&self, context: &Context<'_>) -> Result<Rows<Vec<Option<Datum>>>> {
        match self {
            Self::Outcomes(table) => {
                let written = table.clone();
                Rows::written(context, table.own_cells(), move |row, text| write_outcome(text, &written, row)).await
            }
            Self::Destinations(table) => {
                let written = table.clone();
                Rows::written(context, 0..table.cells().len(), move |row, text| write_destination(text, &written, row))
                    .await
            }
        }
    }
}
