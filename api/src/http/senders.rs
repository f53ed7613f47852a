//! Who sends, and how much of what all share one of them may hold at once.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::http::Extensions;

use crate::{auth::Viewer, service::Spender};

/// The address at the other end of a connection, among the extensions of a request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub(super) IpAddr);

/// Whose load it is: an organisation's where a token says so, else an address's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Sender {
    /// Nobody known, at an address; a proxy's where there is one.
    Address(IpAddr),
    /// An organisation with a valid token.
    Organisation(String),
}

impl Sender {
    /// The sender of a request.
    pub(super) fn of(viewer: &Viewer, extensions: &Extensions) -> Self {
        match viewer {
            Viewer::Partner(partner) => Self::Organisation(partner.organisation().to_owned()),
            Viewer::Anonymous => {
                Self::Address(extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0))
            }
        }
    }
}

impl From<Sender> for Spender {
    fn from(sender: Sender) -> Self {
        match sender {
            Sender::Address(address) => Self::Address(address),
            Sender::Organisation(code) => Self::Organisation(code),
        }
    }
}

/// What those of one kind share, known or not: neither kind can use up what is the other's.
pub(super) struct Shares {
    /// Requests that are worked on.
    pub(super) permits: Arc<Bound>,
    /// Bytes of bodies that arrive or are worked on.
    pub(super) bodies: Arc<Bound>,
    /// Bytes of answers that have not been taken yet.
    pub(super) answers: Arc<Bound>,
}

impl Shares {
    /// Of those without a token.
    pub(super) fn anonymous() -> Self {
        Self {
            permits: Bound::new(128, 128),
            bodies: Bound::new(8 << 20, 4 << 20),
            answers: Bound::new(32 << 20, 16 << 20),
        }
    }

    /// Of those who ask for one: small questions, each of which may take some tens of milliseconds of another thread.
    pub(super) fn clients() -> Self {
        Self {
            permits: Bound::new(64, 64),
            bodies: Bound::new(2 << 20, 1 << 20),
            answers: Bound::new(2 << 20, 2 << 20),
        }
    }

    /// Of those with a valid one.
    pub(super) fn partners() -> Self {
        Self {
            permits: Bound::new(384, 192),
            bodies: Bound::new(32 << 20, 8 << 20),
            answers: Bound::new(96 << 20, 48 << 20),
        }
    }
}

/// A bound on what all hold together, and on what each of them holds.
pub(super) struct Bound {
    all: usize,
    each: usize,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    all: usize,
    each: HashMap<Sender, usize>,
}

/// Which bound is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Full {
    /// The sender's own.
    Own,
    /// That of all together.
    All,
}

/// What one request holds; given back when it is dropped.
pub(super) struct Hold {
    bound: Arc<Bound>,
    sender: Sender,
    amount: usize,
}

impl Bound {
    pub(super) fn new(all: usize, each: usize) -> Arc<Self> {
        Arc::new(Self { all, each, held: Mutex::default() })
    }

    /// Bytes of files that arrive, or wait to be read.
    pub(super) fn files() -> Arc<Self> {
        Self::new(144 << 20, 96 << 20)
    }

    /// WebSockets. Partners behind one proxy share its address.
    pub(super) fn sockets() -> Arc<Self> {
        Self::new(4_096, 1_024)
    }

    /// WebSockets and subscriptions of those with a token.
    pub(super) fn streams() -> Arc<Self> {
        Self::new(8_192, 128)
    }

    /// Takes an amount for a sender.
    ///
    /// # Errors
    /// Where a bound is reached: nothing is taken then.
    pub(super) fn take(self: &Arc<Self>, sender: &Sender, amount: usize) -> Result<Hold, Full> {
        let mut hold = Hold { bound: self.clone(), sender: sender.clone(), amount: 0 };
        hold.grow(amount)?;
        Ok(hold)
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        // Nothing is left half done under the lock, so a panic elsewhere spoils nothing.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hold {
    /// Takes more.
    ///
    /// # Errors
    /// Where a bound is reached: no more is taken then.
    pub(super) fn grow(&mut self, amount: usize) -> Result<(), Full> {
        let mut held = self.bound.held();
        let own = held.each.get(&self.sender).copied().unwrap_or(0) + amount;
        if own > self.bound.each {
            return Err(Full::Own);
        }
        if held.all + amount > self.bound.all {
            return Err(Full::All);
        }
        held.all += amount;
        if amount > 0 {
            held.each.insert(self.sender.clone(), own);
        }
        drop(held);
        self.amount += amount;
        Ok(())
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut held = self.bound.held();
        held.all -= self.amount;
        let left = held.each.get(&self.sender).map(|own| own - self.amount);
        match left {
            Some(0) => drop(held.each.remove(&self.sender)),
            Some(left) => drop(held.each.insert(self.sender.clone(), left)),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn organisation(code: &str) -> Sender {
        Sender::Organisation(code.to_owned())
    }

    #[test]
    fn nobody_holds_more_than_a_share_and_all_no_more_than_the_whole() {
        let bound = Bound::new(10, 6);
        let (a, b) = (organisation("A"), organisation("B"));
        let mut first = bound.take(&a, 4).unwrap();
        assert_eq!(first.grow(3), Err(Full::Own));
        first.grow(2).unwrap();
        assert_eq!(bound.take(&a, 1).err(), Some(Full::Own));
        let other = bound.take(&b, 4).unwrap();
        assert_eq!(bound.take(&b, 1).err(), Some(Full::All));
        drop(first);
        assert!(bound.take(&b, 2).is_ok());
        drop(other);
        assert!(bound.take(&a, 6).is_ok());
        assert!(bound.held().each.is_empty() && bound.held().all == 0, "nothing is left behind");
    }
}
