//! A token of another issuer becomes a partner, by the rules that an operator set up for that issuer.

use std::{collections::HashMap, sync::Arc};

use arc_swap::ArcSwapOption;
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, errors::ErrorKind};
use serde_json::{Map, Value};

use crate::domain::{Issuer, IssuerClient};

use super::{IssuerKeys, Partner, Scope, Scopes, TokenError, issuer_keys::Choice};

/// How far clocks may be apart, seconds.
const LEEWAY: f64 = 30.0;

/// The longest that a token may hold from now on, seconds: as long as it is remembered what was taken back.
const LONGEST_LIFE: f64 = 366.0 * 86_400.0;

/// The longest name of a client, bytes.
const LONGEST_CLIENT: usize = 200;

/// How many rights of a token are looked at.
const MOST_RIGHTS: usize = 1_000;

/// An issuer other than the service, with the clients that it may speak for and the keys that it shows.
pub struct TrustedIssuer {
    issuer: Issuer,
    clients: HashMap<String, Known>,
    keys: Arc<ArcSwapOption<IssuerKeys>>,
}

/// A client of an issuer that is known here.
struct Known {
    organisation: String,
    scopes: Scopes,
}

/// What a token of an issuer vouches for.
pub(super) struct Vouched {
    pub(super) partner: Partner,
    pub(super) starts: f64,
    pub(super) expires: f64,
    pub(super) issued_at: Option<f64>,
    /// The keys that the issuer showed.
    pub(super) keys: Arc<IssuerKeys>,
}

impl TrustedIssuer {
    /// An issuer with those of the clients that are its own and hold. `keys` are what it shows, as they change.
    pub fn new(issuer: Issuer, clients: &[IssuerClient], keys: Arc<ArcSwapOption<IssuerKeys>>) -> Self {
        let own = clients.iter().filter(|client| client.issuer == issuer.id && client.ended_at.is_none());
        let known = |client: &IssuerClient| Known {
            organisation: client.organisation.clone(),
            scopes: Scopes::read(&client.scopes),
        };
        let clients = own.map(|client| (client.client.clone(), known(client))).collect();
        Self { issuer, clients, keys }
    }

    /// The issuer as it is set up.
    pub(super) fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// Whether these are the keys that it shows at present.
    pub(super) fn still_shows(&self, keys: &Arc<IssuerKeys>) -> bool {
        self.keys.load().as_ref().is_some_and(|present| Arc::ptr_eq(present, keys))
    }

    /// Everything about a token that does not change while time passes.
    pub(super) fn check(&self, header: &Header, token: &str, now: f64) -> Result<Vouched, TokenError> {
        let rules = &self.issuer.rules;
        if !rules.algorithms.iter().any(|name| *name == format!("{:?}", header.alg)) {
            return Err(TokenError::Algorithm);
        }
        let unknown = TokenError::UnknownKey(self.issuer.id);
        let keys = self.keys.load_full().ok_or(unknown)?;
        let candidates = match keys.choose(header) {
            Choice::Keys(candidates) => candidates,
            Choice::OtherAlgorithm if header.kid.is_some() => return Err(TokenError::Algorithm),
            Choice::OtherAlgorithm | Choice::Unknown => return Err(unknown),
        };
        let mut outcome = Err(unknown);
        for (algorithm, key) in candidates {
            outcome = decode(token, algorithm, key);
            if !matches!(outcome, Err(TokenError::Signature)) {
                break;
            }
        }
        // Its key may be a new one, also under an identifier that another had.
        let claims = outcome.map_err(|error| if error == TokenError::Signature { unknown } else { error })?;
        self.read(&claims, keys.clone(), now)
    }

    /// What the claims of a token tell, once its signature is known to fit.
    fn read(&self, claims: &Map<String, Value>, keys: Arc<IssuerKeys>, now: f64) -> Result<Vouched, TokenError> {
        let rules = &self.issuer.rules;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let time = |name: &str| match claims.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => value.as_f64().filter(|time| time.is_finite()).map(Some).ok_or(TokenError::Claims),
        };
        if !text("iss").is_some_and(|iss| rules.accepted.iter().any(|accepted| accepted == iss)) {
            return Err(TokenError::Issuer);
        }
        let is_for_us = |aud: &Value| aud.as_str().is_some_and(|aud| rules.audiences.iter().any(|own| own == aud));
        let for_us = match claims.get("aud") {
            Some(Value::Array(several)) => several.iter().any(is_for_us),
            Some(one) => is_for_us(one),
            None => return Err(TokenError::Claims),
        };
        if !for_us {
            return Err(TokenError::Audience);
        }
        let expires = time("exp")?.ok_or(TokenError::Claims)?;
        let issued_at = time("iat")?;
        // One that claims to be issued later would outlive what is taken back until then.
        if issued_at.is_some_and(|issued_at| issued_at > now + LEEWAY) {
            return Err(TokenError::NotYet);
        }
        if expires > now + LONGEST_LIFE {
            return Err(TokenError::TooLong);
        }
        let client = text(&rules.client_claim).filter(|client| (1..=LONGEST_CLIENT).contains(&client.len()));
        let client = client.ok_or(TokenError::NoClient)?;
        let known = self.clients.get(client).ok_or(TokenError::UnknownClient)?;
        let claimed = rights(claims, &rules.rights_claim, &rules.prefix);
        Ok(Vouched {
            partner: Partner {
                organisation: known.organisation.clone(),
                scopes: claimed.iter().filter(|scope| known.scopes.contains(*scope)).collect(),
                client: Some(format!("{}/{client}", self.issuer.name)),
            },
            starts: time("nbf")?.unwrap_or(f64::NEG_INFINITY),
            expires,
            issued_at,
            keys,
        })
    }
}

fn decode(token: &str, algorithm: Algorithm, key: &DecodingKey) -> Result<Map<String, Value>, TokenError> {
    // Times, issuer and audience are compared with what is handed in; the library would read the system clock.
    let mut validation = Validation::new(algorithm);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation.set_required_spec_claims(&["exp", "iss", "aud"]);
    let decoded = jsonwebtoken::decode::<Map<String, Value>>(token, key, &validation);
    decoded.map(|decoded| decoded.claims).map_err(|error| match error.kind() {
        ErrorKind::InvalidSignature => TokenError::Signature,
        ErrorKind::MissingRequiredClaim(_) | ErrorKind::InvalidClaimFormat(_) => TokenError::Claims,
        ErrorKind::InvalidAlgorithm | ErrorKind::InvalidAlgorithmName | ErrorKind::InvalidKeyFormat => {
            TokenError::Algorithm
        }
        _ => TokenError::Malformed,
    })
}

/// The scopes that a claim names: words of a text, or texts of a list, each behind the prefix.
fn rights(claims: &Map<String, Value>, path: &str, prefix: &str) -> Scopes {
    let scope = |word: &str| word.strip_prefix(prefix).and_then(|word| word.parse::<Scope>().ok());
    match at(claims, path) {
        Some(Value::String(text)) => text.split_ascii_whitespace().take(MOST_RIGHTS).filter_map(scope).collect(),
        Some(Value::Array(list)) => list.iter().take(MOST_RIGHTS).filter_map(Value::as_str).filter_map(scope).collect(),
        _ => Scopes::default(),
    }
}

/// The value at a path. The name of a claim may have dots of its own: the longest that is there is meant.
fn at<'a>(claims: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    if let Some(value) = claims.get(path) {
        return Some(value);
    }
    path.rmatch_indices('.').find_map(|(dot, _)| at(claims.get(&path[..dot])?.as_object()?, &path[dot + 1..]))
}
