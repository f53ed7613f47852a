//! The composition root: the one place that knows every part, reads the system clock and draws randomness.

mod background;
mod secret_file;

use std::{
    collections::HashMap, fs, io::IsTerminal, net::SocketAddr, num::NonZeroU32, path::Path, sync::Arc,
    time::Duration as Interval,
};

use anyhow::{Context, Result, bail};
use chrono::{DateTime, Duration, Utc};
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
};

use crate::{
    auth::{self, NewToken, Scope, TokenKey, Verifier},
    config::{EdgeSettings, LogFormat, ServeSettings, Settings, StatusProfile, Switch},
    domain::{Clock, Secret},
    graphql,
    http::{self, Playground, PublicUrl},
    service::{AuthorizationServer, Exchange},
    store::Address,
    telemetry::{LastLines, LineWriter, Lines, Traces},
};

/// How long subscribers are waited for at the end, who were told that it is one.
const GOOD_BYE: Interval = Interval::from_secs(3);

/// Where a demonstration is kept unless another place is named: apart from anything real.
pub const DEMONSTRATION: &str = "sqlite://demonstration.db";

/// The system clock.
struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the system clock")]
    fn now(&self) -> DateTime<Utc> {
        std::time::SystemTime::now().into()
    }
}

/// Sets up what the whole process shares: logs on standard error, and the cryptography of tokens. Lines are written by a
/// thread of their own, many at a time where there are many; the guard writes what is left when it is dropped.
pub fn set_up(settings: &Settings) -> Result<LastLines> {
    let kept_in = keep_memory_in();
    auth::install_crypto();
    let filter = tracing_subscriber::EnvFilter::try_new(&settings.log)
        .with_context(|| format!("expected a log filter such as `info`, found `{}`", settings.log))?;
    let (writer, guard) = LineWriter::start(std::io::stderr()).context("there is no room for the thread that logs")?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer.clone());
    let builder = if std::io::stderr().is_terminal() {
        builder
    } else {
        // On a terminal lines have colours.
        Lines::set_up(settings.log_format == LogFormat::Json, writer);
        builder.with_ansi(false)
    };
    match settings.log_format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().flatten_event(true).init(),
    }
    if let Err(error) = kept_in {
        tracing::warn!(%error, "core dumps stay on: one of them would hold the secret");
    }
    Ok(guard)
}

/// No core dump, which would hold the secret, and no look into the memory by other processes of the same user.
fn keep_memory_in() -> std::io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    // The limit alone does not reach a handler that takes dumps through a pipe.
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    Ok(())
}

/// Opens a database that is there already, with the secret of the settings.
///
/// # Errors
/// When there is no secret or no database, or it cannot be opened.
pub async fn open_existing(settings: &Settings) -> Result<Exchange> {
    let exchange = Exchange::open_existing(settings.database_url(), secret(settings)?, Arc::new(SystemClock)).await?;
    set_up_outbound(settings, &exchange)?;
    Ok(exchange)
}

/// Opens the database with the secret of the settings; a SQLite file is made where there is none.
///
/// # Errors
/// When there is no secret, or the database cannot be opened.
pub async fn open_or_make(settings: &Settings) -> Result<Exchange> {
    let exchange = Exchange::open(settings.database_url(), secret(settings)?, Arc::new(SystemClock)).await?;
    set_up_outbound(settings, &exchange)?;
    Ok(exchange)
}

/// Trusts the authorities of the settings beside the public ones, and lets webhooks be on this machine where the settings do.
fn set_up_outbound(settings: &Settings, exchange: &Exchange) -> Result<()> {
    if settings.webhooks_on_this_machine {
        exchange.allow_webhooks_on_this_machine();
    }
    let Some(file) = &settings.ca_file else { return Ok(()) };
    let certificates = fs::read(file).map_err(anyhow::Error::from);
    let trusted = certificates.and_then(|certificates| Ok(exchange.trust_authorities(&certificates)?));
    trusted.with_context(|| format!("cannot trust the authorities of `{}`", file.display()))
}

