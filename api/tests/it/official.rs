//! Official figures: taken in by the operator, served to everybody as published, beside outcomes of the same area and year.

use api::{
    ingest::Form,
    service::{Authority, OfficialReport, OfficialRequest, Stored},
};
use rstest::rstest;
use serde_json::json;

use crate::support::{Engine, LEP, Service};

const HEADER: &str = "time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,sex,rate_percent,rate_lower_ci,rate_upper_ci";

async fn import(service: &Service, name: &str, rows: &[&str]) -> OfficialReport {
    let file = format!("{HEADER}\n{}\n", rows.join("\n"));
    let request = OfficialRequest {
        name: name.to_owned(),
        source: Some("a report".to_owned()),
        licence: Some("OGL".to_owned()),
        ..OfficialRequest::default()
    };
    let operator = service.exchange.operator(Authority::of_the_operator());
    let report = operator.import_official(&request, &Form::default(), file.as_bytes(), None).await.unwrap();
    service.exchange.refresh().await.unwrap();
    report
}

#[rstest]
#[case(Engine::Sqlite)]
#[case(Engine::Postgres)]
#[tokio::test]
async fn each_import_is_a_version_which_everybody_can_ask(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    let north = "202324,Academic year,Regional,E92000001,England,E12000001,North East,Total,12.5,12.1,12.9";
    let girls = "202324,Academic year,Regional,E92000001,England,E12000001,North East,Girls,c,c,c";
    assert_eq!(import(&service, "rates", &[north, girls]).await.stored, Stored::Version(1));
    assert_eq!(import(&service, "rates", &[north, girls]).await.stored, Stored::Same);
    assert_eq!(import(&service, "rates", &["no,row"]).await.stored, Stored::Problems);
    let fields = "totalCount next figures { dataSet version areaCode currentCode academicYear items { column item } value text status lower95 upper95 unit source }";
    let ask = format!(
        r#"{{ officialFigures(indicator: "rate_percent", areas: ["E12000001"], years: ["202324"]) {{ {fields} }} }}"#
    );
    let first = service.ask(None, &ask).await.data()["officialFigures"].clone();
    let expected = json!({
        "dataSet": "rates", "version": 1, "areaCode": "E12000001", "currentCode": "E12000001", "academicYear": "202324",
        "items": [{"column": "sex", "item": "Total"}], "value": 12.5, "text": "12.5", "status": "PUBLISHED", "lower95": 12.1, "upper95": 12.9,
        "unit": "%", "source": "a report",
    });
    assert_eq!((&first["totalCount"], &first["figures"][0]), (&json!(2), &expected));
    let hidden = &first["figures"][1];
    assert_eq!(
        (&hidden["value"], &hidden["status"], &hidden["text"]),
        (&json!(null), &json!("CONFIDENTIAL"), &json!("c"))
    );

    // What is kept of answers follows: the same question is answered from the next version at once, and the one before can be named.
    assert_eq!(import(&service, "rates", &[&north.replace("12.5", "13")]).await.stored, Stored::Version(2));
    let second = service.ask(None, &ask).await.data()["officialFigures"].clone();
    assert_eq!((&second["totalCount"], &second["figures"][0]["value"]), (&json!(1), &json!(13.0)));
    let before = ask.replace("areas:", "version: 1, areas:");
    assert_eq!(service.ask(None, &before).await.data()["officialFigures"], first);
    let sets = service
        .ask(None, "{ officialDataSets { name version newest rows academicYears filters { items total } } }")
        .await;
    let sets = sets.data()["officialDataSets"].as_array().unwrap().clone();
    let own: Vec<_> = sets.iter().filter(|set| set["name"] == "rates").collect();
    assert_eq!(own.len(), 2);
    assert_eq!(own[1]["filters"], json!([{"items": ["Girls", "Total"], "total": "Total"}]));

    let operator = service.exchange.operator(Authority::of_the_operator());
    assert_eq!(operator.remove_official("rates", None).await.unwrap(), 2);
    assert!(operator.remove_official("rates", None).await.is_err());
    service.exchange.refresh().await.unwrap();
    assert_eq!(service.ask(None, &ask).await.error().0, "NOT_FOUND");
}

