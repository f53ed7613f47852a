//! Codes and names that people give: what may stand in them.

/// What is wrong with a code or a name of at most `longest` characters; `None` where nothing is.
pub fn fault(text: &str, longest: usize) -> Option<&'static str> {
    Some(match text {
        _ if text.trim().is_empty() => "it is blank",
        _ if text.chars().any(|c| c.is_control() || is_invisible(c)) => "there are characters in it that nobody sees",
        _ if text.trim() != text => "there are blanks around it",
        _ if text.chars().count() > longest => "it is too long",
        _ => return None,
    })
}

/// Whether two codes differ in nothing but capitals.
pub fn are_twins(one: &str, other: &str) -> bool {
    one != other && one.to_lowercase() == other.to_lowercase()
}

/// Whether a character is there and not seen: marks of direction, joiners, byte order marks within a text.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
