//! The mandate: what an organisation may change by itself, as its token and the directory say.

use disclosure::Tier;

use crate::{
    auth::{Scope, Viewer},
    domain::{Agreement, AreaIndex, AreaKind, Catalogue, Directory, NewAgreement, Organisation},
};

use super::Refusal;

/// Leave to change what is an organisation's own. Only [`mandate`] makes one.
#[derive(Debug, Clone)]
pub struct Mandate {
    organisation: Organisation,
    client: Option<String>,
    scopes: Vec<Scope>,
}

/// Why a change is not a provider's to make. Depends on the directory and the catalogue alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotYours {
    /// The area is none, or lies outside the provider's own: the two look alike.
    #[error("no area `{0}` lies in your organisation's own")]
    Area(String),
    /// The consumer is none, or ended.
    #[error("no organisation has the code `{0}`")]
    Consumer(String),
    /// The consumer is the provider.
    #[error("an agreement is between two organisations: expected another than your own")]
    Yourself,
    /// The consumer works in another country.
    #[error("`{0}` works in another country than you: it is granted the tier international")]
    Abroad(String),
    /// The agreement is none, ended, or was granted by somebody else: the three look alike.
    #[error("no agreement that you granted and that holds, or will, has the number {0}")]
    Agreement(i64),
    /// The token lacks what it would give.
    #[error("your token lacks the scope `{0}`, so that it can give it to no client")]
    Scope(&'static str),
    /// The scope is an administrator's.
    #[error("the scope `{0}` is given by the operator's command alone")]
    Administrative(&'static str),
    /// Another organisation's clients are an administrator's to make.
    #[error(
        "no organisation of yours has the code `{0}`: a client of another one is made with the scope `organisations:manage`"
    )]
    Other(String),
    /// The organisation is one's own.
    #[error("an administrator ends another organisation than its own: the operator does that by command")]
    OwnEnd,
    /// The client is none, or another organisation's: the two look alike.
    #[error("no client of your organisation has the identifier `{0}`")]
    Client(String),
    /// The webhook is none, or another organisation's: the two look alike.
    #[error("no webhook of your organisation has the identifier `{0}`")]
    Webhook(String),
}

/// Decides whether a viewer may change what a scope is for.
///
/// # Errors
/// [`Refusal`] without a token, without the scope, or for an organisation that is not known or ended.
pub fn mandate(viewer: &Viewer, directory: &Directory, scope: Scope) -> Result<Mandate, Refusal> {
    let Viewer::Partner(partner) = viewer else { return Err(Refusal::Unknown) };
    if !partner.has(scope) {
        return Err(Refusal::MissingScope(scope.as_str()));
    }
    let organisation = directory.organisation(partner.organisation()).ok_or(Refusal::Gone)?;
    Ok(Mandate {
        organisation: organisation.clone(),
        client: partner.client().map(str::to_owned),
        scopes: partner.scopes().collect(),
    })
}

impl Mandate {
    /// The organisation whose own may be changed.
    pub fn organisation(&self) -> &Organisation {
        &self.organisation
    }

    /// The client that changes it, if any.
    pub fn client(&self) -> Option<&str> {
        self.client.as_deref()
    }

    /// Whether an agreement is the organisation's to grant: another organisation's, about an area in its own. Beyond the country it
    /// is granted at the tier international.
    ///
    /// # Errors
    /// [`NotYours`] otherwise.
    pub fn may_grant(
        &self,
        agreement: &NewAgreement,
        directory: &Directory,
        catalogue: &Catalogue,
    ) -> Result<(), NotYours> {
        let own = catalogue.area_now(&self.organisation.area);
        let area = catalogue.area_now(&agreement.area);
        if !area.zip(own).is_some_and(|(area, own)| catalogue.lies_in(area, own)) {
            return Err(NotYours::Area(agreement.area.clone()));
        }
        if agreement.consumer == self.organisation.code {
            return Err(NotYours::Yourself);
        }
        let consumer = directory.organisation(&agreement.consumer);
        let consumer = consumer.ok_or_else(|| NotYours::Consumer(agreement.consumer.clone()))?;
        let theirs = catalogue.area_now(&consumer.area).and_then(|area| country(catalogue, area));
        let is_abroad = theirs.is_none() || theirs != own.and_then(|area| country(catalogue, area));
        if agreement.tier == Tier::Regional && is_abroad {
            return Err(NotYours::Abroad(agreement.consumer.clone()));
        }
        Ok(())
    }

    /// The agreement of a number, where it is the organisation's to amend and to end.
    ///
    /// # Errors
    /// [`NotYours`] where it granted none such.
    pub fn granted<'a>(&self, directory: &'a Directory, number: i64) -> Result<&'a Agreement, NotYours> {
        let granted = |agreement: &&Agreement| agreement.provider.as_deref() == Some(self.organisation.code.as_str());
        let mut agreements = directory.agreements().iter().filter(granted);
        agreements.find(|agreement| agreement.id == number).ok_or(NotYours::Agreement(number))
    }

    /// Whether it reaches to other organisations and their clients too.
    pub fn administers_organisations(&self) -> bool {
        self.scopes.contains(&Scope::OrganisationsManage)
    }

    /// Whether scopes are the organisation's to give: nobody gives what it does not have, and no administrator makes another.
    ///
    /// # Errors
    /// [`NotYours`] otherwise.
    pub fn may_give(&self, scopes: impl Iterator<Item = Scope>) -> Result<(), NotYours> {
        let scopes: Vec<Scope> = scopes.collect();
        if let Some(scope) = scopes.iter().find(|scope| scope.is_of_administrators()) {
            return Err(NotYours::Administrative(scope.as_str()));
        }
        self.may_speak_for(scopes.into_iter())
    }

    /// Whether a client with scopes is the organisation's to speak for: it has no more than the organisation's own token.
    ///
    /// # Errors
    /// [`NotYours`] otherwise.
    pub fn may_speak_for(&self, scopes: impl Iterator<Item = Scope>) -> Result<(), NotYours> {
        let mut beyond = scopes.filter(|scope| !self.scopes.contains(scope));
        beyond.next().map_or(Ok(()), |scope| Err(NotYours::Scope(scope.as_str())))
    }
}

/// The country around an area, or the area itself.
fn country(catalogue: &Catalogue, area: AreaIndex) -> Option<AreaIndex> {
    let is_country = |area: &AreaIndex| catalogue.areas()[*area].kind == AreaKind::Country;
    std::iter::once(area).chain(catalogue.around(area).iter().copied()).find(is_country)
}
