//! The catalogue: open to everyone, in pages, by code and by identity.

use crate::support::{Engine, LEP, Service};
use serde_json::json;

#[tokio::test]
async fn anyone_may_read_the_catalogue_and_nobody_unknown_an_outcome() {
    let service = Service::filled(Engine::Sqlite).await;
    let query = r#"{ viewer { organisation { code } agreements { tier } scopes }
        framework(code: "HKBM-2019") { title benchmarks { number title } crosswalk(to: "GATSBY-2014") { to { number } from { number } comparability } }
        area(code: "E12000001") { name kind parents { code } children { code } }
        periods { code endsOn } dimensions { dimension allowed categories { code } } release { number synthetic } }"#;
    let data = service.ask(None, query).await.data();
    assert_eq!(data["viewer"], json!({"organisation": null, "agreements": [], "scopes": []}));
    assert_eq!(data["framework"]["benchmarks"].as_array().unwrap().len(), 10);
    let sixth = &data["framework"]["crosswalk"][5];
    assert_eq!(*sixth, json!({"to": {"number": 6}, "from": [{"number": 8}], "comparability": "BROAD"}));
    assert_eq!(data["area"]["name"], "North East");
    assert_eq!(data["area"]["children"].as_array().unwrap().len(), 12);
    assert_eq!(
        data["periods"],
        json!([{"code": "202324T2", "endsOn": "2024-03-31"}, {"code": "202324T3", "endsOn": "2024-07-31"}])
    );
    assert!(data["dimensions"].as_array().unwrap().iter().all(|dimension| dimension["allowed"] == false));

    let answer = service.ask(None, r#"{ outcomes(input: {framework: "GATSBY-2014"}) { tier } }"#).await;
    assert_eq!(answer.error().0, "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_viewer_is_told_who_it_is_and_what_it_may_ask() {
    let service = Service::filled(Engine::Sqlite).await;
    let query = "{ viewer { organisation { code kind area { code } } scopes limits { cellsPerTable itemsPerPage }
        agreements { area { code } tier purposes dimensions validFrom validUntil } } dimensions { allowed } }";
    let data = service.ask(Some(LEP), query).await.data();
    assert_eq!(data["viewer"]["organisation"], json!({"code": LEP, "kind": "LEP", "area": {"code": "E92000001"}}));
    assert_eq!(data["viewer"]["scopes"], json!(["outcomes:read"]));
    assert_eq!(
        data["viewer"]["agreements"],
        json!([{"area": {"code": "E92000001"}, "tier": "REGIONAL", "purposes": ["benchmarking"], "dimensions": null,
                "validFrom": "2026-11-24", "validUntil": null}])
    );
    assert!(data["dimensions"].as_array().unwrap().iter().all(|dimension| dimension["allowed"] == true));
}

