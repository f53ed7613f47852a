//! A change as the audit tells it: what was changed, of which object, and whom that concerns. Never a secret, a score or a reason
//! in somebody's own words.

use chrono::{DateTime, Utc};

/// What was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// An organisation was added.
    OrganisationAdded,
    /// What an organisation is was changed.
    OrganisationChanged,
    /// An organisation ended.
    OrganisationEnded,
    /// An agreement was granted.
    AgreementGranted,
    /// An agreement took the place of another one.
    AgreementAmended,
    /// An agreement was ended.
    AgreementEnded,
    /// A client was made.
    ClientAdded,
    /// A client got another secret or key.
    ClientRotated,
    /// A client was ended for good.
    ClientRevoked,
    /// Tokens that were signed before were taken back.
    TokensRevoked,
    /// A webhook was added.
    WebhookAdded,
    /// A webhook got another secret.
    WebhookRotated,
    /// Messages to a webhook are sent again.
    WebhookResent,
    /// A webhook was removed.
    WebhookRemoved,
    /// An issuer was set up.
    IssuerAdded,
    /// How tokens of an issuer are read was changed.
    IssuerChanged,
    /// An issuer was ended.
    IssuerEnded,
    /// A client of an issuer was let in.
    IssuerClientAdmitted,
    /// A client of an issuer was let out again.
    IssuerClientRemoved,
    /// A key signs from now on.
    KeyRotated,
    /// A key was ended.
    KeyRetired,
    /// Results, or counts of destinations, were handed in.
    SubmissionAccepted,
    /// Some of what was handed in was taken back.
    SubmissionWithdrawn,
    /// A release was published.
    ReleasePublished,
    /// The roll was extended.
    RollExtended,
    /// Another organisation speaks for institutions.
    InstitutionsHandedOver,
    /// Data were erased.
    DataErased,
}

impl ChangeKind {
    /// Every kind.
    pub const ALL: [Self; 27] = [
        Self::OrganisationAdded,
        Self::OrganisationChanged,
        Self::OrganisationEnded,
        Self::AgreementGranted,
        Self::AgreementAmended,
        Self::AgreementEnded,
        Self::ClientAdded,
        Self::ClientRotated,
        Self::ClientRevoked,
        Self::TokensRevoked,
        Self::WebhookAdded,
        Self::WebhookRotated,
        Self::WebhookResent,
        Self::WebhookRemoved,
        Self::IssuerAdded,
        Self::IssuerChanged,
        Self::IssuerEnded,
        Self::IssuerClientAdmitted,
        Self::IssuerClientRemoved,
        Self::KeyRotated,
        Self::KeyRetired,
        Self::SubmissionAccepted,
        Self::SubmissionWithdrawn,
        Self::ReleasePublished,
        Self::RollExtended,
        Self::InstitutionsHandedOver,
        Self::DataErased,
    ];

    /// Its name, e.g. `agreement.granted`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OrganisationAdded => "organisation.added",
            Self::OrganisationChanged => "organisation.changed",
            Self::OrganisationEnded => "organisation.ended",
            Self::AgreementGranted => "agreement.granted",
            Self::AgreementAmended => "agreement.amended",
            Self::AgreementEnded => "agreement.ended",
            Self::ClientAdded => "client.added",
            Self::ClientRotated => "client.rotated",
            Self::ClientRevoked => "client.revoked",
            Self::TokensRevoked => "tokens.revoked",
            Self::WebhookAdded => "webhook.added",
            Self::WebhookRotated => "webhook.rotated",
            Self::WebhookResent => "webhook.resent",
            Self::WebhookRemoved => "webhook.removed",
            Self::IssuerAdded => "issuer.added",
            Self::IssuerChanged => "issuer.changed",
            Self::IssuerEnded => "issuer.ended",
            Self::IssuerClientAdmitted => "issuer_client.admitted",
            Self::IssuerClientRemoved => "issuer_client.removed",
            Self::KeyRotated => "signing_key.rotated",
            Self::KeyRetired => "signing_key.retired",
            Self::SubmissionAccepted => "submission.accepted",
            Self::SubmissionWithdrawn => "submission.withdrawn",
            Self::ReleasePublished => "release.published",
            Self::RollExtended => "roll.extended",
            Self::InstitutionsHandedOver => "institutions.handed_over",
            Self::DataErased => "data.erased",
        }
    }

    /// What whoever made it did, before the object in a sentence, e.g. `granted the agreement`.
    pub fn phrase(self) -> &'static str {
        match self {
            Self::OrganisationAdded => "added the organisation",
            Self::OrganisationChanged => "changed the organisation",
            Self::OrganisationEnded => "ended the organisation",
            Self::AgreementGranted => "granted the agreement",
            Self::AgreementAmended => "amended an agreement, now",
            Self::AgreementEnded => "ended the agreement",
            Self::ClientAdded => "added the client",
            Self::ClientRotated => "gave another secret or key to the client",
            Self::ClientRevoked => "revoked the client",
            Self::TokensRevoked => "took back tokens of",
            Self::WebhookAdded => "added the webhook",
            Self::WebhookRotated => "gave another secret to the webhook",
            Self::WebhookResent => "sent messages again to the webhook",
            Self::WebhookRemoved => "removed the webhook",
            Self::IssuerAdded => "set up the issuer",
            Self::IssuerChanged => "changed the issuer",
            Self::IssuerEnded => "ended the issuer",
            Self::IssuerClientAdmitted => "let in the client",
            Self::IssuerClientRemoved => "let out the client",
            Self::KeyRotated => "made the signing key",
            Self::KeyRetired => "retired the signing key",
            Self::SubmissionAccepted => "handed in the submission",
            Self::SubmissionWithdrawn => "took back data by the submission",
            Self::ReleasePublished => "published the release",
            Self::RollExtended => "extended the",
            Self::InstitutionsHandedOver => "handed institutions over to",
            Self::DataErased => "erased data of",
        }
    }
}

