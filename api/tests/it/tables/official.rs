//! Official figures as files: to everybody, as published, and as GraphQL answers them.

use std::collections::BTreeMap;

use api::export::Format;
use axum::http::{StatusCode, header};
use serde_json::Value;

use super::{REGIONS, citation, take, take_with};
use crate::support::{Engine, LEP, Service};

const SET: &str = "official/neet_not_known_la_2023";

fn lines(body: &[u8]) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(body);
    let heads = reader.headers().unwrap().clone();
    let line = |line: csv::StringRecord| {
        heads.iter().map(str::to_owned).zip(line.iter().map(str::to_owned)).collect::<BTreeMap<_, _>>()
    };
    reader.records().map(|found| line(found.unwrap())).collect()
}

#[tokio::test]
async fn every_ending_is_given_to_everybody_and_may_be_kept() {
    let service = Service::filled(Engine::Sqlite).await;
    for format in Format::ALL {
        let address = format!("{SET}.{}?indicator=NEET_percent", format.ending());
        let answer = take(&service, None, &address).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}: {}", String::from_utf8_lossy(&answer.body));
        assert_eq!(answer.headers[header::CONTENT_TYPE], format.media_type());
        assert_eq!(answer.headers[header::CACHE_CONTROL], "public, max-age=60");
        let name = answer.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
        assert!(name.contains("neet_not_known_la_2023-version-1."), "{name}");
        assert_eq!(take(&service, Some(LEP), &address).await.body, answer.body, "a token changes nothing");
        let tag = answer.headers[header::ETAG].to_str().unwrap();
        let again = take_with(&service, None, &address, &[(header::IF_NONE_MATCH, tag)]).await;
        assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0), "{address}");
        let Some(asked) = format.asked_as() else { continue };
        let chosen =
            take_with(&service, None, &format!("{SET}?indicator=NEET_percent"), &[(header::ACCEPT, asked)]).await;
        assert_eq!(chosen.body, answer.body, "{asked}");
    }
    let bad = take_with(&service, None, &format!("{SET}.csv"), &[(header::AUTHORIZATION, "Bearer x")]).await;
    assert_eq!(bad.status, StatusCode::UNAUTHORIZED, "a bad token is nobody's");
    assert_eq!(bad.headers[header::CACHE_CONTROL], "no-store");
}

#[tokio::test]
async fn a_file_has_the_figures_that_graphql_answers() {
    let service = Service::filled(Engine::Sqlite).await;
    let ask = r#"{ officialFigures(indicator: "NEET_percent", areas: ["E12000001", "E08000038", "E92000001"], first: 200) {
        figures { dataSet areaCode currentCode areaName level timePeriod timeIdentifier academicYear value status unit label source } } }"#;
    let answer = service.ask(None, ask).await.data()["officialFigures"]["figures"].clone();
    let mut found = 0;
    for set in ["neet_not_known_la_2022", "neet_not_known_la_2023"] {
        let address = format!("official/{set}.csv?indicator=NEET_percent&areas=E12000001,E08000038,E92000001");
        let file = lines(&take(&service, None, &address).await.body);
        let expected: Vec<&Value> = answer.as_array().unwrap().iter().filter(|one| one["dataSet"] == set).collect();
        assert_eq!(file.len(), expected.len(), "{set}");
        for (line, figure) in file.iter().zip(expected) {
            for (column, field) in [
                ("area_code", "areaCode"),
                ("current_code", "currentCode"),
                ("area", "areaName"),
                ("level", "level"),
                ("time_period", "timePeriod"),
                ("time_identifier", "timeIdentifier"),
                ("academic_year", "academicYear"),
                ("status", "status"),
                ("unit", "unit"),
                ("label", "label"),
                ("source", "source"),
            ] {
                assert_eq!(line[column], figure[field].as_str().unwrap_or_default(), "{column} of {line:?}");
            }
            assert_eq!(line["value"].parse().ok(), figure["value"].as_f64());
            found += 1;
        }
    }
    assert!(found >= 6, "{answer}");
    assert!(answer.as_array().unwrap().iter().any(|one| one["areaCode"] == "E08000016"), "a code of before: {answer}");
}

#[tokio::test]
async fn what_no_data_set_has_is_refused_with_a_code() {
    let service = Service::filled(Engine::Sqlite).await;
    let outcomes = citation(&service, LEP, REGIONS).await;
    for (address, status, code) in [
        ("official/none.csv".to_owned(), 404, "NOT_FOUND"),
        (format!("{SET}.xls"), 404, "NOT_FOUND"),
        (format!("{SET}.csv?version=7"), 404, "NOT_FOUND"),
        (format!("{SET}.csv?version=new"), 400, "BAD_REQUEST"),
        (format!("{SET}.csv?indicator=none"), 404, "NOT_FOUND"),
        (format!("{SET}.csv?filter=none:1"), 400, "BAD_REQUEST"),
        (format!("{SET}.csv?filter=Age"), 400, "BAD_REQUEST"),
        (format!("{SET}.csv?filter=Age:none"), 404, "NOT_FOUND"),
        (format!("{SET}.csv?areas=X1"), 404, "NOT_FOUND"),
        (format!("{SET}.csv?purpose=benchmarking"), 400, "BAD_REQUEST"),
        (format!("{outcomes}.csv?official=none"), 404, "NOT_FOUND"),
        (format!("{outcomes}.csv?official=NEET_percent&official_data_set=none"), 404, "NOT_FOUND"),
        (format!("{outcomes}.csv?official=NEET_percent&official_filter=Age"), 400, "BAD_REQUEST"),
        (format!("{outcomes}.csv?official_filter=Age:16-17"), 400, "BAD_REQUEST"),
    ] {
        let answer = take(&service, Some(LEP), &address).await;
        assert_eq!((answer.status.as_u16(), answer.error().0.as_str()), (status, code), "{address}");
        assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store", "{address}");
    }
}

#[tokio::test]
async fn an_official_figure_stands_beside_outcomes_in_pages_and_in_the_pair() {
    let service = Service::filled(Engine::Sqlite).await;
    let input = REGIONS.replace("202324T3", "202223T3");
    let outcomes = citation(&service, LEP, &input).await;
    let page = take(&service, Some(LEP), &format!("{outcomes}.html?official=NEET_percent")).await;
    let page = String::from_utf8(page.body).unwrap();
    assert!(page.contains("Official: NEET_percent (%)") && page.contains("says nothing of a cause"), "{page}");
    let data = take(&service, Some(LEP), &format!("{outcomes}.ees.csv?official=NEET_percent")).await;
    let published = lines(&take(&service, None, &format!("{SET}.csv?indicator=NEET_percent")).await.body);
    for line in lines(&data.body) {
        let own = published.iter().find(|one| one["area_code"] == line["region_code"]).unwrap();
        assert_eq!(line["official_neet_percent"], own["value"], "{line:?}");
    }
    let meta = take(&service, Some(LEP), &format!("{outcomes}.ees.meta.csv?official=NEET_percent")).await;
    assert!(String::from_utf8(meta.body).unwrap().contains("official_neet_percent,Indicator,NEET_percent,,%,,"));
}
