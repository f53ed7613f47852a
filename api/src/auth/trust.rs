//! What tokens are verified by at present: the keys that hold, and what was taken back.

use std::{collections::HashMap, sync::Arc};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use jsonwebtoken::DecodingKey;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::domain::{KeptKey, Revocation, Revoked};

use super::{
    TrustedIssuer,
    claims::precise,
    seal,
    verified::{By, Verified},
};

/// What tokens are verified by at present. It is made anew when a key or a revocation is.
#[derive(Default)]
pub struct Trust {
    /// The newest first.
    keys: Vec<Trusted>,
    /// When each subject was taken back last, seconds.
    revoked: HashMap<Revoked, HashMap<String, f64>>,
    strange: Vec<String>,
    /// The other issuers that are trusted, by what `iss` may be.
    issuers: HashMap<String, Arc<TrustedIssuer>>,
}

struct Trusted {
    id: String,
    public: Vec<u8>,
    verifying: DecodingKey,
    until: Option<f64>,
    /// The secret half; none of a key that only verifies.
    seed: Option<Zeroizing<[u8; 32]>>,
}

impl Trust {
    /// What is kept, the newest key first. A key that was not sealed under this secret, nor derived from it, is not trusted:
    /// who can write into the database alone signs nothing.
    pub fn of(kept: &[KeptKey], revocations: &[Revocation], sealing: &[u8; 32], derived: &[u8; 32]) -> Self {
        let mut trust = Self::default();
        for key in kept.iter().filter(|key| key.retired_at.is_none()) {
            let seed = match &key.sealed {
                Some(sealed) => seal::open(sealing, &seal::context(&key.id, &key.public), sealed),
                None => Some(Zeroizing::new(*derived)),
            };
            let Some(seed) = seed.filter(|seed| is_of(seed, &key.public)) else {
                trust.strange.push(key.id.clone());
                continue;
            };
            trust.keys.push(Trusted {
                id: key.id.clone(),
                public: key.public.clone(),
                verifying: DecodingKey::from_ed_der(&key.public),
                until: key.verifies_until.map(precise),
                seed: key.sealed.is_some().then_some(seed),
            });
        }
        for revocation in revocations {
            let at = precise(revocation.at);
            let last =
                trust.revoked.entry(revocation.what).or_default().entry(revocation.subject.clone()).or_insert(at);
            *last = last.max(at);
        }
        trust
    }

    /// The same, and other issuers too.
    #[must_use]
    pub fn with_issuers(mut self, issuers: impl IntoIterator<Item = TrustedIssuer>) -> Self {
        for issuer in issuers.into_iter().map(Arc::new) {
            for accepted in &issuer.issuer().rules.accepted {
                self.issuers.insert(accepted.clone(), issuer.clone());
            }
        }
        self
    }

    /// Whether any other issuer is trusted.
    pub(super) fn has_issuers(&self) -> bool {
        !self.issuers.is_empty()
    }

    /// The other issuer that signs under that name.
    pub(super) fn issuer(&self, iss: &str) -> Option<&Arc<TrustedIssuer>> {
        self.issuers.get(iss)
    }

    /// Whether what was found about a token of another issuer was found by what is set up, and shown, at present.
    pub(super) fn stands(&self, token: &Verified) -> bool {
        match &token.by {
            By::Own(_) => true,
            By::Issuer { issuer, keys } => self.is_trusted(issuer) && issuer.still_shows(keys),
        }
    }

    fn is_trusted(&self, issuer: &Arc<TrustedIssuer>) -> bool {
        self.issuers.values().any(|present| Arc::ptr_eq(present, issuer))
    }

    /// One key that holds, and nothing taken back.
    pub(super) fn in_one(id: &str, public: &[u8]) -> Self {
        let verifying = DecodingKey::from_ed_der(public);
        Self {
            keys: vec![Trusted { id: id.to_owned(), public: public.to_vec(), verifying, until: None, seed: None }],
            ..Self::default()
        }
    }

    /// The secret half of the key that signs.
    pub(super) fn seed(&self) -> Option<&[u8; 32]> {
        self.keys.iter().find_map(|key| key.seed.as_deref())
    }

    /// The identifiers of keys that are kept and not trusted.
    pub fn strange(&self) -> &[String] {
        &self.strange
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = (&str, &DecodingKey)> {
        self.keys.iter().map(|key| (key.id.as_str(), &key.verifying))
    }

    /// The public halves of the keys that hold, as a JSON Web Key Set (RFC 7517, RFC 8037).
    pub fn key_set(&self, now: DateTime<Utc>) -> Value {
        let now = precise(now);
        let holding = self.keys.iter().filter(|key| key.until.is_none_or(|until| now < until));
        let keys: Vec<Value> = holding
            .map(|key| {
                let x = URL_SAFE_NO_PAD.encode(&key.public);
                json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": key.id, "x": x})
            })
            .collect();
        json!({ "keys": keys })
    }

    /// Whether tokens are taken of who signed.
    pub(super) fn holds(&self, by: &By, now: f64) -> bool {
        match by {
            By::Own(id) => self.keys.iter().any(|key| key.id == *id && key.until.is_none_or(|until| now < until)),
            By::Issuer { issuer, .. } => self.is_trusted(issuer),
        }
    }

    /// Whether a token was taken back. One that does not say when it was issued is taken to be from before.
    pub(super) fn took_back(&self, token: &Verified) -> bool {
        let at = |what, subject: Option<&str>| Some(*self.revoked.get(&what)?.get(subject?)?);
        let until = |at: f64| token.issued_at.is_none_or(|issued_at| issued_at <= at);
        at(Revoked::Token, token.id.as_deref()).is_some()
            || at(Revoked::Organisation, Some(token.organisation())).is_some_and(until)
            || at(Revoked::Client, token.client.as_deref()).is_some_and(until)
    }
}

/// Whether a public half belongs to a seed.
fn is_of(seed: &[u8; 32], public: &[u8]) -> bool {
    Ed25519KeyPair::from_seed_unchecked(seed).is_ok_and(|pair| pair.public_key().as_ref() == public)
}

#[cfg(test)]
mod tests {
    use arc_swap::ArcSwap;
    use chrono::{DateTime, Duration, Utc};

