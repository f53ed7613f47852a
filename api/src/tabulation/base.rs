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

/// The base of a cell, `first` being the first release that holds it and `releases` those in which anything of it changed,
/// ascending.
pub fn frozen_base(first: u32, releases: impl IntoIterator<Item = u32>, versions: &mut impl Versions) -> Base {
    let (mut base, mut is_shown) = (Base { release: first, revision: 0 }, versions.may_be_shown());
    for release in releases {
        versions.advance(release);
        if !is_shown || versions.has_changed() {
            let may_be_shown = versions.may_be_shown();
            if may_be_shown || !is_shown {
                base = Base { release, revision: base.revision.saturating_add(u8::from(is_shown)) };
                is_shown = may_be_shown;
                versions.freeze();
            }
        }
    }
    base
}

/// A base, where it is a later release than the first that it could be.
pub fn later(base: Base, first: u32) -> Option<Base> {
    Some(base).filter(|base| base.release > first)
}

/// A period, or another name that noise hangs on, with the later base that it is as of.
pub fn at_base(name: &Arc<str>, base: Option<Base>) -> Arc<str> {
    base.map_or_else(|| name.clone(), |base| format!("{name}@{}", base.release).into())
}
