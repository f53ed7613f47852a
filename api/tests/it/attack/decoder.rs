//! The strongest attacker there is here: a joint decoder of everything that was told, by expectation propagation.
//!
//! Unknown are the yes or no of every institution that the attacker does not know, and those parts of the noise that several
//! answers share. Every answer is a sum of them with noise of its own. A Gaussian stands in for the yes or no of each
//! institution and for each band, and is made to agree in mean and variance with what is known of them exactly: that it is 0 or
//! 1, how good institutions go together over benchmarks, and that a band is a band (Minka 2001). What comes out is a chance
//! for every fact, and it is calibrated as long as no institution stands alone.
//!
//! Mean scores are left out: their noise has a correlation of one half with that of the number that achieve, and those who do
//! not achieve have a little more than half of the score on average. Both together tell 1 % more than the number alone.

use std::collections::HashMap;

use super::{
    noise_model::Layer,
    outsider::Belief,
    population::BENCHMARKS,
    solver::{Factor, Symmetric},
    statistic::normal,
};

/// How often everything is gone through.
const SWEEPS: usize = 6;

/// How far each sweep goes towards what agrees.
const STEP: f64 = 0.7;

/// What was told of how many of a set achieved.
#[derive(Debug, Clone)]
pub(super) struct Observation {
    pub(super) members: Vec<u32>,
    pub(super) told: Told,
    pub(super) sigma: f64,
    pub(super) layers: [Layer; 3],
}

/// A value as it comes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Told {
    /// The noised total, rounded to a step.
    Near { value: f64, step: f64 },
    /// The noised total is below the edge of a band.
    Below(f64),
    /// The noised total is above the edge of a band.
    Above(f64),
}

/// What is believed of every institution: by benchmark, the chance before and after the answers.
#[derive(Debug, Clone)]
pub(super) struct Decoded {
    pub(super) before: Vec<Vec<f64>>,
    pub(super) after: Vec<Vec<f64>>,
}

/// A linear view of unknowns: institutions with weight 1, shared noise with its deviation, and noise of its own.
#[derive(Debug, Clone)]
struct Row {
    members: Vec<u32>,
    shared: Vec<(u32, f64)>,
    variance: f64,
    value: f64,
    /// How many answers it is the mean of.
    answers: f64,
    band: Option<Band>,
}

/// A band, and the Gaussian that stands in for it: precision, and precision × mean.
#[derive(Debug, Clone, Copy)]
struct Band {
    edge: f64,
    above: bool,
    precision: f64,
    weighted: f64,
}

/// The rows about one benchmark.
struct System {
    rows: Vec<Row>,
    /// Rows that share noise, directly or through others.
    clusters: Vec<Cluster>,
    /// The Gaussian that stands in for each unknown institution: precision, and precision × mean.
    sites: Vec<(f64, f64)>,
}

/// The positions of rows that share noise, and the covariance of their noise.
struct Cluster {
    rows: Vec<usize>,
    covariance: Vec<Vec<f64>>,
}

