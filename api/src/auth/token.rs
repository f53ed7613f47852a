//! Verifying a token: pure in the time that is handed in, with one pinned algorithm, issuer and audience.

use std::sync::{Arc, Weak};

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, dangerous::insecure_decode_claims, errors::ErrorKind};
use quick_cache::sync::Cache;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{
    Partner, Scopes, TokenError, Trust,
    claims::{Audience, Claims},
    verified::{By, Verified},
};

/// How far clocks may be apart, seconds.
const LEEWAY: f64 = 30.0;

/// The longest token that is looked at, bytes.
const LONGEST: usize = 8 * 1024;

/// How long what was found about a token is cached, seconds: past that it is verified again.
const CACHED: f64 = 60.0;

/// How many verified tokens are cached, and how many refused ones.
const CAPACITY: usize = 10_000;

/// Verifies tokens of the service, for one audience, and of the other issuers that are trusted, by the keys that hold, and caches
/// them for a minute. Whether the key and the issuer still hold, and whether the token was taken back, is looked up each time.
pub struct Verifier {
    trust: Arc<ArcSwap<Trust>>,
    validation: Validation,
    issuer: String,
    audience: String,
    verified: Cache<[u8; 32], Arc<Verified>>,
    /// Apart, so that a flood of bad tokens evicts no good one.
    refused: Cache<[u8; 32], Refused>,
}

/// Why a token was refused, when, and by which trust.
#[derive(Clone)]
struct Refused {
    reason: TokenError,
    checked_at: f64,
    /// Not kept alive by this: it holds the secret halves of keys.
    trust: Weak<Trust>,
}

impl Verifier {
    /// What is trusted may change meanwhile; the next token is verified by what then is.
    pub fn new(trust: Arc<ArcSwap<Trust>>, issuer: &str, audience: &str) -> Self {
        let mut validation = Validation::new(Algorithm::EdDSA);
        // Times are compared below with the time that is handed in: the library would read the system clock. Issuer and
        // audience are compared below as well, since the library takes an array of issuers.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.validate_aud = false;
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        Self {
            trust,
            validation,
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
            verified: Cache::new(CAPACITY),
            refused: Cache::new(CAPACITY),
        }
    }

