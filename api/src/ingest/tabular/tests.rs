//! Tables in every form that spreadsheets write, and files that are none.

use std::io::{Cursor, Write};

use encoding_rs::WINDOWS_1252;
use proptest::prelude::*;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::*;

/// Rows with their numbers.
type Rows = Vec<(u64, Vec<String>)>;

/// The rows of a file, and the form in which it was found.
fn rows_as(form: &Form, bytes: &[u8]) -> Result<(Rows, Found), Problem> {
    let mut rows = Vec::new();
    let mut input = bytes;
    let found = each_row(&mut input, form, &mut |line| {
        match line {
            Line::Row { line, fields, .. } => {
                let fields = fields.iter().map(|field| String::from_utf8(field.to_vec()).unwrap());
                rows.push((line, fields.collect()));
            }
            Line::Unreadable(problem) => panic!("{problem}"),
        }
        ControlFlow::Continue(())
    })?;
    Ok((rows, found))
}

fn rows(bytes: &[u8]) -> Rows {
    rows_as(&Form::default(), bytes).unwrap().0
}

fn refusal(bytes: &[u8]) -> Problem {
    rows_as(&Form::default(), bytes).unwrap_err()
}

fn found(bytes: &[u8]) -> String {
    rows_as(&Form::default(), bytes).unwrap().1.to_string()
}

fn utf_16(text: &str, encode: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(encode).collect()
}

/// A table as a spreadsheet writes it.
fn written(
    table: &[Vec<String>],
    separator: char,
    end: &str,
    padding: &str,
    quote_all: bool,
    blank_end: bool,
) -> String {
    let field = |text: &String| {
        let must = text.contains([separator, '"', '\n', '\r']) || text.trim() != text;
        if quote_all || must {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            format!("{padding}{text}{padding}")
        }
    };
    let line = |row: &Vec<String>| row.iter().map(field).collect::<Vec<_>>().join(&separator.to_string());
    let mut text = table.iter().map(line).collect::<Vec<_>>().join(end);
    if blank_end {
        text.push_str(end);
        text.push_str(&separator.to_string().repeat(3));
        text.push_str(end);
    }
    text
}

fn encoded(text: &str, encoding: usize) -> Vec<u8> {
    match encoding {
        0 => text.as_bytes().to_vec(),
        1 => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        2 => [&b"\xff\xfe"[..], &utf_16(text, u16::to_le_bytes)].concat(),
        3 => [&b"\xfe\xff"[..], &utf_16(text, u16::to_be_bytes)].concat(),
        _ => WINDOWS_1252.encode(text).0.into_owned(),
    }
}

