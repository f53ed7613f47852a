//! The taint test: with every score drawn anew, nothing but values changes.

use serde_json::Value;

use crate::support::{Engine, HUB, LEP, PARTNER, Population, Service, attacks_run_long, block_on};

use super::{
    random::Random,
    report::{Attack, Report},
};

const FIELDS: &str = "{ tier purpose citation release { number synthetic } cost { cells standard } \
     summary { published hidden { reason count } } \
     cells { area { code } period { code } benchmark { number } categories { dimension code } institutions comparability \
     achieved { ...E } achievedShare { ...E } meanScore { ...E } } \
     overall { area { code } institutions meanAchieved { ...E } shareWithAll { ...E } distribution { ...E } } } }
     fragment E on Estimate { value standardError bound status reason remedy }";

/// Who asks about what: all of these may be asked.
const SCOPES: [(&str, &str); 12] = [
    (LEP, r#"framework: "GATSBY-2014", areas: ["E12000001", "E12000003"]"#),
    (LEP, r#"framework: "GATSBY-2014", areas: ["E12000001"], areaKind: LOCAL_AUTHORITY"#),
    (LEP, r#"framework: "GATSBY-2014", areas: ["E12000001"], areaKind: LEP"#),
    (LEP, r#"framework: "GATSBY-2014", areas: ["E12000001"], areaKind: HUB"#),
    (LEP, r#"framework: "GATSBY-2025", areas: ["E12000001", "E12000003"], mapped: true"#),
    (LEP, r#"framework: "GATSBY-2014", areas: ["E12000001"], areaKind: LOCAL_AUTHORITY, purpose: "OWN_RESULTS""#),
    (HUB, r#"framework: "GATSBY-2014", areas: ["E12000001"], areaKind: COMBINED_AUTHORITY"#),
    (HUB, r#"framework: "HKBM-2019", areas: ["E06000047", "E08000021"], mapped: true"#),
    (HUB, r#"framework: "GATSBY-2014", areas: ["HUB-2018-21"], purpose: "OWN_RESULTS""#),
    (PARTNER, r#"framework: "HKBM-2019", areas: ["HK"], areaKind: REGION"#),
    (PARTNER, r#"framework: "GATSBY-2014", areas: ["HK-NT", "E12000001", "E12000003"], mapped: true"#),
    (PARTNER, r#"framework: "GATSBY-2014", areas: ["E12000001"], areaKind: LEP"#),
];

/// What may not be asked, or not by everybody.
const SPOILT: [&str; 14] = [
    r#"framework: "NONE""#,
    r#"framework: "GATSBY-2014", areas: ["E99999999"]"#,
    r#"framework: "GATSBY-2014", areas: ["HK"]"#,
    r#"framework: "GATSBY-2014", areas: ["E12000001", "E37000025"]"#,
    r#"framework: "GATSBY-2014", areas: ["E12000003"]"#,
    r#"framework: "GATSBY-2014", areas: ["E12000001"], areaKind: COUNTRY"#,
    r#"framework: "GATSBY-2014", areas: ["E92000001"], areaKind: LOCAL_AUTHORITY"#,
    r#"framework: "GATSBY-2014", purpose: "marketing""#,
    r#"framework: "GATSBY-2014", areas: ["E12000001"], release: 7"#,
    r#"framework: "GATSBY-2014", areas: []"#,
    r#"framework: "GATSBY-2014", areas: ["E92000001"], areaKind: HUB"#,
    r#"framework: "HKBM-2019", areas: ["HK-ST"]"#,
    r#"framework: "GATSBY-2014""#,
    "framework: 2014",
];

/// A question drawn from much that may be asked, and from some that may not.
fn draw(random: &mut Random) -> (Option<&'static str>, String) {
    let (organisation, mut input) = if random.chance(0.25) {
        (pick(random, &[Some(HUB), Some(LEP), Some(PARTNER), None]), pick(random, &SPOILT).to_owned())
    } else {
        let (organisation, input) = pick(random, &SCOPES);
        (Some(organisation), input.to_owned())
    };
    input += pick(random, &["", r#", periods: ["202324T2"]"#, r#", periods: ["202324T2", "202324T3"]"#]);
    input += pick(random, &["", "", ", benchmarks: [1]", ", benchmarks: [2, 3]", ", benchmarks: [4]"]);
    input += pick(
        random,
        &[
            "",
            "",
            ", by: [PHASE]",
            ", by: [TYPE]",
            ", by: [DISADVANTAGE]",
            ", by: [PHASE, TYPE]",
            ", by: [PHASE, TYPE, SIZE]",
            ", by: [SIZE]",
            ", by: [SETTING]",
            ", by: [SIZE, SETTING]",
        ],
    );
    input += pick(
        random,
        &[
            "",
            "",
            "",
            r#", where: [{dimension: PHASE, in: ["special"]}]"#,
            r#", where: [{dimension: PHASE, in: ["secondary", "middle", "special"]}]"#,
            r#", where: [{dimension: TYPE, in: ["academy"]}]"#,
            r#", where: [{dimension: SIZE, in: ["small", "large"]}]"#,
            r#", where: [{dimension: SETTING, in: ["rural"]}, {dimension: PHASE, in: ["secondary"]}]"#,
            r#", where: [{dimension: TYPE, in: ["maintained"]}, {dimension: DISADVANTAGE, in: ["4", "5"]}]"#,
            r#", where: [{dimension: PHASE, in: ["nursery"]}]"#,
        ],
    );
    if random.chance(0.05) {
        input += pick(random, &[r#", periods: ["2023"]"#, ", benchmarks: [9]", ", nothing: 1"]);
    }
    (organisation, input)
}

fn pick<T: Copy>(random: &mut Random, of: &[T]) -> T {
    of[random.below(of.len())]
}

/// Everything that a preview tells. Nothing of it may change.
const PREVIEW: &str = "{ tier cost { cells standard tabulations newTabulations rho } summary { published hidden { reason count } } \
     cells { area { code } period { code } benchmark { number } categories { code } institutions status reason remedy \
     achievedError shareError meanError } }";

/// Takes the request's number out of an answer's errors.
pub(super) fn forget_request(answer: &mut Value) {
    if let Some(errors) = answer.get_mut("errors").and_then(Value::as_array_mut) {
        errors.iter_mut().for_each(|error| error["extensions"]["requestId"] = Value::Null);
    }
}

/// Blanks what scores and noise may change: values, errors and statuses of what is told; and the request's number.
pub(super) fn blank(value: &mut Value) {
    match value {
        Value::Object(map) => {
            let told = map.get("reason") == Some(&Value::Null);
            for (name, inner) in map.iter_mut() {
                if name == "requestId"
                    || (told && ["value", "bound", "standardError", "status"].contains(&name.as_str()))
                {
                    *inner = Value::Null;
                } else {
                    blank(inner);
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(blank),
        _ => {}
    }
}

/// The standard population in schools of all sizes, some of them rural, so that few are left where these are named.
async fn of_several_sizes(salt: u32) -> Service {
    let service = Service::empty(Engine::Sqlite).await;
    let population = Population::standard(salt);
    let of_hub = population.only(|row| row.hub == "HUB-2018-21");
    let of_lep = population.only(|row| row.hub.is_empty() && row.scheme == "URN");
    let abroad = population.only(|row| row.scheme == "HK-EDB");
    for (organisation, own) in [(HUB, of_hub), (LEP, of_lep), (PARTNER, abroad)] {
        let mut rows = own.0.iter();
        let lines = own.file();
        let varied = lines.lines().map(|line| {
            if !line.contains(",medium,urban,") {
                return line.to_owned();
            }
            let id = rows.next().unwrap().id;
            let size = ["small", "medium", "large", "medium"][id as usize % 7 % 4];
            line.replace(
                ",medium,urban,",
                &format!(",{size},{},", if id.is_multiple_of(6) { "rural" } else { "urban" }),
            )
        });
        let file = varied.collect::<Vec<_>>().join("\n") + "\n";
        let report = service.hand_in_file(organisation, &file).await;
        assert!(report.problems.is_empty(), "{:?}", report.problems.first());
    }
    service.operator().publish(None).await.unwrap();
    service
}

#[test]
fn with_other_scores_every_refusal_and_every_hidden_cell_is_the_same() {
    block_on(async {
        let services = [of_several_sizes(1).await, of_several_sizes(2).await];
        let questions = if attacks_run_long() { 1_500 } else { 300 };
        let mut random = Random::new(31);
        let (mut different, mut refused, mut hidden, mut values) = (0, 0, 0, 0);
        for _ in 0..questions {
            let (organisation, input) = draw(&mut random);
            let query = format!("{{ outcomes(input: {{{input}}}) {FIELDS}");
            let preview = format!("{{ preview(input: {{{input}}}, overall: true, totals: true) {PREVIEW} }}");
            let (mut answers, mut previews) = (Vec::new(), Vec::new());
            for service in &services {
                let mut preview = service.ask(organisation, &preview).await.json();
                forget_request(&mut preview);
                previews.push(preview.to_string());
                let answer = service.ask(organisation, &query).await;
                answers.push((answer.status, answer.json()));
            }
            values += u32::from(answers[0].1 != answers[1].1);
            for (_, json) in &mut answers {
                blank(json);
            }
            let text = answers[0].1.to_string();
            refused += u32::from(answers[0].1.get("errors").is_some());
            hidden += u32::from(text.contains("CONFIDENTIAL"));
            let other = answers[1].1.to_string();
            if answers[0].0 != answers[1].0 || text != other || previews[0] != previews[1] {
                different += 1;
                println!("differs: {organisation:?} {input}");
            }
        }
        assert!(refused > 50 && hidden > 50 && values > 50, "{refused} {hidden} {values}: the sample is too narrow");
        let mut report = Report::of(Attack::Taint);
        let measured =
            format!("{different} of {questions} questions differ ({refused} refused, {hidden} with hidden cells)");
        report.holds(
            "randomised scores: errors, previews, hidden cells, remedies, costs",
            "byte-equal",
            &measured,
            different == 0,
        );
        report.finish();
    });
}
