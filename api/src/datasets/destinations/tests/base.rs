//! The bases of groups against a naive recomputation, release by release, on random histories of counts and of scores.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use disclosure::{Contributions, NoiseKey, Tier, hidden_cohort, protect_students};
use proptest::prelude::*;

use crate::{
    datasets::{
        destinations::{
            BenchmarksAchieved, Plan, Question, build,
            count::{Scanner, run},
        },
        outcomes::count::tests::naive::{AUTHORITIES, catalogue, grant, snapshot},
    },
    domain::{
        AreaIndex, Attributes, Catalogue, Destination, Period, Pseudonym, ReleasedDestination, ReleasedResult, Stage,
    },
    policy::OWN_RESULTS,
    release::{DestinationsBuilder, Snapshot, Split},
    tabulation::{Asked, TablePlan},
};

/// What each institution adds: its students, and the position of its band.
type Members = BTreeMap<u8, (Split, usize)>;

const RELEASES: u32 = 5;
const KEY: [u8; 32] = [3; 32];

/// Everything ever handed in, by whom and what it is about, release by release.
#[derive(Debug, Clone)]
struct Handed {
    counts: BTreeMap<(u8, Destination), BTreeMap<u32, u32>>,
    scores: BTreeMap<u8, BTreeMap<u32, [Option<u8>; 2]>>,
}

fn handed() -> impl Strategy<Value = Handed> {
    let first = prop_oneof![3 => Just(1), 1 => 1..=RELEASES];
    let later = |most: usize| {
        let one = (1..=RELEASES, 0..60_u8, 0..3_usize, prop_oneof![1 => Just(0), 4 => 1..90_u32]);
        proptest::collection::vec(one, 0..most)
    };
    let score = || prop_oneof![1 => Just(None), 6 => Just(Some(100)), 6 => Just(Some(40))];
    let scores = (1..=RELEASES, 0..60_u8, [score(), score()]);
    (
        first.clone(),
        first,
        later(200),
        later(60),
        proptest::collection::vec(scores.clone(), 0..150),
        proptest::collection::vec(scores, 0..40),
    )
        .prop_map(|(first, first_scores, start, later, scores, corrections)| {
            let mut handed = Handed { counts: BTreeMap::new(), scores: BTreeMap::new() };
            let start = start.into_iter().map(|(_, one, to, students)| (first, one, to, students));
            for (release, institution, to, students) in start.chain(later) {
                let of = handed.counts.entry((institution, Destination::ALL[to])).or_default();
                of.insert(release.max(first), students);
            }
            let scores = scores.into_iter().map(|(_, one, scores)| (first_scores, one, scores));
            for (release, institution, scores) in scores.chain(corrections) {
                handed.scores.entry(institution).or_default().insert(release.max(first_scores), scores);
            }
            handed
        })
}

/// The last of some versions by a release, and when each ended.
fn spans<T: Copy>(versions: &BTreeMap<u32, T>, read: u32) -> Vec<(u32, Option<u32>, T)> {
    let shown: Vec<(u32, T)> = versions.range(..=read).map(|(&from, &one)| (from, one)).collect();
    let ends = shown.iter().skip(1).map(|&(from, _)| Some(from)).chain([None]);
    shown.iter().zip(ends).map(|(&(from, one), until)| (from, until, one)).collect()
}

impl Handed {
    /// What the store gives when a release is read.
    fn snapshot(&self, release: u32, catalogue: &Arc<Catalogue>) -> Snapshot {
        let authority = |institution: u8| catalogue.area_index(&format!("A{}", usize::from(institution) % AUTHORITIES));
        let results: Vec<ReleasedResult> = self
            .scores
            .iter()
            .flat_map(|(&institution, versions)| {
                spans(versions, release).into_iter().map(move |(from, until, scores)| ReleasedResult {
                    institution: Pseudonym([institution; 32]),
                    framework: 1.into(),
                    period: Period::new(2024, 1).unwrap(),
                    local_authority: authority(institution).unwrap(),
                    hub: None,
                    attributes: Attributes([1; 5]),
                    provider: 1,
                    scores: scores.to_vec(),
                    from,
                    until,
                })
            })
            .collect();
        let mut destinations = DestinationsBuilder::default();
        for (&(institution, destination), versions) in &self.counts {
            for (from, until, students) in spans(versions, release) {
                destinations.add(&ReleasedDestination {
                    institution: Pseudonym([institution; 32]),
                    cohort_year: "202324".parse().unwrap(),
                    stage: Stage::KeyStage4,
                    destination,
                    students,
                    local_authority: authority(institution).unwrap(),
                    hub: None,
                    provider: 1,
                    from,
                    until,
                });
            }
        }
        snapshot(&results, catalogue).with_destinations(destinations.finish(&NoiseKey::new(KEY)))
    }

    /// Who is in a region at a release and what each adds, institution by institution.
    fn members(&self, release: u32, region: usize, with_bands: bool) -> Members {
        let mut members = BTreeMap::new();
        for institution in (0..60_u8).filter(|institution| usize::from(*institution) % 2 == region) {
            let students: Split = Destination::ALL.map(|destination| {
                let versions = self.counts.get(&(institution, destination));
                versions.and_then(|versions| versions.range(..=release).next_back()).map_or(0, |(_, &count)| count)
            });
            let versions = self.scores.get(&institution);
            let scores = versions.and_then(|versions| versions.range(..=release).next_back()).map(|(_, scores)| scores);
            let band = match scores {
                _ if !with_bands => 0,
                Some([Some(one), Some(other)]) => usize::from(*one == 100) + usize::from(*other == 100),
                _ => continue,
            };
            if students.iter().sum::<u32>() > 0 {
                members.insert(institution, (students, band));
            }
        }
        members
    }

