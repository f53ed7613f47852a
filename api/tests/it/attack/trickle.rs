//! One term that is handed in over ten releases, a tenth of the institutions each: the same tables asked of each release.
//!
//! A cell has as many figures as its period has editions, each of more institutions and with noise of its own but for the
//! layer that hangs on the cell's name. The attacker knows who handed in when, so it knows which edition a figure is of, and
//! decodes all of them together.

use std::collections::{BTreeMap, HashMap, HashSet};

use api::domain::Period;
use disclosure::Tier;

use crate::support::{Engine, LEP, Service, attacks_run_long, block_on, revising};

use super::{
    ask::{Answer, Asker, Figure, OverallFigure, Tabulation},
    choose::kinds,
    evidence::{Evidence, Observation, correlation, gather, priors},
    population::{BENCHMARKS, Population, terms_until},
    posterior::{advantage, posterior},
    report::{Attack, Report},
    statistic::{Samples, mean},
};

/// How many releases there are.
const RELEASES: usize = 10;
/// The share of the noise's variance that figures of one cell have in common, whatever they are as of: the layer of its name.
const OF_NAME: f64 = 0.25;

/// A term in parts.
struct Trickle {
    service: Service,
    population: Population,
    /// In how many parts it came, one before each release.
    parts: usize,
    /// The releases that published it, ascending, from 1.
    editions: Vec<usize>,
}

/// What a figure is about: kind of area, cell, benchmark (none for rows over all of them), and the edition it is as of.
type Told = (usize, usize, Option<u8>, usize);

/// The editions that a cell was told as of, each with who was in it.
type Chain = Vec<(usize, Vec<u32>)>;

/// One figure of a table.
#[derive(Debug, Clone, Copy)]
enum Either {
    Cell(Figure),
    Row(OverallFigure),
}

impl Either {
    /// What it says, in short.
    fn told(&self) -> [Option<f64>; 2] {
        match self {
            Self::Cell(figure) => [figure.share.value, figure.mean.value],
            Self::Row(row) => [row.mean_achieved.value, row.mean_achieved.standard_error],
        }
    }
}

impl Trickle {
    /// Hands a part in before each release. Where that is more often than a period is published, the database is told so:
    /// it was like this before there were editions.
    async fn of(parts: usize, editions: Vec<usize>) -> Self {
        let population = Population::drawn(&["E12000001", "E12000003"], Period::new(2021, 3).unwrap(), 1);
        let service = Service::empty(Engine::Sqlite).await;
        let term = population.periods[0].to_string();
        let others = terms_until(population.periods[0], RELEASES + 1);
        for release in 1..=RELEASES {
            let mut part = population.after(release, parts);
            let before = population.after(release - 1, parts);
            for (one, before) in part.institutions.iter_mut().zip(&before.institutions) {
                if before.scores.iter().any(Option::is_some) {
                    one.scores = [None; 8];
                }
            }
            // Something else is published each time, so that there is a release whether the term has an edition or not.
            let mut other = population.clone();
            other.institutions.truncate(12);
            other.periods = vec![others[release - 1]];
            for population in [&part, &other] {
                if population.institutions.iter().all(|one| one.scores.iter().all(Option::is_none)) {
                    continue;
                }
                let report =
                    service.hand_in_file(LEP, &population.file(|one| one.scores.iter().any(Option::is_some))).await;
                assert!(report.problems.is_empty(), "{:?}", report.problems.first());
            }
            let edition = editions.iter().position(|edition| *edition == release);
            match edition {
                Some(edition @ 1..3) => {
                    let published = service.operator().publish(revising(&[&term])).await.unwrap();
                    assert_eq!(published.editions.of_period(term.parse().unwrap()).len(), edition + 1);
                }
                _ => {
                    service.operator().publish(None).await.unwrap();
                }
            }
            if let Some(edition @ 3..) = edition {
                let row = format!(
                    "INSERT INTO release_edition (subject, period, edition, release, migrated) \
                     VALUES ('results', '{term}', {}, {release}, TRUE)",
                    edition + 1
                );
                service.database.execute(&row).await;
            }
        }
        service.add_partner("TRICKLE", "E92000001", Tier::Regional).await;
        Self { service, population, parts, editions }
    }

