//! Who may hand in what: the roll of institutions, who speaks for each, and hand-ins that say nothing new.

use api::service::{Error, ImportReport, ImportRequest, RollReceipt, TableReport, Transfer};

type Report = TableReport<RollReceipt>;

use rstest::rstest;
use serde_json::Value;

use crate::support::{Engine, HUB, LEP, PARTNER, Population, Row, Service, question};

const ROLL: &str = "institution_scheme,institution_id,local_authority,hub,phase,type,disadvantage_quintile,size_band,setting,provider\n";

fn told(report: &ImportReport) -> Vec<String> {
    assert!(report.receipt.is_none());
    report.problems.iter().map(ToString::to_string).collect()
}

fn one(id: u32) -> Population {
    Population::standard(1).only(|row| row.id == id && row.period == "202324T3")
}

async fn enter(service: &Service, rows: &str) -> Report {
    service.operator().import_roll(format!("{ROLL}{rows}").as_bytes(), |_| {}).await.unwrap()
}

fn institution(id: &str) -> Transfer {
    Transfer::Institution { scheme: "URN".into(), identifier: id.into() }
}

#[tokio::test]
async fn an_organisation_hands_in_only_for_its_area_or_its_hub() {
    let service = Service::empty(Engine::Sqlite).await;
    assert_eq!(
        told(&service.hand_in(PARTNER, &one(5)).await),
        [
            "line 2, column `local_authority`: found `E06000047`, expected an institution in the area `HK` of the organisation \
          `HK-PARTNER` [OTHER_AREA]"
        ]
    );
    let mut left = one(5);
    left.0[0].hub = "";
    assert_eq!(
        told(&service.hand_in(HUB, &left).await),
        [
            "line 2, column `hub`: found ``, expected an institution of the careers hub `HUB-2018-21`, by the roll or else by this \
          row [OTHER_AREA]"
        ]
    );
    assert!(service.hand_in(HUB, &one(5)).await.receipt.is_some());
    left.0[0].period = "202324T2";
    assert!(
        service.hand_in(HUB, &left).await.receipt.is_some(),
        "it speaks for it, and tells of the time before it joined"
    );
}

