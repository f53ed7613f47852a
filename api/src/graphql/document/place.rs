//! Places in a document.

use std::iter;

use apollo_compiler::parser::{SourceMap, SourceSpan};
use async_graphql::Pos;

/// Places in a text, by line and character. apollo-compiler 1.33 counts the bytes of a line, and ends lines where GraphQL ends none.
pub(in crate::graphql) struct Places {
    /// Where its lines begin.
    lines: Vec<usize>,
    /// Where the bytes are that continue a character, in their order.
    continuing: Vec<usize>,
}

impl Places {
    /// Those of a text. A line ends with a line feed, a carriage return, or both.
    pub(in crate::graphql) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let ends = |&at: &usize| match bytes[at] {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        let ended = (0..bytes.len()).filter(ends).map(|end| end + 1);
        let continuing = (0..bytes.len()).filter(|&at| !text.is_char_boundary(at)).collect();
        Self { lines: iter::once(0).chain(ended).collect(), continuing }
    }

    /// Those of a document that was read from one text.
    pub(in crate::graphql) fn of_document(sources: &SourceMap) -> Self {
        Self::of(sources.values().next().map_or("", |source| source.source_text()))
    }

    /// Line and column from 1 of a byte.
    pub(in crate::graphql) fn at(&self, byte: usize) -> Pos {
        let line = self.lines.partition_point(|&start| start <= byte);
        let start = self.lines[line - 1];
        let continuing = |end: usize| self.continuing.partition_point(|&at| at < end);
        Pos { line, column: byte - start + 1 - (continuing(byte) - continuing(start)) }
    }

    /// Where a piece of the document begins.
    pub(in crate::graphql) fn of_span(&self, span: Option<SourceSpan>) -> Option<Pos> {
        span.map(|span| self.at(span.offset()))
    }
}
