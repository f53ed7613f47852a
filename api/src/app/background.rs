//! What a service does beside answering, again and again.

use std::{mem, sync::Arc, time::Duration};

use tokio::{
    task::JoinSet,
    time::{Interval, MissedTickBehavior, interval, sleep},
};

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

/// After how long what stopped by a panic begins anew.
const BEGIN_ANEW: Duration = Duration::from_secs(1);

/// Begins all of it. It ends when what is given back is dropped.
pub(super) fn begin(exchange: &Arc<Exchange>, state: &http::State, audit_retention: u16) -> JoinSet<()> {
    let mut all = JoinSet::new();
    all.spawn(keep_up(exchange.clone(), follow));
    all.spawn(keep_up(exchange.clone(), follow_trust));
    all.spawn(keep_up(exchange.clone(), make_books));
    all.spawn(keep_up(exchange.clone(), tell_webhooks));
    all.spawn(keep_up(exchange.clone(), move |exchange| cut_audit(exchange, audit_retention)));
    all.spawn(keep_up(state.clone(), sweep));
    all
}

/// Does some work for as long as it goes on. Should it panic it begins anew: without [`follow`] and [`follow_trust`] an agreement that
/// ended and a token that was taken back would be answered for ever.
async fn keep_up<T: Clone, W: Future<Output = ()> + Send + 'static>(with: T, work: impl Fn(T) -> W) {
    let mut running = JoinSet::new();
    running.spawn(work(with.clone()));
    while let Some(Err(error)) = running.join_next().await {
        tracing::error!(%error, "what is done beside answering stopped; it begins anew");
        sleep(BEGIN_ANEW).await;
        running.spawn(work(with.clone()));
    }
}

/// Ticks so far apart, and after a late one not sooner.
fn every(apart: Duration) -> Interval {
    let mut ticks = interval(apart);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// Keeps the view fresh: a release published elsewhere, an agreement added or ended.
async fn follow(exchange: Arc<Exchange>) {
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
async fn follow_trust(exchange: Arc<Exchange>) {
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
async fn make_books(exchange: Arc<Exchange>) {
    let mut ticks = every(REFRESH);
    loop {
        ticks.tick().await;
        if let Err(error) = exchange.make_books().await {
            tracing::error!(?error, "the standard tables are counted for each question");
        }
    }
}

/// Tells webhooks what happened. Where the database is away, [`follow`] tells.
async fn tell_webhooks(exchange: Arc<Exchange>) {
    let mut ticks = every(REFRESH);
    loop {
        ticks.tick().await;
        if let Err(error) = exchange.tell_webhooks().await {
            tracing::debug!(?error, "webhooks were not told; they are in a moment");
        }
    }
}

/// Forgets addresses and organisations that have asked nothing of late.
async fn sweep(state: http::State) {
    let mut ticks = every(SWEEP);
    loop {
        ticks.tick().await;
        state.sweep();
    }
}

/// Drops entries of the audit whose time is over, where they have one.
async fn cut_audit(exchange: Arc<Exchange>, days: u16) {
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn what_panics_begins_anew_and_what_is_done_ends() {
        let begun = Arc::new(AtomicU32::new(0));
        let work = |begun: Arc<AtomicU32>| async move {
            assert!(begun.fetch_add(1, Ordering::Relaxed) > 0, "the first time it stops");
        };
        keep_up(begun.clone(), work).await;
        assert_eq!(begun.load(Ordering::Relaxed), 2);
    }
}
