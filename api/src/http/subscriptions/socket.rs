//! One WebSocket: how it begins, what comes in and goes out, and why it is closed.

use std::{collections::HashMap, io, sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{
        FromRequestParts, Request,
        ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade},
    },
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
};
use tokio::{
    sync::mpsc,
    task::AbortHandle,
    time::{Instant, Interval, interval, timeout, timeout_at},
};
use tokio_tungstenite::tungstenite::{self, error::ProtocolError};

use crate::{
    auth::Viewer,
    http::{
        State,
        arrival::LARGEST_BODY,
        bearer::{self, Unverified},
        connection::Progress,
        edge::RequestLog,
        error::{overloaded, respond},
        rate,
        request_id::RequestId,
        rules::Origin,
        senders::{Hold, Sender},
    },
};

use super::{
    Over, Standing,
    message::{self, Closing, FromClient},
    operation::{Operation, Outgoing},
};

/// The subprotocol that is spoken.
const PROTOCOL: &str = "graphql-transport-ws";

/// How long the other side may take to begin.
const BEGINNING: Duration = Duration::from_secs(10);

/// How often the other side is asked whether it is there.
const PING_EVERY: Duration = Duration::from_secs(20);

/// How long nothing may come from it.
const SILENCE: Duration = Duration::from_mins(1);

/// How many operations one socket may have under way.
const MOST_OPERATIONS: usize = 64;

/// How many messages may come in each [`WINDOW`].
const MOST_MESSAGES: u32 = 1_000;
const WINDOW: Duration = Duration::from_secs(10);

/// How many messages wait to go out; who makes more waits.
const WAITING: usize = 16;

/// What is read of a socket at once, bytes.
const READ_AHEAD: usize = 16 << 10;

/// How long the other side may take to say good-bye too.
const GOOD_BYE: Duration = Duration::from_secs(1);

/// Whether a request wants to become a WebSocket.
pub(in crate::http) fn is_upgrade(headers: &HeaderMap) -> bool {
    let upgrade = headers.get(header::UPGRADE).and_then(|value| value.to_str().ok());
    upgrade.is_some_and(|protocol| protocol.eq_ignore_ascii_case("websocket"))
}

/// Lets a request become one.
///
/// # Errors
/// A response that says why it does not.
pub(in crate::http) async fn upgrade(
    state: &State,
    id: &RequestId,
    log: &RequestLog,
    request: Request,
) -> Result<Response<Body>, Box<Response<Body>>> {
    let refuse = |status, code, message: &str| Box::new(respond(status, code, message, id));
    if !is_own_page(request.headers(), &state.rules.origins) {
        return Err(refuse(StatusCode::FORBIDDEN, "FORBIDDEN", "pages of this origin may not connect"));
    }
    let viewer = bearer::viewer(state, request.headers(), request.extensions(), id).await?;
    let address = Sender::of(&Viewer::Anonymous, request.extensions());
    let hold = state.sockets.take(&address, 1).map_err(|full| Box::new(overloaded(full, id)))?;
    let token = bearer::token(request.headers()).map(str::to_owned);
    if let Viewer::Partner(partner) = &viewer {
        log.organisation.get_or_init(|| partner.organisation().to_owned());
        rate::admit(&state.purse(&Sender::of(&viewer, request.extensions())), id)?;
    }
    let (mut head, _) = request.into_parts();
    let Ok(upgrade) = WebSocketUpgrade::from_request_parts(&mut head, state).await else {
        let is_13 = head.headers.get(header::SEC_WEBSOCKET_VERSION).is_some_and(|version| version == "13");
        let status = if is_13 { StatusCode::BAD_REQUEST } else { StatusCode::UPGRADE_REQUIRED };
        let mut refusal = refuse(status, "BAD_REQUEST", "expected the head of a WebSocket, version 13");
        refusal.headers_mut().insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        return Err(refusal);
    };
    let upgrade = upgrade.protocols([PROTOCOL]);
    if upgrade.selected_protocol().is_none() {
        let message = "expected `Sec-WebSocket-Protocol: graphql-transport-ws`";
        return Err(refuse(StatusCode::BAD_REQUEST, "BAD_REQUEST", message));
    }
    let (state, id, progress) = (state.clone(), id.0.clone(), head.extensions.remove::<Arc<Progress>>());
    let bounded = upgrade
        .max_message_size(LARGEST_BODY)
        .max_frame_size(LARGEST_BODY)
        .read_buffer_size(READ_AHEAD)
        .write_buffer_size(READ_AHEAD);
    Ok(bounded.on_upgrade(async move |socket| {
        let _hold = hold;
        Line { socket, progress, state, id, address }.serve(viewer, token).await;
    }))
}

