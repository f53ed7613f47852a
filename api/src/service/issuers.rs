//! Other issuers are set up, and their clients let in: whose identity provider vouches for whom.

use std::sync::Arc;

use arc_swap::{ArcSwap, ArcSwapOption};

use crate::{
    auth::{CLIENT_ALGORITHMS, Scope, Scopes, Trust, TrustedIssuer, Verifier},
    domain::{Issuer, IssuerChange, IssuerClient, IssuerRules, label},
    outbound::HttpAddress,
    store::{self, Store},
};

use super::{Error, Operator};

/// The claims that may name a client.
pub const CLIENT_CLAIMS: [&str; 5] = ["azp", "appid", "cid", "client_id", "sub"];

/// The longest name of an issuer, characters.
const LONGEST_NAME: usize = 64;

/// The longest value of a claim or a path to one, bytes.
const LONGEST_VALUE: usize = 500;

/// The longest name of a client, bytes: what tokens may say too.
const LONGEST_CLIENT: usize = 200;

/// How many values `iss`, or `aud`, of one issuer may have.
const MOST_VALUES: usize = 20;

/// An issuer, with the clients of it that are let in.
pub struct IssuerListed {
    /// The issuer.
    pub issuer: Issuer,
    /// Those that are let in; none of one that ended.
    pub clients: Vec<IssuerClient>,
}

/// What an issuer shows, and what a token of it would be taken for.
pub struct IssuerFound {
    /// What tokens name each key by, and the algorithm that it signs by.
    pub keys: Vec<(Option<String>, String)>,
    /// Whom the token speaks for, or why it is refused.
    pub token: Option<Result<TokenFound, String>>,
}

/// Whom a token of another issuer speaks for.
pub struct TokenFound {
    /// The code of the organisation.
    pub organisation: String,
    /// The issuer and the client, as in the audit.
    pub client: String,
    /// What it may do: what it claims, of what the client was given.
    pub scopes: Vec<Scope>,
}

impl Operator<'_> {
    /// Sets an issuer up. None of its clients is let in yet. `own` is the issuer of the service itself.
    ///
    /// # Errors
    /// When a rule cannot be meant, or an issuer that holds has the name or takes the same tokens.
    pub async fn add_issuer(&self, name: &str, rules: &IssuerRules, own: &str) -> Result<(), Error> {
        let named = label::fault(name, LONGEST_NAME).or_else(|| {
            name.contains(|c: char| c == '/' || c.is_whitespace()).then_some("there is a blank or a slash in it")
        });
        if let Some(fault) = named {
            return Err(Error::BadRequest(format!(
                "expected the name of an issuer of 1 to {LONGEST_NAME} characters, found `{}`: {fault}",
                name.escape_debug()
            )));
        }
        check(rules, own).map_err(Error::BadRequest)?;
        self.recording().add_issuer(name, rules, self.0.now()).await?;
        self.0.refresh_trust().await
    }

    /// Changes how tokens of an issuer are read.
    ///
    /// # Errors
    /// As [`add_issuer`](Self::add_issuer), and when none that holds has that name, or nothing is to change.
    pub async fn change_issuer(&self, name: &str, change: &IssuerChange, own: &str) -> Result<(), Error> {
        if *change == IssuerChange::default() {
            return Err(Error::BadRequest("expected something to change, found nothing".to_owned()));
        }
        self.recording().change_issuer(name, change, |rules| check(rules, own)).await?;
        self.0.refresh_trust().await
    }

    /// Ends an issuer: every replica refuses its tokens within seconds.
    ///
    /// # Errors
    /// When none that holds has that name.
    pub async fn end_issuer(&self, name: &str) -> Result<(), Error> {
        self.recording().end_issuer(name, self.0.now()).await?;
        self.0.refresh_trust().await
    }

    /// Lets a client of an issuer in, for an organisation. A token of it may do what it claims, of these scopes.
    ///
    /// # Errors
    /// When the issuer or the organisation is unknown or ended, no scope is named, or the client has no name.
    pub async fn let_in(&self, issuer: &str, client: &str, organisation: &str, scopes: &Scopes) -> Result<(), Error> {
        if scopes.iter().next().is_none() {
            return Err(Error::BadRequest("expected a scope, found none".to_owned()));
        }
        if let Some(fault) = label::fault(client, LONGEST_CLIENT) {
            return Err(Error::BadRequest(format!(
                "expected a client as the issuer names it, of 1 to {LONGEST_CLIENT} characters, found `{}`: {fault}",
                client.escape_debug()
            )));
        }
        self.recording().let_in(issuer, client, organisation, &scopes.write(), self.0.now()).await?;
        self.0.refresh_trust().await
    }

    /// Lets a client of an issuer out again: every replica refuses its tokens within seconds.
    ///
    /// # Errors
    /// When the issuer is unknown or ended, or the client is not in.
    pub async fn let_out(&self, issuer: &str, client: &str) -> Result<(), Error> {
        self.recording().let_out(issuer, client, self.0.now()).await?;
        self.0.refresh_trust().await
    }

    /// Every issuer that there ever was, with the clients that are let in.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn issuers(&self) -> Result<Vec<IssuerListed>, Error> {
        listed(self.0.store()).await
    }

    /// Asks an issuer for its keys, and looks at a token of it where one is given, as the service would.
    ///
    /// # Errors
    /// When none that holds has that name, or it shows no keys that can be used.
    pub async fn check_issuer(&self, name: &str, token: Option<&str>) -> Result<IssuerFound, Error> {
        let issuers = self.0.store().holding_issuers().await?;
        let issuer = issuers.into_iter().find(|issuer| issuer.name == name);
        let issuer = issuer.ok_or_else(|| store::Error::UnknownIssuer(name.to_owned()))?;
        let keys = self.0.fetch_keys_of(&issuer).await?;
        let told = keys.told().map(|(id, algorithm)| (id.map(str::to_owned), algorithm)).collect();
        let clients = self.0.store().issuer_clients().await?;
        let token = token.map(|token| {
            let keys = Arc::new(ArcSwapOption::from_pointee(keys));
            let trust = Trust::default().with_issuers([TrustedIssuer::new(issuer, &clients, keys)]);
            // The service's own tokens are none of this issuer.
            let verifier = Verifier::new(Arc::new(ArcSwap::from_pointee(trust)), "", "");
            let partner = verifier.verify(token.trim(), self.0.now()).map_err(|reason| reason.to_string())?;
            Ok(TokenFound {
                organisation: partner.organisation().to_owned(),
                client: partner.client().unwrap_or_default().to_owned(),
                scopes: partner.scopes().collect(),
            })
        });
        Ok(IssuerFound { keys: told, token })
    }
}

