//! Twin datasets that differ in one institution's scores, asked under many secrets.
//!
//! The attacker knows every other result. In one twin the institution achieved the odd benchmarks, in the other the even
//! ones, so that each benchmark of each twin under each secret is one trial.

use std::collections::HashMap;

use api::domain::{AreaIndex, AreaKind, Attributes, Dimension};
use disclosure::Tier;
use tokio::sync::OnceCell;

use crate::support::{Engine, HUB, LEP, Service, attacks_run_long, block_on};

use super::{
    ask::{Asker, Cell, Tabulation},
    population::{BENCHMARKS, Institution, Population, area, terms_until},
    random::Random,
    report::{Attack, Report},
    statistic::{Samples, normal},
};

/// The score of the institution where it did not achieve.
const LOWER: u8 = 60;

/// What the attacker computed under all secrets, and whether the institution achieved.
#[derive(Debug, Default)]
pub(super) struct Trials {
    /// One answer of a standard table less the known others.
    pub(super) standard: Samples,
    /// One other answer less the known others.
    pub(super) other: Samples,
    /// The difference of two answers whose sets differ by the institution.
    pub(super) pairs: Samples,
    /// The mean of all standard answers less the known others.
    pub(super) all_standard: Samples,
    /// The mean of everything that was answered, less the known others.
    pub(super) everything: Samples,
    /// The answer for its hub less what its fellow members tell.
    pub(super) hub: Samples,
    /// The answer for the LEP less the exact answer of the hub that handed in all others.
    pub(super) own: Samples,
}

/// The trials, made once.
pub(super) async fn trials() -> &'static Trials {
    static TRIALS: OnceCell<Trials> = OnceCell::const_new();
    TRIALS.get_or_init(run).await
}

/// The institution that is attacked stands first.
const TARGET: u32 = 0;

/// 59 institutions of the North East. The one attacked is the only special and the only rural one; all others of its LEP
/// belong to one hub, and it to the hub of its neighbours.
fn population(twin: usize) -> Population {
    let mut random = Random::new(5);
    let attributes = |phase, kind, quintile, size, setting| {
        let codes = [phase, kind, quintile, size, setting];
        Dimension::ALL
            .into_iter()
            .zip(codes)
            .fold(Attributes::default(), |attributes, (dimension, code)| attributes.with(dimension, code).unwrap())
    };
    let hub_of = |code: &str| vec![(area(code), 0..1)];
    let score = |benchmark: usize| Some(if benchmark % 2 == twin { 100 } else { LOWER });
    let mut institutions = vec![Institution {
        local_authority: area("E06000057"),
        hubs: hub_of("HUB-2018-16"),
        attributes: attributes("special", "maintained", "1", "medium", "rural"),
        scores: std::array::from_fn(score),
        absent: Vec::new(),
    }];
    for (place, count, hub) in
        [("E06000057", 28, "HUB-2018-21"), ("E06000047", 16, "HUB-2018-21"), ("E06000001", 14, "HUB-2018-16")]
    {
        for number in 0..count {
            let kind = if number % 2 == 0 { "academy" } else { "maintained" };
            let size = if number % 3 == 0 { "large" } else { "medium" };
            let quintile = if number % 2 == 0 { "1" } else { "3" };
            institutions.push(Institution {
                local_authority: area(place),
                hubs: hub_of(hub),
                attributes: attributes("secondary", kind, quintile, size, "urban"),
                scores: std::array::from_fn(|_| Some(if random.chance(0.5) { 100 } else { 40 })),
                absent: Vec::new(),
            });
        }
    }
    Population { institutions, periods: terms_until("202425T3".parse().unwrap(), 1) }
}

/// Who attacks: as many as it takes to use up what all organisations may open together.
const ORGANISATIONS: [&str; 4] = ["TWINS-1", "TWINS-2", "TWINS-3", "TWINS-4"];

