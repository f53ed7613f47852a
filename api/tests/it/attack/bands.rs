//! Attacks on the bands of benchmarks achieved: what destinations tell of who is in a band.

use std::{collections::HashMap, fmt::Write};

use api::service::ImportRequest;
use disclosure::Tier;
use serde_json::Value;

use crate::support::{Engine, HUB, LEP, Population, Row, Service, block_on};

use super::{
    report::{Attack, Report},
    statistic::Samples,
};

const PERIOD: &str = "202324T3";

const CATEGORIES: [&str; 5] = ["education", "apprenticeship", "employment", "not-sustained", "unknown"];

/// The institutions of the North East that were assessed on every benchmark in the period of the bands.
fn assessed(salt: u32) -> Vec<Row> {
    let there = |row: &Row| row.scheme == "URN" && row.local_authority != "E08000035" && row.period == PERIOD;
    let mut rows = Population::standard(salt).only(there).0;
    rows.retain(|row| row.scores.iter().all(Option::is_some));
    rows
}

/// The position of a row's band.
fn band(row: &Row) -> usize {
    row.scores.iter().filter(|score| **score == Some(100)).count() / 3
}

fn is_of_lep(row: &Row) -> bool {
    row.hub.is_empty()
}

/// Hands in cohorts, each by who hands in the results of the institution.
async fn plant(service: &Service, cohorts: impl Iterator<Item = (Row, usize, u32)>) {
    let header = "institution_scheme,institution_id,cohort_year,stage,category,students\n";
    let mut files: HashMap<&str, String> = HashMap::new();
    for (row, year, students) in cohorts {
        let file = files.entry(if is_of_lep(&row) { LEP } else { HUB }).or_insert_with(|| header.to_owned());
        let code = format!("{}{:02}", year, (year + 1) % 100);
        for (category, students) in CATEGORIES.iter().zip([students - students / 4, 0, students / 4, 0, 0]) {
            let _ = writeln!(file, "URN,{},{code},KS4,{category},{students}", row.identifier());
        }
    }
    for (organisation, file) in files {
        let request = ImportRequest { organisation: organisation.into(), accept_valid: false };
        let report = service.operator().import_destinations(&request, file.as_bytes(), |_| {}).await.unwrap();
        assert!(report.problems.is_empty(), "{:?}", report.problems);
    }
}

/// The cells of the North East by band, of some cohort years.
async fn ask(service: &Service, asker: &str, years: &[usize], more: &str) -> Vec<Value> {
    let years: Vec<String> = years.iter().map(|year| format!("\"{year}{:02}\"", (year + 1) % 100)).collect();
    let query = format!(
        "{{ destinations(input: {{areas: [\"E12000001\"], stages: [KS4], categories: [EDUCATION, EMPLOYMENT], \
         cohortYears: [{}], byBenchmarksAchieved: {{framework: \"GATSBY-2014\", period: \"{PERIOD}\"}}{more}}}) \
         {{ cells {{ cohortYear category benchmarksAchieved {{ lowest }} institutions \
         cohort {{ value standardError }} students {{ value standardError }} }} }} }}",
        years.join(",")
    );
    let mut data = service.ask(Some(asker), &query).await.data();
    data["destinations"]["cells"].as_array_mut().unwrap().drain(..).collect()
}

/// An organisation that handed in nothing, and asks for those who did.
const ACCOMPLICE: &str = "NE-CA";