/// Every issuer that there ever was, with the clients that are let in.
pub(super) async fn listed(store: &Store) -> Result<Vec<IssuerListed>, Error> {
    let clients = store.issuer_clients().await?;
    let listed = store.issuers().await?.into_iter().map(|issuer| {
        let own = |client: &&IssuerClient| issuer.ended_at.is_none() && client.issuer == issuer.id;
        IssuerListed { clients: clients.iter().filter(own).cloned().collect(), issuer }
    });
    Ok(listed.collect())
}

/// Whether the rules of an issuer can be meant.
fn check(rules: &IssuerRules, own: &str) -> Result<(), String> {
    let values = |what: &str, values: &[String]| {
        if values.is_empty() || values.len() > MOST_VALUES {
            return Err(format!("expected 1 to {MOST_VALUES} values of {what}, found {}", values.len()));
        }
        values.iter().try_for_each(|value| one(what, value))
    };
    values("`iss`", &rules.accepted)?;
    values("`aud`", &rules.audiences)?;
    if rules.accepted.iter().any(|value| value == own) {
        return Err(format!("expected another issuer, found `{own}`, which is the service itself"));
    }
    let discovery: HttpAddress = rules.discovery.parse().map_err(|error| format!("{error}"))?;
    if rules.public_only && discovery.is_within() {
        return Err(format!(
            "expected the address of a discovery document on the public network, found `{}`: an issuer inside is set up by command",
            rules.discovery
        ));
    }
    if !CLIENT_CLAIMS.contains(&rules.client_claim.as_str()) {
        let known = CLIENT_CLAIMS.join(", ");
        return Err(format!("expected a claim that names the client, one of {known}, found `{}`", rules.client_claim));
    }
    one("the claim that names rights", &rules.rights_claim)?;
    if !rules.prefix.is_empty() {
        one("the prefix of rights", &rules.prefix)?;
    }
    if rules.algorithms.is_empty() {
        return Err("expected an algorithm, found none".to_owned());
    }
    let unknown = rules.algorithms.iter().find(|name| !CLIENT_ALGORITHMS.contains(&name.as_str()));
    match unknown {
        Some(name) => Err(format!("expected algorithms among {}, found `{name}`", CLIENT_ALGORITHMS.join(", "))),
        None => Ok(()),
    }
}

fn one(what: &str, value: &str) -> Result<(), String> {
    if value.is_empty() || value.len() > LONGEST_VALUE || value.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(format!(
            "expected {what} to be 1 to {LONGEST_VALUE} bytes without a blank, found `{}`",
            value.escape_debug()
        ));
    }
    Ok(())
}