/// Whether whoever connects is no page of a browser, or one of the service's or of an allowed origin. A browser asks nobody
/// before it connects across origins.
fn is_own_page(headers: &HeaderMap, allowed: &[Origin]) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let host = headers.get(header::HOST).map(HeaderValue::as_bytes);
    let own = ["https://", "http://"].iter().any(|scheme| origin.as_bytes().strip_prefix(scheme.as_bytes()) == host);
    own && host.is_some() || allowed.iter().any(|allowed| allowed.value().is_none_or(|value| value == origin))
}

/// A socket, whoever is at its other end.
struct Line {
    socket: WebSocket,
    progress: Option<Arc<Progress>>,
    state: State,
    id: String,
    address: Sender,
}

/// A socket whose other end is known.
struct Session {
    state: State,
    id: String,
    viewer: Viewer,
    sender: Sender,
    operations: HashMap<String, (u64, AbortHandle)>,
    outgoing: mpsc::Sender<Outgoing>,
    begun: u64,
    told: u64,
    messages: Flow,
}

/// How fast messages come.
struct Flow {
    since: Instant,
    count: u32,
    last: Instant,
}

impl Line {
    async fn serve(mut self, viewer: Viewer, token: Option<String>) {
        let since = Instant::now();
        // The server does not end before this is closed.
        let ending = self.state.ending();
        let (closing, session) = match self.begin(viewer, token).await {
            Err(closing) => (closing, None),
            Ok((mut session, standing, outgoing, hold)) => {
                let closing = session.run(&mut self.socket, standing, outgoing).await;
                drop(hold);
                (closing, Some(session))
            }
        };
        if let Some(session) = session {
            let organisation = match &session.viewer {
                Viewer::Partner(partner) => partner.organisation(),
                Viewer::Anonymous => "",
            };
            let why = closing.as_ref().map_or_else(|| "left".to_owned(), |closing| closing.code().0.to_string());
            let (id, seconds, operations, told) = (&self.id, since.elapsed().as_secs(), session.begun, session.told);
            tracing::info!(id, organisation, operations, told, seconds, why, "socket closed");
        }
        let frame = closing.map(|closing| closing.code());
        let good_bye = async {
            if let Some((code, reason)) = frame {
                let frame = CloseFrame { code, reason: reason.into() };
                self.socket.send(Message::Close(Some(frame))).await?;
            }
            // Whoever closed it first is answered by reading on.
            while let Some(Ok(_)) = self.socket.recv().await {}
            Ok::<_, axum::Error>(())
        };
        let _ = timeout(GOOD_BYE, good_bye).await;
        drop(ending);
    }

