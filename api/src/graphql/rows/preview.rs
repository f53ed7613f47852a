//! How cells of a preview are written.

use crate::{
    datasets::Outcomes,
    graphql::{
        json::{json, name, optional},
        types::{CellStatus, HiddenReason},
    },
    tabulation::Preview,
};

use super::{
    key::{Key, KeyField},
    shape::{Read, SelectableField, SelectedField, Shape, written},
};

written! {
    /// Fields of `PreviewCell`.
    PreviewField = "PreviewCell" (text, preview: &Preview<Outcomes>, position: usize) {
        "institutions" Institutions => json(text, &preview.cells()[position].institutions),
        "status" Status => name(text, CellStatus::from(preview.cells()[position].status)),
        "reason" Reason => optional(text, preview.cells()[position].reason.map(HiddenReason::from)),
        "remedy" Remedy => json(text, preview.remedies(position)),
        "achievedError" AchievedError => json(text, &preview.cells()[position].achieved_error),
        "shareError" ShareError => json(text, &preview.cells()[position].share_error),
        "meanError" MeanError => json(text, &preview.cells()[position].mean_error),
        _ Key(field: KeyField) => {
            let (area, period, benchmark, group) = preview.cell_key(position);
            let (catalogue, framework) = (preview.catalogue(), preview.framework());
            field.write(text, &Key { catalogue, framework, area, period, benchmark: Some(benchmark), group });
        },
    }
}
