//! How cells of outcomes, and rows over all benchmarks, are written.

use disclosure::{Estimate, ProtectedCell};

use crate::{
    datasets::{Outcomes, outcomes::Number},
    domain::Period,
    graphql::{
        json::{json, list, name, nullable, optional},
        types::{CellStatus, Comparability, EstimateBound, HiddenReason},
    },
    tabulation::Tabulation,
};

use super::{
    key::{Key, KeyField},
    official::Beside,
    shape::{Read, SelectableField, SelectedField, Shape, ShapeField, selectable, written},
    types::{ChangeField, EstimateField},
};

selectable! {
    /// Fields of `OutcomeCell`.
    OutcomeField = "OutcomeCell" {
        "institutions" => Institutions,
        "achieved" => Achieved(Shape<EstimateField>),
        "achievedShare" => AchievedShare(Shape<EstimateField>),
        "meanScore" => MeanScore(Shape<EstimateField>),
        "partlyShare" => PartlyShare(Shape<EstimateField>),
        "noneShare" => NoneShare(Shape<EstimateField>),
        "change" => Change(Since),
        "official" => Official(Beside),
        "total" => Total,
        "reconciled" => Reconciled,
        "comparability" => Comparability,
        _ => Key(KeyField),
    }
}

/// The field `change`, since a period.
pub(in crate::graphql) struct Since(Period, Shape<ChangeField>);

impl Read for Since {
    fn read(selected: &SelectedField<'_>) -> Option<Self> {
        Some(Self(selected.argument::<String>("since")?.parse().ok()?, Shape::read(selected)?))
    }
}

/// One of the two shares beside that of who achieved a benchmark.
#[derive(Clone, Copy)]
enum State {
    Partly,
    None,
}

impl State {
    fn of(self, table: &Tabulation<Outcomes>, cell: usize) -> Option<Estimate> {
        match self {
            Self::Partly => table.partly_share(cell),
            Self::None => table.none_share(cell),
        }
    }
}

/// How cells of outcomes are written: what is the same in every one as one text, and between such texts what is not.
#[derive(Default)]
pub(in crate::graphql) struct CellLine {
    parts: Vec<Part>,
    /// The cell that is likely next, and its place along each axis.
    next: (usize, [usize; 4]),
}

/// A part of a line.
enum Part {
    Text(Vec<u8>),
    Key(KeyField),
    Number(Number),
    Bound(Figure),
    Status(Figure),
    Reason(Figure),
    Remedy(Figure),
    State(State, Shape<EstimateField>),
    Change(Period, Shape<ChangeField>),
    Official(Beside),
    Total,
    Reconciled,
    Comparability,
}

/// A figure of a cell.
#[derive(Clone, Copy)]
enum Figure {
    Achieved,
    Share,
    Mean,
}

impl Figure {
    fn of(self, cell: &ProtectedCell) -> &Estimate {
        match self {
            Self::Achieved => &cell.achieved,
            Self::Share => &cell.achieved_share,
            Self::Mean => &cell.mean_score,
        }
    }

    /// Its value, and its standard error.
    fn numbers(self) -> [Number; 2] {
        match self {
            Self::Achieved => [Number::Achieved, Number::AchievedError],
            Self::Share => [Number::Share, Number::ShareError],
            Self::Mean => [Number::Mean, Number::MeanError],
        }
    }
}

