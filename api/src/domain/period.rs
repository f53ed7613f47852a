//! A period: one term of one academic year, written `202324T1`.

use std::{fmt, str::FromStr};

use chrono::{Datelike, NaiveDate};

/// One term of an academic year. Ordered by time. Count dates are 31 December, 31 March and 31 July.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    start_year: u16,
    term: u8,
}

/// The text is not a period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a period such as `202324T1` (academic year and term 1 to 3), found `{found}`")]
pub struct InvalidPeriod {
    /// What was given.
    pub found: String,
}

impl Period {
    /// The period of term `term` (1 to 3) in the academic year that starts in September `start_year` (1990 to 2098).
    pub fn new(start_year: u16, term: u8) -> Option<Self> {
        ((1990..=2098).contains(&start_year) && (1..=3).contains(&term)).then_some(Self { start_year, term })
    }

    /// The calendar year in which the academic year starts, e.g. 2023.
    pub fn start_year(self) -> u16 {
        self.start_year
    }

    /// The term, 1 to 3.
    pub fn term(self) -> u8 {
        self.term
    }

    /// The academic year as six digits, e.g. `202324`.
    pub fn academic_year(self) -> String {
        format!("{}{:02}", self.start_year, (self.start_year + 1) % 100)
    }

    /// The first day: results of the term are about institutions as they stood from then on.
    pub fn starts_on(self) -> NaiveDate {
        let (year, month) = match self.term {
            1 => (self.start_year, 9),
            2 => (self.start_year + 1, 1),
            _ => (self.start_year + 1, 4),
        };
        NaiveDate::from_ymd_opt(i32::from(year), month, 1).unwrap_or_default()
    }

    /// The count date: the last day of the period.
    pub fn ends_on(self) -> NaiveDate {
        let (year, month, day) = match self.term {
            1 => (self.start_year, 12, 31),
            2 => (self.start_year + 1, 3, 31),
            _ => (self.start_year + 1, 7, 31),
        };
        NaiveDate::from_ymd_opt(i32::from(year), month, day).unwrap_or_default()
    }

    /// The period that a day lies in: the first term begins on 1 September, and August belongs to the third.
    pub fn of(day: NaiveDate) -> Option<Self> {
        let (start_year, term) = match day.month() {
            1..=3 => (day.year() - 1, 2),
            4..=8 => (day.year() - 1, 3),
            _ => (day.year(), 1),
        };
        Self::new(u16::try_from(start_year).ok()?, term)
    }

    /// The first day of its academic year, 1 September.
    pub fn year_begins_on(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(i32::from(self.start_year), 9, 1).unwrap_or_default()
    }

    /// Every period from `first` to `last`, both included.
    pub fn range(first: Self, last: Self) -> Vec<Self> {
        (first.start_year..=last.start_year)
            .flat_map(|year| (1..=3).filter_map(move |term| Self::new(year, term)))
            .filter(|period| (first..=last).contains(period))
            .collect()
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:02}T{}", self.start_year, (self.start_year + 1) % 100, self.term)
    }
}

impl FromStr for Period {
    type Err = InvalidPeriod;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let bytes = text.as_bytes();
            if bytes.len() != 8 || bytes[6] != b'T' || !text.is_ascii() {
                return None;
            }
            let digits = |range: std::ops::Range<usize>| {
                bytes[range]
                    .iter()
                    .try_fold(0_u16, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u16::from(byte - b'0')))
            };
            let (start, end, term) = (digits(0..4)?, digits(4..6)?, digits(7..8)?);
            ((start + 1) % 100 == end).then_some(())?;
            Self::new(start, u8::try_from(term).ok()?)
        };
        parse().ok_or_else(|| InvalidPeriod { found: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_read_and_written_the_same() {
        for text in ["202324T1", "199900T3", "202425T2"] {
            assert_eq!(text.parse::<Period>().map(|period| period.to_string()), Ok(text.to_owned()));
        }
        for text in ["202325T1", "202324T0", "202324T4", "2023", "202324t1", "", "2023-4T1", "+02324T1"] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }

    #[test]
    fn count_dates_follow_the_terms() {
        let dates: Vec<String> =
            (1..=3).filter_map(|term| Period::new(2023, term)).map(|period| period.ends_on().to_string()).collect();
        assert_eq!(dates, ["2023-12-31", "2024-03-31", "2024-07-31"]);
    }

    #[test]
    fn a_day_lies_in_one_term() {
        for (day, term) in [
            ("2023-09-01", "202324T1"),
            ("2023-12-31", "202324T1"),
            ("2024-01-01", "202324T2"),
            ("2024-03-31", "202324T2"),
            ("2024-04-01", "202324T3"),
            ("2024-08-31", "202324T3"),
        ] {
            assert_eq!(
                Period::of(day.parse().unwrap()).map(|period| period.to_string()).as_deref(),
                Some(term),
                "{day}"
            );
        }
        assert_eq!(Period::new(2023, 2).unwrap().year_begins_on().to_string(), "2023-09-01");
    }
}
