//! The destinations of one release as columns: per cohort year and stage, one row an institution.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
};

use disclosure::NoiseKey;

use crate::domain::{AreaIndex, Catalogue, CohortYear, Destination, Pseudonym, ReleasedDestination, Stage};

use super::columns::{Stretch, rows_within};

/// The provider of a cohort whose counts several organisations handed in: none of them holds all of it, so none of them sees
/// it as its own. No organisation has this key.
const SEVERAL: i64 = 0;

/// Every count of one release. Holds counts of institutions: it has no `Serialize`, no `Display` and no `Debug`.
#[derive(Default)]
pub struct Destinations(BTreeMap<(CohortYear, Stage), CohortColumns>);

/// One cohort year and stage; every column is as long as there are rows. An institution has one row.
pub struct CohortColumns {
    keys: Vec<u128>,
    stretches: Vec<Stretch>,
    cohorts: Vec<u32>,
    students: [Vec<u32>; Destination::ALL.len()],
}

/// Gathers counts in whatever order they come, then lays them out as columns.
#[derive(Default)]
pub struct DestinationsBuilder(BTreeMap<(CohortYear, Stage), HashMap<Pseudonym, Cohort>>);

/// One institution's cohort.
struct Cohort {
    local_authority: AreaIndex,
    hub: Option<AreaIndex>,
    provider: i64,
    students: [u32; Destination::ALL.len()],
}

impl DestinationsBuilder {
    /// Takes in one count.
    pub fn add(&mut self, count: &ReleasedDestination) {
        let cohorts = self.0.entry((count.cohort_year, count.stage)).or_default();
        let cohort = cohorts.entry(count.institution).or_insert_with(|| Cohort {
            local_authority: count.local_authority,
            hub: count.hub,
            provider: count.provider,
            students: [0; Destination::ALL.len()],
        });
        if cohort.provider != count.provider {
            cohort.provider = SEVERAL;
        }
        cohort.students[count.destination as usize] = count.students;
    }

    /// Lays everything out: rows sorted by place, record keys made with the key of the noise.
    pub fn finish(self, key: &NoiseKey) -> Destinations {
        Destinations(self.0.into_iter().map(|(of, cohorts)| (of, lay_out(cohorts, key))).collect())
    }
}

fn lay_out(cohorts: HashMap<Pseudonym, Cohort>, key: &NoiseKey) -> CohortColumns {
    let mut rows: Vec<(Pseudonym, Cohort)> = cohorts.into_iter().collect();
    rows.sort_unstable_by_key(|(institution, cohort)| {
        (cohort.local_authority, cohort.hub, cohort.provider, *institution)
    });
    let mut stretches: Vec<Stretch> = Vec::new();
    for (position, (_, cohort)) in rows.iter().enumerate() {
        let place = (cohort.local_authority, cohort.hub, cohort.provider);
        match stretches.last_mut() {
            Some(last) if (last.local_authority, last.hub, last.provider) == place => last.rows.end = position + 1,
            _ => stretches.push(Stretch {
                local_authority: cohort.local_authority,
                hub: cohort.hub,
                provider: cohort.provider,
                rows: position..position + 1,
            }),
        }
    }
    CohortColumns {
        keys: rows.iter().map(|(institution, _)| key.record_key(&institution.0)).collect(),
        stretches,
        cohorts: rows.iter().map(|(_, cohort)| cohort.students.iter().sum()).collect(),
        students: std::array::from_fn(|column| rows.iter().map(|(_, cohort)| cohort.students[column]).collect()),
    }
}

impl Destinations {
    /// The columns of a cohort year and stage, where anything was handed in.
    pub fn cohort(&self, year: CohortYear, stage: Stage) -> Option<&CohortColumns> {
        self.0.get(&(year, stage))
    }

    /// The newest cohort year with a count.
    pub fn newest_year(&self) -> Option<CohortYear> {
        self.0.keys().next_back().map(|(year, _)| *year)
    }
}

impl CohortColumns {
    /// The record keys, one a row.
    pub fn keys(&self) -> &[u128] {
        &self.keys
    }

    /// All students of each institution, whatever the destination.
    pub fn cohorts(&self) -> &[u32] {
        &self.cohorts
    }

    /// The students of each institution that went to a destination.
    pub fn students(&self, destination: Destination) -> &[u32] {
        &self.students[destination as usize]
    }

    /// The rows of an area, as few ranges as possible; those of one provider alone where one is given.
    pub fn rows_of(&self, area: AreaIndex, provider: Option<i64>, catalogue: &Catalogue) -> Vec<Range<usize>> {
        rows_within(&self.stretches, area, provider, catalogue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(institution: u8, destination: Destination, students: u32, provider: i64) -> ReleasedDestination {
        ReleasedDestination {
            institution: Pseudonym([institution; 32]),
            cohort_year: "202223".parse().unwrap(),
            stage: Stage::KeyStage4,
            destination,
            students,
            local_authority: usize::from(institution % 2),
            hub: None,
            provider,
        }
    }

    #[test]
    fn counts_become_one_row_an_institution_in_whatever_order_they_come() {
        let mut counts = [
            count(1, Destination::Education, 100, 7),
            count(2, Destination::Education, 80, 7),
            count(1, Destination::Unknown, 5, 7),
            count(4, Destination::Education, 60, 8),
            count(4, Destination::Employment, 3, 9),
        ];
        for _ in 0..2 {
            let mut builder = DestinationsBuilder::default();
            counts.iter().for_each(|count| builder.add(count));
            let destinations = builder.finish(&NoiseKey::new([3; 32]));
            let year = "202223".parse().unwrap();
            let columns = destinations.cohort(year, Stage::KeyStage4).unwrap();
            assert_eq!(columns.stretches.iter().map(|one| one.provider).collect::<Vec<_>>(), [SEVERAL, 7, 7]);
            assert_eq!(columns.cohorts(), [63, 80, 105]);
            assert_eq!(columns.students(Destination::Education), [60, 80, 100]);
            assert_eq!(columns.students(Destination::Unknown), [0, 0, 5]);
            assert_eq!(columns.keys()[2], NoiseKey::new([3; 32]).record_key(&[1; 32]));
            assert_eq!(destinations.newest_year(), Some(year));
            assert!(destinations.cohort(year, Stage::SixteenToEighteen).is_none());
            counts.reverse();
        }
    }
}
