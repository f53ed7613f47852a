//! The first hour with the service: its commands in the order of the documentation, as a person types them.

use std::{fs, path::Path};

use api::{cli::serve::question, domain::OrganisationKind};
use serde_json::json;

use crate::support::{Desk, Engine, OWN_FILES, Running, Service};

/// A command with the files of one's own data.
fn own<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [arguments, &OWN_FILES].concat()
}

fn sample(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/samples").join(name).display().to_string()
}

#[test]
fn the_commands_for_ones_own_data_lead_to_published_numbers() {
    let desk = Desk::new();
    let real = ["--secret-file", "exchange.secret", "--database-url", "sqlite://exchange.db"];
    let with = |arguments: &[&'static str]| [arguments, &real].concat();
    desk.does(&["secret", "new", "exchange.secret"]);
    assert!(desk.refuses(&["secret", "new", "exchange.secret"]).contains("is there already"));
    assert!(
        desk.refuses(&with(&["publish"])).contains("exchange migrate"),
        "nothing is made at a path without a database"
    );
    assert!(!desk.path("exchange.db").exists());
    desk.does(&with(&["migrate"]));
    desk.does(&with(&["organisation", "add", "NE-HUB", "--kind", "hub", "--name", "Our hub", "--area", "HUB-2018-21"]));
    let agreement = ["agreement", "add", "--consumer", "NE-HUB", "--area", "E12000001", "--tier", "regional"];
    desk.does(&with(&[&agreement[..], &["--purpose", "benchmarking"]].concat()));
    let backwards = ["--purpose", "benchmarking", "--from", "2030-01-01", "--until", "2020-01-01"];
    assert!(desk.refuses(&with(&[&agreement[..], &backwards].concat())).contains("found `2020-01-01`"));
    assert!(
        desk.refuses(&with(&[&agreement[..], &["--purpose", " "]].concat()))
            .contains("expected a purpose of 1 to 64 characters, found ` `: it is blank")
    );
    let roll = sample("roll.csv");
    let told = desk.does(&[&["import", "roll", &roll][..], &real].concat());
    assert!(told.contains("38 rows read, 38 institutions added to the roll"), "{told}");
    for kind in ["results", "destinations"] {
        let file = sample(&format!("{kind}.csv"));
        let mut arguments = vec!["import", kind, &file, "--organisation", "NE-HUB"];
        arguments.extend(real);
        desk.does(&arguments);
    }
    desk.does(&with(&["organisation", "add", "LEP", "--kind", "lep", "--name", "LEP", "--area", "E37000025"]));
    let told = desk.does(&with(&["roll", "transfer", "--to", "LEP", "--institution", "999001"]));
    assert!(told.contains("handed 1 institutions over to LEP"), "{told}");
    let again = sample("destinations.csv");
    let refused = desk.refuses(&[&["import", "destinations", &again, "--organisation", "LEP"][..], &real].concat());
    assert!(refused.contains("1 of 1 files stored nothing"), "{refused}");
    assert!(
        desk.does(&with(&["roll", "transfer", "--to", "NE-HUB", "--from", "LEP"])).contains("handed 1 institutions")
    );
    let told = desk.does(&with(&["publish", "--note", "Summer term"]));
    assert!(told.contains("\n202324T3: provisional edition\n202324: provisional edition\n"), "{told}");
    let refused = |arguments| desk.refuses(&with(arguments));
    assert!(
        refused(&["publish", "--revise", "202324T3,202324"]).contains("nothing waits for another edition of 202324T3")
    );
    assert!(
        refused(&["publish", "--revise", "202324T3", "--revise", "2023"]).contains("a cohort year such as `202223`")
    );
    let token = desk.does(&with(&["token", "--organisation", "NE-HUB", "--ttl", "1h"]));

    let serve = with(&["serve", "--listen", "127.0.0.1:0"]);
    let running = Running::start(&desk, &serve);
    let input = r#"{areas: ["E12000001"], cohortYears: ["202324"], stages: [KS4]}"#;
    let query = format!(
        "{{ outcomes(input: {{framework: \"GATSBY-2014\", areas: [\"E12000001\"]}}) {{ summary {{ published }} }} \
         destinations(input: {input}) {{ summary {{ published }} }} }}"
    );
    let answer = running.ask(token.trim(), &query);
    assert_eq!(answer["data"]["outcomes"]["summary"]["published"], 8, "{answer}");
    assert_eq!(answer["data"]["destinations"]["summary"]["published"], 5, "{answer}");

    // A token is taken back while the service runs, and the keys change under it.
    let scopes = "{ viewer { scopes } }";
    let other = desk.does(&own(&["token", "--organisation", "NE-HUB", "--ttl", "1h"]));
    assert_eq!(running.ask(other.trim(), scopes)["data"]["viewer"]["scopes"], json!(["outcomes:read"]));
    assert!(desk.refuses(&own(&["token", "revoke"])).contains("--organisation <CODE>"));
    assert!(desk.refuses(&own(&["token", "revoke", "--token", "a.b.c"])).contains("malformed"));
    assert!(desk.refuses(&own(&["token", "revoke", "--id", "nope"])).contains("32 hexadecimal digits"));
    assert!(desk.does(&own(&["token", "revoke", "--token", other.trim()])).starts_with("revoked the token "));
    running.until(|running| running.ask(other.trim(), scopes)["errors"][0]["message"] == "the token was revoked");
    assert_eq!(running.ask(token.trim(), scopes)["data"]["viewer"]["scopes"], json!(["outcomes:read"]));
    assert!(desk.does(&own(&["key", "rotate"])).ends_with("signs from now on\n"));
    let listed = desk.does(&own(&["key", "list"]));
    let kids: Vec<&str> = listed.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(listed.contains("  signs  made ") && listed.contains("  verifies  made "), "{listed}");
    assert_eq!(kids.len(), 2, "{listed}");
    let newer = desk.does(&own(&["token", "--organisation", "NE-HUB"]));
    running.until(|running| running.ask(newer.trim(), scopes)["errors"].is_null());
    assert!(desk.refuses(&own(&["key", "retire", kids[0]])).contains("exchange key rotate"));
    desk.does(&own(&["key", "retire", kids[1]]));
    running.until(|running| !running.ask(token.trim(), scopes)["errors"].is_null());

    // Another secret is refused before anything is changed.
    desk.does(&["secret", "new", "other.secret"]);
    let other = ["migrate", "--secret-file", "other.secret", "--database-url", "sqlite://exchange.db"];
    assert!(desk.refuses(&other).contains("does not belong to this database"));
    // So is a demonstration on top of real data.
    let demo = ["serve", "--demo", "--listen", "127.0.0.1:0", "--database-url", "sqlite://exchange.db"];
    assert!(desk.refuses(&demo).contains("organisations of its own"));
}

#[test]
fn a_server_that_is_told_to_end_says_so_before_it_takes_no_more_and_hanging_up_ends_nothing() {
    let desk = Desk::new();
    let running = Running::start(&desk, &["serve", "--demo", "--listen", "127.0.0.1:0", "--leave-delay", "300"]);
    running.signal("HUP");
    assert_eq!(running.status("/readyz").as_deref(), Some("200"));
    running.signal("TERM");
    running.until(|running| running.status("/readyz").as_deref() == Some("503"));
    // Not ready, and yet it answers, until the delay is over; a second signal ends it.
    assert_eq!(running.ask("", "{ __typename }")["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    running.end();
}

#[test]
fn a_demonstration_keeps_to_files_of_its_own_and_shows_what_may_be_asked() {
    let desk = Desk::new();
    desk.does(&["secret", "new", "exchange.secret"]);
    let real = fs::read(desk.path("exchange.secret")).unwrap();
    // As it is exported for one's own data: the demonstration does not sign tokens with it.
    let running =
        Running::start(&desk, &["serve", "--demo", "--listen", "127.0.0.1:0", "--secret-file", "exchange.secret"]);
    assert_eq!(fs::read(desk.path("exchange.secret")).unwrap(), real);
    assert_ne!(fs::read(desk.path("demonstration.secret")).unwrap(), real);
    assert!(desk.path("demonstration.db").exists() && !desk.path("exchange.db").exists());

    let tokens: Vec<&str> = running.lines.iter().filter_map(|line| line.strip_prefix("token ")).collect();
    let curls: Vec<&str> = running.lines.iter().filter_map(|line| line.strip_prefix("  curl ")).collect();
    let (questions, forms): (Vec<&str>, Vec<&str>) = curls.into_iter().partition(|curl| curl.contains("/graphql "));
    assert_eq!((tokens.len(), questions.len(), forms.len()), (3, 3, 1), "{:?}", running.lines);
    let client = running.lines.iter().find_map(|line| line.strip_prefix("client lep NE-LEP-DEMO ")).unwrap();
    let (client, secret) = client.split_once(' ').unwrap();
    assert!(forms[0].contains(&running.address) && forms[0].contains(&format!("-u {client}:{secret} ")), "{forms:?}");
    let form = format!("grant_type=client_credentials&client_id={client}&client_secret={secret}");
    let given: serde_json::Value = serde_json::from_str(&running.form("/oauth/token", &form).unwrap()).unwrap();
    assert_eq!(
        running.ask(given["access_token"].as_str().unwrap(), "{ viewer { organisation { code } } }")["data"]["viewer"]
            ["organisation"]["code"],
        "NE-LEP-DEMO"
    );
    for (token, curl) in tokens.into_iter().zip(questions) {
        let [kind, _, token] = token.split(' ').collect::<Vec<_>>()[..] else { panic!("{token}") };
        let query = question(kind.parse().unwrap());
        assert!(
            curl.contains(&running.address) && curl.contains(token) && curl.contains(&query.replace('"', "\\\"")),
            "{curl}"
        );
        let answer = running.ask(token, &query);
        let cells = answer["data"]["outcomes"]["cells"].as_array().unwrap_or_else(|| panic!("{answer}"));
        assert!(cells.iter().any(|cell| cell["achievedShare"]["value"].is_number()), "{kind}: {answer}");
        assert_eq!(answer["data"]["outcomes"]["release"]["synthetic"], true);
    }
    drop(running);

    let demonstration = ["--secret-file", "demonstration.secret", "--database-url", "sqlite:demonstration.db"];
    let file = sample("results.csv");
    let mut import = vec!["import", "results", &file, "--organisation", "HUB-2018-21-DEMO"];
    import.extend(demonstration);
    assert!(desk.refuses(&import).contains("holds a demonstration"));
    fs::remove_file(desk.path("demonstration.secret")).unwrap();
    let again = desk.refuses(&["serve", "--demo", "--listen", "127.0.0.1:0"]);
    assert!(again.contains("demonstration.secret") && again.contains("is not"), "{again}");
}

#[test]
fn what_cannot_be_a_database_or_a_secret_is_told_without_the_password() {
    let desk = Desk::new();
    desk.does(&["secret", "new", "s"]);
    for address in
        ["postgres://app:Secr3t#Pass@127.0.0.1:5432/x", "postgress://app:Secr3tPass@127.0.0.1/x", "exchange.db"]
    {
        let told = desk.refuses(&["migrate", "--secret-file", "s", "--database-url", address]);
        assert!(told.contains("expected the address of a database") && !told.contains("Secr3t"), "{told}");
    }
    let told =
        desk.refuses(&["migrate", "--secret-file", "s", "--database-url", "postgres://app:Secr3tPass@127.0.0.1:1/x"]);
    assert!(told.contains("127.0.0.1:1/x") && !told.contains("Secr3t"), "{told}");
    let told = desk.refuses(&["migrate"]);
    assert!(told.contains("exchange secret new"), "{told}");
}

#[tokio::test]
async fn organisations_without_a_code_or_a_name_are_refused() {
    let service = Service::empty(Engine::Sqlite).await;
    for (code, name) in [("", "A name"), (" ", "A name"), ("CODE", ""), ("CO\u{7}DE", "A name")] {
        let added = service.operator().add_organisation(code, OrganisationKind::Hub, name, "HUB-2018-21").await;
        assert!(added.unwrap_err().to_string().starts_with("expected the "), "{code:?} {name:?}");
    }
}

/// Regenerate with `cargo run -- --help > api/tests/it/help.txt`.
#[test]
fn the_help_in_the_repository_is_the_one_that_is_shown() {
    let shown = Desk::new().command(&["--help"]).env_clear().output().unwrap();
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert_eq!(
        include_str!("help.txt").trim_end(),
        shown.trim_end(),
        "run: cargo run -- --help > api/tests/it/help.txt"
    );
}
