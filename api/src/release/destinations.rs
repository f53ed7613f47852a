//! The destinations of one release as columns: per cohort year and stage, one row an institution.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
};

use disclosure::NoiseKey;

use crate::domain::{AreaIndex, Catalogue, CohortYear, Destination, Pseudonym, ReleasedDestination, Stage};

use super::row_group::{RowGroup, provider_of, rows_within};

/// The provider of a cohort whose counts several organisations handed in: none of them holds all of it, so none of them sees
/// it as its own. No organisation has this key.
const SEVERAL: i64 = 0;

/// The students of one institution by destination, in the order of [`Destination::ALL`].
pub type Split = [u32; Destination::ALL.len()];

/// Every count of one release. Holds counts of institutions: it has no `Serialize`, no `Display` and no `Debug`.
#[derive(Default)]
pub struct Destinations(BTreeMap<(CohortYear, Stage), CohortColumns>);

/// One cohort year and stage; every column is as long as there are rows. An institution has one row.
pub struct CohortColumns {
    keys: Vec<u128>,
    row_groups: Vec<RowGroup>,
    cohorts: Vec<u32>,
    students: [Vec<u32>; Destination::ALL.len()],
    since: u32,
    /// Ascending by row and release. Nothing about rows of which nothing was handed in after the first release.
    revised: Vec<Revised>,
}

/// What releases showed of a row from one on, up to the next of the row.
struct Revised {
    row: usize,
    from: u32,
    students: Split,
}

/// Gathers counts in whatever order they come, then lays them out as columns.
#[derive(Default)]
pub struct DestinationsBuilder(BTreeMap<(CohortYear, Stage), HashMap<Pseudonym, Cohort>>);

/// One institution's cohort.
struct Cohort {
    local_authority: AreaIndex,
    hub: Option<AreaIndex>,
    /// Who handed the counts in that the release shows; unknown until one of them came.
    provider: Option<i64>,
    /// Who handed in what was shown last, and until when, where nothing of it is shown any more.
    before: Option<(u32, i64)>,
    students: Split,
    /// Per destination, the first release with its count; 0 where there is none.
    from: Split,
    /// What earlier releases showed.
    past: Vec<Replaced>,
}

/// A count that earlier releases showed.
struct Replaced {
    destination: Destination,
    students: u32,
    from: u32,
    until: u32,
}

impl DestinationsBuilder {
    /// Takes in one count, shown now or by an earlier release.
    pub fn add(&mut self, count: &ReleasedDestination) {
        let cohorts = self.0.entry((count.cohort_year, count.stage)).or_default();
        let cohort = cohorts.entry(count.institution).or_insert_with(|| Cohort {
            local_authority: count.local_authority,
            hub: count.hub,
            provider: None,
            before: None,
            students: Split::default(),
            from: Split::default(),
            past: Vec::new(),
        });
        let ReleasedDestination { destination, students, provider, from, until, .. } = *count;
        if let Some(until) = until {
            cohort.past.push(Replaced { destination, students, from, until });
            cohort.before = cohort.before.max(Some((until, provider)));
            return;
        }
        let same = cohort.provider.is_none_or(|known| known == provider);
        cohort.provider = Some(if same { provider } else { SEVERAL });
        cohort.students[destination as usize] = students;
        cohort.from[destination as usize] = from;
    }

    /// Lays everything out: rows sorted by place, record keys made with the key of the noise.
    pub fn finish(self, key: &NoiseKey) -> Destinations {
        Destinations(self.0.into_iter().map(|(of, cohorts)| (of, lay_out(cohorts, key))).collect())
    }
}

impl Cohort {
    fn provider(&self) -> i64 {
        self.provider.or(self.before.map(|(_, provider)| provider)).unwrap_or(SEVERAL)
    }

    /// Every release that began to show a count of it, or no longer shows one, ascending.
    fn releases(&self) -> Vec<u32> {
        let past = self.past.iter().flat_map(|replaced| [replaced.from, replaced.until]);
        let mut releases: Vec<u32> = self.from.iter().copied().filter(|&from| from > 0).chain(past).collect();
        releases.sort_unstable();
        releases.dedup();
        releases
    }

