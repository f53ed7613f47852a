//! What is taken out of official figures is what was taken in.

use proptest::prelude::*;
use serde_json::Value as Json;

use crate::{
    domain::{Catalogue, OfficialDataSet, OfficialFigures, OfficialRow, OfficialWanted},
    export::Format,
    ingest::{Form, official::read_official, reference},
};

use super::OfficialTable;

fn catalogue() -> Catalogue {
    reference::load().unwrap().into_catalogue("2026-11-24".parse().unwrap()).unwrap()
}

fn figures(file: &str, meta: Option<&str>) -> OfficialFigures {
    let mut meta = meta.map(str::as_bytes);
    let described = meta.as_mut().map(|meta| meta as &mut dyn std::io::Read);
    let reading = read_official(&Form::default(), file.as_bytes(), described);
    assert!(reading.problems.is_empty() && reading.meta_problems.is_empty(), "{:?} {file}", reading.problems);
    let set = OfficialDataSet {
        name: "rates".to_owned(),
        version: 1,
        title: "Rates".to_owned(),
        source: None,
        licence: None,
        checksum: [0; 32],
        imported_at: None,
        indicators: reading.indicators,
        filters: reading.filters,
    };
    OfficialFigures::of(vec![(set, reading.figures)])
}

fn written(figures: &OfficialFigures, format: Format) -> Result<Vec<u8>, super::Unwritable> {
    let wanted = OfficialWanted { data_set: Some("rates"), ..OfficialWanted::default() };
    OfficialTable::new(figures.select(&wanted, &[]).unwrap(), &catalogue()).write(format, false)
}

fn text(figures: &OfficialFigures, format: Format) -> String {
    String::from_utf8(written(figures, format).unwrap()).unwrap()
}

/// A row without its line and the region that stands around it.
fn told(row: &OfficialRow) -> impl PartialEq + std::fmt::Debug + use<> {
    let OfficialRow { level, area_code, area_name, time, items, values, .. } = row.clone();
    (level, area_code, area_name, time, items, values)
}

fn all(figures: &OfficialFigures) -> (OfficialDataSet, Vec<OfficialRow>) {
    let (set, rows, _) = figures.sets().next().unwrap();
    (set.clone(), rows.to_vec())
}

const HEADER: &str = "time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,old_la_code,new_la_code,la_name,\
                      lsip_code,lsip_name,rsc_region_lead_name";

/// Rows about places of several sorts.
const PLACES: [&str; 5] = [
    "National,E92000001,England,,,,,,,,",
    "Regional,E92000001,England,E12000001,North East,,,,,,",
    "Local authority,E92000001,England,E12000003,Yorkshire and The Humber,370,E08000016,Barnsley,,,",
    "Local skills improvement plan area,E92000001,England,,,,,,E69000001,\"Here, there\",",
    "RSC region,E92000001,England,,,,,,,,North of England",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn the_pair_is_taken_in_again_as_it_was(rows in proptest::collection::vec(row(), 1..20), described in any::<bool>()) {
        let lines: Vec<String> = rows.iter().map(|(place, time, items, values)| {
            format!("{time},{},{},{}", PLACES[*place], items.join(","), values.join(","))
        }).collect();
        let file = format!("{HEADER},Sex,level_of,rate_percent,rate_lower_ci,rate_upper_ci,n\n{}\n", lines.join("\n"));
        let meta = "col_name,col_type,label,indicator_unit,indicator_dp,filter_default\nSex,Filter,Sex of pupils,,,Girls\nlevel_of,Filter,=Level,,,\n\
                    rate_percent,Indicator,Rate,%,1,\nrate_lower_ci,Indicator,From,%,1,\nrate_upper_ci,Indicator,To,%,1,\nn,Indicator,Number,,0,\n";
        let once = figures(&file, described.then_some(meta));
        let again = figures(&text(&once, Format::Ees), Some(&text(&once, Format::EesMeta)));
        let ((set, rows), (other, others)) = (all(&once), all(&again));
        prop_assert_eq!(rows.iter().map(told).collect::<Vec<_>>(), others.iter().map(told).collect::<Vec<_>>());
        let columns = |set: &OfficialDataSet| -> Vec<_> {
            set.indicators.iter().map(|one| (one.column.clone(), one.unit.clone(), one.decimals)).collect()
        };
        prop_assert_eq!(columns(&set), columns(&other));
    }
}

