//! The report that everybody makes: benchmark by benchmark the country, the region and the area beside each other, how many are
//! achieved, and the trend.

use maud::{Markup, html};

use super::{
    draw::{self, Line, Stack},
    page, shown,
    table::{Figure, Measure, Row, Table},
};

/// One of those that stand beside each other.
pub struct Column {
    /// What it is called, e.g. `North East (region)`.
    pub label: String,
    /// Its outcomes on each benchmark and over all of them, for one area and some periods, the newest last; in words why it has none.
    pub figures: Result<(Table, Table), String>,
}

/// The report as a page to print.
pub fn report(area: &str, columns: &[Column]) -> Vec<u8> {
    let title = format!("Career guidance in {area}");
    let Some((cells, _)) = columns.iter().find_map(|column| column.figures.as_ref().ok()) else {
        let body = html! { h1 { (title) } (refused(columns)) };
        return page::whole(&title, &body);
    };
    let newest = cells.facets[1].items.len() - 1;
    let body = html! {
        h1 { (title) }
        p { (cells.about.framework.as_ref().map(|(_, title)| title.as_str()).unwrap_or_default()) " · " (cells.facets[1].items[newest].label) }
        (shown::facts(&cells.about))
        (refused(columns))
        h2 { "Share of institutions that achieved each benchmark" }
        div.scroll tabindex="0" role="group" aria-label="Table" { (benchmarks(cells, columns, newest)) }
        @for column in columns { @if let Ok((cells, _)) = &column.figures { (states(cells, &column.label, newest)) } }
        h2 { "Number of benchmarks achieved" }
        (trend_chart(cells, columns))
        div.scroll tabindex="0" role="group" aria-label="Table" { (trend(cells, columns)) }
        (shown::method(&cells.about))
        section {
            h2 { "Citations" }
            @for column in columns { @if let Ok((cells, _)) = &column.figures {
                p.citation { (column.label) ": " code { (cells.about.short_citation.as_ref().unwrap_or(&cells.about.citation)) } }
            } }
        }
    };
    page::whole(&title, &body)
}

fn refused(columns: &[Column]) -> Markup {
    html! { @for column in columns { @if let Err(why) = &column.figures { p.facts { (column.label) " is not shown: " (why) "." } } } }
}

fn heads(columns: &[Column]) -> Markup {
    html! { @for column in columns { @if column.figures.is_ok() { th scope="col" { (column.label) } } } }
}

fn benchmarks(first: &Table, columns: &[Column], newest: usize) -> Markup {
    html! {
        table {
            thead { tr { th scope="col" { "Benchmark" } (heads(columns)) } }
            tbody {
                @for benchmark in 0..first.facets[2].items.len() { tr {
                    th scope="row" { (shown::item(first, 2, benchmark)) }
                    @for (cells, _) in told(columns) {
                        (cell(cells, &[0, newest, benchmark], "achieved_share"))
                    }
                } }
                @for (label, measure) in [("Average number achieved", "mean_achieved"), ("Achieved every benchmark", "share_with_all")] { tr {
                    th scope="row" { (label) }
                    @for (_, overall) in told(columns) { (cell(overall, &[0, newest], measure)) }
                } }
                tr {
                    th scope="row" { "Institutions" }
                    @for (cells, _) in told(columns) {
                        td { (row(cells, &[0, newest, 0]).and_then(|row| row.institutions).map(|count| count.to_string()).unwrap_or_default()) }
                    }
                }
            }
        }
    }
}

