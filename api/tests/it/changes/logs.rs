//! Nothing that is secret or somebody's stands in a log, at whatever level.

use std::{fs::File, process::Command};

use serde_json::{Value, json};

use crate::support::{Desk, OWN_FILES, Population, Running};

/// The file of the server's log.
const LOG: &str = "log";

#[test]
fn no_log_holds_a_token_a_secret_a_filter_value_or_a_score_at_any_level() {
    let desk = Desk::new();
    desk.does(&["secret", "new", "exchange.secret"]);
    desk.does_own(&["migrate"]);
    desk.does_own(&["organisation", "add", "NE-HUB", "--kind", "hub", "--name", "Hub", "--area", "E92000001"]);
    let scopes = ["outcomes:read", "results:write", "releases:publish", "clients:manage", "agreements:manage"];
    let scopes: Vec<&str> = scopes.iter().flat_map(|scope| ["--scope", scope]).collect();
    let added = desk.does_own(&[&["client", "add", "--organisation", "NE-HUB"][..], &scopes].concat());
    let word = |name: &str| {
        let line = added.lines().find(|line| line.contains(name)).unwrap_or_else(|| panic!("no {name} in {added}"));
        line.split_whitespace().last().unwrap().to_owned()
    };
    let (client, secret) = (word("client_id"), word("client_secret"));

    for format in ["text", "json"] {
        let mut serve: Command = desk.command(&[&["serve", "--listen", "127.0.0.1:0"][..], &OWN_FILES].concat());
        serve.env("EXCHANGE_LOG", "trace").env("EXCHANGE_LOG_FORMAT", format);
        serve.stderr(File::create(desk.path(LOG)).unwrap());
        let server = Running::of(serve);
        let form = format!("grant_type=client_credentials&client_id={client}&client_secret={secret}");
        let given: Value = serde_json::from_str(&server.form("/oauth/token", &form).unwrap()).unwrap();
        let token = given["access_token"].as_str().unwrap_or_else(|| panic!("{given}")).to_owned();
        server.form("/oauth/token", &form.replace(&secret, "bxs_wrongwrongwrong")).unwrap();

        // Two institutions with a score that nothing else is, and one that is none.
        let mut rows: Vec<Value> =
            Population::standard(1).only(|row| row.period == "202324T3").0.iter().take(2).map(super::row).collect();
        rows[0]["institutionId"] = json!("987651");
        let import = |rows: &[Value]| {
            let rows = rows.iter().map(literal).collect::<Vec<_>>().join(", ");
            let selection = "status submission { problems { value expected } }";
            server.ask(&token, &format!("mutation {{ importResults(input: {{rows: [{rows}]}}) {{ {selection} }} }}"))
        };
        let stored = import(&rows);
        assert_ne!(stored["data"]["importResults"]["status"], "REFUSED", "{stored}");
        rows[1]["scores"][0] = json!(66.512_345);
        rows[1]["institutionId"] = json!("987 652");
        let refused = import(&rows);
        assert_eq!(refused["data"]["importResults"]["status"], "REFUSED", "{refused}");
        server.ask(&token, "mutation { publishRelease(input: {}) { status } }");
        let question = r#"{ outcomes(input: {framework: "GATSBY-2014", purpose: "OWN_RESULTS",
            where: [{dimension: TYPE, in: ["direct-subsidy"]}]}) { cells { institutions } } }"#;
        server.ask(&token, question);
        let own =
            server.ask(&token, r#"mutation { addClient(input: {name: "x", scopes: ["outcomes:read"]}) { secret } }"#);
        let own = own["data"]["addClient"]["secret"].as_str().unwrap_or_else(|| panic!("{own}")).to_owned();
        server.ask("eyJhbGciOiJub25lIn0.eyJzdWIiOiJORS1IVUIifQ.bad", "{ viewer { scopes } }");
        server.end();

        let log = std::fs::read_to_string(desk.path(LOG)).unwrap();
        assert!(log.contains("answered") && log.lines().count() > 10, "there is a log: {log}");
        for private in [
            &*secret,
            "wrongwrongwrong",
            &own,
            &token,
            "eyJ",
            "987651",
            "987 652",
            "66.512345",
            "direct-subsidy",
            "secondary",
        ] {
            let line = log.lines().find(|line| line.contains(private)).unwrap_or_default();
            assert!(line.is_empty(), "`{private}` in the log: {line}");
        }
    }
}

/// A value as a document has it.
fn literal(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(name, value)| format!("{name}: {}", literal(value))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}