    /// Whether anything of an institution was handed in after a release and until another, whatever it was.
    fn is_handed_in(&self, institution: u8, after: u32, until: u32, with_bands: bool) -> bool {
        let within = |release: &u32| (after + 1..=until).contains(release);
        let of_counts = |destination| self.counts.get(&(institution, destination)).map(BTreeMap::keys);
        let mut counts = Destination::ALL.into_iter().filter_map(of_counts).flatten();
        let mut scores = self.scores.get(&institution).map(BTreeMap::keys).into_iter().flatten();
        counts.any(within) || (with_bands && scores.any(within))
    }

    /// What a region shows at a release, by the rule as it is written.
    fn shown(&self, release: u32, region: usize, with_bands: bool) -> Members {
        let rules = Tier::Regional.rules();
        let shows = |members: &Members| {
            let sizes: Contributions = members.values().map(|(students, _)| students.iter().sum()).collect();
            hidden_cohort(u32::try_from(members.len()).unwrap(), &sizes, rules).is_none()
        };
        let (mut base, mut base_release) = (BTreeMap::new(), 0);
        for release in 1..=release {
            let now = self.members(release, region, with_bands);
            let belongs = |one: &u8| base.contains_key(one) || now.contains_key(one);
            let anew = |one: &u8| self.is_handed_in(*one, base_release, release, with_bands);
            let changed = (0..60_u8).filter(belongs).filter(anew).count();
            if !shows(&base) || (changed >= 10 && shows(&now)) {
                (base, base_release) = (now, release);
            }
        }
        base
    }
}

fn plan(bands: bool, own: bool, catalogue: &Arc<Catalogue>) -> Plan {
    let question = Question {
        asked: Asked { areas: Some(vec!["R1".into(), "R2".into()]), ..Asked::default() },
        cohort_years: Some(vec!["202324".into()]),
        stages: Some(vec![Stage::KeyStage4]),
        by_benchmarks_achieved: bands
            .then(|| BenchmarksAchieved { framework: "G".into(), period: Some("202425T1".into()) }),
        wanted: true,
        ..Question::default()
    };
    let grant = grant(own.then_some(OWN_RESULTS), catalogue);
    build(&question, &grant, catalogue, || None, |_| None).unwrap()
}

/// Per region what the scan counts, by institution.
fn counted(plan: &Plan, snapshot: &Snapshot) -> Vec<(Option<u32>, Members)> {
    let key = NoiseKey::new(KEY);
    let named: HashMap<u128, u8> =
        (0..60).map(|institution| (key.record_key(&[institution; 32]), institution)).collect();
    let scanner = Scanner::new(plan, snapshot);
    let of = |&area: &AreaIndex| {
        let mut members = BTreeMap::new();
        let base = scanner.each_member(area, plan.cohort_years[0], Stage::KeyStage4, |key, member| {
            members.insert(named[&key], (member.students, member.band));
        });
        (base.map(|base| base.release), members)
    };
    plan.scope().areas().iter().map(of).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn a_group_shows_its_base_as_the_rule_says(handed in handed(), bands in any::<bool>()) {
        let catalogue = catalogue();
        let plan = plan(bands, false, &catalogue);
        let mut before: Option<Vec<_>> = None;
        for release in 1..=RELEASES {
            let found = counted(&plan, &handed.snapshot(release, &catalogue));
            for (region, (_, members)) in found.iter().enumerate() {
                prop_assert_eq!(members, &handed.shown(release, region, bands), "release {} region {}", release, region);
            }
            // The same base has the same members, so one seed of noise never covers two sets of figures.
            for ((base, members), (earlier, then)) in found.iter().zip(before.iter().flatten()) {
                prop_assert!(base != earlier || members == then || then.is_empty(), "release {}", release);
            }
            before = Some(found);
        }
    }

    #[test]
    fn what_is_ones_own_is_always_as_of_the_release(handed in handed()) {
        let catalogue = catalogue();
        let plan = plan(false, true, &catalogue);
        for release in 1..=RELEASES {
            for (region, (base, members)) in counted(&plan, &handed.snapshot(release, &catalogue)).iter().enumerate() {
                prop_assert_eq!(base, &None);
                prop_assert_eq!(members, &handed.members(release, region, false));
            }
        }
    }

    #[test]
    fn the_table_of_an_unchanged_base_is_the_same_at_every_release(handed in handed(), bands in any::<bool>()) {
        let catalogue = catalogue();
        let plan = plan(bands, false, &catalogue);
        for release in 2..=RELEASES {
            let (earlier, later) = (handed.snapshot(release - 1, &catalogue), handed.snapshot(release, &catalogue));
            let same = counted(&plan, &earlier) == counted(&plan, &later);
            let told = |snapshot| protect_students(run(&plan, snapshot), &NoiseKey::new(KEY));
            prop_assert!(!same || told(&earlier) == told(&later));
        }
    }
}