/// The three states of each benchmark as a bar and in numbers; nothing where they were not asked for.
fn states(cells: &Table, label: &str, newest: usize) -> Markup {
    let names = ["Achieved", "Partly", "Not at all"];
    let measures = ["achieved_share", "partly_share", "none_share"];
    if !cells.measures.iter().any(|measure| measure.name == measures[2]) {
        return html! {};
    }
    let benchmarks = 0..cells.facets[2].items.len();
    let stack = |benchmark: usize| {
        let keys = [0, newest, benchmark];
        let told = measures.map(|measure| {
            figure(cells, &keys, measure).map_or_else(String::new, |(measure, figure)| shown::sentence(measure, figure))
        });
        let value = |measure: &str| figure(cells, &keys, measure)?.1.estimate.value;
        let shares = value(measures[0]).zip(value(measures[2])).map(|(achieved, none)| {
            let whole = (achieved + none).max(1.0);
            [achieved / whole, 1.0 - (achieved + none) / whole, none / whole]
        });
        Stack { label: shown::item(cells, 2, benchmark), shares, told }
    };
    let stacks: Vec<Stack> = benchmarks.clone().map(stack).collect();
    html! {
        h2 { "Achieved, partly, not at all: " (label) }
        figure {
            (draw::stacks("Shares that achieved each benchmark, partly did, and not at all", names, &stacks))
            figcaption { "Shares as published, edges of bands as they are; the middle one is drawn as what the two others leave." }
        }
        div.scroll tabindex="0" role="group" aria-label="Table" { table {
            thead { tr { th scope="col" { "Benchmark" } @for name in names { th scope="col" { (name) } } } }
            tbody { @for benchmark in benchmarks { tr {
                th scope="row" { (shown::item(cells, 2, benchmark)) }
                @for measure in measures { (cell(cells, &[0, newest, benchmark], measure)) }
            } } }
        } }
    }
}

fn trend(first: &Table, columns: &[Column]) -> Markup {
    let measures = [("mean_achieved", "average number"), ("share_with_all", "every benchmark")];
    html! {
        table {
            thead { tr {
                th scope="col" { "Term" }
                @for column in columns { @if column.figures.is_ok() {
                    @for (_, label) in measures { th scope="col" { (column.label) ", " (label) } }
                } }
            } }
            tbody { @for period in 0..first.facets[1].items.len() { tr {
                th scope="row" { (shown::item(first, 1, period)) }
                @for (_, overall) in told(columns) {
                    @for (measure, _) in measures { (cell(overall, &[0, period], measure)) }
                }
            } } }
        }
    }
}

fn trend_chart(first: &Table, columns: &[Column]) -> Markup {
    let times: Vec<String> = first.facets[1].items.iter().map(|item| item.code.clone()).collect();
    let most = first.about.benchmarks as f64;
    let line = |column: &Column| {
        let (_, overall) = column.figures.as_ref().ok()?;
        let point = |period: usize| {
            let (measure, figure) = figure(overall, &[0, period], "mean_achieved")?;
            let (lower, upper) = measure.range(&figure.estimate)?;
            Some((figure.estimate.value?, lower, upper))
        };
        let points: Vec<_> = (0..times.len()).map(point).collect();
        points.iter().any(Option::is_some).then(|| Line { label: column.label.clone(), points })
    };
    let lines: Vec<Line> = columns.iter().filter_map(line).collect();
    html! {
        figure {
            (draw::lines("Average number of benchmarks achieved, by term", &times, most, &lines))
            figcaption { "Average number of benchmarks achieved, by term, with the 95 % interval of protection and rounding." }
        }
    }
}

fn told(columns: &[Column]) -> impl Iterator<Item = &(Table, Table)> {
    columns.iter().filter_map(|column| column.figures.as_ref().ok())
}

fn row<'a>(table: &'a Table, keys: &[usize]) -> Option<&'a Row> {
    table.rows.iter().find(|row| row.keys == keys)
}

fn figure<'a>(table: &'a Table, keys: &[usize], measure: &str) -> Option<(&'a Measure, &'a Figure)> {
    let at = table.measures.iter().position(|own| own.name == measure)?;
    Some((&table.measures[at], row(table, keys)?.figures.get(at)?))
}

fn cell(table: &Table, keys: &[usize], measure: &str) -> Markup {
    let found = figure(table, keys, measure);
    found.map_or_else(|| html! { td {} }, |(measure, figure)| shown::cell(measure, figure))
}
