//! What is asked: every root field, with every argument and every field of an input somewhere among them.
//!
//! To cover a new field or argument, add an operation here.

use api::auth::Scope;
use serde_json::{Value, json};

use crate::{
    changes::{change, token},
    support::{HUB, LEP, PARTNER, Service},
};

/// A document, and the short form under which the table names it.
pub(super) struct Operation {
    pub(super) name: String,
    pub(super) document: String,
}

/// The code of an area that there is not.
pub(super) const UNKNOWN: &str = "X99";

/// Areas in the catalogue that one scenario or another does not reach.
pub(super) const AREAS: [&str; 6] = ["E12000001", "E12000003", "E92000001", "E06000047", "E37000025", "HUB-2018-21"];

const OUTCOMES: &str = "tier purpose cells { area { code kind } categories { dimension } institutions }";
const DESTINATIONS: &str = "tier purpose cells { area { code kind } benchmarksAchieved { lowest } institutions }";

/// Questions about outcomes: the fields of `input` beside framework, benchmarks and periods.
const QUESTIONS: [&str; 39] = [
    "",
    r#"areas: ["E12000001"]"#,
    r#"areas: ["E06000047"]"#,
    r#"areas: ["E37000025"]"#,
    r#"areas: ["HUB-2018-21"]"#,
    r#"areas: ["E12000003"]"#,
    r#"areas: ["E92000001"]"#,
    r#"areas: ["X99"]"#,
    r#"areas: ["HUBS-FIRST-WAVE"]"#,
    r#"areas: ["E12000001", "E12000003"]"#,
    r#"areas: ["E12000001", "E12000003"], by: [PHASE]"#,
    r#"areas: ["E12000001", "E12000003"], by: [TYPE]"#,
    r#"areas: ["E12000001", "E12000003"], by: [SIZE]"#,
    "areaKind: LOCAL_AUTHORITY",
    r#"areas: ["E12000001"], areaKind: LEP"#,
    r#"areas: ["E92000001"], areaKind: REGION"#,
    r#"areas: ["E12000001"], by: [PHASE]"#,
    r#"areas: ["E12000001"], by: [TYPE]"#,
    r#"areas: ["E12000001"], by: [PHASE, TYPE]"#,
    r#"areas: ["E12000001"], by: [PHASE, TYPE, SIZE]"#,
    r#"areas: ["E12000001"], by: [PHASE], reconcile: true"#,
    r#"areas: ["E12000001"], where: [{dimension: PHASE, in: ["special"]}]"#,
    r#"areas: ["E12000001"], where: [{dimension: TYPE, in: ["academy"]}]"#,
    r#"areas: ["E12000001"], where: [{dimension: SIZE, in: ["small", "medium", "large"]}]"#,
    r#"areas: ["E12000001"], by: [PHASE], where: [{dimension: TYPE, in: ["academy"]}]"#,
    r#"areas: ["E12000001"], mapped: true"#,
    r#"areas: ["E12000001"], purpose: "benchmarking""#,
    r#"areas: ["E12000001"], purpose: "research""#,
    r#"areas: ["E12000001"], purpose: "marketing""#,
    r#"purpose: "OWN_RESULTS""#,
    r#"areas: ["E12000001"], purpose: "OWN_RESULTS""#,
    r#"areas: ["E12000003"], purpose: "OWN_RESULTS""#,
    r#"areas: ["X99"], purpose: "OWN_RESULTS""#,
    r#"areas: ["E12000001"], purpose: "OWN_RESULTS", by: [TYPE]"#,
    r#"areas: ["E12000001"], release: 1"#,
    r#"areas: ["E12000001"], release: 9"#,
    r#"areas: ["E12000003"], release: 1"#,
    r#"areas: ["E12000001"], newest: 2"#,
    r#"areas: ["E12000001"], periodRange: {from: "202324T1", to: "202324T3"}"#,
];

