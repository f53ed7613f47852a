//! The count against a reference that goes through the results one by one, on random data.

use std::{cmp::Reverse, collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Duration, Utc};
use disclosure::{HiddenReason, Method, NoiseKey, Tier};
use proptest::prelude::*;

use crate::{
    auth::{NewToken, Scope, TokenKey, Viewer},
    datasets::outcomes::{
        self, Filter, Plan, Question,
        count::{run, sizes},
    },
    domain::{
        Agreement, Area, AreaIndex, AreaKind, Attributes, Benchmark, Catalogue, Dimension, Directory, Editions,
        Framework, FrameworkIndex, Organisation, OrganisationKind, Period, Pseudonym, Relation, RelationKind, Release,
        ReleasedResult,
    },
    policy::{self, Grant},
    release::{Builder, Snapshot},
    tabulation::{Asked, TablePlan},
};

use super::{Tally, counts_of};

pub(crate) const AUTHORITIES: usize = 4;
pub(crate) const BENCHMARKS: usize = 3;

fn framework(code: &str, benchmarks: usize) -> Framework {
    let benchmark = |number: usize| Benchmark {
        number: u8::try_from(number).unwrap(),
        code: format!("{code}{number}"),
        title: String::new(),
    };
    Framework {
        code: code.into(),
        title: code.into(),
        jurisdiction: String::new(),
        year: if code == "G" { 2025 } else { 2020 },
        number_of_benchmarks: benchmarks,
        benchmarks: (1..=benchmarks).map(benchmark).collect(),
    }
}

pub(crate) fn catalogue() -> Arc<Catalogue> {
    let area = |code: String, kind, parent: Option<&str>| Area {
        name: code.clone(),
        code,
        kind,
        parent: parent.map(Into::into),
        code_scheme: String::new(),
        valid_from: None,
        valid_to: None,
        source: String::new(),
        own: false,
    };
    let mut areas = vec![
        area("C".into(), AreaKind::Country, None),
        area("R1".into(), AreaKind::Region, Some("C")),
        area("R2".into(), AreaKind::Region, Some("C")),
        area("Z".into(), AreaKind::Hub, Some("C")),
    ];
    areas.extend((0..AUTHORITIES).map(|number| {
        area(format!("A{number}"), AreaKind::LocalAuthority, Some(if number % 2 == 0 { "R1" } else { "R2" }))
    }));
    let relation = |from: u8, to: u8, kind| Relation {
        from_framework: "G".into(),
        from_number: from,
        to_framework: "F".into(),
        to_number: to,
        kind,
        basis: String::new(),
    };
    let relations = vec![
        relation(1, 1, RelationKind::Close),
        relation(1, 2, RelationKind::Narrow),
        relation(2, 2, RelationKind::Narrow),
    ];
    let frameworks = vec![framework("F", BENCHMARKS), framework("G", 2)];
    Arc::new(Catalogue::build(frameworks, relations, areas, &[]).unwrap())
}

/// Whether results under one framework count in the place of those under another: it is newer or, of the same year, first by code.
pub(crate) fn comes_before(one: FrameworkIndex, other: FrameworkIndex, catalogue: &Catalogue) -> bool {
    let rank = |framework: FrameworkIndex| {
        let framework = &catalogue.frameworks()[framework];
        (Reverse(framework.year), framework.code.clone())
    };
    rank(one) < rank(other)
}

/// A plan under a grant for everything.
pub(crate) fn plan(question: &Question, catalogue: &Arc<Catalogue>, snapshot: &Snapshot) -> Plan {
    let grant = grant(question.asked.purpose.as_deref(), catalogue);
    outcomes::build(question, &grant, catalogue, |frameworks| snapshot.periods_of(frameworks)).unwrap()
}

