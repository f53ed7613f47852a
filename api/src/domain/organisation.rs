//! Organisations and the agreements they hold.

use std::{fmt, str::FromStr};

use chrono::NaiveDate;
use disclosure::Tier;

use super::Dimension;

/// What an organisation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OrganisationKind {
    /// A careers hub.
    Hub,
    /// A Local Enterprise Partnership.
    Lep,
    /// A combined or local authority.
    Authority,
    /// A national body.
    National,
    /// A partner abroad.
    Partner,
}

impl OrganisationKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Hub, Self::Lep, Self::Authority, Self::National, Self::Partner];

    /// The kind as stored and as written on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hub => "hub",
            Self::Lep => "lep",
            Self::Authority => "authority",
            Self::National => "national",
            Self::Partner => "partner",
        }
    }
}

impl fmt::Display for OrganisationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for OrganisationKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| format!("expected one of hub, lep, authority, national, partner, found `{text}`"))
    }
}

/// A hub, LEP, authority, national body or partner abroad.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// The key in the database.
    pub id: i64,
    /// The code, e.g. `NE-LEP`.
    pub code: String,
    /// The name to show.
    pub name: String,
    /// What it is.
    pub kind: OrganisationKind,
    /// The code of the area it works in.
    pub area: String,
    /// The day on which it ended: since then it hands nothing in and asks nothing.
    pub ended_on: Option<NaiveDate>,
}

/// What an organisation is to be from now on; what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OrganisationChange {
    /// What it is.
    pub kind: Option<OrganisationKind>,
    /// The name to show.
    pub name: Option<String>,
    /// The code of the area it works in.
    pub area: Option<String>,
}

/// What a provider allows a consumer: which area, how protected, for which purposes, over which dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// The key in the database.
    pub id: i64,
    /// The code of the organisation that may ask.
    pub consumer: String,
    /// The code of the area it may ask about.
    pub area: String,
    /// How its answers are protected: [`Tier::Regional`] or [`Tier::International`].
    pub tier: Tier,
    /// What it may ask for, as named purposes.
    pub purposes: Vec<String>,
    /// The dimensions it may use; every one when absent.
    pub dimensions: Option<Vec<Dimension>>,
    /// The first day it holds.
    pub valid_from: NaiveDate,
    /// The last day it holds as agreed; open when absent.
    pub valid_until: Option<NaiveDate>,
    /// The day from which it no longer holds, whatever was agreed.
    pub ended_on: Option<NaiveDate>,
    /// The agreement that holds in its place from then on, by its key.
    pub replaced_by: Option<i64>,
    /// The code of the organisation that granted it; absent where the operator did for nobody.
    pub provider: Option<String>,
}

/// What is to be agreed in place of an agreement; what is absent stays as it was.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Amendment {
    /// The code of the area that may be asked about.
    pub area: Option<String>,
    /// How answers are protected.
    pub tier: Option<Tier>,
    /// What may be asked for.
    pub purposes: Option<Vec<String>>,
    /// The dimensions that may be used; every one where the inner is absent.
    pub dimensions: Option<Option<Vec<Dimension>>>,
    /// The last day; open where the inner is absent.
    pub valid_until: Option<Option<NaiveDate>>,
}

/// An agreement to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAgreement {
    /// The code of the organisation that may ask.
    pub consumer: String,
    /// The code of the area it may ask about.
    pub area: String,
    /// How its answers are protected.
    pub tier: Tier,
    /// What it may ask for.
    pub purposes: Vec<String>,
    /// The dimensions it may use; every one when absent.
    pub dimensions: Option<Vec<Dimension>>,
    /// The first day it holds.
    pub valid_from: NaiveDate,
    /// The last day it holds; open when absent.
    pub valid_until: Option<NaiveDate>,
}

