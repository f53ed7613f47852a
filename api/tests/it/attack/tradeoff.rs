//! How sharp standard tables may be: what attackers gain at several σ of theirs. The noise is drawn anew over the answers
//! that the service gave, and held against the service at the σ in use.

use api::domain::AreaKind;
use disclosure::Tier;

use crate::support::{attacks_run_long, block_on};

use super::{
    ask::{Answer, Asker, Tabulation},
    evidence::correlation,
    fixture::{Fixture, TERMS, regions},
    population::BENCHMARKS,
    reconstruction::{Gathered, Spending, everything, infer},
    simulation::{Noise, redrawn, standard_error},
    statistic::{mean, normal, root_mean_square},
};

/// The σ of standard tables that are compared.
const SIGMAS: [f64; 8] = [1.0, 1.5, 2.0, 2.3, 2.5, 2.8, 2.9, 3.0];

/// How many different tabulations the attacker spends over thirty terms, beside standard tables.
const POOL: usize = 40;

/// The mean advantage over some keys.
fn mean_advantage(fixture: &Fixture, answers: &[Answer], noise: Noise, keys: u64, benchmarks: &[u8]) -> f64 {
    let one = |key| {
        infer(fixture, &redrawn(&fixture.population, answers, Noise { key, ..noise }), Tier::Regional, benchmarks)
            .value()
    };
    mean(&(0..keys).map(one).collect::<Vec<_>>())
}

/// The noise of standard tables that the service has in use: what the first stated error says.
fn sigma_in_use(fixture: &Fixture, answers: &[Answer]) -> f64 {
    let of = |answer: &Answer| -> Vec<f64> {
        let term = fixture.population.periods.len() - 1;
        let figures =
            answer.figures.iter().filter(|figure| answer.periods[figure.period] == fixture.population.periods[term]);
        figures
            .filter_map(|figure| {
                let members = fixture.population.members(&answer.cells[figure.cell], term, figure.benchmark);
                Some(figure.share.standard_error? * members.len() as f64)
            })
            .collect()
    };
    // Rounding adds up to a tenth.
    answers.iter().filter(|answer| answer.tabulation.is_standard()).flat_map(of).fold(f64::INFINITY, f64::min)
}

/// The root mean square error of everything told about the number achieved.
fn error(fixture: &Fixture, answers: &[Answer]) -> f64 {
    let population = &fixture.population;
    let mut errors = Vec::new();
    for answer in answers {
        for figure in &answer.figures {
            let term = population.periods.iter().position(|known| *known == answer.periods[figure.period]).unwrap();
            let members = population.members(&answer.cells[figure.cell], term, figure.benchmark);
            let total = figure.share.total(members.len(), 1.0, 3.0).unwrap();
            if !total.banded {
                errors.push(total.value - population.achieved(&members, figure.benchmark));
            }
        }
    }
    root_mean_square(&errors)
}

#[test]
fn noise_drawn_anew_behaves_like_the_services_own() {
    block_on(async {
        let fixture = regions().await;
        let asker = Asker::new(&fixture.service, "TRADEOFF-CHECK", Tier::Regional).await;
        let newest = &fixture.population.periods[TERMS - 1..];
        let mut answers = Vec::new();
        for kind in AreaKind::ALL {
            let areas = fixture.population.areas(kind);
            answers.push(asker.ask(&Tabulation::standard(kind), &areas, newest, &BENCHMARKS).await.unwrap());
        }
        let sigma = sigma_in_use(fixture, &answers);
        let noise = Noise { standard: sigma, other: Tier::Regional.rules().sigma, correlation: 0.0, key: 1 };
        let own = error(fixture, &answers);
        let drawn = mean(
            &(0..8)
                .map(|key| error(fixture, &redrawn(&fixture.population, &answers, Noise { key, ..noise })))
                .collect::<Vec<_>>(),
        );
        println!("rms error of standard tables: {own:.3} from the service, {drawn:.3} drawn anew at σ {sigma:.2}");
        assert!((own / drawn - 1.0).abs() < 0.2, "{own} {drawn}");
        let gain = infer(fixture, &answers, Tier::Regional, &BENCHMARKS).value();
        let drawn = mean_advantage(fixture, &answers, noise, 4, &BENCHMARKS);
        println!("advantage: {gain:.3} from the service, {drawn:.3} drawn anew");
        assert!((gain - drawn).abs() < 0.03, "{gain} {drawn}");
    });
}

