//! Every problem a file for the roll can have, and files that have none.

use super::*;
use crate::{
    domain::{Organisation, OrganisationKind},
    ingest::reference,
};

const HEADER: &str = "institution_scheme,institution_id,local_authority,hub,phase,type,disadvantage_quintile,size_band,setting,\
                      provider";
const ROW: &str = "URN,100001,E06000047,HUB-2018-21,secondary,academy,5,medium,urban,LEP";

fn read(file: &str) -> Reading<RollRecord> {
    let organisation = |id, code: &str, area: &str| Organisation {
        id,
        code: code.to_owned(),
        name: code.to_owned(),
        kind: OrganisationKind::Lep,
        area: area.to_owned(),
        ended_on: None,
    };
    let organisations = vec![organisation(1, "LEP", "E37000025"), organisation(2, "HK", "HK")];
    let directory = Directory::new(organisations, Vec::new());
    let catalogue = reference::load().unwrap().into_catalogue("2026-11-24".parse().unwrap()).unwrap();
    read_roll(&Form::default(), file.as_bytes(), &catalogue, &directory, &Secret::new([1; 32]), &mut |_| {})
}

/// The problems of the second row as `column:code:value`.
fn check(from: &str, to: &str, expected: &[&str]) {
    let row = ROW.replace("100001", "100002").replacen(from, to, 1);
    let reading = read(&format!("{HEADER}\n{ROW}\n{row}\n"));
    let found: Vec<String> = reading
        .problems
        .iter()
        .map(|problem| {
            assert_eq!(problem.line, 3, "{problem}");
            format!("{}:{}:{}", problem.column.as_deref().unwrap_or(""), problem.code.as_str(), problem.value)
        })
        .collect();
    assert_eq!(found, expected, "{row}");
}

#[test]
fn a_good_file_tells_place_attributes_and_who_speaks() {
    let reading = read(&format!("{HEADER}\n{ROW}\n{}\n", ROW.replace("100001", "100002").replace(",LEP", ",")));
    assert_eq!((reading.problems.as_slice(), reading.rows), ([].as_slice(), 2));
    let [first, second] = reading.records.as_slice() else { panic!("{:?}", reading.records) };
    assert_eq!(first.institution, Secret::new([1; 32]).pseudonym("URN", "100001"));
    assert_eq!(first.entry.location.local_authority, "E06000047");
    assert_eq!(first.entry.attributes.code(Dimension::Disadvantage), Some("5"));
    assert_eq!((first.provider.as_deref(), second.provider.as_deref()), (Some("LEP"), None));
}

#[test]
fn every_field_that_cannot_be_used_is_named() {
    check("URN", "U N", &["institution_scheme:IDENTIFIER:U N"]);
    check("E06000047", "E12000001", &["local_authority:UNKNOWN_AREA:E12000001"]);
    check("HUB-2018-21", "HUB", &["hub:UNKNOWN_AREA:HUB"]);
    check("secondary", "sixth-form", &["phase:UNKNOWN_CATEGORY:sixth-form"]);
    check("academy", "", &["type:BLANK:"]);
    check("LEP", "NOBODY", &["provider:UNKNOWN_ORGANISATION:NOBODY"]);
    check("LEP", "HK", &["local_authority:OTHER_AREA:E06000047"]);
    check("100002", "100001", &["institution_id:DUPLICATE:100001"]);
    check(",LEP", "", &[":FIELDS:9 fields"]);
}

#[test]
fn a_hub_and_a_local_authority_belong_together() {
    check("E06000047", "E06000001", &["hub:HUB_ELSEWHERE:HUB-2018-21"]);
    check("HUB-2018-21", "HUB-2018-03", &["hub:HUB_ELSEWHERE:HUB-2018-03"]);
    check("HUB-2018-21", "", &[]);
}
