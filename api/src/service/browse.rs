//! The catalogue as everyone may read it, and what a viewer may ask.

use crate::{
    auth::Viewer,
    domain::{Agreement, Area, AreaIndex, AreaKind, Organisation, Period, Release},
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

    /// Areas by code, those after a code, of a kind, within an area, and with a text in their name or code.
    ///
    /// # Errors
    /// When `within` is no area.
    pub fn areas(
        &self,
        kind: Option<AreaKind>,
        within: Option<&str>,
        search: Option<&str>,
        after: Option<&str>,
        first: usize,
    ) -> Result<Page<AreaIndex>, Error> {
        let catalogue = self.catalogue();
        let within = match within {
            None => None,
            Some(code) => Some(
                catalogue.area_index(code).ok_or_else(|| Error::NotFound(format!("no area has the code `{code}`")))?,
            ),
        };
        let search = search.map(str::to_lowercase);
        let found = |area: &Area| {
            search
                .as_ref()
                .is_none_or(|text| area.name.to_lowercase().contains(text) || area.code.to_lowercase().contains(text))
        };
        let matching: Vec<AreaIndex> = catalogue
            .areas()
            .keys()
            .filter(|&area| kind.is_none_or(|kind| catalogue.areas()[area].kind == kind))
            .filter(|&area| within.is_none_or(|outer| area != outer && catalogue.lies_in(area, outer)))
            .filter(|&area| found(&catalogue.areas()[area]))
            .collect();
        let rest = matching
            .iter()
            .copied()
            .filter(|&area| after.is_none_or(|after| catalogue.areas()[area].code.as_str() > after));
        let mut items: Vec<AreaIndex> = rest.take(first + 1).collect();
        let more = items.len() > first;
        items.truncate(first);
        Ok(Page { items, total: matching.len(), more })
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
                scopes: partner.scopes().map(crate::auth::Scope::as_str).collect(),
            },
        }
    }
}
