//! Official figures: open statistics by area, as published.

use std::{cmp::Reverse, collections::BTreeSet};

use async_graphql::{Enum, InputObject, InputType, Result, SimpleObject, Variables};

use crate::{
    domain::{self, Catalogue, OfficialDataSet as DataSet, OfficialFigures as Figures, official::read_value},
    graphql::{
        document::Selected,
        error::{bad_request, graphql_error},
    },
    service::{self, Reader, codes_of},
};

use super::{DateTime, Items, PAGE_MAX, whole};

/// Items of a filter that figures must have.
#[derive(InputObject, Clone)]
pub struct OfficialFilterInput {
    /// The column of the filter, e.g. `Age`.
    column: String,
    /// Its items, one of which a figure must have.
    #[graphql(name = "in", validator(custom = "Items::one_to(200)"))]
    items: Vec<String>,
}

/// What was published in a figure's place, or that it is a number.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::OfficialStatus")]
pub enum OfficialStatus {
    /// A number.
    Published,
    /// A text, such as years and months in `00:10`.
    Text,
    /// Withheld by its publisher to protect somebody (`c`).
    Confidential,
    /// The figure makes no sense there (`z`).
    NotApplicable,
    /// There is no figure (`x`, `k`, `:`).
    NotAvailable,
    /// Not zero, but rounds to it (`low`, `~`).
    Low,
    /// Too unreliable to be published (`u`).
    Unreliable,
}

/// A version of a data set of official figures. They are public: they carry no noise, cost no budget and need no token.
#[derive(SimpleObject)]
pub struct OfficialDataSet {
    /// The name it is asked for by.
    name: String,
    /// Which one of that name, from 1: each import of another file makes one.
    version: i32,
    /// Whether it is the newest of its name, which questions get that name no version.
    newest: bool,
    /// The title.
    title: String,
    /// Where it was published; null where that was not told, or where each figure has a source of its own.
    source: Option<String>,
    /// Under which licence; null where that was not told.
    licence: Option<String>,
    /// SHA-256 of what it was made of, hexadecimal.
    checksum: String,
    /// When it was taken in, UTC; null where it ships with the product.
    imported_at: Option<DateTime>,
    /// How many rows it has: places × times × items of filters.
    rows: i32,
    /// The times it has figures about, e.g. `2023 CY`, in order.
    times: Vec<String>,
    /// The academic years, as six digits, beside which its figures are put, in order.
    academic_years: Vec<String>,
    /// What is measured.
    indicators: Vec<OfficialIndicator>,
    /// What figures differ in beside place and time.
    filters: Vec<OfficialFilter>,
}

/// Something that is measured.
#[derive(SimpleObject)]
pub struct OfficialIndicator {
    /// The name to ask for it by: that of its column.
    column: String,
    /// What it is.
    label: String,
    /// The unit, e.g. `%`; null where none was told.
    unit: Option<String>,
    /// To how many decimals it is meant to be shown; null where that was not told.
    decimals: Option<i32>,
}

/// Something that figures differ in beside place and time.
#[derive(SimpleObject)]
pub struct OfficialFilter {
    /// The name of its column.
    column: String,
    /// What it is.
    label: String,
    /// Its items, in order; the first 200.
    items: Vec<String>,
    /// The item that stands for all of them; null where there is none.
    total: Option<String>,
}

/// An item of a filter that a figure has.
#[derive(SimpleObject, Clone)]
pub struct OfficialItem {
    /// The column of the filter.
    pub(crate) column: String,
    /// The item.
    pub(crate) item: String,
}

impl OfficialDataSet {
    /// Every data set.
    pub(crate) fn all(figures: &Figures) -> Vec<Self> {
        figures.sets().map(|(set, rows, newest)| Self::new(set, rows, newest)).collect()
    }

