//! The base of each group of cohorts, as [`frozen_base`] has it: of area × cohort year × stage with all its categories and bands
//! together.
//!
//! An institution of the group changed where it came, left or was handed in anew: any of its counts or, with bands, its result of
//! the framework and period that makes them. Whatever was handed in: did it take another band or another count, whoever hands in
//! k − 1 changes of its own would learn from the move of the base whether the k-th is one. Bands are frozen along with the counts:
//! taken from the newest results instead, the one institution whose score was corrected would be the whole difference between two
//! releases of two bands. A group may be shown where [`hidden_cohort`] has nothing against it, so that hangs on the sizes of
//! cohorts, which are public.
//!
//! k changes of a group may still be a single one in one category or band: see what the engine says of the noise at another
//! base. Asking many releases averages out no more than asking many cohort years does.

use std::{collections::HashMap, ops::Range};

use disclosure::{Rules, Tier, hidden_cohort};

use crate::{
    domain::{CohortYear, Publishable},
    release::{CohortColumns, NOT_ASSESSED, Snapshot, Split, score_of},
    tabulation::{Base, TablePlan, Versions, frozen_base},
};

use super::{
    Banding,
    count::{Cohorts, Scanner},
};

/// What an institution adds to a group.
pub(super) struct Member {
    pub(super) students: Split,
    /// The position of its band; 0 where there are none.
    pub(super) band: usize,
}

/// The band of every institution with a result, by record key: none where it was not assessed on every benchmark.
pub(super) struct Bands {
    now: HashMap<u128, Since>,
    /// Of results that earlier releases showed; empty where nothing was corrected.
    past: HashMap<u128, Vec<Shown>>,
    /// The last release in which any result was handed in.
    changed: u32,
}

struct Since {
    band: Option<usize>,
    from: u32,
}

struct Shown {
    band: Option<usize>,
    from: u32,
    until: u32,
}

impl Bands {
    pub(super) fn of(banding: &Banding, snapshot: &Snapshot) -> Self {
        let mut bands = Self { now: HashMap::new(), past: HashMap::new(), changed: 0 };
        let framework = snapshot.framework(banding.framework);
        let Some(columns) = framework.period(banding.period) else { return bands };
        let numbers: Vec<u8> = snapshot.catalogue().frameworks()[banding.framework]
            .benchmarks
            .iter()
            .map(|benchmark| benchmark.number)
            .collect();
        let band = |score: &dyn Fn(u8) -> u8| {
            let achieved = numbers.iter().try_fold(0, |achieved, &number| match score(number) {
                NOT_ASSESSED => None,
                score => Some(achieved + usize::from(score == 100)),
            })?;
            banding.bands.iter().position(|band| (band.lowest..=band.highest).contains(&achieved))
        };
        let history = columns.history();
        let rows = 0..framework.keys().len();
        let mut late = history.late_in(&rows).iter().peekable();
        for row in rows {
            let late = late.next_if(|late| late.row as usize == row);
            let from = late.map_or(history.since(), |late| late.from);
            // An institution that moved has a row in each place, and a result of the period in one of them.
            if numbers.iter().any(|&number| columns.score(number)[row] != NOT_ASSESSED) {
                let band = band(&|number| columns.score(number)[row]);
                bands.now.insert(framework.keys()[row], Since { band, from });
                bands.changed = bands.changed.max(from);
            }
        }
        for (past, scores) in history.past() {
            let shown = Shown { band: band(&|number| score_of(scores, number)), from: past.from, until: past.until };
            bands.changed = bands.changed.max(past.until);
            bands.past.entry(past.key).or_default().push(shown);
        }
        bands
    }

    /// The band of an institution at a release, or now.
    fn at(&self, key: u128, release: Option<u32>) -> Option<usize> {
        let now = self.now.get(&key);
        let Some(release) = release else { return now.and_then(|now| now.band) };
        match now.filter(|now| now.from <= release) {
            Some(now) => now.band,
            None => self.past.get(&key)?.iter().find(|past| past.from <= release && release < past.until)?.band,
        }
    }

    /// The releases that began to show a result of an institution, first or anew, or no longer show one.
    fn revisions(&self, key: u128) -> impl Iterator<Item = u32> {
        let past = self.past.get(&key).into_iter().flatten();
        self.now.get(&key).map(|now| now.from).into_iter().chain(past.flat_map(|past| [past.from, past.until]))
    }
}

