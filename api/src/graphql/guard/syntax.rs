//! What a text that is not GraphQL lacks, in the words of whoever wrote it.

/// The longest token that is told, characters.
const LONGEST_TOKEN: usize = 40;

/// What apollo-parser 0.8 expects by names of its own, and how it is written or called.
const TERMS: [(&str, &str); 15] = [
    ("L_CURLY", "`{`"),
    ("R_CURLY", "`}`"),
    ("L_PAREN", "`(`"),
    ("R_PAREN", "`)`"),
    ("R_BRACK", "`]`"),
    ("COLON", "`:`"),
    ("a Name", "a name"),
    ("an Argument", "an argument, `name: value`"),
    ("a Variable Definition", "a variable, `$name: Type`"),
    ("a Selection Set", "`{`"),
    ("at least one Selection in Selection Set", "a field"),
    ("an Inline Fragment or a Fragment Spread", "the name of a fragment, or `on`"),
    ("an Operation Type or a Selection Set", AN_OPERATION),
    ("a StringValue, Name or OperationDefinition", AN_OPERATION),
    ("definition", AN_OPERATION),
];

const AN_OPERATION: &str = "`{`, an operation such as `query`, or a fragment";

/// The message of the parser about a token, with what was found where it says what was expected.
pub(super) fn message(parser: &str, token: &str) -> String {
    let Some(expected) = parser.strip_prefix("expected ") else { return parser.to_owned() };
    let expected = expected.split_once(", got ").map_or(expected, |(expected, _)| expected);
    let expected = TERMS.iter().find(|(name, _)| *name == expected).map_or(expected, |(_, term)| term);
    if token.is_empty() {
        return format!("expected {expected}, found the end");
    }
    let mut found: String = token.chars().take_while(|c| !c.is_control()).take(LONGEST_TOKEN).collect();
    if found.len() < token.len() {
        found.push('…');
    }
    format!("expected {expected}, found `{found}`")
}
