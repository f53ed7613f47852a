//! Whether a parser took everything in.
//!
//! apollo-parser 0.8 passes over some tokens that fit nowhere, such as the second `true` in `a(b: true true)`, and tells no
//! error. So what it made of a text is written out, and must have the tokens of the text.

use apollo_compiler::ast::{Definition, Document};
use apollo_parser::{Lexer, Token, TokenKind};

/// The first token of a text that its document has not, and where it starts, bytes; `None` where there is none. Documents
/// that hold more than operations and fragments are left to validation, which refuses them.
pub(super) fn lost<'a>(text: &'a str, document: &Document) -> Option<(&'a str, usize)> {
    let executable = |definition: &Definition| {
        matches!(definition, Definition::OperationDefinition(_) | Definition::FragmentDefinition(_))
    };
    if !document.definitions.iter().all(executable) {
        return None;
    }
    let written = document.serialize().no_indent().to_string();
    let (sent, taken) = (tokens(text), tokens(&written));
    let same = |(one, other): (&Token<'_>, &Token<'_>)| {
        one.kind() == other.kind() && (one.kind() == TokenKind::StringValue || one.data() == other.data())
    };
    let first = sent.iter().zip(&taken).position(|pair| !same(pair)).unwrap_or(sent.len().min(taken.len()));
    match (sent.get(first), taken.get(first)) {
        (None, None) => None,
        (Some(token), _) => Some((token.data(), token.index())),
        (None, Some(_)) => Some(("", text.len())),
    }
}

/// The tokens of a text that say something. A `query` that could be left out is.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let ignored = |kind| matches!(kind, TokenKind::Whitespace | TokenKind::Comment | TokenKind::Comma | TokenKind::Eof);
    let (mut tokens, _) = Lexer::new(text).lex();
    tokens.retain(|token| !ignored(token.kind()));
    let short: Vec<bool> = tokens
        .iter()
        .zip(tokens.iter().skip(1))
        .map(|(one, next)| one.data() == "query" && next.kind() == TokenKind::LCurly)
        .collect();
    let mut at = short.into_iter();
    tokens.retain(|_| !at.next().unwrap_or(false));
    tokens
}