/// Questions of a preview: they are held to the same rules, so fewer do.
const PREVIEWS: [&str; 7] = [
    "",
    r#"areas: ["E12000001"]"#,
    r#"areas: ["E12000003"]"#,
    r#"areas: ["X99"]"#,
    r#"areas: ["E12000001"], by: [PHASE]"#,
    r#"areas: ["E12000001"], by: [TYPE]"#,
    r#"areas: ["E12000001"], purpose: "OWN_RESULTS""#,
];

/// Questions about destinations.
const DESTINATION_QUESTIONS: [&str; 19] = [
    "",
    r#"areas: ["E12000001"]"#,
    r#"areas: ["E06000047"]"#,
    r#"areas: ["HUB-2018-21"]"#,
    r#"areas: ["E12000003"]"#,
    r#"areas: ["E92000001"]"#,
    r#"areas: ["X99"]"#,
    r#"areas: ["E12000001", "E12000003"]"#,
    "areaKind: LOCAL_AUTHORITY",
    r#"areas: ["E12000001"], cohortYears: ["202324"], stages: [KS4], categories: [EDUCATION]"#,
    r#"areas: ["E12000001"], byBenchmarksAchieved: {framework: "GATSBY-2014", period: "202324T3"}"#,
    r#"areas: ["E12000001", "E12000003"], byBenchmarksAchieved: {framework: "GATSBY-2014"}"#,
    r#"areas: ["E12000001"], purpose: "research""#,
    r#"areas: ["E12000001"], purpose: "marketing""#,
    r#"areas: ["E12000001"], purpose: "OWN_RESULTS""#,
    r#"areas: ["E12000003"], purpose: "OWN_RESULTS""#,
    r#"areas: ["E12000001"], purpose: "OWN_RESULTS", byBenchmarksAchieved: {framework: "GATSBY-2014"}"#,
    r#"areas: ["E12000001"], release: 2"#,
    r#"areas: ["E12000001"], release: 9"#,
];

/// Questions of a preview of destinations: they are held to the same rules, so fewer do.
const DESTINATION_PREVIEWS: [&str; 6] = [
    "",
    r#"areas: ["E12000001"]"#,
    r#"areas: ["E12000003"]"#,
    r#"areas: ["X99"]"#,
    r#"areas: ["E12000001"], byBenchmarksAchieved: {framework: "GATSBY-2014", period: "202324T3"}"#,
    r#"areas: ["E12000001"], purpose: "OWN_RESULTS""#,
];

