//! What is selected of a table: what nobody reads is neither counted nor charged.

use std::slice;

use async_graphql::{Context, OutputType, Result, Variables};

use crate::{
    datasets::outcomes::Parts,
    graphql::{
        context,
        document::Selected,
        error::graphql_error,
        rows::fields_of_rows,
        types::{check_crosswalk, check_official, check_sizes},
    },
    service::{Error, Reader},
};

/// The fields of a cell that tell who partly achieved a benchmark, and who scored nothing.
const STATES: [&str; 2] = ["partlyShare", "noneShare"];

/// The fields that are selected of a table.
pub(super) struct Wanted<'a>(&'a [Selected]);

impl<'a> Wanted<'a> {
    /// Of a table that the field which is resolved answers with, or may answer with.
    ///
    /// # Errors
    /// When something of it cannot be answered, or something beside it without which nothing is: a table that fails for that is
    /// not charged.
    pub(super) fn of<T: OutputType>(context: &Context<'a>) -> Result<Self> {
        let selected = context::selected::<T>(context);
        let (variables, reader) = (&context.query_env.variables, context::reader(context));
        check(selected, variables, reader).map_err(graphql_error)?;
        // What may not be null takes the table with it.
        for beside in context::root(context).iter().filter(|field| field.kind.is_non_null()) {
            check(slice::from_ref(beside), variables, reader).map_err(graphql_error)?;
        }
        Ok(Self(selected))
    }

    /// How many fields of each row are selected.
    pub(super) fn fields_of_rows(&self) -> usize {
        fields_of_rows(self.0)
    }

    /// Whether cells are wanted: themselves, as rows, or counted.
    pub(super) fn cells(&self) -> bool {
        let data = |rows: &Selected| rows.below.of("").iter().any(|field| field.name == "data");
        self.selects("cells") || self.selects("summary") || self.named("rows").any(data)
    }

    /// The parts of a table of outcomes that are wanted.
    pub(super) fn parts(&self, context: &Context<'_>) -> Parts {
        let totals = self.selects("totals");
        Parts { cells: self.cells() || totals, overall: self.selects("overall"), totals, states: self.states(context) }
    }

    /// Whether who partly achieved a benchmark, or who scored nothing, is wanted: of cells, or of rows that say so.
    fn states(&self, context: &Context<'_>) -> bool {
        let cells = self.named("cells").chain(self.named("totals"));
        let mut fields = cells.flat_map(|cells| cells.below.of(""));
        let asks = |rows: &Selected| rows.argument("states", &context.query_env.variables) == Some(true);
        fields.any(|field| STATES.contains(&field.name.as_str())) || self.named("rows").any(asks)
    }

    /// The earlier periods from which changes are wanted.
    pub(super) fn since(&self, context: &Context<'_>) -> Vec<String> {
        let cells = self.named("cells").chain(self.named("totals"));
        let changes = cells.flat_map(|cells| cells.below.of("")).filter(|field| field.name == "change");
        changes.filter_map(|change| change.argument("since", &context.query_env.variables)).collect()
    }

    fn selects(&self, name: &str) -> bool {
        self.named(name).next().is_some()
    }

    fn named(&self, name: &str) -> impl Iterator<Item = &'a Selected> {
        self.0.iter().filter(move |field| field.name == name)
    }
}

/// Looks for what cannot be answered about a table, whatever is in it.
fn check(selected: &[Selected], variables: &Variables, reader: &Reader) -> Result<(), Error> {
    for field in selected {
        if let Some(argument) = field.null_argument(variables) {
            let message = format!("expected a value for `{argument}` of `{}`, found null", field.name);
            return Err(Error::BadRequest(message));
        }
        match field.name.as_str() {
            "official" | "officialFigures" => check_official(field, variables, reader)?,
            "crosswalk" => check_crosswalk(field, variables, reader)?,
            "protection" => check_sizes(field, variables)?,
            _ => {}
        }
        check(field.below.of(""), variables, reader)?;
    }
    Ok(())
}