    /// Awaits the beginning, which tells who is there. `None` as a reason is that the other side left.
    async fn begin(
        &mut self,
        known: Viewer,
        token: Option<String>,
    ) -> Result<(Session, Standing, mpsc::Receiver<Outgoing>, Hold), Option<Closing>> {
        let deadline = Instant::now() + BEGINNING;
        let mut ending = self.state.ending();
        let payload = loop {
            let received = tokio::select! {
                received = timeout_at(deadline, self.socket.recv()) => received.map_err(|_| Closing::TooLate)?,
                _ = ending.wait_for(|ending| *ending) => return Err(Some(Closing::GoingAway)),
            };
            let Some(text) = text_of(received)? else { continue };
            match FromClient::read(&text)? {
                FromClient::ConnectionInit { payload } => break payload.unwrap_or_default(),
                FromClient::Ping {} => self.send(message::plain("pong")).await?,
                FromClient::Pong {} => {}
                FromClient::Subscribe { .. } | FromClient::Complete { .. } => return Err(Some(Closing::NotBegun)),
            }
        };
        let (viewer, token) = match (message::token(&payload), token) {
            (Some(sent), _) => {
                let viewer = bearer::of_token(&self.state, sent).await.map_err(|unverified| {
                    // Whoever sends what is no good token spends what its address has.
                    let spent = self.state.purse(&self.address).spend(crate::service::REQUEST_POINTS);
                    match unverified {
                        _ if spent.is_err() => Closing::TooMany("too many bad tokens"),
                        Unverified::NotNow(_) => Closing::NotNow,
                        Unverified::Refused(_) => {
                            Closing::Forbidden("the token in `connection_init` is not good or not any more")
                        }
                    }
                })?;
                (viewer, sent.to_owned())
            }
            (None, Some(token)) => (known, token),
            (None, None) => {
                return Err(Some(Closing::Forbidden(
                    "expected `Authorization: Bearer …` in the payload of `connection_init`",
                )));
            }
        };
        let Viewer::Partner(partner) = &viewer else { return Err(Some(Closing::Forbidden("expected a token"))) };
        let sender = Sender::Organisation(partner.organisation().to_owned());
        let Ok(hold) = self.state.streams.take(&sender, 1) else {
            return Err(Some(Closing::TooMany("too many connections and subscriptions are open")));
        };
        if let Some(progress) = &self.progress {
            progress.recognise();
        }
        let standing = Standing::of(&self.state, &token);
        self.send(message::plain("connection_ack")).await?;
        let (outgoing, waiting) = mpsc::channel(WAITING);
        let now = Instant::now();
        let session = Session {
            state: self.state.clone(),
            id: self.id.clone(),
            viewer,
            sender,
            operations: HashMap::new(),
            outgoing,
            begun: 0,
            told: 0,
            messages: Flow { since: now, count: 0, last: now },
        };
        Ok((session, standing, waiting, hold))
    }

    async fn send(&mut self, text: Utf8Bytes) -> Result<(), Option<Closing>> {
        self.socket.send(Message::Text(text)).await.map_err(|_| None)
    }
}

/// The text of a message; `None` where it is one of the transport's own.
fn text_of(received: Option<Result<Message, axum::Error>>) -> Result<Option<Utf8Bytes>, Option<Closing>> {
    match received {
        Some(Ok(Message::Text(text))) => Ok(Some(text)),
        Some(Ok(Message::Binary(_))) => Err(Some(Closing::NoMessage("expected text, found bytes".to_owned()))),
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
        Some(Err(error)) => Err(broken(error)),
        Some(Ok(Message::Close(_))) | None => Err(None),
    }
}

/// Why a socket is closed of which something came that the transport does not have; `None` where its other side is gone.
fn broken(error: axum::Error) -> Option<Closing> {
    use tungstenite::Error;
    match *error.into_inner().downcast::<Error>().ok()? {
        Error::Capacity(_) => Some(Closing::TooLarge),
        Error::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => Some(Closing::TooLarge),
        Error::Utf8(_) => Some(Closing::NotUtf8),
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => None,
        Error::Protocol(_) => Some(Closing::NoFrame),
        _ => None,
    }
}

impl Session {
    /// Goes on until there is a reason to close; `None` where the other side left.
    async fn run(
        &mut self,
        socket: &mut WebSocket,
        mut standing: Standing,
        mut waiting: mpsc::Receiver<Outgoing>,
    ) -> Option<Closing> {
        let mut pings: Interval = interval(PING_EVERY);
        loop {
            let step = tokio::select! {
                over = standing.over() => Err(Some(match over {
                    Over::Token => Closing::Forbidden("the token has ended or was taken back; connect again with another"),
                    Over::Server => Closing::GoingAway,
                })),
                _ = pings.tick() => self.ping(socket).await,
                // This holds a sender of it: it does not end.
                Some(outgoing) = waiting.recv() => self.hand_on(socket, outgoing).await,
                received = socket.recv() => self.take(socket, received).await,
            };
            if let Err(closing) = step {
                return closing;
            }
        }
    }

