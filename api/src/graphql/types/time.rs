//! Days and moments, as the contract writes them.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{NaiveDate, Utc};

/// How a day is written.
const DAY: &str = "%Y-%m-%d";

/// How a moment is written: in whole seconds.
const MOMENT: &str = "%Y-%m-%dT%H:%M:%SZ";

/// What a `Date` is, in words.
const A_DAY: &str = "a day such as `2026-01-31`";

/// What a `DateTime` is, in words.
const A_MOMENT: &str = "a moment such as `2026-01-31T09:30:00Z`";

/// What was expected where a value is none of a scalar's; `None` where it is one, or the scalar is not of here. `text` is the value
/// where it is a text.
pub(crate) fn expected_of_scalar(scalar: &str, text: Option<&str>) -> Option<&'static str> {
    match scalar {
        "Date" if text.and_then(Date::read).is_none() => Some(A_DAY),
        "DateTime" if text.and_then(DateTime::read).is_none() => Some(A_MOMENT),
        _ => None,
    }
}

/// A day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date(pub(crate) NaiveDate);

/// A day of the Gregorian calendar, year, month and day with hyphens between them: `2026-01-31`. It has no time zone. (RFC 3339,
/// `full-date`.)
#[Scalar(specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339#section-5.6")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        Self::read(text).ok_or_else(|| InputValueError::custom(format!("expected {A_DAY}")))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.format(DAY).to_string())
    }
}

impl Date {
    fn read(text: &str) -> Option<Self> {
        // The format takes `2026-1-5` too, and years of more digits, which no database compares rightly.
        let is_one = |day: &NaiveDate| text.len() == "2026-01-31".len() && day.format(DAY).to_string() == text;
        NaiveDate::parse_from_str(text, DAY).ok().filter(is_one).map(Self)
    }
}

impl From<NaiveDate> for Date {
    fn from(day: NaiveDate) -> Self {
        Self(day)
    }
}

/// A moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateTime(pub(crate) chrono::DateTime<Utc>);

/// A moment in UTC, in whole seconds, with `Z` at its end: `2026-01-31T09:30:00Z`. (RFC 3339, `date-time`.)
#[Scalar(specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339#section-5.6")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        Self::read(text).ok_or_else(|| InputValueError::custom(format!("expected {A_MOMENT}")))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.format(MOMENT).to_string())
    }
}

impl DateTime {
    fn read(text: &str) -> Option<Self> {
        chrono::DateTime::parse_from_rfc3339(text).ok().map(|moment| Self(moment.to_utc()))
    }
}

impl From<chrono::DateTime<Utc>> for DateTime {
    fn from(moment: chrono::DateTime<Utc>) -> Self {
        Self(moment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_in_one_form_and_in_no_other() {
        let read = |text: &str| Date::parse(Value::String(text.to_owned())).ok().map(|day| day.to_value().to_string());
        assert_eq!(read("2026-01-31").as_deref(), Some("\"2026-01-31\""));
        for text in [
            "2026-1-31",
            "2026-02-30",
            "31.01.2026",
            "2026-01-31T00:00:00Z",
            " 2026-01-31",
            "+2026-01-31",
            "+10000-01-01",
            "-0001-01-01",
            "",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert!(Date::parse(Value::from(20_260_131)).is_err());
    }

    #[test]
    fn a_moment_is_written_in_whole_seconds() {
        let moment = DateTime::parse(Value::String("2026-01-31T10:30:00.987654+01:00".to_owned())).ok();
        assert_eq!(moment.map(|moment| moment.to_value().to_string()).as_deref(), Some("\"2026-01-31T09:30:00Z\""));
    }
}