/// Decodes the answers, by benchmark. `known` are results that the attacker has anyway.
pub(super) fn decode(
    observations: &[Vec<Observation>],
    beliefs: &[Belief],
    known: &dyn Fn(u32, u8) -> Option<bool>,
) -> Decoded {
    let before: Vec<[f64; BENCHMARKS.len()]> = beliefs.iter().map(Belief::before).collect();
    let mut unknown: Vec<Vec<u32>> = Vec::new();
    let mut systems: Vec<System> = Vec::new();
    for (benchmark, observations) in BENCHMARKS.into_iter().zip(observations) {
        let ids = (0..).take(beliefs.len());
        let open: Vec<u32> = ids.filter(|id| known(*id, benchmark).is_none()).collect();
        let mut system = System::new(observations, &open, &|id| known(id, benchmark) == Some(true));
        for (site, id) in system.sites.iter_mut().zip(&open) {
            let chance = before[*id as usize][usize::from(benchmark) - 1];
            let variance = chance * (1.0 - chance);
            *site = (1.0 / variance, chance / variance);
        }
        unknown.push(open);
        systems.push(system);
    }
    let mut evidence = vec![[0.0; BENCHMARKS.len()]; beliefs.len()];
    for (id, evidence) in (0..).zip(&mut evidence) {
        for (benchmark, evidence) in BENCHMARKS.into_iter().zip(evidence) {
            *evidence = known(id, benchmark).map_or(0.0, |achieved| if achieved { 30.0 } else { -30.0 });
        }
    }
    for sweep in 0..=SWEEPS {
        let mut cavities = Vec::new();
        for (at, (system, unknown)) in systems.iter_mut().zip(&unknown).enumerate() {
            let of_system = if system.rows.is_empty() { Vec::new() } else { system.cavities() };
            for (id, (mean, variance)) in unknown.iter().zip(&of_system) {
                evidence[*id as usize][at] = (2.0 * mean - 1.0) / (2.0 * variance);
            }
            cavities.push(of_system);
        }
        if sweep == SWEEPS {
            break;
        }
        let after: Vec<_> = beliefs.iter().zip(&evidence).map(|(belief, evidence)| belief.given(*evidence)).collect();
        for (at, ((system, unknown), cavities)) in systems.iter_mut().zip(&unknown).zip(cavities).enumerate() {
            for ((site, id), (mean, variance)) in system.sites.iter_mut().zip(unknown).zip(cavities) {
                let chance = after[*id as usize][at];
                let spread = (chance * (1.0 - chance)).max(1e-5);
                let precision = 1.0 / spread - 1.0 / variance;
                if precision > 1e-3 {
                    let weighted = chance / spread - mean / variance;
                    site.0 += STEP * (precision - site.0);
                    site.1 += STEP * (weighted - site.1);
                }
            }
        }
    }
    let after: Vec<_> = beliefs.iter().zip(&evidence).map(|(belief, evidence)| belief.given(*evidence)).collect();
    let turned = |chances: &[[f64; BENCHMARKS.len()]]| -> Vec<Vec<f64>> {
        (0..BENCHMARKS.len()).map(|at| chances.iter().map(|chances| chances[at]).collect()).collect()
    };
    Decoded { before: turned(&before), after: turned(&after) }
}

impl System {
    fn new(observations: &[Observation], unknown: &[u32], achieved: &dyn Fn(u32) -> bool) -> Self {
        let positions: HashMap<u32, u32> = unknown.iter().copied().zip(0..).collect();
        let rows = rows(observations, |members: &[u32]| {
            let known = members.iter().filter(|id| !positions.contains_key(id) && achieved(**id)).count();
            (members.iter().filter_map(|id| positions.get(id).copied()).collect(), known as f64)
        });
        Self { clusters: clusters(&rows), rows, sites: vec![(4.0, 2.0); unknown.len()] }
    }

    /// What everything but its own site tells of each institution, as mean and variance; renews the bands' stand-ins too.
    fn cavities(&mut self) -> Vec<(f64, f64)> {
        let mut precision = Symmetric::diagonal(self.sites.len(), 0.0);
        let mut weighted = vec![0.0; self.sites.len()];
        for (at, (of, times_mean)) in self.sites.iter().enumerate() {
            precision.add(at, at, *of);
            weighted[at] = *times_mean;
        }
        let views: Vec<View> = self.clusters.iter().map(|cluster| cluster.view(&self.rows)).collect();
        for view in &views {
            for (one, (row, left)) in view.rows.iter().zip(&view.inverse).enumerate() {
                let row = &self.rows[*row];
                let times: f64 = left.iter().zip(&view.values).map(|(left, value)| left * value).sum();
                row.members.iter().for_each(|&member| weighted[member as usize] += times);
                for (other, weight) in view.rows[..one].iter().zip(left) {
                    precision.add_product(&row.members, &self.rows[*other].members, *weight);
                }
                precision.add_block(&row.members, left[one]);
            }
        }
        let factor = precision.factor();
        let means = factor.solve(weighted);
        let variances = factor.variances();
        let sites = self.sites.iter().zip(means.iter().zip(variances));
        let cavities = sites.map(|((of, times_mean), (mean, variance))| {
            let left = (1.0 / variance - of).max(1e-9);
            ((mean / variance - times_mean) / left, 1.0 / left)
        });
        let cavities = cavities.collect();
        for (cluster, view) in self.clusters.iter().zip(&views) {
            for (position, at) in cluster.rows.iter().enumerate() {
                if self.rows[*at].band.is_some() {
                    let (mean, variance) = view.noised_total(&self.rows, cluster, position, &factor, &means);
                    self.rows[*at].band.as_mut().unwrap().renew(mean, variance);
                }
            }
        }
        cavities
    }
}

