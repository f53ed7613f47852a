//! Areas.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject, connection::PageInfo};

use crate::{
    domain::{self, AreaIndex, Catalogue, Successor},
    graphql::{context, error::graphql_error},
    service::{AreasWanted, Reader, standing},
};

use super::{
    Date, Items, Language, NodeKey, OfficialAsked, OfficialFigure, OfficialFilterInput, Wording,
    page::{cursor, cursors},
    page_size, whole,
};

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

    /// Official figures about it, as published, the latest first, at most 200: no noise, no budget. Of the newest version of every data
    /// set that has the indicator.
    async fn official_figures(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The column of the indicator, e.g. `NEET_percent`.")] indicator: String,
        #[graphql(desc = "Only of the data set of this name.")] data_set: Option<String>,
        #[graphql(
            desc = "Only about these years: academic years as six digits, or times as published.",
            validator(custom = "Items::to(400)")
        )]
        years: Option<Vec<String>>,
        #[graphql(desc = "Only those with one of these items of a filter.", validator(custom = "Items::to(20)"))]
        filters: Option<Vec<OfficialFilterInput>>,
    ) -> Result<Vec<OfficialFigure>> {
        let (areas, filters) = (Some(vec![self.area().code.clone()]), filters.unwrap_or_default());
        let asked = OfficialAsked { indicator, data_set, version: None, areas, years, filters };
        asked.latest(context::reader(context))
    }

    /// The areas it lies in directly, of every kind.
    async fn parents(&self) -> Vec<Self> {
        self.all(self.catalogue.parents(self.index))
    }

    /// The areas that lie directly in it, by code.
    async fn children(&self) -> Vec<Self> {
        self.all(self.catalogue.children(self.index))
    }

    /// What it is put beside: its region and its country, then the lists that are about it, such as its statistical neighbours, and those
    /// that it is a member of, such as the hubs of a wave.
    async fn comparators(&self) -> Vec<Comparator> {
        Comparator::of_area(&self.catalogue, self.index)
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

/// Who says what is compared with what.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComparatorBasis {
    /// The map: an area around the one that is compared, its region or its country. Its only member, and its code, is that area.
    Surrounding,
    /// A public source, named in `source`. It ships with the service.
    Published,
    /// The operator of the service, by the source that is named.
    Operator,
}

/// What a comparator is of.
#[derive(Clone, Copy)]
enum Of<L> {
    List(L),
    Around(AreaIndex),
}

/// A comparator as a catalogue has it.
#[derive(Clone, Copy)]
pub(crate) struct Compared<'a> {
    catalogue: &'a Catalogue,
    of: Of<&'a domain::Comparator>,
}

impl<'a> Compared<'a> {
    /// What an area is put beside: its region and its country, then the lists that are about it.
    pub(crate) fn with(catalogue: &'a Catalogue, area: AreaIndex) -> impl Iterator<Item = Self> {
        let around = standing(catalogue, area).into_iter().map(Of::Around);
        around.chain(catalogue.comparators_of(area).map(Of::List)).map(move |of| Self { catalogue, of })
    }

    pub(crate) fn code(&self) -> &'a str {
        match self.of {
            Of::List(list) => &list.code,
            Of::Around(area) => &self.catalogue.areas()[area].code,
        }
    }

    pub(crate) fn name(&self) -> &'a str {
        match self.of {
            Of::List(list) => &list.name,
            Of::Around(area) => &self.catalogue.areas()[area].name,
        }
    }

    pub(crate) fn basis(&self) -> ComparatorBasis {
        match self.of {
            Of::Around(_) => ComparatorBasis::Surrounding,
            Of::List(list) if list.own => ComparatorBasis::Operator,
            Of::List(_) => ComparatorBasis::Published,
        }
    }

    pub(crate) fn about(&self) -> Option<AreaIndex> {
        match self.of {
            Of::List(list) => self.catalogue.area_now(list.about.as_ref()?),
            Of::Around(_) => None,
        }
    }

    pub(crate) fn members(&self) -> Vec<AreaIndex> {
        match self.of {
            Of::List(list) => self.catalogue.members(list),
            Of::Around(area) => vec![area],
        }
    }

    pub(crate) fn kind(&self) -> Option<AreaKind> {
        self.members().first().map(|&member| self.catalogue.areas()[member].kind.into())
    }

    pub(crate) fn valid_from(&self) -> Option<Date> {
        match self.of {
            Of::List(list) => list.valid_from.map(Date::from),
            Of::Around(area) => self.catalogue.areas()[area].valid_from.map(Date::from),
        }
    }

    pub(crate) fn valid_to(&self) -> Option<Date> {
        match self.of {
            Of::List(list) => list.valid_to.map(Date::from),
            Of::Around(area) => self.catalogue.areas()[area].valid_to.map(Date::from),
        }
    }

    pub(crate) fn source(&self) -> &'a str {
        match self.of {
            Of::List(list) => &list.source,
            Of::Around(area) => &self.catalogue.areas()[area].source,
        }
    }
}

