//! A path below which everything is, as behind a proxy that serves other things beside the exchange.

use std::str::FromStr;

use axum::{
    Router,
    extract::Request,
    http::{Uri, uri::PathAndQuery},
    middleware::map_request,
};
use tower::ServiceBuilder;

/// What stands before every path, such as `/exchange`; nothing where it is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BasePath(String);

impl BasePath {
    /// With a slash before it and none after it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same address without it; `None` where it is not below.
    fn without(&self, address: &Uri) -> Option<Uri> {
        let rest = address.path().strip_prefix(self.as_str())?;
        if !rest.is_empty() && !rest.starts_with('/') {
            return None;
        }
        let question = address.query().map(|query| format!("?{query}")).unwrap_or_default();
        let slash = if rest.is_empty() { "/" } else { "" };
        let mut parts = address.clone().into_parts();
        parts.path_and_query = Some(PathAndQuery::try_from(format!("{slash}{rest}{question}")).ok()?);
        Uri::from_parts(parts).ok()
    }
}

impl FromStr for BasePath {
    type Err = String;

    /// # Errors
    /// For anything but names with a slash before each.
    fn from_str(text: &str) -> Result<Self, String> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_~".contains(&byte);
        let name = |name: &str| !name.trim_matches('.').is_empty() && name.bytes().all(plain);
        let path = text.strip_suffix('/').unwrap_or(text);
        match path.strip_prefix('/') {
            Some(names) if names.split('/').all(name) => Ok(Self(path.to_owned())),
            None if path.is_empty() => Ok(Self::default()),
            _ => Err(format!("expected a path such as `/exchange`, found `{text}`")),
        }
    }
}

/// Everything below a path too. It stays where it is besides: a proxy may take the path away, and probes know nothing of it.
pub(super) fn below(base: BasePath, router: Router) -> Router {
    if base.as_str().is_empty() {
        return router;
    }
    let shortened = move |mut request: Request| {
        if let Some(address) = base.without(request.uri()) {
            *request.uri_mut() = address;
        }
        std::future::ready(request)
    };
    Router::new().fallback_service(ServiceBuilder::new().layer(map_request(shortened)).service(router))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_path_is_names_with_a_slash_before_each() {
        for (text, path) in [("", ""), ("/", ""), ("/a", "/a"), ("/a/", "/a"), ("/a-1/b.c_~", "/a-1/b.c_~")] {
            assert_eq!(text.parse::<BasePath>().unwrap().as_str(), path);
        }
        for wrong in ["a", "//", "/a//b", "//a", "/..", "/a/../b", "/a b", "/a?b", "/%61", "https://a.example"] {
            assert!(wrong.parse::<BasePath>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_below_is_found_without_it_and_nothing_else() {
        let base: BasePath = "/a".parse().unwrap();
        for (address, rest) in [
            ("/a", Some("/")),
            ("/a/", Some("/")),
            ("/a?b", Some("/?b")),
            ("/a/graphql?query=/a/", Some("/graphql?query=/a/")),
            ("http://host/a/b", Some("http://host/b")),
            ("/a/a", Some("/a")),
            ("/ab", None),
            ("/graphql", None),
            ("/A/b", None),
        ] {
            let found = base.without(&address.parse().unwrap());
            assert_eq!(found.map(|found| found.to_string()).as_deref(), rest, "{address}");
        }
    }
}