/// Opens the exchange for a demonstration, in files of its own unless another database is named: then with the secret of the
/// settings, or one that is made beside the database. In files of its own it never uses the secret of anything real.
///
/// # Errors
/// When there is nowhere to keep a secret, or the database cannot be opened.
pub async fn open_demo(settings: &Settings) -> Result<Exchange> {
    let settings = if settings.database_url.is_some() {
        settings.clone()
    } else {
        if let Some(file) = &settings.secret_file {
            tracing::info!(file = %file.display(), "the demonstration keeps a secret of its own and leaves this one alone");
        }
        Settings { database_url: Some(DEMONSTRATION.to_owned()), secret_file: None, ..settings.clone() }
    };
    if settings.secret_file.is_some() {
        return open_or_make(&settings).await;
    }
    let address: Address = settings.database_url().parse()?;
    let secret = if address.is_in_memory() {
        Secret::new(random())
    } else {
        let Some(database) = address.file() else {
            bail!("a demonstration on another database than SQLite needs --secret-file");
        };
        let file = database.with_extension("secret");
        if !file.exists() {
            if database.exists() {
                bail!(
                    "the database `{}` is there and its secret `{}` is not: name it with --database-url and --secret-file, or \
                     move the database away for a new demonstration",
                    database.display(),
                    file.display()
                );
            }
            secret_file::make(&file, random())?;
        }
        secret_file::read(&file)?
    };
    Ok(Exchange::open(settings.database_url(), secret, Arc::new(SystemClock)).await?)
}

/// Makes a file with a new secret.
///
/// # Errors
/// When there is a file already, or it cannot be written.
pub fn make_secret(file: &Path) -> Result<()> {
    secret_file::make(file, random())
}

fn secret(settings: &Settings) -> Result<Secret> {
    let Some(file) = &settings.secret_file else {
        bail!(
            "no secret: name the file with --secret-file (EXCHANGE_SECRET_FILE); make one with \
             `exchange secret new exchange.secret`, once, and keep it"
        );
    };
    secret_file::read(file)
}

/// The address of the database without its password.
///
/// # Errors
/// When it is none.
pub fn database_without_password(settings: &Settings) -> Result<String> {
    let address: Address = settings.database_url().parse()?;
    Ok(address.to_string())
}

/// Opens the exchange, checks it, and loads the newest release.
///
/// # Errors
/// As [`open_existing`], and when migrations are missing or the secret is another database's.
pub async fn started(settings: &Settings) -> Result<Exchange> {
    let exchange = open_existing(settings).await?;
    if let Err(error) = exchange.start().await {
        exchange.close().await;
        return Err(error.into());
    }
    Ok(exchange)
}

/// A bearer token for an organisation, signed with the key that signs at present.
///
/// # Errors
/// When there is no key, or it cannot be signed.
pub fn token(
    settings: &Settings,
    exchange: &Exchange,
    organisation: &str,
    scopes: &[Scope],
    ttl: Duration,
) -> Result<String> {
    let token = NewToken {
        organisation: organisation.to_owned(),
        client: None,
        scopes: scopes.iter().copied().collect(),
        issued_at: exchange.now(),
        ttl,
        id: random_id(),
    };
    let key = TokenKey::that_signs(&exchange.trust().load(), &settings.issuer, &settings.audience)?;
    let signed = key.sign(&token)?;
    tracing::info!(id = token.id, organisation, until = %(token.issued_at + token.ttl), "signed a token");
    Ok(signed)
}

/// The identifier of a token that a key of the service signed.
///
/// # Errors
/// When it is none of the service, or has no identifier.
pub fn token_id(settings: &Settings, exchange: &Exchange, token: &str) -> Result<String> {
    let verifier = Verifier::new(exchange.trust(), &settings.issuer, &settings.audience);
    verifier.identifier(token.trim())?.context("the token has no identifier; revoke those of its organisation")
}

/// Takes the address of the settings, so that a taken port is told before any work is done.
///
/// # Errors
/// When it is taken or not allowed.
pub async fn listen(serve: &ServeSettings) -> std::io::Result<TcpListener> {
    // Once it is received it no longer ends the process, whether anybody waits for it or not.
    drop(signal(SignalKind::hangup()));
    TcpListener::bind(serve.listen).await
}

/// Takes the address for the operator's Prometheus, where one is set.
///
/// # Errors
/// When it is taken or not allowed.
pub async fn listen_for_metrics(serve: &ServeSettings) -> std::io::Result<Option<TcpListener>> {
    match serve.metrics_listen {
        Some(address) => TcpListener::bind(address).await.map(Some),
        None => Ok(None),
    }
}

