//! Every setting, in one place. Each is an option of the command line and a variable of the environment.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::http::{BasePath, Origin, PublicUrl};

/// What every command needs to know.
#[derive(Args, Debug, Clone)]
pub struct Settings {
    /// Where results are kept: `sqlite://FILE` for one machine, `postgres://USER@HOST/NAME` for many
    /// [default: sqlite://exchange.db, of a demonstration sqlite://demonstration.db]
    #[arg(long, env = "EXCHANGE_DATABASE_URL", global = true, hide_env_values = true)]
    pub database_url: Option<String>,

    /// The file with the 32-byte secret (raw, or 64 hexadecimal digits) behind noise, pseudonyms and tokens
    #[arg(long, env = "EXCHANGE_SECRET_FILE", value_name = "FILE", global = true)]
    pub secret_file: Option<PathBuf>,

    /// The issuer that tokens name
    #[arg(long, env = "EXCHANGE_ISSUER", default_value = "benchmark-exchange", global = true)]
    pub issuer: String,

    /// The audience that tokens are for
    #[arg(long, env = "EXCHANGE_AUDIENCE", default_value = "benchmark-exchange", global = true)]
    pub audience: String,

    /// A file with certificates (PEM) of authorities that other issuers and webhooks are trusted by, beside the public ones
    #[arg(long, env = "EXCHANGE_CA_FILE", value_name = "FILE", global = true)]
    pub ca_file: Option<PathBuf>,

    /// Let webhooks be on this machine, also without TLS: for trying them out, not where partners add their own
    #[arg(long, env = "EXCHANGE_WEBHOOKS_ON_THIS_MACHINE", global = true)]
    pub webhooks_on_this_machine: bool,

    /// How log lines are written
    #[arg(long, env = "EXCHANGE_LOG_FORMAT", default_value = "text", global = true)]
    pub log_format: LogFormat,

    /// Which log lines are written, e.g. `info,api=debug`
    #[arg(long, env = "EXCHANGE_LOG", default_value = "info", global = true)]
    pub log: String,
}

impl Settings {
    /// The address of the database.
    pub fn database_url(&self) -> &str {
        self.database_url.as_deref().unwrap_or("sqlite://exchange.db")
    }
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// What the server needs beside that.
#[derive(Args, Debug, Clone)]
pub struct ServeSettings {
    /// The address to listen on
    #[arg(long, env = "EXCHANGE_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: std::net::SocketAddr,

    /// Fill an empty database with synthetic data, and print a token each for a hub, a LEP and a partner abroad
    #[arg(long, env = "EXCHANGE_DEMO")]
    pub demo: bool,

    /// An address for `/metrics` alone, for the operator's Prometheus, e.g. `127.0.0.1:9464`; none when left out
    #[arg(long, env = "EXCHANGE_METRICS_LISTEN", value_name = "ADDRESS")]
    pub metrics_listen: Option<std::net::SocketAddr>,

    /// How the edge behaves.
    #[command(flatten)]
    pub edge: EdgeSettings,
}

/// How the HTTP edge behaves, and which documents it executes.
#[derive(Args, Debug, Clone, PartialEq, Eq)]
pub struct EdgeSettings {
    /// Which edition of GraphQL over HTTP the statuses follow
    #[arg(long, env = "EXCHANGE_STATUS_PROFILE", default_value = "2025", value_name = "EDITION")]
    pub status_profile: StatusProfile,

    /// Documents to be asked by `documentId`: a JSON file from identifier to document, or a folder of `.graphql` files,
    /// named by what stands before the dot. Each also goes by `sha256:` and the hash of its text
    #[arg(long, env = "EXCHANGE_TRUSTED_DOCUMENTS", value_name = "PATH")]
    pub trusted_documents: Option<PathBuf>,

    /// Execute no other document than the trusted ones; the playground then works for those alone
    #[arg(long, env = "EXCHANGE_TRUSTED_ONLY", requires = "trusted_documents")]
    pub trusted_only: bool,

    /// How many requests one body may hold, as a JSON array; 0 for no batches
    #[arg(long, env = "EXCHANGE_MAX_BATCH", default_value = "0", value_name = "N", value_parser = clap::value_parser!(u8).range(..=50))]
    pub max_batch: u8,

    /// Whether the contract can be asked for (`__schema`, `__type`)
    #[arg(long, env = "EXCHANGE_INTROSPECTION", default_value = "on", value_name = "SWITCH")]
    pub introspection: Switch,

    /// Whether an error about an unknown name tells names like it
    #[arg(long, env = "EXCHANGE_SUGGESTIONS", default_value = "on", value_name = "SWITCH")]
    pub suggestions: Switch,

    /// An origin whose pages may ask, e.g. `https://analysis.example`, or `*` for all; repeat it, or separate by commas.
    /// None when left out
    #[arg(long, env = "EXCHANGE_CORS_ORIGIN", value_name = "ORIGIN", value_delimiter = ',')]
    pub cors_origin: Vec<Origin>,

    /// Where partners reach the service, e.g. `https://exchange.example`: clients are told it, and sign assertions for it. The
    /// issuer where that is an address, otherwise `http://` and the address to listen on
    #[arg(long, env = "EXCHANGE_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<PublicUrl>,

    /// The path below which everything is, e.g. `/exchange`, where a proxy serves other things beside. Requests are answered
    /// below it, and without it too
    #[arg(long, env = "EXCHANGE_BASE_PATH", value_name = "PATH", default_value = "")]
    pub base_path: BasePath,

    /// An address at which `/livez` and `/readyz` are answered too, by a thread of its own, however busy the others are
    #[arg(long, env = "EXCHANGE_HEALTH_LISTEN", value_name = "ADDRESS")]
    pub health_listen: Option<std::net::SocketAddr>,

