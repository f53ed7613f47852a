//! How cells of outcomes, and rows over all benchmarks, are written.

use crate::{
    datasets::{Outcomes, outcomes::Number},
    domain::Period,
    graphql::{
        json::{json, list, name},
        types::Comparability,
    },
    tabulation::Tabulation,
};

use super::{
    key::{Key, KeyField},
    shape::{SelectableField, SelectedField, Shape},
    types::{ChangeField, EstimateField},
};

/// Fields of `OutcomeCell`.
pub(in crate::graphql) enum OutcomeField {
    Key(KeyField),
    Institutions,
    Achieved(Shape<EstimateField>),
    AchievedShare(Shape<EstimateField>),
    MeanScore(Shape<EstimateField>),
    Change(Period, Shape<ChangeField>),
    Total,
    Reconciled,
    Comparability,
}

impl SelectableField for OutcomeField {
    const TYPE: &'static str = "OutcomeCell";

    fn read(selected: &SelectedField<'_>) -> Option<Self> {
        Some(match selected.name() {
            "institutions" => Self::Institutions,
            "achieved" => Self::Achieved(selected.below()?),
            "achievedShare" => Self::AchievedShare(selected.below()?),
            "meanScore" => Self::MeanScore(selected.below()?),
            "change" => Self::Change(selected.text("since")?.parse().ok()?, selected.below()?),
            "total" => Self::Total,
            "reconciled" => Self::Reconciled,
            "comparability" => Self::Comparability,
            _ => Self::Key(KeyField::read(selected)?),
        })
    }
}

impl Shape<OutcomeField> {
    /// Writes a cell of a table.
    pub(in crate::graphql) fn write_cell(&mut self, text: &mut Vec<u8>, table: &Tabulation<Outcomes>, position: usize) {
        let cell = table.cell(position);
        let ready = table.ready(position);
        let numbers = |value, error| ready.map(|ready| [ready.number(value), ready.number(error)]);
        let remedies = || table.remedies(position);
        let (area, period, benchmark, group) = table.cell_key(position);
        let (catalogue, framework) = (table.catalogue(), table.framework());
        let key = Key { catalogue, framework, area, period, benchmark: Some(benchmark), group };
        self.write(text, |field, text| match field {
            OutcomeField::Key(field) => field.write(text, &key),
            OutcomeField::Institutions => match ready {
                Some(ready) => text.extend_from_slice(ready.number(Number::Institutions)),
                None => json(text, &cell.institutions),
            },
            OutcomeField::Achieved(shape) => {
                let numbers = numbers(Number::Achieved, Number::AchievedError);
                shape.write_ready(text, &cell.achieved, numbers, remedies);
            }
            OutcomeField::AchievedShare(shape) => {
                let numbers = numbers(Number::Share, Number::ShareError);
                shape.write_ready(text, &cell.achieved_share, numbers, remedies);
            }
            OutcomeField::MeanScore(shape) => {
                let numbers = numbers(Number::Mean, Number::MeanError);
                shape.write_ready(text, &cell.mean_score, numbers, remedies);
            }
            // The change was counted: the plan was made with the same selection.
            OutcomeField::Change(since, shape) => match table.change(position, *since) {
                Some(change) => shape.write_change(text, &change, *since),
                None => text.extend_from_slice(b"null"),
            },
            OutcomeField::Total => json(text, &table.totals().contains(&position)),
            OutcomeField::Reconciled => json(text, &cell.reconciled),
            OutcomeField::Comparability => name(text, Comparability::from(table.comparability(position))),
        });
    }
}

/// Fields of `OverallCell`.
pub(in crate::graphql) enum OverallField {
    Key(KeyField),
    Institutions,
    MeanAchieved(Shape<EstimateField>),
    ShareWithAll(Shape<EstimateField>),
    Distribution(Shape<EstimateField>),
    Quartiles(Shape<QuartileField>),
}

impl SelectableField for OverallField {
    const TYPE: &'static str = "OverallCell";

    fn read(selected: &SelectedField<'_>) -> Option<Self> {
        Some(match selected.name() {
            "institutions" => Self::Institutions,
            "meanAchieved" => Self::MeanAchieved(selected.below()?),
            "shareWithAll" => Self::ShareWithAll(selected.below()?),
            "distribution" => Self::Distribution(selected.below()?),
            "quartiles" => Self::Quartiles(selected.below()?),
            _ => Self::Key(KeyField::read(selected)?),
        })
    }
}

/// Fields of `Quartiles`: which of the three.
pub(in crate::graphql) struct QuartileField(usize, Shape<EstimateField>);

impl SelectableField for QuartileField {
    const TYPE: &'static str = "Quartiles";

    fn read(selected: &SelectedField<'_>) -> Option<Self> {
        let position = ["lower", "median", "upper"].iter().position(|name| *name == selected.name())?;
        Some(Self(position, selected.below()?))
    }
}

impl Shape<OverallField> {
    /// Writes a row over all benchmarks.
    pub(in crate::graphql) fn write_row(&mut self, text: &mut Vec<u8>, table: &Tabulation<Outcomes>, position: usize) {
        let row = table.row(position);
        let remedies = || table.overall_remedies(position);
        let (area, period, group) = table.overall_key(position);
        let (catalogue, framework) = (table.catalogue(), table.framework());
        let key = Key { catalogue, framework, area, period, benchmark: None, group };
        self.write(text, |field, text| match field {
            OverallField::Key(field) => field.write(text, &key),
            OverallField::Institutions => json(text, &row.institutions),
            OverallField::MeanAchieved(shape) => shape.write_estimate(text, &row.mean_achieved, remedies),
            OverallField::ShareWithAll(shape) => shape.write_estimate(text, &row.share_with_all, remedies),
            OverallField::Distribution(shape) => {
                list(text, &row.distribution, |share, text| shape.write_estimate(text, share, remedies));
            }
            OverallField::Quartiles(shape) => shape.write(text, |QuartileField(position, shape), text| {
                shape.write_estimate(text, &row.quartiles[*position], remedies);
            }),
        });
    }
}
