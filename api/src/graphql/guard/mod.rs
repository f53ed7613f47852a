//! The guard: bounds a document before it is parsed and before it is validated.
//!
//! Parsers recurse on nested values, and whatever expands fragments doubles with each that spreads another twice: 2,000 nested
//! lists fit into 4 KB, 20 doubling fragments into 800 bytes. Both are refused here first, and the parser has limits of its own.

mod bytes;
mod descriptions;
mod document;
mod syntax;
mod whole;

use apollo_compiler::{ast::Document, diagnostic::ToCliReport, parser::Parser};

use super::document::Lists;

/// How many times the parser calls itself for one bracket within another, at the most.
const RECURSION: usize = 8;

/// What a document may hold at the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of its text.
    pub bytes: usize,
    /// Brackets of any kind within each other.
    pub nesting: usize,
    /// Names, numbers, strings and punctuators.
    pub tokens: usize,
    /// Fields within each other, fragments expanded.
    pub depth: usize,
    /// Fields, fragments expanded.
    pub fields: u64,
    /// Fields of the root, fragments expanded.
    pub root_fields: u64,
    /// Fields of areas around or within areas, as `guard::document` reckons them.
    pub areas: u64,
    /// Fields, as many times over as the lists of introspection around them are likely long: the whole contract, asked for as
    /// tools do, is some 150,000.
    pub introspected: u64,
    /// Aliases.
    pub aliases: usize,
    /// Directives.
    pub directives: usize,
    /// Operations.
    pub operations: usize,
    /// Fragments. They may spread one another in a chain, which validation walks recursively.
    pub fragments: usize,
    /// Values in the variables: numbers, texts, lists, objects, each counted.
    pub values: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 64 * 1024,
            nesting: 40,
            tokens: 6_000,
            depth: 20,
            fields: 5_000,
            root_fields: 20,
            areas: 5_000,
            introspected: 250_000,
            aliases: 100,
            directives: 100,
            operations: 20,
            fragments: 100,
            values: 10_000,
        }
    }
}

/// Why a document is refused. Limits tell what the most is and what was found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// More of something than is allowed.
    #[error("the document has too many {what}: the most is {limit}, found {found}")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// The most.
        limit: u64,
        /// What was found, or at least that many.
        found: String,
        /// Where the limit was passed: line and column from 1.
        at: Option<(usize, usize)>,
    },
    /// A fragment that contains itself.
    #[error("the fragment `{name}` spreads itself")]
    Cycle {
        /// The fragment.
        name: String,
        /// Where it does: line and column from 1.
        at: Option<(usize, usize)>,
    },
    /// It is not GraphQL.
    #[error("{message}")]
    Syntax {
        /// What the parser says.
        message: String,
        /// Where: line and column from 1.
        at: Option<(usize, usize)>,
    },
}

impl Rejection {
    /// Where it is, where that is known: line and column from 1.
    pub fn position(&self) -> Option<(usize, usize)> {
        match self {
            Self::Limit { at, .. } | Self::Cycle { at, .. } | Self::Syntax { at, .. } => *at,
        }
    }
}

/// A document within its limits.
#[derive(Debug)]
pub(super) struct Guarded {
    /// What the parser made of it.
    pub document: Document,
    /// Its names, numbers, strings and punctuators: what it holds in memory goes with them.
    pub tokens: usize,
}

/// Checks a document's text, parses it once, and checks what it would expand to; `lists` are those that lead to many.
///
/// # Errors
/// [`Rejection`], before anything costly is done.
pub(super) fn prepare(text: &str, limits: &Limits, lists: &Lists) -> Result<Guarded, Rejection> {
    let tokens = bytes::check(text, limits)?;
    let text = descriptions::blanked(text);
    // The parser counts blanks and commas as tokens too.
    let mut parser = Parser::new().recursion_limit(limits.nesting * RECURSION).token_limit(limits.bytes);
    let document = parser.parse_ast(text.as_ref(), "document").map_err(|error| {
        let first = error.errors.iter().next();
        let message = first.as_ref().map(|first| first.error.to_string()).unwrap_or_default();
        let span = first.as_ref().and_then(|first| first.error.location());
        let token = span.and_then(|span| text.get(span.offset()..span.end_offset())).unwrap_or_default();
        let message = syntax::message(message.trim_start_matches("syntax error: "), token);
        Rejection::Syntax {
            at: span.map(|span| bytes::position(&text, span.offset())),
            message: format!("the document is not GraphQL: {message}"),
        }
    })?;
    if let Some((token, at)) = whole::lost(&text, &document) {
        let message = format!("the document is not GraphQL: unexpected `{token}`");
        return Err(Rejection::Syntax { message, at: Some(bytes::position(&text, at)) });
    }
    document::check(&document, limits, lists)?;
    Ok(Guarded { document, tokens })
}

#[cfg(test)]
mod tests;
