//! A table as a page to print: chart, table, method and citation, without a script and without anything from elsewhere.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{
    beside::{Beside, Published},
    draw::{self, Bar},
    shown::{self, sentence},
    table::{Table, Unit},
};

/// The most bars of a chart.
const MOST_BARS: usize = 64;

/// How every page looks. The policy of content allows this text and no other.
pub(super) const STYLE: &str = include_str!("page.css");

/// The page.
pub(super) fn write(table: &Table) -> Vec<u8> {
    let varied: Vec<usize> = (0..table.facets.len()).filter(|&at| table.facets[at].items.len() > 1).collect();
    let same = (0..table.facets.len()).filter(|at| !varied.contains(at));
    let same: Vec<String> =
        same.map(|at| format!("{}: {}", table.facets[at].label, shown::item(table, at, 0))).collect();
    let body = html! {
        h1 { (table.about.title) }
        p { (same.join(" · ")) }
        (shown::facts(&table.about))
        (chart(table, &varied))
        div.scroll tabindex="0" role="group" aria-label="Table" { table {
            thead { tr {
                @for &at in &varied { th scope="col" { (table.facets[at].label) } }
                th scope="col" { "Institutions" }
                @if let Some(beside) = &table.beside { th scope="col" { (headed(beside)) } }
                @for measure in &table.measures { th scope="col" { (measure.label) } }
            } }
            tbody { @for row in &table.rows { tr {
                @for &at in &varied { th scope="row" { (shown::item(table, at, row.keys[at])) } }
                td { (row.institutions.map(|count| count.to_string()).unwrap_or_default()) }
                @if let Some(beside) = &table.beside { td { (beside.find(&row.keys).map(Published::sentence).unwrap_or_default()) } }
                @for (measure, figure) in table.measures.iter().zip(&row.figures) { (shown::cell(measure, figure)) }
            } } }
        } }
        (shown::method(&table.about))
        @if table.beside.is_some() {
            p.facts {
                "The official figure of the same area and academic year stands beside as it was published, without protection noise. That both "
                "stand in one row says nothing of a cause."
            }
        }
        (shown::reference(&table.about))
    };
    whole(&table.about.title, &body)
}

fn headed(beside: &Beside) -> String {
    let (label, unit) = beside.heading();
    if unit.is_empty() { format!("Official: {label}") } else { format!("Official: {label} ({unit})") }
}

/// A page with a title.
pub(super) fn whole(title: &str, body: &Markup) -> Vec<u8> {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Benchmark Exchange" }
                style { (PreEscaped(STYLE)) }
            }
            body { main { (body) } }
        }
    };
    page.into_string().into_bytes()
}

/// The first share as bars with their intervals.
fn chart(table: &Table, varied: &[usize]) -> Markup {
    let Some(at) = table.measures.iter().position(|measure| measure.unit == Unit::Share && measure.since.is_none())
    else {
        return html! {};
    };
    let measure = &table.measures[at];
    let bars: Vec<Bar> = table
        .rows
        .iter()
        .take(MOST_BARS)
        .map(|row| {
            let label: Vec<String> = varied.iter().map(|&facet| shown::item(table, facet, row.keys[facet])).collect();
            let figure = &row.figures[at];
            Bar {
                label: label.join(" · "),
                told: sentence(measure, figure),
                value: figure.estimate.value,
                range: measure.range(&figure.estimate),
                is_band: figure.estimate.bound.is_some(),
            }
        })
        .collect();
    let left_out = table.rows.len().saturating_sub(bars.len());
    html! {
        figure {
            (draw::bars(&measure.label, 1.0, &bars))
            figcaption {
                (measure.label) ", with the 95 % interval of protection and rounding."
                @if left_out > 0 { " The first " (bars.len()) " rows are drawn; the table has " (left_out) " more." }
            }
        }
    }
}
