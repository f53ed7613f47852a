//! Registers of institutions: what they tell of results that are handed in short, and schools that go on under another identifier.

use api::{
    ingest::Form,
    service::{Erasure, ImportReport, ImportRequest, LinksReport, RegisterReport, RegisterRequest},
};
use rstest::rstest;

use crate::support::{Desk, Engine, HUB, LEP, Service};

const GIAS: &str = "URN,LA (code),EstablishmentNumber,EstablishmentName,TypeOfEstablishment (code),EstablishmentStatus (code),OpenDate,CloseDate,\
                    PhaseOfEducation (code),NumberOfPupils,PercentageFSM,UKPRN,HeadLastName,TelephoneNum,UrbanRural (code),GSSLACode (name)\n";

/// Four schools and a college of the North East, and one of Leeds; the first one became the second.
const SCHOOLS: &str = "100001,840,4001,Old Name School,01,2,,31-08-2023,4,650,12.5,,Somebody,0191000000,A1,E06000047\n\
                       140001,840,4001,New Name Academy,34,1,01-09-2023,,4,901,12.5,10012345,Somebody,0191000000,A1,E06000047\n\
                       100002,840,4002,Other School,05,1,,,4,1300,30.1,,Somebody,0191000000,D1,E06000047\n\
                       130001,840,8001,A College,18,1,,,6,,,10000794,Somebody,0191000000,A1,E06000047\n\
                       100009,383,4009,Leeds School,01,1,,,4,901,12.5,,Somebody,0191000000,A1,E08000035\n";

const SHORT: &str =
    "URN,Date,Benchmark 1,Benchmark 2,Benchmark 3,Benchmark 4,Benchmark 5,Benchmark 6,Benchmark 7,Benchmark 8\n";

async fn register(service: &Service, rows: &str, as_of: &str) -> RegisterReport {
    let request = RegisterRequest { as_of: as_of.parse().ok(), accept_valid: false };
    let file = format!("{GIAS}{rows}");
    service.operator().import_register(&request, &Form::default(), file.as_bytes(), |_| {}).await.unwrap()
}

async fn links(service: &Service, rows: &str) -> LinksReport {
    let file = format!("URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n{rows}");
    service.operator().import_links(&Form::default(), file.as_bytes()).await.unwrap()
}

/// Hands in a table as an organisation, with the columns that are the same in every row.
async fn hand_in(service: &Service, organisation: &str, table: &str) -> ImportReport {
    let theirs = table.contains("Date,").then(|| ("Date".into(), "completed_on".into()));
    let mut form = Form { renamed: theirs.into_iter().collect(), ..Form::default() };
    form.constants = vec![("terms_version".into(), "v1".into())];
    let request = ImportRequest { organisation: organisation.into(), accept_valid: false };
    service.operator().import_results_as(&request, &form, table.as_bytes(), |_| {}).await.unwrap()
}

fn told(report: &ImportReport) -> Vec<String> {
    report.problems.iter().map(ToString::to_string).collect()
}

fn row(identifier: &str, date: &str) -> String {
    format!("{identifier},{date},100,75,50,100,0,25,100,100\n")
}

