//! The messages of `graphql-transport-ws`, and the codes with which a connection is closed.

use axum::extract::ws::Utf8Bytes;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::http::bearer;

/// The longest identifier of an operation, bytes.
const LONGEST_ID: usize = 128;

/// What a client sends.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum FromClient {
    /// It wants to begin.
    ConnectionInit {
        /// Where its token is.
        #[serde(default)]
        payload: Option<Map<String, Value>>,
    },
    /// It asks whether anybody is there.
    Ping {},
    /// It is there.
    Pong {},
    /// It asks something.
    Subscribe {
        /// What it calls it.
        id: String,
        /// The request, as in a body.
        payload: Value,
    },
    /// It wants no more of what it calls so.
    Complete {
        /// What it calls it.
        id: String,
    },
}

/// Why a connection is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Closing {
    /// The server ends.
    GoingAway,
    /// What came is no frame of a WebSocket.
    NoFrame,
    /// Text that is no UTF-8.
    NotUtf8,
    /// More than a message may have.
    TooLarge,
    /// It cannot be known at present whether a token is good.
    NotNow,
    /// What came is no message.
    NoMessage(String),
    /// A question before the beginning.
    NotBegun,
    /// No token, or none that holds.
    Forbidden(&'static str),
    /// No beginning in time.
    TooLate,
    /// An identifier that is in use.
    InUse(String),
    /// More than one beginning, or too many messages.
    TooMany(&'static str),
    /// Nothing comes from the other side.
    Silent,
}

impl Closing {
    /// The code of the protocol, and what it means here: 123 bytes at the most.
    pub(super) fn code(&self) -> (u16, String) {
        let (code, reason) = match self {
            Self::GoingAway => (1001, "the server ends; connect again".to_owned()),
            Self::NoFrame => (1002, "expected frames as RFC 6455 has them".to_owned()),
            Self::NotUtf8 => (1007, "expected text in UTF-8".to_owned()),
            Self::TooLarge => {
                (1009, "expected a message of at most 1 MB, and 64 KB before `connection_ack`".to_owned())
            }
            Self::NotNow => (1013, "the issuer of the token does not show its keys at present; try again".to_owned()),
            Self::NoMessage(found) => (4400, found.clone()),
            Self::NotBegun => (4401, "expected `connection_init` before anything else".to_owned()),
            Self::Forbidden(why) => (4403, (*why).to_owned()),
            Self::TooLate => (4408, "expected `connection_init` within 10 seconds".to_owned()),
            Self::InUse(id) => (4409, format!("Subscriber for {id} already exists")),
            Self::TooMany(why) => (4429, (*why).to_owned()),
            Self::Silent => (1001, "nothing came for a minute".to_owned()),
        };
        let mut end = reason.len().min(123);
        while !reason.is_char_boundary(end) {
            end -= 1;
        }
        (code, reason[..end].to_owned())
    }
}

impl FromClient {
    /// Reads a message.
    ///
    /// # Errors
    /// [`Closing::NoMessage`] with what is wrong, not with what was sent.
    pub(super) fn read(text: &str) -> Result<Self, Closing> {
        let message: Self = serde_json::from_str(text).map_err(|error| {
            // Where a whole message has the wrong parts there is no place to tell.
            let place = match (error.line(), error.column()) {
                (0, _) => "another type in one of its fields".to_owned(),
                (line, column) => format!("something else at line {line}, column {column}"),
            };
            Closing::NoMessage(format!("expected a message of graphql-transport-ws, found {place}"))
        })?;
        match &message {
            Self::Subscribe { id, .. } | Self::Complete { id } if id.is_empty() || id.len() > LONGEST_ID => {
                Err(Closing::NoMessage(format!("expected an `id` of 1 to {LONGEST_ID} bytes")))
            }
            _ => Ok(message),
        }
    }
}

/// The token in the payload of `connection_init`: as `Authorization`, or as `token`.
pub(super) fn token(payload: &Map<String, Value>) -> Option<&str> {
    let find = |name: &str| payload.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?.1.as_str();
    match find("authorization") {
        Some(text) => bearer::of_bearer(text),
        None => find("token"),
    }
}

/// A message that has no more than its type.
pub(super) fn plain(kind: &str) -> Utf8Bytes {
    json!({ "type": kind }).to_string().into()
}

/// Something that an operation came to, in JSON.
pub(super) fn next(id: &str, body: &[u8]) -> Utf8Bytes {
    with_payload(id, "next", body)
}

/// The errors of an operation that was not executed: those of a response that has no more.
pub(super) fn error(id: &str, body: &[u8]) -> Utf8Bytes {
    let errors = serde_json::from_slice::<Value>(body).map_or(Value::Null, |mut body| body["errors"].take());
    with_payload(id, "error", errors.to_string().as_bytes())
}

/// An operation is over.
pub(super) fn complete(id: &str) -> Utf8Bytes {
    json!({ "id": id, "type": "complete" }).to_string().into()
}

fn with_payload(id: &str, kind: &str, payload: &[u8]) -> Utf8Bytes {
    let head = format!("{{\"id\":{},\"type\":\"{kind}\",\"payload\":", Value::from(id));
    let whole = [head.as_bytes(), payload, b"}"].concat();
    Utf8Bytes::try_from(whole).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_message_is_told_without_what_was_sent() {
        let refused = |text: &str| FromClient::read(text).unwrap_err().code();
        for text in [
            "",
            "{",
            "[]",
            "null",
            r#"{"type":"start"}"#,
            r#"{"type":"subscribe","id":1,"payload":{}}"#,
            r#"{"type":"subscribe","payload":{}}"#,
            r#"{"type":"complete","id":""}"#,
            r#"{"type":"connection_init","payload":"secret"}"#,
        ] {
            let (code, reason) = refused(text);
            assert!(code == 4400 && reason.len() <= 123 && !reason.contains("secret"), "{text}: {reason}");
        }
        let long = Closing::InUse("é".repeat(200)).code();
        assert_eq!((long.0, long.1.len() <= 123), (4409, true));
    }

    #[test]
    fn a_token_is_found_as_clients_send_it() {
        let found =
            |text: &str| token(serde_json::from_str::<Value>(text).unwrap().as_object().unwrap()).map(str::to_owned);
        for text in [r#"{"Authorization":"Bearer t"}"#, r#"{"authorization":"bearer t"}"#, r#"{"token":"t"}"#] {
            assert_eq!(found(text).as_deref(), Some("t"), "{text}");
        }
        for text in ["{}", r#"{"authorization":"t"}"#, r#"{"authorization":1,"x":"t"}"#, r#"{"Token":{"a":"t"}}"#] {
            assert_eq!(found(text), None, "{text}");
        }
    }

    #[test]
    fn payloads_are_carried_as_they_are() {
        assert_eq!(
            next("a\"b", br#"{"data":null}"#).as_str(),
            r#"{"id":"a\"b","type":"next","payload":{"data":null}}"#
        );
        let errors = error("1", br#"{"errors":[{"message":"m"}],"extensions":{}}"#);
        assert_eq!(errors.as_str(), r#"{"id":"1","type":"error","payload":[{"message":"m"}]}"#);
    }
}
