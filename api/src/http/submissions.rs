//! `POST /submissions`: a file is handed in, as the body or as a field of a form. It is read and stored after the answer, which tells what
//! it is found by: the field `submission` of the API tells what became of it.

use std::{
    collections::HashMap,
    convert::Infallible,
    future::ready,
    io::{self, Cursor, Read},
    sync::Arc,
};

use axum::{
    Extension, Router,
    body::Body,
    extract::{Request, State as Extract},
    http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header},
    response::IntoResponse,
    routing::any,
};
use bytes::Bytes;
use futures_util::stream;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::{
    auth::Viewer,
    ingest::{Encoding, Form},
    service::{Content, Handover, Sent, Source},
};

use super::{
    State,
    arrival::{self, LARGEST_FILE, Undelivered},
    bearer,
    edge::RequestLog,
    error::{self, overloaded},
    idempotency_key, negotiate, parameters, rate,
    request_id::RequestId,
    senders::{Hold, Sender},
};

/// The longest text of a field of the form that is not the file, bytes.
const LONGEST_FIELD: usize = 4_096;

/// The longest name of an option that is told again, characters.
const LONGEST_NAME: usize = 60;

type Refused = Box<Response<Body>>;

/// Where files are handed in.
pub(super) fn routes() -> Router<State> {
    Router::new().route("/submissions", any(handle))
}

async fn handle(
    Extract(state): Extract<State>,
    Extension(id): Extension<RequestId>,
    Extension(log): Extension<Arc<RequestLog>>,
    request: Request,
) -> Response<Body> {
    let mut response = take(&state, &id, &log, request).await.unwrap_or_else(|refusal| *refusal);
    error::say_when(&mut response);
    response
}

async fn take(state: &State, id: &RequestId, log: &RequestLog, request: Request) -> Result<Response<Body>, Refused> {
    let refuse = |status, code, message: &str| Box::new(error::respond(status, code, message, id));
    let bad = |message: String| refuse(StatusCode::BAD_REQUEST, "BAD_REQUEST", &message);
    if *request.method() != Method::POST {
        let mut refusal = refuse(StatusCode::METHOD_NOT_ALLOWED, "BAD_REQUEST", "expected POST");
        refusal.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
        return Err(refusal);
    }
    let viewer = bearer::viewer(state, request.headers(), request.extensions(), id).await?;
    let Viewer::Partner(partner) = &viewer else {
        let refusal = refuse(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", "changes need a bearer token");
        return Err(bearer::challenged(refusal));
    };
    log.organisation.get_or_init(|| partner.organisation().to_owned());
    let sender = Sender::of(&viewer, request.extensions());
    rate::admit(&state.purse(&sender), id)?;
    let contributor = state.exchange.contributor(viewer);
    // Found out before a body is read: nobody sends 48 MiB to learn that.
    contributor.may_hand_in().await.map_err(|failed| Box::new(error::failed(&failed, id)))?;
    if !negotiate::is_plain(request.headers()) {
        let message = "expected a body that is not compressed";
        return Err(refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_REQUEST", message));
    }
    let (head, body) = request.into_parts();
    let mut options = Options::default();
    for (name, value) in parameters::pairs(head.uri.query().unwrap_or_default()).map_err(bad)? {
        options.set(&name, &value).map_err(bad)?;
    }
    let key = idempotency_key::sent(&head.headers).map_err(bad)?;
    let full = |bound| Box::new(overloaded(bound, id));
    let mut hold = state.files.take(&sender, 0).map_err(full)?;
    let whole = arrival::file(&head.headers, body, &mut hold, state.rules.body_timeout).await;
    let whole = whole.map_err(|why| undelivered(why, state, id))?;
    let _permit = state.partners.permits.take(&sender, 1).map_err(full)?;
    let file = match boundary(&head.headers)
        .map_err(|message| refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_REQUEST", message))?
    {
        None => whole,
        Some(boundary) => of_form(whole, boundary, &mut options).await.map_err(bad)?,
    };
    let content =
        options.content.ok_or_else(|| bad("expected `content=results` or `content=destinations`".to_owned()))?;
    let sent = Sent { operation: options.operation(), key, digest: options.digest(&file) };
    let Options { form, accept_valid, dry_run, .. } = options;
    let source = Source::File(form, Box::new(Held { file: Cursor::new(file), _hold: hold }));
    let handover = Handover { content, source, accept_valid, dry_run };
    let handed_in = contributor.hand_in(sent, handover).await.map_err(|failed| Box::new(error::failed(&failed, id)))?;
    let body = json!({"id": handed_in.id});
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    Ok((StatusCode::ACCEPTED, [(header::CONTENT_TYPE, json)], body.to_string()).into_response())
}

/// A file, counted as its sender's until it was read.
struct Held {
    file: Cursor<Vec<u8>>,
    _hold: Hold,
}

impl Read for Held {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
    }
}

/// What is said beside the file: in the address, or in fields of the form.
#[derive(Default)]
struct Options {
    /// What was said of each option that is said once.
    said: HashMap<String, String>,
    content: Option<Content>,
    form: Form,
    accept_valid: bool,
    dry_run: bool,
}

impl Options {
    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let pair = || {
            let (one, other) = value.split_once('=').unwrap_or((value, ""));
            let whole = !one.trim().is_empty() && !other.is_empty();
            whole
                .then(|| (one.to_owned(), other.to_owned()))
                .ok_or_else(|| format!("`{name}`: expected two texts with `=` between"))
        };
        let switch = || match value {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(format!("`{name}`: expected true or false")),
        };
        if !["column", "everyRow"].contains(&name)
            && self.said.insert(name.to_owned(), value.to_owned()).is_some_and(|before| before != value)
        {
            return Err(format!("`{}`: expected one value, found two", shortened(name)));
        }
        match name {
            "content" => {
                self.content = Some(match value {
                    "results" => Content::Results,
                    "destinations" => Content::Destinations,
                    _ => return Err("`content`: expected results or destinations".to_owned()),
                });
            }
            "sheet" => self.form.sheet = Some(value.to_owned()),
            "encoding" => {
                self.form.encoding = Some(value.parse::<Encoding>().map_err(|error| format!("`{name}`: {error}"))?);
            }
            "column" => self.form.renamed.push(pair()?),
            "everyRow" => self.form.constants.push(pair()?),
            "acceptValid" => self.accept_valid = switch()?,
            "dryRun" => self.dry_run = switch()?,
            _ => {
                return Err(format!(
                    "expected the options content, sheet, encoding, column, everyRow, acceptValid and dryRun, found `{}`",
                    shortened(name)
                ));
            }
        }
        Ok(())
    }

    fn operation(&self) -> &'static str {
        match self.content {
            Some(Content::Destinations) => "importDestinations/file",
            _ => "importResults/file",
        }
    }

    /// What tells what is handed in from anything else.
    fn digest(&self, file: &[u8]) -> [u8; 32] {
        let said = format!("{:?} {:?} {} {}", self.content, self.form, self.accept_valid, self.dry_run);
        Sha256::new()
            .chain_update((said.len() as u64).to_be_bytes())
            .chain_update(said)
            .chain_update(file)
            .finalize()
            .into()
    }
}

