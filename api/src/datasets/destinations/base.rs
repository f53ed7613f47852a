//! The base of each group of cohorts, as [`frozen_bases`] has it: of area × cohort year × stage with all its categories and bands
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

use disclosure::{Method, Rules, Tier, hidden_cohort};

use crate::{
    domain::{CohortYear, Publishable},
    policy::Insiders,
    release::{CohortColumns, NOT_ASSESSED, Snapshot, Split, score_of},
    tabulation::{Base, TablePlan, Versions, frozen_bases},
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
    /// Who handed it in.
    pub(super) from: HandedInBy,
}

/// Who handed in what counts of an institution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct HandedInBy {
    pub(super) cohort: Option<i64>,
    /// The result that makes its band; absent where there are none.
    pub(super) band: Option<i64>,
}

impl HandedInBy {
    /// Whether the cohort is known to insiders.
    pub(super) fn tells_cohort(&self, insiders: &Insiders) -> bool {
        self.cohort.is_some_and(|provider| insiders.hold(provider))
    }

    /// Whether the band is, where there are any.
    pub(super) fn tells_band(&self, insiders: &Insiders) -> bool {
        self.band.is_none_or(|provider| insiders.hold(provider))
    }

    /// Whether all that it adds is.
    pub(super) fn tells_all(&self, insiders: &Insiders) -> bool {
        self.tells_cohort(insiders) && self.tells_band(insiders)
    }
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
    provider: i64,
}

struct Shown {
    band: Option<usize>,
    from: u32,
    until: u32,
    provider: i64,
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
                let provider = framework.provider(row).unwrap_or_default();
                bands.now.insert(framework.keys()[row], Since { band, from, provider });
                bands.changed = bands.changed.max(from);
            }
        }
        for (past, scores) in history.past() {
            let band = band(&|number| score_of(scores, number));
            let shown = Shown { band, from: past.from, until: past.until, provider: past.provider };
            bands.changed = bands.changed.max(past.until);
            bands.past.entry(past.key).or_default().push(shown);
        }
        bands
    }

    /// The band of an institution at a release, or now, and who handed in the result that makes it.
    fn at(&self, key: u128, release: Option<u32>) -> Option<(usize, i64)> {
        let now = self.now.get(&key);
        if let Some(now) = now.filter(|now| release.is_none_or(|release| now.from <= release)) {
            return Some((now.band?, now.provider));
        }
        let shown = |past: &&Shown| release.is_some_and(|release| (past.from..past.until).contains(&release));
        let past = self.past.get(&key)?.iter().find(shown)?;
        Some((past.band?, past.provider))
    }

    /// The releases that began to show a result of an institution, first or anew, or no longer show one, and who handed that in.
    fn revisions(&self, key: u128) -> impl Iterator<Item = (u32, i64)> {
        let past = self.past.get(&key).into_iter().flatten();
        let now = self.now.get(&key).map(|now| (now.from, now.provider));
        now.into_iter().chain(past.flat_map(|past| [(past.from, past.provider), (past.until, past.provider)]))
    }
}

