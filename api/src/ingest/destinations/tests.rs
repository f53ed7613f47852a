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
    };
    let catalogue = reference::load().unwrap().into_catalogue().unwrap();
    let remit = Remit { catalogue: &catalogue, roll: &roll, organisation: &organisation };
    read_destinations(file.as_bytes(), remit, &locations(), &secret, &mut |_| {})
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

#[test]
fn a_good_file_becomes_records_that_stand_where_results_say() {
    let reading =
        read(&file(&[ROW, "URN,100001,202223,KS4,not-sustained,0", "URN,100002,202324,16-18,unknown,100000"]));
    assert_eq!((reading.problems.as_slice(), reading.rows), ([].as_slice(), 3));
    let record = &reading.records[0];
    assert_eq!((record.stage, record.destination, record.students), (Stage::KeyStage4, Destination::Education, 140));
    assert_eq!(record.cohort_year.to_string(), "202223");
    assert_eq!(record.location.local_authority, "E06000047");
    assert_eq!(reading.records[2].location.local_authority, "E06000057");
    let reordered = read(
        "students,category,stage,cohort_year,institution_id,institution_scheme\r\n140,education,KS4,202223,100001,URN\r\n",
    );
    assert_eq!((reordered.problems.as_slice(), &reordered.records[0]), ([].as_slice(), record));
}

#[test]
fn every_field_that_cannot_be_used_is_named() {
    let with = |from: &str, to: &str| file(&[ROW, &ROW.replace("100001", "100002").replacen(from, to, 1)]);
    check(&with("URN", "urn"), &["3:institution_scheme:IDENTIFIER:urn"]);
    check(&with("100002", "999999"), &["3:institution_id:UNKNOWN_INSTITUTION:999999"]);
    check(&with("100002", "100003"), &["3:institution_id:SPOKEN_FOR:100003"]);
    check(&with("202223", "202224"), &["3:cohort_year:COHORT_YEAR:202224"]);
    check(&with("202223", ""), &["3:cohort_year:BLANK:"]);
    check(&with("KS4", "KS5"), &["3:stage:UNKNOWN_CATEGORY:KS5"]);
    check(&with("KS4", "ks4"), &["3:stage:UNKNOWN_CATEGORY:ks4"]);
    check(&with("education", "gap-year"), &["3:category:UNKNOWN_CATEGORY:gap-year"]);
    for students in ["-1", "1.5", "+4", "100001", "many"] {
        check(&with(",140", &format!(",{students}")), &[&format!("3:students:STUDENTS:{students}")]);
    }
    check(&with(",140", ","), &["3:students:BLANK:"]);
    check(&with(",140", ""), &["3::FIELDS:5 fields"]);
    check(
        &with("202223,KS4,education,140", "X,Y,Z,"),
        &[
            "3:cohort_year:COHORT_YEAR:X",
            "3:stage:UNKNOWN_CATEGORY:Y",
            "3:category:UNKNOWN_CATEGORY:Z",
            "3:students:BLANK:",
        ],
    );
}

#[test]
fn headers_duplicates_and_cut_files_are_told_as_for_results() {
    check(&format!("{}\n{ROW}\n", HEADER.replace("stage", "phase")), &["1:phase:HEADER:phase", "1:stage:HEADER:"]);
    check("", &["1::EMPTY:"]);
    check(&file(&[ROW, &ROW.replace(",140", ",139")]), &["3:institution_id:DUPLICATE:100001"]);
    check(&file(&[ROW, &ROW.replace("education", "unknown"), &ROW.replace("KS4", "16-18")]), &[]);
    check(file(&[ROW]).trim_end(), &["2::TRUNCATED:end of file"]);
    let reading = read(&file(&[ROW, ROW]));
    assert!(reading.problems[0].expected.ends_with("a category; it stands on line 2"), "{}", reading.problems[0]);
}
