//! Results that come in short: through a register, with schools that become academies, under codes of areas that are no more. What they are is
//! what the same results are that come in whole, so every figure of this suite is theirs too.

use std::fmt::Write;

use api::{
    domain::{Dimension, Period, register::size_band},
    ingest::Form,
    service::RegisterRequest,
};
use disclosure::Tier;

use crate::support::{Engine, LEP, Service, attacks_run_long, block_on};

use super::{
    fixture::accepted,
    population::{Institution, Population, area, catalogue},
    report::{Attack, Report},
};

/// Three school years; the newest begins before Barnsley and Sheffield have their codes of today.
const TERMS: usize = 9;

/// Codes of areas that are no more, each with the one after it and the first term in which that may not be said by the code of before.
const RECODED: [(&str, &str, &str); 3] = [
    ("E08000038", "E08000016", "202526T1"),
    ("E08000039", "E08000019", "202526T1"),
    ("E06000065", "E10000023", "202223T3"),
];

/// Every third school becomes an academy, with another identifier, from its fourth term on.
const BECOMES: usize = 3;
const CONVERTED_FROM: usize = 3;

/// Whoever asks.
const ASKER: &str = "REGISTERED";

fn population() -> Population {
    Population::drawn(&["E12000001", "E12000003"], Period::new(2021, 3).unwrap(), TERMS)
}

fn becomes_another(id: usize, institution: &Institution) -> bool {
    id.is_multiple_of(BECOMES) && row_of_register(institution).is_some()
}

/// Type, phase and ages as the register has them; `None` where it has no such school.
fn row_of_register(institution: &Institution) -> Option<String> {
    let code = |dimension| institution.attributes.code(dimension);
    let (kind, phase) = (code(Dimension::Type)?, code(Dimension::Phase)?);
    let phases = [("primary", 2), ("middle", 5), ("secondary", 4), ("16-plus", 6), ("all-through", 7)];
    let told = phases.iter().find(|(name, _)| *name == phase).map(|(_, code)| *code);
    let (kind, told) = match (kind, phase) {
        ("maintained", "alternative-provision") => (14, 0),
        ("academy", "alternative-provision") => (42, 0),
        ("special", "special") => (7, 0),
        ("college", "16-plus") => (18, 6),
        ("academy", "16-plus") => (39, 6),
        ("maintained", "16-plus") | ("maintained" | "academy", "special") => return None,
        ("maintained", _) => (1, told?),
        ("academy", _) => (34, told?),
        ("independent", _) => (11, told?),
        _ => return None,
    };
    let pupils = match code(Dimension::Size) {
        Some(band) => (1..3_000).find(|&pupils| size_band(phase, pupils) == Some(band))?.to_string(),
        None => String::new(),
    };
    let setting = code(Dimension::Setting).map_or("", |setting| if setting == "urban" { "UN1" } else { "RLN1" });
    Some(format!("{kind:02},{told},{pupils},{setting}"))
}

/// The register: every school under its first identifier, and those that become another one under both.
fn register(population: &Population) -> (String, String) {
    let mut file = String::from(
        "URN,TypeOfEstablishment (code),PhaseOfEducation (code),NumberOfPupils,UrbanRural (code),GSSLACode (name),EstablishmentStatus (code),\
         OpenDate,CloseDate\n",
    );
    let mut links = String::from("URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n");
    let last = population.periods[CONVERTED_FROM - 1].ends_on();
    for (id, institution) in population.institutions.iter().enumerate() {
        let Some(row) = row_of_register(institution) else { continue };
        let row = format!("{row},{}", catalogue().areas()[institution.local_authority].code);
        if becomes_another(id, institution) {
            let _ = writeln!(file, "{},{row},2,,{last}\n{},{row},1,{last},", 100_000 + id, 200_000 + id);
            let _ = writeln!(links, "{},{},,Successor,{last}", 100_000 + id, 200_000 + id);
        } else {
            let _ = writeln!(file, "{},{row},1,,", 100_000 + id);
        }
    }
    (file, links)
}

/// What is handed in beside the register: under the identifier and the code of the time, with attributes that are made up wherever the register tells
/// them, and no place where no code of before is to be said.
fn short(population: &Population, whole: &str) -> String {
    let mut lines = whole.lines();
    let mut file = format!("{}\n", lines.next().unwrap());
    for line in lines {
        let mut fields: Vec<String> = line.split(',').map(str::to_owned).collect();
        let id = fields[1].parse::<usize>().unwrap() - 100_000;
        let institution = &population.institutions[id];
        let period: Period = fields[3].parse().unwrap();
        if let Some((_, before, _)) =
            RECODED.iter().find(|(today, _, until)| *today == fields[5] && period < until.parse().unwrap())
        {
            (*before).clone_into(&mut fields[5]);
        } else if row_of_register(institution).is_some() {
            fields[5].clear();
        }
        if row_of_register(institution).is_some() {
            (fields[7], fields[8]) = ("primary".into(), "other".into());
            let told = |dimension| institution.attributes.code(dimension).is_some();
            if told(Dimension::Size) {
                fields[10] = "small".into();
            }
            if told(Dimension::Setting) {
                fields[11] = "rural".into();
            }
        }
        let converted = population.periods.iter().position(|own| *own == period) >= Some(CONVERTED_FROM);
        if converted && becomes_another(id, institution) {
            fields[1] = (200_000 + id).to_string();
        }
        file += &(fields.join(",") + "\n");
    }
    file
}

