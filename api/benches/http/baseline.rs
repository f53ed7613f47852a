//! The limit of the machine, to hold the service against: answers that cost HTTP and nothing else. `POST /echo` gives a body
//! back, `POST /preserialised/NAME` gives the bytes of a file that were read at the start. Arguments are `NAME=FILE`; the
//! address is the one line it prints.

use std::{collections::HashMap, io::Write, sync::Arc};

use anyhow::{Context, Result};
use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::post,
    serve::ListenerExt,
};
use tokio::net::TcpListener;

type Bodies = Arc<HashMap<String, Bytes>>;

#[tokio::main]
async fn main() -> Result<()> {
    let mut bodies = HashMap::new();
    for argument in std::env::args().skip(1) {
        let (name, file) = argument.split_once('=').context("expected arguments such as `NAME=FILE`")?;
        let body = std::fs::read(file).with_context(|| format!("cannot read `{file}`"))?;
        bodies.insert(name.to_owned(), Bytes::from(body));
    }
    let router = Router::new()
        .route("/echo", post(|body: Bytes| async { body }))
        .route("/preserialised/{name}", post(preserialised))
        .with_state(Arc::new(bodies));
    let listener = TcpListener::bind("127.0.0.1:0").await.context("cannot listen")?;
    writeln!(std::io::stdout(), "http://{}", listener.local_addr()?)?;
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, router).await?;
    Ok(())
}

/// Takes the question in, as a service has to, and gives the kept body.
async fn preserialised(State(bodies): State<Bodies>, Path(name): Path<String>, _question: Bytes) -> Response {
    match bodies.get(&name) {
        Some(body) => ([(CONTENT_TYPE, "application/json")], body.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
