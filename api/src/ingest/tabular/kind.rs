//! Files that are no table: each named as what it is, with what to do about it.

use crate::ingest::{Problem, ProblemCode};

/// What was expected, for messages.
const TABLE: &str = "a table as CSV text or as a workbook (.xlsx)";

/// How other files begin, what they are and how a table is made of them.
const BEGINNINGS: &[(&[u8], &str, &str)] = &[
    (b"\x1f\x8b", "a file packed with gzip", "unpack it first"),
    (b"BZh", "a file packed with bzip2", "unpack it first"),
    (b"\xfd7zXZ\0", "a file packed with xz", "unpack it first"),
    (b"\x28\xb5\x2f\xfd", "a file packed with zstd", "unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "an archive of 7-Zip", "unpack it first"),
    (b"Rar!\x1a\x07", "an archive of RAR", "unpack it first"),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an old Excel workbook (.xls), or one with a password",
        "save it as .xlsx without a password",
    ),
    (b"%PDF-", "a PDF document", "export the table itself"),
    (b"{\\rtf", "an RTF document", "export the table itself"),
    (b"PAR1", "a Parquet file", "export it as CSV"),
    (b"SQLite format 3\0", "a database of SQLite", "export the table itself"),
    (b"\x89PNG\r\n\x1a\n", "a picture (PNG)", "export the table itself"),
    (b"\xff\xd8\xff", "a picture (JPEG)", "export the table itself"),
    (b"GIF8", "a picture (GIF)", "export the table itself"),
    (b"\x7fELF", "a program", "choose the table itself"),
    (b"\xff\xfe\0\0", "text in UTF-32", "save it as UTF-8"),
    (b"\0\0\xfe\xff", "text in UTF-32", "save it as UTF-8"),
];

/// Whether the file is a zip archive, as workbooks are.
pub(super) fn is_zip(head: &[u8]) -> bool {
    [&b"PK\x03\x04"[..], b"PK\x05\x06", b"PK\x07\x08"].iter().any(|start| head.starts_with(start))
}

/// What the file is, by its first bytes, where it is neither text nor a zip archive.
pub(super) fn of_other_files(head: &[u8]) -> Option<Problem> {
    let known = BEGINNINGS.iter().find(|(start, ..)| head.starts_with(start));
    known.map(|(_, found, advice)| another(found, advice))
}

/// What the text is, where it is no table.
pub(super) fn of_other_texts(head: &[u8]) -> Option<Problem> {
    // What a terminal would obey may begin a text; what is wrong with that is told of its header.
    let begins_as_none = head.first().is_some_and(|&byte| byte < b' ' && !byte.is_ascii_whitespace() && byte != 0x1b);
    if head.contains(&0) || begins_as_none {
        return Some(another("bytes that are no text", "export the table as CSV"));
    }
    let start = String::from_utf8_lossy(&head[..head.len().min(4_096)]).trim_start().to_ascii_lowercase();
    let mut lines = start.lines();
    let (first, second) = (lines.next()?, lines.next().unwrap_or_default());
    let (found, advice) = match first.chars().next()? {
        '<' if start.contains("<html") || start.contains("<!doctype html") || start.contains("<table") => (
            "a web page (HTML)",
            "if a spreadsheet opens it, save it as .xlsx; else download the file itself, for which the page may ask you to sign in",
        ),
        '<' => ("an XML document", "save it as CSV or .xlsx"),
        '{' | '[' => ("JSON", "export it as CSV"),
        _ if first.starts_with("mime-version:") => {
            ("a web archive (MHTML)", "open it in a spreadsheet and save it as .xlsx")
        }
        _ if first.starts_with("id;p") && second.as_bytes().get(1) == Some(&b';') => {
            ("a symbolic link file (SYLK)", "open it in a spreadsheet and save it as .xlsx")
        }
        _ if (first, second) == ("table", "0,1") => {
            ("a data interchange file (DIF)", "open it in a spreadsheet and save it as .xlsx")
        }
        _ => return None,
    };
    Some(another(found, advice))
}

/// Another kind of file than was expected, and how to come by the right one.
pub(super) fn another(found: &str, advice: &str) -> Problem {
    Problem::in_row(1, ProblemCode::Kind, found, format!("{TABLE}: {advice}"))
}

/// A file that would take too much to read.
pub(super) fn too_large(line: u64, found: &str, most: &str) -> Problem {
    Problem::in_row(line, ProblemCode::TooLarge, found, most)
}
