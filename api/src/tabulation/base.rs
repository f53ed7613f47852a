//! Which release a cell speaks for. A correction shows only together with enough others.
//!
//! # Guarantee
//!
//! The noise of a cell hangs on its set of institutions, so two releases with the same set and one corrected figure would
//! differ by exactly that correction. Therefore what a cell shows at a release R is what its *base* holds: R itself where at
//! least k institutions of the cell changed since the base at the release before and R may be shown, or where that base could
//! not be; else that earlier base. k is the tier's fewest institutions. Between two releases a cell shows all of at least k
//! changes or none, every release keeps the figures it was published with, and what was shown once stays shown.
//!
//! What a change is, and what may be shown, each dataset says where it implements [`Versions`]: on public things alone.
//!
//! k changes may still be one that the asker does not know. Therefore the base enters the noise: at another base, all but the
//! layer that hangs on the cell's name (25 % of the variance) is drawn anew, and the difference between two bases carries noise
//! of √1.5·σ however few of its changes are unknown. A cell's first base is drawn as if there were no other.
//!
//! What a release shows of a period changes with the period's editions alone, of which there are three at most
//! ([`Editions`](crate::domain::Editions)): so a cell has three bases at most, whoever hands in when and how often.
//!
//! Nor may changes be the asker's own: with nine of its own, the tenth would be one. What an organisation handed in itself it knows,
//! so of the bases of a cell it is shown those that differ by k changes of others ([`Bases::of_insider`]).
//!
//! What an organisation handed in itself is its own: at [`Tier::Own`](disclosure::Tier::Own) every cell speaks for the release
//! asked for.

use std::sync::Arc;

/// What releases show of one cell, gone through one after the other.
pub trait Versions {
    /// Goes on to what a release shows.
    fn advance(&mut self, release: u32);

    /// Whether what is shown now may be shown at all.
    fn may_be_shown(&mut self) -> bool;

    /// Whether as many institutions differ from the base as the tier demands.
    fn has_changed(&mut self) -> bool;

    /// What is shown now becomes the base.
    fn freeze(&mut self);
}

/// The release that a cell speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Base {
    /// Its number.
    pub release: u32,
    /// How many bases of the cell were shown before.
    pub revision: u8,
}

/// The bases of a cell one after the other, the last one for those who know none of its changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bases {
    first: FrozenBase,
    later: Vec<FrozenBase>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FrozenBase {
    base: Base,
    is_shown: bool,
}

/// The bases of a cell, `first` being the first release that holds it and `releases` those in which anything of it changed,
/// ascending.
pub fn frozen_bases(first: u32, releases: impl IntoIterator<Item = u32>, versions: &mut impl Versions) -> Bases {
    let first = FrozenBase { base: Base { release: first, revision: 0 }, is_shown: versions.may_be_shown() };
    let mut bases = Bases { first, later: Vec::new() };
    let mut current = first;
    for release in releases {
        versions.advance(release);
        if !current.is_shown || versions.has_changed() {
            let may_be_shown = versions.may_be_shown();
            if may_be_shown || !current.is_shown {
                let revision = current.base.revision.saturating_add(u8::from(current.is_shown));
                current = FrozenBase { base: Base { release, revision }, is_shown: may_be_shown };
                bases.later.push(current);
                versions.freeze();
            }
        }
    }
    bases
}

impl Bases {
    /// The base for whoever knows none of the changes.
    pub fn last(&self) -> Base {
        self.later.last().unwrap_or(&self.first).base
    }

    /// The base for an organisation that knows what it handed in itself: the last of these that differs from the one it was
    /// shown before by enough of what others handed in, as `differ` says of two releases. It is one that others are shown too,
    /// so its noise is no other noise.
    pub fn of_insider(&self, mut differ: impl FnMut(u32, u32) -> bool) -> Base {
        let mut shown = self.first;
        for next in &self.later {
            if !shown.is_shown || differ(shown.base.release, next.base.release) {
                shown = *next;
            }
        }
        shown.base
    }
}

/// A base, where it is a later release than the first that it could be.
pub fn later(base: Base, first: u32) -> Option<Base> {
    Some(base).filter(|base| base.release > first)
}

/// A period, or another name that noise hangs on, with the later base that it is as of.
pub fn at_base(name: &Arc<str>, base: Option<Base>) -> Arc<str> {
    base.map_or_else(|| name.clone(), |base| format!("{name}@{}", base.release).into())
}
