//! Differencing: every pair of answers whose sets of institutions differ by exactly one.
//!
//! The attacker knows all attributes, so it knows which sets belong to which question, and may ask on when budget and pool
//! are used up: what is measured is the shape of what is answered, not how much of it one may have.

use std::collections::{HashMap, HashSet};

use api::domain::{AreaKind, Dimension};
use disclosure::Tier;

use crate::support::{attacks_run_long, block_on};

use super::{
    ask::{Answer, Asker, Tabulation},
    choose::dimension_pairs,
    fixture::{Fixture, regions},
    random::Random,
    report::{Attack, Report},
    statistic::{mean, normal},
};

/// Questions over up to two dimensions: single categories, and all categories but one.
fn tabulations(kind: AreaKind) -> Vec<Tabulation> {
    let all_but_one = |dimension: Dimension| {
        let categories = 0..dimension.categories().len();
        categories.clone().map(move |left_out| categories.clone().filter(|kept| *kept != left_out).collect::<Vec<_>>())
    };
    let mut tabulations = vec![Tabulation::standard(kind)];
    for dimension in Dimension::ALL {
        tabulations.push(Tabulation::by(kind, &[dimension]));
        tabulations.extend(all_but_one(dimension).map(|kept| Tabulation::standard(kind).within(dimension, kept)));
    }
    for pair in dimension_pairs() {
        tabulations.push(Tabulation::by(kind, &pair));
        for (by, within) in [(pair[0], pair[1]), (pair[1], pair[0])] {
            tabulations.extend(all_but_one(within).map(|kept| Tabulation::by(kind, &[by]).within(within, kept)));
        }
        if attacks_run_long() {
            for first in all_but_one(pair[0]) {
                let with = |second| Tabulation::standard(kind).within(pair[0], first.clone()).within(pair[1], second);
                tabulations.extend(all_but_one(pair[1]).map(with));
            }
        }
    }
    tabulations
}

/// Asks everything. Where the ledger is full it is emptied.
async fn ask_everything(fixture: &Fixture, benchmarks: &[u8]) -> Vec<Answer> {
    let newest = &fixture.population.periods[fixture.population.periods.len() - 1..];
    let asker = Asker::new(&fixture.service, "DIFFERENCING", Tier::Regional).await;
    let mut answers = Vec::new();
    for kind in AreaKind::ALL {
        let areas = fixture.population.areas(kind);
        for tabulation in tabulations(kind) {
            // Fewer areas of a table are the same tabulation, and a table has a largest size.
            let parts = tabulation.groups().len() * benchmarks.len() * areas.len() / 20_000 + 1;
            for some in areas.chunks(areas.len().div_ceil(parts)) {
                let mut answer = spendable(asker.ask(&tabulation, some, newest, benchmarks).await);
                if answer.is_none() {
                    fixture.service.database.execute("DELETE FROM budget_entry").await;
                    answer = spendable(asker.ask(&tabulation, some, newest, benchmarks).await);
                }
                answers.push(answer.unwrap());
            }
        }
    }
    answers
}

/// An answer, unless a budget hides it.
fn spendable(answer: Result<Answer, String>) -> Option<Answer> {
    answer.ok().filter(|answer| !answer.hidden.contains_key(&super::ask::Reason::Budget))
}

/// One answered set.
struct Told {
    members: Vec<u32>,
    value: f64,
    variance: f64,
}

/// Every answered set of one benchmark once.
fn told(fixture: &Fixture, answers: &[Answer], benchmark: u8) -> Vec<Told> {
    let population = &fixture.population;
    let sigma = Tier::Regional.rules().sigma;
    let mut seen = HashSet::new();
    let mut told = Vec::new();
    for answer in answers {
        let sets = population.split(&answer.tabulation, &answer.areas, population.periods.len() - 1, Some(benchmark));
        for figure in answer.figures.iter().filter(|figure| figure.benchmark == benchmark) {
            let members = &sets[figure.cell];
            let Some(total) = figure.share.total(members.len(), 1.0, sigma) else { continue };
            if seen.insert(members.clone()) {
                told.push(Told { members: members.clone(), value: total.value, variance: total.variance });
            }
        }
    }
    told
}

#[test]
fn no_two_answers_differ_by_one_institution() {
    block_on(async {
        let fixture = &regions().await.apart("differencing").await;
        let population = &fixture.population;
        let benchmarks: &[u8] = if attacks_run_long() { &[1, 2, 3, 4, 5, 6, 7, 8] } else { &[2] };
        let answers = ask_everything(fixture, benchmarks).await;
        let mut random = Random::new(23);
        let names: Vec<u64> = population.institutions.iter().map(|_| random.next()).collect();
        let name = |members: &[u32]| members.iter().fold(0_u64, |sum, &id| sum.wrapping_add(names[id as usize]));
        let (mut accuracies, mut worst, mut with_pair, mut pairs, mut all) = (Vec::new(), 0.5_f64, 0, 0, 0);
        for &benchmark in benchmarks {
            let told = told(fixture, &answers, benchmark);
            let by_name: HashMap<u64, usize> =
                told.iter().enumerate().map(|(position, told)| (name(&told.members), position)).collect();
            let mut of: Vec<Vec<(f64, f64)>> = vec![Vec::new(); population.institutions.len()];
            for larger in &told {
                let whole = name(&larger.members);
                for &id in &larger.members {
                    let Some(&smaller) = by_name.get(&whole.wrapping_sub(names[id as usize])) else { continue };
                    let smaller = &told[smaller];
                    assert_eq!(smaller.members.len() + 1, larger.members.len());
                    of[id as usize].push((larger.value - smaller.value, larger.variance + smaller.variance));
                }
            }
            for (id, differences) in of.iter().enumerate() {
                let Some(achieved) = population.institutions[id].achieved(benchmark) else { continue };
                all += 1;
                if differences.is_empty() {
                    accuracies.push(0.5);
                    continue;
                }
                with_pair += 1;
                pairs += differences.len();
                let weights: f64 = differences.iter().map(|(_, variance)| 1.0 / variance).sum();
                let guess =
                    differences.iter().map(|(difference, variance)| difference / variance).sum::<f64>() / weights;
                accuracies.push(if (guess > 0.5) == achieved { 1.0 } else { 0.0 });
                worst = worst.max(normal(weights.sqrt() / 2.0));
            }
        }
        let cells: usize = answers.iter().map(|answer| answer.figures.len()).sum();
        let mut report = Report::of(Attack::Differencing);
        let detail = format!("{pairs} pairs among {cells} answered cells of {} tables", answers.len());
        report.at_most(
            "differencing, every pair of answers whose sets differ by one: mean accuracy",
            0.52,
            mean(&accuracies),
            &detail,
        );
        report.at_most("the same: worst institution, from the stated noise of its pairs", 0.62, worst, "");
        report.at_most(
            "the same: share of institutions with any such pair",
            0.01,
            f64::from(with_pair) / f64::from(all),
            &format!("{with_pair} of {all}"),
        );
        report.finish();
    });
}
