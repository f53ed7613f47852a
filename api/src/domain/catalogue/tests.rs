//! Areas that hold each other, and come after each other.

use super::*;
use crate::domain::Reference;

/// An area of no days.
pub(in crate::domain) fn area(code: &str, kind: AreaKind, parent: Option<&str>) -> Area {
    Area {
        code: code.into(),
        name: code.into(),
        kind,
        parent: parent.map(Into::into),
        code_scheme: "test".into(),
        valid_from: None,
        valid_to: None,
        source: "test".into(),
        own: false,
    }
}

/// A membership of no days.
pub(in crate::domain) fn membership(child: &str, parent: &str) -> Membership {
    Membership {
        child: child.into(),
        parent: parent.into(),
        valid_from: None,
        valid_to: None,
        source: "test".into(),
        own: false,
    }
}

#[test]
fn overlapping_areas_hold_their_local_authorities() {
    let areas = vec![
        area("C", AreaKind::Country, None),
        area("R", AreaKind::Region, Some("C")),
        area("L", AreaKind::Lep, Some("C")),
        area("A", AreaKind::LocalAuthority, Some("R")),
        area("B", AreaKind::LocalAuthority, Some("R")),
        area("H", AreaKind::Hub, Some("L")),
    ];
    let catalogue = Catalogue::build(vec![], vec![], areas, &[membership("A", "L"), membership("A", "R")]);
    let catalogue = catalogue.unwrap();
    let at = |code| catalogue.area_index(code).unwrap();
    assert_eq!(catalogue.local_authorities(at("C")), [at("A"), at("B")]);
    assert_eq!(catalogue.local_authorities(at("L")), [at("A")]);
    assert!(catalogue.local_authorities(at("H")).is_empty());
    assert!(catalogue.lies_in(at("H"), at("C")) && catalogue.lies_in(at("L"), at("R")));
    assert!(catalogue.lies_in(at("H"), at("R")) && !catalogue.lies_in(at("R"), at("L")));
}

#[test]
fn rings_and_dangling_codes_are_refused() {
    let ring = vec![area("A", AreaKind::Region, Some("B")), area("B", AreaKind::Region, Some("A"))];
    assert_eq!(Catalogue::build(vec![], vec![], ring, &[]).unwrap_err(), CatalogueError::Cycle { code: "A".into() });
    let dangling = vec![area("A", AreaKind::Region, Some("X"))];
    assert!(matches!(Catalogue::build(vec![], vec![], dangling, &[]), Err(CatalogueError::Dangling { .. })));
    let twice = vec![area("A", AreaKind::Region, None), area("A", AreaKind::Lep, None)];
    assert!(matches!(Catalogue::build(vec![], vec![], twice, &[]), Err(CatalogueError::Duplicate { .. })));
}
fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn succession(from: &str, to: &str, on: &str, kind: SuccessionKind) -> Succession {
    Succession { from: from.into(), to: to.into(), on: day(on), kind, source: "test".into(), own: false }
}

/// A was recoded to B, and B merged with C into D; E was split into F and G.
fn changing() -> Reference {
    let lasting = |code: &str, from: Option<&str>, to: Option<&str>| Area {
        valid_from: from.map(day),
        valid_to: to.map(day),
        ..area(code, AreaKind::LocalAuthority, Some("R"))
    };
    Reference {
        areas: vec![
            area("R", AreaKind::Region, None),
            lasting("A", None, Some("2019-03-31")),
            lasting("B", Some("2019-04-01"), Some("2026-03-31")),
            lasting("C", None, Some("2026-03-31")),
            lasting("D", Some("2026-04-01"), None),
            lasting("E", None, Some("2023-03-31")),
            lasting("F", Some("2023-04-01"), None),
            lasting("G", Some("2023-04-01"), None),
            Area { valid_to: Some(day("2022-12-31")), ..area("L", AreaKind::Lep, Some("R")) },
        ],
        memberships: vec![membership("C", "L")],
        successions: vec![
            succession("A", "B", "2019-04-01", SuccessionKind::Recode),
            succession("B", "D", "2026-04-01", SuccessionKind::Merge),
            succession("C", "D", "2026-04-01", SuccessionKind::Merge),
            succession("E", "F", "2023-04-01", SuccessionKind::Split),
            succession("E", "G", "2023-04-01", SuccessionKind::Split),
        ],
        ..Reference::default()
    }
}

#[test]
fn what_stood_in_an_area_counts_where_it_lies_in_the_geography_of_the_day() {
    let counted = |as_of: &str| {
        let catalogue = changing().into_catalogue(day(as_of)).unwrap();
        let at = |code: &str| catalogue.area_index(code).unwrap();
        let code = |area: AreaIndex| catalogue.areas()[area].code.clone();
        let counted: String = ["A", "B", "C", "E"].map(|one| code(catalogue.counted_in(at(one)))).concat();
        let region: String = catalogue.local_authorities(at("R")).iter().map(|&area| code(area)).collect();
        (counted, code(catalogue.recoded(at("A"))), region)
    };
    assert_eq!(counted("2018-09-01"), ("ABCE".into(), "A".into(), "ACE".into()));
    assert_eq!(counted("2024-09-01"), ("BBCE".into(), "B".into(), "BCEFG".into()), "what was split stays apart");
    assert_eq!(counted("2026-09-01"), ("DDDE".into(), "B".into(), "DEFG".into()));
    let catalogue = changing().into_catalogue(day("2024-09-01")).unwrap();
    let lep = catalogue.area_index("L").unwrap();
    assert!(catalogue.local_authorities(lep).is_empty(), "nothing lies in an area that ended");
}

#[test]
fn a_code_is_taken_for_the_time_in_which_it_was_in_use_and_todays_for_any() {
    let catalogue = changing().into_catalogue(day("2024-09-01")).unwrap();
    let kept = |code: &str, since: &str| catalogue.kept_code(code, AreaKind::LocalAuthority, day(since));
    assert_eq!(kept("A", "2018-09-01"), Ok("B"));
    assert_eq!(kept("B", "2015-09-01"), Ok("B"));
    assert_eq!(kept("E", "2023-01-01"), Ok("E"));
    for (code, since, told) in [
        ("A", "2019-09-01", "`A` (A) ended on 2019-03-31; after it: `B` (B)"),
        ("E", "2023-09-01", "after it: `F` (F), `G` (G)"),
        ("D", "2024-01-01", "will be from 2026-04-01 on"),
        ("R", "2024-01-01", "the code of an area of kind local_authority"),
    ] {
        let error = kept(code, since).unwrap_err();
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn areas_that_come_after_each_other_are_refused() {
    let mut reference = changing();
    reference.successions.push(succession("D", "A", "2026-05-01", SuccessionKind::Recode));
    reference.areas[4].valid_to = Some(day("2026-04-30"));
    reference.areas[1].valid_to = Some(day("2019-03-31"));
    assert!(matches!(reference.into_catalogue(day("2027-01-01")), Err(CatalogueError::Cycle { .. })));
}