    /// The advantage of one organisation that asks for the standard tables of every release, under one secret, and how well its
    /// evidence tells those that achieved from the others.
    async fn advantage(&self, key: u8) -> (f64, f64) {
        let service = self.service.under([60 + key; 32]).await;
        let asker = Asker { service: &service, organisation: "TRICKLE", tier: Tier::Regional };
        let (population, parts) = (&self.population, self.parts);
        let editions: Vec<Population> = self.editions.iter().map(|&release| population.after(release, parts)).collect();
        let kinds = kinds(asker.tier);
        let mut tables: Vec<Answer> = Vec::new();
        let mut told: BTreeMap<Told, Either> = BTreeMap::new();
        for (kind, tabulation) in kinds.iter().map(|&kind| Tabulation::standard(kind)).enumerate() {
            let areas = population.areas(kinds[kind]);
            let sizes = |benchmark| -> Vec<Vec<usize>> {
                let split = |population: &Population| population.split(&tabulation, &areas, 0, benchmark);
                editions.iter().map(|population| split(population).iter().map(Vec::len).collect()).collect()
            };
            let sizes: HashMap<Option<u8>, Vec<Vec<usize>>> =
                BENCHMARKS.iter().map(|&benchmark| Some(benchmark)).chain([None]).map(|of| (of, sizes(of))).collect();
            for release in 1..=RELEASES {
                let published = self.editions.iter().filter(|&&edition| edition <= release).count();
                let more = format!(", release: {release}");
                let answer =
                    asker.ask_more(&tabulation, &areas, &population.periods, &BENCHMARKS, &more).await.unwrap();
                let cells =
                    answer.figures.iter().map(|figure| (figure.cell, Some(figure.benchmark), Either::Cell(*figure)));
                let rows = answer.overall.iter().map(|row| (row.cell, None, Either::Row(*row)));
                for (cell, benchmark, figure) in cells.chain(rows) {
                    let sizes: Vec<usize> = sizes[&benchmark][..published].iter().map(|sizes| sizes[cell]).collect();
                    let edition = base(&sizes, asker.tier.rules().fewest_institutions() as usize);
                    let before = told.insert((kind, cell, benchmark, edition), figure);
                    assert!(before.is_none_or(|before| before.told() == figure.told()), "one edition, one figure");
                }
                if release == RELEASES {
                    tables.push(answer);
                }
            }
        }
        let evidence = decoded(&editions, &tables, &told, asker.tier);
        let priors = priors(population);
        let means = posterior(population.institutions.len(), &evidence, &priors);
        let mut samples = Samples::default();
        for ((benchmark, prior), means) in BENCHMARKS.iter().zip(&priors).zip(&means) {
            for (one, mean) in population.institutions.iter().zip(means) {
                if let Some(achieved) = one.achieved(*benchmark) {
                    samples.add(mean - prior.share, achieved);
                }
            }
        }
        (advantage(population, &means, &BENCHMARKS).value(), samples.area_under_curve())
    }
}

impl Population {
    /// What was handed in until a release: one part of the institutions before each.
    fn after(&self, release: usize, parts: usize) -> Self {
        let mut population = self.clone();
        for (id, institution) in population.institutions.iter_mut().enumerate() {
            if id % parts >= release {
                institution.scores = [None; 8];
            }
        }
        population
    }
}

/// The edition that a cell is as of, by how many institutions it held in each: as the service decides it.
fn base(sizes: &[usize], fewest: usize) -> usize {
    let (mut base, mut is_shown) = (0, sizes[0] >= fewest);
    for edition in 1..sizes.len() {
        let has_changed = if is_shown { sizes[edition] - sizes[base] >= fewest } else { sizes[edition] > sizes[base] };
        if has_changed {
            (base, is_shown) = (edition, sizes[edition] >= fewest);
        }
    }
    base
}

/// Every figure of every edition as one system of independent observations.
fn decoded(editions: &[Population], tables: &[Answer], told: &BTreeMap<Told, Either>, tier: Tier) -> Evidence {
    let whole = &editions[editions.len() - 1];
    let sigma = tier.rules().sigma_of(true);
    let (priors, shared) = (priors(whole), correlation(whole, tables, sigma));
    let mut observed: HashMap<(usize, Option<u8>, Vec<u32>), Observation> = HashMap::new();
    let mut chains: BTreeMap<(usize, usize, Option<u8>), Chain> = BTreeMap::new();
    for (edition, population) in editions.iter().enumerate() {
        let mut answers = tables.to_vec();
        for (kind, answer) in answers.iter_mut().enumerate() {
            let of_edition = told.iter().filter(|(about, _)| about.0 == kind && about.3 == edition);
            (answer.figures, answer.overall) = (Vec::new(), Vec::new());
            let mut sets: HashMap<Option<u8>, Vec<Vec<u32>>> = HashMap::new();
            for (&(_, cell, benchmark, _), figure) in of_edition {
                match figure {
                    Either::Cell(figure) => answer.figures.push(*figure),
                    Either::Row(row) => answer.overall.push(*row),
                }
                let split = || population.split(&answer.tabulation, &answer.areas, 0, benchmark);
                let members = sets.entry(benchmark).or_insert_with(split)[cell].clone();
                chains.entry((kind, cell, benchmark)).or_default().push((edition, members));
            }
        }
        let evidence = gather(population, &answers, &priors, sigma, shared);
        let of_benchmarks = BENCHMARKS.iter().map(|benchmark| Some(*benchmark)).zip(evidence.benchmarks);
        for (benchmark, observations) in of_benchmarks.chain([(None, evidence.overall)]) {
            for observation in observations {
                observed.insert((edition, benchmark, observation.members.clone()), observation);
            }
        }
    }
    let mut evidence = Evidence { benchmarks: vec![Vec::new(); BENCHMARKS.len()], overall: Vec::new() };
    let mut seen = HashSet::new();
    for ((_, _, benchmark), chain) in chains {
        // The same institutions under another name are one observation already.
        if !seen.insert((benchmark, chain.clone())) {
            continue;
        }
        let observations: Vec<Observation> = chain
            .into_iter()
            .filter_map(|(edition, members)| observed.get(&(edition, benchmark, members)).cloned())
            .collect();
        let into = match benchmark {
            Some(benchmark) => &mut evidence.benchmarks[usize::from(benchmark) - 1],
            None => &mut evidence.overall,
        };
        into.extend(whitened(&observations));
    }
    evidence
}

