//! Official figures: taken in by the operator, public for everybody who asks.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read,
    sync::Arc,
};

use crate::{
    domain::{
        AreaIndex, Catalogue, OfficialDataSet, OfficialFigure, OfficialFigures, OfficialSelection, OfficialWanted,
        Period, SuccessionKind,
    },
    ingest::{
        self, Form,
        official::{OfficialReading, read_official},
    },
};

use super::{Error, Exchange, Operator, Reader};

/// What is told of a file with official figures beside what stands in it.
#[derive(Debug, Clone, Default)]
pub struct OfficialRequest {
    /// The name it is asked for by.
    pub name: String,
    /// The title; the name when absent.
    pub title: Option<String>,
    /// Where it was published.
    pub source: Option<String>,
    /// Under which licence.
    pub licence: Option<String>,
    /// Store nothing, and tell what would be.
    pub dry_run: bool,
}

/// What became of a file with official figures.
#[derive(Debug)]
pub struct OfficialReport {
    /// What was read of it.
    pub reading: OfficialReading,
    /// How many rows there are of each level.
    pub levels: BTreeMap<String, usize>,
    /// How many rows there are of each time.
    pub times: BTreeMap<String, usize>,
    /// Codes of places that the catalogue does not have, as far as it has places of their kind.
    pub unknown_areas: usize,
    /// What was stored.
    pub stored: Stored,
}

/// What was stored of a file with official figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// This version of the data set.
    Version(u32),
    /// Nothing: the newest version is of the same file.
    Same,
    /// Nothing: the file has problems.
    Problems,
    /// Nothing: that was asked for.
    DryRun,
}

impl Operator<'_> {
    /// Reads a file with official figures, and its description where there is one, and takes it in as the next version of its data set.
    /// A file with problems stores nothing.
    ///
    /// # Errors
    /// When the name cannot be one, it is that of a data set that ships with the product, or the database fails. Problems of the file are
    /// not errors but data.
    pub async fn import_official(
        &self,
        request: &OfficialRequest,
        form: &Form,
        input: impl Read,
        meta: Option<&mut dyn Read>,
    ) -> Result<OfficialReport, Error> {
        check_name(&request.name)?;
        for text in [&request.title, &request.source, &request.licence].into_iter().flatten() {
            if let Some(fault) = crate::domain::label::fault(text, 500) {
                return Err(Error::BadRequest(format!(
                    "expected a text of up to 500 characters, found `{text}`: {fault}"
                )));
            }
        }
        let mut reading = read_official(form, input, meta);
        let catalogue = self.0.store().newest_catalogue(self.0.today()).await?;
        let (mut levels, mut times) = (BTreeMap::new(), BTreeMap::new());
        let mut unknown: BTreeSet<&str> = BTreeSet::new();
        for row in &reading.figures {
            *levels.entry(row.level.clone()).or_default() += 1;
            *times.entry(row.time.label()).or_default() += 1;
            if catalogue.area_index(&row.area_code).is_none() {
                unknown.insert(&row.area_code);
            }
        }
        let unknown_areas = unknown.len();
        let stored = if !reading.problems.is_empty() || !reading.meta_problems.is_empty() {
            Stored::Problems
        } else if request.dry_run {
            Stored::DryRun
        } else {
            let set = OfficialDataSet {
                name: request.name.clone(),
                version: 0,
                title: request.title.clone().unwrap_or_else(|| request.name.clone()),
                source: request.source.clone(),
                licence: request.licence.clone(),
                checksum: reading.checksum,
                imported_at: Some(self.0.now()),
                indicators: std::mem::take(&mut reading.indicators),
                filters: std::mem::take(&mut reading.filters),
            };
            let version = self.0.store().take_in_official(&set, &reading.figures).await?;
            (reading.indicators, reading.filters) = (set.indicators, set.filters);
            version.map_or(Stored::Same, Stored::Version)
        };
        Ok(OfficialReport { reading, levels, times, unknown_areas, stored })
    }

    /// Every data set that was taken in, and those that ship with the product.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn official_data_sets(&self) -> Result<Vec<OfficialDataSet>, Error> {
        let mut sets: Vec<OfficialDataSet> = shipped()?.into_iter().map(|(set, _)| set).collect();
        sets.extend(self.0.store().official_data_sets().await?);
        Ok(sets)
    }

    /// Removes the versions of a data set, or one of them. Returns how many.
    ///
    /// # Errors
    /// When there is none of that name or version that was taken in, or the database fails.
    pub async fn remove_official(&self, name: &str, version: Option<u32>) -> Result<usize, Error> {
        match self.0.store().remove_official(name, version).await? {
            0 => Err(Error::NotFound(format!("no data set `{name}` of that version was taken in"))),
            removed => Ok(removed),
        }
    }
}

