//! What the protection of student counts promises.

use super::*;
use crate::CellStatus;

const KEY: [u8; 32] = [11; 32];

fn label(conditions: &str) -> Label {
    Label::new(conditions, "202223")
}

fn capped(cohorts: &[u32], percent: u32, added: &[u32]) -> CappedSum {
    let group: Contributions = cohorts.iter().copied().collect();
    let mut sum = CappedSum::new(group.ceiling(u32::try_from(cohorts.len()).unwrap(), percent));
    added.iter().for_each(|&students| sum.add(students));
    sum
}

fn cell(conditions: &str, keys: u128, cohorts: &[u32], students: &[u32]) -> CountedStudents {
    CountedStudents {
        label: label(conditions),
        measure: "destinations/KS4/education".into(),
        institutions: u32::try_from(cohorts.len()).unwrap(),
        cohort: cohorts.iter().copied().collect(),
        keys,
        students: capped(cohorts, 100, students),
        part: None,
    }
}

fn with_part(mut cell: CountedStudents, all: &[u32], part: &[u32]) -> CountedStudents {
    let institutions = u32::try_from(part.len()).unwrap();
    let cohort = capped(all, 100, part);
    let measure = "destinations/KS4/GATSBY-2014@202324T3:6-8".into();
    let group = "GATSBY-2014@202324T3:6-8".into();
    cell.part = Some(Box::new(SecretGroup { measure, group, institutions, cohort }));
    cell
}

fn protected(cells: Vec<CountedStudents>, tier: Tier) -> Vec<ProtectedStudentCell> {
    let raw = RawStudentTable::new(tier, cells.into_iter().map(RawStudentCell::Counted).collect());
    protect_students(raw, &NoiseKey::new(KEY)).cells().to_vec()
}

fn one(cell: CountedStudents, tier: Tier) -> ProtectedStudentCell {
    protected(vec![cell], tier).remove(0)
}

#[test]
fn own_counts_are_exact() {
    let mut exact = cell("area=A", 1, &[120, 80, 95], &[]);
    exact.students = CappedSum::new(crate::Ceiling::NONE);
    [100, 60, 81].iter().for_each(|&students| exact.students.add(students));
    let cell = one(exact, Tier::Own);
    assert_eq!((cell.institutions, cell.cohort.value), (Some(3), Some(295.0)));
    assert_eq!((cell.students.value, cell.students.standard_error), (Some(241.0), Some(0.0)));
    assert_eq!(cell.share.value, Some(0.816_949));
    assert_eq!(cell.share.status, CellStatus::Ok);
}

#[test]
fn what_is_hidden_depends_on_cohorts_alone() {
    for (cohorts, expected) in [
        (&[][..], Some(HiddenReason::NotCollected)),
        (&[200, 200], Some(HiddenReason::SmallGroup)),
        (&[1, 1, 1], Some(HiddenReason::SmallGroup)),
        (&[2_000, 30, 30, 30], Some(HiddenReason::Dominance)),
        (&[900, 800, 60], Some(HiddenReason::Dominance)),
        (&[100, 90, 80, 70], None),
    ] {
        for tier in Tier::ALL {
            let none: Vec<u32> = cohorts.iter().map(|_| 0).collect();
            let [first, second] =
                [cohorts, &none[..]].map(|students| one(cell("area=A", 1, cohorts, students), tier).share);
            assert_eq!((first.reason, second.reason), (expected, expected), "{cohorts:?} {tier}");
            assert_eq!(first.value.is_none(), expected.is_some());
        }
    }
    let threshold = |students: u32, tier| one(cell("area=A", 1, &[students - 4, 2, 2], &[1, 1, 1]), tier).share.reason;
    for (tier, k) in [(Tier::Own, 5), (Tier::Regional, 10), (Tier::International, 20)] {
        assert_eq!(threshold(k - 1, tier), Some(HiddenReason::SmallGroup), "{tier}");
        assert_ne!(threshold(k, tier), Some(HiddenReason::SmallGroup), "{tier}");
    }
}

