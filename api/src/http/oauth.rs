//! Where clients are given tokens (RFC 6749, RFC 7523) and find out how (RFC 8414, RFC 7517).

use std::sync::Arc;

use axum::{
    Extension, Router,
    body::Body,
    extract::{Request, State as Extract},
    http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri, header},
    response::IntoResponse,
    routing::{any, get},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::{
    auth::Viewer,
    service::{self, GivenToken, NoToken, Shown},
};

use super::{
    State, arrival, arrival::Undelivered, edge::RequestLog, error, error::RETRY_AFTER, path::PathText,
    request_id::RequestId, senders::Sender,
};

/// The only kind of grant: for programs that ask for themselves.
const GRANT: &str = "client_credentials";

/// What `client_assertion_type` says of a JWT, RFC 7523.
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The longest body, bytes: an assertion and what stands beside it.
const LONGEST_BODY: usize = 16 * 1024;

/// How long metadata and keys may be cached: a new key is to be known before it signs for long.
const CACHED: HeaderValue = HeaderValue::from_static("public, max-age=60");

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The parameters of the form that are looked at; what else is sent is ignored, as RFC 6749 wants it.
const KNOWN: [&str; 6] =
    ["grant_type", "scope", "client_id", "client_secret", "client_assertion", "client_assertion_type"];

/// Where it is asked.
pub(super) fn routes() -> Router<State> {
    Router::new()
        .route("/oauth/token", any(token))
        .route("/.well-known/jwks.json", get(key_set))
        .route("/.well-known/oauth-authorization-server", get(metadata))
        .route("/.well-known/oauth-authorization-server/{*path}", get(metadata_of_path))
}

async fn key_set(Extract(state): Extract<State>) -> Response<Body> {
    public(&state.authorization.key_set())
}

async fn metadata(Extract(state): Extract<State>) -> Response<Body> {
    public(&state.authorization.metadata())
}

/// The metadata of an issuer that has a path are asked for with that path behind, RFC 8414, section 3.1.
async fn metadata_of_path(
    Extract(state): Extract<State>,
    id: Extension<RequestId>,
    PathText(path): PathText,
    address: Uri,
) -> Response<Body> {
    let metadata = state.authorization.metadata();
    let issuer = metadata["issuer"].as_str().and_then(|issuer| issuer.split_once("://"));
    match issuer.and_then(|(_, rest)| rest.split_once('/')) {
        Some((_, own)) if own.trim_end_matches('/') == path => public(&metadata),
        _ => error::not_found(id, address).await,
    }
}

fn public(value: &Value) -> Response<Body> {
    ([(header::CONTENT_TYPE, JSON), (header::CACHE_CONTROL, CACHED)], value.to_string()).into_response()
}

/// Why there is no token, as RFC 6749, section 5.2, words it.
#[derive(Debug, PartialEq, Eq)]
struct Refusal {
    status: StatusCode,
    error: &'static str,
    description: String,
}

impl Refusal {
    fn new(status: StatusCode, error: &'static str, description: impl Into<String>) -> Self {
        Self { status, error, description: description.into() }
    }

    fn request(description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", description)
    }

    fn client(description: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "invalid_client", description)
    }

    fn busy(status: StatusCode, description: impl Into<String>) -> Self {
        Self::new(status, "temporarily_unavailable", description)
    }

    fn respond(self) -> Response<Body> {
        // The characters that RFC 6749 allows here.
        let plain = |c: char| if matches!(c, ' '..='!' | '#'..='[' | ']'..='~') { c } else { '\'' };
        let description: String = self.description.chars().map(plain).collect();
        let body = json!({"error": self.error, "error_description": description});
        let mut response = (self.status, [(header::CONTENT_TYPE, JSON)], body.to_string()).into_response();
        let headers = response.headers_mut();
        match self.status {
            StatusCode::UNAUTHORIZED => {
                let challenge = HeaderValue::from_static("Basic realm=\"benchmark-exchange\", charset=\"UTF-8\"");
                headers.insert(header::WWW_AUTHENTICATE, challenge);
            }
            StatusCode::METHOD_NOT_ALLOWED => {
                headers.insert(header::ALLOW, HeaderValue::from_static("POST"));
            }
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
                headers.insert(header::RETRY_AFTER, RETRY_AFTER);
            }
            _ => {}
        }
        response
    }
}

