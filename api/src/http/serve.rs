//! Taking connections: no address holds all of them, slow ones are cut off, and the end waits for what is under way.

use std::{convert::Infallible, io, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{Response, StatusCode, Version, header},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpListener, sync::watch};
use tower::Service;

use super::{
    connection::{Answered, ConnectionRules, Progress, Watched},
    error,
    request_id::RequestId,
    senders::{Bound, Peer, Sender},
    unread,
};

/// The longest the end waits for requests under way.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(20);

/// Pause after a connection could not be taken, e.g. because too many files are open.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What is read of a connection before it is looked at, bytes: the longest head, and no more of a body in one piece.
const READ_AHEAD: usize = 80 << 10;

/// How many connections there may be.
const MOST_CONNECTIONS: usize = 16_384;

/// Serves until `end` resolves, then lets requests under way finish.
///
/// # Errors
/// None at present: a connection that fails ends alone.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    rules: ConnectionRules,
    end: impl Future<Output = ()>,
) -> io::Result<()> {
    let mut builder = http1::Builder::new();
    builder.header_read_timeout(None).max_buf_size(READ_AHEAD);
    let per_address = if rules.per_address == 0 { MOST_CONNECTIONS } else { rules.per_address };
    let connections = Bound::new(MOST_CONNECTIONS, per_address);
    let (ending, ended) = watch::channel(());
    tokio::pin!(end);
    loop {
        let (stream, peer) = tokio::select! {
            () = &mut end => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be taken");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            },
        };
        let address = peer.ip().to_canonical();
        let Ok(hold) = connections.take(&Sender::Address(address), 1) else {
            tracing::debug!(%address, "too many connections");
            continue;
        };
        let _ = stream.set_nodelay(true);
        let progress = Arc::new(Progress::default());
        let stream = Watched::new(stream, rules.clone(), progress.clone());
        let (router, answering) = (router.clone(), progress.clone());
        let service = service_fn(move |mut request: hyper::Request<Incoming>| {
            answering.begin();
            request.extensions_mut().insert(Peer(address));
            if request.headers().contains_key(header::UPGRADE) {
                request.extensions_mut().insert(answering.clone());
            }
            let (mut router, progress) = (router.clone(), answering.clone());
            async move {
                let response: Response<Body> = if names_one_host(&request) {
                    let (request, lent) = unread::lend(request);
                    let mut response = router.call(request).await?;
                    if let Some(unread) = lent {
                        unread.settle(&mut response).await;
                    }
                    response
                } else {
                    let message = "expected one Host header, as HTTP/1.1 wants it";
                    error::respond(StatusCode::BAD_REQUEST, "BAD_REQUEST", message, &RequestId(String::new()))
                };
                if response.status() == StatusCode::SWITCHING_PROTOCOLS {
                    progress.upgrade();
                }
                Ok::<_, Infallible>(response.map(|body| Answered::new(body, progress)))
            }
        });
        let connection = builder.serve_connection(TokioIo::new(stream), service).with_upgrades();
        let mut ended = ended.clone();
        tokio::spawn(async move {
            let _hold = hold;
            tokio::pin!(connection);
            let end = tokio::select! {
                end = &mut connection => end,
                _ = ended.changed() => {
                    progress.end();
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = end {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
    drop(listener);
    drop(ended);
    let _ = ending.send(());
    tokio::select! {
        // Each connection holds a receiver until it ends.
        () = ending.closed() => {}
        () = tokio::time::sleep(DRAIN_TIMEOUT) => tracing::warn!("ending with requests still under way"),
    }
    Ok(())
}

/// Whether a request says which host it is for, exactly once and as one is written (RFC 9112, 3.2); older ones need not.
fn names_one_host<T>(request: &hyper::Request<T>) -> bool {
    let fits = |byte: &u8| byte.is_ascii_alphanumeric() || b".-_~:[]%!$&'()*+,;=".contains(byte);
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let named = hosts.next().map(|host| host.as_bytes().iter().all(fits) && hosts.next().is_none());
    named.unwrap_or(false) || request.version() < Version::HTTP_11
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_names_one_host_as_one_is_written() {
        let named = |version: Version, hosts: &[&str]| {
            let request = hosts
                .iter()
                .fold(hyper::Request::get("/").version(version), |request, host| request.header(header::HOST, *host));
            names_one_host(&request.body(()).unwrap())
        };
        for host in ["", "a.example", "A.example:8080", "[::1]:80", "127.0.0.1", "xn--4ca_~%20.example"] {
            assert!(named(Version::HTTP_11, &[host]), "{host}");
        }
        for hosts in [&[][..], &["a", "b"], &["a", "a"], &["a b"], &["a/b"], &["u@a"], &["a?b"], &["a\\b"], &["é"]] {
            assert!(!named(Version::HTTP_11, hosts), "{hosts:?}");
            assert!(named(Version::HTTP_10, hosts), "{hosts:?}");
        }
    }
}
