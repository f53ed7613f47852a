//! Charts as SVG: bars with intervals, and lines over time. Shapes only; how they look is in the style of the page.

use maud::{Markup, html};

use super::shown::digits;

/// A bar.
pub(super) struct Bar {
    /// What it is about.
    pub(super) label: String,
    /// What is told of it, in words.
    pub(super) told: String,
    /// Its share, from 0 to 1; nothing where it is hidden.
    pub(super) value: Option<f64>,
    /// Between which shares the truth lies.
    pub(super) range: Option<(f64, f64)>,
    /// Whether the value is the edge of a band.
    pub(super) is_band: bool,
}

/// Shares of one whole, one after the other.
pub(super) struct Stack {
    /// What they are about.
    pub(super) label: String,
    /// Each share, from 0 to 1; nothing where one of them is hidden.
    pub(super) shares: Option<[f64; 3]>,
    /// What is told of each, in words.
    pub(super) told: [String; 3],
}

/// A line.
pub(super) struct Line {
    /// What it is about.
    pub(super) label: String,
    /// A value for each point of time, with the ends of its interval.
    pub(super) points: Vec<Option<(f64, f64, f64)>>,
}

const WIDTH: f64 = 760.0;
const LABELS: f64 = 300.0;
const BARS: f64 = 300.0;
const STEP: f64 = 20.0;
const TOP: f64 = 22.0;

/// The longest labels that are drawn, characters: of bars, and of lines.
const LONGEST: usize = 42;
const LONGEST_OF_LINES: usize = 24;

fn shortened(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    text.chars().take(longest - 1).chain(['…']).collect()
}

/// A place on the page, to a tenth.
fn at(place: f64) -> String {
    digits((place * 10.0).round() / 10.0, 6)
}

/// Shares from 0 to the most that is drawn as bars, each with its interval.
pub(super) fn bars(title: &str, most: f64, bars: &[Bar]) -> Markup {
    let height = TOP + STEP * bars.len() as f64 + 4.0;
    let across = |share: f64| LABELS + 10.0 + BARS * (share / most).clamp(0.0, 1.0);
    html! {
        svg role="img" aria-label=(title) viewBox={ "0 0 " (at(WIDTH)) " " (at(height)) } width=(at(WIDTH)) height=(at(height)) {
            @for share in [0.0, 0.25, 0.5, 0.75, 1.0].map(|quarter| quarter * most) {
                line.grid x1=(at(across(share))) x2=(at(across(share))) y1=(at(TOP - 4.0)) y2=(at(height)) {}
                text.tick x=(at(across(share))) y=(at(TOP - 9.0)) text-anchor="middle" { (digits(share * 100.0, 3)) " %" }
            }
            @for (number, bar) in bars.iter().enumerate() {
                @let y = TOP + STEP * number as f64;
                text x=(at(LABELS)) y=(at(y + 13.0)) text-anchor="end" { (shortened(&bar.label, LONGEST)) }
                @if let Some(value) = bar.value {
                    @if bar.is_band {
                        @let (lower, upper) = bar.range.unwrap_or((value, value));
                        rect.band x=(at(across(lower))) y=(at(y + 3.0)) width=(at(across(upper) - across(lower))) height="13" {}
                    } @else {
                        rect.bar x=(at(across(0.0))) y=(at(y + 3.0)) width=(at(across(value) - across(0.0))) height="13" {}
                        @if let Some((lower, upper)) = bar.range {
                            line.interval x1=(at(across(lower))) x2=(at(across(upper))) y1=(at(y + 9.5)) y2=(at(y + 9.5)) {}
                        }
                    }
                }
                text.told x=(at(across(most) + 8.0)) y=(at(y + 13.0)) { (bar.told) }
            }
        }
    }
}