/// Changes, each tried, or about what is not there: nothing is changed. What of them is whose is told by their status.
const CHANGES: [(&str, &str); 25] = [
    (
        "importResults of an institution of the hub, dry run",
        r#"importResults(input: {dryRun: true, acceptValid: false, idempotencyKey: "1", rows: [{institutionScheme: "URN",
            institutionId: "100900", framework: "GATSBY-2014", period: "202324T3", completedOn: "2024-07-04",
            localAuthority: "E06000047", hub: "HUB-2018-21", phase: "secondary", type: "academy", disadvantageQuintile: "1",
            sizeBand: "small", setting: "urban", termsVersion: "v1", scores: [1, 2, 3, 4, 5, 6, 7, 8]}]}) { status }"#,
    ),
    (
        "importResults of an institution in Leeds, dry run",
        r#"importResults(input: {dryRun: true, rows: [{institutionScheme: "URN", institutionId: "100901",
            framework: "GATSBY-2014", period: "202324T3", completedOn: "2024-07-04", localAuthority: "E08000035",
            phase: "secondary", type: "academy", sizeBand: "small", setting: "urban", termsVersion: "v1",
            scores: [1, 2, 3, 4, 5, 6, 7, 8]}]}) { status }"#,
    ),
    (
        "importDestinations of an institution of nobody, dry run",
        r#"importDestinations(input: {dryRun: true, acceptValid: false, idempotencyKey: "1", rows: [{institutionScheme: "URN",
            institutionId: "100900", cohortYear: "202223", stage: "KS4", category: "education", students: 1}]}) { status }"#,
    ),
    (
        "withdrawSubmission of number 1, dry run",
        r#"withdrawSubmission(input: {number: 1, periods: ["202324T3"], why: "x", dryRun: true, idempotencyKey: "1"}) { status }"#,
    ),
    (
        "publishRelease, dry run",
        r#"publishRelease(input: {note: "x", revise: ["202324T3"], dryRun: true, idempotencyKey: "1"}) { status message }"#,
    ),
    (
        "grantAgreement about HUB-2018-21 to nobody",
        r#"grantAgreement(input: {consumer: "X99", area: "HUB-2018-21", tier: REGIONAL, purposes: ["x"], dimensions: [PHASE],
            validFrom: "2030-01-01", validUntil: "2030-12-31", idempotencyKey: "1"}) { status message }"#,
    ),
    (
        "grantAgreement about E12000003 to nobody",
        r#"grantAgreement(input: {consumer: "X99", area: "E12000003", tier: REGIONAL, purposes: ["x"]}) { status message }"#,
    ),
    (
        "amendAgreement number 1, which the operator granted",
        r#"amendAgreement(input: {number: 1, area: "E12000001", tier: INTERNATIONAL, purposes: ["x"], dimensions: null,
            validUntil: null, validFrom: "2030-01-01", idempotencyKey: "1"}) { status message }"#,
    ),
    (
        "endAgreement number 1, which the operator granted",
        r#"endAgreement(input: {number: 1, endsOn: "2030-01-01", idempotencyKey: "1"}) { status message }"#,
    ),
    (
        "addClient with a scope that the token lacks",
        r#"addClient(input: {organisation: "NE-HUB", name: "x", scopes: ["outcomes:read"], publicKey: null, idempotencyKey: "1"}) { status message }"#,
    ),
    (
        "rotateClientSecret of a client that is not there",
        r#"rotateClientSecret(input: {clientId: "X99", overlapHours: 1, publicKey: null, idempotencyKey: "1"}) { status message }"#,
    ),
    (
        "revokeClient of a client that is not there",
        r#"revokeClient(input: {clientId: "X99", idempotencyKey: "1"}) { status message }"#,
    ),
    (
        "addOrganisation in no area",
        r#"addOrganisation(input: {code: "X", kind: HUB, name: "X", area: "X99", idempotencyKey: "1"}) { status message }"#,
    ),
    (
        "changeOrganisation of one that is not there",
        r#"changeOrganisation(input: {code: "X99", kind: HUB, name: "X", area: "E12000001", idempotencyKey: "1"}) { status message }"#,
    ),
    (
        "endOrganisation of one that is not there",
        r#"endOrganisation(input: {code: "X99", idempotencyKey: "1"}) { status message }"#,
    ),
    (
        "addIssuer at an address inside",
        r#"addIssuer(input: {name: "X", accepted: ["https://x.example"], audiences: ["x"], discovery: "https://10.0.0.1/", clientClaim: "azp",
            rightsClaim: "scope", prefix: "x", algorithms: ["RS256"], idempotencyKey: "1"}) { status message }"#,
    ),
    (
        "changeIssuer that is not there",
        r#"changeIssuer(input: {name: "X99", accepted: ["https://x.example"], audiences: ["x"], discovery: "https://x.example/", clientClaim: "azp",
            rightsClaim: "scope", prefix: "x", algorithms: ["RS256"], idempotencyKey: "1"}) { status message }"#,
    ),
    ("endIssuer that is not there", r#"endIssuer(input: {name: "X99", idempotencyKey: "1"}) { status message }"#),
    (
        "allowIssuerClient with a scope that the token lacks",
        r#"allowIssuerClient(input: {issuer: "X99", client: "x", organisation: "X99", scopes: ["outcomes:read"], idempotencyKey: "1"})
            { status message }"#,
    ),
    (
        "denyIssuerClient of an issuer that is not there",
        r#"denyIssuerClient(input: {issuer: "X99", client: "x", idempotencyKey: "1"}) { status message }"#,
    ),
    (
        "addWebhook on this machine",
        r#"addWebhook(input: {url: "https://127.0.0.1/", events: [RELEASE_PUBLISHED], idempotencyKey: "1"}) { status message }"#,
    ),
    (
        "rotateWebhookSecret of a webhook that is not there",
        r#"rotateWebhookSecret(input: {webhookId: "X99", overlapHours: 1, idempotencyKey: "1"}) { status message }"#,
    ),
    (
        "resendWebhookMessages of a webhook that is not there",
        r#"resendWebhookMessages(input: {webhookId: "X99", messageIds: ["msg_1"], idempotencyKey: "1"}) { status message }"#,
    ),
    (
        "removeWebhook of a webhook that is not there",
        r#"removeWebhook(input: {webhookId: "X99", idempotencyKey: "1"}) { status message }"#,
    ),
    ("testWebhook of a webhook that is not there", r#"testWebhook(input: {webhookId: "X99"}) { status message }"#),
];

/// Questions about the catalogue that need nothing asked before.
const CATALOGUE: [(&str, &str); 9] = [
    ("periods", "periods { code }"),
    ("dimensions", "dimensions { __typename }"),
    ("methodology", "methodology { protection(sizes: [60]) { tier } }"),
    (
        "dimensions, framework code: HKBM-2019 and area code: HK wording in: TRADITIONAL_CHINESE",
        r#"dimensions { categories { wording(in: TRADITIONAL_CHINESE) { text } } }
           framework(code: "HKBM-2019") { wording(in: TRADITIONAL_CHINESE) { text } benchmarks { wording(in: TRADITIONAL_CHINESE) { text } } }
           area(code: "HK") { wording(in: TRADITIONAL_CHINESE) { text } }"#,
    ),
    ("errorCodes", "errorCodes { code retry }"),
    ("limits", "limits { cellsPerTable }"),
    ("officialDataSets", "officialDataSets { name }"),
    (
        "officialFigures of the North East",
        r#"officialFigures(indicator: "NEET_percent", dataSet: "neet_not_known_la_2023", version: 1, areas: ["E12000001"],
            years: ["202223"], filters: [{column: "Age", in: ["16-17"]}], first: 1, skip: 0) { totalCount }"#,
    ),
    (
        "area code: E12000001 officialFigures",
        r#"area(code: "E12000001") { officialFigures(indicator: "NEET_percent", dataSet: "neet_not_known_la_2023",
            years: ["202223"], filters: [{column: "Age", in: ["16-17"]}]) { value } }"#,
    ),
];

