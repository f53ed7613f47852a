//! Made-up destinations: cohorts of England's institutions whose students go where the published national figures say, a few
//! more of them without a sustained destination where fewer benchmarks are achieved.

use std::collections::HashMap;

use crate::domain::{
    CohortYear, Destination, DestinationRecord, Dimension, Location, Locations, Pseudonym, PublishedFigure, Record,
    Stage,
};

use super::random::Random;

/// The cohort years, by the year in which they start: the last three with published figures.
const YEARS: [u16; 3] = [2020, 2021, 2022];

/// Shares of 16-18 leavers by destination, in the order of [`Destination::ALL`]. Invented, near the national level.
const AFTER_16_TO_18: [f64; 5] = [0.47, 0.07, 0.26, 0.14, 0.06];

/// Shares after key stage 4 where a year has no published figures.
const AFTER_KEY_STAGE_4: [f64; 5] = [0.86, 0.035, 0.03, 0.05, 0.025];

/// How much smaller, in log-odds, the share without a sustained destination is for each benchmark achieved.
const EFFECT_OF_A_BENCHMARK: f64 = 0.08;

/// How many benchmarks an institution achieves about: there the effect is none.
const BENCHMARKS_ACHIEVED: f64 = 5.0;

/// How likely a secondary school has a sixth form.
const SIXTH_FORM: f64 = 0.45;

/// One institution as its results tell.
struct Known<'a> {
    institution: Pseudonym,
    /// Its results, in the order of the handovers: which handover, and the result.
    results: Vec<(usize, &'a Record)>,
}

/// Draws the destinations of every English institution with a result, by the position of who hands them in: whoever hands
/// in the result that tells where it stands.
pub(super) fn draw(
    handed_in: &[Vec<Record>],
    figures: &[PublishedFigure],
    random: &mut Random,
) -> Vec<Vec<DestinationRecord>> {
    let mut drawn = vec![Vec::new(); handed_in.len()];
    let levels = YEARS.map(|year| after_key_stage_4(figures, year));
    for known in known(handed_in) {
        let Some((_, newest)) = known.results.iter().max_by_key(|(_, record)| record.period) else { continue };
        let achieved = newest.scores.iter().filter(|score| **score == Some(100)).count() as f64;
        let locations = known.locations();
        for (stage, size) in cohorts(newest, random) {
            // Lasts over the years: an institution is what it is.
            let own = -EFFECT_OF_A_BENCHMARK * (achieved - BENCHMARKS_ACHIEVED) + 0.25 * random.normal();
            for (&year, level) in YEARS.iter().zip(&levels) {
                let Some(year) = CohortYear::new(year) else { continue };
                let Some(location) = locations.at(known.institution, year) else { continue };
                let level = if stage == Stage::KeyStage4 { level } else { &AFTER_16_TO_18 };
                let counts = counts(size * (1.0 + 0.05 * random.normal()), level, own, random);
                for (destination, students) in Destination::ALL.into_iter().zip(counts).filter(|&(_, count)| count > 0)
                {
                    drawn[known.provider(location)].push(DestinationRecord {
                        institution: known.institution,
                        cohort_year: year,
                        stage,
                        destination,
                        students,
                        location: location.clone(),
                    });
                }
            }
        }
    }
    drawn
}

/// Every English institution, in the order in which it is first met, so that a seed gives one population under any secret.
fn known(handed_in: &[Vec<Record>]) -> Vec<Known<'_>> {
    let mut position: HashMap<Pseudonym, usize> = HashMap::new();
    let mut all: Vec<Known<'_>> = Vec::new();
    for (handover, records) in handed_in.iter().enumerate() {
        for record in records.iter().filter(|record| record.framework.starts_with("GATSBY")) {
            let at = *position.entry(record.institution).or_insert_with(|| {
                all.push(Known { institution: record.institution, results: Vec::new() });
                all.len() - 1
            });
            all[at].results.push((handover, record));
        }
    }
    all
}

impl Known<'_> {
    fn locations(&self) -> Locations {
        let mut locations = Locations::default();
        for (_, record) in &self.results {
            locations.add(self.institution, record.period, location(record));
        }
        locations
    }

    /// Who hands in results of the institution in a location.
    fn provider(&self, stood: &Location) -> usize {
        self.results.iter().find(|(_, record)| location(record) == *stood).map_or(0, |(handover, _)| *handover)
    }
}

fn location(record: &Record) -> Location {
    Location { local_authority: record.local_authority.clone(), hub: record.hub.clone() }
}

/// The stages that an institution has cohorts of, and about how many students each.
fn cohorts(record: &Record, random: &mut Random) -> Vec<(Stage, f64)> {
    let code = |dimension| record.attributes.code(dimension).unwrap_or_default();
    let size = match code(Dimension::Size) {
        "small" => 0.6,
        "large" => 1.4,
        _ => 1.0,
    };
    let spread = size * (1.0 + 0.15 * random.normal()).clamp(0.5, 1.6);
    let sixth_form = random.chance(SIXTH_FORM);
    let (at_16, at_18) = match code(Dimension::Phase) {
        "secondary" | "all-through" => (160.0, if sixth_form { 80.0 } else { 0.0 }),
        "special" => (14.0, if sixth_form { 8.0 } else { 0.0 }),
        "alternative-provision" => (24.0, 0.0),
        "16-plus" => (0.0, 700.0),
        _ => (0.0, 0.0),
    };
    [(Stage::KeyStage4, at_16), (Stage::SixteenToEighteen, at_18)]
        .into_iter()
        .filter(|(_, students)| *students > 0.0)
        .map(|(stage, students)| (stage, students * spread))
        .collect()
}

/// How many students of a cohort go where. `own` moves the share without a sustained destination on the log-odds scale;
/// education takes up what the others leave.
fn counts(size: f64, level: &[f64; 5], own: f64, random: &mut Random) -> [u32; 5] {
    let mut left = size.round().max(3.0);
    let mut counts = [0; 5];
    for position in 1..level.len() {
        let moved = if Destination::ALL[position] == Destination::NotSustained { own } else { 0.2 * random.normal() };
        let odds = level[position] / (1.0 - level[position]) * moved.exp();
        let share = odds / (1.0 + odds);
        let drawn = size * share + (size * share * (1.0 - share)).sqrt() * random.normal();
        let drawn = drawn.round().clamp(0.0, left);
        left -= drawn;
        counts[position] = whole(drawn);
    }
    counts[0] = whole(left);
    counts
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small count, not below 0")]
fn whole(students: f64) -> u32 {
    students as u32
}

/// The published shares after key stage 4 of a year, in the order of [`Destination::ALL`].
fn after_key_stage_4(figures: &[PublishedFigure], year: u16) -> [f64; 5] {
    let published = |measure: &str| {
        let of_year = |figure: &&PublishedFigure| {
            figure.area == "England" && figure.measure == measure && figure.year.starts_with(&year.to_string())
        };
        figures.iter().find(of_year).map(|figure| figure.value / 100.0)
    };
    let measures = [
        "ks4_sustained_education",
        "ks4_sustained_apprenticeship",
        "ks4_sustained_employment",
        "ks4_not_sustained",
        "ks4_activity_not_captured",
    ];
    let mut level = AFTER_KEY_STAGE_4;
    for (share, measure) in level.iter_mut().zip(measures) {
        *share = published(measure).unwrap_or(*share);
    }
    level
}