impl Agreement {
    /// Whether it holds on a day.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.valid_from <= day && self.last_day().is_none_or(|until| day <= until)
    }

    /// The last day it holds: that agreed, or the one before it ended. Open when absent.
    pub fn last_day(&self) -> Option<NaiveDate> {
        let ended = self.ended_on.and_then(|ended| ended.pred_opt());
        self.valid_until.into_iter().chain(ended).min()
    }

    /// What holds in its place from a day on, once it is amended.
    #[must_use]
    pub fn amended(&self, amendment: &Amendment, from: NaiveDate) -> NewAgreement {
        let Amendment { area, tier, purposes, dimensions, valid_until } = amendment.clone();
        NewAgreement {
            consumer: self.consumer.clone(),
            area: area.unwrap_or_else(|| self.area.clone()),
            tier: tier.unwrap_or(self.tier),
            purposes: purposes.unwrap_or_else(|| self.purposes.clone()),
            dimensions: dimensions.unwrap_or_else(|| self.dimensions.clone()),
            valid_from: from.max(self.valid_from),
            // An end that is set already stays, unless another one is named.
            valid_until: valid_until.unwrap_or_else(|| self.last_day()),
        }
    }
}

/// All organisations and agreements as of now: what decides who may ask what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    organisations: Vec<Organisation>,
    agreements: Vec<Agreement>,
}

impl Directory {
    /// A directory of the given organisations and agreements.
    pub fn new(organisations: Vec<Organisation>, agreements: Vec<Agreement>) -> Self {
        Self { organisations, agreements }
    }

    /// Every organisation, those that ended too.
    pub fn organisations(&self) -> &[Organisation] {
        &self.organisations
    }

    /// Whether there is no organisation.
    pub fn is_empty(&self) -> bool {
        self.organisations.is_empty()
    }

    /// The organisation with a code, unless it ended.
    pub fn organisation(&self, code: &str) -> Option<&Organisation> {
        self.organisations.iter().find(|organisation| organisation.code == code && organisation.ended_on.is_none())
    }

    /// Every agreement, those that ended too.
    pub fn agreements(&self) -> &[Agreement] {
        &self.agreements
    }

    /// The agreements under which an organisation may ask.
    pub fn agreements_of<'a>(&'a self, consumer: &'a str) -> impl Iterator<Item = &'a Agreement> {
        self.agreements.iter().filter(move |agreement| agreement.consumer == consumer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn agreement() -> Agreement {
        Agreement {
            id: 1,
            consumer: "TV-LEP".into(),
            area: "E12000001".into(),
            tier: Tier::Regional,
            purposes: vec!["benchmarking".into()],
            dimensions: None,
            valid_from: day("2026-01-01"),
            valid_until: Some(day("2026-12-31")),
            ended_on: None,
            replaced_by: None,
            provider: None,
        }
    }

    #[test]
    fn an_agreement_that_ended_holds_up_to_the_day_before_and_no_longer_than_agreed() {
        let ended = |on: &str| Agreement { ended_on: Some(day(on)), ..agreement() };
        assert!(agreement().holds_on(day("2026-12-31")) && !agreement().holds_on(day("2027-01-01")));
        assert!(ended("2026-06-01").holds_on(day("2026-05-31")) && !ended("2026-06-01").holds_on(day("2026-06-01")));
        assert_eq!(ended("2030-01-01").last_day(), Some(day("2026-12-31")));
        assert!(!ended("2026-01-01").holds_on(day("2026-01-01")), "it never held");
    }

    #[test]
    fn an_amendment_leaves_what_it_does_not_name() {
        let open = Amendment { valid_until: Some(None), ..Amendment::default() };
        let amended = agreement().amended(&open, day("2026-06-01"));
        assert_eq!((amended.valid_from, amended.valid_until), (day("2026-06-01"), None));
        assert_eq!((amended.area.as_str(), amended.purposes), ("E12000001", vec!["benchmarking".to_owned()]));
        let earlier = agreement().amended(&Amendment::default(), day("2025-06-01"));
        assert_eq!(earlier.valid_from, day("2026-01-01"), "no earlier than what it amends");
        let ended = Agreement { ended_on: Some(day("2026-07-01")), ..agreement() };
        let last = |amendment: &Amendment| ended.amended(amendment, day("2026-06-01")).valid_until;
        assert_eq!(last(&Amendment::default()), Some(day("2026-06-30")), "an end that is set stays");
        assert_eq!(last(&open), None, "unless it is opened");
    }
}
