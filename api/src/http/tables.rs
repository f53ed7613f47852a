//! Tables and reports to take away: GET gives a cited table in the format of its ending, and a report as a page, each asked,
//! charged and recorded as its questions are.

use std::{borrow::Cow, sync::Arc};

use axum::{
    Extension, Router,
    body::Body,
    extract::{Request, State as Extract},
    http::{HeaderMap, HeaderValue, Response, StatusCode, header, request::Parts},
    response::IntoResponse,
    routing::get,
};
use bytes::Bytes;
use tokio::time::timeout;

use crate::{
    auth::{Scope, Viewer},
    datasets::{Destinations, Outcomes, destinations, outcomes},
    domain::saved_question,
    export::{self, Column, Format, Part, Table},
    service::{self, Again, NoToken, Reader, ReportAsked, Reported, Shown},
    tabulation,
};

use super::{
    State, bearer,
    caching::{self, CachePolicy},
    departure,
    edge::RequestLog,
    error::{self, overloaded},
    negotiate, oauth, parameters,
    path::PathText,
    rate,
    request_id::RequestId,
    senders::{Hold, Sender},
    signed_in::Proof,
    wanted::{Official, Wanted},
};

/// How a request ends: with a table, or with a refusal in its place.
pub(super) type Outcome = Result<Response<Body>, Box<Response<Body>>>;

/// How many fields of each cell stand in a file, beside those of its measures.
const FIELDS: usize = 8;

/// How many fields a measure has.
const FIELDS_OF_MEASURE: usize = 6;

/// From how many rows on a table is written where it disturbs nobody.
const HEAVY_ROWS: usize = 500;

/// From how many bytes on a file is hashed apart: it takes about a millisecond.
const LARGE: usize = 1 << 20;

/// The longest reference that is told in a header.
const LONGEST_LINK: usize = 2_000;

const VARY: HeaderValue = HeaderValue::from_static("accept, accept-encoding, authorization");

/// The ways to show who asks.
const BASIC: &str = "Basic realm=\"benchmark-exchange\", charset=\"UTF-8\"";
const BEARER: &str = "Bearer realm=\"benchmark-exchange\"";

/// Where tables and reports are taken from.
pub(super) fn routes() -> Router<State> {
    Router::new().route("/tables/{name}", get(table)).route("/reports/{area}", get(report))
}

/// What is taken.
enum Taken<'a> {
    Table(&'a str, Format, Wanted),
    Report(ReportAsked),
}

/// What is sent: a file, its media type, and for a table its name and its citation.
pub(super) struct File {
    pub(super) bytes: Bytes,
    pub(super) media: &'static str,
    pub(super) disposition: Option<String>,
    pub(super) citation: Option<String>,
    /// Who may keep it.
    pub(super) cached: CachePolicy,
}

impl File {
    /// A file of a format and a name.
    pub(super) fn named(bytes: Vec<u8>, format: Format, name: &str, cached: CachePolicy) -> Self {
        let shown = if format == Format::Html { "inline" } else { "attachment" };
        let disposition = Some(format!("{shown}; filename=\"{name}\""));
        Self { bytes: Bytes::from(bytes), media: format.media_type(), disposition, citation: None, cached }
    }
}

async fn table(
    Extract(state): Extract<State>,
    Extension(id): Extension<RequestId>,
    Extension(log): Extension<Arc<RequestLog>>,
    PathText(name): PathText,
    request: Request,
) -> Response<Body> {
    let (head, _) = request.into_parts();
    let query = head.uri.query().unwrap_or_default();
    let taken = named(&name, &head.headers, &id).and_then(|(name, format)| {
        let wanted = Wanted::read(query).map_err(|message| Box::new(bad(&message, &id)))?;
        Ok(Taken::Table(name, format, wanted))
    });
    finished(answer(&state, &id, &log, &head, taken).await)
}

async fn report(
    Extract(state): Extract<State>,
    Extension(id): Extension<RequestId>,
    Extension(log): Extension<Arc<RequestLog>>,
    PathText(area): PathText,
    request: Request,
) -> Response<Body> {
    let (head, _) = request.into_parts();
    let area = area.strip_suffix(".html").unwrap_or(&area);
    let asked = report_asked(area, head.uri.query().unwrap_or_default());
    let taken = asked.map(Taken::Report).map_err(|message| Box::new(bad(&message, &id)));
    finished(answer(&state, &id, &log, &head, taken).await)
}

pub(super) fn finished(outcome: Outcome) -> Response<Body> {
    let mut response = outcome.unwrap_or_else(|refusal| *refusal);
    error::say_when(&mut response);
    response.headers_mut().insert(header::VARY, VARY);
    response
}