type Made = (usize, &'static str, [&'static str; 2], [&'static str; 4]);

fn row() -> impl Strategy<Value = Made> {
    let value = || proptest::sample::select(vec!["12.5", "-3", "c", "z", "low", "00:10", "0"]);
    let time = proptest::sample::select(vec![
        "202324,Academic year",
        "2023,Calendar year",
        "202324,Spring Term",
        "2023,Week 7",
        "202324,Financial year Q1-Q3",
    ]);
    let sex = proptest::sample::select(vec!["Total", "Girls"]);
    let level = proptest::sample::select(vec!["\"A, B\"", "C"]);
    (0..PLACES.len(), time, (sex, level), (value(), value(), value(), value()))
        .prop_map(|(place, time, (sex, level), (a, b, c, d))| (place, time, [sex, level], [a, b, c, d]))
}

const TWO: &str = "202324,Academic year,National,E92000001,England,,,,,,,,,Total,12.5,12.1,12.9,c\n\
                   202324,Academic year,Regional,E92000001,England,E12000001,North East,,,,,,,Total,z,z,z,7\n";

#[test]
fn every_format_has_each_figure_once() {
    let figures = figures(&format!("{HEADER},unit,rate_percent,rate_lower_ci,rate_upper_ci,n\n{TWO}"), None);
    let csv = text(&figures, Format::Csv);
    let mut lines = csv.lines();
    assert_eq!(
        lines.next().unwrap(),
        "area_code,current_code,area,level,time_period,time_identifier,academic_year,filter_unit,indicator,label,unit,value,lower_95,upper_95,\
         status,text,source",
        "a filter never goes by a name that every table has"
    );
    assert_eq!(
        lines.collect::<Vec<_>>(),
        [
            "E92000001,E92000001,England,National,202324,Academic year,202324,Total,rate_percent,rate_percent,%,12.5,12.1,12.9,PUBLISHED,,",
            "E92000001,E92000001,England,National,202324,Academic year,202324,Total,n,n,,,,,CONFIDENTIAL,c,",
            "E12000001,E12000001,North East,Regional,202324,Academic year,202324,Total,rate_percent,rate_percent,%,,,,NOT_APPLICABLE,z,",
            "E12000001,E12000001,North East,Regional,202324,Academic year,202324,Total,n,n,,7,,,PUBLISHED,,",
        ]
    );
    let cube: Json = serde_json::from_str(&text(&figures, Format::JsonStat)).unwrap();
    assert_eq!(cube["id"], serde_json::json!(["area", "time", "filter_unit", "metric"]));
    assert_eq!(cube["size"], serde_json::json!([2, 1, 1, 4]));
    assert_eq!(cube["value"], serde_json::json!([12.5, 12.1, 12.9, null, null, null, null, 7.0]));
    assert_eq!(cube["status"], serde_json::json!({"3": "CONFIDENTIAL", "4": "NOT_APPLICABLE"}));
    let sdmx = text(&figures, Format::Sdmx);
    let first = sdmx.lines().nth(1).unwrap();
    assert_eq!(
        first,
        "dataflow,BENCHMARK_EXCHANGE:OFFICIAL_RATES(1.0.0),I,E92000001,2023-A1,Total,rate_percent,12.5,%,12.1,12.9,A,F,,Academic year,--09-01,"
    );
    assert_eq!(sdmx.lines().count(), 5);
    let page = text(&figures, Format::Html);
    assert!(page.contains("12.5 (12.1 to 12.9)") && page.contains("(confidential)"), "{page}");
    let parquet = written(&figures, Format::Parquet).unwrap();
    assert!(parquet.starts_with(b"PAR1"));
    let json: Json = serde_json::from_str(&text(&figures, Format::Json)).unwrap();
    assert_eq!(json["data"].as_array().unwrap().len(), 4);
}

#[test]
fn a_cube_has_no_room_for_two_rows_of_one_place() {
    let twice = format!("{HEADER},sex,rate_percent,rate_lower_ci,rate_upper_ci,n\n{TWO}{TWO}");
    let refused = written(&figures(&twice, None), Format::JsonStat).unwrap_err();
    assert!(refused.to_string().contains("in the lines 2 and 4"), "{refused}");
}

#[test]
fn most_places_of_a_sparse_cube_are_left_out() {
    let rows: Vec<String> = (0..120)
        .map(|at| format!("2023,Week {},National,E92000001,England,,,,,,,,,item {at},{at}", at % 50 + 1))
        .collect();
    let figures = figures(&format!("{HEADER},what,n\n{}\n", rows.join("\n")), None);
    let cube: Json = serde_json::from_str(&text(&figures, Format::JsonStat)).unwrap();
    assert_eq!(cube["size"], serde_json::json!([1, 50, 120, 1]));
    let dense = cube["value"].as_array().unwrap();
    assert_eq!((dense.len(), dense.iter().filter(|value| !value.is_null()).count()), (6_000, 120));
    let rows: Vec<String> = rows.iter().map(|row| format!("{row},{}", "1,".repeat(3).trim_end_matches(','))).collect();
    let wide = super::tests::figures(&format!("{HEADER},what,n,a,b,c\n{}\n", rows.join("\n")), None);
    let cube: Json = serde_json::from_str(&text(&wide, Format::JsonStat)).unwrap();
    assert_eq!(cube["value"].as_object().unwrap().len(), 480);
}
