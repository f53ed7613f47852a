//! Change gives away: an institution moves between hubs; a release corrects one institution's result.

use api::domain::{AreaIndex, AreaKind, Attributes};
use disclosure::Tier;

use crate::support::{Engine, LEP, Service, attacks_run_long, block_on};

use super::{
    ask::{Answer, Asker, Tabulation},
    population::{BENCHMARKS, Institution, Population, area, terms_until},
    random::Random,
    report::{Attack, Report},
    statistic::{Samples, mean},
};

const HUBS: [&str; 2] = ["HUB-2018-16", "HUB-2018-21"];

/// Two hubs of thirty institutions with constant scores, and fifteen beside each that are in no hub. The first institution
/// moves from one to the other halfway.
fn population(twin: usize, terms: usize) -> Population {
    let mut random = Random::new(41);
    let mut institutions = Vec::new();
    for number in 0..90 {
        let hub = (number < 60).then(|| area(HUBS[number % 2]));
        let score = |benchmark: usize, random: &mut Random| match number {
            0 => Some(if benchmark % 2 == twin { 100 } else { 60 }),
            _ => Some(if random.chance(0.5) { 100 } else { 40 }),
        };
        institutions.push(Institution {
            local_authority: area(if number % 2 == 0 { "E06000057" } else { "E06000047" }),
            hubs: hub.map(|hub| (hub, 0..terms)).into_iter().collect(),
            attributes: Attributes::default(),
            scores: std::array::from_fn(|benchmark| score(benchmark, &mut random)),
            absent: Vec::new(),
        });
    }
    institutions[0].hubs = vec![(area(HUBS[0]), 0..terms / 2), (area(HUBS[1]), terms / 2..terms)];
    Population { institutions, periods: terms_until("202425T3".parse().unwrap(), terms) }
}

/// A results file with the attributes that the files of this test need.
fn file(population: &Population) -> String {
    population.file(|_| true).replace(",,,,,,v1", ",secondary,academy,,medium,urban,v1")
}

fn keys() -> u8 {
    if attacks_run_long() { 200 } else { 60 }
}

/// The totals that are told, by (area, period, benchmark).
fn totals(population: &Population, answer: &Answer) -> Vec<(AreaIndex, usize, u8, f64)> {
    let sigma = Tier::Regional.rules().sigma;
    let total = |figure: &super::ask::Figure| {
        let cell = &answer.cells[figure.cell];
        let members = population.members(cell, figure.period, figure.benchmark);
        let total = figure.share.total(members.len(), 1.0, sigma).filter(|total| !total.banded)?;
        Some((cell.area, figure.period, figure.benchmark, total.value))
    };
    answer.figures.iter().filter_map(total).collect()
}

/// What the attacker makes of one secret's answers about the mover: what one hub lost and the other gained.
fn loss_and_gain(
    population: &Population,
    told: &[(AreaIndex, usize, u8, f64)],
    benchmark: u8,
    around: usize,
) -> Option<f64> {
    let half = population.periods.len() / 2;
    let average = |hub: usize, terms: std::ops::Range<usize>| {
        let values: Vec<f64> = told
            .iter()
            .filter(|(at, term, number, _)| *at == area(HUBS[hub]) && *number == benchmark && terms.contains(term))
            .map(|(.., value)| *value)
            .collect();
        (!values.is_empty()).then(|| mean(&values))
    };
    let (before, after) = (half - around..half, half..half + around);
    let lost = average(0, before.clone())? - average(0, after.clone())?;
    let gained = average(1, after)? - average(1, before)?;
    Some(f64::midpoint(lost, gained))
}

async fn moves() -> (Samples, Samples) {
    let terms = if attacks_run_long() { 30 } else { 8 };
    let (mut once, mut averaged) = (Samples::default(), Samples::default());
    for twin in 0..2 {
        let population = population(twin, terms);
        let service = Service::empty(Engine::Sqlite).await;
        let report = service.hand_in_file(LEP, &file(&population)).await;
        assert!(report.problems.is_empty(), "{:?}", report.problems);
        service.operator().publish(None).await.unwrap();
        service.add_partner("MOVES", "E92000001", Tier::Regional).await;
        for key in 0..keys() {
            let service = service.under(secret(key, twin)).await;
            let asker = Asker { service: &service, organisation: "MOVES", tier: Tier::Regional };
            let standard = Tabulation::standard(AreaKind::Hub);
            let answer = asker.ask(&standard, &population.areas(AreaKind::Hub), &population.periods, &BENCHMARKS).await;
            let told = totals(&population, &answer.unwrap());
            for benchmark in BENCHMARKS {
                let achieved = population.institutions[0].achieved(benchmark).unwrap();
                for (samples, around) in [(&mut once, 1), (&mut averaged, terms / 2)] {
                    if let Some(statistic) = loss_and_gain(&population, &told, benchmark, around) {
                        samples.add(statistic, achieved);
                    }
                }
            }
        }
    }
    (once, averaged)
}

