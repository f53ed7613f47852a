//! Every setting, in one place. Each is an option of the command line and a variable of the environment.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// What every command needs to know.
#[derive(Args, Debug, Clone)]
pub struct Settings {
    /// Where results are kept: `sqlite://FILE` for one machine, `postgres://USER@HOST/NAME` for many
    #[arg(
        long,
        env = "EXCHANGE_DATABASE_URL",
        default_value = "sqlite://exchange.db",
        global = true,
        hide_env_values = true
    )]
    pub database_url: String,

    /// The file with the 32-byte secret (raw, or 64 hexadecimal digits) behind noise, pseudonyms and tokens
    #[arg(long, env = "EXCHANGE_SECRET_FILE", value_name = "FILE", global = true)]
    pub secret_file: Option<PathBuf>,

    /// The issuer that tokens name
    #[arg(long, env = "EXCHANGE_ISSUER", default_value = "benchmark-exchange", global = true)]
    pub issuer: String,

    /// The audience that tokens are for
    #[arg(long, env = "EXCHANGE_AUDIENCE", default_value = "benchmark-exchange", global = true)]
    pub audience: String,

    /// How log lines are written
    #[arg(long, env = "EXCHANGE_LOG_FORMAT", default_value = "text", global = true)]
    pub log_format: LogFormat,

    /// Which log lines are written, e.g. `info,api=debug`
    #[arg(long, env = "EXCHANGE_LOG", default_value = "info", global = true)]
    pub log: String,
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
}
