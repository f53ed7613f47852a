//! Withdrawals: what an organisation takes back of what it handed in.

use std::fmt;

use super::{Edition, Pseudonym, Publishable};

/// Which results, or counts of destinations, are taken back. Every part that is given narrows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Withdrawal {
    /// The code of the organisation that handed them in.
    pub organisation: String,
    /// The number of the submission that they came with.
    pub submission: Option<i64>,
    /// The terms of results and the cohort years of destinations; any where there are none.
    pub periods: Vec<Publishable>,
    /// The institutions, by their pseudonyms; any where there are none.
    pub institutions: Vec<Pseudonym>,
}

/// What a withdrawal takes back of one period, and what comes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenBack {
    /// The period.
    pub period: Publishable,
    /// How many results, or counts of destinations.
    pub records: u64,
    /// Of how many institutions.
    pub institutions: u64,
    /// How many of them the newest edition of the period shows, themselves or an earlier version.
    pub shown: u64,
    /// The edition that shows them no more; `None` where the period was never published, or had its final one.
    pub next: Option<Edition>,
}

impl fmt::Display for TakenBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { period, records, institutions, shown, next } = self;
        let (one, many) = match period {
            Publishable::Term(_) => ("result", "results"),
            Publishable::Cohorts(_) => ("count of destinations", "counts of destinations"),
        };
        let name = |number: u64| if number == 1 { one } else { many };
        let whose = if *institutions == 1 { "institution" } else { "institutions" };
        write!(f, "{period}: {records} {} of {institutions} {whose}, ", name(*records))?;
        match (shown, next) {
            (0, _) => write!(f, "none of them published: no release will show them"),
            (shown, Some(next)) => {
                write!(f, "{shown} of them published: its {next} edition leaves them out (publish --revise {period})")
            }
            (shown, None) => write!(f, "{shown} of them published: its final edition stays as it is"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_of_a_withdrawal_is_told_in_a_sentence() {
        let told = |period: &str, records, institutions, shown, next| {
            TakenBack { period: period.parse().unwrap(), records, institutions, shown, next }.to_string()
        };
        assert_eq!(
            told("202324T3", 1, 1, 0, None),
            "202324T3: 1 result of 1 institution, none of them published: no release will show them"
        );
        assert_eq!(
            told("202324T3", 12, 12, 10, Some(Edition::Revised)),
            "202324T3: 12 results of 12 institutions, 10 of them published: its revised edition leaves them out (publish \
             --revise 202324T3)"
        );
        assert_eq!(
            told("202223", 10, 2, 10, None),
            "202223: 10 counts of destinations of 2 institutions, 10 of them published: its final edition stays as it is"
        );
    }
}