/// The beginning of a name, as far as it is told again.
fn shortened(name: &str) -> String {
    name.chars().take(LONGEST_NAME).collect()
}

/// The boundary of a form; `None` where the body is the file itself.
fn boundary(headers: &HeaderMap) -> Result<Option<String>, &'static str> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "multipart/form-data" => {
            multer::parse_boundary(kind).map(Some).map_err(|_| "expected a boundary in the type of the form")
        }
        "application/json" | "application/x-www-form-urlencoded" => Err(
            "expected a CSV file or a workbook as the body, or a form of type multipart/form-data with the field `file`",
        ),
        _ => Ok(None),
    }
}

/// The file of a form, and what its other fields say.
async fn of_form(whole: Vec<u8>, boundary: String, options: &mut Options) -> Result<Vec<u8>, String> {
    let broken = |_| "expected a whole form of type multipart/form-data".to_owned();
    let stream = stream::once(ready(Ok::<_, Infallible>(Bytes::from(whole))));
    let mut form = multer::Multipart::new(stream, boundary);
    let mut file = None;
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(broken)?;
        if name == "file" {
            if file.replace(bytes.to_vec()).is_some() {
                return Err("expected one field `file`, found several".to_owned());
            }
            continue;
        }
        let value = std::str::from_utf8(&bytes).ok().filter(|_| bytes.len() <= LONGEST_FIELD);
        let value = value.ok_or_else(|| format!("expected fields of up to {LONGEST_FIELD} bytes in UTF-8"))?;
        options.set(&name, value)?;
    }
    file.ok_or_else(|| "expected a field `file`".to_owned())
}

#[expect(clippy::unnecessary_box_returns, reason = "refusals are boxed where they are passed on")]
fn undelivered(why: Undelivered, state: &State, id: &RequestId) -> Refused {
    let refuse = |status, code, message: &str| Box::new(error::respond(status, code, message, id));
    match why {
        Undelivered::Full(bound) => Box::new(overloaded(bound, id)),
        Undelivered::TooLarge => {
            let message = format!(
                "expected a file of at most {LARGEST_FILE} bytes; hand a larger one in in parts, or to the operator"
            );
            refuse(StatusCode::PAYLOAD_TOO_LARGE, "LIMIT_EXCEEDED", &message)
        }
        Undelivered::TooSlow => {
            let seconds = state.rules.body_timeout.as_secs();
            let message =
                format!("expected a file that keeps coming: nothing came for {seconds} s, or it took too long");
            refuse(StatusCode::REQUEST_TIMEOUT, "BAD_REQUEST", &message)
        }
        Undelivered::Broken => refuse(StatusCode::BAD_REQUEST, "BAD_REQUEST", "the file did not arrive whole"),
    }
}
