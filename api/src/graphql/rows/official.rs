//! How official figures are written that stand in rows: beside a cell, or about its area.

use std::sync::Arc;

use crate::{
    domain::{AreaIndex, Catalogue, OfficialFigures, Period},
    graphql::{
        json::{json, list, name},
        types::{OfficialAsked, OfficialFigure},
    },
};

use super::shape::{Memo, Read, SelectableField, SelectedField, Shape, selectable};

selectable! {
    /// Fields of `OfficialFigure`.
    OfficialField = "OfficialFigure" {
        "dataSet" => DataSet,
        "version" => Version,
        "areaCode" => AreaCode,
        "currentCode" => CurrentCode,
        "areaName" => AreaName,
        "level" => Level,
        "timePeriod" => TimePeriod,
        "timeIdentifier" => TimeIdentifier,
        "academicYear" => AcademicYear,
        "items" => Items(Shape<ItemField>),
        "value" => Value,
        "text" => Text,
        "status" => Status,
        "lower95" => Lower,
        "upper95" => Upper,
        "unit" => Unit,
        "label" => Label,
        "source" => Source,
    }
}

selectable! {
    /// Fields of `OfficialItem`.
    ItemField = "OfficialItem" {
        "column" => Column,
        "item" => Item,
    }
}

impl Shape<OfficialField> {
    fn write_figure(&mut self, text: &mut Vec<u8>, figure: &OfficialFigure) {
        self.write(text, |field, text| match field {
            OfficialField::DataSet => json(text, &figure.data_set),
            OfficialField::Version => json(text, &figure.version),
            OfficialField::AreaCode => json(text, &figure.area_code),
            OfficialField::CurrentCode => json(text, &figure.current_code),
            OfficialField::AreaName => json(text, &figure.area_name),
            OfficialField::Level => json(text, &figure.level),
            OfficialField::TimePeriod => json(text, &figure.time_period),
            OfficialField::TimeIdentifier => json(text, &figure.time_identifier),
            OfficialField::AcademicYear => json(text, &figure.academic_year),
            OfficialField::Items(shape) => list(text, &figure.items, |item, text| {
                shape.write(text, |field, text| match field {
                    ItemField::Column => json(text, &item.column),
                    ItemField::Item => json(text, &item.item),
                });
            }),
            OfficialField::Value => json(text, &figure.value),
            OfficialField::Text => json(text, &figure.text),
            OfficialField::Status => name(text, figure.status),
            OfficialField::Lower => json(text, &figure.lower95),
            OfficialField::Upper => json(text, &figure.upper95),
            OfficialField::Unit => json(text, &figure.unit),
            OfficialField::Label => json(text, &figure.label),
            OfficialField::Source => json(text, &figure.source),
        });
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
            match asked.beside(figures, catalogue, area, &period.academic_year()) {
                Some(figure) => shape.write_figure(text, &figure),
                None => text.extend_from_slice(b"null"),
            }
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
        list(text, asked.latest_about(figures, catalogue, area), |figure, text| shape.write_figure(text, &figure));
    }
}