/// The attacker knows the bands of its own schools. In a cohort year for each victim, two of its own schools in each band, and the
/// victim, have cohorts a thousand times as large as everybody else's: were the scale taken from who is in a band, the standard
/// error would be larger in the victim's band than in the others. The cohorts are planted by whoever may hand them in, as though
/// all of them did what the attacker wants, and somebody asks who has none of them.
#[test]
fn cohorts_of_ones_own_making_do_not_tell_who_is_in_a_band() {
    block_on(async {
        let service = Service::filled(Engine::Sqlite).await;
        service.add_partner(ACCOMPLICE, "E12000001", Tier::Regional).await;
        let (own, others): (Vec<Row>, Vec<Row>) = assessed(1).into_iter().partition(is_of_lep);
        let anchors: Vec<u32> =
            (0..3).flat_map(|of| own.iter().filter(move |row| band(row) == of).take(2).map(|row| row.id)).collect();
        assert_eq!(anchors.len(), 6, "two schools of its own in each band");
        // As many victims as cohort years have ended.
        let years: Vec<usize> = (1990..2026).take(others.len()).collect();
        let everybody: Vec<Row> = own.iter().chain(&others).cloned().collect();
        let cohorts = years.iter().zip(&others).flat_map(|(&year, victim)| {
            let is_large = |row: &Row| row.id == victim.id || anchors.contains(&row.id);
            everybody.iter().map(move |row| (row.clone(), year, if is_large(row) { 100_000 } else { 100 }))
        });
        plant(&service, cohorts.collect::<Vec<_>>().into_iter()).await;
        service.publish_anew().await;

        let mut told = 0;
        for (years, victims) in years.chunks(20).zip(others.chunks(20)) {
            let cells = ask(&service, ACCOMPLICE, years, "").await;
            for (cells, victim) in cells.chunks(6).zip(victims) {
                let mut errors = [0.0_f64; 3];
                for (position, cell) in cells.iter().enumerate() {
                    for estimate in ["cohort", "students"] {
                        errors[position % 3] += cell[estimate]["standardError"].as_f64().unwrap_or_default().ln_1p();
                    }
                }
                let shown = cells.iter().filter(|cell| cell["institutions"].is_u64()).count();
                assert!(shown >= 2, "{cells:?}");
                let guess = (0..3).max_by(|&one, &other| errors[one].total_cmp(&errors[other])).unwrap();
                let stands_out = (0..3).filter(|&of| of != guess).all(|of| errors[guess] - errors[of] > 0.5);
                let banded = cells.iter().any(|cell| cell["students"]["standardError"].is_null());
                told += usize::from(stands_out && !banded && guess == band(victim));
            }
        }
        let mut report = Report::of(Attack::InventedCohorts);
        report.holds("cohorts of one's own making: bands told", "0", &format!("{told} of {}", years.len()), told == 0);
        report.finish();
    });
}