    use super::*;
    use crate::auth::{NewToken, Scope, TokenError, TokenKey, Verifier, derived_key, install_crypto, new_key};

    const SEALING: [u8; 32] = [3; 32];
    const DERIVED: [u8; 32] = [4; 32];

    fn now() -> DateTime<Utc> {
        "2026-11-24T10:00:00Z".parse().unwrap()
    }

    fn trust(keys: &[KeptKey], revocations: &[Revocation]) -> Trust {
        install_crypto();
        Trust::of(keys, revocations, &SEALING, &DERIVED)
    }

    fn key() -> KeptKey {
        new_key(&SEALING, now()).unwrap()
    }

    fn token(key: &TokenKey, id: &str, issued_at: DateTime<Utc>) -> String {
        let scopes = [Scope::OutcomesRead].into_iter().collect();
        let token = NewToken {
            organisation: "LEP".into(),
            client: None,
            scopes,
            issued_at,
            ttl: Duration::hours(1),
            id: id.into(),
        };
        key.sign(&token).unwrap()
    }

    #[test]
    fn two_keys_hold_during_a_rotation_and_the_newest_signs() {
        let (older, newer) = (key(), key());
        let before = TokenKey::that_signs(&trust(std::slice::from_ref(&older), &[]), "i", "a").unwrap();
        let shared = Arc::new(ArcSwap::from_pointee(trust(&[newer.clone(), older.clone()], &[])));
        let verifier = Verifier::new(shared.clone(), "i", "a");
        let after = TokenKey::that_signs(&shared.load(), "i", "a").unwrap();
        assert_eq!(after.public_key(), newer.public);
        let (old, new) = (token(&before, "1", now()), token(&after, "2", now()));
        assert!(verifier.verify(&old, now()).is_ok() && verifier.verify(&new, now()).is_ok());
        let retired = KeptKey { sealed: None, retired_at: Some(now()), ..older };
        shared.store(trust(&[newer, retired], &[]).into());
        assert_eq!(verifier.verify(&old, now()), Err(TokenError::Key), "although it is cached");
        assert!(verifier.verify(&new, now()).is_ok());
    }

    #[test]
    fn the_derived_key_verifies_until_its_day_and_signs_nothing() {
        let derived = derived_key(&DERIVED, now() + Duration::days(90)).unwrap();
        let alone = trust(std::slice::from_ref(&derived), &[]);
        assert!(TokenKey::that_signs(&alone, "i", "a").is_err());
        let verifier = Verifier::new(Arc::new(ArcSwap::from_pointee(alone)), "i", "a");
        let old = TokenKey::from_seed(DERIVED, "i", "a").unwrap();
        let after = now() + Duration::days(90) - Duration::minutes(1);
        assert!(verifier.verify(&token(&old, "1", after), after).is_ok());
        let later = now() + Duration::days(90);
        assert_eq!(verifier.verify(&token(&old, "2", later), later), Err(TokenError::Key));
    }

    #[test]
    fn a_key_that_was_put_into_the_database_without_the_secret_is_not_trusted() {
        let real = key();
        let smuggled = new_key(&[9; 32], now()).unwrap();
        let unsealed = KeptKey { sealed: None, ..smuggled.clone() };
        let swapped = KeptKey { sealed: real.sealed.clone(), ..smuggled.clone() };
        for strange in [smuggled, unsealed, swapped] {
            let trust = trust(&[strange.clone(), real.clone()], &[]);
            assert_eq!(trust.strange(), [strange.id]);
            assert_eq!(TokenKey::that_signs(&trust, "i", "a").unwrap().public_key(), real.public);
        }
    }

    #[test]
    fn what_was_taken_back_no_longer_holds_and_what_is_made_afterwards_does() {
        let kept = [key()];
        let shared = Arc::new(ArcSwap::from_pointee(trust(&kept, &[])));
        let verifier = Verifier::new(shared.clone(), "i", "a");
        let signing = TokenKey::that_signs(&shared.load(), "i", "a").unwrap();
        let (one, two) = (token(&signing, "1", now()), token(&signing, "2", now()));
        assert!(verifier.verify(&one, now()).is_ok());
        let revoke = |what, subject: &str| {
            let revocation = Revocation { what, subject: subject.into(), at: now() + Duration::milliseconds(100) };
            shared.store(trust(&kept, &[revocation]).into());
        };
        revoke(Revoked::Token, "1");
        assert_eq!(verifier.verify(&one, now()), Err(TokenError::Revoked), "although it is cached");
        assert!(verifier.verify(&two, now()).is_ok());
        revoke(Revoked::Organisation, "OTHER");
        assert!(verifier.verify(&two, now()).is_ok());
        revoke(Revoked::Organisation, "LEP");
        assert_eq!(verifier.verify(&two, now()), Err(TokenError::Revoked));
        let three = token(&signing, "3", now() + Duration::milliseconds(101));
        assert!(verifier.verify(&three, now()).is_ok());
        assert_eq!(verifier.identifier(&one), Ok(Some("1".to_owned())));
    }
}
