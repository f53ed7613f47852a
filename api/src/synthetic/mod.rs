//! A made-up population for demonstrations: seeded, on the real areas and frameworks, drawn so that the shares of
//! institutions that achieved each benchmark, and of students by destination, match the published national figures. No real
//! institution is in it.

mod destination;
mod institution;
mod level;
mod random;
mod score;

use std::collections::BTreeMap;

use crate::domain::{
    AreaKind, Catalogue, DestinationRecord, OrganisationKind, Period, PublishedFigure, Record, Secret,
};

use level::Levels;
use random::Random;

/// Which population to make up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Population {
    /// The seed: another seed is another population.
    pub seed: u64,
    /// The first period with results.
    pub first: Period,
    /// The last period with results.
    pub last: Period,
}

impl Population {
    /// The population of a seed from the first to the last year with published national figures.
    pub fn of_seed(seed: u64) -> Option<Self> {
        Some(Self { seed, first: Period::new(2017, 1)?, last: Period::new(2024, 3)? })
    }
}

/// What one organisation hands in.
#[derive(Debug, Clone)]
pub struct Handover {
    /// Who hands in.
    pub organisation: SyntheticOrganisation,
    /// The results.
    pub records: Vec<Record>,
    /// The destinations of cohorts.
    pub destinations: Vec<DestinationRecord>,
}

/// A made-up organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntheticOrganisation {
    /// Its code.
    pub code: String,
    /// Its name, which says that it is for demonstration.
    pub name: String,
    /// What it is.
    pub kind: OrganisationKind,
    /// The code of the area it works in.
    pub area: String,
}

/// Makes up a population and who hands in which of its results: careers hubs their members', a national body the rest of
/// England's, and a partner in Hong Kong the results there.
pub fn generate(
    population: &Population,
    catalogue: &Catalogue,
    secret: &Secret,
    figures: &[PublishedFigure],
) -> Vec<Handover> {
    let mut random = Random::new(population.seed);
    let institutions = institution::draw(catalogue, &mut random);
    let levels = Levels::read(figures);
    let mut handovers: BTreeMap<String, Vec<Record>> = BTreeMap::new();
    for period in Period::range(population.first, population.last) {
        for record in score::draw(&institutions, period, &levels, secret, &mut random) {
            let provider = record.hub.clone().unwrap_or_else(|| country(&record, catalogue));
            handovers.entry(provider).or_default().push(record);
        }
    }
    let (areas, handed_in): (Vec<String>, Vec<Vec<Record>>) = handovers.into_iter().unzip();
    // A generator of its own: results are the same whatever is drawn for destinations.
    let mut random = Random::new(!population.seed);
    let destinations = destination::draw(&handed_in, figures, &mut random);
    areas
        .iter()
        .zip(handed_in.into_iter().zip(destinations))
        .map(|(area, (records, destinations))| Handover {
            organisation: organisation(area, catalogue),
            records,
            destinations,
        })
        .collect()
}

fn country(record: &Record, catalogue: &Catalogue) -> String {
    let authority = catalogue.area_index(&record.local_authority);
    let inside = |code: &str| {
        authority.zip(catalogue.area_index(code)).is_some_and(|(inner, outer)| catalogue.lies_in(inner, outer))
    };
    if inside(institution::HONG_KONG) { institution::HONG_KONG.to_owned() } else { institution::ENGLAND.to_owned() }
}

fn organisation(area: &str, catalogue: &Catalogue) -> SyntheticOrganisation {
    let found = catalogue.area_index(area).map(|index| &catalogue.areas()[index]);
    let name = found.map_or(area, |area| area.name.as_str());
    let (code, kind) = match found.map(|area| area.kind) {
        Some(AreaKind::Hub) => (format!("{area}-DEMO"), OrganisationKind::Hub),
        _ if area == institution::HONG_KONG => ("HK-DEMO".to_owned(), OrganisationKind::Partner),
        _ => ("ENGLAND-DEMO".to_owned(), OrganisationKind::National),
    };
    SyntheticOrganisation { code, name: format!("{name} (demonstration)"), kind, area: area.to_owned() }
}

#[cfg(test)]
mod tests;
