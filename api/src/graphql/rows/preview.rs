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
    shape::{Read, SelectableField, SelectedField, Shape, selectable},
};

selectable! {
    /// Fields of `PreviewCell`.
    PreviewField = "PreviewCell" {
        "institutions" => Institutions,
        "status" => Status,
        "reason" => Reason,
        "remedy" => Remedy,
        "achievedError" => AchievedError,
        "shareError" => ShareError,
        "meanError" => MeanError,
        _ => Key(KeyField),
    }
}

impl Shape<PreviewField> {
    /// Writes a cell of a preview.
    pub(in crate::graphql) fn write_preview(
        &mut self,
        text: &mut Vec<u8>,
        preview: &Preview<Outcomes>,
        position: usize,
    ) {
        let cell = &preview.cells()[position];
        let (area, period, benchmark, group) = preview.cell_key(position);
        let (catalogue, framework) = (preview.catalogue(), preview.framework());
        let key = Key { catalogue, framework, area, period, benchmark: Some(benchmark), group };
        self.write(text, |field, text| match field {
            PreviewField::Key(field) => field.write(text, &key),
            PreviewField::Institutions => json(text, &cell.institutions),
            PreviewField::Status => name(text, CellStatus::from(cell.status)),
            PreviewField::Reason => optional(text, cell.reason.map(HiddenReason::from)),
            PreviewField::Remedy => json(text, preview.remedies(position)),
            PreviewField::AchievedError => json(text, &cell.achieved_error),
            PreviewField::ShareError => json(text, &cell.share_error),
            PreviewField::MeanError => json(text, &cell.mean_error),
        });
    }
}