    fn new(set: &DataSet, rows: &[domain::OfficialRow], newest: bool) -> Self {
        let times: BTreeSet<&domain::OfficialTime> = rows.iter().map(|row| &row.time).collect();
        let mut academic_years: Vec<String> = times.iter().map(|time| time.academic_year()).collect();
        academic_years.sort_unstable();
        academic_years.dedup();
        let items = |at: usize| {
            let items: BTreeSet<&str> = rows.iter().map(|row| row.items[at].as_str()).collect();
            items.into_iter().take(PAGE_MAX).map(str::to_owned).collect()
        };
        let filter = |(at, filter): (usize, &domain::OfficialFilter)| OfficialFilter {
            column: filter.column.clone(),
            label: filter.label.clone(),
            items: items(at),
            total: filter.total.clone(),
        };
        Self {
            name: set.name.clone(),
            version: whole(set.version),
            newest,
            title: set.title.clone(),
            source: set.source.clone(),
            licence: set.licence.clone(),
            checksum: set.checksum.iter().map(|byte| format!("{byte:02x}")).collect(),
            imported_at: set.imported_at.map(DateTime::from),
            rows: whole(rows.len()),
            times: times.iter().map(|time| time.label()).collect(),
            academic_years,
            indicators: set.indicators.iter().map(OfficialIndicator::from).collect(),
            filters: set.filters.iter().enumerate().map(filter).collect(),
        }
    }
}

impl From<&domain::OfficialIndicator> for OfficialIndicator {
    fn from(indicator: &domain::OfficialIndicator) -> Self {
        Self {
            column: indicator.column.clone(),
            label: indicator.label.clone(),
            unit: Some(indicator.unit.clone()).filter(|unit| !unit.is_empty()),
            decimals: indicator.decimals.map(i32::from),
        }
    }
}

/// An official figure, as published: no noise, no rounding beside its publisher's.
#[derive(SimpleObject, Clone)]
pub struct OfficialFigure {
    /// The name of the data set.
    pub(crate) data_set: String,
    /// The version of the data set.
    pub(crate) version: i32,
    /// The code of the place, as published.
    pub(crate) area_code: String,
    /// The code that the catalogue has for the place now, to ask outcomes by; null where it has no such area.
    pub(crate) current_code: Option<String>,
    /// The name of the place, as published.
    pub(crate) area_name: String,
    /// The sort of place, as published, e.g. `Local authority`.
    pub(crate) level: String,
    /// The time it is about, as published: four digits, or six for a year that ends in the next.
    pub(crate) time_period: String,
    /// The sort of time, as published, e.g. `Calendar year`.
    pub(crate) time_identifier: String,
    /// The academic year beside which it is put, as six digits: the one it is about; of a financial or tax year the one that begins in the
    /// same calendar year; of a calendar or reporting year the one that ends in it; of a month, week or quarter the one it lies in.
    pub(crate) academic_year: String,
    /// An item for each filter of the data set.
    pub(crate) items: Vec<OfficialItem>,
    /// The value, in the unit of the indicator; null where no number was published.
    pub(crate) value: Option<f64>,
    /// What was published, as it was.
    pub(crate) text: String,
    /// Whether it is a number, or why it is none.
    pub(crate) status: OfficialStatus,
    /// The lower limit of its 95 % interval, where its publisher gives one.
    pub(crate) lower95: Option<f64>,
    /// The upper limit of its 95 % interval, where its publisher gives one.
    pub(crate) upper95: Option<f64>,
    /// The unit, e.g. `%`; null where none was told.
    pub(crate) unit: Option<String>,
    /// What is measured.
    pub(crate) label: String,
    /// Where it was published; null where that was not told.
    pub(crate) source: Option<String>,
}

