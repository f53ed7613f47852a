//! The audit: who asked what and who changed what, in chains whose links are each hashed with the one before under a key of the
//! secret.
//!
//! Each process writes a chain of its own of questions, so that replicas need not wait for each other. What it writes at once is one
//! link, a group of entries. Changes are rare, and one chain of all processes tells them, each a link by itself. A chain that begins
//! bears witness of how far the others had come. No entry holds a value of an answer.

use std::fmt;

use chrono::{DateTime, Utc};
use disclosure::Tier;
use hmac::{Hmac, Mac, digest::KeyInit};
use serde::Deserialize;
use sha2::Sha256;

use super::{ChangeAuthor, RecordedChange};

/// A question that was answered: equal for every repeat of it by the same client, for the same purpose, of the same release.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AuditRecord {
    /// The code of the organisation that asked.
    pub organisation: String,
    /// The client that asked for it; empty where none did.
    pub client: String,
    /// The purpose.
    pub purpose: String,
    /// The tier of the answer.
    pub tier: Tier,
    /// What the table was of, e.g. `outcomes`.
    pub dataset: &'static str,
    /// The number of the release it was answered from.
    pub release: u32,
    /// The canonical question.
    pub question: String,
    /// How many cells the answer had.
    pub cells: usize,
    /// How many tabulations were on its bill, whether opened now or before.
    pub tabulations: usize,
}

/// What an entry tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AuditKind {
    /// A chain began.
    Start,
    /// A question was answered that the chain had not seen.
    Question,
    /// It was answered again, some times.
    Repeat,
    /// How far another chain had come.
    Witness,
    /// Something was changed.
    Change,
}

impl AuditKind {
    /// Its name, e.g. `question`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Question => "question",
            Self::Repeat => "repeat",
            Self::Witness => "witness",
            Self::Change => "change",
        }
    }
}

impl fmt::Display for AuditKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is told once: a question, a change, or what a chain says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its chain.
    pub chain: String,
    /// Its place in the chain, from 1.
    pub number: i64,
    /// What it tells.
    pub kind: AuditKind,
    /// When, UTC, to the millisecond.
    pub at: DateTime<Utc>,
    /// The code of the organisation that asked; empty where none did, as are the texts that follow.
    pub organisation: String,
    /// The client that asked for it.
    pub client: String,
    /// The purpose.
    pub purpose: String,
    /// The tier of the answer.
    pub tier: String,
    /// What the table was of.
    pub dataset: String,
    /// The canonical question; of a witness the chain, the entry and its hash.
    pub question: String,
    /// The number of the release it was answered from.
    pub release: i64,
    /// How many cells the answer had.
    pub cells: i64,
    /// How many tabulations were on its bill.
    pub tabulations: i64,
    /// How many times it was answered.
    pub times: i64,
    /// What was changed, e.g. `agreement.granted`; empty of every other kind, as are the texts that follow.
    pub change: String,
    /// Which object was changed.
    pub object: String,
    /// What is to be known of it beside that.
    pub detail: String,
    /// The codes of the organisations that it concerns, each between two ends of lines.
    pub concerns: String,
    /// The hash over the entry and the hash before it, hexadecimal; empty of one in a group.
    pub hash: String,
}

impl AuditEntry {
    /// An entry that tells of no question, not yet in a chain.
    pub fn bare(kind: AuditKind, at: DateTime<Utc>, text: String) -> Self {
        Self {
            chain: String::new(),
            number: 0,
            kind,
            at: DateTime::from_timestamp_millis(at.timestamp_millis()).unwrap_or(at),
            organisation: String::new(),
            client: String::new(),
            purpose: String::new(),
            tier: String::new(),
            dataset: String::new(),
            question: text,
            release: 0,
            cells: 0,
            tabulations: 0,
            times: 0,
            change: String::new(),
            object: String::new(),
            detail: String::new(),
            concerns: String::new(),
            hash: String::new(),
        }
    }

    /// An entry that tells of a change, not yet in a chain.
    pub fn of_change(change: &RecordedChange, by: &ChangeAuthor, at: DateTime<Utc>) -> Self {
        let concerns = match change.concerns.as_slice() {
            [] => String::new(),
            codes => format!("\n{}\n", codes.join("\n")),
        };
        Self {
            organisation: by.organisation.clone(),
            client: by.client.clone(),
            change: change.kind.as_str().to_owned(),
            object: change.object.clone(),
            detail: change.detail.clone(),
            concerns,
            ..Self::bare(AuditKind::Change, at, String::new())
        }
    }

    /// The codes of the organisations that a change concerns beside the one that made it.
    pub fn concerned(&self) -> impl Iterator<Item = &str> {
        self.concerns.split('\n').filter(|code| !code.is_empty())
    }

    /// The hash that it must have after the one before it; empty before the first.
    pub fn link(&self, key: &[u8; 32], before: &str) -> String {
        let numbers = [self.number, self.at.timestamp_millis(), self.release, self.cells, self.tabulations, self.times];
        let mut mac = mac(key, "entry");
        let texts = [
            before,
            &self.chain,
            self.kind.as_str(),
            &self.organisation,
            &self.client,
            &self.purpose,
            &self.tier,
            &self.dataset,
            &self.question,
        ];
        for text in texts {
            update(&mut mac, text);
        }
        for number in numbers {
            mac.update(&number.to_be_bytes());
        }
        // An entry without any of these is hashed as before there were changes in the audit.
        let changed = [&self.change, &self.object, &self.detail, &self.concerns];
        if changed.iter().any(|text| !text.is_empty()) {
            changed.iter().for_each(|text| update(&mut mac, text));
        }
        hex::encode(mac.finalize().into_bytes())
    }
}