/// Every operation. Cursors, identities and citations are asked of the service first.
#[expect(clippy::too_many_lines, reason = "each is one operation")]
pub(super) async fn build(service: &Service) -> Vec<Operation> {
    let setup = r#"{ releases(first: 1) { edges { cursor } } areas(first: 1) { edges { cursor } } area(code: "HK") { id }
            comparators(first: 1) { edges { cursor } } }"#;
    let found = service.ask(None, setup).await.data();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let cursor = |list: &str| text(&found[list]["edges"][0]["cursor"]);
    let (release, area, id) = (cursor("releases"), cursor("areas"), text(&found["area"]["id"]));
    let comparator = cursor("comparators");

    let mut operations = vec![operation(
        "viewer",
        r#"viewer { organisation { code } agreements { area { code } tier } scopes
            grantedAgreements(ended: true) { number } clients { clientId } webhooks { deliveries(first: 1) { messageId } } budget(measure: "GATSBY-2014/1") { __typename } }"#,
    )];
    for (name, field) in [
        ("release", "release { number }"),
        ("release number: 1", "release(number: 1) { number }"),
        ("releases first: 1, after: …", &format!(r#"releases(first: 1, after: "{release}") {{ totalCount }}"#)),
        ("frameworks", "frameworks { code }"),
        (
            "framework code: GATSBY-2014",
            r#"framework(code: "GATSBY-2014") { crosswalk(to: "HKBM-2019") { __typename } }"#,
        ),
        ("area code: E12000001", r#"area(code: "E12000001") { name }"#),
        ("area code: X99", r#"area(code: "X99") { name }"#),
        (
            "areas kind: REGION, within: E92000001, search: north, first: 1, after: …",
            &format!(
                r#"areas(kind: REGION, within: "E92000001", search: "north", ended: true, first: 1, after: "{area}") {{ totalCount }}"#
            ),
        ),
        ("comparator code: HUBS-FIRST-WAVE", r#"comparator(code: "HUBS-FIRST-WAVE") { members { code } }"#),
        (
            "comparators about: E12000001, search: wave, ended, first: 1, after: …",
            &format!(
                r#"comparators(about: "E12000001", search: "wave", ended: true, first: 1, after: "{comparator}") {{ totalCount }}"#
            ),
        ),
    ] {
        operations.push(operation(name, field));
    }
    let node = format!(r#"node(id: "{id}") {{ __typename }}"#);
    for (name, field) in CATALOGUE.into_iter().chain([("node id: (of HK)", node.as_str())]) {
        operations.push(operation(name, field));
    }
    for question in QUESTIONS {
        operations.push(outcomes("outcomes", question, OUTCOMES));
    }
    operations.push(operation(
        "outcomes areas: [E12000001], periods: [202324T3], change since 202324T2",
        r#"outcomes(input: {framework: "GATSBY-2014", benchmarks: [1], periods: ["202324T3"], areas: ["E12000001"]})
            { tier purpose cells { area { code kind } categories { dimension } institutions change(since: "202324T2") { __typename } } }"#,
    ));
    operations.push(operation(
        "outcomes areas: [E12000001], rows with states, benchmark 2",
        r#"outcomes(input: {framework: "GATSBY-2014", benchmarks: [2], areas: ["E12000001"]})
            { tier purpose rows(states: true) { schema { name } } cells { area { code kind } categories { dimension } institutions } }"#,
    ));
    operations.push(operation(
        "outcomes areas: [E12000001], official NEET_percent beside",
        r#"outcomes(input: {framework: "GATSBY-2014", benchmarks: [1], areas: ["E12000001"]})
            { tier purpose cells { area { code kind } categories { dimension } institutions
              official(indicator: "NEET_percent", dataSet: "neet_not_known_la_2023", filters: [{column: "Age", in: ["16-17"]}]) { __typename } }
              overall { official(indicator: "NEET_percent", dataSet: "neet_not_known_la_2023", filters: [{column: "Age", in: ["16-17"]}]) { __typename } } }"#,
    ));
    for question in PREVIEWS {
        operations.push(outcomes("preview", question, OUTCOMES));
    }
    operations.push(operation(
        "preview areas: [E12000001], overall, totals, states, since 202324T2",
        &format!(
            r#"preview(input: {{framework: "GATSBY-2014", benchmarks: [1], areas: ["E12000001"]}}, overall: true, totals: true, states: true,
                since: ["202324T2"]) {{ {OUTCOMES} }}"#
        ),
    ));
    for question in DESTINATION_QUESTIONS {
        let field = format!("destinations(input: {{{question}}}) {{ {DESTINATIONS} }}");
        operations.push(operation(&format!("destinations {}", question.replace('"', "")), &field));
    }
    for question in DESTINATION_PREVIEWS {
        let field = format!("destinationPreview(input: {{{question}}}) {{ {DESTINATIONS} }}");
        operations.push(operation(&format!("destinationPreview {}", question.replace('"', "")), &field));
    }
    for (name, arguments) in [
        ("exposure area: HUB-2018-21", r#"area: "HUB-2018-21""#),
        ("exposure area: E12000003, since: 2026-01-01", r#"area: "E12000003", since: "2026-01-01""#),
    ] {
        operations.push(operation(name, &format!("exposure({arguments}) {{ area {{ code }} }}")));
    }
    for (name, field) in [
        (
            "recordedChanges since: 2026-01-01, first: 1, after: …",
            r#"recordedChanges(since: "2026-01-01", first: 1, after: "Ijki") { totalCount }"#,
        ),
        (
            "organisations ended, first: 1, after: …",
            r#"organisations(ended: true, first: 1, after: "IkEi") { totalCount }"#,
        ),
        ("issuers ended", "issuers(ended: true) { name }"),
    ] {
        operations.push(operation(name, field));
    }
    for (name, field) in [
        ("subscription releases after: 1", "releases(after: 1) { number }".to_owned()),
        ("subscription endedAgreements", "endedAgreements { number }".to_owned()),
        ("subscription submission id: (none)", r#"submission(id: "0") { status }"#.to_owned()),
        (
            "subscription submission id: (the LEP's)",
            format!(r#"submission(id: "{}") {{ status }}"#, handed_in(service).await),
        ),
    ] {
        operations.push(Operation { name: name.to_owned(), document: format!("subscription {{ {field} }}") });
    }
    operations.push(operation("submission id: (none)", r#"submission(id: "0") { status }"#));
    operations.extend(
        CHANGES.map(|(name, field)| Operation { name: name.to_owned(), document: format!("mutation {{ {field} }}") }),
    );
    for (root, question, selection) in
        [("outcomes", r#"framework: "GATSBY-2014", benchmarks: [1], "#, OUTCOMES), ("destinations", "", DESTINATIONS)]
    {
        let table = if root == "outcomes" { "table" } else { "destinationTable" };
        for (organisation, cited, input, purpose) in [
            (LEP, "E12000001 at REGIONAL", r#"areas: ["E12000001"]"#, None),
            (LEP, "E12000001 at REGIONAL", r#"areas: ["E12000001"]"#, Some("research")),
            (LEP, "E12000003 at REGIONAL", r#"areas: ["E12000003"]"#, None),
            (PARTNER, "E12000001 at INTERNATIONAL", r#"areas: ["E12000001"]"#, None),
            (LEP, "E12000001, the LEP's own", r#"areas: ["E12000001"], purpose: "OWN_RESULTS""#, None),
            (LEP, "E12000001, the LEP's own", r#"areas: ["E12000001"], purpose: "OWN_RESULTS""#, Some("benchmarking")),
            (HUB, "E12000001, the hub's own", r#"areas: ["E12000001"], purpose: "OWN_RESULTS""#, None),
        ] {
            let asked = format!("{{ {root}(input: {{{question}{input}}}) {{ id citation }} }}");
            let found = service.ask(Some(organisation), &asked).await.data();
            let (citation, id) = (text(&found[root]["citation"]), text(&found[root]["id"]));
            let named = purpose.map(|purpose| format!(r#", purpose: "{purpose}""#)).unwrap_or_default();
            let field = format!(r#"{table}(citation: "{citation}"{named}) {{ {selection} }}"#);
            operations.push(operation(&format!("{table} ({cited}){}", named.replace('"', "")), &field));
            if purpose.is_none() {
                let kind = if root == "outcomes" { "OutcomeTable" } else { "DestinationTable" };
                let field = format!(r#"node(id: "{id}") {{ ... on {kind} {{ {selection} }} }}"#);
                operations.push(operation(&format!("node ({kind}, {cited})"), &field));
            }
        }
    }
    operations
}

/// What something is found by that the LEP handed in, and that was refused: nothing of it is stored.
async fn handed_in(service: &Service) -> String {
    let lep = token(service, LEP, &[Scope::ResultsWrite]);
    let input = json!({"rows": [{"scores": [101.0]}]});
    let refused = change(service, &lep, "importResults", "submission { id }", input).await;
    refused["submission"]["id"].as_str().unwrap().to_owned()
}

fn operation(name: &str, field: &str) -> Operation {
    Operation { name: name.trim_end().to_owned(), document: format!("{{ {field} }}") }
}

/// One benchmark of the newest period: authorisation knows neither.
fn outcomes(root: &str, question: &str, selection: &str) -> Operation {
    let field =
        format!(r#"{root}(input: {{framework: "GATSBY-2014", benchmarks: [1], {question}}}) {{ {selection} }}"#);
    operation(&format!("{root} {}", question.replace('"', "")), &field)
}
