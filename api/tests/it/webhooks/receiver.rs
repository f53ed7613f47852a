//! A receiver of another organisation, as it should be and as it should not.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_lc_rs::hmac;
use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinHandle};

/// How it answers.
#[derive(Debug, Clone)]
pub(super) enum Manner {
    /// With a status.
    Answers(u16),
    /// With a redirect to an address.
    Redirects(String),
    /// Not at all, for as long as anybody waits.
    Silent,
}

/// A message as it came in.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) id: String,
    pub(super) timestamp: i64,
    signatures: Vec<String>,
    body: Vec<u8>,
}

/// One that listens on this machine, until it is dropped.
pub(super) struct Receiver {
    pub(super) url: String,
    manner: Arc<Mutex<Manner>>,
    got: Arc<Mutex<Vec<Message>>>,
    serving: JoinHandle<()>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Receiver {
    /// One that takes what comes.
    pub(super) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?key=kept", listener.local_addr().unwrap());
        let (manner, got) = (Arc::new(Mutex::new(Manner::Answers(204))), Arc::new(Mutex::new(Vec::new())));
        let (behaving, taking) = (manner.clone(), got.clone());
        let router = Router::new().fallback(async move |headers: HeaderMap, body: Bytes| {
            taking.lock().unwrap().push(Message::read(&headers, &body));
            let manner = behaving.lock().unwrap().clone();
            answer(manner).await
        });
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, manner, got, serving }
    }

    /// From now on it behaves otherwise.
    pub(super) fn behave(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    /// What came in so far.
    pub(super) fn got(&self) -> Vec<Message> {
        self.got.lock().unwrap().clone()
    }

    /// The identifiers of what came in so far.
    pub(super) fn ids(&self) -> BTreeSet<String> {
        self.got().into_iter().map(|message| message.id).collect()
    }
}

async fn answer(manner: Manner) -> Response {
    match manner {
        Manner::Answers(status) => (StatusCode::from_u16(status).unwrap(), "thanks").into_response(),
        Manner::Redirects(to) => (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, to)]).into_response(),
        Manner::Silent => {
            tokio::time::sleep(Duration::from_mins(2)).await;
            StatusCode::OK.into_response()
        }
    }
}

impl Message {
    fn read(headers: &HeaderMap, body: &[u8]) -> Self {
        let header = |name: &str| headers[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "application/json");
        Self {
            id: header("webhook-id"),
            timestamp: header("webhook-timestamp").parse().unwrap(),
            signatures: header("webhook-signature").split(' ').map(str::to_owned).collect(),
            body: body.to_vec(),
        }
    }

    /// What it says.
    pub(super) fn says(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Whether one of its signatures is that of a secret, after another library than the service's.
    pub(super) fn is_signed_with(&self, secret: &str) -> bool {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let text = [format!("{}.{}.", self.id, self.timestamp).as_bytes(), &self.body].concat();
        self.signatures.iter().any(|signature| {
            let signature = STANDARD.decode(signature.strip_prefix("v1,").unwrap()).unwrap();
            hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, &key), &text, &signature).is_ok()
        })
    }

    /// How many signatures it carries.
    pub(super) fn signatures(&self) -> usize {
        self.signatures.len()
    }
}