impl CellLine {
    /// Writes a cell of a table along a shape, which is taken over at the first one.
    pub(in crate::graphql) fn write(
        &mut self,
        shape: &mut Shape<OutcomeField>,
        text: &mut Vec<u8>,
        table: &Tabulation<Outcomes>,
        position: usize,
    ) {
        if self.parts.is_empty() {
            self.read(shape);
        }
        let (cell, ready) = (table.cell(position), table.ready(position));
        let (catalogue, framework) = (table.catalogue(), table.framework());
        let (area, period, benchmark, group) = if table.own_cells().contains(&position) {
            table.plan().key_at(catalogue, self.place(table, position))
        } else {
            table.cell_key(position)
        };
        let key = Key { catalogue, framework, area, period, benchmark: Some(benchmark), group };
        for part in &mut self.parts {
            match part {
                Part::Text(same) => text.extend_from_slice(same),
                Part::Key(field) => field.write(text, &key),
                Part::Number(number) => match ready {
                    Some(ready) => text.extend_from_slice(ready.number(*number)),
                    None => write_number(text, cell, *number),
                },
                Part::Bound(figure) => optional(text, figure.of(cell).bound.map(EstimateBound::from)),
                Part::Status(figure) => name(text, CellStatus::from(figure.of(cell).status)),
                Part::Reason(figure) => optional(text, figure.of(cell).reason.map(HiddenReason::from)),
                Part::Remedy(figure) if figure.of(cell).reason.is_some() => json(text, table.remedies(position)),
                Part::Remedy(_) => text.extend_from_slice(b"[]"),
                // Both were counted: the plan was made with the same selection.
                Part::State(state, shape) => nullable(text, state.of(table, position), |share, text| {
                    shape.write(text, &share, &|| table.remedies_of_states(position));
                }),
                Part::Change(since, shape) => nullable(text, table.change(position, *since), |change, text| {
                    shape.write(text, &change, *since);
                }),
                Part::Official(beside) => beside.write(text, catalogue, area, period),
                Part::Total => json(text, &table.totals().contains(&position)),
                Part::Reconciled => json(text, &cell.reconciled),
                Part::Comparability => name(text, Comparability::from(table.comparability(position))),
            }
        }
    }

    /// Where a cell of the table itself stands along each axis. Cells come in their order, so it is mostly counted on.
    fn place(&mut self, table: &Tabulation<Outcomes>, position: usize) -> [usize; 4] {
        let (next, mut at) = self.next;
        if position != next {
            at = table.plan().coordinates(position);
        }
        let mut after = at;
        for (place, length) in after.iter_mut().zip(table.plan().axes()).rev() {
            *place += 1;
            if *place < length {
                break;
            }
            *place = 0;
        }
        self.next = (position + 1, after);
        at
    }

    fn read(&mut self, shape: &mut Shape<OutcomeField>) {
        self.object(shape, |line, field| match field {
            None => line.text(b"\"OutcomeCell\""),
            Some(OutcomeField::Key(key)) => line.parts.push(Part::Key(key)),
            Some(OutcomeField::Institutions) => line.parts.push(Part::Number(Number::Institutions)),
            Some(OutcomeField::Achieved(mut shape)) => line.estimate(&mut shape, Figure::Achieved),
            Some(OutcomeField::AchievedShare(mut shape)) => line.estimate(&mut shape, Figure::Share),
            Some(OutcomeField::MeanScore(mut shape)) => line.estimate(&mut shape, Figure::Mean),
            Some(OutcomeField::PartlyShare(shape)) => line.parts.push(Part::State(State::Partly, shape)),
            Some(OutcomeField::NoneShare(shape)) => line.parts.push(Part::State(State::None, shape)),
            Some(OutcomeField::Change(Since(since, shape))) => line.parts.push(Part::Change(since, shape)),
            Some(OutcomeField::Official(beside)) => line.parts.push(Part::Official(beside)),
            Some(OutcomeField::Total) => line.parts.push(Part::Total),
            Some(OutcomeField::Reconciled) => line.parts.push(Part::Reconciled),
            Some(OutcomeField::Comparability) => line.parts.push(Part::Comparability),
        });
    }