impl From<NoToken> for Refusal {
    fn from(error: NoToken) -> Self {
        match error {
            NoToken::InvalidClient(reason) => Self::client(reason),
            NoToken::InvalidScope(reason) => Self::new(StatusCode::BAD_REQUEST, "invalid_scope", reason),
            NoToken::Other(service::Error::Unavailable(reason)) => Self::busy(StatusCode::SERVICE_UNAVAILABLE, reason),
            NoToken::Other(service::Error::TooMany(_)) => Self::busy(
                StatusCode::TOO_MANY_REQUESTS,
                "this client has asked for many tokens at once; keep one and use it",
            ),
            NoToken::Other(error) => {
                let cause = format!("{:#}", anyhow::Error::from(error));
                tracing::error!(cause, "no token was given");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "server_error", "internal error")
            }
        }
    }
}

/// Gives a token, or says why not. Neither is ever cached.
async fn token(
    Extract(state): Extract<State>,
    Extension(log): Extension<Arc<RequestLog>>,
    request: Request,
) -> Response<Body> {
    let mut response = match answer(&state, request).await {
        Ok(given) => {
            log.organisation.get_or_init(|| given.organisation.clone());
            let body = json!({
                "access_token": given.token,
                "token_type": "Bearer",
                "expires_in": given.ttl.num_seconds(),
                "scope": given.scopes.write(),
            });
            ([(header::CONTENT_TYPE, JSON)], body.to_string()).into_response()
        }
        Err(refusal) => refusal.respond(),
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

async fn answer(state: &State, request: Request) -> Result<GivenToken, Refusal> {
    if *request.method() != Method::POST {
        return Err(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "invalid_request", "expected POST"));
    }
    if request.uri().query().is_some_and(|query| !query.is_empty()) {
        return Err(Refusal::request(
            "expected the parameters in the body: an address is logged on its way, and a secret with it",
        ));
    }
    if !is_form(request.headers()) {
        return Err(Refusal::request("expected a body of type application/x-www-form-urlencoded"));
    }
    let full = |_| Refusal::busy(StatusCode::SERVICE_UNAVAILABLE, "too many requests are being worked on; try again");
    let shares = &state.clients;
    let sender = Sender::of(&Viewer::Anonymous, request.extensions());
    let (head, body) = request.into_parts();
    let mut hold = shares.bodies.take(&sender, 0).map_err(full)?;
    let body = arrival::whole(&head.headers, body, &mut hold, LONGEST_BODY, state.rules.body_timeout).await;
    let body = Zeroizing::new(body.map_err(undelivered)?);
    let _permit = shares.permits.take(&sender, 1).map_err(full)?;
    let asked = read(&head.headers, &body)?;
    let work = state.authorization.token(&asked.shown, asked.scope.as_deref());
    let given = timeout(state.rules.timeout, work).await;
    let given = given.map_err(|_| Refusal::busy(StatusCode::SERVICE_UNAVAILABLE, "it took too long; try again"))?;
    Ok(given?)
}

fn undelivered(why: Undelivered) -> Refusal {
    match why {
        Undelivered::TooLarge => Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "invalid_request",
            format!("expected a body of at most {LONGEST_BODY} bytes"),
        ),
        Undelivered::TooSlow => {
            Refusal::new(StatusCode::REQUEST_TIMEOUT, "invalid_request", "the body did not arrive whole in time")
        }
        Undelivered::Broken => Refusal::request("the body did not arrive whole"),
        Undelivered::Full(_) => {
            Refusal::busy(StatusCode::SERVICE_UNAVAILABLE, "too many bytes are under way; try again")
        }
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let sent = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = sent.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// What is asked for, and by whom.
struct Asked {
    shown: Shown,
    scope: Option<String>,
}

/// The parameters, each at most once. One without a value is as good as absent.
#[derive(Default)]
struct Form([Option<Zeroizing<String>>; KNOWN.len()]);

impl Form {
    fn read(body: &[u8]) -> Result<Self, Refusal> {
        let mut form = Self::default();
        for (name, value) in form_urlencoded::parse(body) {
            let Some(place) = KNOWN.iter().position(|known| *known == name) else { continue };
            if form.0[place].is_some() {
                return Err(Refusal::request(format!("expected {} once, found it twice", KNOWN[place])));
            }
            if !value.is_empty() {
                form.0[place] = Some(Zeroizing::new(value.into_owned()));
            }
        }
        Ok(form)
    }

    fn take(&mut self, name: &str) -> Option<Zeroizing<String>> {
        self.0[KNOWN.iter().position(|known| *known == name)?].take()
    }
}

fn read(headers: &HeaderMap, body: &[u8]) -> Result<Asked, Refusal> {
    let mut form = Form::read(body)?;
    match form.take("grant_type") {
        None => return Err(Refusal::request(format!("expected grant_type={GRANT}, found none"))),
        Some(grant) if *grant == GRANT => {}
        Some(_) => {
            let description = format!("expected grant_type={GRANT}, found another");
            return Err(Refusal::new(StatusCode::BAD_REQUEST, "unsupported_grant_type", description));
        }
    }
    let scope = form.take("scope").map(|scope| scope.to_string());
    let client = form.take("client_id").map(|client| client.to_string());
    let (secret, assertion) = (form.take("client_secret"), form.take("client_assertion"));
    let kind = form.take("client_assertion_type");
    let mut sent = headers.get_all(header::AUTHORIZATION).iter();
    let (header, again) = (sent.next(), sent.next());
    if again.is_some() {
        return Err(Refusal::request("expected one Authorization header, found several"));
    }
    if usize::from(header.is_some()) + usize::from(secret.is_some()) + usize::from(assertion.is_some()) > 1 {
        return Err(Refusal::request(
            "expected the client to show itself in one way: the Authorization header, client_secret or client_assertion",
        ));
    }
    let shown = if let Some(header) = header {
        let (named, secret) = basic(header).ok_or_else(|| {
            Refusal::client(
                "expected Authorization: Basic and client_id:client_secret, each form-urlencoded, in base64",
            )
        })?;
        if client.is_some_and(|client| client != named) {
            return Err(Refusal::request(
                "expected one client, found another in client_id than in the Authorization header",
            ));
        }
        Shown::Secret { client: named, secret }
    } else if let Some(assertion) = assertion {
        if kind.is_none_or(|kind| *kind != JWT_BEARER) {
            return Err(Refusal::request(format!("expected client_assertion_type={JWT_BEARER}")));
        }
        Shown::Assertion { client, assertion: assertion.to_string() }
    } else if let Some(secret) = secret {
        let client = client.ok_or_else(|| Refusal::request("expected client_id beside client_secret, found none"))?;
        Shown::Secret { client, secret }
    } else {
        return Err(Refusal::client(
            "expected the client to show itself: Authorization: Basic, client_id with client_secret, or client_assertion",
        ));
    };
    Ok(Asked { shown, scope })
}

/// Identifier and secret of `Authorization: Basic`, each form-urlencoded as RFC 6749, section 2.3.1, has it.
pub(super) fn basic(header: &HeaderValue) -> Option<(String, Zeroizing<String>)> {
    let (scheme, encoded) = header.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = Zeroizing::new(STANDARD.decode(encoded.trim()).ok()?);
    let (client, secret) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    let plain = |text: &str| {
        // One name without a value: what stands in it is decoded. A second one, or a value, would be passed over.
        let alone = !text.contains(['&', '=']);
        alone.then(|| form_urlencoded::parse(text.as_bytes()).map(|(name, _)| name.into_owned()).collect::<String>())
    };
    Some((plain(client)?, Zeroizing::new(plain(secret)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(authorization: Option<&str>, body: &str) -> Result<Asked, Refusal> {
        let mut headers = HeaderMap::new();
        if let Some(value) = authorization {
            headers.insert(header::AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        }
        read(&headers, body.as_bytes())
    }

    fn encoded(text: &str) -> String {
        format!("Basic {}", STANDARD.encode(text))
    }

    #[test]
    fn a_client_shows_itself_in_one_of_three_ways() {
        let secret = |asked: Result<Asked, Refusal>| match asked.map(|asked| asked.shown) {
            Ok(Shown::Secret { client, secret }) => (client, secret.to_string()),
            _ => panic!("no secret"),
        };
        let grant = "grant_type=client_credentials";
        let known = ("a".to_owned(), "b:c+d".to_owned());
        assert_eq!(secret(asked(Some(&encoded("a:b%3Ac%2Bd")), grant)), known);
        assert_eq!(secret(asked(Some(&encoded("a:b%3Ac%2Bd")), &format!("{grant}&client_id=a"))), known);
        assert_eq!(secret(asked(None, &format!("{grant}&client_id=a&client_secret=b%3Ac%2Bd&resource=x"))), known);
        let assertion = format!("{grant}&client_assertion=x.y.z&client_assertion_type={JWT_BEARER}&scope=a+b");
        let found = asked(None, &assertion).unwrap_or_else(|refusal| panic!("{refusal:?}"));
        assert_eq!(found.scope.as_deref(), Some("a b"));
        assert!(matches!(found.shown, Shown::Assertion { client: None, assertion } if assertion == "x.y.z"));
    }

    #[test]
    fn what_is_wrong_has_the_code_that_the_standard_gives_it() {
        let grant = "grant_type=client_credentials";
        let basic = encoded("a:b");
        for (authorization, body, status, error) in [
            (Some(&*basic), "", 400, "invalid_request"),
            (Some(&*basic), "grant_type=", 400, "invalid_request"),
            (Some(&*basic), "grant_type=password", 400, "unsupported_grant_type"),
            (Some(&*basic), "grant_type=client_credentials&grant_type=client_credentials", 400, "invalid_request"),
            (Some(&*basic), &format!("{grant}&client_id=c"), 400, "invalid_request"),
            (Some(&*basic), &format!("{grant}&client_id=a&client_secret=b"), 400, "invalid_request"),
            (Some("Bearer x"), grant, 401, "invalid_client"),
            (Some("Basic ???"), grant, 401, "invalid_client"),
            (Some(&*encoded("a")), grant, 401, "invalid_client"),
            (Some(&*encoded("a:b&c")), grant, 401, "invalid_client"),
            (Some(&*encoded("a:b=")), grant, 401, "invalid_client"),
            (Some(&*encoded("a&c:b")), grant, 401, "invalid_client"),
            (None, grant, 401, "invalid_client"),
            (None, &format!("{grant}&client_id=a"), 401, "invalid_client"),
            (None, &format!("{grant}&client_secret=a"), 400, "invalid_request"),
            (None, &format!("{grant}&client_assertion=x"), 400, "invalid_request"),
            (None, &format!("{grant}&client_assertion=x&client_assertion_type=saml"), 400, "invalid_request"),
        ] {
            let refusal = asked(authorization, body).err().unwrap_or_else(|| panic!("{body}"));
            assert_eq!((refusal.status.as_u16(), refusal.error), (status, error), "{authorization:?} {body}");
        }
    }

    #[test]
    fn a_description_has_the_characters_that_the_standard_allows() {
        let refusal = Refusal::request("a \"b\" \\ c\u{e9}\n");
        let response = refusal.respond();
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
    }
}