/// Questions about the institution, of which every third makes a pair: its own category, or all categories but its own.
fn questions(target: &Institution) -> Vec<Tabulation> {
    let kinds = [
        AreaKind::LocalAuthority,
        AreaKind::Lep,
        AreaKind::Region,
        AreaKind::Hub,
        AreaKind::CombinedAuthority,
        AreaKind::Country,
    ];
    let own = |dimension: Dimension| vec![usize::from(target.attributes.0[dimension as usize]) - 1];
    let rest = |dimension: Dimension| {
        (0..dimension.categories().len()).filter(|category| own(dimension) != [*category]).collect::<Vec<_>>()
    };
    let mut pairs = Vec::new();
    for kind in kinds {
        for unique in [Dimension::Phase, Dimension::Setting] {
            pairs.push(Tabulation::standard(kind).within(unique, rest(unique)));
        }
    }
    let mut others = Vec::new();
    let common = [Dimension::Type, Dimension::Disadvantage, Dimension::Size];
    for kind in kinds {
        for dimension in common {
            let with = Tabulation::standard(kind).within(dimension, own(dimension));
            others.push(with.clone());
            others.push(with.within(Dimension::Phase, rest(Dimension::Phase)));
        }
        for (first, second) in [(0, 1), (0, 2), (1, 2)] {
            let with = Tabulation::standard(kind).within(common[first], own(common[first]));
            others.push(with.within(common[second], own(common[second])));
        }
    }
    let (mut pairs, mut others) = (pairs.into_iter(), others.into_iter());
    let turns = std::iter::from_fn(|| Some([others.next()?, others.next()?].into_iter().chain(pairs.next())));
    kinds.into_iter().map(Tabulation::standard).chain(turns.flatten()).collect()
}

async fn run() -> Trials {
    let keys = if attacks_run_long() { 200 } else { 40 };
    let mut trials = Trials::default();
    for twin in 0..2 {
        let population = population(twin);
        let service = Service::empty(Engine::Sqlite).await;
        let handed_in_by_hub = |institution: &Institution| institution.hubs[0].0 == area("HUB-2018-21");
        service.hand_in_file(HUB, &population.file(handed_in_by_hub)).await;
        service.hand_in_file(LEP, &population.file(|institution| !handed_in_by_hub(institution))).await;
        for organisation in ORGANISATIONS {
            service.add_partner(organisation, "E92000001", Tier::Regional).await;
        }
        service.operator().publish(None).await.unwrap();
        for key in 0..keys {
            let mut secret = [3; 32];
            secret[0] = u8::try_from(key).unwrap();
            secret[1] = u8::try_from(twin).unwrap();
            // Another secret is another service: whatever a budget has recorded under the one before is gone with it.
            service.database.execute("DELETE FROM setting WHERE key = 'secret_fingerprint'").await;
            trial(&service.under(secret).await, &population, &mut trials).await;
        }
    }
    trials
}

/// One secret: asks everything, and adds what was learnt about each benchmark.
async fn trial(service: &Service, population: &Population, trials: &mut Trials) {
    let sigma = Tier::Regional.rules().sigma;
    let target = &population.institutions[TARGET as usize];
    let mut answers: Vec<(bool, Cell, Vec<Option<f64>>)> = Vec::new();
    for question in questions(target) {
        let inside = |&area: &AreaIndex| match question.kind {
            AreaKind::Hub => true,
            _ => super::population::catalogue().local_authorities(area).contains(&target.local_authority),
        };
        let areas: Vec<AreaIndex> = population.areas(question.kind).into_iter().filter(inside).collect();
        let mut answer = None;
        for organisation in ORGANISATIONS {
            let asker = Asker { service, organisation, tier: Tier::Regional };
            answer = asker.ask(&question, &areas, &population.periods, &BENCHMARKS).await.ok();
            if answer.is_some() {
                break;
            }
        }
        let Some(answer) = answer else { continue };
        let mut totals = vec![vec![None; BENCHMARKS.len()]; answer.cells.len()];
        for figure in &answer.figures {
            let members = population.members(&answer.cells[figure.cell], 0, figure.benchmark);
            let total = figure.share.total(members.len(), 1.0, sigma).filter(|total| !total.banded);
            totals[figure.cell][usize::from(figure.benchmark) - 1] = total.map(|total| total.value);
        }
        answers
            .extend(answer.cells.into_iter().zip(totals).map(|(cell, totals)| (question.is_standard(), cell, totals)));
    }
    let own = own_total(service, population).await;
    for benchmark in BENCHMARKS {
        let achieved = target.achieved(benchmark).unwrap();
        let at = usize::from(benchmark) - 1;
        let seen: Vec<(bool, &Cell, Vec<u32>, f64)> = answers
            .iter()
            .filter_map(|(standard, cell, totals)| {
                Some((*standard, cell, population.members(cell, 0, benchmark), totals[at]?))
            })
            .collect();
        let residual = |members: &[u32], total: f64| {
            let others: Vec<u32> = members.iter().copied().filter(|id| *id != TARGET).collect();
            total - population.achieved(&others, benchmark)
        };
        let by_set: HashMap<&[u32], f64> =
            seen.iter().map(|(_, _, members, total)| (members.as_slice(), *total)).collect();
        let (mut all_standard, mut everything) = (Vec::new(), Vec::new());
        for (standard, cell, members, total) in seen.iter().filter(|(_, _, members, _)| members.contains(&TARGET)) {
            let left = residual(members, *total);
            everything.push(left);
            if *standard {
                all_standard.push(left);
                trials.standard.add(left, achieved);
            } else {
                trials.other.add(left, achieved);
            }
            if *standard && super::population::catalogue().areas()[cell.area].kind == AreaKind::Hub {
                trials.hub.add(left, achieved);
            }
            if *standard
                && cell.area == area("E37000025")
                && let Some(own) = own[at]
            {
                trials.own.add(total - own, achieved);
            }
            let without: Vec<u32> = members.iter().copied().filter(|id| *id != TARGET).collect();
            if let Some(other) = by_set.get(without.as_slice()) {
                trials.pairs.add(total - other, achieved);
            }
        }
        for (samples, values) in [(&mut trials.all_standard, all_standard), (&mut trials.everything, everything)] {
            if !values.is_empty() {
                samples.add(super::statistic::mean(&values), achieved);
            }
        }
    }
}

