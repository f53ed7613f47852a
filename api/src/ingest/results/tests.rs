//! Every problem a file can have, and files that have none.

use proptest::prelude::*;

use super::*;
use crate::{
    domain::{Catalogue, Dimension, Organisation, OrganisationKind, Roll},
    ingest::{ProblemCode, reference},
};

const HEADER: &str = "institution_scheme,institution_id,framework,period,completed_on,local_authority,hub,phase,type,\
                      disadvantage_quintile,size_band,setting,terms_version,b1,b2,b3,b4,b5,b6,b7,b8";
const ROW: &str = "URN,100001,GATSBY-2014,202324T3,2024-06-30,E06000047,HUB-2018-21,secondary,academy,5,medium,urban,v1,\
                   100,80,,0,100,100,50,75";

fn catalogue() -> Catalogue {
    let data = reference::load().unwrap();
    Catalogue::build(data.frameworks, data.relations, data.areas, &data.memberships).unwrap()
}

fn read(bytes: &[u8]) -> Reading<Record> {
    let today = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
    let organisation = Organisation {
        id: 1,
        code: "HUB".to_owned(),
        name: "Hub".to_owned(),
        kind: OrganisationKind::Hub,
        area: "HUB-2018-21".to_owned(),
    };
    let remit = Remit { catalogue: &catalogue(), roll: &Roll::default(), organisation: &organisation };
    read_results(bytes, remit, &Secret::new([1; 32]), today, &mut |_| {})
}

/// The problems of a file as `line:column:code:value`.
fn check(file: &str, expected: &[&str]) {
    let reading = read(file.as_bytes());
    let found: Vec<String> = reading
        .problems
        .iter()
        .map(|problem| {
            let column = problem.column.as_deref().unwrap_or("");
            format!("{}:{column}:{}:{}", problem.line, problem.code.as_str(), problem.value)
        })
        .collect();
    assert_eq!(found, expected, "{file}");
    assert!(reading.problems.iter().all(|problem| !problem.expected.is_empty()));
}