/// A grant for everything, under the tier that allows most.
pub(crate) fn grant(purpose: Option<&str>, catalogue: &Arc<Catalogue>) -> Grant {
    crate::auth::install_crypto();
    let now: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
    let key = TokenKey::from_seed([1; 32], "test", "test").unwrap();
    let scopes = [Scope::OutcomesRead].into_iter().collect();
    let ttl = Duration::hours(1);
    let token = key
        .sign(&NewToken { organisation: "O".into(), client: None, scopes, issued_at: now, ttl, id: "1".into() })
        .unwrap();
    let viewer = Viewer::Partner(key.verifier().verify(&token, now).unwrap());
    let organisation = |id, code: &str, area: &str| Organisation {
        id,
        code: code.into(),
        name: String::new(),
        kind: OrganisationKind::Lep,
        area: area.into(),
        ended_on: None,
    };
    let agreement = Agreement {
        id: 1,
        consumer: "O".into(),
        area: "C".into(),
        tier: Tier::Regional,
        purposes: vec!["p".into()],
        dimensions: None,
        valid_from: now.date_naive(),
        valid_until: None,
        ended_on: None,
        replaced_by: None,
        provider: None,
    };
    // The second works within the area of the first, and a third that hands in is not known of.
    let directory = Directory::new(vec![organisation(1, "O", "C"), organisation(2, "P", "R1")], vec![agreement]);
    let circles = policy::Circles::of(&directory, catalogue);
    policy::authorize(&viewer, &directory, &circles, catalogue, now.date_naive(), purpose).unwrap()
}

pub(crate) fn snapshot(results: &[ReleasedResult], catalogue: &Arc<Catalogue>) -> Snapshot {
    let mut builder = Builder::new(catalogue.clone());
    results.iter().for_each(|result| builder.add(result));
    let release = Release {
        number: 1,
        published_at: DateTime::default(),
        note: None,
        synthetic: true,
        checksum: String::new(),
        last_result: 0,
        last_destination: 0,
        catalogue_version: 1,
        method: Method::CURRENT,
        methods_since: [1; Method::ALL.len()],
        editions: Editions::default(),
    };
    builder.finish(release, &NoiseKey::new([3; 32]))
}

pub(super) fn score(scores: &[Option<u8>], numbers: &[u8]) -> Option<u8> {
    numbers.iter().map(|&number| scores[usize::from(number) - 1]).try_fold(100_u8, |least, part| Some(least.min(part?)))
}

/// Whether a result meets every condition of an area, a period and a group.
pub(super) fn meets(
    result: &ReleasedResult,
    catalogue: &Catalogue,
    plan: &Plan,
    (area, period, group): (AreaIndex, Period, usize),
) -> bool {
    let here = if catalogue.areas()[area].kind == AreaKind::Hub {
        result.hub == Some(area)
    } else {
        catalogue.local_authorities(area).contains(&result.local_authority)
    };
    let own = plan.groups()[group]
        .categories
        .iter()
        .all(|&(dimension, position)| usize::from(result.attributes.0[dimension as usize]) == position + 1);
    let kept =
        plan.filters().iter().all(|(&dimension, codes)| codes.contains(&result.attributes.0[dimension as usize]));
    let provided = plan.scope().provider().is_none_or(|provider| provider == result.provider);
    here && own && kept && provided && result.period == period
}

/// What one cell is about: an area, and the dictionary codes kept of every named dimension.
#[derive(Clone)]
struct Conditions {
    area: AreaIndex,
    kept: BTreeMap<Dimension, Vec<u8>>,
}

/// The population, the question and one cell of it, read row by row.
struct Naive<'a> {
    results: &'a [ReleasedResult],
    catalogue: &'a Catalogue,
    plan: &'a Plan,
    period: Period,
    benchmark: usize,
}

