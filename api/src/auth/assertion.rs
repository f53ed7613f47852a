//! A client that shows itself by a signed assertion, RFC 7523: made for this service, short-lived, used once.

use chrono::{DateTime, Duration, Utc};
use jsonwebtoken::{Validation, dangerous::insecure_decode_claims};
use serde::Deserialize;

use super::{
    claims::{Audience, precise},
    client_key,
};

/// How far clocks may be apart, seconds.
const LEEWAY: f64 = 30.0;

/// The longest that an assertion may hold, seconds.
const LONGEST_LIFE: f64 = 600.0;

/// How long it is remembered that one was used: the longest that one is taken, with clocks apart at both ends, and a second.
const REMEMBERED: Duration = Duration::seconds(661);

/// The longest assertion that is looked at, bytes.
const LONGEST: usize = 8 * 1024;

/// The longest identifier of an assertion, bytes.
const LONGEST_ID: usize = 200;

/// Why an assertion is refused. The text is for whoever builds the client: nothing in it is a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AssertionError {
    /// It is no signed token with the claims of an assertion.
    #[error("the assertion is malformed: expected a JWT with iss, sub, aud, exp and jti, each of its own type")]
    Malformed,
    /// It is not signed with a key of the client, by the algorithm of that key.
    #[error("the assertion is not signed with a key that the client has here")]
    Signature,
    /// It speaks for somebody else.
    #[error("the assertion names another client: iss and sub are both the client_id")]
    Client,
    /// It is for another service, or for several.
    #[error(
        "the assertion is for another audience: expected aud to be the issuer of this service, or its token endpoint, alone"
    )]
    Audience,
    /// Its time is over, or has not come.
    #[error("the assertion has expired, or does not hold yet")]
    Time,
    /// It holds too long.
    #[error("the assertion holds too long: expected exp within 10 minutes")]
    TooLong,
}

/// An assertion that a client signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// What tells it from every other of the client.
    pub id: String,
    /// From when on it need not be remembered that it was used.
    pub ends_at: DateTime<Utc>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: f64,
    jti: String,
    #[serde(default)]
    nbf: Option<f64>,
}

#[derive(Deserialize)]
struct Subject {
    sub: String,
}

/// Whom an assertion claims to speak for. Nothing has been checked.
pub fn claimed_client(assertion: &str) -> Option<String> {
    if assertion.len() > LONGEST {
        return None;
    }
    Some(insecure_decode_claims::<Subject>(assertion).ok()?.sub)
}

