//! How cells of destinations are written.

use crate::{
    datasets::{Destinations, destinations::Key},
    domain::{AreaIndex, Catalogue},
    graphql::{
        json::{json, name},
        types::{DestinationCategory, DestinationStage},
    },
    tabulation::Tabulation,
};

use super::{
    shape::{Memo, Read, SelectableField, SelectedField, Shape, selectable},
    types::{AreaField, EstimateField},
};

selectable! {
    /// Fields of `DestinationCell`.
    DestinationField = "DestinationCell" {
        "institutions" => Institutions,
        "cohort" => Cohort(Shape<EstimateField>),
        "students" => Students(Shape<EstimateField>),
        "share" => Share(Shape<EstimateField>),
        _ => Key(DestinationKeyField),
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
            Self::Area(memo) => memo.write(key.area, text, |shape, text| shape.write_area(text, catalogue, key.area)),
            Self::CohortYear => json(text, &key.cohort_year.to_string()),
            Self::Stage => name(text, DestinationStage::from(key.stage)),
            Self::Category => name(text, DestinationCategory::from(key.destination)),
            Self::BenchmarksAchieved(shape) => match &key.band {
                Some(band) => shape.write(text, |field, text| match field {
                    BandField::Lowest => json(text, &band.lowest),
                    BandField::Highest => json(text, &band.highest),
                    BandField::Of => json(text, &band.of),
                }),
                None => text.extend_from_slice(b"null"),
            },
        }
    }
}

selectable! {
    /// Fields of `BenchmarksAchievedBand`.
    BandField = "BenchmarksAchievedBand" {
        "lowest" => Lowest,
        "highest" => Highest,
        "of" => Of,
    }
}

impl Shape<DestinationField> {
    /// Writes a cell of a table of destinations.
    pub(in crate::graphql) fn write_students(
        &mut self,
        text: &mut Vec<u8>,
        table: &Tabulation<Destinations>,
        position: usize,
    ) {
        let cell = &table.cells()[position];
        let remedies = || table.remedies(position);
        let key = table.cell_key(position);
        self.write(text, |field, text| match field {
            DestinationField::Key(field) => field.write(text, table.catalogue(), &key),
            DestinationField::Institutions => json(text, &cell.institutions),
            DestinationField::Cohort(shape) => shape.write_estimate(text, &cell.cohort, remedies),
            DestinationField::Students(shape) => shape.write_estimate(text, &cell.students, remedies),
            DestinationField::Share(shape) => shape.write_estimate(text, &cell.share, remedies),
        });
    }
}
