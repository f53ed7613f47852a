//! The pages of the playground, served from here alone.

use axum::{
    Extension,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
    response::IntoResponse,
};

use super::{error, negotiate::takes_brotli, path::PathText, request_id::RequestId, state};

/// Own scripts, styles, frames and connections; nothing written into the page, and nothing from anywhere else.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// Of the editor, which stands in a frame of the page: it writes styles and starts workers, and asks through the page alone.
const EDITOR_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; \
     worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
);

/// What is shown where the playground was not built.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Benchmark Exchange</title>\
<h1>The playground is not built</h1>\
<p>This binary was compiled without it. With Node and npm installed, compile again:</p>\
<pre>cargo build --release</pre>\
<p>The API itself is at <code>/graphql</code> and works without it.</p></html>";

/// The page itself.
pub(super) async fn page(State(state): State<state::State>) -> Response<Body> {
    document(&state, "index.html", POLICY, "DENY")
}

/// The editor in its frame.
pub(super) async fn editor(State(state): State<state::State>) -> Response<Body> {
    document(&state, "editor.html", EDITOR_POLICY, "SAMEORIGIN")
}

fn document(state: &state::State, name: &str, policy: HeaderValue, framed: &'static str) -> Response<Body> {
    let body = (state.playground.0)(name).map_or_else(|| NOT_BUILT.as_bytes().to_vec(), |file| file.data.into_owned());
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static(framed)),
    ];
    (headers, body).into_response()
}

/// One of its files. Their names carry a hash of what is in them, so they may be cached for ever. They were compressed when
/// the playground was built, for whoever takes that.
pub(super) async fn asset(
    State(state): State<state::State>,
    PathText(path): PathText,
    Extension(id): Extension<RequestId>,
    asked: HeaderMap,
) -> Response<Body> {
    let Some(file) = (state.playground.0)(&path).filter(|_| path.starts_with("assets/")) else {
        return error::respond(StatusCode::NOT_FOUND, "NOT_FOUND", "the playground has no such file", &id);
    };
    let kind = HeaderValue::from_str(&file.media_type).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let cached = HeaderValue::from_static("public, max-age=31536000, immutable");
    let headers =
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, cached), (header::CONTENT_SECURITY_POLICY, POLICY)];
    let smaller = takes_brotli(&asked).then(|| (state.playground.0)(&format!("{path}.br"))).flatten();
    let mut answer = match smaller {
        Some(smaller) => {
            let coding = [(header::CONTENT_ENCODING, HeaderValue::from_static("br"))];
            (headers, coding, smaller.data.into_owned()).into_response()
        }
        None => (headers, file.data.into_owned()).into_response(),
    };
    answer.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
    answer
}