/// Nine changes of the attacker's own, whose bands it knows, beside one school's correction: whether that school changed band.
#[test]
fn nine_changes_of_ones_own_do_not_tell_whether_the_tenth_school_changed_band() {
    const YEAR: usize = 2023;
    block_on(async {
        let service = Service::filled(Engine::Sqlite).await;
        // It works elsewhere, so that nobody takes it for an insider.
        service.add_partner_of(ACCOMPLICE, "HK", "E12000001", Tier::Regional).await;
        let (own, others): (Vec<Row>, Vec<Row>) = assessed(1).into_iter().partition(is_of_lep);
        let everybody = own.iter().chain(&others).cloned();
        plant(&service, everybody.map(|row| (row.clone(), YEAR, 100 + row.id % 50))).await;
        service.publish_anew().await;
        let top = |row: &Row| Row { scores: vec![Some(100); 8], ..row.clone() };
        let nine: Vec<Row> = own.iter().filter(|row| band(row) < 2).take(9).map(top).collect();
        assert_eq!(nine.len(), 9);
        let low: Vec<&Row> = others.iter().filter(|row| band(row) < 2).collect();
        let mut by_base = Samples::default();
        let mut by_noise = Samples::default();
        let (mut pooled_by_base, mut pooled) = (Samples::default(), Samples::default());
        for (number, victim) in low.into_iter().take(24).enumerate() {
            // Either all benchmarks, so another band, or one score of those below the top a little higher.
            let moves = number % 2 == 0;
            let mut corrected = top(victim);
            if !moves {
                corrected.scores.clone_from(&victim.scores);
                let least = corrected.scores.iter_mut().min().unwrap();
                *least = least.map(|score| (score + 1).min(99));
            }
            let trial = service.copied(&format!("bands-{number}"), 1).await;
            trial.hand_in(LEP, &Population(nine.clone())).await;
            // Bands move with an edition of the cohort year, so the attacker hands in a cohort too.
            plant(&trial, nine.iter().take(1).map(|row| (row.clone(), YEAR, 101 + row.id % 50))).await;
            trial.hand_in(HUB, &Population(vec![corrected])).await;
            trial.publish_anew().await;
            for secret in 0..4 {
                let asked = if secret == 0 { None } else { Some(trial.under([secret; 32]).await) };
                let asked = asked.as_ref().unwrap_or(&trial);
                let before = ask(asked, LEP, &[YEAR], ", release: 2").await;
                let after = ask(asked, LEP, &[YEAR], "").await;
                by_base.add(f64::from(u8::from(before != after)), moves);
                by_noise.add(evidence(&before, &after, victim, &own, &nine), moves);
                let before = ask(asked, ACCOMPLICE, &[YEAR], ", release: 2").await;
                let after = ask(asked, ACCOMPLICE, &[YEAR], "").await;
                pooled_by_base.add(f64::from(u8::from(before != after)), moves);
                pooled.add(evidence(&before, &after, victim, &own, &nine), moves);
            }
        }
        let mut report = Report::of(Attack::NineBesideOne);
        let trials = format!("{} trials", by_base.len());
        report.at_most(
            "nine changes beside one: accuracy, whether anything changed",
            0.6,
            by_base.accuracy(0.5),
            &trials,
        );
        report.at_most("nine changes beside one: AUC of what changed", 0.6, by_noise.area_under_curve(), &trials);
        let accuracy = pooled_by_base.accuracy(0.5);
        report.at_most(
            "the same, asked by another organisation: accuracy, whether anything changed",
            0.6,
            accuracy,
            "",
        );
        let told = pooled.area_under_curve();
        report.at_most("the same, asked by another organisation: AUC of what changed", 0.6, told, "");
        report.finish();
    });
}

/// What the difference of two answers says for the victim having gone from its band to the top one: each figure less what the
/// attacker's own nine changed, in units of what the victim would change.
fn evidence(before: &[Value], after: &[Value], victim: &Row, own: &[Row], nine: &[Row]) -> f64 {
    let mut sum = 0.0;
    for (position, (before, after)) in before.iter().zip(after).enumerate() {
        let of_band = position % 3;
        let sign = f64::from(u8::from(of_band == 2)) - f64::from(u8::from(of_band == band(victim)));
        let worth = |row: &Row, figure: &str| {
            let cohort = f64::from(100 + row.id % 50);
            match (figure, position / 3) {
                ("institutions", _) => 1.0,
                ("cohort", _) => cohort,
                (_, 0) => 0.75 * cohort,
                _ => 15.0_f64.min(0.25 * cohort),
            }
        };
        for (figure, unit) in [("institutions", 1.0), ("cohort", 150.0), ("students", [150.0, 15.0][position / 3])] {
            let value = |cell: &Value| match figure {
                "institutions" => cell[figure].as_f64(),
                _ => cell[figure]["value"].as_f64(),
            };
            let (Some(before), Some(after)) = (value(before), value(after)) else { continue };
            let moved: f64 = nine
                .iter()
                .map(|row| {
                    let was = band(own.iter().find(|one| one.id == row.id).unwrap());
                    let to = f64::from(u8::from(of_band == 2)) - f64::from(u8::from(of_band == was));
                    to * worth(row, figure)
                })
                .sum();
            // The size and the cohort of a band stand beside each category; they are one figure each.
            let weight = if figure == "students" { 1.0 } else { 0.5 };
            sum += weight * sign * (after - before - moved) / unit * worth(victim, figure) / unit;
        }
    }
    sum
}
