//! What each format promises beside the numbers.

use std::collections::BTreeSet;

use api::export::Format;
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::json;

use super::{REGIONS, citation, take};
use crate::{
    destinations,
    support::{Answer, Engine, LEP, Service},
};

fn lines(body: &[u8]) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_reader(body);
    let heads = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let lines = reader.records().map(|line| line.unwrap().iter().map(str::to_owned).collect()).collect();
    (heads, lines)
}

#[tokio::test]
async fn tidy_csv_has_numbers_in_columns_of_numbers_and_the_citation_beside() {
    let service = Service::filled(Engine::Sqlite).await;
    let input = r#"{framework: "GATSBY-2014", areas: ["E92000001"], areaKind: LOCAL_AUTHORITY, by: [PHASE]}"#;
    let citation = citation(&service, LEP, input).await;
    let file = take(&service, Some(LEP), &format!("{citation}.csv")).await;
    let text = String::from_utf8(file.body.clone()).unwrap();
    assert!(text.ends_with("\r\n") && !text.contains(&citation), "the citation stands in no line");
    let (heads, lines) = lines(&file.body);
    assert!(lines.iter().any(|line| line.contains(&"CONFIDENTIAL".to_owned())));
    for (at, head) in heads.iter().enumerate() {
        let numeric =
            ["benchmark", "institutions", "value", "standard_error", "lower_95", "upper_95"].contains(&head.as_str());
        let numbers = lines.iter().map(|line| line[at].as_str()).filter(|text| !text.is_empty());
        assert!(!numeric || numbers.clone().all(|text| text.parse::<f64>().is_ok()), "{head}");
    }
    let about = take(&service, Some(LEP), &format!("{citation}.csv-metadata.json")).await.json();
    assert_eq!((&about["dc:identifier"], &about["url"]), (&json!(citation), &json!(format!("{citation}.csv"))));
    let columns = about["tableSchema"]["columns"].as_array().unwrap();
    assert_eq!(columns.iter().map(|column| column["titles"].as_str().unwrap()).collect::<Vec<_>>(), heads);
}

/// The rules that the screener of Explore education statistics has, as its guidance writes them down.
fn screen(data: &[u8], meta: &[u8]) {
    let (heads, rows) = lines(data);
    let (about, columns) = lines(meta);
    for name in ["time_period", "time_identifier", "geographic_level", "country_code", "country_name"] {
        assert!(heads.iter().any(|head| head == name), "{name}");
    }
    let column = |line: &Vec<String>, name: &str| about.iter().position(|own| own == name).map(|at| line[at].clone());
    let at = |name: &str| heads.iter().position(|head| head == name).unwrap_or_else(|| panic!("no column {name}"));
    let mut known: BTreeSet<&str> = BTreeSet::new();
    let levels: BTreeSet<&String> = rows.iter().map(|row| &row[at("geographic_level")]).collect();
    assert_eq!(levels.len(), 1);
    let place: &[&str] = match levels.first().unwrap().as_str() {
        "National" => &[],
        "Regional" => &["region_code", "region_name"],
        "Local authority" => &["region_code", "region_name", "old_la_code", "new_la_code", "la_name"],
        "Local enterprise partnership" => &["local_enterprise_partnership_code", "local_enterprise_partnership_name"],
        other => panic!("{other}"),
    };
    known.extend(["time_period", "time_identifier", "geographic_level", "country_code", "country_name"]);
    known.extend(place);
    for line in &columns {
        let name = column(line, "col_name").unwrap();
        assert!(
            name.len() <= 50 && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'),
            "{name}"
        );
        let label = column(line, "label").unwrap();
        assert!(!label.is_empty() && label.chars().count() <= 80, "{label}");
        let items: BTreeSet<&String> = rows.iter().map(|row| &row[at(&name)]).collect();
        if column(line, "col_type").unwrap() == "Filter" {
            let default = column(line, "filter_default").filter(|text| !text.is_empty());
            let default = default.unwrap_or("Total".to_owned());
            assert!(items.contains(&default), "{name} has neither a total nor a default");
            assert!(items.iter().all(|item| item.chars().count() <= 120));
            assert_eq!(column(line, "indicator_unit").unwrap(), "");
        } else {
            let symbols = ["c", "z", "x", "low", "u", "k"];
            for item in items {
                assert!(item.parse::<f64>().is_ok() || symbols.contains(&item.as_str()), "{name}: {item}");
            }
            assert!(column(line, "indicator_dp").unwrap().parse::<u8>().is_ok());
        }
        known.insert(heads[at(&name)].as_str());
    }
    assert!(heads.iter().all(|head| known.contains(head.as_str())), "every column is accounted for");
    assert!(rows.iter().flatten().all(|text| !text.is_empty()), "no blank");
    let keys: Vec<usize> = known
        .iter()
        .filter(|name| {
            !columns.iter().any(|line| {
                column(line, "col_name").as_deref() == Some(**name)
                    && column(line, "col_type").as_deref() == Some("Indicator")
            })
        })
        .map(|name| at(name))
        .collect();
    let distinct: BTreeSet<Vec<&String>> = rows.iter().map(|row| keys.iter().map(|key| &row[*key]).collect()).collect();
    assert_eq!(distinct.len(), rows.len(), "no line stands twice");
}