pub(super) fn bad(message: &str, id: &RequestId) -> Response<Body> {
    error::respond(StatusCode::BAD_REQUEST, "BAD_REQUEST", message, id)
}

/// Who asks is settled first; only then what it is that they ask for.
async fn answer(
    state: &State,
    id: &RequestId,
    log: &RequestLog,
    head: &Parts,
    taken: Result<Taken<'_>, Box<Response<Body>>>,
) -> Outcome {
    let (reader, _permit) = admitted(state, id, log, head, viewer(state, head, id).await?)?;
    let taken = taken?;
    let (time, sender) = (state.rules.timeout, Sender::of(reader.viewer(), &head.extensions));
    let work = async {
        match &taken {
            Taken::Table(citation, format, wanted) => table_file(&reader, citation, wanted, *format).await,
            Taken::Report(asked) => report_file(&reader, asked).await,
        }
    };
    let Ok(done) = timeout(time, work).await else {
        let message = format!("the answer took longer than {} s and was stopped; ask for less", time.as_secs());
        return Err(Box::new(error::respond(StatusCode::GATEWAY_TIMEOUT, "UNAVAILABLE", &message, id)));
    };
    let file = done.map_err(|error| Box::new(error::failed(&error, id)))?;
    let (head, body) = respond(file, &head.headers).await.into_parts();
    match departure::counted(body, &state.partners.answers, &sender) {
        Ok(body) => Ok(Response::from_parts(head, body)),
        Err(full) => Err(Box::new(overloaded(full, id))),
    }
}

/// A reader for a request of somebody known, with what the request holds of its sender's share.
pub(super) fn admitted(
    state: &State,
    id: &RequestId,
    log: &RequestLog,
    head: &Parts,
    viewer: Viewer,
) -> Result<(Reader, Hold), Box<Response<Body>>> {
    let Viewer::Partner(partner) = &viewer else { return Err(Box::new(unknown(id))) };
    log.organisation.get_or_init(|| partner.organisation().to_owned());
    let sender = Sender::of(&viewer, &head.extensions);
    let purse = state.purse(&sender);
    rate::admit(&purse, id)?;
    let permit = state.partners.permits.take(&sender, 1).map_err(|full| Box::new(overloaded(full, id)))?;
    Ok((state.exchange.paying_reader(viewer, state.rules.timeout, purse), permit))
}

