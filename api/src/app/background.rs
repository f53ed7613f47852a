//! What a service does beside answering, again and again.

use std::{mem, sync::Arc, time::Duration};

use tokio::time::{Interval, MissedTickBehavior, interval};

use crate::{
    http,
    service::{Authority, Exchange},
};

/// How often a replica looks for a new release and for changed agreements.
const REFRESH: Duration = Duration::from_secs(1);

/// How often entries of the audit are looked for whose time is over.
const CUT: Duration = Duration::from_hours(1);

/// How often it is forgotten who has asked nothing of late.
const SWEEP: Duration = Duration::from_secs(10);

/// Ticks so far apart, and after a late one not sooner.
fn every(apart: Duration) -> Interval {
    let mut ticks = interval(apart);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// Keeps the view fresh: a release published elsewhere, an agreement added or ended.
pub(super) async fn follow(exchange: Arc<Exchange>) {
    let mut ticks = every(REFRESH);
    let mut failing = false;
    loop {
        ticks.tick().await;
        match exchange.refresh().await {
            Ok(()) => {
                if mem::replace(&mut failing, false) {
                    tracing::info!("the database answers again");
                }
            }
            Err(error) => {
                if !mem::replace(&mut failing, true) {
                    let cause = format!("{:#}", anyhow::Error::from(error));
                    tracing::warn!(cause, "cannot refresh; serving what is loaded");
                }
            }
        }
    }
}

/// Keeps keys, revocations and other issuers fresh, also while a large release is being loaded. Where the database is away, [`follow`] tells.
pub(super) async fn follow_trust(exchange: Arc<Exchange>) {
    let mut ticks = every(REFRESH);
    loop {
        ticks.tick().await;
        exchange.refresh_issuer_keys();
        if let Err(error) = exchange.refresh_trust().await {
            tracing::debug!(?error, "cannot read keys and revocations; what is known stays in force");
        }
    }
}

/// Makes the standard tables of each release that is served, while agreements that end meanwhile are seen by [`follow`].
pub(super) async fn make_books(exchange: Arc<Exchange>) {
    let mut ticks = every(REFRESH);
    loop {
        ticks.tick().await;
        if let Err(error) = exchange.make_books().await {
            tracing::error!(?error, "the standard tables are counted for each question");
        }
    }
}

/// Tells webhooks what happened. Where the database is away, [`follow`] tells.
pub(super) async fn tell_webhooks(exchange: Arc<Exchange>) {
    let mut ticks = every(REFRESH);
    loop {
        ticks.tick().await;
        if let Err(error) = exchange.tell_webhooks().await {
            tracing::debug!(?error, "webhooks were not told; they are in a moment");
        }
    }
}

/// Forgets addresses and organisations that have asked nothing of late.
pub(super) async fn sweep(state: http::State) {
    let mut ticks = every(SWEEP);
    loop {
        ticks.tick().await;
        state.sweep();
    }
}

/// Drops entries of the audit whose time is over, where they have one.
pub(super) async fn cut_audit(exchange: Arc<Exchange>, days: u16) {
    if days == 0 {
        return;
    }
    let mut ticks = every(CUT);
    loop {
        ticks.tick().await;
        match exchange.operator(Authority::of_the_operator()).cut_audit(days).await {
            Ok(0) => {}
            Ok(dropped) => tracing::info!(dropped, days, "dropped entries of the audit whose time was over"),
            Err(error) => tracing::warn!(%error, "the audit was not cut; the next hour tries again"),
        }
    }
}
