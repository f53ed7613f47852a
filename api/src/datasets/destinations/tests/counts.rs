//! The count of students against a reference that goes through the counts one by one, on random data.

use std::collections::{BTreeMap, BTreeSet};

use disclosure::{
    CappedSum, Ceiling, Contributions, CountedStudents, HiddenReason, Label, NoiseKey, RawStudentCell, RawStudentTable,
    SecretGroup, SizedCohort, Tier, hidden_cohort,
};
use proptest::prelude::*;

use crate::{
    datasets::{
        destinations::{
            Banding, BenchmarksAchieved, Key, Plan, Question, build,
            count::{Cohorts, run, sizes},
        },
        outcomes::count::tests::naive::{catalogue, grant, results, snapshot},
    },
    domain::{
        AreaIndex, AreaKind, Catalogue, CohortYear, Destination, Pseudonym, ReleasedDestination, ReleasedResult, Stage,
    },
    policy::Insiders,
    release::DestinationsBuilder,
    tabulation::{Asked, TablePlan},
};

fn key() -> NoiseKey {
    NoiseKey::new([3; 32])
}

/// Counts of up to 40 institutions, each in one place; a few cohorts are handed in by two organisations.
fn counts() -> impl Strategy<Value = Vec<ReleasedDestination>> {
    let one = (0..40_u8, 0..2_u16, 0..2_usize, 0..5_usize, prop_oneof![Just(0), 1..300_u32], 1..12_i64);
    proptest::collection::vec(one, 0..300).prop_map(|rows| {
        let catalogue = catalogue();
        let mut seen = BTreeMap::new();
        for (institution, year, stage, destination, students, provider) in rows {
            let count = ReleasedDestination {
                institution: Pseudonym([institution; 32]),
                cohort_year: CohortYear::new(2022 + year).unwrap(),
                stage: Stage::ALL[stage],
                destination: Destination::ALL[destination],
                students,
                local_authority: catalogue.area_index(&format!("A{}", institution % 4)).unwrap(),
                hub: (institution % 3 == 0).then(|| catalogue.area_index("Z").unwrap()),
                provider: (provider - 8).max(1),
                from: 1,
                until: None,
            };
            seen.insert((institution, year, stage, destination), count);
        }
        seen.into_values().collect()
    })
}

fn question() -> impl Strategy<Value = Question> {
    let kinds = [AreaKind::Country, AreaKind::Region, AreaKind::LocalAuthority, AreaKind::Hub];
    (proptest::sample::select(kinds.to_vec()), 0..3_u8, proptest::sample::subsequence(Destination::ALL.to_vec(), 1..5))
        .prop_map(|(kind, mode, destinations)| Question {
            asked: Asked {
                purpose: (mode == 0).then(|| "OWN_RESULTS".to_owned()),
                area_kind: Some(kind),
                ..Asked::default()
            },
            wanted: true,
            cohort_years: Some(vec!["202223".to_owned(), "202324".to_owned()]),
            destinations: Some(destinations),
            by_benchmarks_achieved: (mode == 1)
                .then(|| BenchmarksAchieved { framework: "F".to_owned(), period: Some("202425T1".to_owned()) }),
            ..Question::default()
        })
}

/// How many benchmarks an institution achieved, if it was assessed on every one.
fn achieved(results: &[ReleasedResult], institution: Pseudonym, banding: &Banding) -> Option<usize> {
    let own = results.iter().find(|result| {
        (result.institution, result.framework, result.period) == (institution, banding.framework, banding.period)
    })?;
    own.scores.iter().map(|score| score.map(|score| usize::from(score == 100))).sum()
}

