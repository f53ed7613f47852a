//! Files as people have them, handed in by the command.

use std::{
    io::Write,
    process::{Output, Stdio},
};

use crate::support::{Desk, OWN_FILES, Population};

/// A desk with a hub that may hand in.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.does(&["secret", "new", "exchange.secret"]);
    desk.does_own(&["migrate"]);
    desk.does_own(&["organisation", "add", "NE-HUB", "--kind", "hub", "--name", "Hub", "--area", "HUB-2018-21"]);
    desk
}

fn table() -> String {
    Population::standard(1).only(|row| row.hub == "HUB-2018-21" && row.period == "202324T3").file()
}

/// What the command tells of a file that it reads from standard input, and whether it stored it.
fn hand_in(desk: &Desk, more: &[&str], bytes: &[u8]) -> (bool, String) {
    let arguments = [&["import", "results", "-", "--organisation", "NE-HUB"], more, &OWN_FILES].concat();
    let mut command = desk.command(&arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A file that is refused at its beginning is not read to its end.
    let _ = child.stdin.take().unwrap().write_all(bytes);
    let Output { status, stdout, .. } = child.wait_with_output().unwrap();
    (status.success(), String::from_utf8(stdout).unwrap())
}

#[test]
fn a_table_of_another_form_is_read_and_its_form_told() {
    let desk = desk();
    let table = table();
    let stored = "-: 68 rows read, stored as submission 1: 68 results";
    let excel: Vec<u8> = "\u{feff}"
        .chars()
        .chain(table.replace(',', "\t").replace('\n', "\r\n").chars())
        .collect::<String>()
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let (done, told) = hand_in(&desk, &[], &excel);
    assert!(done && told.starts_with("-: read as UTF-16LE text with tabs between fields\n"), "{told}");
    assert!(told.contains(stored), "{told}");
    let (done, told) = hand_in(&desk, &[], table.replace(',', ";").to_uppercase().as_bytes());
    assert!(done && told.starts_with("-: read as UTF-8 text with `;` between fields\n"), "{told}");
    assert!(told.contains("; 0 were there already; 68 differ in the version of their terms alone"), "{told}");
    desk.write("names.csv", "theirs,ours\nTerm,period\n");
    let theirs = table.replacen("period", "TERM,School Name", 1).replace(",202324T3,", ",202324T3,A school,");
    let theirs = theirs.replacen("framework,", "", 1).replace(",GATSBY-2014", "");
    let options = ["--columns", "names.csv", "--every-row", "framework=GATSBY-2014"];
    let (done, told) = hand_in(&desk, &options, theirs.as_bytes());
    assert!(done && told.starts_with("-: not read: the columns `School Name`\n"), "{told}");
    desk.write("names.csv", "theirs\nTerm\n");
    let (done, told) = hand_in(&desk, &options, theirs.as_bytes());
    assert!(
        !done && told.contains("names.csv: line 1, column `ours`: found ``, expected the column `ours` [HEADER]"),
        "{told}"
    );
}

#[test]
fn what_is_no_table_is_named_and_problems_alike_are_summed_up() {
    let desk = desk();
    let (done, told) = hand_in(&desk, &[], b"\x1f\x8b\x08\0\0\0\0\0");
    assert!(!done);
    assert_eq!(
        told,
        "-: line 1: found `a file packed with gzip`, expected a table as CSV text or as a workbook (.xlsx): unpack it first \
         [KIND]\n-: 0 rows read, nothing stored\n"
    );
    let (_, told) = hand_in(&desk, &[], format!("\u{1b}[2J{}", table().replace(",secondary,", ",grammar,")).as_bytes());
    assert!(told.contains("column `institution_scheme`") && !told.contains('\u{1b}'), "{told}");
    let (_, told) = hand_in(&desk, &[], table().replace(",academy,", ",grammar,").as_bytes());
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines.len(), 12, "{told}");
    assert_eq!(lines[10], "-: and 36 more [UNKNOWN_CATEGORY] in the column `type`, the last on line 69");
    let (_, told) = hand_in(&desk, &[], "x".repeat(3 << 20).as_bytes());
    assert!(told.contains("[TOO_LARGE]"), "{told}");
    let folder = desk.refuses(&[&["import", "results", ".", "--organisation", "NE-HUB"][..], &OWN_FILES].concat());
    assert!(folder.contains("expected a file, found the folder"), "{folder}");
}
