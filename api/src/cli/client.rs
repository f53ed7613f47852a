//! `exchange client`: programs of an organisation that are given tokens at `/oauth/token`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chrono::{DateTime, Duration, SecondsFormat, Utc};
use clap::{Args, Subcommand};

use crate::{
    app,
    auth::Scope,
    config::Settings,
    domain::Client,
    service::{Authority, Given, LONGEST_OVERLAP, Overlap},
};

use super::{duration, parse_scope, say, then_close};

#[derive(Subcommand, Debug)]
pub(super) enum ClientCommand {
    /// Make a client for a program of an organisation; its secret is shown once
    Add(AddArgs),
    /// List the clients that there are, with what they show themselves with
    List {
        /// The code of an organisation; every one when left out
        #[arg(long, value_name = "CODE")]
        organisation: Option<String>,
    },
    /// Give a client another secret, or take another key of it; the one before holds for a while
    Rotate(RotateArgs),
    /// End a client for good: it is given no token any more, and every replica refuses those that it holds
    Revoke {
        /// Its identifier
        #[arg(value_name = "CLIENT_ID")]
        id: String,
    },
}

/// Which client to make.
#[derive(Args, Debug)]
pub(super) struct AddArgs {
    /// The code of the organisation that it asks for
    #[arg(long, value_name = "CODE")]
    organisation: String,
    /// What its tokens may be used for; repeat for several
    #[arg(long = "scope", required = true, value_parser = parse_scope)]
    scopes: Vec<Scope>,
    /// What people call it
    #[arg(long, default_value = "")]
    name: String,
    /// A file with the public half of a key that it signs assertions with, as a JSON Web Key; it gets no secret then
    #[arg(long, value_name = "FILE")]
    public_key: Option<PathBuf>,
}

/// Which client gets another secret or key.
#[derive(Args, Debug)]
pub(super) struct RotateArgs {
    /// Its identifier
    #[arg(value_name = "CLIENT_ID")]
    id: String,
    /// How long the secret or key before holds beside the new one, e.g. `12h` or `7d`, at most `90d`
    #[arg(long, default_value = "7d", value_parser = parse_overlap)]
    overlap: Duration,
    /// End what it showed itself with at once, and the tokens that it got by it: where a secret leaked
    #[arg(long, conflicts_with = "overlap")]
    at_once: bool,
    /// A file with the public half of another key, as a JSON Web Key; it gets no secret then
    #[arg(long, value_name = "FILE")]
    public_key: Option<PathBuf>,
}

pub(super) async fn manage(settings: &Settings, command: ClientCommand) -> Result<()> {
    let lines = then_close(app::started(settings).await?, async |exchange| {
        let operator = exchange.operator(Authority::of_the_operator());
        Ok(match command {
            ClientCommand::Add(args) => {
                let key = read(args.public_key.as_deref())?;
                let scopes = args.scopes.into_iter().collect();
                given(&operator.add_client(&args.organisation, &args.name, &scopes, key.as_deref()).await?)
            }
            ClientCommand::List { organisation } => {
                let clients = operator.clients(organisation.as_deref()).await?;
                clients.iter().flat_map(|client| listed(client, exchange.now())).collect()
            }
            ClientCommand::Rotate(args) => {
                let key = read(args.public_key.as_deref())?;
                let overlap = if args.at_once { Overlap::AtOnce } else { Overlap::For(args.overlap) };
                given(&operator.rotate_client(&args.id, key.as_deref(), overlap).await?)
            }
            ClientCommand::Revoke { id } => {
                operator.revoke_client(&id).await?;
                vec![format!("revoked the client {id}: its tokens are refused")]
            }
        })
    });
    lines.await?.iter().try_for_each(|line| say(line))
}

fn read(file: Option<&Path>) -> Result<Option<String>> {
    let text =
        file.map(|file| std::fs::read_to_string(file).with_context(|| format!("cannot read `{}`", file.display())));
    text.transpose()
}

/// What a client was given, by the names under which it sends it.
fn given(given: &Given) -> Vec<String> {
    let mut lines = vec![format!("client_id {}", given.client)];
    if let Some(secret) = &given.secret {
        lines.push(format!("client_secret {}", &**secret));
    }
    lines
}

/// A client as it is listed: a line, and one for each secret or key that holds.
fn listed(client: &Client, now: DateTime<Utc>) -> Vec<String> {
    let time = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
    let state = match client.revoked_at {
        Some(at) => format!("revoked {}", time(at)),
        None => format!("made {}", time(client.made_at)),
    };
    let mut line = format!("{}  {}  {}  {state}", client.id, client.organisation, client.scopes);
    if !client.name.is_empty() {
        line.push_str("  ");
        line.push_str(&client.name);
    }
    let mut lines = vec![line];
    lines.extend(client.holding(now).map(|held| {
        let until = held.ends_at.map(|at| format!("  until {}", time(at))).unwrap_or_default();
        format!("  {}  made {}{until}", held.kind, time(held.made_at))
    }));
    lines
}

fn parse_overlap(text: &str) -> Result<Duration, String> {
    duration(text, LONGEST_OVERLAP)
}