/// What the hub knows exactly of its LEP: all but the institution that is attacked.
async fn own_total(service: &Service, population: &Population) -> Vec<Option<f64>> {
    let hub = Asker { service, organisation: HUB, tier: Tier::Own };
    let lep = [area("E37000025")];
    let standard = Tabulation::standard(AreaKind::Lep);
    let answer = hub.ask_more(&standard, &lep, &population.periods, &BENCHMARKS, ", purpose: \"OWN_RESULTS\"").await;
    let mut totals = vec![None; BENCHMARKS.len()];
    for figure in answer.unwrap().figures {
        let members =
            population.institutions.iter().filter(|institution| institution.hub(0) == Some(area("HUB-2018-21")));
        let total = figure.share.total(members.count(), 1.0, 0.0).filter(|total| !total.banded);
        totals[usize::from(figure.benchmark) - 1] = total.map(|total| total.value.round());
    }
    totals
}

#[test]
fn twin_datasets_cannot_be_told_apart_by_a_pair_of_answers() {
    block_on(async {
        let trials = trials().await;
        let sigma = Tier::Regional.rules().sigma;
        let mut report = Report::of(Attack::Twins);
        let detail = |samples: &Samples| format!("{} trials", samples.len());
        let most = normal(1.0 / (2.0 * std::f64::consts::SQRT_2 * sigma)) + 0.02;
        let figure = "twins, one score flipped: accuracy of a pair of answers";
        if trials.pairs.len() == 0 {
            report.holds(figure, &format!("≤ {most:.3}"), "no two answers differ by one institution", true);
        } else {
            report.at_most(figure, most, trials.pairs.accuracy(0.5), &detail(&trials.pairs));
            report.at_most("the same: AUC", 0.60, trials.pairs.area_under_curve(), "");
        }
        // Whoever knows all others needs no pair.
        let most = normal(0.5 / sigma) + 0.02;
        for (what, samples) in [("standard", &trials.standard), ("other", &trials.other)] {
            assert!(samples.len() > 1_000, "the attack was hardly made: {} trials", samples.len());
            let figure = format!("the same, knowing all others, from one {what} answer");
            report.at_most(&format!("{figure}: accuracy"), most, samples.accuracy(0.5), &detail(samples));
            report.at_most(&format!("{figure}: AUC"), 0.60, samples.area_under_curve(), "");
        }
        let everything = &trials.everything;
        let text = format!("accuracy {:.3}, {}", everything.accuracy(0.5), detail(everything));
        report.also("the same, knowing all others, from every answer together", &text);
        report.finish();
    });
}
