//! A table as tidy columns: one line for each row and measure. What CSV, JSON and Parquet write.

use serde_json::{Map, Value as Json};

/// A table that can be told line by line.
pub(super) trait Tidy {
    /// Its columns. They follow from the question, and never from an answer.
    fn columns(&self) -> Vec<Column>;

    /// How many lines it has.
    fn lines(&self) -> usize;

    /// Gives each line to a writer, the measures of a row one after the other.
    fn each_line<'a>(&'a self, write: &mut dyn FnMut(&[Value<'a>]));

    /// What is the same for all of it.
    fn about(&self) -> Map<String, Json>;

    /// What it is called, the reference that asks for it again, and on which day it was published, where that is known.
    fn heading(&self) -> (String, String, Option<String>);
}

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColumnKind {
    Text,
    Integer,
    Number,
    Boolean,
}

/// A column.
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: ColumnKind,
    /// What it tells, for whoever reads the file.
    pub(super) description: String,
}

/// What stands in a column of one line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value<'a> {
    Nothing,
    Text(&'a str),
    Integer(i64),
    Number(f64),
    Boolean(bool),
}

impl<'a> Value<'a> {
    pub(super) fn text(text: Option<&'a str>) -> Self {
        text.map_or(Self::Nothing, Self::Text)
    }

    pub(super) fn number(number: Option<f64>) -> Self {
        number.map_or(Self::Nothing, Self::Number)
    }

    pub(super) fn boolean(boolean: Option<bool>) -> Self {
        boolean.map_or(Self::Nothing, Self::Boolean)
    }
}