    /// The partner behind a token.
    ///
    /// # Errors
    /// [`TokenError`] when the token is refused.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Partner, TokenError> {
        let now = now.timestamp_millis() as f64 / 1_000.0;
        if token.len() > LONGEST {
            return Err(TokenError::Malformed);
        }
        let digest: [u8; 32] = Sha256::digest(token).into();
        let fresh = |known: &Arc<Verified>| (known.checked_at..known.checked_at + CACHED).contains(&now);
        let trust = self.trust.load_full();
        let verified = if let Some(known) = self.verified.get(&digest).filter(fresh).filter(|known| trust.stands(known))
        {
            known
        } else {
            if let Some(refused) = self.refused.get(&digest)
                && (refused.checked_at..refused.checked_at + CACHED).contains(&now)
                && std::ptr::eq(refused.trust.as_ptr(), Arc::as_ptr(&trust))
            {
                return Err(refused.reason);
            }
            match self.check(&trust, token, now).map(Arc::new) {
                Ok(verified) => {
                    self.verified.insert(digest, verified.clone());
                    verified
                }
                Err(reason) => {
                    // A key that is unknown now may be known in a moment.
                    if !matches!(reason, TokenError::Key | TokenError::UnknownKey(_)) {
                        self.refused.insert(digest, Refused { reason, checked_at: now, trust: Arc::downgrade(&trust) });
                    }
                    return Err(reason);
                }
            }
        };
        if !trust.holds(&verified.by, now) {
            Err(TokenError::Key)
        } else if now >= verified.expires + LEEWAY {
            Err(TokenError::Expired)
        } else if now < verified.starts - LEEWAY {
            Err(TokenError::NotYet)
        } else if trust.took_back(&verified) {
            Err(TokenError::Revoked)
        } else {
            Ok(verified.partner.clone())
        }
    }

    /// The identifier of a token that a key of the service signed, whether or not it still holds.
    ///
    /// # Errors
    /// [`TokenError`] when it is none of the service.
    pub fn identifier(&self, token: &str) -> Result<Option<String>, TokenError> {
        let header = header(token)?;
        Ok(self.check_own(&self.trust.load(), &header, token, 0.0)?.id)
    }

    /// Everything about a token that does not change while time passes.
    fn check(&self, trust: &Trust, token: &str, now: f64) -> Result<Verified, TokenError> {
        let header = header(token)?;
        if trust.has_issuers()
            && let Some(claimed) = claimed_issuer(token).filter(|claimed| *claimed != self.issuer)
        {
            // Told before its signature is looked at: it is refused whatever that is, and a slash too many in `iss` is found.
            let issuer = trust.issuer(&claimed).ok_or(TokenError::Issuer)?;
            let found = issuer.check(&header, token, now)?;
            let client = found.partner.client().map(str::to_owned);
            return Ok(Verified {
                partner: found.partner,
                starts: found.starts,
                expires: found.expires,
                checked_at: now,
                by: By::Issuer { issuer: issuer.clone(), keys: found.keys },
                id: None,
                client,
                issued_at: found.issued_at,
            });
        }
        self.check_own(trust, &header, token, now)
    }

    /// The same of a token that the service signed.
    fn check_own(&self, trust: &Trust, header: &Header, token: &str, now: f64) -> Result<Verified, TokenError> {
        if header.alg != Algorithm::EdDSA {
            return Err(TokenError::Key);
        }
        // A token that names no key is tried with each: there are three at most.
        let mut outcome = Err(TokenError::Key);
        for (id, key) in trust.keys().filter(|(id, _)| header.kid.as_deref().is_none_or(|kid| kid == *id)) {
            outcome = self.decode(token, key).map(|claims| (id, claims));
            if outcome.is_ok() {
                break;
            }
        }
        let (key, claims) = outcome?;
        if claims.iss != self.issuer {
            return Err(TokenError::Issuer);
        }
        let for_us = match &claims.aud {
            Audience::One(audience) => *audience == self.audience,
            Audience::Several(audiences) => audiences.contains(&self.audience),
        };
        if !for_us {
            return Err(TokenError::Audience);
        }
        if claims.sub.is_empty() || !claims.exp.is_finite() {
            return Err(TokenError::Claims);
        }
        Ok(Verified {
            partner: Partner {
                organisation: claims.sub,
                scopes: Scopes::read(&claims.scope),
                client: claims.client_id.clone(),
            },
            starts: claims.nbf.unwrap_or(f64::NEG_INFINITY),
            expires: claims.exp,
            checked_at: now,
            by: By::Own(key.to_owned()),
            id: claims.jti,
            client: claims.client_id,
            issued_at: claims.iat,
        })
    }

    fn decode(&self, token: &str, key: &DecodingKey) -> Result<Claims, TokenError> {
        let decoded = jsonwebtoken::decode::<Claims>(token, key, &self.validation);
        Ok(decoded.map_err(|error| reason(error.kind()))?.claims)
    }
}

/// The header of a token, where it is one for us.
fn header(token: &str) -> Result<Header, TokenError> {
    let header = jsonwebtoken::decode_header(token).map_err(|error| reason(error.kind()))?;
    let typed = header
        .typ
        .as_deref()
        .is_none_or(|typ| ["jwt", "at+jwt", "application/at+jwt"].iter().any(|known| typ.eq_ignore_ascii_case(known)));
    if typed && header.crit.is_none() { Ok(header) } else { Err(TokenError::Key) }
}

/// Whom a token claims to be by. Nothing has been checked. An array is none.
fn claimed_issuer(token: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Claimed {
        iss: String,
    }
    Some(insecure_decode_claims::<Claimed>(token).ok()?.iss)
}