impl Scanner<'_> {
    /// What the institution of a row adds at a release, or now: nothing without a cohort or, with bands, without a band.
    pub(super) fn member(&self, columns: &CohortColumns, row: usize, release: Option<u32>) -> Option<Member> {
        let students = columns.split(row, release);
        if students == Split::default() {
            return None;
        }
        let (band, band_by) = match &self.bands {
            None => (0, None),
            Some(bands) => bands.at(columns.keys()[row], release).map(|(band, provider)| (band, Some(provider)))?,
        };
        Some(Member { students, band, from: HandedInBy { cohort: columns.provider(row), band: band_by } })
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
            let provider = columns.provider(row).unwrap_or_default();
            let of_cohort = columns.revisions(row).map(|release| (release, provider));
            let later = of_cohort.chain(of_band).filter(|&(release, _)| release > columns.since());
            revised.extend(later.map(|(release, provider)| HandedIn { row, release, provider }));
        }
        let mut releases: Vec<u32> = revised.iter().map(|one| one.release).collect();
        releases.sort_unstable();
        releases.dedup();
        releases.retain(|&release| !self.is_of_results_alone(release, year));

        let first = columns.since();
        let group = Group { scanner: self, columns, rules: tier.rules(), all: rows().collect(), revised };
        let bases = frozen_bases(first, releases, &mut AtRelease { group: &group, now: first, base: first });
        let knows_some = |insiders: &&Insiders| {
            let knows_all = || group.all.iter().all(|&row| group.is_known(row, bases.last().release, insiders));
            group.revised.iter().any(|one| insiders.hold(one.provider)) && !knows_all()
        };
        let insiders: Vec<&Insiders> = self.plan.scope().insiders().iter().filter(knows_some).collect();
        if insiders.is_empty() {
            return Some(bases.last());
        }
        Some(bases.of_insider(|one, other| {
            insiders.iter().all(|insiders| {
                let changed = group.changed(one, other, |handed_in| !insiders.hold(handed_in.provider));
                insiders.may_see(changed, group.rules.fewest_institutions())
            })
        }))
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
        release >= of.method_since(Method::Second)
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
    /// What was handed in after the first release; ascending by row.
    revised: Vec<HandedIn>,
}

/// A release that began to show something of a row that was handed in.
#[derive(Debug, Clone, Copy)]
struct HandedIn {
    row: usize,
    release: u32,
    /// Who handed it in.
    provider: i64,
}

impl Group<'_> {
    fn at(&self, row: usize, release: u32) -> Option<Member> {
        self.scanner.member(self.columns, row, Some(release))
    }

    fn fewest(&self) -> usize {
        self.rules.fewest_institutions() as usize
    }

    /// Whether enough was handed in anew after a release and until another for a base to move. With bands, in which one institution
    /// adds to many figures that can be put together, enough beside what any one organisation handed in, or nothing: else that
    /// organisation and one that asks would together be shown the change of a few.
    fn may_move(&self, after: u32, until: u32) -> bool {
        let is_early = until < self.scanner.snapshot.release().method_since(Method::Third);
        let is_enough = |changed: usize| changed >= self.fewest();
        let within = self.revised.iter().filter(|one| (after + 1..=until).contains(&one.release));
        let mut providers: Vec<i64> = within.map(|one| one.provider).collect();
        providers.sort_unstable();
        providers.dedup();
        let beside = |provider: i64| self.changed(after, until, |one| one.provider != provider);
        is_enough(self.changed(after, until, |_| true))
            && (is_early
                || self.scanner.bands.is_none()
                || providers.into_iter().map(beside).all(|changed| changed == 0 || is_enough(changed)))
    }

    /// How many institutions were handed in anew after a release and until another, of what counts.
    fn changed(&self, after: u32, until: u32, counts: impl Fn(&HandedIn) -> bool) -> usize {
        let belongs = |row: usize| self.at(row, after).is_some() || self.at(row, until).is_some();
        let anew = |of_row: &&[HandedIn]| {
            let within = |one: &HandedIn| (after + 1..=until).contains(&one.release) && counts(one);
            of_row.iter().any(within) && belongs(of_row[0].row)
        };
        self.revised.chunk_by(|one, other| one.row == other.row).filter(anew).count()
    }

    /// Whether insiders handed in all that a row adds, if it adds anything.
    fn is_known(&self, row: usize, release: u32, insiders: &Insiders) -> bool {
        self.at(row, release).is_none_or(|member| member.from.tells_all(insiders))
    }
}

/// A group as a release shows it.
struct AtRelease<'a> {
    group: &'a Group<'a>,
    now: u32,
    base: u32,
}

impl Versions for AtRelease<'_> {
    fn advance(&mut self, release: u32) {
        self.now = release;
    }

    fn may_be_shown(&mut self) -> bool {
        let mut all = Cohorts::default();
        let members = self.group.all.iter().filter_map(|&row| self.group.at(row, self.now));
        members.for_each(|member| all.add(0, &member));
        hidden_cohort(all.institutions, &all.sizes, self.group.rules).is_none()
    }

    fn has_changed(&mut self) -> bool {
        self.group.may_move(self.base, self.now)
    }

    fn freeze(&mut self) {
        self.base = self.now;
    }
}