fn file(rows: &[&str]) -> String {
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

#[test]
fn a_good_file_becomes_records() {
    let reading = read(file(&[ROW]).as_bytes());
    assert_eq!((reading.problems.as_slice(), reading.rows), ([].as_slice(), 1));
    let record = &reading.records[0];
    assert_eq!(record.framework, "GATSBY-2014");
    assert_eq!(record.period.to_string(), "202324T3");
    assert_eq!(record.hub.as_deref(), Some("HUB-2018-21"));
    assert_eq!(record.attributes.code(Dimension::Disadvantage), Some("5"));
    assert_eq!(record.scores[..4], [Some(100), Some(80), None, Some(0)]);
    assert_eq!(record.institution, Secret::new([1; 32]).pseudonym("URN", "100001"));
}

#[test]
fn columns_stand_in_any_order_and_spreadsheets_write_as_they_do() {
    let mut columns: Vec<(&str, &str)> = HEADER.split(',').zip(ROW.split(',')).collect();
    columns.reverse();
    let (names, fields): (Vec<&str>, Vec<&str>) = columns.into_iter().unzip();
    let reordered = read(format!("{}\n{}\n", names.join(","), fields.join(",")).as_bytes());
    let marked = read(format!("\u{feff}{HEADER}\r\n{ROW}\r\n").as_bytes());
    let quoted = read(format!("{HEADER}\n\"URN\", 100001 {}\n", ROW.strip_prefix("URN,100001").unwrap()).as_bytes());
    let plain = read(file(&[ROW]).as_bytes());
    for reading in [reordered, marked, quoted] {
        assert_eq!(reading.problems, []);
        assert_eq!(reading.records, plain.records);
    }
}

#[test]
fn a_wrong_header_is_told_column_by_column() {
    let header = HEADER.replace("period", "term").replace("setting", "phase");
    check(
        &format!("{header}\n{ROW}\n"),
        &["1:term:HEADER:term", "1:phase:HEADER:phase", "1:period:HEADER:", "1:setting:HEADER:"],
    );
    check(&format!("{HEADER},b10\n{ROW},1\n"), &["1:b9:HEADER:"]);
    check("", &["1::EMPTY:"]);
    check(&format!("{HEADER}\n"), &["2::EMPTY:"]);
}

#[test]
fn every_field_that_cannot_be_used_is_named() {
    let with = |from: &str, to: &str| file(&[ROW, &ROW.replace("100001", "100002").replacen(from, to, 1)]);
    check(&with("GATSBY-2014", "GATSBY-2013"), &["3:framework:UNKNOWN_FRAMEWORK:GATSBY-2013"]);
    check(&with(",80,", ",101,"), &["3:b2:SCORE:101"]);
    check(&with(",80,", ",8.5,"), &["3:b2:SCORE:8.5"]);
    check(&with(",80,", ",-1,"), &["3:b2:SCORE:-1"]);
    check(&with("E06000047", "E99999999"), &["3:local_authority:UNKNOWN_AREA:E99999999"]);
    check(&with("E06000047", "E12000001"), &["3:local_authority:UNKNOWN_AREA:E12000001"]);
    check(&with("HUB-2018-21", "E06000047"), &["3:hub:UNKNOWN_AREA:E06000047"]);
    check(&with("202324T3", "202325T3"), &["3:period:PERIOD:202325T3"]);
    check(&with("2024-06-30", "30/06/2024"), &["3:completed_on:DATE:30/06/2024"]);
    check(&with("2024-06-30", "2027-01-01"), &["3:completed_on:DATE:2027-01-01"]);
    check(&with("secondary", "sixth-form"), &["3:phase:UNKNOWN_CATEGORY:sixth-form"]);
    check(&with(",5,medium", ",6,medium"), &["3:disadvantage_quintile:UNKNOWN_CATEGORY:6"]);
    check(&with("medium", ""), &["3:size_band:UNKNOWN_CATEGORY:"]);
    check(&with("URN", "urn"), &["3:institution_scheme:IDENTIFIER:urn"]);
    check(&with(",v1,", ",,"), &["3:terms_version:BLANK:"]);
    check(&with("100,80,,0,100,100,50,75", ",,,,,,,"), &["3:b1:BLANK:"]);
    check(&with(",75", ""), &["3::FIELDS:20 fields"]);
    check(&with("GATSBY-2014,202324T3", "X,Y"), &["3:framework:UNKNOWN_FRAMEWORK:X", "3:period:PERIOD:Y"]);
}

#[test]
fn scores_past_the_last_benchmark_of_a_framework_must_be_blank() {
    let header = format!("{HEADER},b9,b10");
    check(&format!("{header}\n{ROW},,\n"), &[]);
    check(&format!("{header}\n{ROW},5,\n"), &["2:b9:SCORE:5"]);
}

#[test]
fn an_institution_that_stands_twice_is_told_with_its_first_line() {
    let reading = read(file(&[ROW, ROW]).as_bytes());
    assert_eq!(reading.records.len(), 1);
    let problem = &reading.problems[0];
    assert_eq!((problem.line, problem.code, problem.value.as_str()), (3, ProblemCode::Duplicate, "100001"));
    assert!(problem.expected.ends_with("line 2"), "{problem}");
    check(&file(&[ROW, &ROW.replace("202324T3", "202324T2")]), &[]);
}

#[test]
fn bytes_that_are_not_utf_8_are_told_with_their_place() {
    let mut bytes = file(&[ROW]).into_bytes();
    let at = HEADER.len() + 1 + ROW.find("v1").unwrap() + 1;
    bytes[at] = 0xe9;
    let reading = read(&bytes);
    assert_eq!(reading.records, []);
    assert_eq!(
        reading.problems[0].to_string(),
        "line 2, column `terms_version`: found `byte 0xe9 at character 2`, expected UTF-8 [ENCODING]"
    );
}

#[test]
fn a_file_that_may_have_been_cut_is_refused() {
    check(file(&[ROW]).trim_end(), &["2::TRUNCATED:end of file"]);
    check(&file(&[ROW]).trim_end()[..HEADER.len() + 40], &["2::FIELDS:5 fields", "2::TRUNCATED:end of file"]);
    check(&file(&[&ROW.replace(",v1,", ",\"v1,")]), &["2::FIELDS:13 fields", "2::TRUNCATED:\""]);
}

#[test]
fn past_a_thousand_problems_the_rest_is_counted() {
    let bad: Vec<String> =
        (0..1_200).map(|number| ROW.replace("100001", &format!("{number}")).replace(",80,", ",x,")).collect();
    let rows: Vec<&str> = bad.iter().map(String::as_str).collect();
    let reading = read(file(&rows).as_bytes());
    assert_eq!((reading.problems.len(), reading.suppressed, reading.records.len()), (1_000, 200, 0));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_the_reader_fail(bytes in proptest::collection::vec(any::<u8>(), 0..400), after_header: bool) {
        let mut input = if after_header { format!("{HEADER}\n").into_bytes() } else { Vec::new() };
        input.extend(&bytes);
        let reading = read(&input);
        let lines = input.iter().filter(|&&byte| byte == b'\n' || byte == b'\r').count() as u64 + 1;
        prop_assert!(reading.problems.iter().all(|problem| (1..=lines + 1).contains(&problem.line)));
    }
}