async fn service(population: &Population, is_short: bool) -> Service {
    let service = Service::empty(Engine::Sqlite).await;
    service.add_partner_of(ASKER, "HK", "E92000001", Tier::Regional).await;
    let whole = population.file(|_| true);
    if is_short {
        let (register, links) = register(population);
        let request = RegisterRequest { as_of: "2025-09-01".parse().ok(), accept_valid: false };
        let operator = service.operator();
        let taken = operator.import_register(&request, &Form::default(), register.as_bytes(), |_| {}).await.unwrap();
        assert!(taken.problems.is_empty() && taken.left_out.is_empty(), "{:?}", taken.problems);
        let linked = operator.import_links(&Form::default(), links.as_bytes()).await.unwrap();
        assert!(linked.dropped.is_empty() && linked.chains > 100, "{} {:?}", linked.chains, linked.dropped.first());
        let report = service.hand_in_file(LEP, &short(population, &whole)).await;
        accepted(&report);
        assert!(report.overruled > 1_000, "{}", report.overruled);
    } else {
        accepted(&service.hand_in_file(LEP, &whole).await);
    }
    service.operator().publish(None).await.unwrap();
    service
}

/// Every standard table, and tables of one dimension (of pairs in the long run), over the regions and what lies in them.
fn questions(periods: &[Period]) -> Vec<String> {
    let newest = periods[periods.len() - 1];
    let all: Vec<String> = periods.iter().map(|period| format!("\"{period}\"")).collect();
    let mut asked = Vec::new();
    for kind in ["REGION", "LOCAL_AUTHORITY", "HUB", "COMBINED_AUTHORITY", "LEP"] {
        for areas in [r#"["E12000001"]"#, r#"["E12000003"]"#] {
            let of = format!("framework: \"GATSBY-2014\", areas: {areas}, areaKind: {kind}");
            asked.push(format!("{of}, periods: [{}]", all.join(",")));
            let mut tables = vec!["[TYPE]", "[PHASE]", "[SIZE]", "[SETTING]", "[DISADVANTAGE]"];
            if attacks_run_long() {
                tables.extend(["[PHASE, TYPE]", "[TYPE, SIZE]", "[PHASE, DISADVANTAGE]"]);
            }
            asked.extend(tables.into_iter().map(|by| format!("{of}, periods: [\"{newest}\"], by: {by}")));
        }
    }
    asked
}

#[test]
fn what_comes_in_through_a_register_is_answered_as_if_it_came_in_whole() {
    block_on(async {
        let population = population();
        let services = [service(&population, false).await, service(&population, true).await];
        let barnsley = population.institutions.iter().filter(|one| one.local_authority == area("E08000038")).count();
        assert!(barnsley > 5, "{barnsley} in Barnsley");
        let (mut different, mut told) = (0, 0);
        let questions = questions(&population.periods);
        for input in &questions {
            let query = format!(
                "{{ outcomes(input: {{{input}}}) {{ cells {{ area {{ code }} period {{ code }} benchmark {{ number }} categories {{ code }} institutions \
                 achievedShare {{ value standardError status reason remedy }} meanScore {{ value status reason }} }} \
                 overall {{ institutions meanAchieved {{ value status }} }} }} }}"
            );
            let mut answers = Vec::new();
            for service in &services {
                // What is measured is what is answered, not how much of it one may have.
                service.database.execute("DELETE FROM budget_entry").await;
                answers.push(service.ask(Some(ASKER), &query).await.data());
            }
            told += answers[0].to_string().matches("\"status\":\"OK\"").count();
            if answers[0] != answers[1] {
                different += 1;
                println!("differs: {input}");
            }
        }
        assert!(told > 1_000, "{told} figures are told: the sample is too narrow");
        let mut report = Report::of(Attack::Geography);
        let measured = format!("{different} of {} questions differ, {told} figures told", questions.len());
        let figure = "through a register, under identifiers and codes of before: answers, noise among them";
        report.holds(figure, "byte-equal", &measured, different == 0);
        report.finish();
    });
}
