//! How cells of a preview of destinations are written.

use crate::{
    datasets::Destinations,
    graphql::{
        json::{json, optional},
        types::{CellStatus, HiddenReason},
    },
    tabulation::Preview,
};

use super::{
    destination::DestinationKeyField,
    shape::{Read, SelectableField, SelectedField, Shape, selectable},
};

selectable! {
    /// Fields of `DestinationPreviewCell`.
    DestinationPreviewField = "DestinationPreviewCell" {
        "institutions" => Institutions,
        "status" => Status,
        "reason" => Reason,
        "remedy" => Remedy,
        "cohortError" => CohortError,
        _ => Key(DestinationKeyField),
    }
}

impl Shape<DestinationPreviewField> {
    /// Writes a cell of a preview of destinations.
    pub(in crate::graphql) fn write_expected(
        &mut self,
        text: &mut Vec<u8>,
        preview: &Preview<Destinations>,
        position: usize,
    ) {
        let (cell, key) = (&preview.cells()[position], preview.cell_key(position));
        self.write(text, |field, text| match field {
            DestinationPreviewField::Key(field) => field.write(text, preview.catalogue(), &key),
            DestinationPreviewField::Institutions => json(text, &cell.institutions),
            DestinationPreviewField::Status => optional(text, cell.status.map(CellStatus::from)),
            DestinationPreviewField::Reason => optional(text, cell.reason.map(HiddenReason::from)),
            DestinationPreviewField::Remedy => json(text, preview.remedies(position)),
            DestinationPreviewField::CohortError => {
                json(text, &cell.cohort.and_then(|cohort| cohort.standard_error));
            }
        });
    }
}
