//! Connections to PostgreSQL: how many there are, and that none is waited for that does not answer.

use std::time::Duration;

use sea_orm::{
    ConnectOptions, Database, DatabaseConnection,
    sqlx::{Connection, postgres::PgConnection},
};
use tokio::time::{Instant, sleep, timeout};

use super::{Address, Error, Result};

/// How many connections there are at the most.
pub(super) const MOST: u32 = 8;

/// How long a start waits for the database.
const START: Duration = Duration::from_secs(10);

/// How long until it is looked again.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// A connection that was idle for so long is tried before it is used.
const IDLE: Duration = Duration::from_millis(500);

/// How long a connection has to show that it lives. Its end is seen late, or never, where a network is cut.
const SIGN_OF_LIFE: Duration = Duration::from_millis(500);

/// Connects to a PostgreSQL database.
///
/// # Errors
/// When it cannot be reached within 10 seconds.
pub(super) async fn to_server(address: &Address, mut options: ConnectOptions) -> Result<DatabaseConnection> {
    let server = address
        .server()
        .map_err(|error| Error::Database(sea_orm::DbErr::Conn(sea_orm::RuntimeErr::Internal(error.to_string()))))?;
    options
        .map_sqlx_postgres_opts(move |_| server.clone())
        .max_connections(MOST)
        .test_before_acquire(false)
        .acquire_timeout(Duration::from_secs(5))
        .map_sqlx_postgres_before_acquire(|connection, about| {
            Box::pin(async move { Ok(about.idle_for < IDLE || lives(connection).await) })
        })
        .map_sqlx_postgres_pool_opts(|options| {
            // The pool looks at each that comes back, and would wait for its answer for ever.
            options.after_release(|connection, _| {
                Box::pin(async move {
                    if lives(connection).await { Ok(true) } else { Err(sea_orm::sqlx::Error::PoolTimedOut) }
                })
            })
        });
    let started = Instant::now();
    loop {
        match Database::connect(options.clone()).await.map_err(Error::from) {
            Err(Error::Away(_)) if started.elapsed() < START => sleep(LOOK_AGAIN).await,
            connected => return connected,
        }
    }
}

async fn lives(connection: &mut PgConnection) -> bool {
    matches!(timeout(SIGN_OF_LIFE, connection.ping()).await, Ok(Ok(())))
}
