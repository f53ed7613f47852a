//! Descriptions of operations, fragments and variables (2.2 and 2.11 of the edition of September 2025).
//!
//! They say nothing to a server, and the parser of apollo-compiler 1.33 knows none there. So they are made blanks, which
//! leaves every other place what it is.

use std::borrow::Cow;

use super::bytes::{is_word, skip_string, skip_while};

/// What may stand behind the description of a definition.
const DEFINED: [&[u8]; 4] = [b"query", b"mutation", b"subscription", b"fragment"];

/// The byte order mark, which may stand wherever a blank may (2.1.2).
const MARK: &[u8] = "\u{feff}".as_bytes();

/// A text without its descriptions, every other character in its place. Strings in it are closed.
pub(super) fn blanked(text: &str) -> Cow<'_, str> {
    let found = descriptions(text.as_bytes());
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut blanked = String::with_capacity(text.len());
    let mut rest = 0;
    for (start, end) in found {
        blanked.push_str(&text[rest..start]);
        // A blank for each character, so that columns stay; lines stay too.
        blanked.extend(text[start..end].chars().map(|c| if matches!(c, '\n' | '\r') { c } else { ' ' }));
        rest = end;
    }
    blanked.push_str(&text[rest..]);
    Cow::Owned(blanked)
}

/// Where descriptions start and end: a string outside of everything that a definition follows, and one in the parentheses of
/// an operation that is no default and that a variable follows.
fn descriptions(bytes: &[u8]) -> Vec<(usize, usize)> {
    let (mut found, mut at, mut before) = (Vec::new(), 0, b' ');
    let (mut braces, mut parentheses, mut brackets) = (0_usize, 0_usize, 0_usize);
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        match byte {
            b'#' => {
                at = skip_while(bytes, at, |byte| byte != b'\n' && byte != b'\r');
                continue;
            }
            b' ' | b'\t' | b'\n' | b'\r' | b',' => {
                at += 1;
                continue;
            }
            _ if bytes[at..].starts_with(MARK) => {
                at += MARK.len();
                continue;
            }
            b'"' => {
                at = skip_string(bytes, at).unwrap_or(bytes.len());
                let next = blanks(bytes, at);
                let described = match (braces, parentheses, brackets) {
                    (0, 0, 0) => {
                        let word = &bytes[next..skip_while(bytes, next, is_word)];
                        DEFINED.contains(&word)
                    }
                    (0, 1, 0) => before != b'=' && before != b':' && bytes.get(next) == Some(&b'$'),
                    _ => false,
                };
                if described {
                    found.push((start, at));
                    continue;
                }
            }
            _ if is_word(byte) => at = skip_while(bytes, at, is_word),
            _ => {
                at += 1;
                match byte {
                    b'{' => braces += 1,
                    b'}' => braces = braces.saturating_sub(1),
                    b'(' => parentheses += 1,
                    b')' => parentheses = parentheses.saturating_sub(1),
                    b'[' => brackets += 1,
                    b']' => brackets = brackets.saturating_sub(1),
                    _ => {}
                }
            }
        }
        before = byte;
    }
    found
}

/// Behind blanks and comments.
fn blanks(bytes: &[u8], mut at: usize) -> usize {
    loop {
        at = skip_while(bytes, at, |byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b','));
        if bytes[at..].starts_with(MARK) {
            at += MARK.len();
            continue;
        }
        if bytes.get(at) != Some(&b'#') {
            return at;
        }
        at = skip_while(bytes, at, |byte| byte != b'\n' && byte != b'\r');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let found = blanked(text);
        assert_eq!(found, expected);
        assert_eq!(found.lines().count(), text.lines().count());
    }

    #[test]
    fn what_describes_is_blank_and_nothing_else_is() {
        check("\"a\" query q { a }", "    query q { a }");
        check("\"\"\"a\n{\"\"\" # b\nfragment f on A { a }", "    \n     # b\nfragment f on A { a }");
        check("\"é\"mutation { a }", "   mutation { a }");
        check("\"a\"\u{feff}query q { a }", "   \u{feff}query q { a }");
        check("query q(\"a\" $a: Int, \"\"\"b\"\"\" $b: Int) { a }", "query q(    $a: Int,         $b: Int) { a }");
        for same in [
            "\"a\" { a }",
            "{ a(b: \"c\") }",
            "query q($a: String = \"x\" $b: Int) { a }",
            "query q($a: [String] = [\"x\" $b] $b: Int) { a(b: \"query\") }",
            "query q @d(a: \"x\", b: $c) { a }",
            "\"a\" # query\n",
            "query q($a: String = \u{feff}\"x\", $b: Int) { a }",
        ] {
            check(same, same);
        }
    }
}
