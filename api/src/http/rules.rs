//! How the edge behaves where deployments differ.

use std::{num::NonZeroU32, str::FromStr, time::Duration};

use axum::http::HeaderValue;

use super::BasePath;

/// How the edge behaves.
#[derive(Debug, Clone)]
pub struct EdgeRules {
    /// Which statuses go out.
    pub status_profile: StatusProfile,
    /// How many requests one body may hold; below 2, none but one.
    pub max_batch: usize,
    /// What stands before every path.
    pub base_path: BasePath,
    /// The origins whose pages may ask; none where empty.
    pub origins: Vec<Origin>,
    /// The longest that the work for an answer may take.
    pub timeout: Duration,
    /// The longest that a body may take to arrive whole.
    pub body_timeout: Duration,
    /// How many points an organisation may spend in a minute; none for any number.
    pub points_per_organisation: Option<NonZeroU32>,
    /// The same of an address without a valid token.
    pub points_per_address: Option<NonZeroU32>,
}

impl Default for EdgeRules {
    fn default() -> Self {
        Self {
            status_profile: StatusProfile::Classic,
            max_batch: 0,
            base_path: BasePath::default(),
            origins: Vec::new(),
            timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(5),
            points_per_organisation: None,
            points_per_address: None,
        }
    }
}

impl EdgeRules {
    /// Where the playground is.
    pub(super) fn page(&self) -> String {
        format!("{}/graphiql", self.base_path.as_str())
    }
}

/// Which edition of GraphQL over HTTP the statuses follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusProfile {
    /// The draft of 2025, which clients in use expect: 200 for whatever was executed, 400 for what was not, and for
    /// `application/json` 200 for both.
    Classic,
    /// The edition of September 2026: 294 where some fields failed, 400 for what is not JSON or not GraphQL, 422 for what
    /// is but cannot be executed, whatever the media type.
    Newer,
}

/// An origin such as `https://analysis.example`, or `*` for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(HeaderValue);

impl Origin {
    /// The value of the header `Origin`; `None` where it stands for all.
    pub(super) fn value(&self) -> Option<&HeaderValue> {
        (self.0 != "*").then_some(&self.0)
    }
}

impl FromStr for Origin {
    type Err = String;

    /// # Errors
    /// For anything that a browser would not send as an origin.
    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || format!("expected an origin such as `https://analysis.example` or `*`, found `{text}`");
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let plain = |host: &str| {
            let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".:-[]".contains(&byte);
            !host.is_empty() && host.bytes().all(fits)
        };
        if text != "*" && !host.is_some_and(plain) {
            return Err(expected());
        }
        HeaderValue::from_str(text).map(Self).map_err(|_| expected())
    }
}

/// Where partners reach the service: `https://exchange.example`, with a port or a path where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    /// Without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PublicUrl {
    type Err = String;

    /// # Errors
    /// For anything that is no address of a service.
    fn from_str(text: &str) -> Result<Self, String> {
        let url = text.trim_end_matches('/');
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".:-[]/_~".contains(&byte);
        match rest {
            Some(rest) if rest.starts_with(|c: char| c != '/') && rest.bytes().all(plain) => Ok(Self(url.to_owned())),
            _ => Err(format!("expected an address such as `https://exchange.example`, found `{text}`")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_scheme_and_a_host_and_nothing_more() {
        for right in ["*", "https://a.example", "http://localhost:3000", "http://[::1]:80"] {
            assert!(right.parse::<Origin>().is_ok(), "{right}");
        }
        for wrong in ["", "a.example", "https://", "https://a.example/", "https://A.example", "null", "ftp://a", "**"] {
            assert!(wrong.parse::<Origin>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_public_address_has_no_more_than_a_scheme_a_host_and_a_path() {
        for (text, url) in [
            ("https://a.example", "https://a.example"),
            ("https://a.example/", "https://a.example"),
            ("http://[::1]:8080/exchange/", "http://[::1]:8080/exchange"),
        ] {
            assert_eq!(text.parse::<PublicUrl>().unwrap().as_str(), url);
        }
        for wrong in
            ["", "a.example", "https://", "https:///a", "https://a.example?x", "https://u@a.example", "ftp://a"]
        {
            assert!(wrong.parse::<PublicUrl>().is_err(), "{wrong}");
        }
    }
}
