//! The words of the contract, as files write them.

use disclosure::{Bound, CellStatus, HiddenReason, Tier};

use crate::domain::{Comparability, OfficialStatus};

pub(super) fn status(status: CellStatus) -> &'static str {
    match status {
        CellStatus::Ok => "OK",
        CellStatus::Unreliable => "UNRELIABLE",
        CellStatus::Confidential => "CONFIDENTIAL",
        CellStatus::NotApplicable => "NOT_APPLICABLE",
        CellStatus::NotAvailable => "NOT_AVAILABLE",
        CellStatus::RoundsToZero => "ROUNDS_TO_ZERO",
    }
}

pub(super) fn reason(reason: HiddenReason) -> &'static str {
    match reason {
        HiddenReason::SmallGroup => "SMALL_GROUP",
        HiddenReason::Dominance => "DOMINANCE",
        HiddenReason::LowEffect => "LOW_EFFECT",
        HiddenReason::Budget => "BUDGET",
        HiddenReason::Policy => "POLICY",
        HiddenReason::NotCollected => "NOT_COLLECTED",
        HiddenReason::NoCounterpart => "NO_COUNTERPART",
    }
}

pub(super) fn bound(bound: Bound) -> &'static str {
    match bound {
        Bound::AtMost => "AT_MOST",
        Bound::AtLeast => "AT_LEAST",
    }
}

pub(super) fn comparability(comparability: Comparability) -> &'static str {
    match comparability {
        Comparability::Exact => "EXACT",
        Comparability::Close => "CLOSE",
        Comparability::Broad => "BROAD",
        Comparability::Narrow => "NARROW",
        Comparability::Mixed => "MIXED",
    }
}

pub(super) fn tier(tier: Tier) -> &'static str {
    match tier {
        Tier::Own => "OWN",
        Tier::Regional => "REGIONAL",
        Tier::International => "INTERNATIONAL",
    }
}

pub(super) fn official_status(status: OfficialStatus) -> &'static str {
    match status {
        OfficialStatus::Published => "PUBLISHED",
        OfficialStatus::Text => "TEXT",
        OfficialStatus::Confidential => "CONFIDENTIAL",
        OfficialStatus::NotApplicable => "NOT_APPLICABLE",
        OfficialStatus::NotAvailable => "NOT_AVAILABLE",
        OfficialStatus::Low => "LOW",
        OfficialStatus::Unreliable => "UNRELIABLE",
    }
}