#[test]
fn the_trade_off_of_standard_tables_is_told() {
    if !attacks_run_long() {
        return;
    }
    block_on(async {
        let fixture = regions().await;
        let mut gathered: Vec<(usize, Gathered)> = Vec::new();
        for terms in [1, TERMS] {
            let name = format!("TRADEOFF-{terms}");
            let fixture = &fixture.apart(&name.to_lowercase()).await;
            let asker = Asker::new(&fixture.service, &name, Tier::Regional).await;
            let spending = if terms == 1 { Spending::Same } else { Spending::Pool(POOL) };
            gathered.push((terms, everything(asker, fixture, terms, spending, &BENCHMARKS).await));
        }
        let shared = correlation(&fixture.population, &gathered[0].1.answers, Tier::Regional.rules().sigma);
        let mut text = String::from(
            "| σ of standard tables | advantage, standard tables alone, 1 term | 30 terms | with the budget, 1 term | 30 terms, 40 tabulations | \
             AUC of a move | accuracy, OWN subtracted | standard error of a share, n = 30 | 60 | 190 | 550 |\n\
             | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
        );
        for sigma in SIGMAS {
            let noise = Noise { standard: sigma, other: Tier::Regional.rules().sigma, correlation: shared, key: 0 };
            text.push_str(&format!("| {sigma} "));
            for alone in [true, false] {
                for (terms, gathered) in &gathered {
                    let kept: Vec<Answer> = gathered
                        .answers
                        .iter()
                        .filter(|answer| !alone || answer.tabulation.is_standard())
                        .cloned()
                        .collect();
                    let keys = if *terms == 1 { 6 } else { 2 };
                    text.push_str(&format!("| {:.3} ", mean_advantage(fixture, &kept, noise, keys, &BENCHMARKS)));
                }
            }
            // Two hubs before and after: four independent draws about one institution, halved.
            text.push_str(&format!(
                "| {:.3} | {:.3} ",
                normal(1.0 / (std::f64::consts::SQRT_2 * sigma)),
                normal(0.5 / sigma)
            ));
            for institutions in [30, 60, 190, 550] {
                text.push_str(&format!("| {:.1} ", 100.0 * standard_error(institutions, sigma)));
            }
            text.push_str("|\n");
        }
        text.push_str(&pools(fixture).await);
        println!("\n{text}");
        std::fs::write(format!("{}/trade-off.md", env!("CARGO_TARGET_TMPDIR")), text).unwrap();
    });
}

/// What thirty terms of constant scores give away by how many different tabulations may be asked over all of them.
async fn pools(fixture: &Fixture) -> String {
    let mut text = String::from(
        "\n| different tabulations over 30 terms | advantage REGIONAL | advantage INTERNATIONAL |\n| --- | --- | --- |\n",
    );
    for pool in [12, 20, 30, 40, 60, 100, 200, 600] {
        text.push_str(&format!("| {pool} "));
        for tier in [Tier::Regional, Tier::International] {
            let name = format!("TRADEOFF-POOL-{pool}-{tier}");
            let fixture = &fixture.apart(&name.to_lowercase()).await;
            let asker = Asker::new(&fixture.service, &name, tier).await;
            let gathered = everything(asker, fixture, TERMS, Spending::Pool(pool), &BENCHMARKS).await;
            text.push_str(&format!("| {:.3} ", infer(fixture, &gathered.answers, tier, &BENCHMARKS).value()));
        }
        text.push_str("|\n");
    }
    text
}