impl OfficialFigure {
    fn new(catalogue: &Catalogue, figure: &domain::OfficialFigure<'_>) -> Self {
        let (set, row, indicator) = (figure.of, figure.row, figure.indicator());
        let (value, status) = read_value(figure.text());
        let items = set.filters.iter().zip(&row.items);
        let area = catalogue.area_now(&row.area_code);
        Self {
            data_set: set.name.clone(),
            version: whole(set.version),
            current_code: area.map(|area| catalogue.areas()[area].code.clone()),
            area_code: row.area_code.clone(),
            area_name: row.area_name.clone(),
            level: row.level.clone(),
            time_period: row.time.period.clone(),
            time_identifier: row.time.identifier.clone(),
            academic_year: row.time.academic_year(),
            items: items
                .map(|(filter, item)| OfficialItem { column: filter.column.clone(), item: item.clone() })
                .collect(),
            value,
            text: figure.text().to_owned(),
            status: status.into(),
            lower95: figure.limits.map(|(lower, _)| lower),
            upper95: figure.limits.map(|(_, upper)| upper),
            unit: Some(indicator.unit.clone()).filter(|unit| !unit.is_empty()),
            label: indicator.label.clone(),
            source: row.source.clone().or_else(|| set.source.clone()),
        }
    }
}

/// Official figures that were asked for, a page of them.
#[derive(SimpleObject)]
pub struct OfficialFigureList {
    /// The figures, by data set, then in the order in which they were published.
    figures: Vec<OfficialFigure>,
    /// How many there are on all pages.
    total_count: i32,
    /// The place of the first one after this page, to ask for with `skip`; null at the end.
    next: Option<i32>,
}

/// How many filters a question may name, and how many years.
const MOST_FILTERS: usize = 20;
const MOST_YEARS: usize = 400;

/// What is asked of official figures.
#[derive(Default)]
pub(crate) struct OfficialAsked {
    pub(crate) indicator: String,
    pub(crate) data_set: Option<String>,
    pub(crate) version: Option<i32>,
    pub(crate) areas: Option<Vec<String>>,
    pub(crate) years: Option<Vec<String>>,
    pub(crate) filters: Vec<OfficialFilterInput>,
}

