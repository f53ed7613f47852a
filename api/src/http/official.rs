//! Official figures to take away: GET gives rows of a data set in the format of its ending, to everybody.

use std::sync::Arc;

use axum::{
    Extension, Router,
    body::Body,
    extract::{Request, State as Extract},
    http::{Response, StatusCode, request::Parts},
    routing::get,
};
use tokio::time::timeout;

use crate::{
    auth::Viewer,
    export::{Format, OfficialTable, Unwritable},
    service::{self, OfficialTaken, Reader},
};

use super::{
    State,
    caching::CachePolicy,
    departure,
    edge::RequestLog,
    error::{self, overloaded},
    parameters,
    path::PathText,
    rate,
    request_id::RequestId,
    senders::Sender,
    tables::{self, File, Outcome},
};

/// Where they are taken from. Beside [`tables::routes`], whose addresses have one part less.
pub(super) fn routes() -> Router<State> {
    Router::new().route("/tables/official/{name}", get(official))
}

async fn official(
    Extract(state): Extract<State>,
    Extension(id): Extension<RequestId>,
    Extension(log): Extension<Arc<RequestLog>>,
    PathText(name): PathText,
    request: Request,
) -> Response<Body> {
    let (head, _) = request.into_parts();
    let wanted = tables::named(&name, &head.headers, &id).and_then(|(name, format)| {
        let wanted = Wanted::read(name, head.uri.query().unwrap_or_default());
        wanted.map(|wanted| (wanted, format)).map_err(|message| Box::new(tables::bad(&message, &id)))
    });
    tables::finished(answer(&state, &id, &log, &head, wanted).await)
}

/// Whoever asks is counted, and nobody needs a token.
async fn answer(
    state: &State,
    id: &RequestId,
    log: &RequestLog,
    head: &Parts,
    wanted: Result<(Wanted, Format), Box<Response<Body>>>,
) -> Outcome {
    let viewer = tables::viewer(state, head, id).await?;
    let shares = match &viewer {
        Viewer::Partner(partner) => {
            log.organisation.get_or_init(|| partner.organisation().to_owned());
            &state.partners
        }
        Viewer::Anonymous => &state.anonymous,
    };
    let sender = Sender::of(&viewer, &head.extensions);
    let purse = state.purse(&sender);
    rate::admit(&purse, id)?;
    let (Wanted { taken, bom }, format) = wanted?;
    let _permit = shares.permits.take(&sender, 1).map_err(|full| Box::new(overloaded(full, id)))?;
    let time = state.rules.timeout;
    let reader = state.exchange.paying_reader(viewer, time, purse);
    let Ok(done) = timeout(time, file(&reader, taken, format, bom)).await else {
        let message = format!("the answer took longer than {} s and was stopped; ask for less", time.as_secs());
        return Err(Box::new(error::respond(StatusCode::GATEWAY_TIMEOUT, "UNAVAILABLE", &message, id)));
    };
    let file = done.map_err(|error| Box::new(error::failed(&error, id)))?;
    let (head, body) = tables::respond(file, &head.headers).await.into_parts();
    match departure::counted(body, &shares.answers, &sender) {
        Ok(body) => Ok(Response::from_parts(head, body)),
        Err(full) => Err(Box::new(overloaded(full, id))),
    }
}

async fn file(reader: &Reader, taken: OfficialTaken, format: Format, bom: bool) -> Result<File, service::Error> {
    let made = reader.official_table(taken, move |selection, catalogue| {
        let table = OfficialTable::new(selection, catalogue);
        (table.write(format, bom), table.file_name(format))
    });
    let (bytes, name) = made.await?;
    let bytes = bytes.map_err(|unwritable: Unwritable| service::Error::BadRequest(unwritable.to_string()))?;
    reader.allowance().take_bytes(bytes.len())?;
    Ok(File::named(bytes, format, &name, CachePolicy::Public))
}

/// What is wanted, as the address says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Wanted {
    taken: OfficialTaken,
    /// Whether a byte order mark stands in front of CSV, by which older spreadsheets know UTF-8.
    bom: bool,
}

impl Wanted {
    fn read(name: &str, query: &str) -> Result<Self, String> {
        let mut wanted = Self::default();
        let taken = &mut wanted.taken;
        name.clone_into(&mut taken.data_set);
        let mut seen: Vec<String> = Vec::new();
        let listed = |text: String| text.split(',').map(str::to_owned).collect::<Vec<String>>();
        for (name, value) in parameters::pairs(query)? {
            let again = ["indicator", "filter"].contains(&name.as_str());
            if seen.contains(&name) && !again {
                return Err(format!("the parameter `{name}` stands twice"));
            }
            match name.as_str() {
                "indicator" if !taken.indicators.contains(&value) => taken.indicators.push(value),
                "indicator" => return Err(format!("the indicator `{value}` stands twice")),
                "filter" => taken.filters.push(value),
                "areas" => taken.areas = Some(listed(value)),
                "years" => taken.years = Some(listed(value)),
                "version" => {
                    let version =
                        value.parse().map_err(|_| format!("expected the number of a version, found `{value}`"))?;
                    taken.version = Some(version);
                }
                "bom" => {
                    wanted.bom = match value.as_str() {
                        "true" => true,
                        "false" => false,
                        other => return Err(format!("expected `bom` to be true or false, found `{other}`")),
                    }
                }
                other => {
                    return Err(format!(
                        "expected the parameters indicator, areas, years, filter, version or bom, found `{other}`"
                    ));
                }
            }
            seen.push(name);
        }
        Ok(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wanted_is_read_and_nothing_else() {
        let wanted =
            Wanted::read("rates", "indicator=a&indicator=b,%25&areas=E1,E2&years=202324&filter=Age:16&version=2");
        let expected = OfficialTaken {
            data_set: "rates".to_owned(),
            version: Some(2),
            indicators: vec!["a".to_owned(), "b,%".to_owned()],
            areas: Some(vec!["E1".to_owned(), "E2".to_owned()]),
            years: Some(vec!["202324".to_owned()]),
            filters: vec!["Age:16".to_owned()],
        };
        assert_eq!(wanted, Ok(Wanted { taken: expected, bom: false }));
        for wrong in ["x=1", "areas=a&areas=b", "indicator=a&indicator=a", "version=new", "bom=1", "indicator=%FF"] {
            assert!(Wanted::read("rates", wrong).is_err(), "{wrong}");
        }
    }
}
