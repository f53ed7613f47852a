//! Official figures as a page to print: chart, table and source.

use maud::{Markup, html};

use crate::{
    domain::{OfficialColumn, OfficialRow, official::read_value},
    export::{
        draw::{self, Bar},
        page, words,
    },
};

use super::OfficialTable;

/// The most bars of a chart.
const MOST_BARS: usize = 64;

/// The page.
pub(super) fn write(table: &OfficialTable<'_>) -> Vec<u8> {
    let set = table.selection.of;
    let body = html! {
        h1 { (set.title) }
        p.facts {
            "Official figures, as published" @if let Some(source) = &set.source { " · " (source) }
            @if let Some(licence) = &set.licence { " · " (licence) }
        }
        (chart(table))
        div.scroll tabindex="0" role="group" aria-label="Table" { table {
            thead { tr {
                th scope="col" { "Place" }
                th scope="col" { "Time" }
                @for filter in &set.filters { th scope="col" { (filter.label) } }
                @for &column in &table.selection.columns { th scope="col" { (headed(table, column)) } }
            } }
            tbody { @for row in &table.selection.rows { tr {
                th scope="row" { (row.area_name) }
                td { (row.time.label()) }
                @for item in &row.items { td { (item) } }
                @for &column in &table.selection.columns { (cell(table, row, column)) }
            } } }
        } }
        section {
            h2 { "How to read it" }
            p {
                "These figures are public and stand as their publisher gave them: without protection noise, and rounded by nobody else. "
                "Words in brackets stand where no number was published, and say why. In round brackets behind a number are the limits of its "
                "95 % interval, where its publisher gives them."
            }
        }
        section {
            h2 { "Citation" }
            p.citation {
                @if let Some(source) = &set.source { (source) ". " }
                (set.title) ". Benchmark Exchange, " code { (set.name) } ", version " (set.version)
                @if let Some(at) = set.imported_at { " (" (at.format("%Y-%m-%d")) ")" } "."
            }
        }
    };
    page::whole(&set.title, &body)
}

fn headed(table: &OfficialTable<'_>, column: OfficialColumn) -> String {
    let one = table.indicator(column);
    if one.unit.is_empty() { one.label.clone() } else { format!("{} ({})", one.label, one.unit) }
}

fn cell(table: &OfficialTable<'_>, row: &OfficialRow, column: OfficialColumn) -> Markup {
    let told = told(table, row, column);
    html! { td class=[told.starts_with('(').then_some("hidden")] { (told) } }
}

/// A figure in words: `12.5 (12.1 to 12.9)`, or `(confidential)`.
fn told(table: &OfficialTable<'_>, row: &OfficialRow, column: OfficialColumn) -> String {
    let figure = table.selection.figure(row, column);
    match read_value(figure.text()) {
        _ if figure.text().is_empty() => String::new(),
        (Some(_), _) => match figure.limits {
            Some((lower, upper)) => format!("{} ({lower} to {upper})", figure.text()),
            None => figure.text().to_owned(),
        },
        (None, crate::domain::OfficialStatus::Text) => figure.text().to_owned(),
        (None, status) => format!("({})", words::official_status(status).to_lowercase().replace('_', " ")),
    }
}

/// The first indicator that is a percentage, as bars.
fn chart(table: &OfficialTable<'_>) -> Markup {
    let is_percentage = |column: &&OfficialColumn| table.indicator(**column).unit == "%";
    let Some(&column) = table.selection.columns.iter().find(is_percentage) else { return html! {} };
    let several = table.years.len() > 1;
    let bar = |row: &&OfficialRow| {
        let figure = table.selection.figure(row, column);
        let value = read_value(figure.text()).0?;
        let mut label = vec![row.area_name.clone()];
        label.extend(several.then(|| row.time.label()));
        label.extend(
            row.items
                .iter()
                .zip(&table.selection.of.filters)
                .filter(|(item, filter)| filter.total.as_ref() != Some(item))
                .map(|(item, _)| item.clone()),
        );
        Some(Bar {
            label: label.join(" · "),
            told: format!("{} %", figure.text()),
            value: Some(value / 100.0),
            range: figure.limits.map(|(lower, upper)| (lower / 100.0, upper / 100.0)),
            is_band: false,
        })
    };
    let bars: Vec<Bar> = table.selection.rows.iter().take(MOST_BARS).filter_map(|row| bar(&&**row)).collect();
    if bars.is_empty() {
        return html! {};
    }
    let largest = bars.iter().map(|bar| bar.range.map_or(bar.value.unwrap_or_default(), |(_, upper)| upper));
    let largest = largest.fold(0.0, f64::max);
    let most = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5].into_iter().find(|most| largest <= *most).unwrap_or(1.0);
    let left_out = table.selection.rows.len().saturating_sub(MOST_BARS);
    let label = &table.indicator(column).label;
    html! {
        figure {
            (draw::bars(label, most, &bars))
            figcaption {
                (label) ", in %."
                @if left_out > 0 { " The first " (MOST_BARS) " rows are drawn; the table has " (left_out) " more." }
            }
        }
    }
}
