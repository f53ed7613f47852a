//! The guard: bounds a document before it is parsed and before it is validated.
//!
//! The parser recurses on nested values and the validator expands fragments before any limit of theirs is looked at: 2,000
//! nested lists in 4 KB end the process, 20 doubling fragments in 800 bytes take a second. Both are refused here first.

mod bytes;
mod document;

use async_graphql::parser::{parse_query, types::ExecutableDocument};

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
    #[error("the fragment `{0}` spreads itself")]
    Cycle(String),
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
            Self::Limit { at, .. } | Self::Syntax { at, .. } => *at,
            Self::Cycle(_) => None,
        }
    }
}

/// A document within its limits.
#[derive(Debug)]
pub struct Guarded {
    /// What the parser made of it.
    pub document: ExecutableDocument,
    /// Its names, numbers, strings and punctuators: what it holds in memory goes with them.
    pub tokens: usize,
}

/// Checks a document's text, parses it once, and checks what it would expand to.
///
/// # Errors
/// [`Rejection`], before anything costly is done.
pub fn prepare(text: &str, limits: &Limits) -> Result<Guarded, Rejection> {
    let tokens = bytes::check(text, limits)?;
    let document = parse_query(text).map_err(|error| Rejection::Syntax {
        at: error.positions().next().map(|position| (position.line, position.column)),
        message: syntax_message(&error.to_string()),
    })?;
    document::check(&document, limits)?;
    Ok(Guarded { document, tokens })
}

/// The parser draws a picture of the place over several lines; its last line says what it expected.
fn syntax_message(text: &str) -> String {
    let last = text.lines().last().unwrap_or_default().trim_start_matches([' ', '=']).trim();
    format!("the document is not GraphQL: {last}")
}

#[cfg(test)]
mod tests;
