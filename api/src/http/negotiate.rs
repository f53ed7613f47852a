//! Which media type goes out, and whether the one that came in will do.

use axum::http::{HeaderMap, StatusCode, header};

use crate::graphql::Reply;

use super::rules::StatusProfile;

/// `application/graphql-response+json` as it is written.
pub(super) const RESPONSE: &str = "application/graphql-response+json; charset=utf-8";

/// `application/json` as it is written.
const JSON: &str = "application/json; charset=utf-8";

/// A stream of events, as `EventSource` of browsers reads it.
pub(super) const EVENTS: &str = "text/event-stream";

/// Some fields failed. No status of HTTP's own says so; GraphQL over HTTP (September 2026, 6.1) made this one.
const PARTIAL: u16 = 294;

/// The media types of a GraphQL response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/graphql-response+json`: the status tells whether the request was executed.
    Response,
    /// `application/json`: a well-formed request gets 200 whatever became of it.
    Json,
}

impl Media {
    /// The `Content-Type` of what was executed.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Response => RESPONSE,
            Self::Json => JSON,
        }
    }

    /// The status of an answer and its `Content-Type`, as GraphQL over HTTP has them.
    pub(super) fn outcome(self, profile: StatusProfile, reply: Reply) -> (StatusCode, &'static str) {
        match profile {
            StatusProfile::Classic => (self.classic(reply), self.content_type()),
            StatusProfile::Newer => {
                let status = newer(reply);
                match self {
                    // A client that takes only plain JSON trusts it only where all went well, and does not know 294.
                    Self::Json if status.is_success() => (StatusCode::OK, JSON),
                    Self::Json | Self::Response => (status, RESPONSE),
                }
            }
        }
    }

    fn classic(self, reply: Reply) -> StatusCode {
        match (reply, self) {
            (Reply::NotAQuery, _) => StatusCode::METHOD_NOT_ALLOWED,
            (Reply::Forbidden, _) => StatusCode::FORBIDDEN,
            (Reply::Unavailable, _) => StatusCode::SERVICE_UNAVAILABLE,
            (Reply::TooMany, _) => StatusCode::TOO_MANY_REQUESTS,
            (Reply::Syntax | Reply::Invalid, Self::Response) => StatusCode::BAD_REQUEST,
            (Reply::Complete | Reply::Partial, _) | (Reply::Syntax | Reply::Invalid, Self::Json) => StatusCode::OK,
        }
    }
}

/// The status of an answer in the newer profile, for those who understand it.
fn newer(reply: Reply) -> StatusCode {
    match reply {
        Reply::Complete => StatusCode::OK,
        Reply::Partial => StatusCode::from_u16(PARTIAL).unwrap_or(StatusCode::OK),
        Reply::Syntax => StatusCode::BAD_REQUEST,
        Reply::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Reply::Forbidden => StatusCode::FORBIDDEN,
        Reply::NotAQuery => StatusCode::METHOD_NOT_ALLOWED,
        Reply::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Reply::TooMany => StatusCode::TOO_MANY_REQUESTS,
    }
}

/// The media type that the sender likes best of those there are; `None` where it takes none of them. What names a media type
/// counts before a wildcard, also where it says that it is not taken (RFC 9110, 12.5.1). Without an `Accept` header, and where
/// only a wildcard fits, it is `application/json`, as older clients expect, or the other in the newer profile.
pub(super) fn accepted(headers: &HeaderMap, profile: StatusProfile) -> Option<Media> {
    let own = match profile {
        StatusProfile::Classic => Media::Json,
        StatusProfile::Newer => Media::Response,
    };
    let ranges = ranges(headers);
    if ranges.is_empty() {
        return Some(own);
    }
    let quality = |name: &str| ranges.iter().find(|(own, _)| own == name).map(|(_, quality)| *quality);
    let wildcard = quality("application/*").or_else(|| quality("*/*"));
    let named = |media: Media| {
        let name = media.content_type().split(';').next().unwrap_or_default();
        ranges.iter().position(|(own, _)| own == name).map(|place| (place, ranges[place].1))
    };
    let other = if own == Media::Json { Media::Response } else { Media::Json };
    // The one that is liked better, of equals the one named first, and one's own where none is named.
    let place = |media| named(media).map_or((usize::MAX, wildcard.unwrap_or(0.0)), |(place, quality)| (place, quality));
    let ((own_place, own_quality), (other_place, other_quality)) = (place(own), place(other));
    let better = other_quality > own_quality || (other_quality >= own_quality && other_place < own_place);
    let (best, quality) = if better { (other, other_quality) } else { (own, own_quality) };
    (quality > 0.0).then_some(best)
}