    /// What a release showed of it.
    fn at(&self, release: u32) -> Split {
        let mut shown = Split::default();
        for replaced in self.past.iter().filter(|past| past.from <= release && release < past.until) {
            shown[replaced.destination as usize] = replaced.students;
        }
        for (shown, (&students, &from)) in shown.iter_mut().zip(self.students.iter().zip(&self.from)) {
            if (1..=release).contains(&from) {
                *shown = students;
            }
        }
        shown
    }
}

fn lay_out(cohorts: HashMap<Pseudonym, Cohort>, key: &NoiseKey) -> CohortColumns {
    let mut rows: Vec<(Pseudonym, Cohort)> = cohorts.into_iter().collect();
    rows.sort_unstable_by_key(|(institution, cohort)| {
        (cohort.local_authority, cohort.hub, cohort.provider(), *institution)
    });
    let first = |(_, cohort): &(Pseudonym, Cohort)| cohort.releases().first().copied();
    let since = rows.iter().filter_map(first).min().unwrap_or_default();
    let mut row_groups: Vec<RowGroup> = Vec::new();
    for (position, (_, cohort)) in rows.iter().enumerate() {
        let place = (cohort.local_authority, cohort.hub, cohort.provider());
        match row_groups.last_mut() {
            Some(last) if (last.local_authority, last.hub, last.provider) == place => last.rows.end = position + 1,
            _ => row_groups.push(RowGroup {
                local_authority: cohort.local_authority,
                hub: cohort.hub,
                provider: cohort.provider(),
                rows: position..position + 1,
            }),
        }
    }
    CohortColumns {
        keys: rows.iter().map(|(institution, _)| key.record_key(&institution.0)).collect(),
        row_groups,
        cohorts: rows.iter().map(|(_, cohort)| cohort.students.iter().sum()).collect(),
        students: std::array::from_fn(|column| rows.iter().map(|(_, cohort)| cohort.students[column]).collect()),
        since,
        revised: rows.iter().enumerate().flat_map(|(row, (_, cohort))| revised(row, cohort, since)).collect(),
    }
}

/// What releases showed of a row, one after the other, one for each that shows something handed in anew, whatever that was;
/// nothing where nothing came after the first.
fn revised(row: usize, cohort: &Cohort, since: u32) -> Vec<Revised> {
    let releases = cohort.releases();
    if releases == [since] {
        return Vec::new();
    }
    let shown = |from| Revised { row, from, students: cohort.at(from) };
    releases.into_iter().map(shown).collect()
}

impl Destinations {
    /// The columns of a cohort year and stage, where anything was handed in.
    pub fn cohort(&self, year: CohortYear, stage: Stage) -> Option<&CohortColumns> {
        self.0.get(&(year, stage))
    }

    /// What it takes in memory, bytes.
    pub(super) fn bytes(&self) -> usize {
        let of = |columns: &CohortColumns| {
            size_of_val(columns.keys.as_slice())
                + (columns.cohorts.len() * (1 + columns.students.len())) * size_of::<u32>()
                + size_of_val(columns.revised.as_slice())
        };
        self.0.values().map(of).sum()
    }

