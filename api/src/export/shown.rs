//! How figures are shown to people: as percentages, with half of their interval, or with the reason why they are hidden.

use disclosure::{Bound, CellStatus};
use maud::{Markup, html};

use super::{
    table::{About, FacetKind, Figure, Measure, Table, Unit},
    words,
};

/// Half of a 95 % interval, in standard errors.
const Z: f64 = 1.96;

/// An item of a facet, as people know it.
pub(super) fn item(table: &Table, facet: usize, at: usize) -> String {
    let item = &table.facets[facet].items[at];
    match table.facets[facet].kind {
        FacetKind::Benchmark if item.label.is_empty() => item.code.clone(),
        FacetKind::Benchmark => format!("{} {}", item.code, item.label),
        _ => item.label.clone(),
    }
}

/// A figure in a cell of a table.
pub(super) fn cell(measure: &Measure, figure: &Figure) -> Markup {
    let class = match figure.estimate.status {
        _ if figure.estimate.value.is_none() => Some("hidden"),
        CellStatus::Unreliable => Some("unreliable"),
        _ => None,
    };
    html! { td class=[class] { (sentence(measure, figure)) } }
}

/// A figure in words: `84 % ± 2.8`, `≥ 95 %`, or `(small group)`.
pub(super) fn sentence(measure: &Measure, figure: &Figure) -> String {
    let estimate = &figure.estimate;
    let Some(value) = estimate.value else {
        let why = estimate.reason.map_or(words::status(estimate.status), words::reason);
        return format!("({})", why.to_lowercase().replace('_', " "));
    };
    let (times, unit) = match (measure.unit, measure.since.is_some()) {
        (Unit::Share, false) => (100.0, " %"),
        (Unit::Share, true) => (100.0, " pp"),
        _ => (1.0, ""),
    };
    let side = match estimate.bound {
        Some(Bound::AtMost) => "≤ ",
        Some(Bound::AtLeast) => "≥ ",
        None => "",
    };
    let half = estimate.standard_error.filter(|error| *error > 0.0);
    let half = half.map_or_else(String::new, |error| format!(" ± {}", digits(Z * error * times, 2)));
    let clear = if figure.distinguishable == Some(true) { ", larger than the noise" } else { "" };
    format!("{side}{}{unit}{half}{clear}", digits(value * times, 6))
}

/// A number with so many digits, and no zeros behind them.
pub(super) fn digits(number: f64, digits: usize) -> String {
    let rounded: f64 = format!("{number:.*e}", digits - 1).parse().unwrap_or(number);
    rounded.to_string()
}

/// What is the same for all of a table.
pub(super) fn facts(about: &About) -> Markup {
    html! {
        p.facts {
            "Release " (about.release) ", published " (about.published_at.format("%-d %B %Y"))
            @if let Some((code, _)) = &about.framework { " · " (code) }
            " · tier " (about.tier.to_lowercase()) " · asked for " (about.purpose)
        }
        @if about.synthetic { p.synthetic { "Synthetic data: made up for a demonstration." } }
    }
}

/// How the numbers came about.
pub(super) fn method(about: &About) -> Markup {
    html! {
        section {
            h2 { "How to read it" }
            p {
                "Every number is an anonymised aggregate of several institutions, with protection noise and rounding (method "
                (about.method) ", tier " (about.tier.to_lowercase()) "). ± is half of the 95 % interval that noise and rounding leave; "
                "how carefully institutions assess themselves is not in it. ≤ and ≥ mark the edge of a band: the "
                "truth is not told more closely. Italics mark a number whose error is large. A number in brackets is hidden, and the "
                "words say why. The same question has the same numbers whenever it is asked of this release."
            }
        }
    }
}

/// The reference that asks it again.
pub(super) fn reference(about: &About) -> Markup {
    html! {
        section {
            h2 { "Citation" }
            p.citation {
                "Benchmark Exchange, release " (about.release) " (" (about.published_at.format("%Y-%m-%d")) ")"
                @if about.synthetic { ", synthetic data" } ". " (about.title) ". " code { (about.short_citation.as_ref().unwrap_or(&about.citation)) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use disclosure::{Estimate, HiddenReason};

    use super::*;

    #[test]
    fn a_figure_is_shown_with_its_uncertainty_or_the_reason_why_not() {
        let share = Measure::new("share", "Share", Unit::Share);
        let check = |value, standard_error, bound, reason: Option<HiddenReason>, expected: &str| {
            let status = reason.map_or(CellStatus::Ok, HiddenReason::status);
            let figure = Figure::from(Estimate { value, standard_error, bound, status, reason });
            assert_eq!(sentence(&share, &figure), expected);
        };
        check(Some(0.84), Some(0.0142), None, None, "84 % ± 2.8");
        check(Some(0.07), Some(0.0), None, None, "7 %");
        check(Some(0.95), None, Some(Bound::AtLeast), None, "≥ 95 %");
        check(None, None, None, Some(HiddenReason::SmallGroup), "(small group)");
    }
}
