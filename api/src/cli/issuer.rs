//! `exchange issuer`: other identity providers, and which of their clients ask for which organisation.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use chrono::{DateTime, SecondsFormat, Utc};
use clap::{Args, Subcommand, ValueEnum};

use crate::{
    app,
    auth::{CLIENT_ALGORITHMS, Scope},
    config::Settings,
    domain::{IssuerChange, IssuerRules},
    service::{Authority, CLIENT_CLAIMS, IssuerFound, IssuerListed},
};

use super::{parse_scope, say, then_close};

#[derive(Subcommand, Debug)]
pub(super) enum IssuerCommand {
    /// Set an issuer up: how its tokens are read. None of its clients is let in yet
    Add(AddArgs),
    /// List the issuers that there are, with the clients that are let in
    List,
    /// Change how tokens of an issuer are read; what is left out stays
    Change(ChangeArgs),
    /// End an issuer: every replica refuses its tokens within seconds
    End {
        /// Its name
        name: String,
    },
    /// Let a client of an issuer in, for an organisation; one that is in already is in under the new terms
    Allow(AllowArgs),
    /// Let a client of an issuer out again: every replica refuses its tokens within seconds
    Deny {
        /// The name of the issuer
        name: String,
        /// What the issuer names the client by
        #[arg(long, value_name = "ID")]
        client: String,
    },
    /// Ask an issuer for its keys, and tell what a token of it would be taken for
    Check {
        /// Its name
        name: String,
        /// A file with a token; `-` for standard input
        #[arg(long, value_name = "FILE")]
        token: Option<PathBuf>,
    },
}

/// Which issuer to set up.
#[derive(Args, Debug)]
pub(super) struct AddArgs {
    /// What to call it: no blank and no slash
    name: String,
    /// Whose product it is: which claims name client and rights, unless they are named
    #[arg(long, value_name = "PRODUCT")]
    like: Option<Product>,
    /// What `iss` may be, to the letter; repeat for several
    #[arg(long = "iss", required = true, value_name = "VALUE")]
    accepted: Vec<String>,
    #[command(flatten)]
    rules: RuleArgs,
}

/// What to change of an issuer.
#[derive(Args, Debug)]
pub(super) struct ChangeArgs {
    /// Its name
    name: String,
    /// What `iss` may be, to the letter; repeat for several
    #[arg(long = "iss", value_name = "VALUE")]
    accepted: Vec<String>,
    #[command(flatten)]
    rules: RuleArgs,
}

/// How tokens are read.
#[derive(Args, Debug)]
pub(super) struct RuleArgs {
    /// What `aud` must hold one of; repeat for several
    #[arg(long = "aud", value_name = "VALUE")]
    audiences: Vec<String>,
    /// Its discovery document. Below the first `iss`, at `/.well-known/openid-configuration`, unless named
    #[arg(long, value_name = "URL")]
    discovery: Option<String>,
    /// The claim that names the client: azp, appid, cid, client_id or sub. `azp` unless named
    #[arg(long, value_name = "CLAIM", value_parser = CLIENT_CLAIMS)]
    client_claim: Option<String>,
    /// The claim that names rights, a text or a list, or the path to it, e.g. `resource_access.exchange.roles`. `scope` unless named
    #[arg(long, value_name = "CLAIM")]
    rights_claim: Option<String>,
    /// What stands before each right in the claim, e.g. `exchange/` of `exchange/outcomes:read`
    #[arg(long, value_name = "TEXT")]
    prefix: Option<String>,
    /// An algorithm that it may sign by; repeat for several. RS256 unless named
    #[arg(long = "algorithm", value_name = "NAME", value_parser = CLIENT_ALGORITHMS)]
    algorithms: Vec<String>,
}

/// Products whose tokens are known.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Product {
    /// Microsoft Entra ID, where the API asks for tokens of version 1.
    EntraV1,
    /// Microsoft Entra ID, where it asks for tokens of version 2.
    EntraV2,
    /// Okta.
    Okta,
    /// Auth0.
    Auth0,
    /// Keycloak.
    Keycloak,
}

impl Product {
    /// The claims that name client and rights.
    fn claims(self) -> (&'static str, &'static str) {
        match self {
            Self::EntraV1 => ("appid", "roles"),
            Self::EntraV2 => ("azp", "roles"),
            Self::Okta => ("cid", "scp"),
            Self::Auth0 => ("azp", "permissions"),
            Self::Keycloak => ("azp", "scope"),
        }
    }
}

/// Which client to let in.
#[derive(Args, Debug)]
pub(super) struct AllowArgs {
    /// The name of the issuer
    name: String,
    /// What the issuer names the client by, in its client claim
    #[arg(long, value_name = "ID")]
    client: String,
    /// The code of the organisation that it asks for
    #[arg(long, value_name = "CODE")]
    organisation: String,
    /// What it may do at most: a token of it may do what it claims of these; repeat for several
    #[arg(long = "scope", required = true, value_parser = parse_scope)]
    scopes: Vec<Scope>,
}