fn reason(kind: &ErrorKind) -> TokenError {
    match kind {
        ErrorKind::InvalidSignature => TokenError::Signature,
        ErrorKind::InvalidAlgorithm | ErrorKind::InvalidAlgorithmName | ErrorKind::InvalidKeyFormat => TokenError::Key,
        ErrorKind::MissingRequiredClaim(_) | ErrorKind::InvalidClaimFormat(_) => TokenError::Claims,
        _ => TokenError::Malformed,
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use chrono::Duration;
    use jsonwebtoken::EncodingKey;
    use serde_json::{Value, json};

    use super::*;
    use crate::auth::{NewToken, Scope, TokenKey, install_crypto};

    fn now() -> DateTime<Utc> {
        "2026-11-24T10:00:00Z".parse().unwrap()
    }

    fn key() -> TokenKey {
        install_crypto();
        TokenKey::from_seed([5; 32], "exchange", "partners").unwrap()
    }

    fn good_token() -> String {
        let token = NewToken {
            organisation: "NE-LEP".into(),
            client: None,
            scopes: [Scope::OutcomesRead].into_iter().collect(),
            issued_at: now(),
            ttl: Duration::hours(1),
            id: "1".into(),
        };
        key().sign(&token).unwrap()
    }

    fn good_claims() -> Value {
        json!({"iss": "exchange", "aud": "partners", "sub": "NE-LEP", "exp": now().timestamp() + 60, "scope": "outcomes:read"})
    }

    fn part(value: &Value) -> String {
        URL_SAFE_NO_PAD.encode(value.to_string())
    }

    /// Signs any header and claims with the key of a seed.
    fn forge(seed: [u8; 32], header: &Value, claims: &Value) -> String {
        install_crypto();
        let signed = format!("{}.{}", part(header), part(claims));
        let pair = aws_lc_rs::signature::Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(pair.sign(signed.as_bytes())))
    }

    fn check(claims: &Value) -> Result<Partner, TokenError> {
        key().verifier().verify(&forge([5; 32], &json!({"alg": "EdDSA", "typ": "JWT"}), claims), now())
    }

    #[test]
    fn a_signed_token_tells_the_organisation_and_its_scopes() {
        let partner = key().verifier().verify(&good_token(), now()).unwrap();
        assert_eq!(partner.organisation(), "NE-LEP");
        assert!(partner.has(Scope::OutcomesRead) && !partner.has(Scope::ResultsWrite));
    }

    #[test]
    fn the_ends_of_a_token_are_whole_numbers_which_every_library_reads() {
        let claims: Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(good_token().split('.').nth(1).unwrap()).unwrap()).unwrap();
        assert!(claims["exp"].is_i64() && claims["nbf"].is_i64(), "{claims}");
    }

    #[test]
    fn a_token_holds_from_its_start_to_its_end_and_no_longer_for_being_cached() {
        let (verifier, token) = (key().verifier(), good_token());
        let at = |seconds| verifier.verify(&token, now() + Duration::seconds(seconds));
        assert!(at(0).is_ok() && at(3_599).is_ok() && at(3_629).is_ok());
        assert_eq!(at(3_631), Err(TokenError::Expired));
        assert_eq!(at(-31), Err(TokenError::NotYet));
    }

    #[test]
    fn claims_meant_for_another_service_are_refused() {
        let with = |name: &str, value: Value| {
            let mut claims = good_claims();
            claims[name] = value;
            check(&claims)
        };
        assert!(check(&good_claims()).is_ok());
        assert_eq!(with("iss", json!("other")), Err(TokenError::Issuer));
        assert!(with("iss", json!(["exchange", "other"])).is_err(), "an array of issuers");
        assert!(with("iss", json!(["exchange"])).is_err(), "an array of one issuer");
        assert_eq!(with("aud", json!("other")), Err(TokenError::Audience));
        assert_eq!(with("aud", json!(["other"])), Err(TokenError::Audience));
        assert!(with("aud", json!(["other", "partners"])).is_ok());
        assert_eq!(with("sub", json!("")), Err(TokenError::Claims));
        assert!(with("exp", json!("tomorrow")).is_err());
        assert!(with("sub", json!(7)).is_err());
    }

    #[test]
    fn every_required_claim_is_required() {
        for name in ["iss", "aud", "sub", "exp"] {
            let mut claims = good_claims();
            claims.as_object_mut().unwrap().remove(name);
            assert!(check(&claims).is_err(), "{name}");
        }
    }

    #[test]
    fn tokens_that_nobody_here_signed_are_refused() {
        let verifier = key().verifier();
        let refused = |token: &str| verifier.verify(token, now()).unwrap_err();
        let eddsa = json!({"alg": "EdDSA", "typ": "JWT"});
        refused(&format!("{}.{}.", part(&json!({"alg": "none"})), part(&good_claims())));
        assert_eq!(refused(&forge([6; 32], &eddsa, &good_claims())), TokenError::Signature);
        let headers = [
            json!({"alg": "EdDSA", "kid": "other"}),
            json!({"alg": "EdDSA", "crit": ["exp"]}),
            json!({"alg": "EdDSA", "typ": "secevent+jwt"}),
            json!({"alg": "RS256"}),
        ];
        for header in headers {
            assert_eq!(refused(&forge([5; 32], &header, &good_claims())), TokenError::Key, "{header}");
        }
        let symmetric = EncodingKey::from_secret(key().public_key());
        let symmetric = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &good_claims(), &symmetric).unwrap();
        assert_eq!(refused(&symmetric), TokenError::Key);
        for garbage in ["", "x", "a.b.c", "..", &"a".repeat(9_000)] {
            refused(garbage);
        }
    }

    #[test]
    fn a_changed_payload_is_refused() {
        let token = forge([5; 32], &json!({"alg": "EdDSA"}), &good_claims());
        let mut claims = good_claims();
        claims["sub"] = json!("OTHER");
        let parts: Vec<&str> = token.split('.').collect();
        let changed = format!("{}.{}.{}", parts[0], part(&claims), parts[2]);
        assert_eq!(key().verifier().verify(&changed, now()), Err(TokenError::Signature));
    }
    #[test]
    fn a_refusal_is_remembered_for_a_minute_and_one_for_want_of_a_key_not_at_all() {
        let verifier = key().verifier();
        let eddsa = json!({"alg": "EdDSA", "typ": "JWT"});
        let forged = forge([6; 32], &eddsa, &good_claims());
        let digest: [u8; 32] = Sha256::digest(&forged).into();
        let at = |seconds| verifier.verify(&forged, now() + Duration::seconds(seconds));
        let remembered = || verifier.refused.get(&digest).map(|refused| refused.reason);
        assert_eq!(at(0), Err(TokenError::Signature));
        assert_eq!(remembered(), Some(TokenError::Signature));
        // As long as it is remembered it is not looked at again; then it is.
        let since = now().timestamp_millis() as f64 / 1_000.0;
        let trust = Arc::downgrade(&verifier.trust.load_full());
        verifier.refused.insert(digest, Refused { reason: TokenError::Audience, checked_at: since, trust });
        assert_eq!(at(59), Err(TokenError::Audience));
        assert_eq!(at(61), Err(TokenError::Signature));
        assert_eq!(at(-1), Err(TokenError::Signature), "nor from a time that has not come");

        let unknown = forge([5; 32], &json!({"alg": "EdDSA", "kid": "to come"}), &good_claims());
        assert_eq!(verifier.verify(&unknown, now()), Err(TokenError::Key));
        let digest: [u8; 32] = Sha256::digest(&unknown).into();
        assert!(verifier.refused.get(&digest).is_none(), "its key may be there in a moment");
    }

    #[test]
    fn a_flood_of_bad_tokens_is_bounded_and_drives_out_no_good_one() {
        let (verifier, good) = (key().verifier(), good_token());
        assert!(verifier.verify(&good, now()).is_ok());
        for number in 0..2 * CAPACITY {
            assert!(verifier.verify(&format!("{good}{number}"), now()).is_err());
        }
        assert!((1..=CAPACITY).contains(&verifier.refused.len()), "{}", verifier.refused.len());
        assert_eq!(verifier.verified.len(), 1);
        assert!(verifier.verify(&good, now()).is_ok());
    }
}
