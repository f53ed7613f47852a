//! A table of destinations as a neutral one.

use crate::{
    datasets::{Destinations, destinations::Band},
    domain::{CohortYear, Destination, Stage},
    tabulation::{TablePlan, Tabulation},
};

use super::{
    outcomes::{area_facet, places},
    table::{About, Facet, FacetKind, Figure, Item, Measure, Row, Table, Unit},
    words,
};

/// A table of destinations.
pub fn destinations(table: &Tabulation<Destinations>) -> Table {
    let plan = table.plan();
    let (catalogue, areas) = (table.catalogue(), plan.scope().areas());
    let facet = |kind, name: &str, label, items| Facet { kind, name: name.to_owned(), label, items };
    let mut facets = vec![
        area_facet(catalogue, areas),
        facet(FacetKind::Time, "cohort_year", "Cohort year", plan.cohort_years().iter().copied().map(year).collect()),
        facet(FacetKind::Category, "stage", "Stage", plan.stages().iter().copied().map(stage).collect()),
        facet(
            FacetKind::Category,
            "category",
            "Destination",
            plan.destinations().iter().copied().map(category).collect(),
        ),
    ];
    if let Some(banding) = plan.banding() {
        let items = banding.bands.iter().map(band).collect();
        facets.push(facet(FacetKind::Category, "benchmarks_achieved", "Benchmarks achieved", items));
    }
    let rows = table.cells().iter().enumerate().map(|(cell, found)| {
        let key = table.cell_key(cell);
        let mut keys = vec![
            areas.iter().position(|own| *own == key.area).unwrap_or_default(),
            plan.cohort_years().iter().position(|own| *own == key.cohort_year).unwrap_or_default(),
            plan.stages().iter().position(|own| *own == key.stage).unwrap_or_default(),
            plan.destinations().iter().position(|own| *own == key.destination).unwrap_or_default(),
        ];
        if let (Some(banding), Some(band)) = (plan.banding(), key.band) {
            keys.push(banding.bands.iter().position(|own| *own == band).unwrap_or_default());
        }
        let figures = [found.cohort, found.students, found.share].into_iter().map(Figure::from).collect();
        Row { keys, institutions: found.institutions, comparability: "EXACT", reconciled: false, figures }
    });
    Table {
        about: About {
            dataset: "destinations",
            title: "Destinations of students".to_owned(),
            citation: table.citation(),
            short_citation: None,
            release: table.release().number,
            published_at: table.release().published_at,
            synthetic: table.release().synthetic,
            framework: None,
            benchmarks: 0,
            tier: words::tier(table.tier()),
            purpose: table.purpose().to_owned(),
            method: table.release().method.number(),
        },
        places: places(catalogue, areas),
        rows: rows.collect(),
        facets,
        measures: vec![
            Measure::new("cohort", "Students of the cohort", Unit::Students),
            Measure::new("students", "Students who went there", Unit::Students),
            Measure::new("share", "Share of the cohort", Unit::Share),
        ],
        mapped: false,
        reconciled: false,
        beside: None,
    }
}

fn year(year: CohortYear) -> Item {
    let start = year.start_year();
    Item::new(year.to_string(), format!("{start}/{:02}", (start + 1) % 100))
}

fn stage(stage: Stage) -> Item {
    let label = match stage {
        Stage::KeyStage4 => "Key stage 4",
        Stage::SixteenToEighteen => "16 to 18 study",
    };
    Item::new(stage.code(), label)
}

fn category(destination: Destination) -> Item {
    let label = match destination {
        Destination::Education => "Education",
        Destination::Apprenticeship => "Apprenticeship",
        Destination::Employment => "Employment",
        Destination::NotSustained => "Not sustained",
        Destination::Unknown => "Unknown",
    };
    Item::new(destination.code(), label)
}

fn band(band: &Band) -> Item {
    let Band { lowest, highest, of } = band;
    Item::new(format!("{lowest}-{highest}"), format!("{lowest} to {highest} of {of}"))
}