impl Exchange {
    /// Official figures as they stand in the database, beside those that ship with the product.
    pub(super) async fn official_figures(&self) -> Result<Arc<OfficialFigures>, Error> {
        let mut sets = shipped()?;
        sets.extend(self.store().official_figures().await?);
        Ok(Arc::new(OfficialFigures::of(sets)))
    }
}

impl Reader {
    /// Official figures as they were when the request came.
    pub fn official(&self) -> &Arc<OfficialFigures> {
        &self.session.current.official
    }

    /// The official figures that are wanted.
    ///
    /// # Errors
    /// When no data set has the indicator, the name or the filter.
    pub fn official_figures<'a>(&'a self, wanted: &OfficialWanted<'_>) -> Result<Vec<OfficialFigure<'a>>, Error> {
        self.check_official(wanted)?;
        Ok(self.official().find(wanted))
    }

    /// Refuses what no data set has.
    ///
    /// # Errors
    /// As [`official_figures`](Self::official_figures).
    pub fn check_official(&self, wanted: &OfficialWanted<'_>) -> Result<(), Error> {
        let official = self.official();
        let of_name = |set: &&OfficialDataSet| wanted.data_set.is_none_or(|name| name == set.name);
        let sets: Vec<&OfficialDataSet> = official.sets().map(|(set, ..)| set).filter(of_name).collect();
        if let Some(name) = wanted.data_set.filter(|_| sets.is_empty()) {
            return Err(Error::NotFound(format!("no data set has the name `{name}`; `officialDataSets` lists them")));
        }
        let with: Vec<&&OfficialDataSet> =
            sets.iter().filter(|set| set.indicators.iter().any(|one| one.column == wanted.indicator)).collect();
        if with.is_empty() {
            return Err(Error::NotFound(format!(
                "no data set has the indicator `{}`; `officialDataSets` lists them",
                wanted.indicator
            )));
        }
        for (column, _) in wanted.filters {
            if !with.iter().any(|set| set.filters.iter().any(|filter| filter.column == *column)) {
                return Err(Error::BadRequest(format!(
                    "expected a filter of a data set with `{}`, found `{column}`",
                    wanted.indicator
                )));
            }
        }
        Ok(())
    }
}

/// The most figures of a file: rows × indicators.
const MOST_FIGURES: usize = 100_000;

/// From how many figures on a file is made where it disturbs nobody.
const HEAVY_FIGURES: usize = 1_000;

/// What is taken away of a data set of official figures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OfficialTaken {
    /// Its name.
    pub data_set: String,
    /// Its version; the newest where absent.
    pub version: Option<u32>,
    /// The columns of its indicators; all where none is named.
    pub indicators: Vec<String>,
    /// The codes of areas; all where absent.
    pub areas: Option<Vec<String>>,
    /// Academic years as six digits, or times as published; all where absent.
    pub years: Option<Vec<String>>,
    /// Items that rows must have, each as `column:item`; one of those that are named of a column.
    pub filters: Vec<String>,
}