#[tokio::test]
async fn a_hub_and_a_local_authority_must_belong_together() {
    let service = Service::empty(Engine::Sqlite).await;
    let mut row = one(5);
    row.0[0].local_authority = "E08000035";
    for organisation in [HUB, LEP] {
        assert_eq!(
            told(&service.hand_in(organisation, &row).await),
            [
                "line 2, column `hub`: found `HUB-2018-21`, expected a careers hub around the local authority, or blank; \
              `HUB-2018-21` is not around it [HUB_ELSEWHERE]"
            ]
        );
    }
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whoever_handed_in_first_speaks_for_an_institution_until_the_operator_hands_it_over(#[case] engine: Engine) {
    let service = Service::empty(engine).await;
    assert!(service.hand_in(HUB, &one(5)).await.receipt.is_some());
    let mut others = one(4);
    others.0.extend(one(5).0);
    let refused = [
        "line 3, column `institution_id`: found `100005`, expected an institution that no other organisation speaks for; \
                    the operator can hand it over [SPOKEN_FOR]",
    ];
    assert_eq!(told(&service.hand_in(LEP, &others).await), refused);
    let cohorts = "institution_scheme,institution_id,cohort_year,stage,category,students\n\
                   URN,100005,202324,KS4,education,140\nURN,100005,202324,KS4,apprenticeship,0\n\
                   URN,100005,202324,KS4,employment,0\nURN,100005,202324,KS4,not-sustained,0\nURN,100005,202324,KS4,unknown,0\n";
    let request = ImportRequest { organisation: LEP.into(), accept_valid: true };
    let report = service.operator().import_destinations(&request, cohorts.as_bytes(), |_| {}).await.unwrap();
    assert_eq!(told(&report), [2, 3, 4, 5, 6].map(|line| refused[0].replace("line 3", &format!("line {line}"))));

    assert_eq!(service.operator().transfer(&institution("100005"), LEP).await.unwrap(), 1);
    assert!(service.hand_in(LEP, &others).await.receipt.is_some());
    assert!(
        service.operator().import_destinations(&request, cohorts.as_bytes(), |_| {}).await.unwrap().receipt.is_some()
    );
    let refused_now = told(&service.hand_in(HUB, &Population::standard(2).only(|row| row.id == 5)).await);
    assert_eq!(refused_now.len(), 2, "{refused_now:?}");
    assert_eq!(service.operator().transfer(&Transfer::AllOf(LEP.into()), HUB).await.unwrap(), 2);
    assert!(service.hand_in(HUB, &Population::standard(2).only(|row| row.id == 5)).await.receipt.is_some());

    let unknown = service.operator().transfer(&institution("100077"), LEP).await.unwrap_err().to_string();
    assert_eq!(unknown, "no institution `100077` of the scheme `URN` was handed in or put on the roll");
    let unknown = service.operator().transfer(&institution("100005"), "NOBODY").await.unwrap_err().to_string();
    assert_eq!(unknown, "no organisation has the code `NOBODY`");
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn of_two_that_hand_in_the_same_institutions_at_once_one_is_heard(#[case] engine: Engine) {
    let service = Service::empty(engine).await;
    let replica = service.replica().await;
    let file = Population::standard(1).only(|row| row.hub == "HUB-2018-21").file();
    let hand_in = async |service: &Service, organisation: &str| {
        let request = ImportRequest { organisation: organisation.into(), accept_valid: true };
        match service.operator().import_results(&request, file.as_bytes(), |_| {}).await {
            Ok(report) => report.receipt.is_some(),
            Err(Error::Conflict(_)) => false,
            Err(other) => panic!("{other:?}"),
        }
    };
    let (one, other) = tokio::join!(hand_in(&service, HUB), hand_in(&replica, LEP));
    assert!(one != other, "{one} {other}");
    let providers =
        "SELECT COUNT(DISTINCT s.organisation_id), COUNT(*) FROM result r JOIN submission s ON s.id = r.submission_id";
    assert_eq!(service.database.numbers(providers).await, [[1, 136]]);
}

#[tokio::test]
async fn who_is_quicker_between_the_check_of_a_file_and_its_storing_is_not_overruled() {
    let service = Service::empty(Engine::Sqlite).await;
    enter(&service, "URN,100005,E06000047,HUB-2018-21,secondary,academy,1,medium,urban,\n").await;
    let rival = format!(
        "CREATE TRIGGER rival BEFORE INSERT ON submission BEGIN INSERT INTO speaker (institution_id, organisation_id) \
         SELECT i.id, o.id FROM institution i, organisation o WHERE o.code = '{LEP}'; END"
    );
    service.database.execute(&rival).await;
    let request = ImportRequest { organisation: HUB.into(), accept_valid: true };
    let error = service.operator().import_results(&request, one(5).file().as_bytes(), |_| {}).await.unwrap_err();
    assert!(
        matches!(&error, Error::Conflict(told) if told.contains("at the same moment; nothing was stored")),
        "{error}"
    );
    assert_eq!(service.database.numbers("SELECT COUNT(*) FROM result").await, [[0]]);
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn where_there_is_a_roll_it_says_which_institutions_there_are_and_what_they_are(#[case] engine: Engine) {
    let service = Service::empty(engine).await;
    let report = enter(
        &service,
        "URN,100004,E06000047,HUB-2018-21,secondary,academy,1,large,rural,NE-HUB\n\
         URN,100005,E06000047,HUB-2018-21,secondary,academy,1,medium,urban,\n",
    )
    .await;
    let counts = |report: &Report| {
        let receipt = report.stored.unwrap();
        [receipt.added, receipt.changed, receipt.unchanged, receipt.handed_over]
    };
    assert_eq!(counts(&report), [2, 0, 0, 0]);
    // Whom a later file does not name stays.
    let report = enter(
        &service,
        "URN,100005,E06000047,,secondary,academy,1,large,urban,NE-LEP\n\
         URN,100004,E06000047,HUB-2018-21,secondary,academy,1,large,rural,\n",
    )
    .await;
    assert_eq!(counts(&report), [0, 1, 1, 0]);
    let report = enter(&service, "URN,100006,E06000057,HUB-2018-21,secondary,academy,1,medium,urban,NE-LEP\n").await;
    assert_eq!(counts(&report), [1, 0, 0, 0]);
    assert_eq!(service.database.numbers("SELECT COUNT(*) FROM roll_entry").await, [[3]]);

    let mut file = one(7);
    file.0.extend(one(6).0);
    assert_eq!(
        told(&service.hand_in(LEP, &file).await),
        [
            "line 2, column `institution_id`: found `100007`, expected an institution of the roll, which names those of this local \
             authority [NOT_ON_ROLL]",
            "line 3, column `local_authority`: found `E06000047`, expected `E06000057`, where the roll has the institution \
             [OTHER_PLACE]"
        ]
    );
    assert_eq!(told(&service.hand_in(LEP, &one(4)).await).len(), 1, "the hub speaks for it");
    let receipt = service.hand_in(LEP, &one(5)).await.receipt.unwrap().to_string();
    assert!(
        receipt.ends_with("1 took careers hub or attributes from the roll, which differs from the file"),
        "{receipt}"
    );
    // No hub, academy, large: the roll's, where the file says another hub, maintained or academy, and medium.
    assert_eq!(service.database.numbers("SELECT COUNT(hub_id), CAST(SUM(size) AS BIGINT) FROM result").await, [[0, 3]]);
    let elsewhere = Population::standard(1).only(|row| row.local_authority == "E08000035");
    assert!(
        service.hand_in(LEP, &elsewhere).await.receipt.is_some(),
        "where there is no roll the row's own place counts"
    );
}

#[tokio::test]
async fn a_roll_with_a_problem_is_told_by_line_and_column_and_changes_nothing() {
    let service = Service::empty(Engine::Sqlite).await;
    let report = enter(
        &service,
        "URN,100004,E06000047,HUB-2018-21,secondary,academy,1,large,rural,NE-HUB\n\
         URN,100005,E08000035,HUB-2018-21,secondary,academy,9,medium,urban,NOBODY\n",
    )
    .await;
    let problems: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        [
            "line 3, column `disadvantage_quintile`: found `9`, expected one of 1, 2, 3, 4, 5 or blank [UNKNOWN_CATEGORY]",
            "line 3, column `hub`: found `HUB-2018-21`, expected a careers hub around the local authority `E08000035`, or blank \
             [HUB_ELSEWHERE]",
            "line 3, column `provider`: found `NOBODY`, expected the code of an organisation, or blank [UNKNOWN_ORGANISATION]",
        ]
    );
    assert!(report.stored.is_none());
    assert_eq!(service.database.numbers("SELECT COUNT(*) FROM roll_entry").await, [[0]]);
}

const INPUTS: [&str; 3] = [
    r#"{framework: "GATSBY-2014", areas: ["E12000001"], periods: ["202324T3"]}"#,
    r#"{framework: "GATSBY-2014", areas: ["E12000001"], periods: ["202324T3"], by: [TYPE]}"#,
    r#"{framework: "GATSBY-2014", areas: ["E12000003"], periods: ["202324T3"], by: [PHASE]}"#,
];

async fn figures(service: &Service) -> Vec<[Value; 2]> {
    let mut figures = Vec::new();
    for input in INPUTS {
        let mut table = service.ask(Some(LEP), &question(input)).await.data()["outcomes"].take();
        figures.push([table["cells"].take(), table["overall"].take()]);
    }
    figures
}

fn in_leeds(row: &Row) -> bool {
    row.local_authority == "E08000035" && row.period == "202324T3"
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_provider_that_shuffles_attributes_of_its_own_draws_no_new_noise(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    let before = figures(&service).await;
    for round in 0..2 {
        let mut own = Population::standard(1).only(|row| row.hub.is_empty() && row.scheme == "URN");
        for row in &mut own.0 {
            row.phase = if (row.id + round).is_multiple_of(2) { "special" } else { "secondary" };
            row.kind = if (row.id + round).is_multiple_of(3) { "other" } else { "college" };
        }
        // A score of one institution, so that there is something to publish.
        let first = own.0.iter_mut().find(|row| in_leeds(row)).unwrap();
        first.scores[0] = Some(10 + u8::try_from(round).unwrap());
        let told = service.hand_in(LEP, &own).await.receipt.unwrap().to_string();
        assert!(told.contains(": 1 results") && told.contains("keep the place and attributes"), "{told}");
        service.publish_anew().await;
        assert_eq!(before, figures(&service).await, "round {round}");
    }
}

#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_handed_in_anew_with_equal_scores_keeps_company_for_no_correction(#[case] engine: Engine) {
    let service = Service::filled(engine).await;
    let before = figures(&service).await;
    let mut leeds = Population::standard(1).only(in_leeds);
    leeds.0.truncate(20);
    // Another day of completion is all that is new.
    let again = leeds.file().replace(",2024-01-15,", ",2024-01-16,");
    let told = service.hand_in_file(LEP, &again).await.receipt.unwrap().to_string();
    assert!(told.contains(": 20 results") && told.contains("20 of them corrections"), "{told}");
    service.publish_anew().await;
    assert_eq!(before, figures(&service).await, "nothing that is counted changed");
    let wrong = leeds.0.iter().position(|row| row.scores[0].is_some_and(|score| score < 100)).unwrap();
    leeds.0[wrong].scores[0] = Some(100);
    let corrected = leeds.file().replace(",2024-01-15,", ",2024-01-17,");
    assert!(service.hand_in_file(LEP, &corrected).await.receipt.is_some());
    service.publish_anew().await;
    assert_eq!(before, figures(&service).await, "nineteen that say nothing new are no company");
}

#[tokio::test]
async fn what_an_organisation_speaks_for_already_is_not_handed_over_to_it() {
    let service = Service::empty(Engine::Sqlite).await;
    assert!(service.hand_in(HUB, &one(5)).await.receipt.is_some());
    for from in [HUB, LEP] {
        let error = service.operator().transfer(&Transfer::AllOf(from.into()), HUB).await.unwrap_err().to_string();
        assert!(error.starts_with(&format!("`{from}` speaks for no institution")), "{error}");
    }
    let error = service.operator().transfer(&institution("100005"), HUB).await.unwrap_err().to_string();
    assert_eq!(error, "`NE-HUB` speaks for the institution `100005` already");
}

/// Whoever is told whether it guessed right finds out what the organisation before it handed in.
#[rstest]
#[case(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whoever_speaks_for_institutions_next_is_told_the_same_whether_or_not_it_guesses_their_results(
    #[case] engine: Engine,
) {
    let service = Service::filled(engine).await;
    service.operator().transfer(&Transfer::AllOf(HUB.into()), LEP).await.unwrap();
    let rows = Population::standard(1).only(|row| row.hub == "HUB-2018-21" && row.period == "202324T3").0;
    let guess = async |rows: &[Row], right: bool| {
        let mut guesses = Population(rows.to_vec());
        for score in guesses.0.iter_mut().flat_map(|row| row.scores.iter_mut().flatten()).filter(|_| !right) {
            *score = if *score == 100 { 0 } else { 100 };
        }
        let told =
            |report: ImportReport| report.receipt.unwrap().to_string().split_once("scores, ").unwrap().1.to_owned();
        let first = told(service.hand_in(LEP, &guesses).await);
        // What it handed in itself it is told about, as ever.
        guesses.0.pop();
        [first, told(service.hand_in(LEP, &guesses).await)]
    };
    let right = guess(&rows[..10], true).await;
    assert_eq!(right, ["10 of them corrections; 0 were there already", "0 of them corrections; 9 were there already"]);
    assert_eq!(guess(&rows[10..20], false).await, right);
    service.publish_anew().await;
    let own = r#"{framework: "GATSBY-2014", areas: ["HUB-2018-21"], periods: ["202324T3"], purpose: "OWN_RESULTS"}"#;
    let own = service.ask(Some(LEP), &question(own)).await.data()["outcomes"].take();
    let assessed = rows[..20].iter().filter(|row| row.scores[0].is_some()).count();
    assert_eq!(own["cells"][0]["institutions"], assessed, "{own}");
}

#[tokio::test]
async fn destinations_that_another_organisation_hands_in_anew_are_new_whatever_they_say() {
    let input = r#"{ destinations(input: {areas: ["E12000003"], cohortYears: ["202324"], stages: [KS4]}) {
        cells { institutions cohort { value } students { value standardError } } } }"#;
    let service = Service::filled(Engine::Sqlite).await;
    let file = |unknown: u32| {
        let mut file = String::from("institution_scheme,institution_id,cohort_year,stage,category,students\n");
        for row in Population::standard(1).only(in_leeds).0 {
            let nobody = ["apprenticeship", "employment", "not-sustained"].map(|category| (category, 0));
            let counts = [("education", 90 + row.id % 20), ("unknown", row.id % 7 + unknown)];
            for (category, students) in counts.into_iter().chain(nobody) {
                file.push_str(&format!("URN,{},202324,KS4,{category},{students}\n", row.identifier()));
            }
        }
        file
    };
    let hand_in = async |organisation: &str, file: &str| {
        let request = ImportRequest { organisation: organisation.into(), accept_valid: false };
        let report = service.operator().import_destinations(&request, file.as_bytes(), |_| {}).await.unwrap();
        report.receipt.unwrap().to_string().split_once(": ").unwrap().1.to_owned()
    };
    hand_in(LEP, &file(0)).await;
    service.publish_anew().await;
    let before = service.ask(Some(LEP), input).await.data();
    // Whether a count was guessed is not told to whoever hands it in next.
    service.operator().transfer(&Transfer::AllOf(LEP.into()), HUB).await.unwrap();
    let wrong = hand_in(HUB, &file(1)).await;
    assert!(wrong.starts_with("300 counts of destinations, 300 of them corrections"), "{wrong}");
    service.operator().transfer(&Transfer::AllOf(HUB.into()), LEP).await.unwrap();
    assert_eq!(hand_in(LEP, &file(1)).await, wrong);
    service.operator().transfer(&Transfer::AllOf(LEP.into()), HUB).await.unwrap();
    assert_eq!(hand_in(HUB, &file(0)).await, wrong);
    service.publish_anew().await;
    // Nor by what others see: sixty were handed in anew, by another organisation.
    assert_ne!(before, service.ask(Some(LEP), input).await.data());
}