    async fn ping(&mut self, socket: &mut WebSocket) -> Result<(), Option<Closing>> {
        if self.messages.last.elapsed() > SILENCE {
            return Err(Some(Closing::Silent));
        }
        socket.send(Message::Ping(bytes::Bytes::new())).await.map_err(|_| None)
    }

    /// Hands on what an operation came to, unless it was ended meanwhile.
    async fn hand_on(&mut self, socket: &mut WebSocket, outgoing: Outgoing) -> Result<(), Option<Closing>> {
        if self.operations.get(&outgoing.key).is_none_or(|(serial, _)| *serial != outgoing.serial) {
            return Ok(());
        }
        if outgoing.is_last {
            self.operations.remove(&outgoing.key);
        } else {
            self.told += 1;
        }
        socket.send(Message::Text(outgoing.text)).await.map_err(|_| None)
    }

    async fn take(
        &mut self,
        socket: &mut WebSocket,
        received: Option<Result<Message, axum::Error>>,
    ) -> Result<(), Option<Closing>> {
        self.messages.count()?;
        let Some(text) = text_of(received)? else { return Ok(()) };
        match FromClient::read(&text)? {
            FromClient::ConnectionInit { .. } => Err(Some(Closing::TooMany("Too many initialisation requests"))),
            FromClient::Ping {} => socket.send(Message::Text(message::plain("pong"))).await.map_err(|_| None),
            FromClient::Pong {} => Ok(()),
            FromClient::Complete { id } => {
                if let Some((_, task)) = self.operations.remove(&id) {
                    task.abort();
                }
                Ok(())
            }
            FromClient::Subscribe { id, .. } if self.operations.contains_key(&id) => Err(Some(Closing::InUse(id))),
            FromClient::Subscribe { .. } if self.operations.len() >= MOST_OPERATIONS => {
                Err(Some(Closing::TooMany("too many operations are under way on this connection")))
            }
            FromClient::Subscribe { id, payload } => {
                self.begun += 1;
                let operation = Operation {
                    state: self.state.clone(),
                    request_id: format!("{}.{}", self.id, self.begun),
                    key: id.clone(),
                    serial: self.begun,
                    viewer: self.viewer.clone(),
                    sender: self.sender.clone(),
                    outgoing: self.outgoing.clone(),
                };
                let task = tokio::spawn(operation.run(payload)).abort_handle();
                self.operations.insert(id, (self.begun, task));
                Ok(())
            }
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        for (_, task) in self.operations.values() {
            task.abort();
        }
    }
}

impl Flow {
    fn count(&mut self) -> Result<(), Closing> {
        let now = Instant::now();
        self.last = now;
        if now >= self.since + WINDOW {
            (self.since, self.count) = (now, 0);
        }
        self.count += 1;
        if self.count > MOST_MESSAGES { Err(Closing::TooMany("too many messages")) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_another_origin_does_not_connect_unless_it_may() {
        let headers = |origin: Option<&'static str>| {
            let host = (header::HOST, HeaderValue::from_static("exchange.example:8080"));
            let origin = origin.map(|origin| (header::ORIGIN, HeaderValue::from_static(origin)));
            [Some(host), origin].into_iter().flatten().collect::<HeaderMap>()
        };
        let allowed: Vec<Origin> = vec!["https://a.example".parse().unwrap()];
        for right in [None, Some("http://exchange.example:8080"), Some("https://a.example")] {
            assert!(is_own_page(&headers(right), &allowed), "{right:?}");
        }
        for wrong in ["https://b.example", "null", "http://exchange.example", "https://a.example.b", ""] {
            assert!(!is_own_page(&headers(Some(wrong)), &allowed), "{wrong}");
        }
        assert!(is_own_page(&headers(Some("https://b.example")), &["*".parse().unwrap()]));
    }
}
