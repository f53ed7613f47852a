//! How much one organisation, or one address without a token, may ask for in a minute, in points: told, and refused before any work.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use governor::{
    Quota, RateLimiter,
    clock::{Clock, MonotonicClock},
    middleware::StateInformationMiddleware,
    state::keyed::HashMapStateStore,
};

use super::Error;

/// How much work of tables is a point: to count a cell is 10, and each of its fields is 1.
const WORK_PER_POINT: usize = 1_000;

/// What a request takes before anything is asked in it.
pub const REQUEST_POINTS: u32 = 1;

/// What the tables of a request take, in points: at least one.
pub(super) fn points(work: usize) -> u32 {
    u32::try_from(work.div_ceil(WORK_PER_POINT)).unwrap_or(u32::MAX).max(1)
}

/// Whose points they are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Spender {
    /// An organisation with a valid token.
    Organisation(String),
    /// Somebody at an address.
    Address(IpAddr),
}

impl Spender {
    /// The spender as it is counted: who has one address of version 6 has all of its network.
    fn counted(self) -> Self {
        match self {
            Self::Address(IpAddr::V6(address)) => {
                let [a, b, c, d, ..] = address.segments();
                Self::Address(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into())
            }
            other => other,
        }
    }
}

type Limiter<C> = RateLimiter<Spender, HashMapStateStore<Spender>, C, StateInformationMiddleware>;

/// What organisations and addresses may spend. Each process counts by itself.
pub struct Rates<C: Clock = MonotonicClock> {
    organisations: Option<Metered<C>>,
    addresses: Option<Metered<C>>,
    clock: C,
}

/// A minute's points, and who spent how many.
type Metered<C> = (NonZeroU32, Limiter<C>);

impl Rates {
    /// So many points a minute for each organisation, and for each address; none for any number.
    pub fn new(organisation: Option<NonZeroU32>, address: Option<NonZeroU32>) -> Self {
        Self::by(organisation, address, MonotonicClock)
    }
}

impl<C: Clock + Clone> Rates<C> {
    fn by(organisation: Option<NonZeroU32>, address: Option<NonZeroU32>, clock: C) -> Self {
        // A minute's points can be spent at once.
        let limiter = |points: NonZeroU32| {
            (points, RateLimiter::new(Quota::per_minute(points), HashMapStateStore::default(), clock.clone()))
        };
        Self { organisations: organisation.map(limiter), addresses: address.map(limiter), clock }
    }
}

impl<C: Clock> Rates<C> {
    /// Forgets who has spent nothing of late.
    pub fn sweep(&self) {
        for (_, limiter) in [&self.organisations, &self.addresses].into_iter().flatten() {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }

    fn of(&self, spender: &Spender) -> Option<&Metered<C>> {
        match spender {
            Spender::Organisation(_) => self.organisations.as_ref(),
            Spender::Address(_) => self.addresses.as_ref(),
        }
    }
}

/// What one request spends, of its spender's points. Cheap to clone.
#[derive(Clone)]
pub struct Purse<C: Clock = MonotonicClock>(Arc<Spending<C>>);

struct Spending<C: Clock> {
    rates: Arc<Rates<C>>,
    spender: Spender,
    left: AtomicU32,
    wait: AtomicU32,
}

/// How a spender stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// How many points a minute has.
    pub quota: u32,
    /// How many are left.
    pub left: u32,
    /// In how many seconds all of them are there again.
    pub full_in: u32,
}

impl<C: Clock> Purse<C> {
    /// Of a spender.
    pub fn of(rates: Arc<Rates<C>>, spender: Spender) -> Self {
        let spender = spender.counted();
        Self(Arc::new(Spending { rates, spender, left: AtomicU32::new(u32::MAX), wait: AtomicU32::new(0) }))
    }

    /// Spends points.
    ///
    /// # Errors
    /// [`Error::TooMany`] where fewer are left: none is spent then.
    pub fn spend(&self, points: u32) -> Result<(), Error> {
        let Spending { rates, spender, left, wait } = &*self.0;
        let Some((quota, limiter)) = rates.of(spender) else { return Ok(()) };
        // What is more than a minute's points takes all of them.
        let Some(asked) = NonZeroU32::new(points).map(|points| points.min(*quota)) else { return Ok(()) };
        match limiter.check_key_n(spender, asked) {
            Ok(Ok(state)) => {
                left.store(state.remaining_burst_capacity(), Ordering::Relaxed);
                Ok(())
            }
            Ok(Err(until)) => {
                let time = until.wait_time_from(rates.clock.now());
                let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
                let seconds = u32::try_from(seconds).unwrap_or(u32::MAX).max(1);
                wait.fetch_max(seconds, Ordering::Relaxed);
                Err(Error::TooMany(format!(
                    "this takes {asked} of the {quota} points of a minute, and fewer are left; try again in {seconds} s, or ask for less"
                )))
            }
            // More than a minute has, which was excluded.
            Err(_) => Ok(()),
        }
    }