/// Whether the sender is a browser that shows pages: it names HTML.
pub(super) fn wants_page(headers: &HeaderMap) -> bool {
    ranges(headers).iter().any(|(name, quality)| name == "text/html" && *quality > 0.0)
}

/// Whether the sender takes events, which it must name.
pub(super) fn takes_events(headers: &HeaderMap) -> bool {
    ranges(headers).iter().any(|(name, quality)| name == EVENTS && *quality > 0.0)
}

/// Which of several media types the sender likes best: of equals the one that it names first, then the first of them. `None`
/// where it takes none of them.
pub(super) fn best_of(headers: &HeaderMap, offered: &[&str]) -> Option<usize> {
    let ranges = ranges(headers);
    if ranges.is_empty() {
        return (!offered.is_empty()).then_some(0);
    }
    let find = |name: &str| ranges.iter().enumerate().find(|(_, (own, _))| own == name);
    let liked = offered.iter().enumerate().filter_map(|(at, name)| {
        let (place, quality) = if let Some((place, (_, quality))) = find(name) {
            (place, *quality)
        } else {
            let kind = name.split('/').next().unwrap_or_default();
            let wide = find(&format!("{kind}/*")).or_else(|| find("*/*"))?;
            (usize::MAX, wide.1.1)
        };
        (quality > 0.0).then_some((at, place, quality))
    });
    let better = |one: &(usize, usize, f32), other: &(usize, usize, f32)| {
        one.2.total_cmp(&other.2).then(other.1.cmp(&one.1)).then(other.0.cmp(&one.0))
    };
    liked.max_by(better).map(|(at, ..)| at)
}

/// The media ranges that the sender takes, in its order, in small letters, each with its quality. One that wants another
/// charset than UTF-8 is not there.
fn ranges(headers: &HeaderMap) -> Vec<(String, f32)> {
    let mut ranges: Vec<(String, f32)> = Vec::new();
    for value in headers.get_all(header::ACCEPT) {
        let Ok(text) = value.to_str() else { continue };
        for range in text.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default().to_ascii_lowercase();
            if name.is_empty() {
                continue;
            }
            let (mut quality, mut fits) = (1.0, true);
            for parameter in parts {
                let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
                match key.trim().to_ascii_lowercase().as_str() {
                    "q" => quality = value.trim().parse().unwrap_or(0.0),
                    "charset" => fits &= is_utf8(value),
                    _ => {}
                }
            }
            let quality = if fits { quality } else { 0.0 };
            // The same may be named again with other parameters: it will do where one of them does.
            match ranges.iter_mut().find(|(own, _)| *own == name) {
                Some((_, best)) => *best = best.max(quality),
                None => ranges.push((name, quality)),
            }
        }
    }
    ranges
}

/// In which codings the sender takes an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Codings {
    /// As it is.
    pub(super) plain: bool,
    /// Made smaller in a way that is known here.
    pub(super) smaller: bool,
}

/// The codings that the sender takes.
pub(super) fn taken_codings(headers: &HeaderMap) -> Codings {
    let (mut identity, mut any, mut gzip, mut br) = (None, None, None, None);
    for (name, taken) in codings(headers) {
        match name.as_str() {
            "identity" => identity = Some(taken),
            "*" => any = Some(taken),
            "gzip" | "x-gzip" => gzip = Some(taken),
            "br" => br = Some(taken),
            _ => {}
        }
    }
    let smaller = [gzip, br].into_iter().any(|named| named.or(any).unwrap_or(false));
    Codings { plain: identity.or(any).unwrap_or(true), smaller }
}

/// Whether the sender names brotli among what it takes.
pub(super) fn takes_brotli(headers: &HeaderMap) -> bool {
    codings(headers).any(|coding| coding == ("br".to_owned(), true))
}

