//! Columns of a table as arrays, and their values.

use async_graphql::{Enum, InputValueError, InputValueResult, Scalar, ScalarType, SimpleObject, Value};

/// A column of a table as arrays.
#[derive(SimpleObject, Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name, e.g. `achieved_share_standard_error`.
    pub(crate) name: String,
    /// What its values are, where they are not null.
    #[graphql(name = "type")]
    pub(crate) kind: ColumnType,
    /// Where a cell has it, e.g. `achievedShare.standardError`, with its description in the contract.
    pub(crate) path: String,
}

/// What the values of a column are.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// Texts: codes, names, and words of the contract.
    Text,
    /// Whole numbers.
    Integer,
    /// Numbers.
    Number,
}

/// A value.
pub struct Datum(Value);

/// A value of a table as arrays: a text, a number or null, as the column's `type` says.
#[Scalar(specified_by_url = "https://www.rfc-editor.org/rfc/rfc8259#section-3")]
impl ScalarType for Datum {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(_) | Value::Number(_) => Ok(Self(value)),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        self.0.clone()
    }
}