    /// The cohort years with a count, ascending.
    pub fn cohort_years(&self) -> Vec<CohortYear> {
        let mut years: Vec<CohortYear> = self.0.keys().map(|(year, _)| *year).collect();
        years.dedup();
        years
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

    /// Who handed in the cohort of a row; `None` where several did.
    pub fn provider(&self, row: usize) -> Option<i64> {
        provider_of(&self.row_groups, row).filter(|&provider| provider != SEVERAL)
    }

    /// The number of the first release that holds a count of the cohort year and stage.
    pub fn since(&self) -> u32 {
        self.since
    }

    /// Whether anything was handed in, or handed in anew, after the first release.
    pub fn is_revised(&self) -> bool {
        !self.revised.is_empty()
    }

    /// The releases that began to show something of a row, first or anew, ascending; none where nothing came after the first.
    /// What it was does not matter: whether a count is the same as before is as secret as the count.
    pub fn revisions(&self, row: usize) -> impl Iterator<Item = u32> {
        self.revised(row).iter().map(|revised| revised.from)
    }

    /// What this release, or an earlier one since the first, shows of a row.
    pub fn split(&self, row: usize, release: Option<u32>) -> Split {
        let now = || std::array::from_fn(|column| self.students[column][row]);
        match (release, self.revised(row)) {
            (None, _) | (_, []) => now(),
            (Some(release), revised) => {
                let shown = revised.iter().take_while(|revised| revised.from <= release).last();
                shown.map_or_else(Split::default, |revised| revised.students)
            }
        }
    }

    fn revised(&self, row: usize) -> &[Revised] {
        let place = |row: usize| self.revised.partition_point(|revised| revised.row < row);
        if self.revised.is_empty() { &[] } else { &self.revised[place(row)..place(row + 1)] }
    }

    /// The students of each institution that went to a destination.
    pub fn students(&self, destination: Destination) -> &[u32] {
        &self.students[destination as usize]
    }

    /// The rows of an area, as few ranges as possible; those of one provider alone where one is given.
    pub fn rows_of(&self, area: AreaIndex, provider: Option<i64>, catalogue: &Catalogue) -> Vec<Range<usize>> {
        rows_within(&self.row_groups, area, provider, catalogue)
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
            local_authority: usize::from(institution % 2).into(),
            hub: None,
            provider,
            from: 1,
            until: None,
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
            assert_eq!(columns.row_groups.iter().map(|one| one.provider).collect::<Vec<_>>(), [SEVERAL, 7, 7]);
            assert_eq!(columns.cohorts(), [63, 80, 105]);
            assert_eq!(columns.students(Destination::Education), [60, 80, 100]);
            assert_eq!(columns.students(Destination::Unknown), [0, 0, 5]);
            assert_eq!(columns.keys()[2], NoiseKey::new([3; 32]).record_key(&[1; 32]));
            assert_eq!(destinations.newest_year(), Some(year));
            assert!(destinations.cohort(year, Stage::SixteenToEighteen).is_none());
            counts.reverse();
        }
    }

    #[test]
    fn what_earlier_releases_showed_is_kept_for_those_rows_alone_that_were_handed_in_anew() {
        let year: CohortYear = "202223".parse().unwrap();
        let of = |institution, destination, students, from, until| ReleasedDestination {
            from,
            until,
            ..count(institution, destination, students, 7)
        };
        let counts = [
            of(2, Destination::Education, 80, 2, None),
            of(4, Destination::Education, 60, 2, Some(3)),
            of(4, Destination::Education, 50, 3, Some(5)),
            of(4, Destination::Education, 55, 5, None),
            of(4, Destination::Unknown, 9, 5, None),
            of(6, Destination::Unknown, 4, 4, None),
            // Handed in again by another organisation, with the same students.
            ReleasedDestination { provider: 8, ..of(8, Destination::Education, 30, 2, Some(4)) },
            of(8, Destination::Education, 30, 4, None),
            // Taken back.
            of(10, Destination::Education, 20, 2, Some(4)),
        ];
        let mut builder = DestinationsBuilder::default();
        counts.iter().for_each(|count| builder.add(count));
        let destinations = builder.finish(&NoiseKey::new([3; 32]));
        let columns = destinations.cohort(year, Stage::KeyStage4).unwrap();
        assert_eq!((columns.since(), columns.cohorts()), (2, &[80, 64, 4, 30, 0][..]));
        let revisions = |row| columns.revisions(row).collect::<Vec<_>>();
        assert_eq!([0, 1, 2, 3, 4].map(revisions), [vec![], vec![2, 3, 5], vec![4], vec![2, 4], vec![2, 4]]);
        let shown = |row, release| columns.split(row, release).iter().sum::<u32>();
        assert_eq!([2, 3, 4, 5].map(|release| shown(1, Some(release))), [60, 50, 50, 64]);
        assert_eq!([2, 3, 4, 5].map(|release| shown(2, Some(release))), [0, 0, 4, 4]);
        assert_eq!([2, 3, 4, 5].map(|release| shown(4, Some(release))), [20, 20, 0, 0]);
        assert_eq!([0, 1, 2, 3, 4].map(|row| shown(row, None)), [80, 64, 4, 30, 0]);
        assert!(columns.row_groups.iter().all(|row_group| row_group.provider == 7), "who handed in what is shown now");
    }
}