/// The institutions of an area that have a cohort, and with bands were assessed on every benchmark.
fn eligible(
    counts: &[ReleasedDestination],
    results: &[ReleasedResult],
    catalogue: &Catalogue,
    plan: &Plan,
    (area, year, stage): (AreaIndex, CohortYear, Stage),
) -> BTreeSet<Pseudonym> {
    let mut eligible = BTreeSet::new();
    for institution in (0..40).map(|number| Pseudonym([number; 32])) {
        let of = |count: &&ReleasedDestination| {
            (count.institution, count.cohort_year, count.stage) == (institution, year, stage)
        };
        let own: Vec<&ReleasedDestination> = counts.iter().filter(of).collect();
        let here = own.first().is_some_and(|count| {
            if catalogue.areas()[area].kind == AreaKind::Hub {
                count.hub == Some(area)
            } else {
                catalogue.local_authorities(area).contains(&count.local_authority)
            }
        });
        let provided =
            plan.scope().provider().is_none_or(|provider| own.iter().all(|count| count.provider == provider));
        let assessed = plan.banding().is_none_or(|banding| achieved(results, institution, banding).is_some());
        if here && provided && assessed && own.iter().any(|count| count.students > 0) {
            eligible.insert(institution);
        }
    }
    eligible
}

#[expect(clippy::too_many_lines, reason = "a reference reads from top to bottom, without a detour")]
/// Count by count: every institution, one after the other, against every condition of one cell.
fn naive(
    counts: &[ReleasedDestination],
    results: &[ReleasedResult],
    catalogue: &Catalogue,
    plan: &Plan,
    cell: usize,
) -> RawStudentCell {
    let Key { area, cohort_year: year, stage, destination, band } = plan.key(cell);
    let of = |area| eligible(counts, results, catalogue, plan, (area, year, stage));
    // What of an institution insiders handed in: its cohort, and the result that makes its band.
    let own = |insiders: &Insiders, institution: &Pseudonym| {
        // What several handed in, nobody knows all of.
        let cohort: BTreeSet<i64> = counts
            .iter()
            .filter(|count| (count.institution, count.cohort_year, count.stage) == (*institution, year, stage))
            .map(|count| count.provider)
            .collect();
        let band = plan.banding().is_none_or(|banding| {
            let makes_band = |result: &&ReleasedResult| {
                (result.institution, result.framework, result.period)
                    == (*institution, banding.framework, banding.period)
            };
            results.iter().find(makes_band).is_some_and(|result| insiders.hold(result.provider))
        });
        [cohort.len() == 1 && cohort.iter().all(|&provider| insiders.hold(provider)), band]
    };
    let close =
        catalogue.areas().keys().filter(|&around| around != area && catalogue.lies_in(area, around)).any(|around| {
            let (inside, around) = (of(area), of(around));
            let more: Vec<&Pseudonym> = around.difference(&inside).collect();
            let others = |insiders: &Insiders| {
                more.iter().filter(|institution| own(insiders, institution) != [true, true]).count()
            };
            let mut insiders = plan.scope().insiders().iter();
            (1..3).contains(&more.len()) || insiders.any(|insiders| (1..3).contains(&others(insiders)))
        });
    let rules = plan.scope().tier().rules();
    let parts = plan.scope().insiders().iter().flat_map(|insiders| [(insiders, 0), (insiders, 1)]);
    let known = parts.into_iter().any(|(insiders, part)| {
        let inside = of(area);
        let others: Vec<&Pseudonym> = inside.iter().filter(|institution| !own(insiders, institution)[part]).collect();
        let cohort = |institution: &&Pseudonym| -> u32 {
            let of = |count: &&ReleasedDestination| {
                (count.institution, count.cohort_year, count.stage) == (**institution, year, stage)
            };
            counts.iter().filter(of).map(|count| count.students).sum()
        };
        let sizes: Contributions = others.iter().map(cohort).collect();
        let count = u32::try_from(others.len()).unwrap();
        let few = hidden_cohort(count, &sizes, rules).is_some()
            || (plan.banding().is_some() && count < rules.fewest_institutions());
        (1..inside.len()).contains(&others.len()) && few
    });
    if plan.scope().tier() != Tier::Own && (close || known) && !of(area).is_empty() {
        return RawStudentCell::Withheld(HiddenReason::LowEffect);
    }
    let with_cohort = |institution: &Pseudonym| -> Option<u32> {
        let of = |count: &&ReleasedDestination| {
            (count.institution, count.cohort_year, count.stage) == (*institution, year, stage)
        };
        let own: Vec<&ReleasedDestination> = counts.iter().filter(of).collect();
        let here = own.first().is_some_and(|count| {
            if catalogue.areas()[area].kind == AreaKind::Hub {
                count.hub == Some(area)
            } else {
                catalogue.local_authorities(area).contains(&count.local_authority)
            }
        });
        Some(own.iter().map(|count| count.students).sum()).filter(|&cohort| here && cohort > 0)
    };
    let around: Vec<u32> = (0..40).filter_map(|number| with_cohort(&Pseudonym([number; 32]))).collect();
    let ceiling = |percent| {
        if plan.scope().tier() == Tier::Own {
            return Ceiling::NONE;
        }
        let cohorts: Contributions = around.iter().copied().collect();
        cohorts.ceiling(u32::try_from(around.len()).unwrap(), percent)
    };
    let mut all = Cohorts::default();
    let (mut institutions, mut inside) = (0, CappedSum::new(ceiling(100)));
    let mut students = CappedSum::new(ceiling(destination.most(stage)));
    for institution in (0..40).map(|number| Pseudonym([number; 32])) {
        let own: Vec<&ReleasedDestination> = counts
            .iter()
            .filter(|count| (count.institution, count.cohort_year, count.stage) == (institution, year, stage))
            .collect();
        let cohort: u32 = own.iter().map(|count| count.students).sum();
        let here = own.first().is_some_and(|count| {
            if catalogue.areas()[area].kind == AreaKind::Hub {
                count.hub == Some(area)
            } else {
                catalogue.local_authorities(area).contains(&count.local_authority)
            }
        });
        let provided =
            plan.scope().provider().is_none_or(|provider| own.iter().all(|count| count.provider == provider));
        let number = plan.banding().map(|banding| achieved(results, institution, banding));
        if cohort == 0 || !here || !provided || number == Some(None) {
            continue;
        }
        all.institutions += 1;
        all.sizes.add(cohort);
        all.keys = all.keys.wrapping_add(key().record_key(&institution.0));
        if band.zip(number.flatten()).is_none_or(|(band, number)| (band.lowest..=band.highest).contains(&number)) {
            institutions += 1;
            inside.add(cohort);
            students.add(own.iter().filter(|count| count.destination == destination).map(|count| count.students).sum());
        }
    }
    let (stage, destination) = (stage.code(), destination.code());
    let name = plan.band_name(catalogue, band);
    let with_band = |text: String| name.as_ref().map_or_else(|| text.clone(), |name| format!("{text}/{name}"));
    RawStudentCell::Counted(CountedStudents {
        label: Label::new(plan.conditions(catalogue, area, band), year.to_string()),
        measure: with_band(format!("destinations/{stage}/{destination}")).into(),
        institutions: all.institutions,
        cohort: all.sizes,
        keys: all.keys,
        students,
        part: band.map(|_| {
            Box::new(SecretGroup {
                measure: with_band(format!("destinations/{stage}")).into(),
                group: name.clone().unwrap_or_default().into(),
                institutions,
                cohort: inside,
            })
        }),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_scan_counts_what_a_reading_count_by_count_counts(
        counts in counts(), results in results(), question in question(),
    ) {
        let catalogue = catalogue();
        let mut builder = DestinationsBuilder::default();
        counts.iter().for_each(|count| builder.add(count));
        let snapshot = snapshot(&results, &catalogue).with_destinations(builder.finish(&key()));
        let purpose = question.asked.purpose.as_deref();
        let plan = build(&question, &grant(purpose, &catalogue), &catalogue, || None, |_| None).unwrap();
        let tier = plan.scope().tier();
        prop_assert_eq!(tier == Tier::Own, purpose.is_some());
        let expected: Vec<RawStudentCell> =
            (0..plan.cells()).map(|cell| naive(&counts, &results, &catalogue, &plan, cell)).collect();
        let sized = |cell: &RawStudentCell| match cell {
            RawStudentCell::Withheld(reason) => SizedCohort::Withheld(*reason),
            RawStudentCell::Counted(CountedStudents { institutions, cohort, part, .. }) => {
                SizedCohort::Counted { institutions: *institutions, cohort: *cohort, in_part: part.is_some() }
            }
        };
        let sized: Vec<SizedCohort> = expected.iter().map(sized).collect();
        prop_assert!(sizes(&plan, &snapshot).cells() == sized);
        prop_assert!(run(&plan, &snapshot) == RawStudentTable::new(tier, expected));
    }
}
