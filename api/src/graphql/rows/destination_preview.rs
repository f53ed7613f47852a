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
    shape::{Read, SelectableField, SelectedField, Shape, written},
};

written! {
    /// Fields of `DestinationPreviewCell`.
    DestinationPreviewField = "DestinationPreviewCell" (text, preview: &Preview<Destinations>, position: usize) {
        "institutions" Institutions => json(text, &preview.cells()[position].institutions),
        "status" Status => optional(text, preview.cells()[position].status.map(CellStatus::from)),
        "reason" Reason => optional(text, preview.cells()[position].reason.map(HiddenReason::from)),
        "remedy" Remedy => json(text, preview.remedies(position)),
        "cohortError" CohortError => {
            json(text, &preview.cells()[position].cohort.and_then(|cohort| cohort.standard_error));
        },
        _ Key(field: DestinationKeyField) => field.write(text, preview.catalogue(), &preview.cell_key(position)),
    }
}