/// What the rows of a cluster say now: those that say anything, their values, and the inverse of their covariance.
struct View {
    /// Their positions among all rows, and in the cluster.
    rows: Vec<usize>,
    places: Vec<usize>,
    values: Vec<f64>,
    inverse: Vec<Vec<f64>>,
}

impl Cluster {
    fn view(&self, rows: &[Row]) -> View {
        let told = |row: &Row| match row.band {
            None => Some((row.value, 0.0)),
            Some(band) if band.precision > 1e-9 => Some((band.weighted / band.precision, 1.0 / band.precision)),
            Some(_) => None,
        };
        let (mut view, mut more) =
            (View { rows: Vec::new(), places: Vec::new(), values: Vec::new(), inverse: Vec::new() }, Vec::new());
        for (place, at) in self.rows.iter().enumerate() {
            if let Some((value, variance)) = told(&rows[*at]) {
                view.rows.push(*at);
                view.places.push(place);
                view.values.push(value);
                more.push(variance);
            }
        }
        let mut covariance = Symmetric::diagonal(view.rows.len(), 0.0);
        for (one, (place, more)) in view.places.iter().zip(more).enumerate() {
            for (other, with) in view.places[..=one].iter().enumerate() {
                covariance.add(one, other, self.covariance[*place][*with]);
            }
            covariance.add(one, one, more);
        }
        let factor = covariance.factor();
        let unit = |at: usize| (0..view.rows.len()).map(|other| if other == at { 1.0 } else { 0.0 }).collect();
        view.inverse = (0..view.rows.len()).map(|at| factor.solve(unit(at))).collect();
        view
    }
}

impl View {
    /// Mean and variance of the noised total behind a row of the cluster, everything told.
    fn noised_total(
        &self,
        rows: &[Row],
        cluster: &Cluster,
        position: usize,
        factor: &Factor,
        means: &[f64],
    ) -> (f64, f64) {
        let noise = &cluster.covariance[position];
        let shared: Vec<f64> = self.places.iter().map(|place| noise[*place]).collect();
        let gain: Vec<f64> =
            self.inverse.iter().map(|row| row.iter().zip(&shared).map(|(one, other)| one * other).sum()).collect();
        let sum = |row: &Row| row.members.iter().map(|&member| means[member as usize]).sum::<f64>();
        let mut weights = vec![0.0; means.len()];
        let row = &rows[cluster.rows[position]];
        row.members.iter().for_each(|&member| weights[member as usize] += 1.0);
        let (mut mean, mut variance) = (sum(row), noise[position]);
        for (((at, value), gain), shared) in self.rows.iter().zip(&self.values).zip(gain).zip(shared) {
            rows[*at].members.iter().for_each(|&member| weights[member as usize] -= gain);
            mean += gain * (value - sum(&rows[*at]));
            variance -= gain * shared;
        }
        (mean, variance + factor.variance_of(weights))
    }
}

