//! What identifiers look like, scheme by scheme: what a spreadsheet makes of one is no other institution.

use crate::domain::{Pseudonym, Secret, label::is_invisible};

use super::problem::trimmed;

/// The longest identifier, characters.
pub(super) const LONGEST: usize = 64;

/// What stands in cells where nothing is known.
const NOTHING: [&str; 8] = ["NULL", "NA", "N/A", "NONE", "NAN", "UNKNOWN", "TRUE", "FALSE"];

/// A form of identifiers.
struct Form {
    scheme: &'static str,
    holds: fn(&str) -> bool,
    /// For messages.
    told: &'static str,
}

/// The schemes whose form is known.
const FORMS: [Form; 4] = [
    Form {
        scheme: "URN",
        holds: |text| is_number(text) && (5..=6).contains(&text.len()) && !text.starts_with('0'),
        told: "a URN of 5 or 6 digits",
    },
    Form {
        scheme: "UKPRN",
        holds: |text| is_number(text) && text.len() == 8 && text.starts_with('1'),
        told: "a UKPRN of 8 digits, the first of them 1",
    },
    Form {
        scheme: "LAESTAB",
        holds: |text| is_number(text) && text.len() == 7,
        told: "7 digits: 3 of the local authority and 4 of the establishment",
    },
    Form {
        scheme: "HK-EDB",
        holds: |text| match text.split_once('-') {
            Some((school, location)) => {
                is_number(school) && is_number(location) && (school.len(), location.len()) == (6, 4)
            }
            None => is_number(text) && matches!(text.len(), 6 | 12),
        },
        told: "a school's number of 6 or 12 digits, or 6 and 4 as in `619841-0001`",
    },
];

/// An institution that somebody names, read as a file is: the pseudonym, and why it is none of the scheme where that is so. What an
/// earlier version took in is found all the same.
pub fn named(scheme: &str, identifier: &str, secret: &Secret) -> (Pseudonym, Option<String>) {
    let (scheme, identifier) = (trimmed(scheme).to_ascii_uppercase(), trimmed(identifier));
    (secret.pseudonym(&scheme, identifier), fault(&scheme, identifier))
}

/// Why a text is no identifier of a scheme: what was expected. `None` where it is one.
pub(super) fn fault(scheme: &str, text: &str) -> Option<String> {
    let form = FORMS.iter().find(|form| form.scheme == scheme);
    let spoilt = spoilt(text);
    if text.chars().count() <= LONGEST && spoilt.is_none() && form.is_none_or(|form| (form.holds)(text)) {
        return None;
    }
    let told = form.map_or("1 to 64 printable characters, digits or letters among them", |form| form.told);
    Some(spoilt.map_or_else(|| told.to_owned(), |cause| format!("{told}; {cause}")))
}

/// What happened to an identifier that a spreadsheet spoilt.
fn spoilt(text: &str) -> Option<&'static str> {
    let is_decimal = |whole: &str, part: &str| is_number(whole) && is_number(part);
    let is_scientific = text.split_once(['e', 'E']).is_some_and(|(number, power)| {
        let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
        is_decimal(whole, part) && power.starts_with(['+', '-']) && is_number(&power[1..])
    });
    Some(match text {
        _ if text.chars().any(|c| c.is_control() || is_invisible(c)) => "there are characters in it that nobody sees",
        _ if text.starts_with('#') => "it is an error of a formula",
        _ if text.starts_with(['=', '\'', '"', '+', '@']) => {
            "it was written as a formula or with a spreadsheet's quotes"
        }
        _ if is_scientific || text.split_once('.').is_some_and(|(whole, part)| is_decimal(whole, part)) => {
            "a spreadsheet took it for a number: format the column as text"
        }
        _ if NOTHING.iter().any(|nothing| nothing.eq_ignore_ascii_case(text)) => "it says that nothing is known",
        _ if !text.chars().any(char::is_alphanumeric) => "it has neither digits nor letters",
        _ => return None,
    })
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_has_the_form_of_its_scheme() {
        for (scheme, good) in [
            ("URN", "10001"),
            ("URN", "100001"),
            ("UKPRN", "10001234"),
            ("LAESTAB", "2011234"),
            ("HK-EDB", "619841-0001"),
            ("HK-EDB", "619841"),
            ("HK-EDB", "510220000123"),
            ("JP-MEXT", "B101210000017"),
        ] {
            assert_eq!(fault(scheme, good), None, "{scheme} {good}");
        }
        for (scheme, bad) in [
            ("URN", "0"),
            ("URN", "1000011"),
            ("URN", "012345"),
            ("URN", "100 001"),
            ("URN", "１００００１"),
            ("URN", "10001234"),
            ("UKPRN", "20001234"),
            ("LAESTAB", "201/1234"),
            ("HK-EDB", "619841-001"),
        ] {
            assert!(fault(scheme, bad).is_some(), "{scheme} {bad}");
        }
    }

    #[test]
    fn what_a_spreadsheet_makes_of_an_identifier_is_none_in_any_scheme() {
        for bad in [
            "100001.0",
            "1.00E+05",
            "1E+5",
            "'100001",
            "=\"100001\"",
            "#N/A",
            "#REF!",
            "NULL",
            "n/a",
            "-",
            "..",
            "10\u{200b}1",
            "10\u{202e}1",
            "true",
        ] {
            for scheme in ["URN", "JP-MEXT"] {
                assert!(fault(scheme, bad).is_some(), "{scheme} {bad}");
            }
        }
        let told = fault("URN", "100001.0").unwrap();
        assert_eq!(told, "a URN of 5 or 6 digits; a spreadsheet took it for a number: format the column as text");
    }
}