/// How far a chain was cut, its first entries being past their time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditCut {
    /// The last entry that was dropped; 0 for none.
    pub number: i64,
    /// Its hash.
    pub hash: String,
    /// What shows that the service dropped it.
    pub seal: String,
}

impl AuditCut {
    /// What shows that the service cut a chain after an entry.
    pub fn seal(key: &[u8; 32], chain: &str, number: i64, hash: &str) -> String {
        let mut mac = mac(key, "cut");
        for text in [chain, &number.to_string(), hash] {
            update(&mut mac, text);
        }
        hex::encode(mac.finalize().into_bytes())
    }
}

/// A chain, without its entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditChain {
    /// What tells it from every other.
    pub chain: String,
    /// How far it was cut.
    pub cut: AuditCut,
}

/// The end of a chain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditHead {
    /// The chain.
    pub chain: String,
    /// The place of its last entry.
    pub number: i64,
    /// The hash of its last link.
    pub hash: String,
}

/// One question of the audit with everything that was told of it, for whoever sums up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditSum {
    /// The code of the organisation that asked.
    pub organisation: String,
    /// The purpose.
    pub purpose: String,
    /// The tier of the answer.
    pub tier: String,
    /// What the table was of.
    pub dataset: String,
    /// The canonical question.
    pub question: String,
    /// The most tabulations that were on its bill.
    pub tabulations: i64,
    /// How many times it was answered.
    pub times: i64,
    /// When it was answered first, UTC.
    pub first: DateTime<Utc>,
    /// When it was answered last, UTC.
    pub last: DateTime<Utc>,
}

impl From<AuditEntry> for AuditSum {
    fn from(entry: AuditEntry) -> Self {
        let AuditEntry { organisation, purpose, tier, dataset, question, tabulations, times, at, .. } = entry;
        Self { organisation, purpose, tier, dataset, question, tabulations, times, first: at, last: at }
    }
}

pub(super) fn mac(key: &[u8; 32], label: &str) -> Hmac<Sha256> {
    let mut block = [0_u8; 64];
    block[..32].copy_from_slice(key);
    let mut mac = <Hmac<Sha256> as KeyInit>::new((&block).into());
    update(&mut mac, label);
    mac
}

/// With its length before it, so that no two texts run into each other.
pub(super) fn update(mac: &mut Hmac<Sha256>, text: &str) {
    mac.update(&(text.len() as u64).to_be_bytes());
    mac.update(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_changed_in_an_entry_changes_its_link() {
        let key = [7; 32];
        let at = "2026-11-24T10:00:00.123456Z".parse().unwrap();
        let entry = AuditEntry {
            number: 3,
            organisation: "LEP".into(),
            client: "c".into(),
            purpose: "p".into(),
            tier: "regional".into(),
            dataset: "outcomes".into(),
            release: 1,
            cells: 8,
            tabulations: 1,
            times: 1,
            ..AuditEntry::bare(AuditKind::Question, at, "q".into())
        };
        let link = entry.link(&key, "before");
        assert_eq!(link, entry.clone().link(&key, "before"));
        assert_eq!(entry.at.timestamp_subsec_micros(), 123_000, "as it comes back from any database");
        let text = |change: fn(&mut AuditEntry)| {
            let mut changed = entry.clone();
            change(&mut changed);
            changed.link(&key, "before")
        };
        for changed in [
            entry.link(&[8; 32], "before"),
            entry.link(&key, "other"),
            text(|entry| entry.chain = "x".into()),
            text(|entry| entry.number = 4),
            text(|entry| entry.kind = AuditKind::Repeat),
            text(|entry| entry.at += chrono::TimeDelta::milliseconds(1)),
            text(|entry| entry.organisation = "LE".into()),
            text(|entry| (entry.organisation, entry.client) = ("LEPc".into(), String::new())),
            text(|entry| entry.purpose = "r".into()),
            text(|entry| entry.tier = "own".into()),
            text(|entry| entry.dataset = "destinations".into()),
            text(|entry| entry.question = "r".into()),
            text(|entry| entry.release = 2),
            text(|entry| entry.cells = 9),
            text(|entry| entry.tabulations = 0),
            text(|entry| entry.times = 2),
            text(|entry| entry.change = "x".into()),
            text(|entry| entry.object = "x".into()),
            text(|entry| entry.detail = "x".into()),
            text(|entry| entry.concerns = "x".into()),
        ] {
            assert_ne!(changed, link);
        }
    }

    #[test]
    fn what_was_hashed_before_changes_were_recorded_is_hashed_the_same() {
        let at = "2026-11-24T10:00:00Z".parse().unwrap();
        let entry = AuditEntry { number: 1, ..AuditEntry::bare(AuditKind::Start, at, String::new()) };
        let before = "88772a8459c84ce85ee16239780ed56574d06023f84294d537ee7eb2cb73aaf6";
        assert_eq!(entry.link(&[7; 32], ""), before);
    }
}
