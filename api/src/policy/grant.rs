//! The grant: for one viewer and one purpose, which areas may be asked about, and how protected each answer is.

use chrono::NaiveDate;
use disclosure::Tier;

use crate::{
    auth::{Scope, Viewer},
    domain::{Agreement, AreaIndex, Catalogue, Dimension, Directory, Organisation},
};

use super::{Circles, Insiders};

/// The built-in purpose under which an organisation asks about the results it handed in itself.
pub const OWN_RESULTS: &str = "OWN_RESULTS";

/// What one viewer may ask for one purpose. Only [`authorize`] makes one.
#[derive(Debug, Clone)]
pub struct Grant {
    organisation: String,
    /// The asker alone, then the circles that it belongs to.
    insiders: Vec<Insiders>,
    purpose: String,
    granted_areas: Vec<GrantedArea>,
    provider: Option<i64>,
}

/// One area that may be asked about, and how answers about it are protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantedArea {
    /// The area, with everything in it.
    pub area: AreaIndex,
    /// The strongest view the agreement allows.
    pub tier: Tier,
    /// The dimensions that may be used; every one when absent.
    pub dimensions: Option<Vec<Dimension>>,
}

/// What a grant gives for a set of areas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// The tier at which the question is answered.
    pub tier: Tier,
    /// The sets of dimensions that may be used together, each by an agreement of its own; every dimension when absent.
    pub dimensions: Option<Vec<Vec<Dimension>>>,
}

/// Why there is no grant. Depends on the viewer, its agreements and the purpose alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No token was given.
    #[error("outcomes need a bearer token; without one only the catalogue can be read")]
    Anonymous,
    /// The token does not carry the scope.
    #[error("the token lacks the scope `{0}`")]
    MissingScope(&'static str),
    /// Somebody unknown wants to change something.
    #[error("changes need a bearer token")]
    Unknown,
    /// Somebody unknown wants to be told.
    #[error("subscriptions need a bearer token")]
    Stranger,
    /// The organisation ended, or was never there.
    #[error("your organisation is not known any more")]
    Gone,
    /// No agreement that holds today.
    #[error("no agreement of your organisation holds today")]
    NoAgreement,
    /// No agreement for that purpose.
    #[error("no agreement of your organisation allows the purpose `{asked}`; expected one of {allowed}")]
    Purpose {
        /// The purpose asked for.
        asked: String,
        /// The purposes that are allowed.
        allowed: String,
    },
    /// Several purposes are allowed, and none was named.
    #[error("name a purpose: your agreements allow {allowed}")]
    PurposeMissing {
        /// The purposes that are allowed.
        allowed: String,
    },
}

/// Decides what a viewer may ask today, for a purpose or for the only one it has; `circles` are those of the directory.
///
/// # Errors
/// [`Refusal`] when nothing is granted.
pub fn authorize(
    viewer: &Viewer,
    directory: &Directory,
    circles: &Circles,
    catalogue: &Catalogue,
    today: NaiveDate,
    purpose: Option<&str>,
) -> Result<Grant, Refusal> {
    let organisation = identify(viewer, directory)?;
    if purpose == Some(OWN_RESULTS) {
        let area = catalogue.area_now(&organisation.area).ok_or(Refusal::NoAgreement)?;
        return Ok(Grant {
            organisation: organisation.code.clone(),
            insiders: Vec::new(),
            purpose: OWN_RESULTS.to_owned(),
            granted_areas: vec![GrantedArea { area, tier: Tier::Own, dimensions: None }],
            provider: Some(organisation.id),
        });
    }
    let agreements: Vec<&Agreement> = current_agreements(viewer, directory, today);
    let mut purposes: Vec<&str> =
        agreements.iter().flat_map(|agreement| agreement.purposes.iter().map(String::as_str)).collect();
    purposes.sort_unstable();
    purposes.dedup();
    let allowed = || purposes.iter().map(|purpose| format!("`{purpose}`")).collect::<Vec<_>>().join(", ");
    let purpose = match (purpose, purposes.as_slice()) {
        (_, []) => return Err(Refusal::NoAgreement),
        (None, [only]) => *only,
        (None, _) => return Err(Refusal::PurposeMissing { allowed: allowed() }),
        (Some(asked), _) if purposes.contains(&asked) => asked,
        (Some(asked), _) => return Err(Refusal::Purpose { asked: asked.to_owned(), allowed: allowed() }),
    };
    let granted_areas = agreements
        .iter()
        .filter(|agreement| agreement.purposes.iter().any(|allowed| allowed == purpose))
        .filter_map(|agreement| {
            let area = catalogue.area_now(&agreement.area)?;
            Some(GrantedArea { area, tier: agreement.tier, dimensions: agreement.dimensions.clone() })
        })
        .collect();
    Ok(Grant {
        organisation: organisation.code.clone(),
        insiders: [&[Insiders::alone(organisation.id)], circles.around(organisation.id)].concat(),
        purpose: purpose.to_owned(),
        granted_areas,
        provider: None,
    })
}

