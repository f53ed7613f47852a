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
    shape::{SelectableField, SelectedField, Shape},
};

/// Fields of `PreviewCell`.
pub(in crate::graphql) enum PreviewField {
    Key(KeyField),
    Institutions,
    Status,
    Reason,
    Remedy,
    AchievedError,
    ShareError,
    MeanError,
}

impl SelectableField for PreviewField {
    const TYPE: &'static str = "PreviewCell";

    fn read(selected: &SelectedField<'_>) -> Option<Self> {
        Some(match selected.name() {
            "institutions" => Self::Institutions,
            "status" => Self::Status,
            "reason" => Self::Reason,
            "remedy" => Self::Remedy,
            "achievedError" => Self::AchievedError,
            "shareError" => Self::ShareError,
            "meanError" => Self::MeanError,
            _ => Self::Key(KeyField::read(selected)?),
        })
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