proptest! {
    #[test]
    fn a_table_reads_the_same_however_a_spreadsheet_writes_it(
        table in proptest::collection::vec(proptest::collection::vec("[a-c0-9 ,;|\t\"\néüñ-]{0,6}", 3), 0..6),
        separator in prop_oneof![Just(','), Just(';'), Just('\t'), Just('^'), Just('|')],
        encoding in 0..5_usize,
        end in prop_oneof![Just("\n"), Just("\r\n"), Just("\r")],
        padding in prop_oneof![Just(""), Just(" "), Just("  ")],
        quote_all: bool,
        blank_end: bool,
    ) {
        let header = vec!["institution_id".to_owned(), "Größe".to_owned(), "date".to_owned()];
        let mut whole = vec![header];
        whole.extend(table);
        let text = written(&whole, separator, end, padding, quote_all, blank_end);
        let read = rows(&encoded(&text, encoding));
        let trimmed = |fields: &[String]| -> Vec<String> { fields.iter().map(|field| field.trim().to_owned()).collect() };
        let read: Vec<_> = read.iter().map(|(line, fields)| (*line, trimmed(fields))).collect();
        let numbered = (1_u64..).zip(&whole).map(|(line, fields)| (line, trimmed(fields)));
        let expected: Vec<_> = numbered.filter(|(_, fields)| fields.iter().any(|field| !field.is_empty())).collect();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn no_bytes_make_a_reader_fail(bytes in proptest::collection::vec(any::<u8>(), 0..600), start in 0..5_usize) {
        let start: &[u8] = [&b""[..], b"PK\x03\x04", b"\xff\xfe", b"a,b\n", b"\xef\xbb\xbf"][start];
        let mut input = Cursor::new([start, &bytes].concat());
        let _ = each_row(&mut input, &Form::default(), &mut |_| ControlFlow::Continue(()));
    }

    #[test]
    fn no_damage_makes_the_reader_of_workbooks_fail(at in 0..1_000_usize, with: u8, cut in 0..1_000_usize) {
        let mut bytes = workbook(&[("Results", &sheet("<row r=\"1\"><c r=\"A1\"><v>5</v></c></row>"))]);
        let length = bytes.len();
        bytes[at % length] = with;
        bytes.truncate(length - cut % 50);
        let _ = each_row(&mut Cursor::new(bytes), &Form::default(), &mut |_| ControlFlow::Continue(()));
    }
}

#[test]
fn what_a_text_is_written_in_is_found_out_and_told() {
    let text = "name,place\nZoë,Møn\n";
    for (encoding, told) in [(0, "UTF-8"), (1, "UTF-8"), (2, "UTF-16LE"), (3, "UTF-16BE"), (4, "Windows-1252")] {
        assert_eq!(found(&encoded(text, encoding)), format!("{told} text with `,` between fields"));
    }
    assert_eq!(found(&utf_16(text, u16::to_le_bytes)), "UTF-16LE text with `,` between fields", "without a mark");
    assert_eq!(found(b"a\tb\n1\t2\n"), "UTF-8 text with tabs between fields");
    let big5 = encoding_rs::BIG5.encode("名,b\n中文,1\n").0.into_owned();
    let form = Form { encoding: Some("big5".parse().unwrap()), ..Form::default() };
    assert_eq!(rows_as(&form, &big5).unwrap().0[1].1, ["中文", "1"]);
    assert!("klingon".parse::<Encoding>().is_err());
    let form = Form { encoding: Some("windows-1252".parse().unwrap()), ..Form::default() };
    let told = rows_as(&form, &encoded(text, 2)).unwrap_err().to_string();
    assert_eq!(
        told,
        "line 1: found `the byte order mark of UTF-16LE`, expected text in windows-1252, as was said [ENCODING]"
    );
    let mut halved = encoded(text, 2);
    halved.extend([0, 0xd8, b'x', 0]);
    assert_eq!(refusal(&halved).code, ProblemCode::Encoding);
}

#[test]
fn a_file_of_another_kind_is_named_as_what_it_is() {
    for (bytes, told) in [
        (&b"\x1f\x8b\x08\0rest"[..], "gzip"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "old Excel workbook (.xls)"),
        (b"\xef\xbb\xbf  <!DOCTYPE html><html>", "web page (HTML)"),
        (b"<HTML><body>Sign in</body>", "web page (HTML)"),
        (b"<?xml version=\"1.0\"?><a/>", "XML"),
        (b"{\"a\": 1}", "JSON"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"a,b\n\0\x01\x02", "no text"),
        (b"\xff\xfe\0\0a\0\0\0", "UTF-32"),
        (b"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\n", "MHTML"),
        (b"ID;PWXL;N;E\r\nP;PGeneral\r\n", "SYLK"),
        (b"TABLE\r\n0,1\r\n\"EXCEL\"\r\n", "DIF"),
        (b"\x05owner of a file that is open", "no text"),
    ] {
        let problem = refusal(bytes);
        assert_eq!(problem.code, ProblemCode::Kind, "{problem}");
        assert!(problem.value.contains(told) && problem.expected.starts_with("a table as CSV text or as"), "{problem}");
    }
    assert!(refusal(&utf_16("\u{feff}<html>", u16::to_le_bytes)).value.contains("HTML"));
    for (name, told) in [
        ("readme.txt", "zip archive without a workbook"),
        ("content.xml", "OpenDocument"),
        ("xl/workbook.bin", ".xlsb"),
        ("word/document.xml", "Word"),
        ("Index/Document.iwa", "Numbers"),
    ] {
        let problem = refusal(&archive(&[(name, b"x")]));
        assert!(problem.code == ProblemCode::Kind && problem.value.contains(told), "{problem}");
    }
    assert_eq!(refusal(b"PK\x03\x04cut").code, ProblemCode::Unreadable);
}

#[test]
fn a_row_without_an_end_is_refused_before_it_is_read() {
    struct Endless(u64);
    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            buffer.fill(b'x');
            self.0 += buffer.len() as u64;
            Ok(buffer.len())
        }
    }
    for start in ["", "a,b\n\"", "a,b\n1,2\n"] {
        let mut input = Endless(0);
        let problem =
            each_row(&mut start.as_bytes().chain(input.by_ref()), &Form::default(), &mut |_| ControlFlow::Continue(()))
                .unwrap_err();
        assert_eq!(problem.code, ProblemCode::TooLarge, "{problem}");
        assert!(input.0 < 2 << 20, "{} bytes were read", input.0);
    }
    let wide = ",".repeat(20_000);
    assert_eq!(refusal(wide.as_bytes()).code, ProblemCode::TooLarge);
}

fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        zip.start_file(*name, options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn sheet(rows: &str) -> String {
    let space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    format!("<?xml version=\"1.0\"?><worksheet xmlns=\"{space}\"><sheetData>{rows}</sheetData></worksheet>")
}

/// A workbook with sheets by name. Of its styles, 1 is a day, 2 a percent, 3 a percent sign that is only text.
fn workbook(sheets: &[(&str, &str)]) -> Vec<u8> {
    let space = "http://schemas.openxmlformats.org";
    let main =
        format!("xmlns=\"{space}/spreadsheetml/2006/main\" xmlns:r=\"{space}/officeDocument/2006/relationships\"");
    let numbered = || (1..).zip(sheets);
    let list: String = numbered()
        .map(|(id, (name, _))| format!("<sheet name=\"{name}\" sheetId=\"{id}\" r:id=\"rId{id}\"/>"))
        .collect();
    let of = |kind: &str, id: &str, target: &str| {
        format!(
            "<Relationship Id=\"{id}\" Type=\"{space}/officeDocument/2006/relationships/{kind}\" Target=\"{target}\"/>"
        )
    };
    let sheets_of: String =
        numbered().map(|(id, _)| of("worksheet", &format!("rId{id}"), &format!("worksheets/sheet{id}.xml"))).collect();
    let relations =
        |inner: &str| format!("<Relationships xmlns=\"{space}/package/2006/relationships\">{inner}</Relationships>");
    let styles = format!(
        "<styleSheet {main}><numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"0&quot; %&quot;\"/></numFmts>\
         <cellXfs count=\"4\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"9\"/><xf numFmtId=\"164\"/></cellXfs></styleSheet>"
    );
    let mut files = vec![
        ("_rels/.rels".to_owned(), relations(&of("officeDocument", "rId1", "xl/workbook.xml"))),
        ("xl/workbook.xml".to_owned(), format!("<workbook {main}><sheets>{list}</sheets></workbook>")),
        (
            "xl/_rels/workbook.xml.rels".to_owned(),
            relations(
                &(sheets_of + &of("styles", "rIdS", "styles.xml") + &of("sharedStrings", "rIdT", "sharedStrings.xml")),
            ),
        ),
        ("xl/styles.xml".to_owned(), styles),
        ("xl/sharedStrings.xml".to_owned(), format!("<sst {main}><si><t>URN</t></si><si><t>Zoë</t></si></sst>")),
    ];
    files.extend(numbered().map(|(id, (_, text))| (format!("xl/worksheets/sheet{id}.xml"), (*text).to_owned())));
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    archive(&files)
}

#[test]
fn a_sheet_is_read_as_it_is_shown() {
    let text = sheet(
        "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>0</v></c><c r=\"B2\" t=\"inlineStr\"><is><t>b1</t></is></c><c r=\"C2\" t=\"str\">\
         <v>day</v></c><c r=\"D2\" t=\"str\"><v>more</v></c></row>\
         <row r=\"4\"><c r=\"A4\"><v>100001</v></c><c r=\"B4\" s=\"2\"><v>0.07</v></c><c r=\"C4\" s=\"1\"><v>45473</v></c></row>\
         <row r=\"5\"><c r=\"A5\"><v>1.00001E5</v></c><c r=\"B5\" s=\"2\"><v>1</v></c><c r=\"C5\" s=\"1\"><v>45473.5</v></c>\
         <c r=\"D5\" t=\"e\"><v>#N/A</v></c></row>\
         <row r=\"6\"><c r=\"A6\" s=\"1\"/></row>\
         <row r=\"9\"><c r=\"A9\" t=\"s\"><v>1</v></c><c r=\"B9\" s=\"3\"><v>66.5</v></c><c r=\"D9\" t=\"b\"><v>1</v></c></row>",
    );
    let bytes = workbook(&[("Results", &text), ("Notes", &sheet("<row r=\"1\"><c r=\"A1\"><v>5</v></c></row>"))]);
    let owned = |line: u64, fields: [&str; 4]| (line, fields.map(str::to_owned).to_vec());
    let (read, form) = rows_as(&Form::default(), &bytes).unwrap();
    assert_eq!(
        read,
        [
            owned(2, ["URN", "b1", "day", "more"]),
            owned(4, ["100001", "7%", "2024-06-30", ""]),
            owned(5, ["100001", "100%", "2024-06-30T12:00:00", "#N/A"]),
            owned(9, ["Zoë", "66.5", "", "TRUE"]),
        ]
    );
    assert_eq!(form.to_string(), "the sheet `Results` of 2 in the workbook");
    let other = Form { sheet: Some("notes ".to_owned()), ..Form::default() };
    assert_eq!(rows_as(&other, &bytes).unwrap().0, [(1, vec!["5".to_owned()])]);
    let none = Form { sheet: Some("Sheet9".to_owned()), ..Form::default() };
    let told = rows_as(&none, &bytes).unwrap_err().to_string();
    assert_eq!(told, "line 1: found `Sheet9`, expected one of the sheets Results, Notes [SHEET]");
}

#[test]
fn a_formula_that_was_never_worked_out_is_not_blank() {
    let text = sheet(
        "<row r=\"1\"><c r=\"A1\"><f>70+5</f><v>75</v></c><c r=\"B1\"><f>70+5</f><v></v></c><c r=\"C1\" t=\"str\"><f>IF(1,\"\")</f><v></v></c>\
         <c r=\"D1\"><f t=\"shared\" ref=\"D1:D2\" si=\"0\">A1</f></c></row><row r=\"2\"><c r=\"D2\" s=\"2\"><f t=\"shared\" si=\"0\"/></c></row>",
    );
    let read = rows(&workbook(&[("Results", &text)]));
    let owned = |line: u64, fields: [&str; 4]| (line, fields.map(str::to_owned).to_vec());
    assert_eq!(read, [owned(1, ["75", "=70+5", "", "=A1"]), owned(2, ["", "", "", "="])]);
    let many = "<c><f>A1</f></c>".repeat(10_001);
    let problem = refusal(&workbook(&[("Results", &sheet(&format!("<row r=\"1\">{many}</row>")))]));
    assert_eq!((problem.code, problem.line), (ProblemCode::Unreadable, 1), "{problem}");
}

#[test]
fn a_workbook_that_would_fill_the_memory_is_refused_before_it_is_unpacked() {
    let bomb = sheet(&" ".repeat(300 << 20));
    let problem = refusal(&workbook(&[("Results", &bomb)]));
    assert_eq!(problem.code, ProblemCode::TooLarge, "{problem}");
    let texts = "<si><t/></si>".repeat(5 << 20);
    let problem = refusal(&archive(&[("xl/workbook.xml", b"x"), ("xl/anything", texts.as_bytes())]));
    assert_eq!(problem.code, ProblemCode::TooLarge, "{problem}");
    let long = sheet(&format!("<row r=\"1\"><c r=\"A1\" t=\"str\"><v>{}</v></c></row>", "x".repeat(1 << 20)));
    assert_eq!(refusal(&workbook(&[("Results", &long)])).code, ProblemCode::TooLarge);
    let mut large = workbook(&[("Results", &sheet(""))]);
    large.resize(60 << 20, 0);
    assert_eq!(refusal(&large).code, ProblemCode::TooLarge);
}
