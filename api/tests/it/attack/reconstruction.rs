//! Reconstruction by least squares from everything one organisation may ask: the standard tables of every kind of area,
//! then the budget's tabulations, in one term or in thirty terms of constant scores.

use api::domain::{AreaKind, Period};
use disclosure::Tier;

use crate::support::{attacks_run_long, block_on};

use super::{
    ask::{Answer, Asker, Reason, Tabulation},
    choose::{Chooser, kinds},
    evidence::{correlation, gather, priors},
    fixture::{Fixture, TERMS, regions},
    population::BENCHMARKS,
    posterior::{Advantage, advantage, majority, posterior},
    report::{Attack, Report},
};

/// What one organisation gathered.
pub(super) struct Gathered {
    pub(super) answers: Vec<Answer>,
    pub(super) asked: usize,
    pub(super) hidden: usize,
}

/// How the budget of many terms is spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spending {
    /// The same tabulations in every term.
    Same,
    /// So many different ones over all terms, new ones first, then those again.
    Pool(usize),
}

/// Asks for everything over some terms: standard tables of every kind, then new tabulations until refused.
pub(super) async fn everything(
    asker: Asker<'_>,
    fixture: &Fixture,
    terms: usize,
    spending: Spending,
    benchmarks: &[u8],
) -> Gathered {
    let population = &fixture.population;
    let periods = &population.periods[population.periods.len() - terms..];
    let mut gathered = Gathered { answers: Vec::new(), asked: 0, hidden: 0 };
    for &kind in kinds(asker.tier) {
        let standard = Tabulation::standard(kind);
        let areas = population.areas(kind);
        for some in periods.chunks(10) {
            gathered.keep(asker.ask(&standard, &areas, some, benchmarks).await.unwrap());
        }
    }
    let mut chooser = Chooser::new(asker, population, |_| true);
    for answer in &gathered.answers {
        chooser.learn(answer);
    }
    let budget = asker.tier.rules().new_tabulations.unwrap() as usize;
    match spending {
        Spending::Same => {
            for _ in 0..budget {
                let Some(tabulation) = chooser.next().await else { break };
                if !spend(&mut gathered, &mut chooser, asker, fixture, periods, benchmarks, &tabulation).await {
                    break;
                }
            }
        }
        Spending::Pool(different) => {
            let mut chosen: Vec<Tabulation> = Vec::new();
            let mut again = 0;
            for period in periods {
                for _ in 0..budget {
                    let new = if chosen.len() < different { chooser.next().await } else { None };
                    let tabulation = if let Some(new) = new {
                        chosen.push(new.clone());
                        new
                    } else {
                        again += 1;
                        chosen[(again - 1) % chosen.len()].clone()
                    };
                    let period = std::slice::from_ref(period);
                    if !spend(&mut gathered, &mut chooser, asker, fixture, period, benchmarks, &tabulation).await {
                        break;
                    }
                }
            }
        }
    }
    gathered
}

/// Asks for one tabulation over all areas; whether it was answered.
async fn spend(
    gathered: &mut Gathered,
    chooser: &mut Chooser<'_>,
    asker: Asker<'_>,
    fixture: &Fixture,
    periods: &[Period],
    benchmarks: &[u8],
    tabulation: &Tabulation,
) -> bool {
    let areas = fixture.population.areas(tabulation.kind);
    let per_area = tabulation.groups().len() * benchmarks.len() * periods.len();
    // A table has a largest size; fewer areas of it are the same tabulation.
    for some in areas.chunks((20_000 / per_area).max(1)) {
        let Ok(answer) = asker.ask(tabulation, some, periods, benchmarks).await else { return false };
        chooser.learn(&answer);
        gathered.keep(answer);
    }
    true
}

impl Gathered {
    fn keep(&mut self, mut answer: Answer) {
        self.asked += 1;
        self.hidden += answer
            .hidden
            .iter()
            .filter(|(reason, _)| **reason != Reason::NotCollected)
            .map(|(_, count)| count)
            .sum::<usize>();
        answer.silent = Vec::new();
        self.answers.push(answer);
    }
}

/// What follows from some answers.
pub(super) fn infer(fixture: &Fixture, answers: &[Answer], tier: Tier, benchmarks: &[u8]) -> Advantage {
    let population = &fixture.population;
    let sigma = tier.rules().sigma;
    let priors = priors(population);
    let shared = correlation(population, answers, sigma);
    let mut evidence = gather(population, answers, &priors, sigma, shared);
    if benchmarks.len() < BENCHMARKS.len() {
        // Rows over all benchmarks say little about a few of them.
        evidence.overall.clear();
    }
    advantage(population, &posterior(population.institutions.len(), &evidence, &priors), benchmarks)
}

#[test]
fn least_squares_over_everything_one_organisation_may_ask_gains_little() {
    block_on(async {
        let shared = regions().await;
        let mut report = Report::of(Attack::Reconstruction);
        for (tier, name, targets) in
            [(Tier::Regional, "REGIONAL", [0.08, 0.12]), (Tier::International, "INTERNATIONAL", [0.03, 0.06])]
        {
            for (terms, target) in [1, TERMS].into_iter().zip(targets) {
                // In the short run thirty terms are asked about two benchmarks.
                let benchmarks = if terms > 1 && !attacks_run_long() { &BENCHMARKS[1..3] } else { &BENCHMARKS[..] };
                for spending in [Spending::Same, Spending::Pool(usize::MAX)] {
                    if terms == 1 && spending != Spending::Same {
                        continue;
                    }
                    let varied = spending != Spending::Same;
                    let organisation = format!("RECONSTRUCTION-{name}-{terms}-{varied}");
                    let fixture = &shared.apart(&organisation.to_lowercase()).await;
                    let asker = Asker::new(&fixture.service, &organisation, tier).await;
                    let gathered = everything(asker, fixture, terms, spending, benchmarks).await;
                    let found = infer(fixture, &gathered.answers, tier, benchmarks);
                    let cells: usize = gathered.answers.iter().map(|answer| answer.figures.len()).sum();
                    let detail = format!(
                        "accuracy {:.3}, majority by region {:.3}, of all {:.3}; {cells} cells told, {} hidden, {} tables",
                        found.accuracy, found.majority, found.majority_of_all, gathered.hidden, gathered.asked
                    );
                    let how = match (terms, varied) {
                        (1, _) => "1 term".to_owned(),
                        (_, false) => format!("{terms} terms, the same tabulations in each"),
                        (_, true) => format!("{terms} terms, other tabulations in each"),
                    };
                    report.at_most(&format!("least squares, {name}, {how}: advantage"), target, found.value(), &detail);
                }
            }
        }
        let (right, all) = majority(&shared.population, AreaKind::Region, &BENCHMARKS);
        let (of_lep, of_all) = majority(&shared.population, AreaKind::Lep, &BENCHMARKS);
        let gain = format!("{:.3}", of_lep / of_all - right / all);
        report.also("for comparison, the exact majority of each LEP: advantage", &gain);
        report.finish();
    });
}
