//! How cells of destinations are written.

use crate::{
    datasets::{
        Destinations,
        destinations::{Band, Key},
    },
    domain::{AreaIndex, Catalogue},
    graphql::{
        json::{json, name, nullable},
        types::{DestinationCategory, DestinationStage},
    },
    tabulation::Tabulation,
};

use super::{
    shape::{Memo, Read, SelectableField, SelectedField, Shape, selectable, written},
    types::{AreaField, EstimateField},
};

written! {
    /// Fields of `DestinationCell`.
    DestinationField = "DestinationCell" (text, table: &Tabulation<Destinations>, position: usize) {
        "institutions" Institutions => json(text, &table.cells()[position].institutions),
        "cohort" Cohort(shape: Shape<EstimateField>) => {
            shape.write(text, &table.cells()[position].cohort, &|| table.remedies(position));
        },
        "students" Students(shape: Shape<EstimateField>) => {
            shape.write(text, &table.cells()[position].students, &|| table.remedies(position));
        },
        "share" Share(shape: Shape<EstimateField>) => {
            shape.write(text, &table.cells()[position].share, &|| table.remedies(position));
        },
        _ Key(field: DestinationKeyField) => field.write(text, table.catalogue(), &table.cell_key(position)),
    }
}

selectable! {
    /// The fields that say what a cell is about.
    DestinationKeyField {
        "area" => Area(Memo<AreaField, AreaIndex>),
        "cohortYear" => CohortYear,
        "stage" => Stage,
        "category" => Category,
        "benchmarksAchieved" => BenchmarksAchieved(Shape<BandField>),
    }
}

impl DestinationKeyField {
    pub(super) fn write(&mut self, text: &mut Vec<u8>, catalogue: &Catalogue, key: &Key) {
        match self {
            Self::Area(memo) => memo.write(key.area, text, |shape, text| shape.write(text, catalogue, key.area)),
            Self::CohortYear => json(text, &key.cohort_year.to_string()),
            Self::Stage => name(text, DestinationStage::from(key.stage)),
            Self::Category => name(text, DestinationCategory::from(key.destination)),
            Self::BenchmarksAchieved(shape) => nullable(text, key.band.as_ref(), |band, text| shape.write(text, band)),
        }
    }
}

written! {
    /// Fields of `BenchmarksAchievedBand`.
    BandField = "BenchmarksAchievedBand" (text, band: &Band) {
        "lowest" Lowest => json(text, &band.lowest),
        "highest" Highest => json(text, &band.highest),
        "of" Of => json(text, &band.of),
    }
}
