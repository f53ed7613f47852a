//! Which share of institutions achieves each benchmark in each period: the published national figures in the last term of a
//! year, and a steady way there in between.

use std::collections::BTreeMap;

use crate::domain::{Period, PublishedFigure};

/// Levels of England, by the year in which the academic year starts.
pub(super) struct Levels {
    england: BTreeMap<u16, Vec<f64>>,
}

const BENCHMARKS: usize = 8;

/// Levels of Hong Kong in the first and the last period. Invented: none are published.
const HONG_KONG: [(f64, f64); 10] = [
    (0.30, 0.72),
    (0.18, 0.52),
    (0.28, 0.66),
    (0.20, 0.55),
    (0.10, 0.38),
    (0.25, 0.60),
    (0.15, 0.48),
    (0.22, 0.58),
    (0.35, 0.74),
    (0.12, 0.42),
];

impl Levels {
    /// Reads the published figures: shares by benchmark where a year has them all; else the year before or between,
    /// moved so that the published average number achieved comes out.
    pub(super) fn read(figures: &[PublishedFigure]) -> Self {
        let mut shares: BTreeMap<u16, Vec<Option<f64>>> = BTreeMap::new();
        let mut averages: BTreeMap<u16, f64> = BTreeMap::new();
        for figure in figures.iter().filter(|figure| figure.area == "England") {
            let Some(year) = figure.year.get(..4).and_then(|year| year.parse::<u16>().ok()) else { continue };
            match (figure.measure.as_str(), figure.benchmark) {
                ("achieved_benchmark", Some(number)) if (1..=BENCHMARKS).contains(&usize::from(number)) => {
                    shares.entry(year).or_insert_with(|| vec![None; BENCHMARKS])[usize::from(number) - 1] =
                        Some(figure.value / 100.0);
                }
                ("average_benchmarks_achieved", None) => {
                    averages.entry(year).or_insert(figure.value);
                }
                _ => {}
            }
        }
        let mut england: BTreeMap<u16, Vec<f64>> = shares
            .into_iter()
            .filter_map(|(year, shares)| Some((year, shares.into_iter().collect::<Option<Vec<f64>>>()?)))
            .collect();
        let published = england.clone();
        for (&year, &average) in averages.iter().filter(|(year, _)| !published.contains_key(year)) {
            if let Some(between) = between(&published, f64::from(year)) {
                england.insert(year, moved_to(&between, average));
            }
        }
        Self { england }
    }

    /// The share of England's institutions that achieve each benchmark in a period.
    pub(super) fn england(&self, period: Period) -> Vec<f64> {
        // A year's figure is that of its third term: term 1 is a third of the way from the year before.
        let at = f64::from(period.start_year()) - (3.0 - f64::from(period.term())) / 3.0;
        between(&self.england, at).unwrap_or_else(|| vec![0.5; BENCHMARKS])
    }

    /// The same for Hong Kong.
    pub(super) fn hong_kong(period: Period) -> Vec<f64> {
        let way = ((f64::from(period.start_year()) - 2017.0 + f64::from(period.term()) / 3.0) / 8.0).clamp(0.0, 1.0);
        HONG_KONG.iter().map(|(first, last)| first + (last - first) * way).collect()
    }
}

/// The levels at a time between years, on the log-odds scale; before the first year a little lower each year.
fn between(years: &BTreeMap<u16, Vec<f64>>, at: f64) -> Option<Vec<f64>> {
    let before = years.iter().rev().find(|(year, _)| f64::from(**year) <= at);
    let after = years.iter().find(|(year, _)| f64::from(**year) >= at);
    let ((from, low), (to, high)) = match (before, after) {
        (Some(before), Some(after)) => (before, after),
        (Some(only), None) => (only, only),
        (None, Some((year, first))) => {
            let shift = 0.3 * (at - f64::from(*year));
            return Some(first.iter().map(|share| share_of(odds(*share) + shift)).collect());
        }
        (None, None) => return None,
    };
    let way = if from == to { 0.0 } else { (at - f64::from(*from)) / f64::from(to - from) };
    Some(low.iter().zip(high).map(|(low, high)| share_of(odds(*low) + (odds(*high) - odds(*low)) * way)).collect())
}

/// Moves every level by the same amount on the log-odds scale until they add up to an average number achieved.
fn moved_to(levels: &[f64], average: f64) -> Vec<f64> {
    let (mut low, mut high) = (-6.0, 6.0);
    let moved = |by: f64| -> Vec<f64> { levels.iter().map(|level| share_of(odds(*level) + by)).collect() };
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if moved(middle).iter().sum::<f64>() < average { low = middle } else { high = middle }
    }
    moved(low)
}

fn odds(share: f64) -> f64 {
    let share = share.clamp(0.001, 0.999);
    (share / (1.0 - share)).ln()
}

fn share_of(odds: f64) -> f64 {
    1.0 / (1.0 + (-odds).exp())
}