/// Takes the address at which health is told apart, where one is set.
///
/// # Errors
/// When it is taken or not allowed.
pub fn listen_for_health(edge: &EdgeSettings) -> std::io::Result<Option<std::net::TcpListener>> {
    edge.health_listen.map(std::net::TcpListener::bind).transpose()
}

/// Where a service is reached: by everybody, and by the operator's Prometheus and balancer, each where an address is set.
pub struct Listeners {
    /// The service itself.
    pub service: TcpListener,
    /// `/metrics`.
    pub metrics: Option<TcpListener>,
    /// `/livez` and `/readyz`, apart.
    pub health: Option<std::net::TcpListener>,
    /// How the process is told to end.
    pub signals: Option<Signals>,
}

/// The signals that a process is told to end by. From the moment on in which it listens for them, none ends it by itself: that
/// is to be before anybody is told where the service is reached.
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

impl Signals {
    /// Listens for them; `None` where they cannot be received.
    pub fn listen() -> Option<Self> {
        let all = || {
            Ok::<_, std::io::Error>(Self {
                interrupt: signal(SignalKind::interrupt())?,
                terminate: signal(SignalKind::terminate())?,
                hang_up: signal(SignalKind::hangup())?,
            })
        };
        all()
            .inspect_err(
                |error| tracing::warn!(%error, "signals cannot be received; the service ends when it is killed"),
            )
            .ok()
    }
}

/// Serves until the process is told to end, then lets running requests finish.
///
/// # Errors
/// When the listener fails, or a trusted document would be refused.
pub async fn serve(
    settings: &Settings,
    edge: &EdgeSettings,
    exchange: Exchange,
    listeners: Listeners,
    playground: Playground,
) -> Result<()> {
    let exchange = Arc::new(exchange);
    let Listeners { service: listener, metrics, health, signals } = listeners;
    if let Some(metrics) = metrics {
        tracing::info!(address = %metrics.local_addr()?, "serving metrics");
        tokio::spawn(http::serve_metrics(metrics, exchange.clone()));
    }
    let state = state(settings, edge, &exchange, playground, listener.local_addr()?)?;
    let router = http::router(state.clone());
    if let Some(health) = health {
        http::serve_health(&state, health).context("cannot answer about health apart")?;
    }
    let beside = background::begin(&exchange, &state, edge.audit_retention);
    tracing::info!(address = %listener.local_addr()?, release = exchange.newest_release(), "serving");
    let ended = ended(signals, &state, Interval::from_secs(edge.leave_delay.into()));
    let served = http::serve(listener, router, connection_rules(edge), ended).await;
    if tokio::time::timeout(GOOD_BYE, state.ended()).await.is_err() {
        tracing::warn!("ending with subscribers who do not take their leave");
    }
    drop(beside);
    state.end_traces().await;
    exchange.close().await;
    served.context("the server failed")
}

/// The whole service over an exchange, as one router, with the edge as it is by default, save that nobody is told to ask less.
///
/// # Errors
/// When the token key cannot be made.
pub fn router(settings: &Settings, exchange: &Arc<Exchange>) -> Result<http::Router> {
    let edge = EdgeSettings { rate_limit: 0, anonymous_rate_limit: 0, ..EdgeSettings::default() };
    router_with(settings, &edge, exchange)
}

/// The whole service over an exchange, as one router, without the files of the playground.
///
/// # Errors
/// When the token key cannot be made, or the trusted documents cannot be read or would be refused.
pub fn router_with(settings: &Settings, edge: &EdgeSettings, exchange: &Arc<Exchange>) -> Result<http::Router> {
    let unbound = SocketAddr::from(([127, 0, 0, 1], 8080));
    Ok(http::router(state(settings, edge, exchange, Playground::default(), unbound)?))
}

