//! Areas: places with a code, and which of them lie in which.

use std::{fmt, str::FromStr};

use chrono::NaiveDate;

/// What sort of place an area is, from the coarsest to the finest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AreaKind {
    /// A country, e.g. England or Hong Kong.
    Country,
    /// A region, e.g. the North East of England or Kowloon.
    Region,
    /// A Local Enterprise Partnership.
    Lep,
    /// The area of a Local Skills Improvement Plan.
    Lsip,
    /// A combined authority.
    CombinedAuthority,
    /// A local authority; in Hong Kong a district.
    LocalAuthority,
    /// A careers hub. Its institutions are named one by one, not by place.
    Hub,
}

impl AreaKind {
    /// Every kind, coarsest first.
    pub const ALL: [Self; 7] =
        [Self::Country, Self::Region, Self::Lep, Self::Lsip, Self::CombinedAuthority, Self::LocalAuthority, Self::Hub];

    /// The kind as stored and as written in files, e.g. `local_authority`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Country => "country",
            Self::Region => "region",
            Self::Lep => "lep",
            Self::Lsip => "lsip",
            Self::CombinedAuthority => "combined_authority",
            Self::LocalAuthority => "local_authority",
            Self::Hub => "hub",
        }
    }
}

impl fmt::Display for AreaKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for AreaKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| format!("expected an area kind such as `local_authority`, found `{text}`"))
    }
}

/// A place with a code (ONS GSS, ISO 3166, or a local one), as of a span of dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// The code, e.g. `E12000001`.
    pub code: String,
    /// The name, e.g. `North East`. Names repeat across kinds; codes do not.
    pub name: String,
    /// What sort of place it is.
    pub kind: AreaKind,
    /// The area it is printed under in its own register, if any.
    pub parent: Option<String>,
    /// Where the code comes from, e.g. `ONS GSS`.
    pub code_scheme: String,
    /// The first day the code is in use; open when absent.
    pub valid_from: Option<NaiveDate>,
    /// The last day the code is in use; open when absent.
    pub valid_to: Option<NaiveDate>,
    /// Where this row was taken from.
    pub source: String,
    /// Whether the operator of the service says so; else it ships with the product.
    pub own: bool,
}

/// One area lies in another during a span of dates. Areas overlap: a child may have many parents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The code of the area that lies inside.
    pub child: String,
    /// The code of the area around it.
    pub parent: String,
    /// The first day, open when absent.
    pub valid_from: Option<NaiveDate>,
    /// The last day, open when absent.
    pub valid_to: Option<NaiveDate>,
    /// Where this row was taken from.
    pub source: String,
    /// Whether the operator of the service says so; else it ships with the product.
    pub own: bool,
}

/// How what was an area is another one from a day on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SuccessionKind {
    /// The same place has another code.
    Recode,
    /// The whole place lies in a larger one.
    Merge,
    /// Parts of the place lie in several.
    Split,
    /// The boundary moved.
    Boundary,
}

/// An area came in the place of another, or of a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Succession {
    /// The code of the area before.
    pub from: String,
    /// The code of the area from then on.
    pub to: String,
    /// The first day.
    pub on: NaiveDate,
    /// How.
    pub kind: SuccessionKind,
    /// Where this row was taken from.
    pub source: String,
    /// Whether the operator of the service says so; else it ships with the product.
    pub own: bool,
}

impl Area {
    /// Whether it began by a day.
    pub fn has_begun_by(&self, day: NaiveDate) -> bool {
        self.valid_from.is_none_or(|from| from <= day)
    }

    /// Whether it ended before a day.
    pub fn has_ended_before(&self, day: NaiveDate) -> bool {
        self.valid_to.is_some_and(|to| to < day)
    }

    /// Whether its code is in use on a day.
    pub fn is_in_use_on(&self, day: NaiveDate) -> bool {
        self.has_begun_by(day) && !self.has_ended_before(day)
    }
}

impl Membership {
    /// Whether it holds on a day.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day <= to)
    }
}

impl SuccessionKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Recode, Self::Merge, Self::Split, Self::Boundary];

    /// The kind as stored and as written in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Recode => "recode",
            Self::Merge => "merge",
            Self::Split => "split",
            Self::Boundary => "boundary",
        }
    }

    /// Whether all that stood in the area before stands in the one after.
    pub fn is_exact(self) -> bool {
        matches!(self, Self::Recode | Self::Merge)
    }
}

impl fmt::Display for SuccessionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for SuccessionKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| format!("expected one of recode, merge, split, boundary, found `{text}`"))
    }
}