/// The codings that the sender names, in small letters, and whether it takes each. One with something else behind it than a
/// weight is not there, as for what makes answers smaller.
fn codings(headers: &HeaderMap) -> impl Iterator<Item = (String, bool)> {
    let values = headers.get_all(header::ACCEPT_ENCODING).into_iter();
    values.flat_map(|value| value.to_str().unwrap_or_default().split(',')).filter_map(|coding| {
        let (name, taken) = match coding.split_once(';') {
            Some((name, weight)) => (name, is_above_zero(weight.trim())?),
            None => (coding, true),
        };
        Some((name.trim().to_ascii_lowercase(), taken))
    })
}

/// Whether a weight is above zero; `None` where it is none (RFC 9110, 12.4.2).
fn is_above_zero(weight: &str) -> Option<bool> {
    let value = weight.strip_prefix(['q', 'Q'])?.strip_prefix('=')?;
    let (whole, part) = value.split_once('.').unwrap_or((value, ""));
    let zeros = part.bytes().all(|digit| digit == b'0');
    match whole {
        _ if part.len() > 3 || !part.bytes().all(|digit| digit.is_ascii_digit()) => None,
        "0" => Some(!zeros),
        "1" if zeros => Some(true),
        _ => None,
    }
}

/// Whether the body is said to be JSON in UTF-8. Forms and plain text are not: a browser sends them across origins
/// without asking.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let Some(text) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return false };
    let mut parts = text.split(';').map(str::trim);
    let json = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("application/json"));
    json && parts
        .filter_map(|parameter| parameter.split_once('='))
        .filter(|(key, _)| key.trim().eq_ignore_ascii_case("charset"))
        .all(|(_, value)| is_utf8(value))
}

/// Whether the body is sent as it is, in no coding.
pub(super) fn is_plain(headers: &HeaderMap) -> bool {
    let codings = headers.get_all(header::CONTENT_ENCODING).iter();
    codings.flat_map(|value| value.as_bytes().split(|byte| *byte == b',')).all(|coding| {
        let coding = coding.trim_ascii();
        coding.is_empty() || coding.eq_ignore_ascii_case(b"identity")
    })
}

