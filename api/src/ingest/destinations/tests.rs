//! Every problem a file of destinations can have, and files that have none.

use super::*;
use crate::{
    domain::{Location, Organisation, OrganisationKind, Roll},
    ingest::reference,
};

const HEADER: &str = "institution_scheme,institution_id,cohort_year,stage,category,students";
const ROW: &str = "URN,100001,202223,KS4,education,140";

fn locations() -> Locations {
    let mut locations = Locations::default();
    let location = |code: &str| Location { local_authority: code.to_owned(), hub: Some("HUB-2018-21".to_owned()) };
    for identifier in ["100001", "100002", "100003"] {
        let institution = Secret::new([1; 32]).pseudonym("URN", identifier);
        locations.add(institution, "202122T3".parse().unwrap(), location("E06000047"));
        locations.add(institution, "202324T1".parse().unwrap(), location("E06000057"));
    }
    locations
}

fn read(file: &str) -> Reading<DestinationRecord> {
    let secret = Secret::new([1; 32]);
    let mut roll = Roll::default();
    for (identifier, organisation) in [("100001", 1), ("100002", 1), ("100003", 2)] {
        roll.let_speak(secret.pseudonym("URN", identifier), organisation);
    }
    let organisation = Organisation {
        id: 1,
        code: "HUB".to_owned(),
        name: "Hub".to_owned(),
        kind: OrganisationKind::Hub,
        area: "HUB-2018-21".to_owned(),
        ended_on: None,
    };
    let catalogue = reference::load().unwrap().into_catalogue("2026-11-24".parse().unwrap()).unwrap();
    let remit = Remit { catalogue: &catalogue, roll: &roll, organisation: &organisation };
    let today = NaiveDate::from_ymd_opt(2026, 7, 31).unwrap();
    read_destinations(&Form::default(), file.as_bytes(), remit, &locations(), &secret, today, &mut |_| {})
}

/// The problems of a file as `line:column:code:value`.
fn check(file: &str, expected: &[&str]) {
    let reading = read(file);
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

/// The rows of a whole cohort; `row` is one with the category `education`.
fn cohort(row: &str) -> String {
    Destination::ALL.map(|category| row.replace("education", category.code())).join("\n")
}

#[test]
fn a_good_file_becomes_records_that_stand_where_results_say() {
    let reading = read(&file(&[&cohort(ROW), &cohort("URN,100002,202324,16-18,education,100000")]));
    assert_eq!((reading.problems.as_slice(), reading.rows), ([].as_slice(), 10));
    let record = &reading.records[0];
    assert_eq!((record.stage, record.destination, record.students), (Stage::KeyStage4, Destination::Education, 140));
    assert_eq!(record.cohort_year.to_string(), "202223");
    assert_eq!(record.location.local_authority, "E06000047");
    assert_eq!(reading.records[5].location.local_authority, "E06000057");
    let rows = Destination::ALL.map(|category| format!("140,{},KS4,202223,100001,URN\r\n", category.code())).concat();
    let reordered = read(&format!("students,category,stage,cohort_year,institution_id,institution_scheme\r\n{rows}"));
    assert_eq!((reordered.problems.as_slice(), &reordered.records[0]), ([].as_slice(), record));
}

#[test]
fn every_field_that_cannot_be_used_is_named() {
    let with = |from: &str, to: &str| file(&[&cohort(ROW), &ROW.replace("100001", "100002").replacen(from, to, 1)]);
    check(&with("100002", "100002.0"), &["7:institution_id:IDENTIFIER:100002.0"]);
    check(&with("202223", "202526"), &["7:cohort_year:COHORT_YEAR:202526"]);
    check(&with("100002", "999999"), &["7:institution_id:UNKNOWN_INSTITUTION:999999"]);
    check(&with("100002", "100003"), &["7:institution_id:SPOKEN_FOR:100003"]);
    check(&with("202223", "202224"), &["7:cohort_year:COHORT_YEAR:202224"]);
    check(&with("202223", ""), &["7:cohort_year:BLANK:"]);
    check(&with("KS4", "KS5"), &["7:stage:UNKNOWN_CATEGORY:KS5"]);
    check(&with("education", "gap-year"), &["7:category:UNKNOWN_CATEGORY:gap-year"]);
    for students in ["-1", "1.5", "+4", "100001", "many"] {
        check(&with(",140", &format!(",{students}")), &[&format!("7:students:STUDENTS:{students}")]);
    }
    check(&with(",140", ","), &["7:students:BLANK:"]);
    check(&with(",140", ""), &["7::FIELDS:5 fields"]);
    check(
        &with("202223,KS4,education,140", "X,Y,Z,"),
        &[
            "7:cohort_year:COHORT_YEAR:X",
            "7:stage:UNKNOWN_CATEGORY:Y",
            "7:category:UNKNOWN_CATEGORY:Z",
            "7:students:BLANK:",
        ],
    );
}

#[test]
fn headers_duplicates_and_cut_files_are_told_as_for_results() {
    check(&format!("{}\n{ROW}\n", HEADER.replace("stage", "phase")), &["1:stage:HEADER:phase"]);
    check("", &["1::EMPTY:"]);
    check(&file(&[&cohort(ROW), &ROW.replace(",140", ",139")]), &["7:institution_id:DUPLICATE:100001"]);
    check(&file(&[&cohort(ROW), &cohort(&ROW.replace("KS4", "16-18"))]), &[]);
    check(file(&[&cohort(ROW)]).trim_end(), &[]);
    let reading = read(&file(&[&cohort(ROW), ROW]));
    assert!(reading.problems[0].expected.ends_with("a category; it stands on line 2"), "{}", reading.problems[0]);
}

#[test]
fn a_cohort_is_there_with_every_category_or_not_at_all() {
    let part = format!("{}\n{ROW}", cohort(&ROW.replace("100001", "100002")));
    let reading = read(&file(&[&part, &ROW.replace("education", "unknown").replace(",140", ",0")]));
    assert_eq!(reading.records.len(), 5, "the whole cohort is kept");
    assert_eq!(
        reading.problems.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "line 7, column `category`: found `education, unknown`, expected every category of the cohort, 0 where nobody went; \
             without apprenticeship, employment, not-sustained [COHORT]"
        ]
    );
}

#[test]
fn codes_are_read_in_other_letters_too() {
    let plain = read(&file(&[&cohort(ROW)]));
    let other =
        cohort(ROW).replace("KS4", "ks4").replace("202223", "2022/23").replace("URN", "urn").replace(",140", ",140.0");
    let other = read(&file(&[&other.replace("not-sustained", "Not sustained")]));
    assert_eq!((other.problems.as_slice(), &other.records), ([].as_slice(), &plain.records));
}