#[tokio::test]
async fn the_pair_for_explore_education_statistics_passes_its_rules() {
    let service = destinations::standard(Engine::Sqlite, 1).await;
    let mut citations = Vec::new();
    for (rest, part) in [
        ("areaKind: REGION, by: [PHASE]", "cells"),
        ("areaKind: REGION, by: [PHASE]", "totals"),
        ("areaKind: LOCAL_AUTHORITY, periods: [\"202324T1\", \"202324T3\"]", "cells"),
        ("areaKind: LEP", "overall"),
        ("benchmarks: [1]", "cells&since=202223T3"),
    ] {
        let input = format!("{{framework: \"GATSBY-2014\", areas: [\"E92000001\"], {rest}}}");
        citations.push((citation(&service, LEP, &input).await, format!("?part={part}")));
    }
    let query = r#"{ destinations(input: {areas: ["E92000001"], areaKind: REGION}) { citation } }"#;
    let data = service.ask(Some(LEP), query).await.data();
    citations.push((data["destinations"]["citation"].as_str().unwrap().to_owned(), String::new()));
    for (citation, rest) in citations {
        let data = take(&service, Some(LEP), &format!("{citation}.ees.csv{rest}")).await;
        let meta = take(&service, Some(LEP), &format!("{citation}.ees.meta.csv{rest}")).await;
        assert_eq!(
            (data.status, meta.status),
            (StatusCode::OK, StatusCode::OK),
            "{rest}: {}",
            String::from_utf8_lossy(&data.body)
        );
        let name = |answer: &Answer| answer.headers[header::CONTENT_DISPOSITION].to_str().unwrap().to_owned();
        assert_eq!(name(&data).replace(".csv", ".meta.csv"), name(&meta));
        screen(&data.body, &meta.body);
    }
}

#[tokio::test]
async fn the_percentages_of_the_pair_are_the_shares_of_the_answer() {
    let service = Service::filled(Engine::Sqlite).await;
    let citation = citation(&service, LEP, REGIONS).await;
    let (heads, rows) = lines(&take(&service, Some(LEP), &format!("{citation}.ees.csv")).await.body);
    let at = |name: &str| heads.iter().position(|head| head == name).unwrap();
    let cells = service.cells(LEP, REGIONS).await;
    assert_eq!(rows.len(), cells.len());
    let mut given = 0;
    for (row, cell) in rows.iter().zip(&cells) {
        assert_eq!(row[at("region_code")], cell["area"]["code"].as_str().unwrap());
        match cell["achievedShare"]["value"].as_f64() {
            Some(share) => {
                given += 1;
                assert!((row[at("achieved_percent")].parse::<f64>().unwrap() - share * 100.0).abs() < 1e-9);
            }
            None => assert!(["c", "x", "z"].contains(&row[at("achieved_percent")].as_str())),
        }
    }
    assert!(given >= 8, "only {given} are given");
}

#[tokio::test]
async fn the_description_names_every_address_and_what_it_takes() {
    let service = Service::filled(Engine::Sqlite).await;
    let citation = citation(&service, LEP, REGIONS).await;
    let request = Request::get("/openapi.json").body(Body::empty()).unwrap();
    let described = service.send(request).await.json();
    let paths = described["paths"].as_object().unwrap();
    for format in Format::ALL {
        let path = format!("/tables/{{citation}}.{}", format.ending());
        let operation = &paths[&path]["get"];
        assert!(
            operation["responses"]["200"]["content"]
                .as_object()
                .unwrap()
                .contains_key(format.media_type().split(';').next().unwrap())
        );
        for parameter in operation["parameters"].as_array().unwrap() {
            let name = parameter["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
            let parameter = &described["components"]["parameters"][name];
            assert_eq!(parameter["name"], name);
            let value = match name {
                "citation" | "release" => continue,
                "purpose" => "benchmarking",
                "part" => "cells",
                "since" => "202223T3",
                "bom" | "states" => "true",
                "official" => "NEET_percent",
                "official_data_set" => "neet_not_known_la_2023&official=NEET_percent",
                "official_filter" => "Age:16-17&official=NEET_percent",
                other => panic!("{other} is not tried"),
            };
            let address = format!("{citation}.{}?{name}={value}", format.ending());
            assert_eq!(take(&service, Some(LEP), &address).await.status, StatusCode::OK, "{address}");
        }
    }
    for format in Format::ALL {
        let operation = &paths[&format!("/tables/official/{{dataSet}}.{}", format.ending())]["get"];
        assert_eq!(operation["security"][0], serde_json::json!({}), "nobody needs a token");
        for parameter in operation["parameters"].as_array().unwrap() {
            let (name, value) = match parameter["$ref"].as_str().unwrap().rsplit('/').next().unwrap() {
                "dataSet" => continue,
                "indicator" => ("indicator", "NEET_percent&indicator=Notknown_percent"),
                "areas" => ("areas", "E12000001,E06000047"),
                "years" => ("years", "202223,2023"),
                "filter" => ("filter", "Age:16-17&indicator=NEET_percent"),
                "version" => ("version", "1"),
                "bom" => ("bom", "true"),
                other => panic!("{other} is not tried"),
            };
            let address = format!("official/neet_not_known_la_2023.{}?{name}={value}", format.ending());
            let answer = take(&service, None, &address).await;
            assert_eq!(answer.status, StatusCode::OK, "{address}: {}", String::from_utf8_lossy(&answer.body));
        }
    }
    for path in ["/tables/{citation}", "/tables/official/{dataSet}", "/tables", "/reports/{area}"] {
        assert!(paths.contains_key(path), "{path}");
    }
}