/// Observations of growing sets whose errors share a part, as independent ones that say the same: each set with less weight,
/// and each difference of two.
///
/// With the errors' covariance s²·1 + τ²·J, whose inverse is (1 − c·J)/s² for c = τ²/(s² + mτ²), the precision of m sets
/// a₁ ⊂ … ⊂ aₘ is ((1 − cm)·Σ aᵢaᵢᵀ + c·Σ (aⱼ − aᵢ)(aⱼ − aᵢ)ᵀ)/s², and the right-hand side likewise.
fn whitened(observations: &[Observation]) -> Vec<Observation> {
    let count = observations.len() as f64;
    let variance = mean(&observations.iter().map(|one| one.variance).collect::<Vec<_>>());
    let (lasting, own) = (OF_NAME * variance, (1.0 - OF_NAME) * variance);
    let shared = lasting / (own + count * lasting);
    let mut whitened = Vec::new();
    for (position, one) in observations.iter().enumerate() {
        whitened.push(Observation { variance: own / (1.0 - shared * count), ..one.clone() });
        for earlier in &observations[..position] {
            let members: Vec<u32> =
                one.members.iter().copied().filter(|id| earlier.members.binary_search(id).is_err()).collect();
            let value = one.value - earlier.value;
            whitened.push(Observation { members, value, variance: own / shared });
        }
    }
    whitened
}

#[test]
fn a_term_that_trickles_in_over_ten_releases_tells_little_more_than_at_once() {
    block_on(async {
        let mut report = Report::of(Attack::Trickle);
        let keys = if attacks_run_long() { 8 } else { 2 };
        let calendars: &[[usize; 3]] =
            if attacks_run_long() { &[[1, 2, 10], [1, 3, 10], [1, 5, 10], [1, 9, 10]] } else { &[[1, 5, 10]] };
        let over = async |trickle: &Trickle| {
            let (mut advantages, mut areas) = (Vec::new(), Vec::new());
            for key in 0..keys {
                let (advantage, area) = trickle.advantage(key).await;
                advantages.push(advantage);
                areas.push(area);
            }
            (mean(&advantages), format!("AUC of the evidence {:.3}", mean(&areas)))
        };
        for calendar in calendars {
            let trickle = Trickle::of(RELEASES, calendar.to_vec()).await;
            let figure = format!("one term over ten releases, published in releases {calendar:?}: advantage");
            let (advantage, detail) = over(&trickle).await;
            report.at_most(&figure, 0.08, advantage, &detail);
        }
        if attacks_run_long() {
            let (at_once, detail) = over(&Trickle::of(1, vec![1]).await).await;
            report.also("the same handed in and published at once", &format!("{at_once:.3} ({detail})"));
            let (each, detail) = over(&Trickle::of(RELEASES, (1..=RELEASES).collect()).await).await;
            report.also(
                "the same published in each release, as before there were editions",
                &format!("{each:.3} ({detail})"),
            );
        }
        report.finish();
    });
}

#[test]
fn observations_that_share_noise_weigh_as_their_covariance_says() {
    let observation = |members: &[u32], value| Observation { members: members.to_vec(), value, variance: 4.0 };
    let found = whitened(&[observation(&[1], 1.0), observation(&[1, 2], 3.0)]);
    let told: Vec<(&[u32], f64)> = found.iter().map(|one| (&one.members[..], one.value)).collect();
    assert_eq!(told, [(&[1][..], 1.0), (&[1, 2][..], 3.0), (&[2][..], 2.0)]);
    // The inverse of [[4, 1], [1, 4]] is [[4, -1], [-1, 4]] / 15: the sets weigh 3/15 each, their difference 1/15.
    for (one, weight) in found.iter().zip([3.0, 3.0, 1.0]) {
        assert!((1.0 / one.variance - weight / 15.0).abs() < 1e-12, "{}", one.variance);
    }
}