impl Scanner<'_> {
    /// What the institution of a row adds at a release, or now: nothing without a cohort or, with bands, without a band.
    pub(super) fn member(&self, columns: &CohortColumns, row: usize, release: Option<u32>) -> Option<Member> {
        let students = columns.split(row, release);
        if students == Split::default() {
            return None;
        }
        let band = self.bands.as_ref().map_or(Some(0), |bands| bands.at(columns.keys()[row], release))?;
        Some(Member { students, band })
    }

    /// The base of a group that stands in these rows; `None` where it speaks for the release asked for because nothing ever
    /// changed, or because it is one's own.
    pub(super) fn base(&self, columns: &CohortColumns, year: CohortYear, rows: &[Range<usize>]) -> Option<Base> {
        let tier = self.plan.scope().tier();
        let bands_changed = self.bands.as_ref().is_some_and(|bands| bands.changed > columns.since());
        if tier == Tier::Own || !(columns.is_revised() || bands_changed) {
            return None;
        }
        let rows = || rows.iter().cloned().flatten();
        let mut revised = Vec::new();
        for row in rows() {
            let of_band = self.bands.iter().flat_map(|bands| bands.revisions(columns.keys()[row]));
            let later = columns.revisions(row).chain(of_band).filter(|&release| release > columns.since());
            revised.extend(later.map(|release| (row, release)));
        }
        let mut releases: Vec<u32> = revised.iter().map(|&(_, release)| release).collect();
        releases.sort_unstable();
        releases.dedup();
        releases.retain(|&release| !self.is_of_results_alone(release, year));

        let first = columns.since();
        let group = Group { scanner: self, columns, rules: tier.rules(), all: rows().collect(), revised };
        Some(frozen_base(first, releases, &mut AtRelease { group: &group, now: first, base: first }))
    }
}

impl Scanner<'_> {
    /// Whether a release published the results behind the bands anew, and not the cohort year. A group with bands moves with the
    /// editions of its cohort year alone: with those of the results as well it had five bases. The first edition of the results
    /// is another matter, since there were no bands before. Releases of a time before editions stay as they were.
    fn is_of_results_alone(&self, release: u32, year: CohortYear) -> bool {
        let of = self.snapshot.release();
        let published = |period| of.editions.of_period(period).iter().map(|published| published.release);
        let anew = |period| published(Publishable::Term(period)).skip(1).any(|one| one == release);
        release >= of.current_method_since
            && self.plan.banding().is_some_and(|banding| anew(banding.period))
            && published(Publishable::Cohorts(year)).all(|one| one != release)
    }
}

/// The rows of a group.
struct Group<'a> {
    scanner: &'a Scanner<'a>,
    columns: &'a CohortColumns,
    rules: Rules,
    all: Vec<usize>,
    /// In which releases after the first a row began to show something that was handed in; ascending by row.
    revised: Vec<(usize, u32)>,
}

/// A group as a release shows it.
struct AtRelease<'a> {
    group: &'a Group<'a>,
    now: u32,
    base: u32,
}

impl AtRelease<'_> {
    fn at(&self, row: usize, release: u32) -> Option<Member> {
        self.group.scanner.member(self.group.columns, row, Some(release))
    }
}

impl Versions for AtRelease<'_> {
    fn advance(&mut self, release: u32) {
        self.now = release;
    }

    fn may_be_shown(&mut self) -> bool {
        let mut all = Cohorts::default();
        let members = self.group.all.iter().filter_map(|&row| self.at(row, self.now));
        members.for_each(|member| all.add(0, &member));
        hidden_cohort(all.institutions, &all.sizes, self.group.rules).is_none()
    }

    fn has_changed(&mut self) -> bool {
        let belongs = |row: usize| self.at(row, self.base).is_some() || self.at(row, self.now).is_some();
        let anew = |of_row: &&[(usize, u32)]| {
            of_row.iter().any(|(_, release)| (self.base + 1..=self.now).contains(release)) && belongs(of_row[0].0)
        };
        let changed = self.group.revised.chunk_by(|one, other| one.0 == other.0).filter(anew).count();
        changed >= self.group.rules.fewest_institutions() as usize
    }

    fn freeze(&mut self) {
        self.base = self.now;
    }
}
