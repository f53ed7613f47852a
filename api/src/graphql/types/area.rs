//! Areas.

use std::sync::Arc;

use async_graphql::{Enum, ID, Object, Result, SimpleObject, connection::CursorType, connection::OpaqueCursor};

use crate::{
    domain::{self, AreaIndex, Catalogue, Successor},
    service::{AreasWanted, Page, Reader},
};

use super::{Date, Language, NodeKey, Wording, page::cursor, page_size};

/// What sort of place an area is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::AreaKind")]
pub enum AreaKind {
    /// A country, e.g. England or Hong Kong.
    Country,
    /// A region, e.g. the North East of England or Kowloon.
    Region,
    /// A Local Enterprise Partnership.
    Lep,
    /// The area of a Local Skills Improvement Plan. Its tables are never free.
    Lsip,
    /// A combined authority.
    CombinedAuthority,
    /// A local authority; in Hong Kong a district.
    LocalAuthority,
    /// A careers hub: a group of institutions, wherever they stand.
    Hub,
}

/// A place with a code: an ONS GSS code in England, ISO 3166 for countries, or a local one.
pub struct Area {
    catalogue: Arc<Catalogue>,
    index: AreaIndex,
    id: ID,
}

impl Area {
    pub(crate) fn new(catalogue: Arc<Catalogue>, index: AreaIndex) -> Self {
        let id = NodeKey::Area(catalogue.areas()[index].code.clone()).id();
        Self { catalogue, index, id }
    }

    pub(crate) fn by_code(catalogue: Arc<Catalogue>, code: &str) -> Option<Self> {
        let index = catalogue.area_index(code)?;
        Some(Self::new(catalogue, index))
    }

    fn area(&self) -> &domain::Area {
        &self.catalogue.areas()[self.index]
    }

    fn all(&self, areas: &[AreaIndex]) -> Vec<Self> {
        areas.iter().map(|&index| Self::new(self.catalogue.clone(), index)).collect()
    }
}

/// A place with a code: an ONS GSS code in England, ISO 3166 for countries, or a local one. Areas overlap: "North East"
/// is a region, a LEP and a combined authority, each with its own code and its own local authorities.
#[Object]
impl Area {
    /// The identity, for `node`.
    pub(crate) async fn id(&self) -> &ID {
        &self.id
    }

    /// The code, e.g. `E12000001`. Use it in questions.
    async fn code(&self) -> &str {
        &self.area().code
    }

    /// The name, e.g. `North East`. Names repeat across kinds; codes do not.
    async fn name(&self) -> &str {
        &self.area().name
    }

    /// The name in a language, where its source has one; else the English one, which is told.
    async fn wording(&self, #[graphql(name = "in", desc = "The language.")] language: Language) -> Wording {
        Wording::of("area", &self.area().code, language, &self.area().name)
    }

    /// What sort of place it is.
    async fn kind(&self) -> AreaKind {
        self.area().kind.into()
    }

    /// Where the code comes from, e.g. `ONS GSS`.
    async fn code_scheme(&self) -> &str {
        &self.area().code_scheme
    }

    /// The first day the code is in use; null where it is not recorded.
    async fn valid_from(&self) -> Option<Date> {
        self.area().valid_from.map(Date::from)
    }

    /// The last day the code is in use; null where it still is, or where it is not recorded.
    async fn valid_to(&self) -> Option<Date> {
        self.area().valid_to.map(Date::from)
    }

    /// Whether its code is in use in the release's geography, which is that of the day on which the release was published.
    async fn in_use(&self) -> bool {
        self.catalogue.is_in_use(self.index)
    }

    /// What came in its place, or will, the earliest first. Results of an area that was recoded or merged are counted in the one
    /// after it; those of an area that was split stay under its own code, which can be asked for.
    async fn successors(&self) -> Vec<AreaSuccession> {
        let successors = self.catalogue.successors(self.index).into_iter();
        successors.map(|one| AreaSuccession::new(&self.catalogue, one.to, &one)).collect()
    }

    /// In whose place it came, or will, the earliest first.
    async fn predecessors(&self) -> Vec<AreaSuccession> {
        let predecessors = self.catalogue.predecessors(self.index).into_iter();
        predecessors.map(|one| AreaSuccession::new(&self.catalogue, one.from, &one)).collect()
    }

    /// The areas it lies in directly, of every kind.
    async fn parents(&self) -> Vec<Self> {
        self.all(self.catalogue.parents(self.index))
    }

    /// The areas that lie directly in it, by code.
    async fn children(&self) -> Vec<Self> {
        self.all(self.catalogue.children(self.index))
    }
}

/// How an area came in the place of another.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::SuccessionKind")]
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

/// An area that came in the place of another.
#[derive(SimpleObject)]
pub struct AreaSuccession {
    /// The other area.
    area: Area,
    /// The first day of the later one.
    on: Date,
    /// How.
    kind: SuccessionKind,
}

impl AreaSuccession {
    fn new(catalogue: &Arc<Catalogue>, area: AreaIndex, succession: &Successor) -> Self {
        Self { area: Area::new(catalogue.clone(), area), on: succession.on.into(), kind: succession.kind.into() }
    }
}

/// A page of areas.
#[derive(SimpleObject)]
pub struct AreaConnection {
    /// The areas with their cursors.
    edges: Vec<AreaEdge>,
    /// The areas alone.
    nodes: Vec<Area>,
    /// Whether more follow, and from where.
    page_info: async_graphql::connection::PageInfo,
    /// How many areas there are on all pages.
    total_count: i32,
}

/// An area on a page.
#[derive(SimpleObject)]
pub struct AreaEdge {
    /// Where it stands in the list: give it as `after` to go on from here.
    cursor: String,
    /// The area.
    node: Area,
}

impl AreaConnection {
    pub(crate) fn load(
        reader: &Reader,
        wanted: &AreasWanted<'_>,
        first: Option<i32>,
        after: Option<&str>,
    ) -> Result<Self> {
        let after = cursor(after)?;
        let page =
            reader.areas(wanted, after.as_deref(), page_size(first)?).map_err(crate::graphql::error::graphql_error)?;
        let catalogue = reader.catalogue();
        let Page { items, total, more } = page;
        let area = |&index: &AreaIndex| Area::new(catalogue.clone(), index);
        let cursors: Vec<String> =
            items.iter().map(|&index| OpaqueCursor(catalogue.areas()[index].code.clone()).encode_cursor()).collect();
        Ok(Self {
            page_info: async_graphql::connection::PageInfo {
                has_previous_page: after.is_some(),
                has_next_page: more,
                start_cursor: cursors.first().cloned(),
                end_cursor: cursors.last().cloned(),
            },
            nodes: items.iter().map(area).collect(),
            edges: items.iter().zip(cursors).map(|(index, cursor)| AreaEdge { cursor, node: area(index) }).collect(),
            total_count: i32::try_from(total).unwrap_or(i32::MAX),
        })
    }
}
