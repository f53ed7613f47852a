//! Cells where all or none achieve: nobody is told so.

use api::domain::{AreaIndex, AreaKind, Dimension};
use disclosure::Tier;
use serde_json::Value;

use crate::support::{Engine, LEP, Service, block_on};

use super::{
    ask::Tabulation,
    population::{BENCHMARKS, Population, area},
    report::{Attack, Report},
};

/// The North East, with the odd benchmarks achieved by all and the even ones by none.
fn population() -> Population {
    let mut population = Population::drawn(&["E12000001"], "202425T3".parse().unwrap(), 1);
    for institution in &mut population.institutions {
        institution.scores = std::array::from_fn(|benchmark| Some(if benchmark % 2 == 0 { 100 } else { 0 }));
    }
    population
}

#[test]
fn where_all_or_none_achieve_no_share_is_nothing_or_everything() {
    block_on(async {
        let population = population();
        let service = Service::empty(Engine::Sqlite).await;
        service.hand_in_file(LEP, &population.file(|_| true)).await;
        service.operator().publish(None).await.unwrap();
        service.add_partner("EXTREMES-REGIONAL", "E92000001", Tier::Regional).await;
        service.add_partner("EXTREMES-INTERNATIONAL", "E92000001", Tier::International).await;
        let (mut told, mut extreme) = (0, 0);
        let fields = "{ cells { institutions achieved { ...E } achievedShare { ...E } meanScore { ...E } } \
             overall { meanAchieved { ...E } shareWithAll { ...E } distribution { ...E } } }";
        for (organisation, purpose) in
            [("EXTREMES-REGIONAL", ""), ("EXTREMES-INTERNATIONAL", ""), (LEP, ", purpose: \"OWN_RESULTS\"")]
        {
            for kind in [AreaKind::Region, AreaKind::Lep, AreaKind::LocalAuthority, AreaKind::Hub] {
                if organisation == "EXTREMES-INTERNATIONAL" && kind > AreaKind::Lep {
                    continue;
                }
                let mut tabulations = vec![Tabulation::standard(kind)];
                tabulations.extend(Dimension::ALL.map(|dimension| Tabulation::by(kind, &[dimension])));
                for tabulation in tabulations {
                    let areas: Vec<AreaIndex> =
                        population.areas(kind).into_iter().filter(|&at| at != area("HUB-2018-05")).collect();
                    let input = tabulation.input(&areas, &population.periods, &BENCHMARKS, purpose);
                    let query =
                        format!("{{ outcomes(input: {input}) {fields} }} fragment E on Estimate {{ value status }}");
                    let answer = service.ask(Some(organisation), &query).await;
                    if answer.json()["errors"][0]["extensions"]["code"] == "BUDGET_EXHAUSTED" {
                        continue;
                    }
                    let outcomes = answer.data()["outcomes"].take();
                    for cell in outcomes["cells"].as_array().unwrap() {
                        let count = cell["institutions"].as_f64();
                        for (name, top) in
                            [("achieved", count), ("achievedShare", Some(1.0)), ("meanScore", Some(100.0))]
                        {
                            judge(&cell[name], top, &mut told, &mut extreme);
                        }
                    }
                    for row in outcomes["overall"].as_array().unwrap() {
                        judge(&row["meanAchieved"], Some(8.0), &mut told, &mut extreme);
                        judge(&row["shareWithAll"], Some(1.0), &mut told, &mut extreme);
                        row["distribution"]
                            .as_array()
                            .unwrap()
                            .iter()
                            .for_each(|bin| judge(bin, Some(1.0), &mut told, &mut extreme));
                    }
                }
            }
        }
        let mut report = Report::of(Attack::Extremes);
        let measured = format!("{extreme} of {told} values");
        report.holds(
            "cells where all or none achieve: values of 0 % or 100 %",
            "none",
            &measured,
            extreme == 0 && told > 1_000,
        );
        report.finish();
    });
}

/// A value that is told may be neither end of its scale; 0 with the status that says "few" is no end.
fn judge(estimate: &Value, top: Option<f64>, told: &mut u32, extreme: &mut u32) {
    let Some(value) = estimate["value"].as_f64() else { return };
    *told += 1;
    let few = estimate["status"] == "ROUNDS_TO_ZERO";
    *extreme += u32::from((value <= 0.0 && !few) || top.is_some_and(|top| value >= top));
}