fn state(
    settings: &Settings,
    edge: &EdgeSettings,
    exchange: &Arc<Exchange>,
    playground: Playground,
    listening: SocketAddr,
) -> Result<http::State> {
    let trusted = match &edge.trusted_documents {
        Some(path) => trusted(path).with_context(|| format!("cannot trust the documents of `{}`", path.display()))?,
        None => graphql::TrustedDocuments::default(),
    };
    let documents = graphql::DocumentRules {
        limits: graphql::guard::Limits::default(),
        introspection: edge.introspection == Switch::On,
        suggestions: edge.suggestions == Switch::On,
        trusted,
        trusted_only: edge.trusted_only,
    };
    if edge.no_audit {
        tracing::warn!("the audit is off: nobody will know who asked what");
        exchange.switch_audit_off();
    }
    let executor = graphql::Executor::new(&documents)?;
    let verifier = Verifier::new(exchange.trust(), &settings.issuer, &settings.audience);
    exchange.name_own_issuer(&settings.issuer);
    let public = edge.public_url.clone().or_else(|| settings.issuer.parse().ok());
    let public = public.map_or_else(
        || format!("http://{listening}{}", edge.base_path.as_str()),
        |url: PublicUrl| url.as_str().to_owned(),
    );
    let authorization = AuthorizationServer::new(exchange.clone(), &settings.issuer, &settings.audience, &public);
    let ids = http::RequestIds::new(hex::encode(random::<4>()));
    let rules = http::EdgeRules {
        status_profile: match edge.status_profile {
            StatusProfile::Classic => http::StatusProfile::Classic,
            StatusProfile::Newer => http::StatusProfile::Newer,
        },
        max_batch: edge.max_batch.into(),
        base_path: edge.base_path.clone(),
        origins: edge.cors_origin.clone(),
        timeout: Interval::from_secs(edge.request_timeout.into()),
        body_timeout: Interval::from_secs(edge.body_timeout.into()),
        points_per_organisation: NonZeroU32::new(edge.rate_limit),
        points_per_address: NonZeroU32::new(edge.anonymous_rate_limit),
    };
    let traces = edge.otlp_endpoint.as_deref().map(Traces::to).transpose()?;
    let exchange = exchange.clone();
    Ok(http::State::new(http::Parts { exchange, executor, verifier, authorization, ids, rules, playground, traces }))
}

/// How long connections may be in each state.
pub fn connection_rules(edge: &EdgeSettings) -> http::ConnectionRules {
    http::ConnectionRules {
        head: Interval::from_secs(edge.request_timeout.into()),
        idle: Interval::from_secs(edge.idle_timeout.into()),
        stuck: Interval::from_secs(edge.write_timeout.into()),
        per_address: edge.connections_per_address.into(),
    }
}

/// The trusted documents of a manifest, or of a folder of `.graphql` files.
fn trusted(path: &Path) -> Result<graphql::TrustedDocuments> {
    if !path.is_dir() {
        return Ok(graphql::TrustedDocuments::from_manifest(&fs::read(path)?)?);
    }
    let mut named = HashMap::new();
    for entry in fs::read_dir(path)? {
        let file = entry?.path();
        if file.extension().is_some_and(|extension| extension == "graphql") {
            let name = file.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned);
            let name = name.with_context(|| format!("`{}`: expected a name in UTF-8", file.display()))?;
            named.insert(name, fs::read_to_string(&file)?);
        }
    }
    if named.is_empty() {
        bail!("expected files that end with `.graphql`, found none");
    }
    Ok(graphql::TrustedDocuments::from_named(named)?)
}

/// Resolves when the process is asked to end: on SIGINT at once, on SIGTERM after `/readyz` has failed for a while, so that
/// balancers send nothing more. A second signal shortens that. SIGHUP ends nothing: a service keeps no terminal.
async fn ended(signals: Option<Signals>, state: &http::State, delay: Interval) {
    let Some(Signals { mut interrupt, mut terminate, mut hang_up }) = signals else {
        return std::future::pending().await;
    };
    loop {
        tokio::select! {
            _ = interrupt.recv() => break,
            _ = terminate.recv() => {
                state.leave();
                tracing::info!(seconds = delay.as_secs(), "leaving: not ready any more, answering on for a while");
                tokio::select! {
                    () = tokio::time::sleep(delay) => {}
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                break;
            }
            Some(()) = hang_up.recv() => tracing::info!("told to hang up; serving on"),
        }
    }
    state.leave();
    state.end();
    tracing::info!("ending: letting running requests finish");
}

/// An identifier that does not repeat.
fn random_id() -> String {
    hex::encode(random::<16>())
}

#[expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "the one place randomness comes from; without it nothing is safe"
)]
fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives randomness");
    bytes
}