/// A named list of areas.
pub struct Comparator {
    catalogue: Arc<Catalogue>,
    of: Of<domain::Comparator>,
}

impl Comparator {
    /// A list of the catalogue.
    pub(super) fn of_list(catalogue: Arc<Catalogue>, list: domain::Comparator) -> Self {
        Self { catalogue, of: Of::List(list) }
    }

    pub(crate) fn by_code(catalogue: Arc<Catalogue>, code: &str) -> Option<Self> {
        let found = catalogue.comparator(code).cloned()?;
        Some(Self { catalogue, of: Of::List(found) })
    }

    /// What an area is put beside: its region and its country, then the lists that are about it.
    fn of_area(catalogue: &Arc<Catalogue>, area: AreaIndex) -> Vec<Self> {
        let own = |of: Of<&domain::Comparator>| match of {
            Of::List(list) => Of::List(list.clone()),
            Of::Around(area) => Of::Around(area),
        };
        Compared::with(catalogue, area).map(|with| Self { catalogue: catalogue.clone(), of: own(with.of) }).collect()
    }

    fn compared(&self) -> Compared<'_> {
        let of = match &self.of {
            Of::List(list) => Of::List(list),
            Of::Around(area) => Of::Around(*area),
        };
        Compared { catalogue: &self.catalogue, of }
    }

    fn area(&self, area: AreaIndex) -> Area {
        Area::new(self.catalogue.clone(), area)
    }
}

/// A named list of areas of one kind to compare with: the careers hubs of a wave, the statistical neighbours of a local authority, or
/// the region and the country around an area. Name its code in a question wherever `areas` stands: it is another word for its
/// members, each a row of its own, which your agreements must reach and which cost what they cost by their own codes. Nothing is
/// counted of its members together, so that nobody learns of one institution by what two lists differ in.
#[Object]
impl Comparator {
    /// The code, e.g. `HUBS-FIRST-WAVE`. Use it in questions.
    async fn code(&self) -> &str {
        self.compared().code()
    }

    /// The name.
    async fn name(&self) -> &str {
        self.compared().name()
    }

    /// Who says so.
    async fn basis(&self) -> ComparatorBasis {
        self.compared().basis()
    }

    /// The area that its members are compared with; null where it is about none in particular.
    async fn about(&self) -> Option<Area> {
        self.compared().about().map(|area| self.area(area))
    }

    /// The kind of its members; null where none is in use any more.
    async fn kind(&self) -> Option<AreaKind> {
        self.compared().kind()
    }

    /// Its members by code, in the release's geography: in the place of one that was recoded or merged stands the area after it, and one that
    /// is not in use is left out.
    async fn members(&self) -> Vec<Area> {
        self.compared().members().into_iter().map(|member| self.area(member)).collect()
    }

    /// The first day of the list; null where it is not recorded.
    async fn valid_from(&self) -> Option<Date> {
        self.compared().valid_from()
    }

    /// The last day of the list; null where it goes on. One that ended can be asked for no more; citations of tables hold.
    async fn valid_to(&self) -> Option<Date> {
        self.compared().valid_to()
    }

    /// Where the list was taken from.
    async fn source(&self) -> &str {
        self.compared().source()
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
    page_info: PageInfo,
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
        let catalogue = reader.catalogue();
        let after = cursor(after, |code| catalogue.area_index(&code).map(|_| code))?;
        let page = reader.areas(wanted, after.as_deref(), page_size(first)?).map_err(graphql_error)?;
        let (cursors, page_info) = cursors(&page, after.is_some(), |&area| catalogue.areas()[area].code.clone());
        let area = |&index: &AreaIndex| Area::new(catalogue.clone(), index);
        let edge = |(index, cursor): (&AreaIndex, _)| AreaEdge { cursor, node: area(index) };
        Ok(Self {
            page_info,
            nodes: page.items.iter().map(area).collect(),
            edges: page.items.iter().zip(cursors).map(edge).collect(),
            total_count: whole(page.total),
        })
    }
}