/// The organisation that asks, where its token may ask at all. Needs no release: whoever is refused here makes none be loaded.
///
/// # Errors
/// [`Refusal`] without a token, without the scope, or for an organisation that is not known.
pub fn identify<'a>(viewer: &Viewer, directory: &'a Directory) -> Result<&'a Organisation, Refusal> {
    let Viewer::Partner(partner) = viewer else { return Err(Refusal::Anonymous) };
    if !partner.has(Scope::OutcomesRead) {
        return Err(Refusal::MissingScope(Scope::OutcomesRead.as_str()));
    }
    directory.organisation(partner.organisation()).ok_or(Refusal::NoAgreement)
}

/// The viewer's agreements that hold on a day; none for an anonymous one.
pub fn current_agreements<'a>(viewer: &'a Viewer, directory: &'a Directory, today: NaiveDate) -> Vec<&'a Agreement> {
    match viewer {
        Viewer::Anonymous => Vec::new(),
        Viewer::Partner(partner) => {
            directory.agreements_of(partner.organisation()).filter(|agreement| agreement.holds_on(today)).collect()
        }
    }
}

impl Grant {
    /// The code of the organisation that asks.
    pub fn organisation(&self) -> &str {
        &self.organisation
    }

    /// Whose hand-ins are no protection from the asker: its own alone, then those of each circle that it belongs to. None where
    /// it asks about its own alone.
    pub fn insiders(&self) -> &[Insiders] {
        &self.insiders
    }

    /// The purpose it asks for.
    pub fn purpose(&self) -> &str {
        &self.purpose
    }

    /// The organisation whose results alone are counted, for questions under [`OWN_RESULTS`].
    pub fn provider(&self) -> Option<i64> {
        self.provider
    }

    /// The areas of the grant itself, ascending, each once.
    pub fn areas(&self) -> Vec<AreaIndex> {
        let mut areas: Vec<AreaIndex> = self.granted_areas.iter().map(|granted| granted.area).collect();
        areas.sort_unstable();
        areas.dedup();
        areas
    }

    /// The one tier and the dimensions at which a question over all these areas is answered: the least protected one
    /// that the agreements give for every area. `Err` is the first area that none of them grants.
    pub fn cover(&self, areas: &[AreaIndex], catalogue: &Catalogue) -> Result<Coverage, AreaIndex> {
        if self.provider.is_some() {
            // The rows themselves are limited to what the organisation handed in: any area may frame them.
            return Ok(Coverage { tier: Tier::Own, dimensions: None });
        }
        let mut tier = Tier::Own;
        for &area in areas {
            tier = tier.max(self.granted_areas_around(area, catalogue).map(|granted| granted.tier).min().ok_or(area)?);
        }
        let mut dimensions: Option<Vec<Vec<Dimension>>> = None;
        for &area in areas {
            let granted = self.granted_areas_around(area, catalogue).filter(|granted| granted.tier <= tier);
            let Some(allowed) = allowed_together(granted) else { continue };
            dimensions = Some(match dimensions {
                None => allowed,
                Some(before) => largest(
                    before.iter().flat_map(|before| allowed.iter().map(|allowed| common(before, allowed))).collect(),
                ),
            });
        }
        Ok(Coverage { tier, dimensions })
    }

    fn granted_areas_around<'a>(
        &'a self,
        area: AreaIndex,
        catalogue: &'a Catalogue,
    ) -> impl Iterator<Item = &'a GrantedArea> {
        self.granted_areas.iter().filter(move |granted| catalogue.lies_in(area, granted.area))
    }
}

/// The sets of dimensions that one of the granted areas allows; `None` when one of them allows every dimension. Two agreements do
/// not add up: whoever may have one breakdown from each was promised no table of both together.
fn allowed_together<'a>(granted_areas: impl Iterator<Item = &'a GrantedArea>) -> Option<Vec<Vec<Dimension>>> {
    let mut sets = Vec::new();
    for granted in granted_areas {
        let mut set = granted.dimensions.clone()?;
        set.sort_unstable();
        set.dedup();
        sets.push(set);
    }
    Some(largest(sets))
}

/// The dimensions in both of two sets.
fn common(one: &[Dimension], other: &[Dimension]) -> Vec<Dimension> {
    one.iter().copied().filter(|dimension| other.contains(dimension)).collect()
}

/// The sets that no other one holds, each once.
fn largest(mut sets: Vec<Vec<Dimension>>) -> Vec<Vec<Dimension>> {
    sets.sort_unstable();
    sets.dedup();
    let is_within = |one: &[Dimension], other: &[Dimension]| one.iter().all(|dimension| other.contains(dimension));
    let held = |set: &Vec<Dimension>| sets.iter().any(|other| other != set && is_within(set, other));
    sets.iter().filter(|set| !held(set)).cloned().collect()
}