impl Band {
    /// Makes the stand-in agree with the band, everything else being as told.
    fn renew(&mut self, mean: f64, variance: f64) {
        let left = 1.0 / variance - self.precision;
        if left < 1e-6 {
            return;
        }
        let (mean, variance) = ((mean / variance - self.weighted) / left, 1.0 / left);
        let deviation = variance.sqrt();
        let sign = if self.above { -1.0 } else { 1.0 };
        let edge = sign * (self.edge - mean) / deviation;
        let ratio = if edge < -4.5 { -edge } else { density(edge) / normal(edge) };
        let cut_mean = mean - sign * deviation * ratio;
        let cut = variance * (1.0 - ratio * (ratio + edge)).clamp(0.02, 0.9999);
        self.precision += STEP * (1.0 / cut - 1.0 / variance - self.precision);
        self.weighted += STEP * (cut_mean / cut - mean / variance - self.weighted);
    }
}

/// The rows in clusters of those that share noise.
fn clusters(rows: &[Row]) -> Vec<Cluster> {
    let mut leader: Vec<usize> = (0..rows.len()).collect();
    let mut first: HashMap<u32, usize> = HashMap::new();
    let find = |leader: &[usize], mut at: usize| {
        while leader[at] != at {
            at = leader[at];
        }
        at
    };
    for (at, row) in rows.iter().enumerate() {
        for (part, _) in &row.shared {
            let (one, other) = (find(&leader, at), find(&leader, *first.entry(*part).or_insert(at)));
            leader[one.max(other)] = one.min(other);
        }
    }
    let mut together: Vec<Vec<usize>> = vec![Vec::new(); rows.len()];
    (0..rows.len()).for_each(|at| together[find(&leader, at)].push(at));
    together.retain(|together| !together.is_empty());
    let covariance = |one: &Row, other: &Row| -> f64 {
        let shared = |(part, deviation): &(u32, f64)| {
            other.shared.iter().find(|(with, _)| with == part).map_or(0.0, |(_, with)| deviation * with)
        };
        one.shared.iter().map(shared).sum()
    };
    together
        .into_iter()
        .map(|together| {
            let row = |one: &usize| {
                let with = |other: &usize| {
                    covariance(&rows[*one], &rows[*other]) + if one == other { rows[*one].variance } else { 0.0 }
                };
                together.iter().map(with).collect()
            };
            Cluster { covariance: together.iter().map(row).collect(), rows: together }
        })
        .collect()
}

fn density(x: f64) -> f64 {
    (-x * x / 2.0).exp() / std::f64::consts::TAU.sqrt()
}

/// Who is unknown in a row, and which noise it shares with others.
type RowName = (Vec<u32>, Vec<(u32, u64)>);

/// The rows of some answers. `split` tells who of a set is unknown, and
/// how many of the others achieved.
fn rows(observations: &[Observation], split: impl Fn(&[u32]) -> (Vec<u32>, f64)) -> Vec<Row> {
    let mut of_key: HashMap<u64, (Vec<usize>, f64)> = HashMap::new();
    for (at, observation) in observations.iter().enumerate() {
        for layer in observation.layers {
            let (answers, share) = of_key.entry(layer.key).or_default();
            answers.push(at);
            *share = layer.share;
        }
    }
    // Parts that the same answers share count as one.
    let mut parts: HashMap<Vec<usize>, f64> = HashMap::new();
    for (answers, share) in of_key.into_values() {
        *parts.entry(answers).or_default() += share;
    }
    let mut parts: Vec<_> = parts.into_iter().collect();
    parts.sort_by(|one, other| one.0.cmp(&other.0));
    let mut shared: Vec<Vec<(u32, f64)>> = vec![Vec::new(); observations.len()];
    let mut own = vec![0.0; observations.len()];
    for (number, (answers, share)) in (0..).zip(parts) {
        for &at in &answers {
            let variance = share * observations[at].sigma.powi(2);
            if answers.len() == 1 { own[at] += variance } else { shared[at].push((number, variance.sqrt())) }
        }
    }
    let mut rows: Vec<Row> = Vec::new();
    let mut same: HashMap<RowName, usize> = HashMap::new();
    for ((observation, shared), own) in observations.iter().zip(shared).zip(own) {
        let (members, known) = split(&observation.members);
        let (value, rounding, band) = match observation.told {
            Told::Near { value, step } => (value - known, step * step / 12.0, None),
            Told::Below(edge) => (0.0, 0.0, Some((edge - known, false))),
            Told::Above(edge) => (0.0, 0.0, Some((edge - known, true))),
        };
        let band = band.map(|(edge, above)| Band { edge, above, precision: 0.0, weighted: 0.0 });
        // What is alike in all but its own noise is averaged.
        let name = (members.clone(), shared.iter().map(|(part, deviation)| (*part, deviation.to_bits())).collect());
        if band.is_none()
            && let Some(&at) = same.get(&name)
        {
            let row = &mut rows[at];
            row.value += (value - row.value) / (row.answers + 1.0);
            row.variance *= (row.answers / (row.answers + 1.0)).powi(2);
            row.variance += (own + rounding) / (row.answers + 1.0).powi(2);
            row.answers += 1.0;
            continue;
        }
        if band.is_none() {
            same.insert(name, rows.len());
        }
        rows.push(Row { members, shared, variance: (own + rounding).max(0.01), value, answers: 1.0, band });
    }
    rows
}

