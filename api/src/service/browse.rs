//! The catalogue as everyone may read it, and what a viewer may ask.

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    auth::{Scope, Viewer},
    domain::{
        Agreement, Area, AreaIndex, AreaKind, Catalogue, Client, Delivery, Organisation, Period, Release, Webhook,
    },
    policy,
};

use super::{Error, Reader};

/// A page of a longer list.
pub struct Page<T> {
    /// The items of the page.
    pub items: Vec<T>,
    /// How many there are on all pages.
    pub total: usize,
    /// Whether more follow.
    pub more: bool,
}

/// Which areas of the catalogue.
#[derive(Debug, Clone, Copy, Default)]
pub struct AreasWanted<'a> {
    /// Those of a kind.
    pub kind: Option<AreaKind>,
    /// Those that lie in the area with this code.
    pub within: Option<&'a str>,
    /// Those with a text in their name or code, in any case.
    pub search: Option<&'a str>,
    /// Those too whose codes are not in use.
    pub ended: bool,
}

impl AreasWanted<'_> {
    /// Those among the areas of a catalogue, by code.
    ///
    /// # Errors
    /// When `within` is no area.
    pub fn among(&self, catalogue: &Catalogue) -> Result<Vec<AreaIndex>, Error> {
        let unknown = |code: &str| Error::NotFound(format!("no area has the code `{code}`"));
        let within = self.within.map(|code| catalogue.area_index(code).ok_or_else(|| unknown(code))).transpose()?;
        let search = self.search.map(str::to_lowercase);
        let found = |area: &Area| {
            search
                .as_ref()
                .is_none_or(|text| area.name.to_lowercase().contains(text) || area.code.to_lowercase().contains(text))
        };
        Ok(catalogue
            .areas()
            .keys()
            .filter(|&area| self.kind.is_none_or(|kind| catalogue.areas()[area].kind == kind))
            .filter(|&area| self.ended || catalogue.is_in_use(area))
            .filter(|&area| within.is_none_or(|outer| area != outer && catalogue.lies_in(area, outer)))
            .filter(|&area| found(&catalogue.areas()[area]))
            .collect())
    }
}

/// What a viewer is told about itself.
pub struct ViewerView {
    /// The organisation behind the token, if any.
    pub organisation: Option<Organisation>,
    /// Its agreements that hold today.
    pub agreements: Vec<Agreement>,
    /// The scopes of the token.
    pub scopes: Vec<&'static str>,
}

impl Reader {
    /// A release by number, the newest when none is named.
    pub fn release(&self, number: Option<u32>) -> Option<Release> {
        self.session
            .current
            .releases
            .iter()
            .find(|release| number.is_none_or(|number| number == release.number))
            .cloned()
    }

    /// Releases, newest first, those below a number.
    pub fn releases(&self, below: Option<u32>, first: usize) -> Page<Release> {
        let releases = &self.session.current.releases;
        let mut items: Vec<Release> = releases
            .iter()
            .filter(|release| below.is_none_or(|below| release.number < below))
            .take(first + 1)
            .cloned()
            .collect();
        let more = items.len() > first;
        items.truncate(first);
        Page { items, total: releases.len(), more }
    }

    /// The periods of the newest release, ascending.
    pub fn periods(&self) -> Vec<Period> {
        self.session.current.snapshot.as_ref().map(|snapshot| snapshot.periods()).unwrap_or_default()
    }

    /// Areas by code, those that are wanted, after a code.
    ///
    /// # Errors
    /// When `within` is no area.
    pub fn areas(&self, wanted: &AreasWanted<'_>, after: Option<&str>, first: usize) -> Result<Page<AreaIndex>, Error> {
        let catalogue = self.catalogue();
        let matching = wanted.among(catalogue)?;
        let rest = matching
            .iter()
            .copied()
            .filter(|&area| after.is_none_or(|after| catalogue.areas()[area].code.as_str() > after));
        let mut items: Vec<AreaIndex> = rest.take(first + 1).collect();
        let more = items.len() > first;
        items.truncate(first);
        Ok(Page { items, total: matching.len(), more })
    }

    /// The agreements that the viewer's organisation granted, and that hold or will; those that ended too where they are wanted. None where
    /// its token does not manage agreements.
    pub fn granted_agreements(&self, ended: bool) -> Vec<Agreement> {
        let directory = self.session.directory();
        let Ok(mandate) = policy::mandate(self.viewer(), directory, Scope::AgreementsManage) else { return Vec::new() };
        let own = |agreement: &&Agreement| agreement.provider.as_deref() == Some(mandate.organisation().code.as_str());
        let holds = |agreement: &&Agreement| agreement.last_day().is_none_or(|last| last >= self.session.day);
        directory.agreements().iter().filter(own).filter(|agreement| ended || holds(agreement)).cloned().collect()
    }

    /// The clients of the viewer's organisation. None where its token does not manage clients.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn clients(&self) -> Result<Vec<Client>, Error> {
        let mandate = policy::mandate(self.viewer(), self.session.directory(), Scope::ClientsManage);
        let Ok(mandate) = mandate else { return Ok(Vec::new()) };
        Ok(self.exchange.store().clients(Some(&mandate.organisation().code)).await?)
    }

    /// The webhooks of the viewer's organisation. None where its token does not manage webhooks.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn webhooks(&self) -> Result<Vec<Webhook>, Error> {
        let mandate = policy::mandate(self.viewer(), self.session.directory(), Scope::WebhooksManage);
        let Ok(mandate) = mandate else { return Ok(Vec::new()) };
        let mut all = self.exchange.store().webhooks().await?;
        all.retain(|webhook| webhook.organisation == mandate.organisation().code);
        Ok(all)
    }

    /// The newest messages to a webhook that [`webhooks`](Self::webhooks) told, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn deliveries(&self, webhook: &Webhook, first: u64) -> Result<Vec<Delivery>, Error> {
        Ok(self.exchange.store().deliveries(webhook.id, first).await?)
    }

    /// An organisation that an agreement of the viewer names, one that ended too.
    pub fn party(&self, code: &str) -> Option<Organisation> {
        self.session.directory().organisations().iter().find(|organisation| organisation.code == code).cloned()
    }

    /// The day on which the request is answered, UTC.
    pub fn day(&self) -> NaiveDate {
        self.session.day
    }

    /// The present instant.
    pub fn now(&self) -> DateTime<Utc> {
        self.exchange.now()
    }

    /// What the viewer is told about itself.
    pub fn viewer_view(&self) -> ViewerView {
        let (viewer, directory) = (self.viewer(), self.session.directory());
        match viewer {
            Viewer::Anonymous => ViewerView { organisation: None, agreements: Vec::new(), scopes: Vec::new() },
            Viewer::Partner(partner) => ViewerView {
                organisation: directory.organisation(partner.organisation()).cloned(),
                agreements: policy::current_agreements(viewer, directory, self.session.day)
                    .into_iter()
                    .cloned()
                    .collect(),
                scopes: partner.scopes().map(Scope::as_str).collect(),
            },
        }
    }
}
