//! How official figures are written that stand in rows: beside a cell, or about its area.

use std::sync::Arc;

use crate::{
    domain::{AreaIndex, Catalogue, OfficialFigures, Period},
    graphql::{
        json::{json, list, name, nullable},
        types::{OfficialAsked, OfficialFigure, OfficialItem},
    },
};

use super::shape::{Memo, Read, SelectableField, SelectedField, Shape, written};

written! {
    /// Fields of `OfficialFigure`.
    OfficialField = "OfficialFigure" (text, figure: &OfficialFigure) {
        "dataSet" DataSet => json(text, &figure.data_set),
        "version" Version => json(text, &figure.version),
        "areaCode" AreaCode => json(text, &figure.area_code),
        "currentCode" CurrentCode => json(text, &figure.current_code),
        "areaName" AreaName => json(text, &figure.area_name),
        "level" Level => json(text, &figure.level),
        "timePeriod" TimePeriod => json(text, &figure.time_period),
        "timeIdentifier" TimeIdentifier => json(text, &figure.time_identifier),
        "academicYear" AcademicYear => json(text, &figure.academic_year),
        "items" Items(shape: Shape<ItemField>) => list(text, &figure.items, |item, text| shape.write(text, item)),
        "value" Value => json(text, &figure.value),
        "text" Text => json(text, &figure.text),
        "status" Status => name(text, figure.status),
        "lower95" Lower => json(text, &figure.lower95),
        "upper95" Upper => json(text, &figure.upper95),
        "unit" Unit => json(text, &figure.unit),
        "label" Label => json(text, &figure.label),
        "source" Source => json(text, &figure.source),
    }
}

written! {
    /// Fields of `OfficialItem`.
    ItemField = "OfficialItem" (text, item: &OfficialItem) {
        "column" Column => json(text, &item.column),
        "item" Item => json(text, &item.item),
    }
}

/// The field `official` of a row: the figure of its area and of the academic year of its period.
pub(in crate::graphql) struct Beside {
    asked: OfficialAsked,
    figures: Arc<OfficialFigures>,
    written: Memo<OfficialField, (AreaIndex, Period)>,
}

impl Read for Beside {
    fn read(selected: &SelectedField<'_>) -> Option<Self> {
        let (asked, figures) = (selected.official()?, selected.reader().official().clone());
        Some(Self { asked, figures, written: Memo::read(selected)? })
    }
}

impl Beside {
    pub(super) fn write(&mut self, text: &mut Vec<u8>, catalogue: &Catalogue, area: AreaIndex, period: Period) {
        let Self { asked, figures, written } = self;
        written.write((area, period), text, |shape, text| {
            let figure = asked.beside(figures, catalogue, area, &period.academic_year());
            nullable(text, figure, |figure, text| shape.write(text, &figure));
        });
    }
}

/// The field `officialFigures` of an area.
pub(in crate::graphql) struct About {
    asked: OfficialAsked,
    figures: Arc<OfficialFigures>,
    shape: Shape<OfficialField>,
}

impl Read for About {
    fn read(selected: &SelectedField<'_>) -> Option<Self> {
        let (asked, figures) = (selected.official()?, selected.reader().official().clone());
        Some(Self { asked, figures, shape: Shape::read(selected)? })
    }
}

impl About {
    pub(super) fn write(&mut self, text: &mut Vec<u8>, catalogue: &Catalogue, area: AreaIndex) {
        let Self { asked, figures, shape } = self;
        list(text, asked.latest_about(figures, catalogue, area), |figure, text| shape.write(text, &figure));
    }
}
