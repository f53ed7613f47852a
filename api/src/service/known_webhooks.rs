//! What a process knows of webhooks: which it is telling something, and what it has noticed.

use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use chrono::NaiveDate;

use crate::{domain::Webhook, outbound::Reach};

/// How many messages one replica delivers at once, each to another webhook.
const AT_ONCE: usize = 64;

/// How many of them to one organisation: receivers that are slow keep nobody else waiting.
const AT_ONCE_TO_ONE: usize = 4;

/// What this process knows of webhooks.
#[derive(Default)]
pub(super) struct KnownWebhooks {
    /// Those that something is being delivered to, by their keys, with the codes of their organisations.
    busy: Mutex<HashMap<i64, String>>,
    /// What stood in the database when everything was noticed.
    noticed: Mutex<Option<Noticed>>,
    /// Whether they may be on this machine.
    pub(super) this_machine: AtomicBool,
}

/// What changes whenever something happens that webhooks are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Noticed {
    pub(super) webhooks: Vec<i64>,
    pub(super) generation: u64,
    pub(super) newest_submission: i64,
    pub(super) day: NaiveDate,
}

/// Frees a webhook for the next message to it.
pub(super) struct Free<'a>(pub(super) &'a KnownWebhooks, pub(super) i64);

impl Drop for Free<'_> {
    fn drop(&mut self) {
        self.0.busy().remove(&self.1);
    }
}

impl KnownWebhooks {
    /// Where webhooks may be: nobody is sent around in a network inside.
    pub(super) fn reach(&self) -> Reach {
        if self.this_machine.load(Ordering::Relaxed) { Reach::PublicOrThisMachine } else { Reach::Public }
    }

    /// The webhooks that may be told something now, by key, and how many at once.
    pub(super) fn free(&self, webhooks: &[Webhook]) -> (Vec<i64>, usize) {
        let busy = self.busy();
        let free = webhooks.iter().filter(|webhook| may_take(&busy, webhook)).map(|webhook| webhook.id);
        (free.collect(), AT_ONCE.saturating_sub(busy.len()))
    }

    /// Notes that a webhook is being told something. False where it is not its turn.
    pub(super) fn take(&self, webhook: &Webhook) -> bool {
        let mut busy = self.busy();
        let may = may_take(&busy, webhook);
        if may {
            busy.insert(webhook.id, webhook.organisation.clone());
        }
        may
    }

    // Nothing is left half done under the locks, so a panic elsewhere spoils nothing.
    fn busy(&self) -> MutexGuard<'_, HashMap<i64, String>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn noticed(&self) -> MutexGuard<'_, Option<Noticed>> {
        self.noticed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn may_take(busy: &HashMap<i64, String>, webhook: &Webhook) -> bool {
    let own = busy.values().filter(|organisation| **organisation == webhook.organisation).count();
    !busy.contains_key(&webhook.id) && own < AT_ONCE_TO_ONE
}