/// The official figure that stands beside something of an area and a period.
#[derive(Debug, Clone)]
pub struct OfficialBeside {
    /// The column of the indicator.
    pub indicator: String,
    /// The name of the data set, where one alone was asked for.
    pub data_set: Option<String>,
    filters: Vec<(String, Vec<String>)>,
    figures: Arc<OfficialFigures>,
}

impl OfficialBeside {
    /// The figure of an area and the academic year of a period.
    pub fn figure(&self, catalogue: &Catalogue, area: AreaIndex, period: Period) -> Option<OfficialFigure<'_>> {
        let (areas, years) = (codes_of(catalogue, area), [period.academic_year()]);
        self.figures.beside(&OfficialWanted {
            indicator: &self.indicator,
            data_set: self.data_set.as_deref(),
            version: None,
            areas: Some(&areas),
            years: Some(&years),
            filters: &self.filters,
        })
    }
}

impl Reader {
    /// Makes something of rows of a data set.
    ///
    /// # Errors
    /// When there is no such data set, indicator or filter, nothing of it is about what is asked for, or it is more than one file
    /// holds.
    pub async fn official_table<T: Send + 'static>(
        &self,
        asked: OfficialTaken,
        make: impl FnOnce(OfficialSelection<'_>, &Catalogue) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let (official, catalogue) = (self.official().clone(), self.catalogue().clone());
        let taken = Taken::of(&official, &catalogue, asked)?;
        let count = {
            let selected = taken.select(&official)?;
            selected.rows.len() * selected.columns.len()
        };
        if count == 0 {
            return Err(Error::NotFound(format!(
                "nothing of the data set `{}` is about these areas, years and items",
                taken.asked.data_set
            )));
        }
        if count > MOST_FIGURES {
            return Err(Error::LimitExceeded(format!(
                "expected at most {MOST_FIGURES} figures in one file, found {count}: name fewer indicators, areas or years"
            )));
        }
        self.session.allowance.take_cells(count, 0)?;
        let made = move || Ok(make(taken.select(&official)?, &catalogue));
        if count < HEAVY_FIGURES { made() } else { self.work(made).await? }
    }

    /// What is to stand beside a table: an indicator, of a data set where one is named, with items as `column:item`.
    ///
    /// # Errors
    /// When no data set has it.
    pub fn official_beside(
        &self,
        indicator: String,
        data_set: Option<String>,
        filters: &[String],
    ) -> Result<OfficialBeside, Error> {
        let official = self.official();
        let of_name = |set: &&OfficialDataSet| data_set.as_ref().is_none_or(|name| *name == set.name);
        let sets: Vec<&OfficialDataSet> = official.sets().map(|(set, ..)| set).filter(of_name).collect();
        let filters = items_of(filters, &sets)?;
        let (figures, beside) = (official.clone(), OfficialWanted { filters: &filters, ..OfficialWanted::default() });
        self.check_official(&OfficialWanted { indicator: &indicator, data_set: data_set.as_deref(), ..beside })?;
        Ok(OfficialBeside { indicator, data_set, filters, figures })
    }
}

/// What is taken away, checked and in the words of the data set.
struct Taken {
    asked: OfficialTaken,
    areas: Option<BTreeSet<String>>,
    filters: Vec<(String, Vec<String>)>,
}