fn secret(key: u8, twin: usize) -> [u8; 32] {
    let mut secret = [4; 32];
    secret[0] = key;
    secret[1] = u8::try_from(twin).unwrap();
    secret
}

/// A second release corrects one institution: some of its benchmarks become achieved; and so many others, whose results the
/// attacker knows. It compares the releases over some kinds of area.
async fn corrections(known: usize, kinds: &[AreaKind]) -> Samples {
    let mut samples = Samples::default();
    for twin in 0..2 {
        let mut corrected = population(twin, 1);
        corrected.institutions[0].hubs = vec![(area(HUBS[0]), 0..1)];
        let mut before = corrected.clone();
        before.institutions[0].scores = [Some(60); 8];
        // Every other one stands in the same hub and the same authority.
        for other in 1..=known {
            before.institutions[2 * other].scores = [Some(61); 8];
        }
        let service = Service::empty(Engine::Sqlite).await;
        for population in [&before, &corrected] {
            service.hand_in_file(LEP, &file(population)).await;
            service.publish_anew().await;
        }
        service.add_partner("CORRECTIONS", "E92000001", Tier::Regional).await;
        for key in 0..keys() / 4 {
            let service = service.under(secret(key, twin)).await;
            let asker = Asker { service: &service, organisation: "CORRECTIONS", tier: Tier::Regional };
            let mut differences: Vec<Vec<f64>> = vec![Vec::new(); BENCHMARKS.len()];
            for &kind in kinds {
                let areas = corrected.areas(kind);
                let mut told = Vec::new();
                for release in [1, 2] {
                    let more = format!(", release: {release}");
                    let answer = asker
                        .ask_more(&Tabulation::standard(kind), &areas, &corrected.periods, &BENCHMARKS, &more)
                        .await;
                    told.push(totals(&corrected, &answer.unwrap()));
                }
                for (at, _, benchmark, after) in &told[1] {
                    // What a table about other places says is no matter of this institution.
                    let cell = super::ask::Cell { area: *at, conditions: Vec::new() };
                    if !corrected.members(&cell, 0, *benchmark).contains(&0) {
                        continue;
                    }
                    let first = told[0].iter().find(|(area, _, number, _)| area == at && number == benchmark);
                    differences[usize::from(*benchmark) - 1].extend(first.map(|(.., before)| after - before));
                }
            }
            for benchmark in BENCHMARKS {
                let achieved = corrected.institutions[0].achieved(benchmark).unwrap();
                samples.add(differences[usize::from(benchmark) - 1].iter().sum(), achieved);
            }
        }
    }
    samples
}

#[test]
fn neither_a_move_nor_a_correction_gives_an_institution_away() {
    block_on(async {
        let mut report = Report::of(Attack::Change);
        let (once, averaged) = moves().await;
        let detail = format!("{} trials", once.len());
        assert!(once.len() > 200, "the attack was hardly made: {} trials", once.len());
        report.at_most(
            "an institution moves between hubs: AUC from the terms before and after",
            0.60,
            once.area_under_curve(),
            &detail,
        );
        let text = format!("AUC {:.3}, {} trials", averaged.area_under_curve(), averaged.len());
        report.also("the same with constant scores in all terms before and after", &text);
        let all = [AreaKind::Hub, AreaKind::LocalAuthority, AreaKind::Lep, AreaKind::Region];
        let one = corrections(0, &all).await;
        let detail = format!("{} trials", one.len());
        report.at_most("a release corrects one institution: AUC", 0.60, one.area_under_curve(), &detail);
        let among = corrections(9, &all[..1]).await;
        let detail = format!("{} trials", among.len());
        let figure = "a release corrects ten, of which nine are known: AUC from one kind of area";
        report.at_most(figure, 0.60, among.area_under_curve(), &detail);
        let among = corrections(9, &all).await;
        let text = format!("AUC {:.3}, {} trials", among.area_under_curve(), among.len());
        report.also("the same from every kind of area together", &text);
        report.finish();
    });
}
