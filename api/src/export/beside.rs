//! Official figures beside the rows of a table: for each area and period the one of the same area and academic year.

use serde_json::{Value as Json, json};

use crate::{
    domain::{AreaIndex, Catalogue, OfficialFigure, OfficialStatus, Period, official::read_value},
    service::OfficialBeside,
};

use super::words;

/// Official figures beside a table.
pub struct Beside {
    /// The column of the indicator.
    pub(super) indicator: String,
    data_set: Option<String>,
    /// For each area, and within it for each period.
    figures: Vec<Option<Published>>,
    periods: usize,
}

/// An official figure, as published.
pub(super) struct Published {
    pub(super) value: Option<f64>,
    pub(super) limits: Option<(f64, f64)>,
    pub(super) status: &'static str,
    /// What was published in the place of a number.
    pub(super) text: Option<String>,
    pub(super) label: String,
    pub(super) unit: String,
    /// The time it is about, e.g. `2023 CY`.
    pub(super) time: String,
    /// The name of its data set.
    pub(super) data_set: String,
}

impl Beside {
    /// Those beside some areas and periods.
    pub(super) fn of(beside: &OfficialBeside, catalogue: &Catalogue, areas: &[AreaIndex], periods: &[Period]) -> Self {
        let place = |&area: &AreaIndex| {
            periods.iter().map(move |&period| beside.figure(catalogue, area, period).map(Published::from))
        };
        Self {
            indicator: beside.indicator.clone(),
            data_set: beside.data_set.clone(),
            figures: areas.iter().flat_map(place).collect(),
            periods: periods.len(),
        }
    }

    /// The one beside a row, by the positions of its area and its period.
    pub(super) fn find(&self, keys: &[usize]) -> Option<&Published> {
        self.figures.get(keys.first()? * self.periods + keys.get(1)?)?.as_ref()
    }

    /// What the indicator is called, and its unit, where there is any figure.
    pub(super) fn heading(&self) -> (&str, &str) {
        let first = self.figures.iter().flatten().next();
        first.map_or((self.indicator.as_str(), ""), |figure| (figure.label.as_str(), figure.unit.as_str()))
    }

    /// What was asked for.
    pub(super) fn about(&self) -> Json {
        let (label, unit) = self.heading();
        json!({"indicator": self.indicator, "label": label, "unit": unit, "dataSet": self.data_set})
    }
}

impl From<OfficialFigure<'_>> for Published {
    fn from(figure: OfficialFigure<'_>) -> Self {
        let (value, status) = read_value(figure.text());
        let text = (status != OfficialStatus::Published).then(|| figure.text().to_owned());
        Self {
            value,
            limits: figure.limits,
            status: words::official_status(status),
            text,
            label: figure.indicator().label.clone(),
            unit: figure.indicator().unit.clone(),
            time: figure.row.time.label(),
            data_set: figure.of.name.clone(),
        }
    }
}

impl Published {
    /// As people read it: `12.5 (12.1 to 12.9)`, or `(confidential)`.
    pub(super) fn sentence(&self) -> String {
        match (self.value, self.limits, &self.text) {
            (Some(value), Some((lower, upper)), _) => format!("{value} ({lower} to {upper})"),
            (Some(value), None, _) => value.to_string(),
            (None, _, Some(text)) if self.status == words::official_status(OfficialStatus::Text) => text.clone(),
            (None, ..) => format!("({})", self.status.to_lowercase().replace('_', " ")),
        }
    }
}