/// How an attacker who knows *all* other results guesses one institution's: the log likelihood ratio of yes to no.
pub(super) fn last_one(observations: &[Observation], id: u32, achieved: &dyn Fn(u32) -> bool) -> Option<f64> {
    let with: Vec<Observation> =
        observations.iter().filter(|observation| observation.members.contains(&id)).cloned().collect();
    let rows = rows(&with, |members: &[u32]| {
        (vec![0], members.iter().filter(|other| **other != id && achieved(**other)).count() as f64)
    });
    if rows.is_empty() {
        return None;
    }
    let mut system = System { clusters: clusters(&rows), rows, sites: vec![(4.0, 2.0)] };
    let rounds = if system.rows.iter().any(|row| row.band.is_some()) { 4 } else { 1 };
    let (mean, variance) = (0..rounds).map(|_| system.cavities()[0]).last()?;
    Some((2.0 * mean - 1.0) / (2.0 * variance))
}

#[test]
fn a_few_answers_are_decoded_as_by_going_through_all_cases() {
    let layer = |key| Layer { key, share: 1.0 / 3.0 };
    let observation = |members: &[u32], value, keys: [u64; 3]| Observation {
        members: members.to_vec(),
        told: Told::Near { value, step: 0.0 },
        sigma: 1.0,
        layers: keys.map(layer),
    };
    // Two terms of one cell, and one cell that is a part of it.
    let told = [
        observation(&[0, 1, 2], 2.6, [1, 2, 3]),
        observation(&[0, 1, 2], 2.2, [1, 2, 4]),
        observation(&[0, 1], 0.4, [5, 6, 7]),
    ];
    let covariance = [[1.0, 2.0 / 3.0, 0.0], [2.0 / 3.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    let mut precision = Symmetric::diagonal(3, 0.0);
    covariance.iter().enumerate().for_each(|(row, values)| (0..=row).for_each(|at| precision.add(row, at, values[at])));
    let factor = precision.factor();
    let (mut all, mut yes) = (0.0, [0.0; 3]);
    for case in 0..8_u32 {
        let of = |id: u32| f64::from(case >> id & 1);
        let left = vec![2.6 - of(0) - of(1) - of(2), 2.2 - of(0) - of(1) - of(2), 0.4 - of(0) - of(1)];
        let distance: f64 = factor.solve(left.clone()).iter().zip(&left).map(|(a, b)| a * b).sum();
        let likelihood = (-distance / 2.0).exp();
        all += likelihood;
        (0..3).for_each(|id| yes[id as usize] += likelihood * of(id));
    }
    let belief = Belief::even();
    let mut observations = vec![Vec::new(); BENCHMARKS.len()];
    observations[0] = told.to_vec();
    let decoded = decode(&observations, &[belief.clone(), belief.clone(), belief], &|_, _| None);
    for (id, yes) in yes.iter().enumerate() {
        assert!((decoded.after[0][id] - yes / all).abs() < 0.03, "{id}: {} {}", decoded.after[0][id], yes / all);
    }
}