impl Naive<'_> {
    fn conditions(&self, area: usize, group: usize) -> Conditions {
        let mut kept = self.plan.filters().clone();
        for &(dimension, position) in &self.plan.groups()[group].categories {
            kept.insert(dimension, vec![u8::try_from(position + 1).unwrap()]);
        }
        Conditions { area: self.plan.areas()[area], kept }
    }

    /// Whether a result of any period fulfils the conditions.
    fn meets(&self, conditions: &Conditions, result: &ReleasedResult) -> bool {
        let here = if self.catalogue.areas()[conditions.area].kind == AreaKind::Hub {
            result.hub == Some(conditions.area)
        } else {
            self.catalogue.local_authorities(conditions.area).contains(&result.local_authority)
        };
        let kept =
            conditions.kept.iter().all(|(&dimension, codes)| codes.contains(&result.attributes.0[dimension as usize]));
        here && kept && self.plan.scope().provider().is_none_or(|provider| provider == result.provider)
    }

    /// The results of the frameworks at these places of the plan that fulfil the conditions, with their scores.
    fn matching(&self, conditions: &Conditions, sources: &[usize]) -> Vec<(&ReleasedResult, u8)> {
        let all = self.matching_alone(conditions, sources).into_iter();
        all.filter(|(result, _)| !(self.plan.mapped() && self.is_under_a_newer_framework(result))).collect()
    }

    /// The same where each framework stands by itself.
    fn matching_alone(&self, conditions: &Conditions, sources: &[usize]) -> Vec<(&ReleasedResult, u8)> {
        let holds = |result: &&ReleasedResult| self.meets(conditions, result) && result.period == self.period;
        let scored = |result| {
            let &ReleasedResult { framework, ref scores, .. } = result;
            let found = sources.iter().map(|&place| &self.plan.sources()[place]);
            let stand_in = found
                .filter(|source| source.framework == framework)
                .find_map(|source| source.benchmarks[self.benchmark].as_ref())?;
            Some((result, score(scores, &stand_in.numbers)?))
        };
        self.results.iter().filter(holds).filter_map(scored).collect()
    }

    /// Whether an institution has a result under a newer of the plan's frameworks as well, which then counts.
    fn is_under_a_newer_framework(&self, of: &ReleasedResult) -> bool {
        let same = |result: &&ReleasedResult| (result.institution, result.period) == (of.institution, of.period);
        let counts = |framework| self.plan.sources().iter().any(|source| source.framework == framework);
        let mut newer =
            self.results.iter().filter(|result| comes_before(result.framework, of.framework, self.catalogue));
        newer.any(|result| same(&result) && counts(result.framework) && result.scores.iter().any(Option::is_some))
    }

    /// The places of the frameworks that a cell counts.
    fn kept_sources(&self, conditions: &Conditions) -> Vec<usize> {
        let fewest = self.plan.scope().tier().rules().fewest_institutions() as usize;
        let all: Vec<(usize, usize)> = (0..self.plan.sources().len())
            .map(|place| (place, self.matching(conditions, &[place]).len()))
            .filter(|(_, size)| *size > 0)
            .collect();
        let enough = all.iter().any(|(_, size)| *size >= fewest);
        all.into_iter().filter(|(_, size)| !enough || *size >= fewest).map(|(place, _)| place).collect()
    }

    /// Per institution of a framework its newest result up to the period, where that one fulfils the conditions.
    fn standing(&self, conditions: &Conditions, framework: FrameworkIndex) -> Vec<&ReleasedResult> {
        let mut newest: BTreeMap<Pseudonym, &ReleasedResult> = BTreeMap::new();
        let known = self.results.iter().filter(|result| result.framework == framework && result.period <= self.period);
        for result in known {
            let before = newest.entry(result.institution).or_insert(result);
            if before.period < result.period {
                *before = result;
            }
        }
        newest.into_values().filter(|result| self.meets(conditions, result)).collect()
    }

    fn tally(&self, conditions: &Conditions) -> Tally {
        let key = NoiseKey::new([3; 32]);
        let mut tally = Tally::default();
        for (result, score) in self.matching(conditions, &self.kept_sources(conditions)) {
            tally.add(score, key.record_key(&result.institution.0));
        }
        for source in self.kept_sources(conditions) {
            for standing in self.standing(conditions, self.plan.sources()[source].framework) {
                tally.roll = tally.roll.wrapping_add(key.record_key(&standing.institution.0));
            }
        }
        tally
    }

    /// Whether the cell must not be answered: another comes too close to it, or would without what insiders know, or they
    /// know all but a few of it.
    fn has_low_effect(&self, conditions: &Conditions) -> bool {
        let sources = self.kept_sources(conditions);
        let all: usize = sources.iter().map(|source| self.matching(conditions, &[*source]).len()).sum();
        let fewest = self.plan.scope().tier().rules().fewest_institutions() as usize;
        self.plan.scope().insiders().iter().any(|insiders| {
            let is_others = |result: &ReleasedResult| !insiders.hold(result.provider);
            let others = |source: &usize| {
                self.matching(conditions, &[*source]).iter().filter(|(result, _)| is_others(result)).count()
            };
            let rest: usize = sources.iter().map(others).sum();
            let known = all >= fewest && (1..fewest).contains(&rest);
            let with_others: Vec<usize> = sources.iter().copied().filter(|source| others(source) > 0).collect();
            let replaced_few = |counts: &dyn Fn(&ReleasedResult) -> bool| {
                sources.iter().any(|source| {
                    let size = |matching: Vec<(&ReleasedResult, u8)>| {
                        matching.into_iter().filter(|(result, _)| counts(result)).count()
                    };
                    let alone = size(self.matching_alone(conditions, &[*source]));
                    (1..fewest).contains(&(alone - size(self.matching(conditions, &[*source]))))
                })
            };
            known
                || (all >= fewest && (replaced_few(&|_| true) || replaced_few(&is_others)))
                || self.is_close(conditions, &sources, &|_| true)
                || self.is_close(conditions, &with_others, &is_others)
        })
    }

    /// Whether another cell comes too close: a condition less, a kept category less, an area around.
    fn is_close(&self, conditions: &Conditions, sources: &[usize], counts: &dyn Fn(&ReleasedResult) -> bool) -> bool {
        let rules = self.plan.scope().tier().rules();
        let size = |conditions: &Conditions| {
            let matching = self.matching(conditions, sources);
            u32::try_from(matching.into_iter().filter(|(result, _)| counts(result)).count()).unwrap()
        };
        let own = size(conditions);
        let split = conditions.kept.iter().any(|(&dimension, codes)| {
            let one = |&code: &u8| {
                let mut single = conditions.clone();
                single.kept.insert(dimension, vec![code]);
                disclosure::has_low_effect(size(&single), rules)
            };
            codes.len() > 1 && codes.iter().any(one)
        });
        let named: Vec<Dimension> = conditions.kept.keys().copied().collect();
        let close = (0..1_u32 << named.len()).any(|dropped| {
            let mut wider = conditions.clone();
            for (position, dimension) in named.iter().enumerate() {
                if dropped & (1 << position) != 0 {
                    wider.kept.remove(dimension);
                }
            }
            let more = size(&wider) - own;
            disclosure::has_low_effect(more, rules) || (more == 0 && self.is_close_around(&wider, sources, counts))
        });
        own >= rules.fewest_institutions() && (split || close)
    }

    /// Whether the same conditions over an area around are met by one or two more.
    fn is_close_around(
        &self,
        conditions: &Conditions,
        sources: &[usize],
        counts: &dyn Fn(&ReleasedResult) -> bool,
    ) -> bool {
        let inside = self.matching(conditions, sources);
        self.catalogue
            .areas()
            .keys()
            .filter(|&area| area != conditions.area && self.catalogue.lies_in(conditions.area, area))
            .any(|area| {
                let mut wider = self.matching(&Conditions { area, ..conditions.clone() }, sources);
                wider.retain(|(one, _)| counts(one) && !inside.iter().any(|(other, _)| std::ptr::eq(*one, *other)));
                (1..disclosure::FEWEST_AROUND as usize).contains(&wider.len())
            })
    }
}

