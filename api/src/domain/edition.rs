//! Editions: a period is published at most three times, as official statistics are.

use std::{fmt, str::FromStr, sync::Arc};

use super::{CohortYear, Period};

/// What is published as a whole: a term of results, whatever the framework, or a cohort year of destinations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Publishable {
    /// The results of a term.
    Term(Period),
    /// The counts of a cohort year.
    Cohorts(CohortYear),
}

/// The text is neither a term nor a cohort year.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a period such as `202324T1` or a cohort year such as `202223`, found `{found}`")]
pub struct InvalidPublishable {
    /// What was given.
    pub found: String,
}

/// How final what is published of a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Edition {
    /// Published for the first time: some may hand in later, and some may correct.
    Provisional,
    /// Published for the second time.
    Revised,
    /// Published for the third time: nothing changes any more.
    Final,
}

/// A release in which a period was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Published {
    /// The period.
    pub period: Publishable,
    /// The number of the release.
    pub release: u32,
    /// Which edition it is.
    pub edition: Edition,
}

/// Every edition up to a release, by period and release. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Editions(Arc<[Published]>);

/// What was handed in of a period since its newest edition, and waits for the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The period.
    pub period: Publishable,
    /// How many results, or counts of destinations, late ones and corrections.
    pub records: u64,
    /// The edition they wait for; `None` after the final one, which nothing follows.
    pub next: Option<Edition>,
}

/// What the operator decides of a publication.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Publication {
    /// What to say about the release.
    pub note: Option<String>,
    /// The periods to publish anew, with what waits. All others that were published stay as they are.
    pub revise: Vec<Publishable>,
}

/// Why a period is not published anew.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unrevisable {
    /// It was never published.
    #[error("{0} was not published yet, so there is nothing to revise: its first edition needs no naming")]
    Unpublished(Publishable),
    /// Nothing came in since.
    #[error("nothing waits for another edition of {0}: no result and no count of it came in since the newest")]
    NothingWaits(Publishable),
    /// It had three.
    #[error("{period} had its last edition ({}): what comes in later stays unpublished", listed(.editions))]
    Final {
        /// The period.
        period: Publishable,
        /// Its editions.
        editions: Vec<Published>,
    },
}

impl Edition {
    /// Every edition, the first one first.
    pub const ALL: [Self; 3] = [Self::Provisional, Self::Revised, Self::Final];

    /// The edition of a period that was published `before` times: the third and, of a time before editions, all later ones
    /// are final.
    pub fn after(before: usize) -> Self {
        Self::ALL[before.min(Self::ALL.len() - 1)]
    }

    /// The edition that follows.
    pub fn next(self) -> Option<Self> {
        Self::ALL.into_iter().find(|&edition| edition > self)
    }
}

impl Editions {
    /// The editions of releases, in whatever order they come.
    pub fn of(published: impl IntoIterator<Item = (Publishable, u32)>) -> Self {
        let mut releases: Vec<(Publishable, u32)> = published.into_iter().collect();
        releases.sort_unstable();
        let of_period = |releases: &[(Publishable, u32)]| -> Vec<Published> {
            let place = |(before, &(period, release)): (usize, &(Publishable, u32))| Published {
                period,
                release,
                edition: Edition::after(before),
            };
            releases.iter().enumerate().map(place).collect()
        };
        Self(releases.chunk_by(|one, next| one.0 == next.0).flat_map(of_period).collect())
    }

    /// Those up to a release.
    #[must_use]
    pub fn up_to(&self, release: u32) -> Self {
        Self(self.0.iter().filter(|published| published.release <= release).copied().collect())
    }

    /// Every one, by period and release.
    pub fn all(&self) -> &[Published] {
        &self.0
    }

    /// Those of a period, the first one first.
    pub fn of_period(&self, period: Publishable) -> &[Published] {
        let start = self.0.partition_point(|published| published.period < period);
        let end = self.0.partition_point(|published| published.period <= period);
        &self.0[start..end]
    }

    /// The newest of each period: what the release shows.
    pub fn newest(&self) -> impl Iterator<Item = Published> {
        self.0.chunk_by(|one, next| one.period == next.period).filter_map(|of_period| of_period.last().copied())
    }

    /// With another release in which periods were published.
    #[must_use]
    pub fn with(&self, periods: impl IntoIterator<Item = Publishable>, release: u32) -> Self {
        let before = self.0.iter().map(|published| (published.period, published.release));
        Self::of(before.chain(periods.into_iter().map(|period| (period, release))))
    }