#[tokio::test]
async fn lists_come_in_pages_with_a_hard_maximum() {
    let service = Service::empty(Engine::Sqlite).await;
    let page = |arguments: &str| {
        format!(
            "{{ areas({arguments}) {{ totalCount nodes {{ code }} edges {{ cursor node {{ code }} }} pageInfo {{ hasNextPage endCursor }} }} }}"
        )
    };
    let mut codes = Vec::new();
    let mut after = String::new();
    loop {
        let data = service.ask(None, &page(&format!("kind: LEP, first: 10{after}"))).await.data();
        let areas = &data["areas"];
        assert_eq!(areas["totalCount"], 38);
        codes.extend(areas["nodes"].as_array().unwrap().iter().map(|area| area["code"].as_str().unwrap().to_owned()));
        if areas["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = format!(", after: {}", areas["pageInfo"]["endCursor"]);
    }
    assert_eq!(codes.len(), 38);
    assert!(codes.is_sorted());
    for wrong in ["first: 201", "first: 0", "first: -1", "after: \"%%%\"", "within: \"nowhere\""] {
        let (code, message) = service.ask(None, &page(wrong)).await.error();
        assert!(code == "BAD_REQUEST" || code == "NOT_FOUND", "{wrong}: {message}");
    }
    let search = service.ask(None, &page("search: \"NORTH EAST\"")).await.data();
    let kinds = search["areas"]["totalCount"].as_u64().unwrap();
    assert!(kinds >= 3, "a region, a LEP, a combined authority: {search}");
}

#[tokio::test]
async fn whatever_has_an_identity_can_be_fetched_by_it() {
    let service = Service::filled(Engine::Sqlite).await;
    let query = r#"{ area(code: "E37000025") { id } framework(code: "GATSBY-2014") { id benchmarks { id number } } release { id } }"#;
    let data = service.ask(None, query).await.data();
    for (id, kind) in [
        (&data["area"]["id"], "Area"),
        (&data["framework"]["id"], "Framework"),
        (&data["framework"]["benchmarks"][2]["id"], "Benchmark"),
        (&data["release"]["id"], "Release"),
    ] {
        let node = service.ask(None, &format!("{{ node(id: {id}) {{ __typename id }} }}")).await.data();
        assert_eq!(node["node"], json!({"__typename": kind, "id": id}));
    }
    assert_eq!(service.ask(None, "{ node(id: \"nonsense\") { id } }").await.data()["node"], json!(null));
}

#[tokio::test]
async fn names_are_told_in_the_language_that_is_asked_for_and_else_in_english() {
    let service = Service::empty(Engine::Sqlite).await;
    let asked = r#"{ area(code: "HK-SS") { wording(in: TRADITIONAL_CHINESE) { text language } }
        english: area(code: "HK-SS") { wording(in: ENGLISH) { text language } }
        durham: area(code: "E06000047") { wording(in: TRADITIONAL_CHINESE) { text language } }
        framework(code: "HKBM-2019") { wording(in: TRADITIONAL_CHINESE) { text }
            benchmarks { wording(in: TRADITIONAL_CHINESE) { text language } } }
        dimensions { categories { code wording(in: TRADITIONAL_CHINESE) { text language } } }
        methodology { sizeBands { phase smallUpTo mediumUpTo } fewestRanked registers { source } } }"#;
    let data = service.ask(None, asked).await.data();
    let told = |text: &str, language: &str| json!({"text": text, "language": language});
    assert_eq!(data["area"]["wording"], told("深水埗區", "TRADITIONAL_CHINESE"));
    assert_eq!(data["english"]["wording"], told("Sham Shui Po", "ENGLISH"));
    assert_eq!(data["durham"]["wording"], told("County Durham", "ENGLISH"));
    assert_eq!(data["framework"]["wording"]["text"], "香港生涯發展自評基準");
    assert_eq!(data["framework"]["benchmarks"][9]["wording"], told("Parent Engagement and Support", "ENGLISH"));
    assert_eq!(data["dimensions"][0]["categories"][0]["wording"], told("小學", "TRADITIONAL_CHINESE"));
    assert_eq!(data["dimensions"][1]["categories"][3]["wording"], told("College", "ENGLISH"));
    let secondary = json!({"phase": "secondary", "smallUpTo": 700, "mediumUpTo": 1_200});
    assert_eq!((&data["methodology"]["sizeBands"][2], &data["methodology"]["registers"]), (&secondary, &json!([])));
}

#[tokio::test]
async fn what_protection_does_to_a_number_is_told_by_the_parameters_of_today() {
    let service = Service::empty(Engine::Sqlite).await;
    let part = "{ institutions shown noise step standardError atMost atLeast changeStandardError reliable }";
    let asked = |sizes: &str| {
        format!(
            "{{ methodology {{ protection{sizes} {{ tier fewestInstitutions countRounding standardTables {part} otherTables {part} }} }} }}"
        )
    };
    let data = service.ask(None, &asked("(sizes: [9, 60, 1000])")).await.data();
    let tiers = data["methodology"]["protection"].as_array().unwrap();
    assert_eq!(
        tiers.iter().map(|tier| tier["tier"].as_str().unwrap()).collect::<Vec<_>>(),
        ["OWN", "REGIONAL", "INTERNATIONAL"]
    );
    for (told, tier) in tiers.iter().zip(disclosure::Tier::ALL) {
        let rules = tier.rules();
        assert_eq!(told["fewestInstitutions"], json!(rules.fewest_institutions()));
        for (tables, sigma) in [("standardTables", rules.sigma_standard), ("otherTables", rules.sigma)] {
            let [few, some, many] = &told[tables].as_array().unwrap()[..] else { panic!("{told}") };
            assert_eq!(few["shown"].is_null(), rules.fewest_institutions() > 9, "{few}");
            assert!((some["noise"].as_f64().unwrap() - sigma / 60.0).abs() < 1e-12, "the noise of the tier: {some}");
            assert!(many["standardError"].as_f64().unwrap() <= some["standardError"].as_f64().unwrap());
        }
    }
    let usual = service.ask(None, &asked("")).await.data();
    assert_eq!(usual["methodology"]["protection"][1]["standardTables"].as_array().unwrap().len(), 4);
    for wrong in ["(sizes: [])", "(sizes: [0])", "(sizes: [1000001])"] {
        assert_eq!(service.ask(None, &asked(wrong)).await.error().0, "BAD_REQUEST", "{wrong}");
    }
    let many = format!("(sizes: {:?})", [30; 21]);
    assert_eq!(service.ask(None, &asked(&many)).await.error().0, "LIMIT_EXCEEDED");
}
