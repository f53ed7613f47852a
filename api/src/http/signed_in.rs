//! Clients that sign in with their secret on every request: what they were given is remembered for a while.
//!
//! Hashing a secret takes some tens of milliseconds, and a spreadsheet shows its secret with each of its tables. What is remembered
//! is the token alone, and it is verified each time: a client or a token that was taken back gets nothing by it.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use quick_cache::sync::Cache;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::auth::{Partner, Verifier};

/// How long it is remembered: a secret whose time is over opens nothing any more after that.
const REMEMBERED: Duration = Duration::from_mins(1);

/// How many are remembered.
const CAPACITY: usize = 10_000;

/// What clients were given lately.
pub(super) struct SignedIn(Cache<[u8; 32], Given>);

#[derive(Clone)]
struct Given {
    token: Zeroizing<String>,
    at: DateTime<Utc>,
}

/// What a client showed, by which it is found again: no secret can be told from it.
#[derive(Clone, Copy)]
pub(super) struct Proof([u8; 32]);

impl Proof {
    pub(super) fn of(client: &str, secret: &str) -> Self {
        let length = (client.len() as u64).to_be_bytes();
        Self(Sha256::new().chain_update(length).chain_update(client).chain_update(secret).finalize().into())
    }
}

impl Default for SignedIn {
    fn default() -> Self {
        Self(Cache::new(CAPACITY))
    }
}

impl SignedIn {
    /// Whoever showed the same lately, while the token that it was given holds.
    pub(super) fn find(&self, shown: Proof, verifier: &Verifier, now: DateTime<Utc>) -> Option<Partner> {
        let given = self.0.get(&shown.0)?;
        let partner = if is_fresh(given.at, now) { verifier.verify(&given.token, now).ok() } else { None };
        if partner.is_none() {
            self.0.remove(&shown.0);
        }
        partner
    }

    /// Remembers what was given for what was shown.
    pub(super) fn remember(&self, shown: Proof, token: String, now: DateTime<Utc>) {
        self.0.insert(shown.0, Given { token: Zeroizing::new(token), at: now });
    }
}

fn is_fresh(at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    let age = now - at;
    age >= TimeDelta::zero() && age.to_std().is_ok_and(|age| age < REMEMBERED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_remembered_for_less_than_a_minute_and_a_clock_that_goes_back_forgets() {
        let at: DateTime<Utc> = "2026-11-24T10:00:00Z".parse().unwrap();
        let after = |seconds| is_fresh(at, at + TimeDelta::seconds(seconds));
        assert!(after(0) && after(59) && !after(60) && !after(3_600) && !after(-1));
    }

    #[test]
    fn parts_are_not_run_together() {
        assert_ne!(Proof::of("a", "bc").0, Proof::of("ab", "c").0);
        assert_eq!(Proof::of("a", "bc").0, Proof::of("a", "bc").0);
    }
}
