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
    /// The last day it holds; open when absent.
    pub valid_until: Option<NaiveDate>,
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
        self.valid_from <= day && self.valid_until.is_none_or(|until| day <= until)
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

    /// Every organisation.
    pub fn organisations(&self) -> &[Organisation] {
        &self.organisations
    }

    /// Whether there is no organisation.
    pub fn is_empty(&self) -> bool {
        self.organisations.is_empty()
    }

    /// The organisation with a code.
    pub fn organisation(&self, code: &str) -> Option<&Organisation> {
        self.organisations.iter().find(|organisation| organisation.code == code)
    }

    /// The agreements under which an organisation may ask.
    pub fn agreements_of<'a>(&'a self, consumer: &'a str) -> impl Iterator<Item = &'a Agreement> {
        self.agreements.iter().filter(move |agreement| agreement.consumer == consumer)
    }
}
