//! Tidy CSV (RFC 4180): numbers only in columns of numbers, a hidden number empty with its status and reason beside.

use std::borrow::Cow;

use csv::{Terminator, Writer, WriterBuilder};

use super::tidy::{Tidy, Value};

/// The table as CSV in UTF-8, with a header.
pub(super) fn write(table: &impl Tidy) -> Vec<u8> {
    let mut writer = writer();
    // Memory takes whatever is written to it.
    let _ = writer.write_record(table.columns().iter().map(|column| column.name.as_str()));
    let mut texts: Vec<Cow<'_, str>> = Vec::new();
    table.each_line(&mut |line| {
        texts.clear();
        texts.extend(line.iter().map(text));
        let _ = writer.write_record(texts.iter().map(|text| text.as_bytes()));
    });
    writer.into_inner().unwrap_or_default()
}

/// A writer of lines that end as RFC 4180 has them.
pub(super) fn writer() -> Writer<Vec<u8>> {
    WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new())
}

fn text<'a>(value: &Value<'a>) -> Cow<'a, str> {
    match *value {
        Value::Nothing => Cow::Borrowed(""),
        Value::Text(text) => inert(text),
        Value::Integer(number) => Cow::Owned(number.to_string()),
        Value::Number(number) => Cow::Owned(number.to_string()),
        Value::Boolean(boolean) => Cow::Borrowed(if boolean { "true" } else { "false" }),
    }
}

/// A text that no spreadsheet takes for a formula: one that begins like it gets an apostrophe in front.
pub fn inert(text: &str) -> Cow<'_, str> {
    let begins = text.trim_start_matches([' ', '\u{a0}']).starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if begins || text.starts_with(['\t', '\r', '\n']) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_a_formula() {
        for text in ["=1+1", "+1", "-1", "@a", " =1", "\t=1", "＝1"] {
            assert_eq!(inert(text), format!("'{text}"));
        }
        for text in ["", "North East", "16-plus", "a=1"] {
            assert_eq!(inert(text), text);
        }
    }

    #[test]
    fn numbers_are_written_as_numbers() {
        assert_eq!(text(&Value::Number(-0.05)), "-0.05");
        assert_eq!(text(&Value::Number(45.0)), "45");
        assert_eq!(text(&Value::Nothing), "");
    }
}