fn is_utf8(charset: &str) -> bool {
    let charset = charset.trim().trim_matches('"');
    charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_media_type_that_is_liked_best_is_found() {
        let check = |accept: Option<&str>, expected: Option<usize>| {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(header::ACCEPT, accept.parse().unwrap());
            }
            assert_eq!(best_of(&headers, &["text/csv", "application/json", "text/html"]), expected, "{accept:?}");
        };
        check(None, Some(0));
        check(Some("*/*"), Some(0));
        check(Some("application/*"), Some(1));
        check(Some("text/html,application/xhtml+xml,*/*;q=0.8"), Some(2));
        check(Some("application/json, text/csv"), Some(1));
        check(Some("text/csv;q=0.5, application/json;q=0.9"), Some(1));
        check(Some("text/csv;q=0, */*"), Some(1));
        check(Some("image/png"), None);
        check(Some("text/csv;charset=latin1"), None);
    }

    fn check(accept: Option<&str>, expected: Option<Media>) {
        let mut headers = HeaderMap::new();
        if let Some(accept) = accept {
            headers.insert(header::ACCEPT, accept.parse().unwrap());
        }
        assert_eq!(accepted(&headers, StatusProfile::Classic), expected, "{accept:?}");
    }

    #[test]
    fn the_best_liked_media_type_goes_out() {
        check(None, Some(Media::Json));
        check(Some("*/*"), Some(Media::Json));
        check(Some("application/*"), Some(Media::Json));
        check(Some("application/graphql-response+json"), Some(Media::Response));
        check(Some("application/graphql-response+json, application/json;q=0.9"), Some(Media::Response));
        check(Some("application/json, application/graphql-response+json"), Some(Media::Json));
        check(Some("application/json;q=0.2, APPLICATION/GRAPHQL-RESPONSE+JSON;q=0.8"), Some(Media::Response));
        check(Some("text/html, */*;q=0.1"), Some(Media::Json));
        check(Some("text/html"), None);
        check(Some("application/json;q=0"), None);
        check(Some("application/json;q=0, */*"), Some(Media::Response));
        check(Some("*/*, application/json;q=0.1"), Some(Media::Response));
        check(Some("*/*;q=0, application/json"), Some(Media::Json));
        check(Some("application/*;q=0, */*"), None);
        check(Some("application/json; charset=latin1"), None);
        check(Some("application/json;charset=latin1;q=0.9"), None);
    }

    #[test]
    fn the_newer_profile_prefers_the_newer_media_type() {
        let accepted = |accept: &str| {
            accepted(&HeaderMap::from_iter([(header::ACCEPT, accept.parse().unwrap())]), StatusProfile::Newer)
        };
        assert_eq!(super::accepted(&HeaderMap::new(), StatusProfile::Newer), Some(Media::Response));
        assert_eq!(accepted("*/*"), Some(Media::Response));
        assert_eq!(accepted("application/json"), Some(Media::Json));
    }

    #[test]
    fn each_profile_has_its_statuses() {
        use Reply::{Complete, Forbidden, Invalid, NotAQuery, Partial, Syntax, TooMany, Unavailable};
        let replies = [Complete, Partial, Syntax, Invalid, Forbidden, NotAQuery, Unavailable, TooMany];
        let statuses = |media: Media, profile| replies.map(|reply| media.outcome(profile, reply).0.as_u16());
        assert_eq!(statuses(Media::Response, StatusProfile::Classic), [200, 200, 400, 400, 403, 405, 503, 429]);
        assert_eq!(statuses(Media::Json, StatusProfile::Classic), [200, 200, 200, 200, 403, 405, 503, 429]);
        assert_eq!(statuses(Media::Response, StatusProfile::Newer), [200, 294, 400, 422, 403, 405, 503, 429]);
        assert_eq!(statuses(Media::Json, StatusProfile::Newer), [200, 200, 400, 422, 403, 405, 503, 429]);
        assert_eq!(Media::Json.outcome(StatusProfile::Newer, Partial).1, JSON);
        assert_eq!(Media::Json.outcome(StatusProfile::Newer, Invalid).1, RESPONSE);
    }

    #[test]
    fn an_answer_in_no_coding_at_all_is_not_worked_for() {
        for (sent, expected) in [
            (None, true),
            (Some(""), true),
            (Some("deflate"), true),
            (Some("gzip, *;q=0"), true),
            (Some("identity;q=0, br"), true),
            (Some("identity, *;q=0"), true),
            (Some("deflate, *;q=0"), false),
            (Some("identity;q=0"), false),
            (Some("gzip;q=0, identity;q=0.0"), false),
            (Some("identity;q=0, *"), true),
            (Some("identity;q=0, gzip;q=0, *;q=0.5"), true),
            (Some("identity;q=0, gzip;q=0, br;q=0, *"), false),
            // None of these is a weight, and so none of them a coding.
            (Some("identity;q=0, gzip;q=0.1234, br;q=2, gzip;q = 1, br;level=1, gzip;q=-1"), false),
            (Some("identity;q=x"), true),
        ] {
            let sent_with = sent.map(|sent| (header::ACCEPT_ENCODING, sent.parse().unwrap()));
            let taken = taken_codings(&HeaderMap::from_iter(sent_with));
            assert_eq!(taken.plain || taken.smaller, expected, "{sent:?}");
        }
    }

    #[test]
    fn brotli_goes_out_to_whoever_names_it() {
        for (sent, expected) in [
            ("gzip, deflate, BR", true),
            ("gzip;q=1.0, br;q=0.1", true),
            ("br;q=0, gzip", false),
            ("*", false),
            ("brotli", false),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, sent.parse().unwrap())]);
            assert_eq!(takes_brotli(&headers), expected, "{sent}");
        }
    }

    #[test]
    fn only_json_comes_in() {
        for (sent, expected) in [
            ("application/json", true),
            ("application/json; charset=utf-8", true),
            ("Application/JSON;charset=\"UTF-8\"", true),
            ("application/json; charset=latin1", false),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, sent.parse().unwrap());
            assert_eq!(is_json(&headers), expected, "{sent}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }
}