impl OfficialAsked {
    /// The figures that are asked for.
    fn find<'a>(&self, reader: &'a Reader) -> Result<Vec<domain::OfficialFigure<'a>>> {
        let catalogue = reader.catalogue();
        let codes = |code: &String| match catalogue.area_index(code) {
            Some(area) => codes_of(catalogue, area),
            None => [code.clone()].into(),
        };
        let areas = self.areas.as_ref().map(|areas| areas.iter().flat_map(codes).collect());
        let filters = filters(&self.filters);
        let wanted = domain::OfficialWanted {
            indicator: &self.indicator,
            data_set: self.data_set.as_deref(),
            version: version(self.version)?,
            areas: areas.as_ref(),
            years: self.years.as_deref(),
            filters: &filters,
        };
        reader.official_figures(&wanted).map_err(graphql_error)
    }

    /// A page of them.
    pub(crate) fn page(&self, reader: &Reader, first: usize, skip: Option<i32>) -> Result<OfficialFigureList> {
        let skip = usize::try_from(skip.unwrap_or(0)).map_err(|_| bad_request("`skip` must be 0 or more"))?;
        let found = self.find(reader)?;
        let end = skip.saturating_add(first);
        let figures = found.iter().skip(skip).take(first);
        Ok(OfficialFigureList {
            figures: figures.map(|figure| OfficialFigure::new(reader.catalogue(), figure)).collect(),
            total_count: whole(found.len()),
            next: (end < found.len()).then(|| whole(end)),
        })
    }

    /// Those of one page that stands alone, the latest first.
    pub(crate) fn latest(&self, reader: &Reader) -> Result<Vec<OfficialFigure>> {
        Ok(latest(self.find(reader)?, reader.catalogue()))
    }

    /// The same about an area, of what was checked.
    pub(crate) fn latest_about(
        &self,
        figures: &Figures,
        catalogue: &Catalogue,
        area: domain::AreaIndex,
    ) -> Vec<OfficialFigure> {
        let (areas, filters) = (codes_of(catalogue, area), filters(&self.filters));
        let wanted = self.wanted(&areas, self.years.as_deref(), &filters);
        latest(figures.find(&wanted), catalogue)
    }

    /// The one that stands beside an area and an academic year.
    pub(crate) fn beside(
        &self,
        figures: &Figures,
        catalogue: &Catalogue,
        area: domain::AreaIndex,
        year: &str,
    ) -> Option<OfficialFigure> {
        let (areas, years, filters) = (codes_of(catalogue, area), [year.to_owned()], filters(&self.filters));
        let wanted = self.wanted(&areas, Some(&years), &filters);
        figures.beside(&wanted).map(|figure| OfficialFigure::new(catalogue, &figure))
    }

    fn wanted<'a>(
        &'a self,
        areas: &'a BTreeSet<String>,
        years: Option<&'a [String]>,
        filters: &'a [(String, Vec<String>)],
    ) -> domain::OfficialWanted<'a> {
        domain::OfficialWanted {
            indicator: &self.indicator,
            data_set: self.data_set.as_deref(),
            version: None,
            areas: Some(areas),
            years,
            filters,
        }
    }

    /// What a field in rows asks, which nobody resolves.
    ///
    /// # Errors
    /// When an argument is none of its type, or names too much.
    pub(crate) fn of(field: &Selected, variables: &Variables) -> Result<Self, service::Error> {
        fn given<T: InputType>(
            field: &Selected,
            name: &str,
            variables: &Variables,
        ) -> Result<Option<T>, service::Error> {
            if !field.arguments.iter().any(|(own, _)| own == name) {
                return Ok(None);
            }
            let read = field.argument::<Option<T>>(name, variables);
            let unread = || format!("`{name}` of `{}` cannot be read, or names too much", field.name);
            read.ok_or_else(|| service::Error::BadRequest(unread()))
        }
        let filters: Vec<OfficialFilterInput> = given(field, "filters", variables)?.unwrap_or_default();
        let years: Option<Vec<String>> = given(field, "years", variables)?;
        if filters.len() > MOST_FILTERS || years.as_ref().is_some_and(|years| years.len() > MOST_YEARS) {
            return Err(service::Error::BadRequest(format!(
                "expected at most {MOST_FILTERS} filters and {MOST_YEARS} years of `{}`, found more",
                field.name
            )));
        }
        let indicator = given(field, "indicator", variables)?.unwrap_or_default();
        Ok(Self { indicator, data_set: given(field, "dataSet", variables)?, years, filters, ..Self::default() })
    }
}

fn latest(mut found: Vec<domain::OfficialFigure<'_>>, catalogue: &Catalogue) -> Vec<OfficialFigure> {
    found.sort_by_key(|figure| Reverse(figure.row.time.academic_year()));
    found.iter().take(PAGE_MAX).map(|figure| OfficialFigure::new(catalogue, figure)).collect()
}

/// Refuses a field in rows that asks for an official figure that no data set has: once, and not for each row.
///
/// # Errors
/// When there is none.
pub(crate) fn check_official(field: &Selected, variables: &Variables, reader: &Reader) -> Result<(), service::Error> {
    let asked = OfficialAsked::of(field, variables)?;
    let (everywhere, filters) = (BTreeSet::new(), filters(&asked.filters));
    reader.check_official(&asked.wanted(&everywhere, None, &filters))
}

fn filters(asked: &[OfficialFilterInput]) -> Vec<(String, Vec<String>)> {
    asked.iter().map(|filter| (filter.column.clone(), filter.items.clone())).collect()
}

fn version(asked: Option<i32>) -> Result<Option<u32>> {
    let number = |number: i32| {
        u32::try_from(number)
            .map_err(|_| graphql_error(service::Error::NotFound(format!("no data set has the version {number}"))))
    };
    asked.map(number).transpose()
}
