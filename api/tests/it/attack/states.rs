//! Who scored nothing, beside who achieved a benchmark: what a third figure of each standard cell would tell, were it free, and what
//! it tells as the tabulation of its own that it is.
//!
//! The attacker knows every other result, and that the institution either achieved a benchmark or scored nothing on it: both figures
//! of a cell then turn on it. Each benchmark of each twin under each secret is one trial.

use api::domain::{AreaKind, Attributes, Dimension};
use disclosure::Tier;
use serde_json::Value;

use crate::support::{Engine, LEP, Service, attacks_run_long, block_on};

use super::{
    ask::Tabulation,
    population::{BENCHMARKS, Institution, Population, area, terms_until},
    random::Random,
    statistic::{Samples, mean},
};

/// The institution that is attacked stands first.
const TARGET: usize = 0;

/// Who attacks. Each asks for two kinds of area, so that no budget is the bound.
const ORGANISATIONS: [&str; 3] = ["STATES-1", "STATES-2", "STATES-3"];

/// The kinds of area whose tables are free, each with the one that the institution stands in.
const KINDS: [(AreaKind, &str); 5] = [
    (AreaKind::LocalAuthority, "E06000047"),
    (AreaKind::Lep, "E37000025"),
    (AreaKind::Region, "E12000001"),
    (AreaKind::Country, "E92000001"),
    (AreaKind::Hub, "HUB-2018-21"),
];

fn attributes(kind: &str) -> Attributes {
    let codes = ["secondary", kind, "2", "medium", "urban"];
    let with = |attributes: Attributes, (dimension, code)| attributes.with(dimension, code).unwrap();
    Dimension::ALL.into_iter().zip(codes).fold(Attributes::default(), with)
}

/// Four of ten achieve, and of the rest four of ten score nothing.
fn score(random: &mut Random) -> u8 {
    if random.chance(0.4) {
        return 100;
    }
    if random.chance(0.4) { 0 } else { 50 }
}

/// 90 institutions of the North East, each in its hub, of which 30 stand in the local authority of the first.
fn population(twin: usize) -> Population {
    let mut random = Random::new(11);
    let mut institutions = Vec::new();
    for (place, count) in [("E06000047", 30), ("E06000057", 25), ("E06000001", 35)] {
        for number in 0..count {
            let hub = if place == "E06000001" { "HUB-2018-17" } else { "HUB-2018-21" };
            institutions.push(Institution {
                local_authority: area(place),
                hubs: vec![(area(hub), 0..1)],
                attributes: attributes(if number % 2 == 0 { "academy" } else { "maintained" }),
                scores: std::array::from_fn(|_| Some(score(&mut random))),
                absent: Vec::new(),
            });
        }
    }
    institutions[TARGET].scores = std::array::from_fn(|benchmark| Some(if benchmark % 2 == twin { 100 } else { 0 }));
    Population { institutions, periods: terms_until("202425T3".parse().unwrap(), 1) }
}

/// What was computed of each trial, and whether the institution achieved.
#[derive(Default)]
struct Trials {
    /// From all standard tables, who achieved alone.
    standard: Samples,
    /// From these and from who scored nothing in one of them, as one tabulation pays for.
    charged: Samples,
    /// From these and from an ordinary breakdown, as one tabulation pays for.
    broken_down: Samples,
    /// From these and from who scored nothing in each of them, were that free.
    free: Samples,
}

/// The noised number of institutions behind a share; nothing where it is hidden or banded.
fn number(share: &Value, institutions: usize) -> Option<f64> {
    share["standardError"].as_f64()?;
    Some(share["value"].as_f64()? * institutions as f64)
}

/// What the known others leave of who achieved a benchmark, and of who scored nothing, turned to who did not.
type Left = (Option<f64>, Option<f64>);