    fn estimate(&mut self, shape: &mut Shape<EstimateField>, figure: Figure) {
        let [value, error] = figure.numbers();
        self.object(shape, |line, field| match field {
            None => line.text(b"\"Estimate\""),
            Some(EstimateField::Value) => line.parts.push(Part::Number(value)),
            Some(EstimateField::StandardError) => line.parts.push(Part::Number(error)),
            Some(EstimateField::Bound) => line.parts.push(Part::Bound(figure)),
            Some(EstimateField::Status) => line.parts.push(Part::Status(figure)),
            Some(EstimateField::Reason) => line.parts.push(Part::Reason(figure)),
            Some(EstimateField::Remedy) => line.parts.push(Part::Remedy(figure)),
        });
    }

    /// Adds an object; `add` adds the value of a field, of `__typename` where there is none.
    fn object<F: SelectableField>(&mut self, shape: &mut Shape<F>, mut add: impl FnMut(&mut Self, Option<F>)) {
        self.text(b"{");
        for (position, (key, field)) in shape.take().enumerate() {
            self.text(if position == 0 { &key[1..] } else { &key });
            match field {
                ShapeField::TypeName => add(self, None),
                ShapeField::Field(field) => add(self, Some(field)),
            }
        }
        self.text(b"}");
    }

    fn text(&mut self, more: &[u8]) {
        match self.parts.last_mut() {
            Some(Part::Text(text)) => text.extend_from_slice(more),
            _ => self.parts.push(Part::Text(more.to_vec())),
        }
    }
}

/// Writes a number that is not ready.
fn write_number(text: &mut Vec<u8>, cell: &ProtectedCell, number: Number) {
    match number {
        Number::Institutions => json(text, &cell.institutions),
        Number::Achieved => json(text, &cell.achieved.value),
        Number::AchievedError => json(text, &cell.achieved.standard_error),
        Number::Share => json(text, &cell.achieved_share.value),
        Number::ShareError => json(text, &cell.achieved_share.standard_error),
        Number::Mean => json(text, &cell.mean_score.value),
        Number::MeanError => json(text, &cell.mean_score.standard_error),
    }
}

written! {
    /// Fields of `OverallCell`.
    OverallField = "OverallCell" (text, table: &Tabulation<Outcomes>, position: usize) {
        "institutions" Institutions => json(text, &table.row(position).institutions),
        "meanAchieved" MeanAchieved(shape: Shape<EstimateField>) => {
            shape.write(text, &table.row(position).mean_achieved, &|| table.overall_remedies(position));
        },
        "shareWithAll" ShareWithAll(shape: Shape<EstimateField>) => {
            shape.write(text, &table.row(position).share_with_all, &|| table.overall_remedies(position));
        },
        "distribution" Distribution(shape: Shape<EstimateField>) => {
            list(text, &table.row(position).distribution, |share, text| {
                shape.write(text, share, &|| table.overall_remedies(position));
            });
        },
        "quartiles" Quartiles(shape: Shape<QuartileField>) => {
            shape.write(text, &table.row(position).quartiles, &|| table.overall_remedies(position));
        },
        "official" Official(beside: Beside) => {
            let (area, period, _) = table.overall_key(position);
            beside.write(text, table.catalogue(), area, period);
        },
        "comparability" Comparability => name(text, Comparability::from(table.overall_comparability(position))),
        _ Key(field: KeyField) => {
            let (area, period, group) = table.overall_key(position);
            let (catalogue, framework) = (table.catalogue(), table.framework());
            field.write(text, &Key { catalogue, framework, area, period, benchmark: None, group });
        },
    }
}

written! {
    /// Fields of `Quartiles`.
    QuartileField = "Quartiles"<'a> (text, quartiles: &[Estimate; 3], remedies: &dyn Fn() -> &'a [String]) {
        "lower" Lower(shape: Shape<EstimateField>) => shape.write(text, &quartiles[0], remedies),
        "median" Median(shape: Shape<EstimateField>) => shape.write(text, &quartiles[1], remedies),
        "upper" Upper(shape: Shape<EstimateField>) => shape.write(text, &quartiles[2], remedies),
    }
}