/// Bars of three shares each: who achieved something, partly did, and not at all.
pub(super) fn stacks(title: &str, names: [&str; 3], stacks: &[Stack]) -> Markup {
    const STATES: [&str; 3] = ["state-achieved", "state-partly", "state-none"];
    let top = TOP + 20.0;
    let height = top + STEP * stacks.len() as f64 + 4.0;
    let wide = WIDTH - LABELS - 30.0;
    let across = |share: f64| LABELS + 10.0 + wide * share;
    html! {
        svg role="img" aria-label=(title) viewBox={ "0 0 " (at(WIDTH)) " " (at(height)) } width=(at(WIDTH)) height=(at(height)) {
            @for (number, (name, state)) in names.iter().zip(STATES).enumerate() {
                @let x = across(number as f64 / 3.0);
                rect class=(state) x=(at(x)) y="2" width="12" height="12" {}
                text x=(at(x + 18.0)) y="13" { (name) }
            }
            @for quarter in [0.0, 0.25, 0.5, 0.75, 1.0] {
                line.grid x1=(at(across(quarter))) x2=(at(across(quarter))) y1=(at(top - 4.0)) y2=(at(height)) {}
                text.tick x=(at(across(quarter))) y=(at(top - 9.0)) text-anchor="middle" { (at(quarter * 100.0)) " %" }
            }
            @for (number, stack) in stacks.iter().enumerate() {
                @let y = top + STEP * number as f64;
                text x=(at(LABELS)) y=(at(y + 13.0)) text-anchor="end" { (shortened(&stack.label, LONGEST)) }
                @if let Some(shares) = stack.shares {
                    @for (place, (share, state)) in shares.iter().zip(STATES).enumerate() {
                        @let from: f64 = shares[..place].iter().sum();
                        rect class=(state) x=(at(across(from))) y=(at(y + 3.0)) width=(at(wide * share)) height="14" {
                            title { (stack.label) ": " (names[place].to_lowercase()) " " (stack.told[place]) }
                        }
                    }
                } @else {
                    text.told x=(at(across(0.0) + 4.0)) y=(at(y + 13.0)) { (stack.told[0]) }
                }
            }
        }
    }
}

/// Lines over time, from nothing to the largest number there can be.
pub(super) fn lines(title: &str, times: &[String], most: f64, lines: &[Line]) -> Markup {
    let (left, right, bottom) = (40.0, 560.0, 220.0);
    let width = right - left;
    let across = |time: usize| left + width * (time as f64 + 0.5) / times.len().max(1) as f64;
    let up = |value: f64| bottom - (bottom - TOP) * (value / most).clamp(0.0, 1.0);
    html! {
        svg role="img" aria-label=(title) viewBox={ "0 0 " (at(WIDTH)) " 250" } width=(at(WIDTH)) height="250" {
            @for quarter in [0.0, 0.25, 0.5, 0.75, 1.0] {
                line.grid x1=(at(left)) x2=(at(right)) y1=(at(up(quarter * most))) y2=(at(up(quarter * most))) {}
                text.tick x=(at(left - 6.0)) y=(at(up(quarter * most) + 4.0)) text-anchor="end" { (at(quarter * most)) }
            }
            @for (number, time) in times.iter().enumerate() {
                text.tick x=(at(across(number))) y="240" text-anchor="middle" { (time) }
            }
            @for (number, line) in lines.iter().enumerate() {
                @let class = format!("line line-{}", number % 4);
                @let shift = (number as f64 - (lines.len() as f64 - 1.0) / 2.0) * 7.0;
                g class=(class) {
                    @for (time, pair) in line.points.windows(2).enumerate() {
                        @if let [Some((from, ..)), Some((to, ..))] = pair {
                            line x1=(at(across(time) + shift)) y1=(at(up(*from))) x2=(at(across(time + 1) + shift)) y2=(at(up(*to))) {}
                        }
                    }
                    @for (time, point) in line.points.iter().enumerate() {
                        @if let Some((value, lower, upper)) = point {
                            line x1=(at(across(time) + shift)) y1=(at(up(*lower))) x2=(at(across(time) + shift)) y2=(at(up(*upper))) {}
                            circle cx=(at(across(time) + shift)) cy=(at(up(*value))) r="3.5" {}
                        }
                    }
                    line x1=(at(right + 14.0)) x2=(at(right + 34.0)) y1=(at(TOP + 18.0 * number as f64 + 6.0)) y2=(at(TOP + 18.0 * number as f64 + 6.0)) {}
                }
                text x=(at(right + 40.0)) y=(at(TOP + 18.0 * number as f64 + 10.0)) { (shortened(&line.label, LONGEST_OF_LINES)) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_has_no_bar_and_names_are_no_markup() {
        let bar = |label: &str, value: Option<f64>| Bar {
            label: label.to_owned(),
            told: String::new(),
            value,
            range: value.map(|value| (value - 0.1, value + 0.1)),
            is_band: false,
        };
        let drawn = bars("a", 1.0, &[bar("<script>", None), bar("b", Some(0.5))]).into_string();
        assert_eq!(drawn.matches("class=\"bar\"").count(), 1);
        assert!(drawn.contains("&lt;script&gt;") && !drawn.contains("<script>"));
    }
}