pub(crate) fn results() -> impl Strategy<Value = Vec<ReleasedResult>> {
    let one = (
        0..2_usize,
        0..AUTHORITIES,
        any::<bool>(),
        proptest::array::uniform5(0..3_u8),
        1..4_i64,
        proptest::collection::vec(prop_oneof![Just(None), Just(Some(100)), (0..=100_u8).prop_map(Some)], BENCHMARKS),
        1..3_u8,
    );
    proptest::collection::vec(one, 0..240).prop_map(|rows| {
        let catalogue = catalogue();
        let mut seen = BTreeMap::new();
        for (number, (framework, authority, in_hub, attributes, provider, mut scores, term)) in
            rows.into_iter().enumerate()
        {
            let institution = Pseudonym([u8::try_from(number % 120).unwrap(); 32]);
            let period = Period::new(2024, term).unwrap();
            scores.truncate(if framework == 0 { BENCHMARKS } else { 2 });
            let result = ReleasedResult {
                institution,
                framework: framework.into(),
                period,
                local_authority: catalogue.area_index(&format!("A{authority}")).unwrap(),
                hub: in_hub.then(|| catalogue.area_index("Z").unwrap()),
                attributes: Attributes(attributes),
                provider,
                scores,
                from: 1,
                until: None,
            };
            seen.insert((framework, institution, period), result);
        }
        seen.into_values().collect()
    })
}

