//! `exchange token` and `exchange key`: what is signed, taken back, and signed with.

use anyhow::{Result, bail};
use chrono::{DateTime, SecondsFormat, Utc};
use clap::{Args, Subcommand};

use crate::{
    app,
    auth::Scope,
    config::Settings,
    domain::{KeptKey, Revoked},
    service::{Authority, Exchange, LONGEST_TOKEN},
};

use super::{duration, parse_scope, say, then_close};

/// Which token to print, or what to take back.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct TokenArgs {
    /// The code of the organisation
    #[arg(long, required = true)]
    organisation: Option<String>,
    /// What the token may be used for
    #[arg(long = "scope", default_value = "outcomes:read", value_parser = parse_scope)]
    scopes: Vec<Scope>,
    /// How long it holds, e.g. `30m`, `1h`, `7d`
    #[arg(long, default_value = "1h", value_parser = parse_ttl)]
    ttl: chrono::Duration,
    #[command(subcommand)]
    command: Option<TokenCommand>,
}

#[derive(Subcommand, Debug)]
enum TokenCommand {
    /// Take tokens back: every replica refuses them within some seconds
    Revoke(RevokeArgs),
}

/// What to take back.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
struct RevokeArgs {
    /// One token, by its identifier: its claim `jti`, which the log tells when it is signed
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// One token, as it was printed
    #[arg(long)]
    token: Option<String>,
    /// Every token that an organisation holds by now, by its code; what is signed afterwards holds
    #[arg(long, value_name = "CODE")]
    organisation: Option<String>,
    /// Every token that a client holds by now, by its claim `client_id`
    #[arg(long, value_name = "ID")]
    client: Option<String>,
}

#[derive(Subcommand, Debug)]
pub(super) enum KeyCommand {
    /// List the keys that there are, the newest first
    List,
    /// Make a key that signs from now on; tokens of the one before it hold until that one is retired
    Rotate,
    /// End a key that no longer signs: its tokens are refused, and its secret half is destroyed
    Retire {
        /// What tokens name it by: `kid`
        #[arg(value_name = "KID")]
        id: String,
    },
}

pub(super) async fn token(settings: &Settings, args: TokenArgs) -> Result<()> {
    let line = then_close(app::started(settings).await?, async |exchange| match args.command {
        Some(TokenCommand::Revoke(args)) => revoke(settings, exchange, args).await,
        None => {
            let organisation = args.organisation.unwrap_or_default();
            if !exchange.operator(Authority::of_the_operator()).knows_organisation(&organisation).await? {
                bail!("no organisation has the code `{organisation}`");
            }
            app::token(settings, exchange, &organisation, &args.scopes, args.ttl)
        }
    });
    say(&line.await?)
}

/// The identifier of a token, where it is written as those of the service are: another one would take nothing back.
fn token_id(id: String) -> Result<String> {
    let is_digit = |c: char| matches!(c, '0'..='9' | 'a'..='f');
    if id.len() != 32 || !id.chars().all(is_digit) {
        bail!("expected the identifier of a token, 32 hexadecimal digits in small letters, found `{id}`");
    }
    Ok(id)
}

async fn revoke(settings: &Settings, exchange: &Exchange, args: RevokeArgs) -> Result<String> {
    let (what, subject) = match args {
        RevokeArgs { id: Some(id), .. } => (Revoked::Token, token_id(id)?),
        RevokeArgs { token: Some(token), .. } => (Revoked::Token, app::token_id(settings, exchange, &token)?),
        RevokeArgs { organisation: Some(code), .. } => (Revoked::Organisation, code),
        RevokeArgs { client, .. } => (Revoked::Client, client.unwrap_or_default()),
    };
    exchange.operator(Authority::of_the_operator()).revoke(what, &subject).await?;
    Ok(match what {
        Revoked::Token => format!("revoked the token {subject}"),
        Revoked::Organisation => format!("revoked every token of the organisation {subject} until now"),
        Revoked::Client => format!("revoked every token of the client {subject} until now"),
    })
}

pub(super) async fn manage(settings: &Settings, command: KeyCommand) -> Result<()> {
    let lines = then_close(app::started(settings).await?, async |exchange| {
        let operator = exchange.operator(Authority::of_the_operator());
        Ok(match command {
            KeyCommand::List => {
                let (keys, now) = (operator.keys().await?, exchange.now());
                let signs = keys.iter().find(|key| key.holds(now) && key.sealed.is_some()).map(|key| key.id.as_str());
                keys.iter().map(|key| line(key, signs, now)).collect()
            }
            KeyCommand::Rotate => vec![format!("the key {} signs from now on", operator.rotate_key().await?)],
            KeyCommand::Retire { id } => {
                operator.retire_key(&id).await?;
                vec![format!("retired the key {id}: its tokens are refused")]
            }
        })
    });
    lines.await?.iter().try_for_each(|line| say(line))
}

/// A key as it is listed.
fn line(key: &KeptKey, signs: Option<&str>, now: DateTime<Utc>) -> String {
    let time = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
    let made = if key.made_at == DateTime::UNIX_EPOCH {
        "derived from the secret".to_owned()
    } else {
        format!("made {}", time(key.made_at))
    };
    let state = match (key.retired_at, key.verifies_until) {
        (Some(at), _) => format!("retired {}", time(at)),
        (None, Some(until)) if now < until => format!("verifies until {}", time(until)),
        (None, Some(until)) => format!("verified until {}", time(until)),
        (None, None) if signs == Some(key.id.as_str()) => "signs".to_owned(),
        (None, None) => "verifies".to_owned(),
    };
    format!("{}  {state}  {made}", key.id)
}

fn parse_ttl(text: &str) -> Result<chrono::Duration, String> {
    duration(text, LONGEST_TOKEN)
}