/// Who asks: by a bearer token as everywhere, or by the identifier and the secret of a client, for what can show nothing else. Such
/// a client is given a token for reading alone, as at `/oauth/token`, and asks with it for a minute.
pub(super) async fn viewer(state: &State, head: &Parts, id: &RequestId) -> Result<Viewer, Box<Response<Body>>> {
    let mut sent = head.headers.get_all(header::AUTHORIZATION).iter();
    let shown = match (sent.next(), sent.next()) {
        (Some(only), None) => oauth::basic(only),
        _ => None,
    };
    let Some((client, secret)) = shown else { return bearer::viewer(state, &head.headers, &head.extensions, id).await };
    let site = head.headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    if !matches!(site, None | Some(b"same-origin" | b"none")) {
        // A browser adds such credentials by itself, also to what another site's page asks for.
        let message = "expected a client that shows its secret itself, found a page of another site";
        return Err(Box::new(error::respond(StatusCode::FORBIDDEN, "FORBIDDEN", message, id)));
    }
    let proof = Proof::of(&client, &secret);
    if let Some(partner) = state.signed_in.find(proof, &state.verifier, state.exchange.now()) {
        return Ok(Viewer::Partner(partner));
    }
    let sender = Sender::of(&Viewer::Anonymous, &head.extensions);
    let _permit = state.clients.permits.take(&sender, 1).map_err(|full| Box::new(overloaded(full, id)))?;
    let shown = Shown::Secret { client, secret };
    let given = timeout(state.rules.timeout, state.authorization.token(&shown, Some(Scope::OutcomesRead.as_str())));
    let refuse = |status, code, message: &str| Err(Box::new(error::respond(status, code, message, id)));
    let given = match given.await {
        Ok(Ok(given)) => given,
        Ok(Err(NoToken::InvalidClient(reason))) => {
            let mut refusal = error::respond(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", &reason, id);
            refusal.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(BASIC));
            return Err(Box::new(refusal));
        }
        Ok(Err(NoToken::InvalidScope(reason))) => return refuse(StatusCode::FORBIDDEN, "FORBIDDEN", &reason),
        Ok(Err(NoToken::Other(error))) => return Err(Box::new(error::failed(&error, id))),
        Err(_) => return refuse(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", "it took too long; try again"),
    };
    match state.verifier.verify(&given.token, state.exchange.now()) {
        Ok(partner) => {
            state.signed_in.remember(proof, given.token, state.exchange.now());
            Ok(Viewer::Partner(partner))
        }
        Err(reason) => Err(Box::new(error::failed(&service::Error::Internal(reason.into()), id))),
    }
}

/// The refusal of those who do not say who they are.
fn unknown(id: &RequestId) -> Response<Body> {
    let message = "a table needs a bearer token, or the identifier and the secret of a client by Basic";
    let mut refusal = error::respond(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", message, id);
    refusal.headers_mut().append(header::WWW_AUTHENTICATE, HeaderValue::from_static(BEARER));
    refusal.headers_mut().append(header::WWW_AUTHENTICATE, HeaderValue::from_static(BASIC));
    refusal
}

/// What is asked for, and the format: that of the ending, else the one that the sender likes best.
pub(super) fn named<'a>(
    name: &'a str,
    headers: &HeaderMap,
    id: &RequestId,
) -> Result<(&'a str, Format), Box<Response<Body>>> {
    let refuse = |status, code, message: &str| Err(Box::new(error::respond(status, code, message, id)));
    if let Some((name, ending)) = name.split_once('.') {
        if let Some(format) = Format::of_ending(ending) {
            return Ok((name, format));
        }
        let known: Vec<String> = Format::ALL.iter().map(|format| format!("`.{}`", format.ending())).collect();
        let message = format!("expected an ending of {}, found another", known.join(", "));
        return refuse(StatusCode::NOT_FOUND, "NOT_FOUND", &message);
    }
    let chosen: Vec<(Format, &str)> =
        Format::ALL.iter().filter_map(|format| Some((*format, format.asked_as()?))).collect();
    let names: Vec<&str> = chosen.iter().map(|(_, name)| *name).collect();
    if let Some(at) = negotiate::best_of(headers, &names) {
        return Ok((name, chosen[at].0));
    }
    let message = format!("expected to be asked for one of {}", names.join(", "));
    refuse(StatusCode::NOT_ACCEPTABLE, "BAD_REQUEST", &message)
}

/// The file of a cited table.
async fn table_file(reader: &Reader, citation: &str, wanted: &Wanted, format: Format) -> Result<File, service::Error> {
    if format == Format::Ees {
        // Whether the layout has a place for it follows from its areas: seen before anything is charged.
        let about_columns = named_table(reader, citation, wanted, Format::EesMeta).await?.write(Format::EesMeta, false);
        about_columns.map_err(|unwritable| service::Error::BadRequest(unwritable.to_string()))?;
    }
    let mut table = named_table(reader, citation, wanted, format).await?;
    if format == Format::Html {
        table.about.short_citation = reader.short_citation(&table.about.citation).await.ok();
    }
    let (heavy, bom) = (table.rows.len() >= HEAVY_ROWS, wanted.bom);
    let made = move || {
        let bytes = table.write(format, bom);
        (table, bytes)
    };
    let (table, bytes) = if heavy { reader.work(made).await? } else { made() };
    let bytes = bytes.map_err(|unwritable| service::Error::BadRequest(unwritable.to_string()))?;
    reader.allowance().take_bytes(bytes.len())?;
    let file = File::named(bytes, format, &format.file_name(&table), CachePolicy::Private);
    Ok(File { citation: Some(table.about.citation), ..file })
}

/// The table that an address names: by a citation, or by a name that the organisation saved its question under.
async fn named_table(reader: &Reader, name: &str, wanted: &Wanted, format: Format) -> Result<Table, service::Error> {
    let bad = |message: &str| Err(service::Error::BadRequest(message.to_owned()));
    let saved = if saved_question::is_name(name) { Some(reader.saved_question(name).await?) } else { None };
    if saved.is_none() && wanted.release.is_some() {
        return bad("a citation names its release: leave `release` out");
    }
    let citation = match &saved {
        Some(saved) => Cow::Borrowed(saved.citation.as_str()),
        None => reader.whole_citation(name).await?,
    };
    let again = saved.as_ref().map(|saved| Again { saved, release: wanted.release });
    let beside = match &wanted.official {
        Some(Official { indicator, data_set, filters }) => {
            Some(reader.official_beside(indicator.clone(), data_set.clone(), filters)?)
        }
        None => None,
    };
    let purpose = wanted.purpose.clone();
    // What is about the columns alone needs no figures, and costs nothing.
    let told = format.has_figures();
    let measures = wanted.measures() + usize::from(beside.is_some());
    let fields = if told { FIELDS + FIELDS_OF_MEASURE * measures } else { 0 };
    if tabulation::cited_question(&citation)?.starts_with("destinations;") {
        if wanted.part != Part::Cells || !wanted.since.is_empty() || wanted.states || beside.is_some() {
            return bad(
                "a table of destinations has no parts, changes, states or official figures beside: leave `part`, `since`, \
                        `states` and `official` out",
            );
        }
        let want = |question: &mut destinations::Question| question.wanted = told;
        let table = match again {
            Some(again) => reader.destinations_again(again, purpose, fields, want).await?,
            None => reader.cited::<Destinations>(&citation, purpose, fields, want).await?,
        };
        let heavy = table.size() >= HEAVY_ROWS;
        let made = move || export::destinations(&table);
        return if heavy { reader.work(made).await } else { Ok(made()) };
    }
    let parts = outcomes::Parts {
        cells: told && wanted.part != Part::Overall,
        overall: told && wanted.part == Part::Overall,
        totals: told && wanted.part == Part::Totals,
        states: wanted.states,
    };
    let want = |question: &mut outcomes::Question| (question.parts, question.since) = (parts, wanted.since.clone());
    let table = match again {
        Some(again) => reader.outcomes_again(again, purpose, fields, want).await?,
        None => reader.cited::<Outcomes>(&citation, purpose, fields, want).await?,
    };
    let (heavy, part) = (table.size() >= HEAVY_ROWS, wanted.part);
    let made = move || export::outcomes(&table, part, beside.as_ref());
    if heavy { reader.work(made).await } else { Ok(made()) }
}

/// What is asked of a report, as its address says.
fn report_asked(area: &str, query: &str) -> Result<ReportAsked, String> {
    let mut asked = ReportAsked { area: area.to_owned(), ..ReportAsked::default() };
    for (name, value) in parameters::pairs(query)? {
        if name == "states" {
            asked.states = match value.as_str() {
                "true" => true,
                "false" => false,
                other => return Err(format!("expected `states` to be true or false, found `{other}`")),
            };
            continue;
        }
        let place = match name.as_str() {
            "framework" => &mut asked.framework,
            "purpose" => &mut asked.purpose,
            "beside" => &mut asked.beside,
            other => {
                return Err(format!("expected the parameters framework, purpose, beside or states, found `{other}`"));
            }
        };
        if place.replace(value).is_some() {
            return Err(format!("the parameter `{name}` stands twice"));
        }
    }
    Ok(asked)
}

/// The page of a report.
async fn report_file(reader: &Reader, asked: &ReportAsked) -> Result<File, service::Error> {
    let reported = reader.report(asked).await?;
    let own = reader.catalogue().area_now(&asked.area).map(|area| reader.catalogue().areas()[area].name.clone());
    let mut columns = Vec::with_capacity(reported.len());
    for Reported { label, table } in reported {
        let both = |table| (export::outcomes(&table, Part::Cells, None), export::outcomes(&table, Part::Overall, None));
        let mut figures = table.map(both).map_err(|refused| refused.to_string());
        if let Ok((cells, _)) = &mut figures {
            // Where none can be kept, the whole one does as well.
            cells.about.short_citation = reader.short_citation(&cells.about.citation).await.ok();
        }
        columns.push(Column { label, figures });
    }
    let bytes = export::report(&own.unwrap_or_default(), &columns);
    reader.allowance().take_bytes(bytes.len())?;
    let (bytes, media, cached) = (Bytes::from(bytes), Format::Html.media_type(), CachePolicy::Private);
    Ok(File { bytes, media, disposition: None, citation: None, cached })
}

/// The response with a file, which is not sent to whoever has it already.
pub(super) async fn respond(file: File, headers: &HeaderMap) -> Response<Body> {
    let File { bytes, media, disposition, citation, cached } = file;
    let validator = if bytes.len() < LARGE {
        caching::validator(media, &bytes)
    } else {
        let hashed = bytes.clone();
        let hashed = tokio::task::spawn_blocking(move || caching::validator(media, &hashed)).await;
        // Should the thread fail, the file has a validator that nobody has.
        hashed.unwrap_or(HeaderValue::from_static("W/\"\""))
    };
    let mut response = if caching::matches(headers, &validator) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(bytes).into_response()
    };
    let mut tell = |name, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    };
    tell(header::CONTENT_TYPE, media.to_owned());
    if media == Format::Html.media_type() {
        tell(header::CONTENT_SECURITY_POLICY, export::content_policy());
    }
    if let Some(disposition) = disposition {
        tell(header::CONTENT_DISPOSITION, disposition);
    }
    if let Some(citation) = citation.filter(|citation| citation.len() <= LONGEST_LINK) {
        tell(header::LINK, format!("<{citation}>; rel=\"cite-as\""));
    }
    response.headers_mut().insert(header::ETAG, validator);
    response.headers_mut().insert(header::CACHE_CONTROL, cached.header());
    response
}