/// Of every result: phase, type, disadvantage, size and setting.
async fn attributes(service: &Service) -> Vec<Vec<i64>> {
    let all = "SELECT CAST(phase AS BIGINT), CAST(type AS BIGINT), CAST(disadvantage AS BIGINT), CAST(size AS BIGINT), \
                CAST(setting AS BIGINT) FROM result ORDER BY id";
    service.database.numbers(all).await
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_identifier_a_date_and_eight_scores_are_enough_where_there_is_a_register(#[case] engine: Engine) {
    let service = Service::empty(engine).await;
    let short = format!("{SHORT}{}", row("140001", "28/06/2024"));
    let without = told(&hand_in(&service, HUB, &short).await);
    assert!(without.iter().any(|problem| problem.contains("the column `local_authority`")), "{without:?}");

    let report = register(&service, SCHOOLS, "2024-06-01").await;
    let (edition, _) = report.stored.unwrap();
    assert_eq!((report.rows, edition.institutions), (5, 5));
    let table =
        format!("{SHORT}{}{}{}", row("140001", "28/06/2024"), row("100002", "2024-06-27"), row("130001", "01/07/2024"));
    let stored = hand_in(&service, HUB, &table).await;
    assert_eq!(told(&stored), [""; 0]);
    // Secondary academy, medium, urban · secondary maintained, large, rural · 16 plus college of which the size is not told.
    assert_eq!(attributes(&service).await, [[3, 1, 0, 2, 1], [3, 2, 0, 3, 2], [5, 4, 0, 0, 1]]);
    let placed = "SELECT COUNT(*), COUNT(DISTINCT h.code) FROM result r JOIN area a ON a.id = r.local_authority_id \
                  JOIN area h ON h.id = r.hub_id WHERE a.code = 'E06000047' AND h.code = 'HUB-2018-21' AND r.period = '202324T3'";
    assert_eq!(service.database.numbers(placed).await, [[3, 1]]);

    let wrong = format!(
        "{SHORT}{}{}{}",
        row("100077", "28/06/2024"),
        row("100009", "28/06/2024"),
        row("100001.0", "28/06/2024")
    );
    assert_eq!(
        told(&hand_in(&service, HUB, &wrong).await),
        [
            "line 2, column `urn`: found `100077`, expected an institution of a register, or what it would tell, from the column \
             `local_authority` on [NOT_REGISTERED]",
            "line 3, column `urn`: found `100009`, expected a careers hub around the local authority, or blank; `HUB-2018-21` is not \
             around it [HUB_ELSEWHERE]",
            "line 4, column `urn`: found `100001.0`, expected a URN of 5 or 6 digits; a spreadsheet took it for a number: format the \
             column as text [IDENTIFIER]",
        ]
    );
    let early = format!("{SHORT}{}{}", row("140001", "1980-06-28"), row("140001", "2010-06-28"));
    let early = told(&hand_in(&service, HUB, &early).await);
    assert!(early[0].starts_with("line 2, column `completed_on`: found `1980-06-28`"), "{early:?}");
    assert!(early[1].starts_with("line 3, column `framework`: found ``"), "{early:?}");
    let two = format!("{SHORT}{}", row("140001", "28/10/2025"));
    assert_eq!(
        told(&hand_in(&service, HUB, &two).await),
        [
            "line 2, column `framework`: found ``, expected the column `framework`, or one for every row, such as GATSBY-2014, \
             GATSBY-2025 [HEADER]"
        ]
    );
}

#[tokio::test]
async fn what_an_organisation_says_of_an_institution_does_not_override_the_register() {
    let service = Service::empty(Engine::Sqlite).await;
    register(&service, SCHOOLS, "2024-06-01").await;
    let full = "institution_scheme,institution_id,framework,period,completed_on,local_authority,hub,phase,type,disadvantage_quintile,size_band,\
                setting,b1,b2,b3,b4,b5,b6,b7,b8\n";
    let of = |place: &str| {
        format!(
            "{full}URN,100002,GATSBY-2014,202324T3,2024-06-28,{place},,primary,independent,5,small,urban,100,,,,,,,\n"
        )
    };
    assert_eq!(
        told(&hand_in(&service, LEP, &of("E08000035")).await),
        [
            "line 2, column `local_authority`: found `E08000035`, expected `E06000047`, where the roll has the institution [OTHER_PLACE]"
        ]
    );
    let stored = hand_in(&service, LEP, &of("E06000047")).await;
    assert_eq!((told(&stored), stored.overruled), (Vec::new(), 1));
    // The register tells all but disadvantage, for which it has too few schools to rank.
    assert_eq!(attributes(&service).await, [[3, 2, 5, 3, 2]]);
}

#[tokio::test]
async fn attributes_are_those_of_the_register_of_their_time() {
    let service = Service::empty(Engine::Sqlite).await;
    register(&service, &SCHOOLS.replace(",1300,", ",500,"), "2022-09-01").await;
    register(&service, SCHOOLS, "2024-06-01").await;
    let table = format!("{SHORT}{}{}", row("100002", "2023-06-27"), row("100002", "2024-06-27"));
    assert_eq!(
        told(
            &hand_in(
                &service,
                LEP,
                &table.replace("URN,Date", "URN,framework,Date").replace("100002,", "100002,GATSBY-2014,")
            )
            .await
        ),
        [""; 0]
    );
    let sizes: Vec<i64> = attributes(&service).await.iter().map(|of| of[3]).collect();
    assert_eq!(sizes, [1, 3]);
    // Another hub's part of the register of the same day is added to it.
    let part = "100002,840,4002,Other School,05,1,,,4,100,30.1,,Somebody,0191000000,D1,E06000047\n\
                100003,840,4003,Third School,05,1,,,4,100,30.1,,Somebody,0191000000,D1,E06000047\n";
    let (_, receipt) = register(&service, part, "2024-06-01").await.stored.unwrap();
    assert_eq!((receipt.extended, receipt.institutions), (true, 6));
    assert_eq!(
        service.database.numbers("SELECT COUNT(*), COUNT(DISTINCT edition_id) FROM register_entry").await,
        [[11, 2]]
    );
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_school_that_becomes_an_academy_stays_one_institution_with_one_voice(#[case] engine: Engine) {
    let service = Service::empty(engine).await;
    register(&service, SCHOOLS, "2024-06-01").await;
    let report =
        links(&service, "100001,140001,Old,Successor,01/09/2023\n140001,100001,New,Predecessor,01/09/2023\n").await;
    assert_eq!((report.chains, report.dropped.len()), (1, 0));
    let framework = |table: String| table.replace("URN,Date", "URN,framework,Date").replace(",20", ",GATSBY-2014,20");
    let before = framework(format!("{SHORT}{}", row("100001", "2023-06-27")));
    let after = framework(format!("{SHORT}{}", row("140001", "2024-06-27")));
    assert_eq!(told(&hand_in(&service, HUB, &before).await), [""; 0]);
    let others = told(&hand_in(&service, LEP, &after).await);
    assert!(others[0].contains("[SPOKEN_FOR]"), "{others:?}");
    assert_eq!(told(&hand_in(&service, HUB, &after).await), [""; 0]);
    // By its UKPRN it is the same one, and says nothing new.
    let by_ukprn = after.replace("URN", "UKPRN").replace("140001", "10012345");
    let again = hand_in(&service, HUB, &by_ukprn).await;
    assert_eq!(told(&again), [""; 0]);
    let counts = "SELECT (SELECT COUNT(*) FROM institution), (SELECT COUNT(*) FROM result)";
    assert_eq!(service.database.numbers(counts).await, [[1, 2]]);
    // Each term has the attributes of its own identifier: maintained and small, then an academy and medium.
    assert_eq!(attributes(&service).await, [[3, 2, 0, 1, 1], [3, 1, 0, 2, 1]]);
}

#[tokio::test]
async fn institutions_that_are_known_apart_stay_apart_and_keep_their_keys() {
    let service = Service::empty(Engine::Sqlite).await;
    register(&service, SCHOOLS, "2024-06-01").await;
    let table = |identifier: &str, date: &str| {
        format!("{SHORT}{}", row(identifier, date))
            .replace("URN,Date", "URN,framework,Date")
            .replace(",20", ",GATSBY-2014,20")
    };
    for (identifier, date) in [("100001", "2023-06-27"), ("140001", "2024-06-27")] {
        assert_eq!(told(&hand_in(&service, HUB, &table(identifier, date)).await), [""; 0]);
    }
    let keys = "SELECT COUNT(*), COUNT(DISTINCT institution_id) FROM result";
    let report = links(&service, "100001,140001,Old,Successor,01/09/2023\n").await;
    assert_eq!((report.chains, report.dropped.len()), (0, 1));
    assert_eq!(told(&hand_in(&service, HUB, &table("140001", "2024-03-27")).await), [""; 0]);
    assert_eq!(service.database.numbers(keys).await, [[3, 2]]);
    // What is there goes on: a later list of links changes nothing of it.
    let report = links(
        &service,
        "100002,100009,Old,Successor,01/09/2023\n130001,130001,A,Successor,\n100002,130001,A,Closure,\n",
    )
    .await;
    let why: Vec<String> = report.dropped.iter().map(|link| format!("{}: {}", link.line, link.why)).collect();
    assert_eq!(
        why,
        ["2: both schools are open", "3: a school that follows itself", "4: no succession of one school by another"]
    );
}

/// Everything of a database file and of what was printed.
fn leaks(bytes: &[u8]) -> Vec<&'static str> {
    let words = ["Somebody", "0191000000", "Old Name School", "New Name Academy", "Leeds School"];
    words.into_iter().filter(|word| bytes.windows(word.len()).any(|window| window == word.as_bytes())).collect()
}

#[test]
fn names_and_telephones_of_a_register_are_neither_stored_nor_printed() {
    let desk = Desk::new();
    desk.does(&["secret", "new", "exchange.secret"]);
    desk.does_own(&["migrate"]);
    desk.does_own(&["organisation", "add", "NE-HUB", "--kind", "hub", "--name", "Hub", "--area", "HUB-2018-21"]);
    desk.write("edubasealldata20240601.csv", &format!("{GIAS}{SCHOOLS}"));
    desk.write("links.csv", "URN,LinkURN,LinkName,LinkType\n100001,140001,New Name Academy,Successor\n");
    desk.write("short.csv", &format!("{SHORT}{}", row("10012345", "28/06/2024")).replace("URN", "UKPRN"));
    let options = ["--every-row", "terms_version=v1", "--every-row", "framework=GATSBY-2014", "--columns", "names.csv"];
    desk.write("names.csv", "theirs,ours\nDate,completed_on\n");
    let import = [
        "import",
        "results",
        "short.csv",
        "--organisation",
        "NE-HUB",
        "--register",
        "edubasealldata20240601.csv",
        "--links",
        "links.csv",
    ];
    let mut command = desk.command(&[&import[..], &options, &crate::support::OWN_FILES].concat());
    let output = command.env("EXCHANGE_LOG", "trace").output().unwrap();
    let printed = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(output.status.success(), "{printed} {}", String::from_utf8_lossy(&output.stderr));
    assert!(
        printed.contains(
            "5 rows read, 5 institutions taken from Get Information about Schools (England) as of 2024-06-01"
        ),
        "{printed}"
    );
    assert!(printed.contains("links.csv: 1 rows read, 1 schools go on under another identifier"), "{printed}");
    assert!(printed.contains("short.csv: 1 rows read, stored as submission 1: 1 results"), "{printed}");
    let broken = format!("{GIAS}{}", SCHOOLS.replace("E06000047", "E99").replace(",840,", ",1,"));
    desk.write("broken.csv", &broken);
    let refused = desk.run(&[&["import", "register", "broken.csv"][..], &crate::support::OWN_FILES].concat());
    assert!(!refused.status.success());
    for bytes in [&output.stdout, &output.stderr, &refused.stdout, &refused.stderr] {
        assert_eq!(leaks(bytes), [""; 0]);
    }
    for name in ["exchange.db", "exchange.db-wal"] {
        let bytes = std::fs::read(desk.path(name)).unwrap_or_default();
        assert_eq!(leaks(&bytes), [""; 0], "{name}");
        assert!(!bytes.windows(6).any(|window| window == b"100002"), "identifiers are pseudonyms");
    }
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_institution_is_erased_under_any_of_its_identifiers_and_from_the_registers_too(#[case] engine: Engine) {
    let service = Service::empty(engine).await;
    register(&service, SCHOOLS, "2024-06-01").await;
    links(&service, "140001,100001,Old Name School,Predecessor,01-09-2023\n").await;
    let table = format!("{SHORT}{}{}", row("140001", "28/06/2024"), row("100002", "2024-06-27"));
    assert_eq!(told(&hand_in(&service, HUB, &table).await), [""; 0]);
    let before = service.database.count("register_entry").await;
    assert!(service.database.count("institution_link").await > 0);

    let it = Erasure::Institution { scheme: "urn".into(), identifier: "140001".into() };
    let (erased, _) = service.operator().erase(&it).await.unwrap();
    assert_eq!((erased.institutions, erased.results), (1, 1));
    assert_eq!(service.database.count("register_entry").await, before - 2, "both of its identifiers are gone");
    // The college has two identifiers too.
    let left = "SELECT COUNT(*) FROM institution_link WHERE kind = 'chain'";
    assert_eq!(service.database.numbers(left).await, [[0]]);
    assert_eq!(service.database.count("result").await, 1);
}
