//! What a data protection officer needs to know of an installation, counted where it stands.

use crate::domain::Directory;

use super::{Error, Operator};

/// What is stored, about whom, why and for how long.
pub const STORED: [(&str, &str, &str, &str); 23] = [
    (
        "institution",
        "institutions, by pseudonym and scheme",
        "to link results of one institution over time",
        "until erased",
    ),
    (
        "result",
        "results of institutions: term, day, local authority, hub, public attributes",
        "aggregate statistics",
        "until erased",
    ),
    ("benchmark_score", "scores, 0 to 100", "aggregate statistics", "until erased"),
    (
        "destination_count",
        "numbers of students of a cohort, by where they went",
        "aggregate statistics",
        "until erased",
    ),
    (
        "roll_entry",
        "the roll: local authority, hub and public attributes of institutions",
        "checking what is handed in",
        "until erased",
    ),
    (
        "speaker",
        "which organisation speaks for which institution",
        "checking what is handed in",
        "until erased or handed over",
    ),
    (
        "submission",
        "what came in, from which organisation, when, its hash under the secret; why something was taken back, where said",
        "tracing where a result comes from",
        "for ever",
    ),
    (
        "requested_change",
        "changes that organisations asked for, with problems but no values",
        "telling what became of them",
        "7 days",
    ),
    (
        "register_entry",
        "registers: local authority, days and public attributes of institutions, by pseudonym; no names",
        "attributes of what is handed in",
        "until erased",
    ),
    (
        "institution_link",
        "pseudonyms that are about one institution",
        "linking results over a conversion",
        "until erased",
    ),
    ("release", "releases: number, day, note, checksum", "citing", "for ever"),
    (
        "audit_group",
        "questions that were answered: who, when, for what purpose, what; no answer",
        "accounting for use",
        "by `--audit-retention`, for ever without",
    ),
    (
        "audit_entry",
        "changes that were made, and questions that earlier versions answered: who, when, for what purpose or of what; no answer, no \
         secret",
        "accounting for use",
        "by `--audit-retention`, for ever without",
    ),
    ("budget_entry", "which tabulations an organisation opened", "limiting what can be learned", "for ever"),
    ("organisation", "organisations: code, name, kind, area", "who takes part", "for ever"),
    ("kept_citation", "citations: what was asked, under a digest; no answer", "finding a table again", "for ever"),
    (
        "saved_question",
        "questions that organisations saved under a name",
        "asking again",
        "until the organisation deletes it",
    ),
    (
        "issuer_client",
        "programs that other issuers vouch for: their issuer, identifier and rights",
        "access",
        "for ever, ended ones too",
    ),
    (
        "api_client",
        "programs that get tokens, with hashed secrets or public keys",
        "access",
        "for ever, ended ones too",
    ),
    (
        "webhook",
        "addresses that organisations are told at, with sealed secrets",
        "telling organisations what happened",
        "until the organisation removes it",
    ),
    (
        "webhook_delivery",
        "messages to these: what happened, a number, what became of it; no figure",
        "telling organisations what happened",
        "30 days",
    ),
    (
        "official_row",
        "official figures by area, as published; of no institution",
        "standing beside outcomes",
        "until the operator removes it",
    ),
    ("erasure", "erasures: how much, not whose", "accounting for erasure", "for ever"),
];

/// What an officer needs to know.
#[derive(Debug)]
pub struct ProtectionFacts {
    /// The rows of each of [`STORED`], in that order.
    pub rows: Vec<i64>,
    /// Institutions by scheme.
    pub schemes: Vec<(String, i64)>,
    /// Results by version of the terms.
    pub terms: Vec<(String, i64)>,
    /// Organisations and agreements.
    pub directory: Directory,
    /// What the secret is told from others by.
    pub fingerprint: String,
    /// How many releases there are, and the first and last of those that erasures closed.
    pub closed: Vec<(i64, i64)>,
}

impl Operator<'_> {
    /// Counts what is stored.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn protection_facts(&self) -> Result<ProtectionFacts, Error> {
        let store = self.0.store();
        let mut rows = Vec::new();
        for (table, ..) in STORED {
            rows.push(store.rows_of(table).await?);
        }
        Ok(ProtectionFacts {
            rows,
            schemes: store.schemes().await?,
            terms: store.terms().await?,
            directory: store.directory().await?,
            fingerprint: self.0.secret().fingerprint(),
            closed: store.closed_releases().await?,
        })
    }
}
