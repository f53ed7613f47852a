//! Cells below the threshold: all hidden, and hidden alike.

use std::{collections::BTreeSet, time::Instant};

use api::domain::{AreaKind, Dimension};
use disclosure::Tier;

use crate::support::block_on;

use super::{
    ask::{Asker, Reason, Tabulation},
    choose::{dimension_pairs, kinds},
    fixture::{Fixture, regions},
    population::BENCHMARKS,
    report::{Attack, Report},
};

/// One to three conditions: the area, and up to two categories.
fn tabulations(tier: Tier) -> Vec<Tabulation> {
    let mut tabulations = Vec::new();
    for &kind in kinds(tier) {
        tabulations.push(Tabulation::standard(kind));
        tabulations.extend(Dimension::ALL.map(|dimension| Tabulation::by(kind, &[dimension])));
        if tier.rules().max_dimensions > 1 {
            tabulations.extend(dimension_pairs().iter().map(|pair| Tabulation::by(kind, pair)));
        }
    }
    tabulations
}

/// How many small cells there are, and how many of them were told.
async fn count(fixture: &Fixture, tier: Tier) -> (usize, usize) {
    let population = &fixture.population;
    let last = population.periods.len() - 1;
    let least = tier.rules().k_institutions as usize;
    let budget = tier.rules().new_tabulations.unwrap() as usize;
    let (mut small, mut told) = (0, 0);
    // Three organisations open what they may; then a copy that nobody has asked yet goes on.
    for (number, some) in tabulations(tier).chunks(3 * budget).enumerate() {
        let fixture = fixture.apart(&format!("small-{tier}-{number}")).await;
        for (organisation, some) in ["SMALL-1", "SMALL-2", "SMALL-3"].into_iter().zip(some.chunks(budget)) {
            let asker = Asker::new(&fixture.service, organisation, tier).await;
            for tabulation in some {
                let benchmark = BENCHMARKS[number % BENCHMARKS.len()];
                let areas = population.areas(tabulation.kind);
                let answer = asker.ask(tabulation, &areas, &population.periods[last..], &[benchmark]).await.unwrap();
                assert!(!answer.hidden.contains_key(&Reason::Budget));
                let sets = population.split(tabulation, &areas, last, Some(benchmark));
                let is_small = |cell: usize| !sets[cell].is_empty() && sets[cell].len() < least;
                small += (0..sets.len()).filter(|&cell| is_small(cell)).count();
                told += answer.figures.iter().filter(|figure| is_small(figure.cell)).count();
                for &(cell, _, _, reason) in &answer.silent {
                    let expected = if sets[cell].is_empty() { Reason::NotCollected } else { Reason::SmallGroup };
                    assert!(reason == expected || !(is_small(cell) || sets[cell].is_empty()), "{cell} {reason:?}");
                }
            }
        }
    }
    (small, told)
}

/// For each size below the threshold a cell of that size, asked for alone, in as many bytes as the question of any other.
fn one_of_each_size(fixture: &Fixture) -> Vec<(usize, String)> {
    let population = &fixture.population;
    let last = population.periods.len() - 1;
    let mut found: Vec<(usize, String)> = Vec::new();
    for size in Dimension::Size.categories().iter().enumerate().map(|(position, _)| position) {
        for quintile in 0..5 {
            let tabulation = Tabulation::standard(AreaKind::LocalAuthority)
                .within(Dimension::Size, vec![size])
                .within(Dimension::Disadvantage, vec![quintile]);
            let areas = population.areas(AreaKind::LocalAuthority);
            let sets = population.split(&tabulation, &areas, last, Some(3));
            for (area, members) in areas.iter().zip(&sets) {
                let known = found.iter().any(|(size, _)| *size == members.len());
                if !members.is_empty() && members.len() < 10 && !known {
                    found.push((members.len(), tabulation.input(&[*area], &population.periods[last..], &[3], "")));
                }
            }
        }
    }
    found.sort();
    found
}

#[test]
fn cells_below_the_threshold_are_hidden_and_look_alike() {
    block_on(async {
        let mut report = Report::of(Attack::SmallGroups);
        let (mut small, mut told) = (0, 0);
        for tier in [Tier::Regional, Tier::International] {
            let (of_tier, told_of_tier) = count(regions().await, tier).await;
            small += of_tier;
            told += told_of_tier;
        }
        let figure = "every cell of 1–3 conditions with n < k: told";
        report.holds(figure, "none", &format!("{told} of {small}"), told == 0 && small > 100);

        let fixture = &regions().await.apart("small-alike").await;
        let asker = Asker::new(&fixture.service, "SMALL-ALIKE", Tier::Regional).await;
        let (mut sizes, mut times) = (BTreeSet::new(), Vec::new());
        let cells = one_of_each_size(fixture);
        for (_, input) in &cells {
            let query = format!(
                "{{ outcomes(input: {input}) {{ cells {{ institutions achievedShare {{ value standardError bound status reason }} }} \
                 overall {{ institutions meanAchieved {{ value reason }} }} }} }}"
            );
            let mut fastest = f64::INFINITY;
            for _ in 0..15 {
                let started = Instant::now();
                let answer = fixture.service.ask(Some(asker.organisation), &query).await;
                fastest = fastest.min(started.elapsed().as_secs_f64());
                assert!(answer.data()["outcomes"]["cells"][0]["institutions"].is_null());
                sizes.insert(answer.body.len());
            }
            times.push(fastest);
        }
        let outside = |code: &str| {
            format!("{{ outcomes(input: {{framework: \"GATSBY-2014\", areas: [\"{code}\"]}}) {{ citation }} }}")
        };
        let mut refusals = BTreeSet::new();
        for code in ["HK-ST", "XX-YY"] {
            let answer = fixture.service.ask(Some(asker.organisation), &outside(code)).await;
            refusals.insert(answer.body.len());
        }
        let told_sizes: Vec<String> = cells.iter().map(|(size, _)| size.to_string()).collect();
        let measured = format!(
            "{} for n = {}; {} for areas denied and absent",
            sizes.len(),
            told_sizes.join(", "),
            refusals.len()
        );
        report.holds(
            "the same: different sizes of hidden answers",
            "1, and 1 for refusals",
            &measured,
            sizes.len() == 1 && refusals.len() == 1,
        );
        let slowest = times.iter().copied().fold(0.0, f64::max) / times.iter().copied().fold(f64::INFINITY, f64::min);
        // The fastest of several tries; the bound is wide, as other work shares the machine.
        report.at_most("the same: longest over shortest time of hidden answers", 4.0, slowest, "");
        report.finish();
    });
}