impl Taken {
    fn of(official: &OfficialFigures, catalogue: &Catalogue, asked: OfficialTaken) -> Result<Self, Error> {
        let named: Vec<&OfficialDataSet> =
            official.sets().map(|(set, ..)| set).filter(|set| set.name == asked.data_set).collect();
        let is_wanted = |set: &&&OfficialDataSet| asked.version.is_none_or(|version| version == set.version);
        let Some(set) = named.iter().find(is_wanted) else {
            let message = match asked.version.filter(|_| !named.is_empty()) {
                Some(version) => format!("the data set `{}` has no version {version}", asked.data_set),
                None => format!("no data set has the name `{}`; `officialDataSets` lists them", asked.data_set),
            };
            return Err(Error::NotFound(message));
        };
        let lacks = |column: &&String| !set.indicators.iter().any(|one| one.column == **column);
        if let Some(column) = asked.indicators.iter().find(lacks) {
            return Err(Error::NotFound(format!("the data set `{}` has no indicator `{column}`", asked.data_set)));
        }
        let filters = items_of(&asked.filters, &[set])?;
        let codes = |code: &String| match catalogue.area_index(code) {
            Some(area) => codes_of(catalogue, area),
            None => [code.clone()].into(),
        };
        let areas = asked.areas.as_ref().map(|areas| areas.iter().flat_map(codes).collect());
        Ok(Self { asked, areas, filters })
    }

    fn select<'a>(&self, official: &'a OfficialFigures) -> Result<OfficialSelection<'a>, Error> {
        let wanted = OfficialWanted {
            indicator: "",
            data_set: Some(&self.asked.data_set),
            version: self.asked.version,
            areas: self.areas.as_ref(),
            years: self.asked.years.as_deref(),
            filters: &self.filters,
        };
        official.select(&wanted, &self.asked.indicators).ok_or_else(|| {
            Error::NotFound(format!(
                "no data set has the name `{}`; `officialDataSets` lists them",
                self.asked.data_set
            ))
        })
    }
}

/// The items of each filter out of texts such as `Age:16-17`. What stands in front is the longest name of a column that fits.
fn items_of(texts: &[String], sets: &[&OfficialDataSet]) -> Result<Vec<(String, Vec<String>)>, Error> {
    let mut found: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for text in texts {
        let columns = sets.iter().flat_map(|set| &set.filters).map(|filter| filter.column.as_str());
        let fitting = columns.filter_map(|column| Some((column, text.strip_prefix(column)?.strip_prefix(':')?)));
        let Some((column, item)) = fitting.max_by_key(|(column, _)| column.len()) else {
            return Err(Error::BadRequest(format!(
                "expected a filter of the data set and one of its items as `column:item`, found `{text}`"
            )));
        };
        found.entry(column).or_default().push(item.to_owned());
    }
    Ok(found.into_iter().map(|(column, items)| (column.to_owned(), items)).collect())
}

/// The codes under which figures of an area may have been published: its own, and those that it had before or has since. An area that was
/// merged or split is another one.
pub fn codes_of(catalogue: &Catalogue, area: AreaIndex) -> BTreeSet<String> {
    let (mut codes, mut open) = (BTreeSet::new(), vec![area]);
    while let Some(area) = open.pop() {
        if codes.insert(catalogue.areas()[area].code.clone()) {
            let is_recode = |kind: SuccessionKind| kind == SuccessionKind::Recode;
            open.extend(catalogue.successors(area).iter().filter(|one| is_recode(one.kind)).map(|one| one.to));
            open.extend(catalogue.predecessors(area).iter().filter(|one| is_recode(one.kind)).map(|one| one.from));
        }
    }
    codes
}

fn shipped() -> Result<ingest::official::shipped::ShippedFigures, Error> {
    ingest::official::shipped::official_figures().map_err(|error| Error::Internal(error.into()))
}

/// A name is 1 to 80 of a–z, 0–9, `_` and `-`, and none of those that ship with the product.
fn check_name(name: &str) -> Result<(), Error> {
    let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
    if name.is_empty() || name.len() > 80 || !name.chars().all(is_allowed) {
        return Err(Error::BadRequest(format!("expected a name of 1 to 80 of a-z, 0-9, _ and -, found `{name}`")));
    }
    if shipped()?.iter().any(|(set, _)| set.name == name) {
        return Err(Error::Conflict(format!("the data set `{name}` ships with the product: give yours another name")));
    }
    Ok(())
}
