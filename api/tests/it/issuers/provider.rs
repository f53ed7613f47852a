//! An identity provider of another organisation, as it should be and as it should not.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    http::{Response, StatusCode, header},
    response::IntoResponse,
    routing::get,
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::support::Key;

/// How it answers when it is asked for its keys.
#[derive(Clone)]
pub(super) enum Manner {
    /// With this document.
    Shows(Value),
    /// With a page for people.
    Page,
    /// With a document that does not end.
    Endless,
    /// With a redirect to where the keys are.
    Redirect,
    /// Not at all, for as long as anybody waits.
    Silent,
    /// With a fault.
    Broken,
}

/// What it says and does.
struct Conduct {
    issuer: String,
    keys_at: String,
    manner: Manner,
}

/// One that listens on this machine, until it is dropped.
pub(super) struct Provider {
    /// What its tokens say as `iss`.
    pub(super) issuer: String,
    conduct: Arc<Mutex<Conduct>>,
    asked: Arc<AtomicUsize>,
    serving: JoinHandle<()>,
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// A set of keys, each under its identifier.
pub(super) fn set(keys: &[(&Key, Option<&str>)]) -> Value {
    let shown = keys.iter().map(|(key, id)| {
        let mut jwk = key.jwk.clone();
        if let Some(id) = id {
            jwk["kid"] = json!(id);
        }
        jwk
    });
    json!({ "keys": shown.collect::<Vec<_>>() })
}

impl Provider {
    /// One that shows keys.
    pub(super) async fn showing(keys: Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let conduct =
            Conduct { issuer: issuer.clone(), keys_at: format!("{issuer}/keys"), manner: Manner::Shows(keys) };
        let conduct = Arc::new(Mutex::new(conduct));
        let asked = Arc::new(AtomicUsize::new(0));
        let (telling, showing, counting) = (conduct.clone(), conduct.clone(), asked.clone());
        let router = Router::new()
            .route(
                "/.well-known/openid-configuration",
                get(async move || {
                    let conduct = telling.lock().unwrap();
                    document(&json!({"issuer": conduct.issuer, "jwks_uri": conduct.keys_at}))
                }),
            )
            .route(
                "/keys",
                get(async move || {
                    counting.fetch_add(1, Ordering::Relaxed);
                    let manner = showing.lock().unwrap().manner.clone();
                    answer(manner).await
                }),
            );
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { issuer, conduct, asked, serving }
    }

    /// From now on it behaves otherwise.
    pub(super) fn behave(&self, manner: Manner) {
        self.conduct.lock().unwrap().manner = manner;
    }

    /// From now on it says that it is another.
    pub(super) fn claim(&self, issuer: &str) {
        issuer.clone_into(&mut self.conduct.lock().unwrap().issuer);
    }

    /// From now on it says that its keys are elsewhere.
    pub(super) fn point(&self, keys_at: &str) {
        keys_at.clone_into(&mut self.conduct.lock().unwrap().keys_at);
    }

    /// How often its keys were asked for.
    pub(super) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

fn document(value: &Value) -> Response<Body> {
    ([(header::CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}

async fn answer(manner: Manner) -> Response<Body> {
    match manner {
        Manner::Shows(keys) => document(&keys),
        Manner::Page => ([(header::CONTENT_TYPE, "text/html")], "<!doctype html><h1>Sign in</h1>").into_response(),
        Manner::Endless => {
            // A hundred megabytes, told so beforehand.
            let much = vec![b' '; 100 << 20];
            ([(header::CONTENT_TYPE, "application/json")], much).into_response()
        }
        Manner::Redirect => (StatusCode::FOUND, [(header::LOCATION, "/keys")]).into_response(),
        Manner::Silent => {
            tokio::time::sleep(Duration::from_mins(1)).await;
            StatusCode::OK.into_response()
        }
        Manner::Broken => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