/// A change as the audit tells it. Who made it, and when, is told beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedChange {
    /// What was changed.
    pub kind: ChangeKind,
    /// Which object: its number, code or identifier, whichever it has.
    pub object: String,
    /// What is to be known of it beside that, in a few words; may be empty.
    pub detail: String,
    /// The codes of the organisations that it concerns beside the one that made it.
    pub concerns: Vec<String>,
}

impl RecordedChange {
    /// A change of an object that concerns nobody beside who made it.
    pub fn new(kind: ChangeKind, object: impl Into<String>) -> Self {
        Self { kind, object: object.into(), detail: String::new(), concerns: Vec::new() }
    }

    /// With a few words beside.
    #[must_use]
    pub fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }

    /// Concerning organisations, by their codes.
    #[must_use]
    pub fn concerning(mut self, codes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.concerns.extend(codes.into_iter().map(Into::into));
        self.concerns.sort_unstable();
        self.concerns.dedup();
        self
    }
}

/// Who made a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeAuthor {
    /// The code of the organisation; empty where the operator made it by command.
    pub organisation: String,
    /// The client that asked for it; empty where none did.
    pub client: String,
}

impl ChangeAuthor {
    /// What stands in the place of the client where the operator made a change by command. No client without an organisation is
    /// called so.
    pub const OPERATOR: &str = "operator";

    /// The operator, by command.
    pub fn operator() -> Self {
        Self { organisation: String::new(), client: Self::OPERATOR.to_owned() }
    }
}

/// A change as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeEntry {
    /// Its place in the chain of changes.
    pub number: i64,
    /// When, UTC.
    pub at: DateTime<Utc>,
    /// Who made it.
    pub by: ChangeAuthor,
    /// What was changed, e.g. `agreement.granted`.
    pub change: String,
    /// Which object.
    pub object: String,
    /// What is to be known of it beside that.
    pub detail: String,
}

impl ChangeEntry {
    /// All of it in a sentence, `name` being what the organisation that made it is called.
    pub fn statement(&self, name: Option<&str>) -> String {
        let who = match (name, self.by.client.as_str()) {
            (None, _) if self.by.organisation.is_empty() => "the operator".to_owned(),
            (name, "") => name.unwrap_or(&self.by.organisation).to_owned(),
            (name, client) => format!("{} (client {client})", name.unwrap_or(&self.by.organisation)),
        };
        let known = ChangeKind::ALL.into_iter().find(|kind| kind.as_str() == self.change);
        let did = known.map_or_else(|| format!("made a change `{}` of", self.change), |kind| kind.phrase().to_owned());
        let detail = if self.detail.is_empty() { String::new() } else { format!(": {}", self.detail) };
        format!("On {} {who} {did} {}{detail}.", self.at.format("%-d %B %Y at %H:%M UTC"), self.object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_in_a_sentence() {
        let entry = |organisation: &str, client: &str, change: &str| ChangeEntry {
            number: 2,
            at: "2026-11-26T09:14:00Z".parse().unwrap(),
            by: ChangeAuthor { organisation: organisation.into(), client: client.into() },
            change: change.into(),
            object: "12".into(),
            detail: "from 2027-01-01 on".into(),
        };
        let told = |entry: ChangeEntry, name| entry.statement(name);
        assert_eq!(
            told(entry("HUB", "c1", "agreement.ended"), Some("The hub")),
            "On 26 November 2026 at 09:14 UTC The hub (client c1) ended the agreement 12: from 2027-01-01 on."
        );
        assert!(told(entry("HUB", "", "agreement.ended"), None).contains(" HUB ended "));
        assert!(told(entry("", "operator", "agreement.ended"), None).contains(" the operator ended "));
        assert!(told(entry("HUB", "", "of.tomorrow"), None).contains("made a change `of.tomorrow` of 12"));
    }

    #[test]
    fn every_kind_has_a_name_of_its_own() {
        let names: std::collections::BTreeSet<&str> = ChangeKind::ALL.iter().map(|kind| kind.as_str()).collect();
        assert_eq!(names.len(), ChangeKind::ALL.len());
    }
}