#[test]
fn no_share_is_nothing_or_everything_and_no_number_is_the_cohort() {
    let shapes: [&[u32]; 5] = [&[5, 5, 5], &[4, 9, 8], &[30, 40, 50, 20], &[400, 300, 280, 250, 200], &[7; 60]];
    for tier in Tier::ALL {
        for (number, cohorts) in shapes.iter().enumerate() {
            for keys in 0..300_u128 {
                let conditions = format!("area={number}");
                let none: Vec<u32> = cohorts.iter().map(|_| 0).collect();
                for students in [&none, &cohorts.to_vec()] {
                    let cell = one(cell(&conditions, keys, cohorts, students), tier);
                    if let Some(share) = cell.share.value {
                        assert!(0.0 < share && share < 1.0, "{cell:?}");
                        let (count, cohort) = (cell.students.value.unwrap(), cell.cohort.value.unwrap());
                        assert!(count < cohort.max(f64::from(tier.rules().count_rounding) + 1.0), "{cell:?}");
                        assert!(count > 0.0 || cell.students.status == CellStatus::RoundsToZero, "{cell:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn how_far_the_largest_stands_out_does_not_show() {
    let (mut cohorts, mut students) = ([500; 60], [250; 60]);
    cohorts[0] = 1_900;
    let mut of = |largest: u32| {
        students[0] = largest;
        one(cell("area=A", 3, &cohorts, &students), Tier::Regional)
    };
    assert_eq!(of(500), of(1_800), "the largest adds no more than the ceiling");
    assert_ne!(of(500), of(400));
}

#[test]
fn the_noise_is_sigma_times_the_ceiling_and_tiers_nest() {
    let (cohorts, students) = ([200; 200], [100; 200]);
    let totals = |tier: Tier| -> Vec<f64> {
        let cells = (0..4_000_u128).map(|set| cell(&format!("area={set}"), set << 64, &cohorts, &students)).collect();
        protected(cells, tier).iter().map(|cell| cell.students.value.unwrap() - 20_000.0).collect()
    };
    let (regional, international) = (totals(Tier::Regional), totals(Tier::International));
    let variance = |values: &[f64]| values.iter().map(|value| value * value).sum::<f64>() / values.len() as f64;
    let close =
        |found: f64, sigma: f64| (found / (sigma * 200.0).powi(2) - 1.0).abs() < 4.0 * (2.0_f64 / 4_000.0).sqrt();
    assert!(close(variance(&regional), 4.2), "{}", variance(&regional));
    assert!(close(variance(&international), 5.2), "{}", variance(&international));
    let extra: Vec<f64> = international.iter().zip(&regional).map(|(outer, inner)| outer - inner).collect();
    assert!(close(variance(&extra), (5.2_f64.powi(2) - 4.2_f64.powi(2)).sqrt()), "{}", variance(&extra));
}

#[test]
fn the_standard_error_follows_from_cohorts_alone() {
    let errors = |each: u32| {
        let cell = one(cell("area=A", 3, &[200; 40], &[each; 40]), Tier::Regional);
        [cell.students, cell.cohort].map(|estimate| estimate.standard_error)
    };
    for each in [30, 90, 100, 170] {
        assert_eq!(errors(each), [Some(840.0), Some(1.44)], "{each}");
    }
}

/// An institution that is alone in its band with a cohort that no other has: were scales taken from the band, every figure told
/// beside a value would be about that one.
#[test]
fn the_scale_of_a_band_is_that_of_the_group_around_it() {
    let mut all = vec![150; 60];
    all[0] = 700;
    let errors = |part: &[u32]| {
        let mut cells = Vec::new();
        for set in 0..400 {
            cells.push(with_part(cell(&format!("area={set}"), set << 64, &all, part), &all, part));
        }
        let shown = protected(cells, Tier::Regional).into_iter().filter(|cell| cell.share.value.is_some());
        let errors = shown.map(|cell| [cell.cohort.standard_error, cell.students.standard_error.or(Some(630.0))]);
        let mut errors: Vec<_> = errors.collect();
        errors.dedup();
        errors
    };
    let expected = vec![[Some(630.0); 2]];
    assert_eq!(errors(&[700; 12]), expected);
    assert_eq!(errors(&[150; 20]), expected);
    assert_eq!(errors(&[3; 20]), expected);
}

#[test]
fn the_error_of_a_share_in_a_band_follows_from_what_is_told_beside_it() {
    let all = [150; 60];
    let mut seen = std::collections::BTreeMap::new();
    for size in 10..60 {
        for set in 0..60 {
            let students: Vec<u32> = (0..size).map(|_| 100).collect();
            let part = with_part(
                cell(&format!("area={set}"), set << 64, &all, &students),
                &all,
                &all[..usize::try_from(size).unwrap()],
            );
            let cell = one(part, Tier::Regional);
            if let (Some(error), None) = (cell.share.standard_error, cell.share.bound) {
                let told = [cell.cohort.value, cell.students.value].map(|value| value.unwrap().to_bits());
                assert_eq!(*seen.entry(told).or_insert(error.to_bits()), error.to_bits(), "{cell:?}");
            }
        }
    }
    assert!(seen.len() > 100);
}

#[test]
fn a_secret_group_is_shown_where_its_noised_size_reaches_the_threshold() {
    let all = [150; 60];
    let shown = |size: u32| {
        let cells = (0..2_000_u128).map(|set| {
            let part: Vec<u32> = (0..size).map(|_| 150).collect();
            let students: Vec<u32> = (0..size).map(|_| 130).collect();
            with_part(cell(&format!("area={set}"), set << 64, &all, &students), &all, &part)
        });
        let cells = protected(cells.collect(), Tier::Regional);
        cells.iter().filter(|cell| cell.share.value.is_some()).count() as f64 / 2_000.0
    };
    // Both the noised size, sd 4 about the threshold 10, and the noised cohort of at least 10 students decide.
    assert!(shown(1) < 0.03);
    assert!((shown(10) - 0.5).abs() < 0.06, "{}", shown(10));
    assert!((shown(13) - 0.773).abs() < 0.05, "{}", shown(13));
    assert!(shown(25) > 0.999);
}

#[test]
fn a_secret_group_has_one_noised_size_in_every_category_and_its_noise_does_not_tell_who_belongs() {
    let all = [150; 60];
    let part = |category: &str, size: usize| {
        let students: Vec<u32> = (0..size).map(|_| 130).collect();
        let mut cell = with_part(cell("area=A;band", 9, &all, &students), &all, &all[..size]);
        cell.measure = format!("destinations/KS4/{category}/GATSBY-2014@202324T3:6-8").into();
        one(cell, Tier::Regional)
    };
    let (education, unknown) = (part("education", 30), part("unknown", 30));
    assert_eq!((education.institutions, education.cohort), (unknown.institutions, unknown.cohort));
    assert_ne!(education.students, unknown.students);
    // One institution more moves the noised cohort by its own cohort: the noise around it is that of the public group.
    let cohort = |size| part("education", size).cohort.value.unwrap();
    assert!((cohort(31) - cohort(30) - 150.0).abs() < 5.1, "{} {}", cohort(30), cohort(31));
    for size in [12, 30, 55] {
        let cell = part("education", size);
        assert!(cell.institutions.is_none_or(|institutions| institutions >= 10 && institutions % 5 == 0), "{cell:?}");
        assert!(cell.share.value.is_none_or(|share| 0.0 < share && share < 1.0), "{cell:?}");
    }
}

#[test]
fn a_secret_group_within_a_hidden_one_is_hidden() {
    let cell = with_part(cell("area=A", 1, &[2_000, 30, 30, 30], &[1, 1, 1]), &[2_000, 30, 30, 30], &[30, 30, 30]);
    assert_eq!(one(cell, Tier::Regional).share.reason, Some(HiddenReason::Dominance));
}

#[test]
fn the_same_cell_has_the_same_answer_in_any_table() {
    let first = cell("area=A", 1, &[100; 20], &[50; 20]);
    let second = with_part(cell("area=B", 2, &[100; 40], &[50; 20]), &[100; 40], &[100; 20]);
    let together = protected(vec![first.clone(), second.clone()], Tier::International);
    let reversed = protected(vec![second.clone(), first.clone()], Tier::International);
    assert_eq!((&together[0], &together[1]), (&reversed[1], &reversed[0]));
    assert_eq!(one(second, Tier::International), together[1]);
    assert_eq!(one(first, Tier::International), together[0]);
}

#[test]
fn a_withheld_cell_keeps_its_reason_and_exact_figures_are_never_shown() {
    let raw = RawStudentTable::new(Tier::Regional, vec![RawStudentCell::Withheld(HiddenReason::Budget)]);
    assert_eq!(format!("{raw:#?}"), "RawStudentTable(redacted)");
    assert_eq!(
        format!("{:?}", RawStudentCell::Counted(cell("area=A", 1, &[7_777; 3], &[7_777; 3]))),
        "RawStudentCell(redacted)"
    );
    let table = protect_students(raw, &NoiseKey::new(KEY));
    assert_eq!(table.cells()[0].share.status, CellStatus::Confidential);
    assert_eq!(table.cells()[0].share.reason, Some(HiddenReason::Budget));
}

#[test]
fn what_is_withheld_is_hidden_for_that_reason_and_nothing_else_is() {
    let counted = || RawStudentCell::Counted(cell("area=A", 1, &[120, 80, 95], &[100, 60, 81]));
    let cells = vec![counted(), RawStudentCell::Withheld(HiddenReason::NoCounterpart), counted()];
    let table = RawStudentTable::new(Tier::Own, cells);
    let table = table.withhold(HiddenReason::Budget, |position| position < 2);
    let cells = protect_students(table, &NoiseKey::new(KEY)).cells().to_vec();
    let reasons: Vec<_> = cells.iter().map(|cell| cell.share.reason).collect();
    assert_eq!(reasons, [Some(HiddenReason::Budget), Some(HiddenReason::NoCounterpart), None]);
    assert_eq!((cells[0].institutions, cells[0].cohort.value, cells[2].cohort.value), (None, None, Some(295.0)));
}