    /// The edition that a period may be published as next, where something waits for one.
    ///
    /// # Errors
    /// When it was never published, or had its final edition.
    pub fn next(&self, period: Publishable) -> Result<Edition, Unrevisable> {
        let editions = self.of_period(period);
        let newest = editions.last().ok_or(Unrevisable::Unpublished(period))?;
        newest.edition.next().ok_or_else(|| Unrevisable::Final { period, editions: editions.to_vec() })
    }
}

impl From<Option<String>> for Publication {
    /// A publication that leaves what was published as it is.
    fn from(note: Option<String>) -> Self {
        Self { note, revise: Vec::new() }
    }
}

impl fmt::Display for Publishable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Term(period) => period.fmt(f),
            Self::Cohorts(year) => year.fmt(f),
        }
    }
}

impl FromStr for Publishable {
    type Err = InvalidPublishable;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let term = text.parse().map(Self::Term).ok();
        term.or_else(|| text.parse().map(Self::Cohorts).ok())
            .ok_or_else(|| InvalidPublishable { found: text.to_owned() })
    }
}

impl fmt::Display for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Provisional => "provisional",
            Self::Revised => "revised",
            Self::Final => "final",
        })
    }
}

impl Waiting {
    /// That something waits, in a sentence without a number: for those to whom it is not told how much others handed in.
    pub fn without_number(&self) -> String {
        let Self { period, next, .. } = self;
        let records = match period {
            Publishable::Term(_) => "results",
            Publishable::Cohorts(_) => "counts of destinations",
        };
        match next {
            Some(next) => format!("{period}: {records} wait for its {next} edition"),
            None => format!("{period}: {records} came after its final edition and will not be published"),
        }
    }
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { period, records, next } = self;
        let records = match (period, records) {
            (Publishable::Term(_), 1) => "1 result".to_owned(),
            (Publishable::Term(_), records) => format!("{records} results"),
            (Publishable::Cohorts(_), 1) => "1 count of destinations".to_owned(),
            (Publishable::Cohorts(_), records) => format!("{records} counts of destinations"),
        };
        let wait = if self.records == 1 { "waits" } else { "wait" };
        match next {
            Some(next) => write!(f, "{period}: {records} {wait} for its {next} edition (publish --revise {period})"),
            None => write!(f, "{period}: {records} came after its final edition and will not be published"),
        }
    }
}

/// Editions in a sentence.
fn listed(editions: &[Published]) -> String {
    let each = editions.iter().map(|one| format!("{} in release {}", one.edition, one.release));
    each.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(text: &str) -> Publishable {
        text.parse().unwrap()
    }

    #[test]
    fn a_period_and_a_cohort_year_are_read_and_written_the_same() {
        for text in ["202324T3", "202223"] {
            assert_eq!(text.parse::<Publishable>().map(|period| period.to_string()), Ok(text.to_owned()));
        }
        for text in ["2023", "202324T4", "202325", ""] {
            assert!(text.parse::<Publishable>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_period_has_three_editions_and_no_fourth() {
        let (term, year) = (period("202324T3"), period("202223"));
        let mut editions = Editions::default().with([term, year], 1);
        assert_eq!(editions.next(period("202425T1")), Err(Unrevisable::Unpublished(period("202425T1"))));
        for (release, edition) in [(4, Edition::Revised), (7, Edition::Final)] {
            assert_eq!(editions.next(term), Ok(edition));
            editions = editions.with([term], release);
        }
        assert_eq!(
            editions.next(term).unwrap_err().to_string(),
            "202324T3 had its last edition (provisional in release 1, revised in release 4, final in release 7): what comes \
             in later stays unpublished"
        );
        let newest: Vec<_> = editions.newest().map(|one| (one.period, one.release, one.edition)).collect();
        assert_eq!(newest, [(term, 7, Edition::Final), (year, 1, Edition::Provisional)]);
    }

    #[test]
    fn what_was_published_more_often_before_there_were_editions_is_final() {
        let term = period("202324T3");
        let editions = Editions::of([5, 1, 2, 3, 4].map(|release| (term, release)));
        let all: Vec<_> = editions.of_period(term).iter().map(|one| (one.release, one.edition)).collect();
        let [provisional, revised, last] = Edition::ALL;
        assert_eq!(all, [(1, provisional), (2, revised), (3, last), (4, last), (5, last)]);
        assert!(editions.next(term).is_err());
    }

    #[test]
    fn what_waits_is_told_in_a_sentence() {
        let waiting = |text, records, next| Waiting { period: period(text), records, next }.to_string();
        assert_eq!(
            waiting("202324T3", 7, Some(Edition::Revised)),
            "202324T3: 7 results wait for its revised edition (publish --revise 202324T3)"
        );
        assert_eq!(
            waiting("202223", 1, None),
            "202223: 1 count of destinations came after its final edition and will not be published"
        );
    }
}