/// Checks an assertion of a client by the keys that it has, as they were kept.
///
/// # Errors
/// [`AssertionError`] when it is refused.
pub fn check_assertion<'a>(
    assertion: &str,
    client: &str,
    keys: impl Iterator<Item = &'a str>,
    audiences: &[String],
    now: DateTime<Utc>,
) -> Result<Assertion, AssertionError> {
    if assertion.len() > LONGEST {
        return Err(AssertionError::Malformed);
    }
    let header = jsonwebtoken::decode_header(assertion).map_err(|_| AssertionError::Malformed)?;
    let typed = header
        .typ
        .as_deref()
        .is_none_or(|typ| ["jwt", "client-authentication+jwt"].iter().any(|known| typ.eq_ignore_ascii_case(known)));
    if !typed || header.crit.is_some() {
        return Err(AssertionError::Malformed);
    }
    let mut outcome = Err(AssertionError::Signature);
    for key in keys.filter_map(client_key::read) {
        let named = header.kid.is_none() || key.id.is_none() || header.kid == key.id;
        if !named || header.alg != key.algorithm {
            continue;
        }
        // Times and audience are compared below with what is handed in; the library would read the system clock.
        let mut validation = Validation::new(key.algorithm);
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.validate_aud = false;
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        outcome = jsonwebtoken::decode::<Claims>(assertion, &key.verifying, &validation).map_err(|error| {
            match error.kind() {
                jsonwebtoken::errors::ErrorKind::InvalidSignature => AssertionError::Signature,
                _ => AssertionError::Malformed,
            }
        });
        if outcome.is_ok() {
            break;
        }
    }
    let claims = outcome?.claims;
    if claims.iss != client || claims.sub != client {
        return Err(AssertionError::Client);
    }
    // One alone: what is for several could be handed on from one of them to another.
    let audience = match &claims.aud {
        Audience::One(audience) => Some(audience),
        Audience::Several(several) => several.first().filter(|_| several.len() == 1),
    };
    if !audience.is_some_and(|audience| audiences.contains(audience)) {
        return Err(AssertionError::Audience);
    }
    if claims.jti.is_empty() || claims.jti.len() > LONGEST_ID || claims.jti.contains('\0') || !claims.exp.is_finite() {
        return Err(AssertionError::Malformed);
    }
    let seconds = precise(now);
    if seconds >= claims.exp + LEEWAY || claims.nbf.is_some_and(|starts| seconds < starts - LEEWAY) {
        return Err(AssertionError::Time);
    }
    if claims.exp > seconds + LONGEST_LIFE + LEEWAY {
        return Err(AssertionError::TooLong);
    }
    Ok(Assertion { id: claims.jti, ends_at: now + REMEMBERED })
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use serde_json::{Value, json};

    use super::*;
    use crate::auth::install_crypto;

    const HERE: &str = "https://exchange.example";

    fn now() -> DateTime<Utc> {
        "2026-11-24T10:00:00Z".parse().unwrap()
    }

    fn pair(seed: u8) -> Ed25519KeyPair {
        Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
    }

    fn key(seed: u8) -> String {
        let x = URL_SAFE_NO_PAD.encode(pair(seed).public_key());
        json!({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": format!("k{seed}")}).to_string()
    }

    fn signed(seed: u8, header: &Value, claims: &Value) -> String {
        install_crypto();
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(header), part(claims));
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(pair(seed).sign(text.as_bytes())))
    }

    fn claims() -> Value {
        json!({"iss": "c", "sub": "c", "aud": HERE, "exp": now().timestamp() + 60, "jti": "1"})
    }

    fn check(assertion: &str, keys: &[String]) -> Result<Assertion, AssertionError> {
        check_assertion(assertion, "c", keys.iter().map(String::as_str), &[HERE.to_owned()], now())
    }

    fn with(name: &str, value: Value) -> Result<Assertion, AssertionError> {
        let mut claims = claims();
        claims[name] = value;
        check(&signed(1, &json!({"alg": "EdDSA"}), &claims), &[key(1)])
    }

    #[test]
    fn an_assertion_is_taken_that_one_of_the_keys_signed() {
        for header in [json!({"alg": "EdDSA"}), json!({"alg": "EdDSA", "kid": "k1", "typ": "JWT"})] {
            let assertion = signed(1, &header, &claims());
            assert_eq!(claimed_client(&assertion).as_deref(), Some("c"));
            let taken = check(&assertion, &[key(2), key(1)]).unwrap();
            assert_eq!(taken.id, "1");
            assert!(taken.ends_at > now() + Duration::seconds(630 + 30), "remembered as long as any is taken");
            assert_eq!(check(&assertion, &[key(2)]), Err(AssertionError::Signature));
            assert_eq!(check(&assertion, &[]), Err(AssertionError::Signature));
        }
    }

    #[test]
    fn what_is_not_made_for_this_service_now_and_by_this_client_is_refused() {
        let seconds = |more: i64| json!(now().timestamp() + more);
        assert!(with("aud", json!([HERE])).is_ok() && with("nbf", seconds(29)).is_ok());
        assert!(with("exp", seconds(-29)).is_ok() && with("exp", seconds(600)).is_ok());
        for (name, value, expected) in [
            ("iss", json!("d"), AssertionError::Client),
            ("sub", json!("d"), AssertionError::Client),
            ("aud", json!("https://elsewhere.example"), AssertionError::Audience),
            ("aud", json!([HERE, "https://elsewhere.example"]), AssertionError::Audience),
            ("aud", json!([]), AssertionError::Audience),
            ("exp", seconds(-31), AssertionError::Time),
            ("nbf", seconds(31), AssertionError::Time),
            ("exp", seconds(700), AssertionError::TooLong),
            ("exp", json!(1e12), AssertionError::TooLong),
            ("exp", json!(1e300), AssertionError::Malformed),
            ("exp", json!("soon"), AssertionError::Malformed),
            ("jti", json!(""), AssertionError::Malformed),
            ("jti", json!("x".repeat(201)), AssertionError::Malformed),
            ("iss", json!(["c"]), AssertionError::Malformed),
        ] {
            assert_eq!(with(name, value.clone()), Err(expected), "{name}: {value}");
        }
        for name in ["iss", "sub", "aud", "exp", "jti"] {
            let mut claims = claims();
            claims.as_object_mut().unwrap().remove(name);
            assert!(check(&signed(1, &json!({"alg": "EdDSA"}), &claims), &[key(1)]).is_err(), "{name}");
        }
    }

    #[test]
    fn what_the_header_claims_is_not_believed() {
        let symmetric = jsonwebtoken::EncodingKey::from_secret(key(1).as_bytes());
        install_crypto();
        let header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
        let symmetric = jsonwebtoken::encode(&header, &claims(), &symmetric).unwrap();
        assert_eq!(check(&symmetric, &[key(1)]), Err(AssertionError::Signature));
        for header in [
            json!({"alg": "none"}),
            json!({"alg": "RS256"}),
            json!({"alg": "EdDSA", "kid": "k2"}),
            json!({"alg": "EdDSA", "crit": ["exp"]}),
            json!({"alg": "EdDSA", "typ": "at+jwt"}),
        ] {
            assert!(check(&signed(1, &header, &claims()), &[key(1), key(2)]).is_err(), "{header}");
        }
        let own = json!({"alg": "EdDSA", "jwk": serde_json::from_str::<Value>(&key(9)).unwrap(), "jku": "https://evil.example"});
        assert_eq!(check(&signed(9, &own, &claims()), &[key(1)]), Err(AssertionError::Signature));
        for garbage in ["", "a", "a.b", "a.b.c", "...", &"a".repeat(9_000)] {
            assert_eq!(check(garbage, &[key(1)]), Err(AssertionError::Malformed), "{garbage}");
            assert_eq!(claimed_client(garbage), None);
        }
    }
}