pub(super) async fn manage(settings: &Settings, command: IssuerCommand) -> Result<()> {
    let token = match &command {
        IssuerCommand::Check { token: Some(file), .. } => Some(read(file)?),
        _ => None,
    };
    let lines = then_close(app::started(settings).await?, async |exchange| {
        let operator = exchange.operator(Authority::of_the_operator());
        Ok(match command {
            IssuerCommand::Add(args) => {
                let (name, rules) = (args.name.clone(), rules(args));
                operator.add_issuer(&name, &rules, &settings.issuer).await?;
                vec![
                    format!("set up the issuer {name}; its keys are at {}", rules.discovery),
                    format!(
                        "let its clients in with `exchange issuer allow {name} --client ID --organisation CODE --scope SCOPE`"
                    ),
                ]
            }
            IssuerCommand::List => operator.issuers().await?.iter().flat_map(listed).collect(),
            IssuerCommand::Change(args) => {
                let (name, change) = (args.name.clone(), change(args));
                operator.change_issuer(&name, &change, &settings.issuer).await?;
                vec![format!("changed the issuer {name}")]
            }
            IssuerCommand::End { name } => {
                operator.end_issuer(&name).await?;
                vec![format!("ended the issuer {name}: its tokens are refused")]
            }
            IssuerCommand::Allow(args) => {
                let AllowArgs { name, client, organisation, scopes } = args;
                operator.let_in(&name, &client, &organisation, &scopes.into_iter().collect()).await?;
                vec![format!("let the client {client} of {name} in, for {organisation}")]
            }
            IssuerCommand::Deny { name, client } => {
                operator.let_out(&name, &client).await?;
                vec![format!("let the client {client} of {name} out: its tokens are refused")]
            }
            IssuerCommand::Check { name, .. } => {
                return checked(&operator.check_issuer(&name, token.as_deref()).await?);
            }
        })
    });
    lines.await?.iter().try_for_each(|line| say(line))
}

fn read(file: &PathBuf) -> Result<String> {
    if file.as_os_str() == "-" {
        return Ok(std::io::read_to_string(std::io::stdin())?);
    }
    std::fs::read_to_string(file).with_context(|| format!("cannot read `{}`", file.display()))
}

fn rules(args: AddArgs) -> IssuerRules {
    let AddArgs { name: _, like, accepted, rules } = args;
    let (client, rights) = like.map(Product::claims).unzip();
    let unusual = IssuerChange {
        discovery: rules.discovery,
        client_claim: rules.client_claim.or(client.map(str::to_owned)),
        rights_claim: rules.rights_claim.or(rights.map(str::to_owned)),
        prefix: rules.prefix,
        algorithms: Some(rules.algorithms).filter(|named| !named.is_empty()),
        // The operator may name an address inside.
        public_only: Some(false),
        ..IssuerChange::default()
    };
    IssuerRules::usual(accepted, rules.audiences).changed(&unusual)
}

fn change(args: ChangeArgs) -> IssuerChange {
    let some = |values: Vec<String>| (!values.is_empty()).then_some(values);
    IssuerChange {
        // The operator may name an address inside.
        public_only: args.rules.discovery.is_some().then_some(false),
        accepted: some(args.accepted),
        audiences: some(args.rules.audiences),
        discovery: args.rules.discovery,
        client_claim: args.rules.client_claim,
        rights_claim: args.rules.rights_claim,
        prefix: args.rules.prefix,
        algorithms: some(args.rules.algorithms),
    }
}

/// An issuer as it is listed: its lines, and one for each client.
fn listed(listed: &IssuerListed) -> Vec<String> {
    let time = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
    let IssuerListed { issuer, clients } = listed;
    let rules = &issuer.rules;
    let state = match issuer.ended_at {
        Some(at) => format!("ended {}", time(at)),
        None => format!("made {}", time(issuer.made_at)),
    };
    let prefix = if rules.prefix.is_empty() { String::new() } else { format!("  after {}", rules.prefix) };
    let mut lines = vec![
        format!("{}  {state}", issuer.name),
        format!("  iss {}  aud {}", rules.accepted.join(" "), rules.audiences.join(" ")),
        format!(
            "  client in {}  rights in {}{prefix}  signed by {}",
            rules.client_claim,
            rules.rights_claim,
            rules.algorithms.join(" ")
        ),
        format!("  discovery {}", rules.discovery),
    ];
    lines.extend(clients.iter().map(|client| {
        let state = match client.ended_at {
            Some(at) => format!("its organisation ended {}", time(at)),
            None => format!("let in {}", time(client.made_at)),
        };
        format!("  client {}  {}  {}  {state}", client.client, client.organisation, client.scopes)
    }));
    lines
}

/// Tells what was found of an issuer, a line for each key and one for the token.
///
/// # Errors
/// When the token is refused: a script sees it.
fn checked(found: &IssuerFound) -> Result<Vec<String>> {
    for (id, algorithm) in &found.keys {
        say(&format!("key {}  {algorithm}", id.as_deref().unwrap_or("without an identifier")))?;
    }
    match &found.token {
        None => Ok(Vec::new()),
        Some(Err(reason)) => {
            say(&format!("refused: {reason}"))?;
            bail!("the token is refused")
        }
        Some(Ok(token)) => {
            let scopes: Vec<&str> = token.scopes.iter().map(|scope| scope.as_str()).collect();
            let scopes = if scopes.is_empty() { "nothing".to_owned() } else { scopes.join(" ") };
            Ok(vec![format!("taken: {} of {} may {scopes}", token.client, token.organisation)])
        }
    }
}
