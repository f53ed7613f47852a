//! Places in a document.

use apollo_compiler::parser::LineColumn;
use async_graphql::Pos;

/// A place as the library that executes tells it.
pub(in crate::graphql) fn position(at: LineColumn) -> Pos {
    Pos { line: at.line, column: at.column }
}
