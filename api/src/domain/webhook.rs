//! Webhooks: addresses of organisations that are told when something happens, and what they are told.

use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};

/// Something that a webhook may be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WebhookEvent {
    /// A release was published.
    ReleasePublished,
    /// An agreement that the organisation held or granted holds no longer.
    AgreementEnded,
    /// Something that the organisation handed in is stored.
    SubmissionAccepted,
    /// Somebody tries the webhook out.
    Test,
}

impl WebhookEvent {
    /// Those that a webhook is made for.
    pub const ALL: [Self; 3] = [Self::ReleasePublished, Self::AgreementEnded, Self::SubmissionAccepted];

    /// The event as it is called in a message, stored, and written on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReleasePublished => "release.published",
            Self::AgreementEnded => "agreement.ended",
            Self::SubmissionAccepted => "submission.accepted",
            Self::Test => "webhook.test",
        }
    }

    /// What the number in a message is of.
    pub fn subject(self) -> &'static str {
        match self {
            Self::ReleasePublished => "release",
            Self::AgreementEnded => "agreement",
            Self::SubmissionAccepted => "submission",
            Self::Test => "test",
        }
    }
}

impl FromStr for WebhookEvent {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|event| event.as_str() == text);
        found.ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            format!("expected one of {known}, found `{text}`")
        })
    }
}

/// An address of an organisation that is told when something happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// The key in the database.
    pub id: i64,
    /// What it is found by.
    pub identifier: String,
    /// The code of its organisation.
    pub organisation: String,
    /// Where it is.
    pub url: String,
    /// What it is told.
    pub events: Vec<WebhookEvent>,
    /// What its messages are signed with, sealed.
    pub secret: Vec<u8>,
    /// What they are signed with beside that, sealed, and until when, UTC.
    pub before: Option<(Vec<u8>, DateTime<Utc>)>,
    /// When it was made, UTC.
    pub made_at: DateTime<Utc>,
}

/// A message to a webhook that is to be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// The identifier of the message.
    pub message: String,
    /// The webhook, by its key.
    pub webhook: i64,
    /// What happened.
    pub event: WebhookEvent,
    /// To what it happened.
    pub subject: String,
    /// The body.
    pub payload: String,
    /// Until when whoever makes it has it in hand, if at all, UTC.
    pub claimed_until: Option<DateTime<Utc>>,
}

/// A message to a webhook, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The key in the database.
    pub id: i64,
    /// The identifier of the message.
    pub message: String,
    /// The webhook, by its key.
    pub webhook: i64,
    /// What happened, as it is called.
    pub event: String,
    /// The body.
    pub payload: String,
    /// When it was made, UTC.
    pub made_at: DateTime<Utc>,
    /// When it is tried next, UTC.
    pub due_at: DateTime<Utc>,
    /// How often it was tried.
    pub attempts: u32,
    /// How often it was tried before it was last sent again: its pauses begin anew then.
    pub attempts_before: u32,
    /// When it was taken, UTC.
    pub delivered_at: Option<DateTime<Utc>>,
    /// When it was given up, UTC.
    pub given_up_at: Option<DateTime<Utc>>,
    /// What came of the last attempt, in words.
    pub outcome: Option<String>,
}

/// What comes after an attempt that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Another one, then.
    At(DateTime<Utc>),
    /// None any more.
    Never,
}

/// How long is waited after each attempt that failed, seconds: some three days in all.
const PAUSES: [i64; 11] = [5, 30, 120, 600, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

impl Delivery {
    /// What comes after its last attempt failed. Many that failed at once do not come again at once: each waits up to a fifth longer,
    /// as its identifier has it. A try is not tried again.
    pub fn next(&self, now: DateTime<Utc>) -> Next {
        if self.event == WebhookEvent::Test.as_str() {
            return Next::Never;
        }
        let drawn = self.message.bytes().rev().take(2).fold(0, |sum, byte| sum * 16 + i64::from(byte % 16));
        let tried = self.attempts.saturating_sub(self.attempts_before);
        let pause = usize::try_from(tried).ok().and_then(|tried| PAUSES.get(tried.checked_sub(1)?));
        pause.map_or(Next::Never, |&pause| {
            Next::At(now + TimeDelta::milliseconds(pause * 1_000 + pause * 200 * drawn / 255))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(attempts: u32, message: &str) -> Delivery {
        Delivery {
            id: 1,
            message: message.into(),
            webhook: 1,
            event: "release.published".into(),
            payload: "{}".into(),
            made_at: begun(),
            due_at: begun(),
            attempts,
            attempts_before: 0,
            delivered_at: None,
            given_up_at: None,
            outcome: None,
        }
    }

    fn begun() -> DateTime<Utc> {
        "2026-11-24T10:00:00Z".parse().unwrap()
    }

    #[test]
    fn pauses_grow_to_a_day_and_end_after_some_three_days() {
        let (mut now, mut before, mut attempts) = (begun(), TimeDelta::zero(), 1);
        while let Next::At(next) = tried(attempts, "msg_p0").next(now) {
            assert!(next - now > before, "{attempts}");
            let Next::At(later) = tried(attempts, "msg_oo").next(now) else { panic!("{attempts}") };
            assert!(later > next && later - now <= (next - now) * 6 / 5, "{attempts}");
            before = next - now;
            now = next;
            attempts += 1;
        }
        assert_eq!(attempts, 12);
        assert!((now - begun()).num_hours() >= 72 && (now - begun()).num_hours() <= 90, "{}", now - begun());
        assert_eq!(tried(0, "msg_00").next(now), Next::Never);
        let again = Delivery { attempts_before: 12, ..tried(13, "msg_00") };
        assert_eq!(again.next(now), tried(1, "msg_00").next(now), "what is sent again is tried as at first");
        let test = Delivery { event: "webhook.test".into(), ..tried(1, "msg_00") };
        assert_eq!(test.next(now), Next::Never, "whoever tries it out sees what comes of it");
    }

    #[test]
    fn events_are_read_as_they_are_written() {
        for event in WebhookEvent::ALL {
            assert_eq!(event.as_str().parse(), Ok(event));
        }
        assert!("webhook.test".parse::<WebhookEvent>().is_err(), "nobody asks to be told of tests");
    }
}
