//! Releases.

use async_graphql::{ComplexObject, Enum, ID, Result, SimpleObject, connection::PageInfo};

use crate::{domain, service::Reader};

use super::{
    DateTime, NodeKey, Period,
    page::{cursor, cursors},
    page_size, whole,
};

/// An immutable, numbered snapshot: of each period, the newest edition that was published by then. An answer names its
/// release, so it can be cited and asked again.
#[derive(SimpleObject, Clone)]
#[graphql(complex)]
pub struct Release {
    /// The identity, for `node`.
    pub(crate) id: ID,
    /// The number, from 1.
    number: i32,
    /// When it was published, UTC.
    published_at: DateTime,
    /// What the publisher wrote about it.
    note: Option<String>,
    /// Whether it holds made-up data, as a demonstration does.
    synthetic: bool,
    /// SHA-256 over its content, hexadecimal.
    checksum: String,
    /// The version of the method of disclosure control it was published with; citations name it. A period keeps the method
    /// that it was first published with.
    method: i32,
    #[graphql(skip)]
    published: domain::Editions,
}

#[ComplexObject]
impl Release {
    /// Which edition of each period of results it shows. A period is published three times at most: provisional,
    /// revised and final.
    async fn editions(&self) -> Vec<PeriodEdition> {
        let edition = |published: domain::Published| match published.period {
            domain::Publishable::Term(period) => Some(PeriodEdition {
                period: period.into(),
                edition: published.edition.into(),
                release: whole(published.release),
            }),
            domain::Publishable::Cohorts(_) => None,
        };
        self.published.newest().filter_map(edition).collect()
    }

    /// Which edition of each cohort year of destinations it shows.
    async fn destination_editions(&self) -> Vec<CohortEdition> {
        let edition = |published: domain::Published| match published.period {
            domain::Publishable::Cohorts(year) => Some(CohortEdition {
                cohort_year: year.to_string(),
                edition: published.edition.into(),
                release: whole(published.release),
            }),
            domain::Publishable::Term(_) => None,
        };
        self.published.newest().filter_map(edition).collect()
    }
}

/// How final the figures of a period are. What is handed in or corrected in between waits for the next edition.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    /// Published for the first time. Some institutions may still hand in, and some may correct: take it as early figures.
    Provisional,
    /// Published for the second time, with what came late and with corrections.
    Revised,
    /// Published for the third time: these figures stay.
    Final,
}

impl From<domain::Edition> for Edition {
    fn from(edition: domain::Edition) -> Self {
        match edition {
            domain::Edition::Provisional => Self::Provisional,
            domain::Edition::Revised => Self::Revised,
            domain::Edition::Final => Self::Final,
        }
    }
}

/// Which edition of a period of results a release shows.
#[derive(SimpleObject)]
pub struct PeriodEdition {
    /// The period.
    period: Period,
    /// The edition.
    edition: Edition,
    /// The number of the release that published it.
    release: i32,
}

/// Which edition of a cohort year of destinations a release shows.
#[derive(SimpleObject)]
pub struct CohortEdition {
    /// The cohort year, e.g. `202223`.
    cohort_year: String,
    /// The edition.
    edition: Edition,
    /// The number of the release that published it.
    release: i32,
}

impl From<&domain::Release> for Release {
    fn from(release: &domain::Release) -> Self {
        Self {
            id: NodeKey::Release(release.number).id(),
            number: whole(release.number),
            published_at: release.published_at.into(),
            note: release.note.clone(),
            synthetic: release.synthetic,
            checksum: release.checksum.clone(),
            method: release.method.number().into(),
            published: release.editions.clone(),
        }
    }
}

/// A page of releases, newest first.
#[derive(SimpleObject)]
pub struct ReleaseConnection {
    /// The releases with their cursors.
    edges: Vec<ReleaseEdge>,
    /// The releases alone.
    nodes: Vec<Release>,
    /// Whether more follow, and from where.
    page_info: PageInfo,
    /// How many releases there are on all pages.
    total_count: i32,
}

/// A release on a page.
#[derive(SimpleObject)]
pub struct ReleaseEdge {
    /// Where it stands in the list: give it as `after` to go on from here.
    cursor: String,
    /// The release.
    node: Release,
}

impl ReleaseConnection {
    pub(crate) fn load(reader: &Reader, first: Option<i32>, after: Option<&str>) -> Result<Self> {
        let below = cursor(after, |number| number.parse().ok())?;
        let page = reader.releases(below, page_size(first)?);
        let (cursors, page_info) = cursors(&page, below.is_some(), |release| release.number.to_string());
        let edge = |(release, cursor): (&domain::Release, _)| ReleaseEdge { cursor, node: release.into() };
        Ok(Self {
            page_info,
            nodes: page.items.iter().map(Release::from).collect(),
            edges: page.items.iter().zip(cursors).map(edge).collect(),
            total_count: whole(page.total),
        })
    }
}
