//! Which release a group of cohorts speaks for. A correction shows only together with enough others.
//!
//! # Guarantee
//!
//! The rule is that of results (`scan/revision.rs`), for area × cohort year × stage with all its categories and bands
//! together. What a group shows at a release R is what its *base* holds: R itself where at least k institutions of the group
//! changed since the base at the release before and R shows the group, or where that base did not; else that earlier base. k
//! is the tier's fewest institutions. A base *shows* a group where [`hidden_cohort`] has nothing against it, so that hangs on
//! the sizes of cohorts, which are public; once a group is shown it stays shown.
//!
//! An institution changed where what it adds differs: nothing, or its students by destination and, with bands, its band. It
//! came, left, or was corrected in its counts or in a score that moves it to another band. Bands are frozen along with the
//! counts: taken from the newest results instead, the one institution whose score was corrected would be the whole difference
//! between two releases of two bands.
//!
//! k changes of a group may still be a single one in one category or band. Therefore the base enters the noise as a period
//! does: at another base, all but the persistent layer (40 % of the variance) is drawn anew, so that the difference between
//! two bases carries noise of √1.2·σ institutions' worth however few changes are in it, and asking many releases averages out
//! no more than asking many cohort years does. A group's first base is drawn as if there were no other.
//!
//! Cohorts that an organisation handed in itself are its own: at [`Tier::Own`] every group speaks for the release asked for.

use std::{collections::HashMap, ops::Range};

use disclosure::{Tier, hidden_cohort};

use crate::{
    plan::Banding,
    snapshot::{CohortColumns, NOT_ASSESSED, Snapshot, Split, score_of},
};

use super::{Cohorts, Scanner};

/// What an institution adds to a group.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) students: Split,
    /// The position of its band; 0 where there are none.
    pub(super) band: usize,
}

/// The band of every institution that was assessed on every benchmark, by record key.
pub(super) struct Bands {
    now: HashMap<u128, Since>,
    /// Of results that earlier releases showed; empty where nothing was corrected.
    past: HashMap<u128, Vec<Shown>>,
    /// The last release in which any band changed.
    changed: u32,
}

struct Since {
    band: usize,
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
            if let Some(band) = band(&|number| columns.score(number)[row]) {
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
        let Some(release) = release else { return now.map(|now| now.band) };
        match now.filter(|now| now.from <= release) {
            Some(now) => Some(now.band),
            None => self.past.get(&key)?.iter().find(|past| past.from <= release && release < past.until)?.band,
        }
    }

    /// The releases in which the band of an institution may have changed.
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
    pub(super) fn base(&self, columns: &CohortColumns, rows: &[Range<usize>]) -> Option<u32> {
        let tier = self.plan.tier();
        let bands_changed = self.bands.as_ref().is_some_and(|bands| bands.changed > columns.since());
        if tier == Tier::Own || !(columns.is_revised() || bands_changed) {
            return None;
        }
        let rows = || rows.iter().cloned().flatten();
        let mut releases = Vec::new();
        let mut revised = Vec::new();
        for row in rows() {
            let before = releases.len();
            let of_band = self.bands.iter().flat_map(|bands| bands.revisions(columns.keys()[row]));
            releases.extend(columns.revisions(row).chain(of_band).filter(|&release| release > columns.since()));
            if releases.len() > before {
                revised.push(row);
            }
        }
        releases.sort_unstable();
        releases.dedup();

        let rules = tier.rules();
        let at = |row: usize, release: u32| self.member(columns, row, Some(release));
        let shows = |release: u32| {
            let mut all = Cohorts::default();
            rows().filter_map(|row| at(row, release)).for_each(|member| all.add(0, &member));
            hidden_cohort(all.institutions, &all.sizes, rules).is_none()
        };
        let mut base = columns.since();
        let mut shown = shows(base);
        for release in releases {
            let differs = |row: &usize| at(*row, base) != at(*row, release);
            let enough = || revised.iter().copied().filter(differs).count() >= rules.fewest_institutions() as usize;
            if !shown || enough() {
                let shows = shows(release);
                if shows || !shown {
                    (base, shown) = (release, shows);
                }
            }
        }
        Some(base)
    }
}

#[cfg(test)]
mod tests;