pub(crate) fn question() -> impl Strategy<Value = Question> {
    (
        prop_oneof![Just("F"), Just("G")],
        prop_oneof![
            Just(AreaKind::Country),
            Just(AreaKind::Region),
            Just(AreaKind::LocalAuthority),
            Just(AreaKind::Hub)
        ],
        proptest::sample::subsequence(Dimension::ALL.to_vec(), 0..=2),
        proptest::option::of((proptest::sample::select(Dimension::ALL.to_vec()), 1..3_usize)),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(framework, kind, by, filter, mapped, own)| Question {
            framework: framework.into(),
            asked: Asked {
                purpose: own.then(|| policy::OWN_RESULTS.into()),
                area_kind: Some(kind),
                ..Asked::default()
            },
            periods: outcomes::Periods::Named(vec!["202425T1".into(), "202425T2".into()]),
            by: by.clone(),
            filters: filter
                // The tier allows two dimensions.
                .filter(|(dimension, _)| by.len() < 2 || by.contains(dimension))
                .map(|(dimension, kept)| Filter {
                    dimension,
                    categories: dimension.categories()[..kept].iter().map(|category| category.code.into()).collect(),
                })
                .into_iter()
                .collect(),
            mapped,
            ..Question::default()
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_scan_counts_what_a_reading_row_by_row_counts(results in results(), question in question()) {
        let catalogue = catalogue();
        let snapshot = snapshot(&results, &catalogue);
        let plan = plan(&question, &catalogue, &snapshot);
        let counted = counts_of(&plan, &snapshot);
        prop_assert_eq!(counted.len(), plan.cells());
        let expected = disclosure::expect(&sizes(&plan, &snapshot));
        let hidden = disclosure::protect(run(&plan, &snapshot).table, &NoiseKey::new([3; 32]));
        for (cell, tally) in counted.iter().enumerate() {
            let [area, period, benchmark, group] = plan.coordinates(cell);
            let naive =
                Naive { results: &results, catalogue: &catalogue, plan: &plan, period: plan.periods()[period], benchmark };
            let conditions = naive.conditions(area, group);
            prop_assert!(*tally == naive.tally(&conditions), "cell {} of {:?}", cell, plan);
            let low_effect = expected[cell].reason == Some(HiddenReason::LowEffect);
            let (size, shown) = (expected[cell], &hidden.cells()[cell]);
            prop_assert_eq!((size.institutions, size.reason), (shown.institutions, shown.achieved.reason));
            prop_assert_eq!(low_effect, naive.has_low_effect(&conditions), "cell {} of {:?}", cell, plan);
        }
    }
}