    /// The OpenTelemetry collector that a span of each request is sent to, by OTLP over HTTP: its address without the path,
    /// e.g. `http://127.0.0.1:4318`; none when left out
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_name = "URL")]
    pub otlp_endpoint: Option<String>,

    /// The longest that the head of a request may take, and the work for its answer, seconds
    #[arg(long, env = "EXCHANGE_REQUEST_TIMEOUT", default_value = "10", value_name = "SECONDS", value_parser = clap::value_parser!(u16).range(1..=300))]
    pub request_timeout: u16,

    /// The longest that the body of a request may take to arrive whole, seconds
    #[arg(long, env = "EXCHANGE_BODY_TIMEOUT", default_value = "5", value_name = "SECONDS", value_parser = clap::value_parser!(u16).range(1..=300))]
    pub body_timeout: u16,

    /// How long a connection may wait for its next request, seconds; longer than the proxy in front holds its own
    #[arg(long, env = "EXCHANGE_IDLE_TIMEOUT", default_value = "75", value_name = "SECONDS", value_parser = clap::value_parser!(u16).range(1..=3_600))]
    pub idle_timeout: u16,

    /// How long an answer is kept of which nothing is taken, seconds
    #[arg(long, env = "EXCHANGE_WRITE_TIMEOUT", default_value = "10", value_name = "SECONDS", value_parser = clap::value_parser!(u16).range(1..=300))]
    pub write_timeout: u16,

    /// How many connections one address may hold; 0 for any number. All that come through a proxy come from its address
    #[arg(long, env = "EXCHANGE_CONNECTIONS_PER_ADDRESS", default_value = "1000", value_name = "N")]
    pub connections_per_address: u16,

    /// How long `/readyz` fails on SIGTERM before no more connections are taken, seconds, so that balancers look elsewhere first
    #[arg(long, env = "EXCHANGE_LEAVE_DELAY", default_value = "3", value_name = "SECONDS", value_parser = clap::value_parser!(u16).range(..=300))]
    pub leave_delay: u16,

    /// How many points an organisation may spend in a minute; 0 for any number. A request takes 1, and a table 1 for each 1,000
    /// of cells × (10 + fields of each)
    #[arg(long, env = "EXCHANGE_RATE_LIMIT", default_value = "600000", value_name = "POINTS")]
    pub rate_limit: u32,

    /// The same of an address without a valid token; 0 for any number. All that come through a proxy come from its address
    #[arg(long, env = "EXCHANGE_ANONYMOUS_RATE_LIMIT", default_value = "60000", value_name = "POINTS")]
    pub anonymous_rate_limit: u32,

    /// How many days the audit keeps an entry, from 30; 0 for ever
    #[arg(long, env = "EXCHANGE_AUDIT_RETENTION", default_value = "0", value_name = "DAYS", value_parser = parse_retention)]
    pub audit_retention: u16,

    /// Record nothing of who asks what: for measuring against
    #[arg(long, hide = true)]
    pub no_audit: bool,
}

impl Default for EdgeSettings {
    fn default() -> Self {
        Self {
            status_profile: StatusProfile::Classic,
            trusted_documents: None,
            trusted_only: false,
            max_batch: 0,
            introspection: Switch::On,
            suggestions: Switch::On,
            cors_origin: Vec::new(),
            public_url: None,
            base_path: BasePath::default(),
            health_listen: None,
            otlp_endpoint: None,
            request_timeout: 10,
            body_timeout: 5,
            idle_timeout: 75,
            write_timeout: 10,
            connections_per_address: 1_000,
            leave_delay: 3,
            rate_limit: 600_000,
            anonymous_rate_limit: 60_000,
            audit_retention: 0,
            no_audit: false,
        }
    }
}

/// Reads how many days the audit keeps an entry: never so few that nobody has looked at it.
fn parse_retention(text: &str) -> Result<u16, String> {
    let days = text.parse().ok().filter(|days| *days == 0 || *days >= 30);
    days.ok_or_else(|| format!("expected 0, or a number of days from 30 to {}, found `{text}`", u16::MAX))
}

/// Which edition of GraphQL over HTTP the statuses follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StatusProfile {
    /// 200 for what was executed, 400 for what was not; clients in use expect this.
    #[value(name = "2025")]
    Classic,
    /// As of September 2026: 294 where some fields failed, 422 for what cannot be executed.
    #[value(name = "draft")]
    Newer,
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Only {
        #[command(flatten)]
        edge: EdgeSettings,
    }

    #[test]
    fn the_defaults_of_the_command_line_are_the_defaults() {
        assert_eq!(Only::parse_from(["x"]).edge, EdgeSettings::default());
    }

    #[test]
    fn settings_that_make_no_sense_are_refused() {
        for wrong in [
            &["x", "--trusted-only"][..],
            &["x", "--max-batch", "51"],
            &["x", "--cors-origin", "https://a.example/"],
            &["x", "--status-profile", "2026"],
            &["x", "--request-timeout", "0"],
            &["x", "--body-timeout", "0"],
            &["x", "--idle-timeout", "0"],
            &["x", "--write-timeout", "0"],
            &["x", "--leave-delay", "301"],
            &["x", "--audit-retention", "29"],
            &["x", "--audit-retention", "ever"],
            &["x", "--introspection", "maybe"],
        ] {
            assert!(Only::try_parse_from(wrong).is_err(), "{wrong:?}");
        }
        let several =
            Only::parse_from(["x", "--cors-origin", "https://a.example,http://b:1", "--cors-origin", "*"]).edge;
        assert_eq!(several.cors_origin.len(), 3);
    }
}
