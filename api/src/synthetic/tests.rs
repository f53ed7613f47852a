//! The made-up population against the published figures, and against what a real one would hold to.

use std::collections::BTreeSet;

use super::*;
use crate::{
    domain::{CohortYear, Destination, Stage},
    ingest::reference,
};

fn catalogue() -> Catalogue {
    let data = reference::load().unwrap();
    data.into_catalogue("2026-11-24".parse().unwrap()).unwrap()
}

fn population(seed: u64) -> Vec<Record> {
    let figures = reference::published_figures().unwrap();
    generate(&Population::of_seed(seed).unwrap(), &catalogue(), &Secret::new([2; 32]), &figures)
        .into_iter()
        .flat_map(|handover| handover.records)
        .collect()
}

fn destinations(seed: u64) -> Vec<DestinationRecord> {
    let figures = reference::published_figures().unwrap();
    generate(&Population::of_seed(seed).unwrap(), &catalogue(), &Secret::new([2; 32]), &figures)
        .into_iter()
        .flat_map(|handover| handover.destinations)
        .collect()
}

fn achieved(records: &[Record], year: u16, framework: Option<&str>) -> Vec<f64> {
    let period = Period::new(year, 3).unwrap();
    let mut counts = [(0.0, 0.0); 8];
    let english = |record: &&Record| record.framework.starts_with("GATSBY");
    for record in records.iter().filter(english).filter(|record| record.period == period) {
        if framework.is_some_and(|framework| framework != record.framework) {
            continue;
        }
        for (count, score) in counts.iter_mut().zip(&record.scores) {
            count.0 += f64::from(u8::from(*score == Some(100)));
            count.1 += f64::from(u8::from(score.is_some()));
        }
    }
    counts.iter().map(|(achieved, assessed)| achieved / assessed).collect()
}

#[test]
fn national_shares_match_the_published_ones_within_a_point() {
    let records = population(7);
    let mut compared = 0;
    for figure in reference::published_figures().unwrap() {
        let Some(benchmark) = figure.benchmark else { continue };
        if figure.area != "England" || figure.measure != "achieved_benchmark" {
            continue;
        }
        let year: u16 = figure.year[..4].parse().unwrap();
        for framework in [None, Some("GATSBY-2014"), Some("GATSBY-COL-2018")] {
            let found = achieved(&records, year, framework)[usize::from(benchmark) - 1] * 100.0;
            assert!(
                (found - figure.value).abs() < 1.0,
                "{year} benchmark {benchmark}: {found} against {}",
                figure.value
            );
        }
        compared += 1;
    }
    assert_eq!(compared, 40);
    for (year, average) in [(2023, 5.83), (2024, 5.96)] {
        let found: f64 = achieved(&records, year, None).iter().sum();
        assert!((found - average).abs() < 0.08, "{year}: {found} against {average}");
    }
}

#[test]
fn institutions_are_as_many_and_as_uneven_as_told() {
    let records = population(7);
    let distinct = |framework: &str| {
        let of = records.iter().filter(|record| record.framework.starts_with(framework));
        of.map(|record| record.institution).collect::<BTreeSet<_>>().len()
    };
    assert_eq!(distinct("HKBM"), 110);
    assert!((4_600..=4_900).contains(&distinct("GATSBY")), "{}", distinct("GATSBY"));
    assert!((45_000..80_000).contains(&records.len()), "{}", records.len());
    let last = Period::new(2024, 3).unwrap();
    let whole: Vec<&Record> = records
        .iter()
        .filter(|record| record.period == last && record.framework.starts_with("GATSBY"))
        .filter(|record| record.scores.iter().all(Option::is_some))
        .collect();
    let all = whole.iter().filter(|record| record.scores.iter().all(|score| *score == Some(100))).count();
    let share = all as f64 / whole.len() as f64;
    assert!((0.19..0.31).contains(&share), "a quarter achieved all eight in 2024/25, found {share}");
}

#[test]
fn every_record_could_have_been_handed_in() {
    let catalogue = catalogue();
    for record in population(7) {
        let framework = &catalogue.frameworks()[catalogue.framework_index(&record.framework).unwrap()];
        assert_eq!(record.scores.len(), framework.number_of_benchmarks);
        assert!(record.scores.iter().flatten().all(|score| *score <= 100));
        assert!(record.completed_on <= record.period.ends_on());
        let kind = |code: &str| catalogue.areas()[catalogue.area_index(code).unwrap()].kind;
        assert_eq!(kind(&record.local_authority), AreaKind::LocalAuthority);
        assert!(record.hub.as_deref().is_none_or(|hub| kind(hub) == AreaKind::Hub));
    }
}

#[test]
fn a_seed_is_a_population() {
    assert_eq!(population(1), population(1));
    assert_ne!(population(1), population(2));
    assert_eq!(destinations(1), destinations(1));
    assert_ne!(destinations(1), destinations(2));
}

#[test]
fn destinations_match_the_published_ones_and_more_benchmarks_leave_fewer_without() {
    let counts = destinations(7);
    assert!((60_000..120_000).contains(&counts.len()), "{}", counts.len());
    let share = |wanted: &dyn Fn(&DestinationRecord) -> bool, destination: Destination| {
        let sum = |counts: &mut dyn Iterator<Item = &DestinationRecord>| {
            counts.map(|count| f64::from(count.students)).sum::<f64>()
        };
        let of = sum(&mut counts.iter().filter(|count| wanted(count)));
        sum(&mut counts.iter().filter(|count| wanted(count) && count.destination == destination)) / of
    };
    let year: CohortYear = "202223".parse().unwrap();
    let after_16 = |count: &DestinationRecord| count.stage == Stage::KeyStage4 && count.cohort_year == year;
    let figures = reference::published_figures().unwrap();
    for (measure, destination) in [
        ("ks4_sustained_education", Destination::Education),
        ("ks4_sustained_apprenticeship", Destination::Apprenticeship),
        ("ks4_not_sustained", Destination::NotSustained),
    ] {
        let published = figures
            .iter()
            .find(|figure| figure.area == "England" && figure.measure == measure && figure.year == "2022/23");
        let (found, published) = (share(&after_16, destination) * 100.0, published.unwrap().value);
        assert!((found - published).abs() < 1.0, "{measure}: {found} against {published}");
    }
    let achieved: std::collections::BTreeMap<_, _> = population(7)
        .iter()
        .filter(|record| record.framework == "GATSBY-2014")
        .map(|record| {
            let achieved = record.scores.iter().filter(|score| **score == Some(100)).count();
            (record.institution, achieved)
        })
        .collect();
    let band = |low: usize, high: usize| {
        let wanted = |count: &DestinationRecord| {
            after_16(count) && achieved.get(&count.institution).is_some_and(|number| (low..=high).contains(number))
        };
        share(&wanted, Destination::NotSustained)
    };
    let (few, many) = (band(0, 2), band(6, 8));
    assert!(few > 1.2 * many, "{few} {many}");
}