#[tokio::test]
async fn a_cell_has_the_figure_of_its_area_and_year_beside_it() {
    let service = Service::filled(Engine::Sqlite).await;
    let rows = [
        "202324,Academic year,Regional,E92000001,England,E12000001,North East,Total,12.5,12.1,12.9",
        "202324,Academic year,Regional,E92000001,England,E12000001,North East,Girls,11,10,12",
        "2022,Calendar year,Regional,E92000001,England,E12000001,North East,Total,9,8,10",
    ];
    import(&service, "rates", &rows).await;
    let cells = |arguments: &str| {
        format!(
            r#"{{ outcomes(input: {{framework: "GATSBY-2014", areas: ["E92000001"], areaKind: REGION, benchmarks: [1], periods: ["202324T3"]}}) {{
                cells {{ area {{ code }} achievedShare {{ value }} official({arguments}) {{ value academicYear lower95 items {{ item }} }} }}
                overall {{ area {{ code }} official({arguments}) {{ value }} }} }} }}"#
        )
    };
    let table = service.ask(Some(LEP), &cells(r#"indicator: "rate_percent""#)).await.data()["outcomes"].clone();
    let found = table["cells"].as_array().unwrap();
    let north = found.iter().find(|cell| cell["area"]["code"] == "E12000001").unwrap();
    let expected = json!({"value": 12.5, "academicYear": "202324", "lower95": 12.1, "items": [{"item": "Total"}]});
    assert_eq!(north["official"], expected, "the total, not one of its parts");
    assert!(found.iter().any(|cell| cell["official"].is_null()), "a region of which nothing was published");
    assert_eq!(table["overall"][0]["official"]["value"], json!(12.5));
    let picked = r#"indicator: "rate_percent", filters: [{column: "sex", in: ["Girls"]}]"#;
    let table = service.ask(Some(LEP), &cells(picked)).await.data()["outcomes"].clone();
    let north =
        table["cells"].as_array().unwrap().iter().find(|cell| cell["area"]["code"] == "E12000001").unwrap().clone();
    assert_eq!(north["official"]["value"], json!(11.0));
    for (arguments, code) in [
        (r#"indicator: "none""#, "NOT_FOUND"),
        (r#"indicator: "rate_percent", dataSet: "none""#, "NOT_FOUND"),
        (r#"indicator: "rate_percent", filters: [{column: "age", in: ["1"]}]"#, "BAD_REQUEST"),
    ] {
        // Once for a list of rows, and not for each row.
        let alone = cells(arguments).split("overall").next().unwrap().to_owned() + "} }";
        assert_eq!(service.ask(Some(LEP), &alone).await.error().0, code, "{arguments}");
    }
    let area = r#"{ area(code: "E12000001") { officialFigures(indicator: "rate_percent") { value academicYear } } }"#;
    let figures = service.ask(None, area).await.data()["area"]["officialFigures"].clone();
    assert_eq!(figures[2], json!({"value": 9.0, "academicYear": "202122"}), "the latest first");
}

#[tokio::test]
async fn a_figure_under_a_code_of_before_stands_beside_the_area_of_now() {
    let service = Service::filled(Engine::Sqlite).await;
    let ask = |code: &str| {
        format!(r#"{{ area(code: "{code}") {{ officialFigures(indicator: "NEET_percent") {{ areaCode text }} }} }}"#)
    };
    let barnsley = service.ask(None, &ask("E08000038")).await.data()["area"]["officialFigures"].clone();
    assert_eq!(barnsley[0]["areaCode"], "E08000016", "it was recoded in 2025: {barnsley}");
    assert_eq!(service.ask(None, &ask("E08000016")).await.data()["area"]["officialFigures"], barnsley);
}
