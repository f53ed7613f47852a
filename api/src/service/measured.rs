//! How long a table takes and what becomes of it, told to the operator. It tells nothing that hangs on who asks or for what.

use std::{sync::Arc, time::Instant};

use disclosure::HiddenReason;

use crate::{
    tabulation::{Bought, Dataset, PayError, Preview, Tabulation},
    telemetry::Telemetry,
};

use super::Reader;

/// A table or a preview that is under way. Where it is dropped before it came about, it was refused.
pub(super) struct Measured {
    telemetry: Arc<Telemetry>,
    kind: &'static str,
    dataset: &'static str,
    outcome: &'static str,
    started: Instant,
}

impl Reader {
    /// Begins to measure a kind of operation on a dataset.
    pub(super) fn measure<D: Dataset>(&self, kind: &'static str) -> Measured {
        let telemetry = self.exchange.telemetry().clone();
        Measured { telemetry, kind, dataset: D::NAME, outcome: "refused", started: Instant::now() }
    }
}

impl Measured {
    /// What became of the bill.
    pub(super) fn charged<D: Dataset>(&self, paid: Result<Bought<D>, PayError>) -> Result<Bought<D>, PayError> {
        match &paid {
            Ok(bought) if bought.charges() > 0 => self.telemetry.charged("charged"),
            Ok(_) | Err(PayError::UnknownOrganisation) => {}
            Err(PayError::Exhausted(_)) => self.telemetry.charged("exhausted"),
            Err(_) => self.telemetry.charged("failed"),
        }
        paid
    }

    /// The table came about.
    pub(super) fn table<D: Dataset>(mut self, table: Tabulation<D>) -> Tabulation<D> {
        let (published, hidden) = table.summary_of(usize::MAX);
        self.telemetry.published(self.dataset, published);
        for (reason, figures) in hidden {
            self.telemetry.hidden(self.dataset, word(reason), figures);
        }
        self.outcome = "answered";
        table
    }

    /// The preview came about.
    pub(super) fn preview<D: Dataset>(mut self, preview: Preview<D>) -> Preview<D> {
        self.outcome = "answered";
        preview
    }
}

impl Drop for Measured {
    fn drop(&mut self) {
        self.telemetry.operated(self.kind, self.dataset, self.outcome, self.started.elapsed());
    }
}

/// A reason as operators see it.
fn word(reason: HiddenReason) -> &'static str {
    match reason {
        HiddenReason::SmallGroup => "small_group",
        HiddenReason::Dominance => "dominance",
        HiddenReason::LowEffect => "low_effect",
        HiddenReason::Budget => "budget",
        HiddenReason::Policy => "policy",
        HiddenReason::NotCollected => "not_collected",
        HiddenReason::NoCounterpart => "no_counterpart",
    }
}