async fn trial(service: &Service, population: &Population, trials: &mut Trials) {
    let target = &population.institutions[TARGET];
    let mut seen: Vec<(AreaKind, bool, Vec<Left>)> = Vec::new();
    for (place, (kind, code)) in KINDS.into_iter().enumerate() {
        for by in [false, true] {
            let question = if by {
                let own = usize::from(target.attributes.0[Dimension::Type as usize]) - 1;
                Tabulation::standard(kind).within(Dimension::Type, vec![own])
            } else {
                Tabulation::standard(kind)
            };
            if by && kind != AreaKind::Lep {
                continue;
            }
            let input = question.input(&[area(code)], &population.periods, &BENCHMARKS, "");
            let none = if by { "" } else { "noneShare { value standardError }" };
            let query = format!(
                "{{ outcomes(input: {input}) {{ cells {{ achievedShare {{ value standardError }} {none} }} }} }}"
            );
            let answer = service.ask(Some(ORGANISATIONS[place % ORGANISATIONS.len()]), &query).await.data();
            let cells = answer["outcomes"]["cells"].as_array().unwrap().clone();
            let inside = |institution: &&Institution| {
                let here = match kind {
                    AreaKind::Hub => institution.hubs[0].0 == area(code),
                    _ => super::population::catalogue().lies_in(institution.local_authority, area(code)),
                };
                here && (!by || institution.attributes == target.attributes)
            };
            let members: Vec<&Institution> = population.institutions.iter().filter(inside).collect();
            let others = |benchmark: usize, score: u8| {
                let scored = |one: &&&Institution| one.scores[benchmark] == Some(score) && !std::ptr::eq(**one, target);
                members.iter().filter(scored).count() as f64
            };
            let residuals = cells.iter().enumerate().map(|(benchmark, cell)| {
                let left = |field: &str, score| Some(number(&cell[field], members.len())? - others(benchmark, score));
                (left("achievedShare", 100), left("noneShare", 0).map(|zero| 1.0 - zero))
            });
            seen.push((kind, by, residuals.collect()));
        }
    }
    for benchmark in 0..BENCHMARKS.len() {
        let achieved = target.scores[benchmark] == Some(100);
        let standard: Vec<f64> =
            seen.iter().filter(|(_, by, _)| !by).filter_map(|(_, _, cells)| cells[benchmark].0).collect();
        let broken: Vec<f64> =
            seen.iter().filter(|(_, by, _)| *by).filter_map(|(_, _, cells)| cells[benchmark].0).collect();
        let zeros = |only: Option<AreaKind>| -> Vec<f64> {
            let of = |kind: AreaKind| only.is_none_or(|only| only == kind);
            seen.iter().filter(|(kind, ..)| of(*kind)).filter_map(|(_, _, cells)| cells[benchmark].1).collect()
        };
        if standard.is_empty() || broken.is_empty() || zeros(Some(AreaKind::Lep)).is_empty() {
            continue;
        }
        let of_standard = mean(&standard);
        let with = |more: &[f64]| mean(&[vec![of_standard], more.to_vec()].concat());
        trials.standard.add(of_standard, achieved);
        trials.charged.add(with(&zeros(Some(AreaKind::Lep))), achieved);
        trials.broken_down.add(with(&broken), achieved);
        trials.free.add(f64::midpoint(of_standard, mean(&zeros(None))), achieved);
    }
}

#[test]
fn who_scored_nothing_tells_no_more_than_another_tabulation() {
    block_on(async {
        let keys = if attacks_run_long() { 200 } else { 40 };
        let mut trials = Trials::default();
        for twin in 0..2_u8 {
            let population = population(twin.into());
            let service = Service::empty(Engine::Sqlite).await;
            service.hand_in_file(LEP, &population.file(|_| true)).await;
            for organisation in ORGANISATIONS {
                service.add_partner(organisation, "E92000001", Tier::Regional).await;
            }
            service.operator().publish(None).await.unwrap();
            for key in 0..keys {
                let secret = std::array::from_fn(|place| [key, twin].get(place).copied().unwrap_or(7));
                service.database.execute("DELETE FROM setting WHERE key = 'secret_fingerprint'").await;
                trial(&service.under(secret).await, &population, &mut trials).await;
            }
        }
        let Trials { standard, charged, broken_down, free } = &trials;
        for (what, samples) in [
            ("all standard tables", standard),
            ("and an ordinary breakdown of one, charged", broken_down),
            ("and who scored nothing in one, charged", charged),
            ("and who scored nothing in each, were it free", free),
        ] {
            let (accuracy, area) = (samples.accuracy(0.5), samples.area_under_curve());
            println!("states: {what}: accuracy {accuracy:.3}, AUC {area:.3} ({} trials)", samples.len());
        }
        assert!(charged.len() > 500, "the attack was hardly made: {} trials", charged.len());
        // Sampling leaves about .02 of either in the short run.
        let slack = 0.02;
        assert!(
            charged.area_under_curve() <= broken_down.area_under_curve() + slack,
            "one tabulation is as good as another"
        );
    });
}
