//! Taking connections: slow senders are cut off, and the end waits for what is under way.

use std::{io, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::net::TcpListener;

/// The longest the end waits for requests under way.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(20);

/// Pause after a connection could not be taken, e.g. because too many files are open.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves until `end` resolves, then lets requests under way finish. A sender may take `head_timeout` for the head of a
/// request and for the pause between two.
///
/// # Errors
/// None at present: a connection that fails ends alone.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    head_timeout: Duration,
    end: impl Future<Output = ()>,
) -> io::Result<()> {
    let graceful = GracefulShutdown::new();
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(head_timeout);
    tokio::pin!(end);
    loop {
        let stream = tokio::select! {
            () = &mut end => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be taken");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            },
        };
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(router.clone());
        let connection = graceful.watch(builder.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => {}
        () = tokio::time::sleep(DRAIN_TIMEOUT) => tracing::warn!("ending with requests still under way"),
    }
    Ok(())
}
