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
    shape::{Memo, SelectableField, SelectedField, Shape},
    types::{AreaField, EstimateField},
};

/// Fields of `DestinationCell`.
pub(in crate::graphql) enum DestinationField {
    Key(DestinationKeyField),
    Institutions,
    Cohort(Shape<EstimateField>),
    Students(Shape<EstimateField>),
    Share(Shape<EstimateField>),
}

impl SelectableField for DestinationField {
    const TYPE: &'static str = "DestinationCell";

    fn read(selected: &SelectedField<'_>) -> Option<Self> {
        Some(match selected.name() {
            "institutions" => Self::Institutions,
            "cohort" => Self::Cohort(selected.below()?),
            "students" => Self::Students(selected.below()?),
            "share" => Self::Share(selected.below()?),
            _ => Self::Key(DestinationKeyField::read(selected)?),
        })
    }
}

/// The fields that say what a cell is about.
pub(in crate::graphql) enum DestinationKeyField {
    Area(Memo<AreaField, AreaIndex>),
    CohortYear,
    Stage,
    Category,
    BenchmarksAchieved(Shape<BandField>),
}

impl DestinationKeyField {
    /// The field that is selected; `None` where it is another.
    pub(super) fn read(selected: &SelectedField<'_>) -> Option<Self> {
        Some(match selected.name() {
            "area" => Self::Area(selected.shared()?),
            "cohortYear" => Self::CohortYear,
            "stage" => Self::Stage,
            "category" => Self::Category,
            "benchmarksAchieved" => Self::BenchmarksAchieved(selected.below()?),
            _ => return None,
        })
    }

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

/// Fields of `BenchmarksAchievedBand`.
pub(in crate::graphql) enum BandField {
    Lowest,
    Highest,
    Of,
}

impl SelectableField for BandField {
    const TYPE: &'static str = "BenchmarksAchievedBand";

    fn read(selected: &SelectedField<'_>) -> Option<Self> {
        Some(match selected.name() {
            "lowest" => Self::Lowest,
            "highest" => Self::Highest,
            "of" => Self::Of,
            _ => return None,
        })
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