    /// How many points a minute has; none where there is no limit.
    pub fn quota(&self) -> Option<u32> {
        self.0.rates.of(&self.0.spender).map(|(quota, _)| quota.get())
    }

    /// How the spender stood when something was spent last; none where nothing was, or there is no limit.
    pub fn standing(&self) -> Option<Standing> {
        let (quota, left) = (self.quota()?, self.0.left.load(Ordering::Relaxed));
        let spent = quota.checked_sub(left)?;
        let full_in = (u64::from(spent) * 60).div_ceil(quota.into());
        Some(Standing { quota, left, full_in: u32::try_from(full_in).unwrap_or(60) })
    }

    /// In how many seconds what was refused can be spent; none where nothing was.
    pub fn wait(&self) -> Option<u32> {
        Some(self.0.wait.load(Ordering::Relaxed)).filter(|wait| *wait > 0)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;

    use super::*;

    fn rates(points: u32) -> (Arc<Rates<FakeRelativeClock>>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        let points = NonZeroU32::new(points);
        (Arc::new(Rates::by(points, points, clock.clone())), clock)
    }

    fn organisation(code: &str) -> Spender {
        Spender::Organisation(code.to_owned())
    }

    #[test]
    fn a_minute_has_so_many_points_for_each_and_they_come_back_evenly() {
        let (rates, clock) = rates(60);
        let purse = |code: &str| Purse::of(rates.clone(), organisation(code));
        let a = purse("A");
        assert_eq!((a.standing(), a.wait()), (None, None), "nothing is spent yet");
        a.spend(40).unwrap();
        assert_eq!(a.standing(), Some(Standing { quota: 60, left: 20, full_in: 40 }));
        let refused = purse("A");
        let told = refused.spend(30).unwrap_err().to_string();
        assert!(told.starts_with("this takes 30 of the 60 points of a minute"), "{told}");
        assert_eq!(refused.wait(), Some(10));
        purse("A").spend(20).unwrap();
        purse("B").spend(60).unwrap();
        clock.advance(Duration::from_secs(10));
        assert!(purse("A").spend(11).is_err());
        purse("A").spend(10).unwrap();
    }

    #[test]
    fn what_takes_more_than_a_minute_has_is_answered_once_a_minute() {
        let (rates, clock) = rates(60);
        let purse = || Purse::of(rates.clone(), organisation("A"));
        purse().spend(1_000).unwrap();
        assert!(purse().spend(1).is_err() && purse().spend(1_000).is_err());
        clock.advance(Duration::from_mins(1));
        purse().spend(1_000).unwrap();
    }

    #[test]
    fn a_network_of_version_6_is_one_spender_and_who_spends_nothing_is_forgotten() {
        let (rates, clock) = rates(60);
        let from = |address: &str| Purse::of(rates.clone(), Spender::Address(address.parse().unwrap()));
        from("2001:db8:1:2::1").spend(60).unwrap();
        assert!(from("2001:db8:1:2:ffff::9").spend(1).is_err());
        from("2001:db8:1:3::1").spend(60).unwrap();
        from("192.0.2.1").spend(60).unwrap();
        from("192.0.2.2").spend(60).unwrap();
        let (_, limiter) = rates.addresses.as_ref().unwrap();
        assert_eq!(limiter.len(), 4);
        clock.advance(Duration::from_mins(2));
        rates.sweep();
        assert_eq!(limiter.len(), 0);
    }

    #[test]
    fn without_a_limit_nothing_is_counted() {
        let purse = Purse::of(Arc::new(Rates::new(None, None)), organisation("A"));
        purse.spend(u32::MAX).unwrap();
        assert_eq!((purse.quota(), purse.standing(), purse.wait()), (None, None, None));
    }

    #[test]
    fn work_is_reckoned_in_whole_points() {
        assert_eq!([0, 1, 1_000, 1_001, 1_000_000].map(points), [1, 1, 1, 2, 1_000]);
    }
}
