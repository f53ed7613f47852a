//! Results and cohorts of institutions that the attacker does not speak for, and of such as there are none.

use api::service::ImportRequest;

use crate::support::{Engine, HUB, LEP, Population, Service, block_on};

use super::report::{Attack, Report};

const CATEGORIES: [&str; 5] = ["education", "apprenticeship", "employment", "not-sustained", "unknown"];

/// How many institutions each attempt names.
const ATTEMPTS: usize = 40;

/// What a provider tries; whatever good rows there are would be taken in.
async fn accepted(service: &Service, organisation: &str, file: &str, destinations: bool) -> i64 {
    let stored = "SELECT (SELECT COUNT(*) FROM result) + (SELECT COUNT(*) FROM destination_count)";
    let before = service.database.numbers(stored).await[0][0];
    let request = ImportRequest { organisation: organisation.into(), accept_valid: true };
    let operator = service.operator();
    let report = if destinations {
        operator.import_destinations(&request, file.as_bytes(), |_| {}).await.unwrap()
    } else {
        operator.import_results(&request, file.as_bytes(), |_| {}).await.unwrap()
    };
    assert_eq!(report.rows, (if destinations { ATTEMPTS * CATEGORIES.len() } else { ATTEMPTS }) as u64);
    service.database.numbers(stored).await[0][0] - before
}

/// One result of each of forty institutions of the hub.
fn members(salt: u32) -> Population {
    let wanted = |row: &crate::support::Row| row.period == "202324T3" && row.local_authority == "E06000047";
    let population = Population::standard(salt).only(wanted);
    assert_eq!(population.0.len(), ATTEMPTS);
    population
}

#[test]
fn nothing_is_taken_from_who_does_not_speak_for_an_institution() {
    block_on(async {
        let service = Service::filled(Engine::Sqlite).await;
        let mut report = Report::of(Attack::Foreign);
        let mut none = |figure: &str, accepted: i64| {
            report.holds(figure, "0 of 40", &format!("{accepted} of {ATTEMPTS}"), accepted == 0);
        };
        let others = members(2).file();
        none("results of another's institutions accepted", accepted(&service, LEP, &others, false).await);
        let elsewhere =
            Population::standard(2).only(|row| row.period == "202324T3" && row.local_authority == "E08000035");
        let elsewhere = Population(elsewhere.0.into_iter().take(ATTEMPTS).collect());
        none("the same outside its area and its hub", accepted(&service, HUB, &elsewhere.file(), false).await);

        let mut roll = String::from(
            "institution_scheme,institution_id,local_authority,hub,phase,type,disadvantage_quintile,size_band,setting,provider\n",
        );
        for row in members(1).0 {
            roll.push_str(&format!(
                "URN,{},E06000047,HUB-2018-21,secondary,academy,1,medium,urban,\n",
                row.identifier()
            ));
        }
        let entered = service.operator().import_roll(roll.as_bytes(), |_| {}).await.unwrap();
        assert!(entered.problems.is_empty(), "{:?}", entered.problems);
        let mut invented = members(1);
        invented.0.iter_mut().for_each(|row| row.id += 700_000);
        let invented = invented.file();
        none("results of invented institutions where there is a roll", accepted(&service, HUB, &invented, false).await);

        let mut cohorts = String::from("institution_scheme,institution_id,cohort_year,stage,category,students\n");
        for row in members(1).0 {
            for (category, students) in CATEGORIES.iter().zip([100 + row.id, 0, 0, 0, 0]) {
                cohorts.push_str(&format!("URN,{},202324,KS4,{category},{students}\n", row.identifier()));
            }
        }
        none("cohorts of another's institutions accepted", accepted(&service, LEP, &cohorts, true).await);
        assert_eq!(accepted(&service, HUB, &cohorts, true).await, 200, "who speaks for them is heard");
        report.finish();
    });
}
