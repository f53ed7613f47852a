//! The time that an official figure is about, in the words of its publisher.

/// The time that a figure is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OfficialTime {
    /// Four digits, or six for a year that ends in another one.
    pub period: String,
    /// What sort of time it is, in the words of the source, e.g. `Calendar year`.
    pub identifier: String,
}

/// Sorts of time that the layout has, in small letters, each with its code.
const IDENTIFIERS: [(&str, &str); 42] = [
    ("academic year", "AY"),
    ("calendar year", "CY"),
    ("financial year", "FY"),
    ("tax year", "TY"),
    ("reporting year", "RY"),
    ("five half terms", "HT5"),
    ("six half terms", "HT6"),
    ("up until 31st march", "EOM"),
    ("autumn term", "T1"),
    ("autumn and spring term", "T1T2"),
    ("spring term", "T2"),
    ("summer term", "T3"),
    ("part 1 (april to september)", "P1"),
    ("part 2 (october to march)", "P2"),
    ("january", "M1"),
    ("february", "M2"),
    ("march", "M3"),
    ("april", "M4"),
    ("may", "M5"),
    ("june", "M6"),
    ("july", "M7"),
    ("august", "M8"),
    ("september", "M9"),
    ("october", "M10"),
    ("november", "M11"),
    ("december", "M12"),
    ("academic year q1", "AYQ1"),
    ("academic year q2", "AYQ2"),
    ("academic year q3", "AYQ3"),
    ("academic year q4", "AYQ4"),
    ("calendar year q1", "CYQ1"),
    ("calendar year q2", "CYQ2"),
    ("calendar year q3", "CYQ3"),
    ("calendar year q4", "CYQ4"),
    ("financial year q1", "FYQ1"),
    ("financial year q2", "FYQ2"),
    ("financial year q3", "FYQ3"),
    ("financial year q4", "FYQ4"),
    ("tax year q1", "TYQ1"),
    ("tax year q2", "TYQ2"),
    ("tax year q3", "TYQ3"),
    ("tax year q4", "TYQ4"),
];

impl OfficialTime {
    /// The time that a period and the words of the source say; `None` where the period is none. `2017/18` and `2017-18` are read
    /// as `201718`.
    pub fn new(period: &str, identifier: &str) -> Option<Self> {
        let digits: String = period.trim().chars().filter(|c| !matches!(c, '/' | '-' | '\u{2013}')).collect();
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        let year = digits.get(..4)?.parse::<u32>().ok().filter(|year| (1900..=2200).contains(year))?;
        let fits = match digits.len() {
            4 => true,
            6 => digits[4..].parse() == Ok((year + 1) % 100),
            // Two whole years, as in 2017/2018.
            8 => digits[4..].parse() == Ok(year + 1),
            _ => false,
        };
        if !is_number || !fits {
            return None;
        }
        let period = if digits.len() == 8 { format!("{}{}", &digits[..4], &digits[6..]) } else { digits };
        Some(Self { period, identifier: identifier.trim().to_owned() })
    }

    /// The code of the sort of time, e.g. `CY`, where the layout has it.
    pub fn code(&self) -> Option<String> {
        let words = self.identifier.to_lowercase();
        let is_it = |(name, code): &&(&str, &str)| *name == words || code.eq_ignore_ascii_case(&words);
        if let Some((_, code)) = IDENTIFIERS.iter().find(is_it) {
            return Some((*code).to_owned());
        }
        if let Some(week) = words.strip_prefix("week ").and_then(|week| week.parse::<u8>().ok()) {
            return (1..=53).contains(&week).then(|| format!("W{week}"));
        }
        // Several quarters, e.g. `Financial year Q1-Q3`.
        let (year, quarters) = words.rsplit_once(" q")?;
        let (_, code) = IDENTIFIERS.iter().find(|(name, _)| *name == year)?;
        let (first, last) = quarters.split_once("-q")?;
        let is_quarter = |text: &str| matches!(text, "1" | "2" | "3" | "4");
        (is_quarter(first) && is_quarter(last)).then(|| format!("{code}Q{first}Q{last}"))
    }

    /// The academic year that the figure is put beside, as six digits: the one it is about; of a year that begins in April the one
    /// that begins in the same calendar year; of a calendar or reporting year the one that ends in it; of a month, week or quarter
    /// of a calendar year the one it lies in.
    pub fn academic_year(&self) -> String {
        if self.period.len() == 6 {
            return self.period.clone();
        }
        let year: u32 = self.period.parse().unwrap_or_default();
        let code = self.code().unwrap_or_default();
        let after = |letter: &str| code.strip_prefix(letter).and_then(|number| number.parse::<u8>().ok());
        let begins_in_it = after("M").is_some_and(|month| month >= 9)
            || after("W").is_some_and(|week| week >= 36)
            || code == "CYQ4"
            || ["AY", "FY", "TY", "T1", "T2", "T3", "HT"].iter().any(|sort| code.starts_with(sort));
        let first = if begins_in_it { year } else { year.saturating_sub(1) };
        format!("{first:04}{:02}", (first + 1) % 100)
    }

    /// The time as one word: `2023 CY`, or with the words of the source where they have no code.
    pub fn label(&self) -> String {
        format!("{} {}", self.period, self.code().unwrap_or_else(|| self.identifier.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_stands_beside_one_academic_year() {
        for (period, identifier, code, year) in [
            ("202223", "Academic year", Some("AY"), "202223"),
            ("2023", "Calendar year", Some("CY"), "202223"),
            ("2022-23", "Financial Year", Some("FY"), "202223"),
            ("2017/2018", "Spring Term", Some("T2"), "201718"),
            ("2022", "Reporting year", Some("RY"), "202122"),
            ("2023", "September", Some("M9"), "202324"),
            ("2023", "August", Some("M8"), "202223"),
            ("2023", "Week 40", Some("W40"), "202324"),
            ("202223", "Financial year Q1-Q3", Some("FYQ1Q3"), "202223"),
            ("2018", "Up until 31st March", Some("EOM"), "201718"),
            ("202223", "Tax year Q2", Some("TYQ2"), "202223"),
            ("2023", "cy", Some("CY"), "202223"),
            ("2018", "Whenever", None, "201718"),
        ] {
            let time = OfficialTime::new(period, identifier).unwrap();
            assert_eq!((time.code().as_deref(), time.academic_year().as_str()), (code, year), "{period} {identifier}");
        }
        for period in ["", "20", "201719", "2017/19", "next", "20171", "201718x"] {
            assert!(OfficialTime::new(period, "Academic year").is_none(), "{period}");
        }
    }
}
