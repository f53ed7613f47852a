//! How an attacker asks: tables through the GraphQL API, with a token. It takes whatever it is given.

use std::{collections::BTreeMap, fmt::Write};

use api::domain::{AreaIndex, AreaKind, Dimension, Period};
use disclosure::Tier;
use serde::Deserialize;

use crate::support::Service;

use super::population::catalogue;

/// A cell's own conditions: its area, and the categories it keeps of each named dimension, by position.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Cell {
    pub(super) area: AreaIndex,
    pub(super) conditions: Vec<(Dimension, Vec<usize>)>,
}

/// What a table is over: a kind of area, the dimensions broken down by, and the categories kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Tabulation {
    pub(super) kind: AreaKind,
    pub(super) by: Vec<Dimension>,
    pub(super) within: BTreeMap<Dimension, Vec<usize>>,
}

impl Tabulation {
    pub(super) fn standard(kind: AreaKind) -> Self {
        Self { kind, by: Vec::new(), within: BTreeMap::new() }
    }

    pub(super) fn by(kind: AreaKind, by: &[Dimension]) -> Self {
        Self { kind, by: by.to_vec(), within: BTreeMap::new() }
    }

    /// The same with only some categories of a dimension.
    pub(super) fn within(mut self, dimension: Dimension, categories: Vec<usize>) -> Self {
        self.within.insert(dimension, categories);
        self
    }

    pub(super) fn is_standard(&self) -> bool {
        self.by.is_empty() && self.within.is_empty() && self.kind != AreaKind::Lsip
    }

    /// The conditions of each group of the breakdown, in the order of the answer.
    pub(super) fn groups(&self) -> Vec<Vec<(Dimension, Vec<usize>)>> {
        let mut groups = vec![Vec::new()];
        for dimension in Dimension::ALL {
            let all = || (0..dimension.categories().len()).collect::<Vec<_>>();
            let kept = self.within.get(&dimension);
            let choices: Vec<Vec<usize>> = match (self.by.contains(&dimension), kept) {
                (true, kept) => kept.cloned().unwrap_or_else(all).into_iter().map(|category| vec![category]).collect(),
                (false, Some(kept)) => vec![kept.clone()],
                (false, None) => continue,
            };
            groups = groups
                .iter()
                .flat_map(|group| {
                    choices.iter().map(move |choice| {
                        let mut group: Vec<_> = group.clone();
                        group.push((dimension, choice.clone()));
                        group
                    })
                })
                .collect();
        }
        groups
    }

    /// The cells over some areas, in the order of the answer.
    pub(super) fn cells(&self, areas: &[AreaIndex]) -> Vec<Cell> {
        let groups = self.groups();
        let of = |&area: &AreaIndex| groups.iter().map(move |conditions| Cell { area, conditions: conditions.clone() });
        areas.iter().flat_map(of).collect()
    }

    /// The input of the question.
    pub(super) fn input(&self, areas: &[AreaIndex], periods: &[Period], benchmarks: &[u8], more: &str) -> String {
        let quoted = |texts: Vec<String>| texts.iter().map(|text| format!("\"{text}\"")).collect::<Vec<_>>().join(",");
        let areas = quoted(areas.iter().map(|&area| catalogue().areas()[area].code.clone()).collect());
        let periods = quoted(periods.iter().map(ToString::to_string).collect());
        let benchmarks: Vec<String> = benchmarks.iter().map(ToString::to_string).collect();
        let mut text = format!(
            "{{framework: \"GATSBY-2014\", areas: [{areas}], periods: [{periods}], benchmarks: [{}]",
            benchmarks.join(",")
        );
        let names: Vec<&str> = self.by.iter().map(|dimension| dimension.name()).collect();
        let _ = write!(text, ", by: [{}], where: [", names.join(","));
        for (dimension, kept) in &self.within {
            let codes = kept.iter().map(|&category| dimension.categories()[category].code.to_owned()).collect();
            let _ = write!(text, "{{dimension: {}, in: [{}]}}", dimension.name(), quoted(codes));
        }
        let _ = write!(text, "]{more}}}");
        text
    }
}

/// One estimate as it comes.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Estimate {
    pub(super) value: Option<f64>,
    pub(super) standard_error: Option<f64>,
    pub(super) bound: Option<Bound>,
    pub(super) reason: Option<Reason>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Bound {
    AtMost,
    AtLeast,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Reason {
    SmallGroup,
    Dominance,
    LowEffect,
    Budget,
    Policy,
    NotCollected,
    NoCounterpart,
    #[serde(other)]
    Other,
}

/// A total in institutions' worth, and the variance of its noise as the service states it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Total {
    pub(super) value: f64,
    pub(super) variance: f64,
    /// The value is the middle of a band.
    pub(super) banded: bool,
}

impl Estimate {
    /// What an attacker reads out of a share (`top` 1) or a mean over `institutions`; `sigma` is the noise, for bands, which
    /// do not tell theirs: fewer than 3 achieved or failed, up to the noise.
    pub(super) fn total(&self, institutions: usize, top: f64, sigma: f64) -> Option<Total> {
        let value = self.value?;
        let worth = institutions as f64 / top;
        let band = |value| Some(Total { value, variance: sigma * sigma + 1.0, banded: true });
        match (self.bound, self.standard_error) {
            (Some(Bound::AtMost), _) => band(1.5),
            (Some(Bound::AtLeast), _) => band(institutions as f64 - 1.5),
            (None, Some(error)) => {
                Some(Total { value: value * worth, variance: (error * worth).powi(2), banded: false })
            }
            (None, None) => None,
        }
    }
}

/// One published cell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Figure {
    /// The position in `Answer::cells`.
    pub(super) cell: usize,
    /// The position in the periods asked for.
    pub(super) period: usize,
    pub(super) benchmark: u8,
    pub(super) share: Estimate,
    pub(super) mean: Estimate,
}

impl Figure {
    /// Whether both tell the same of their cells.
    pub(super) fn tells_the_same(&self, other: &Self) -> bool {
        self.share == other.share && self.mean == other.mean
    }
}

/// One published row over all benchmarks.
#[derive(Debug, Clone, Copy)]
pub(super) struct OverallFigure {
    pub(super) cell: usize,
    pub(super) period: usize,
    pub(super) mean_achieved: Estimate,
}

/// What an attacker was given.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) tabulation: Tabulation,
    pub(super) areas: Vec<AreaIndex>,
    pub(super) periods: Vec<Period>,
    pub(super) cells: Vec<Cell>,
    pub(super) figures: Vec<Figure>,
    pub(super) overall: Vec<OverallFigure>,
    /// How many cells are hidden, by reason.
    pub(super) hidden: BTreeMap<Reason, usize>,
    /// The hidden cells: position, period, benchmark, reason.
    pub(super) silent: Vec<(usize, usize, u8, Reason)>,
}

#[derive(Deserialize)]
struct Body {
    data: Option<Data>,
    errors: Option<Vec<GraphQlError>>,
}

#[derive(Deserialize)]
struct Data {
    outcomes: Option<Outcomes>,
}

#[derive(Deserialize)]
struct Outcomes {
    cells: Vec<CellBody>,
    overall: Vec<OverallBody>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CellBody {
    achieved_share: Estimate,
    mean_score: Estimate,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OverallBody {
    mean_achieved: Estimate,
}

#[derive(Deserialize)]
struct GraphQlError {
    message: String,
    extensions: Extensions,
}

#[derive(Deserialize)]
struct Extensions {
    code: String,
}

/// An organisation that asks.
#[derive(Clone, Copy)]
pub(super) struct Asker<'s> {
    pub(super) service: &'s Service,
    pub(super) organisation: &'s str,
    pub(super) tier: Tier,
}

impl<'s> Asker<'s> {
    /// A new organisation with an agreement for England.
    pub(super) async fn new(service: &'s Service, organisation: &'s str, tier: Tier) -> Self {
        service.add_partner(organisation, "E92000001", tier).await;
        Self { service, organisation, tier }
    }

    /// Asks for one table. `Err` is the error code of a budget that is spent; any other error ends the test.
    pub(super) async fn ask(
        &self,
        tabulation: &Tabulation,
        areas: &[AreaIndex],
        periods: &[Period],
        benchmarks: &[u8],
    ) -> Result<Answer, String> {
        self.ask_more(tabulation, areas, periods, benchmarks, "").await
    }

    /// Asks with more of an input, such as a purpose or a release.
    pub(super) async fn ask_more(
        &self,
        tabulation: &Tabulation,
        areas: &[AreaIndex],
        periods: &[Period],
        benchmarks: &[u8],
        more: &str,
    ) -> Result<Answer, String> {
        let query = format!(
            "{{ outcomes(input: {}) {{ cells {{ achievedShare {{ ...E }} meanScore {{ ...E }} }} \
             overall {{ meanAchieved {{ ...E }} }} }} }} fragment E on Estimate {{ value standardError bound reason }}",
            tabulation.input(areas, periods, benchmarks, more)
        );
        let answer = self.service.ask(Some(self.organisation), &query).await;
        let body: Body = serde_json::from_slice(&answer.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&answer.body)));
        if let Some(error) = body.errors.iter().flatten().next() {
            assert_eq!(error.extensions.code, "BUDGET_EXHAUSTED", "{}: {query}", error.message);
            return Err(error.extensions.code.clone());
        }
        Ok(read(tabulation, areas, periods, benchmarks, body.data.unwrap().outcomes.unwrap()))
    }
}

impl Asker<'_> {
    /// Which cells of a tabulation will be published over some areas in a term, on a benchmark, as far as a preview tells.
    pub(super) async fn would_publish(
        &self,
        tabulation: &Tabulation,
        areas: &[AreaIndex],
        period: Period,
        benchmark: u8,
    ) -> Vec<bool> {
        let input = tabulation.input(areas, &[period], &[benchmark], "");
        let query = format!("{{ preview(input: {input}, totals: false) {{ cells {{ reason }} }} }}");
        let mut data = self.service.ask(Some(self.organisation), &query).await.data();
        let cells: Vec<Previewed> = serde_json::from_value(data["preview"]["cells"].take()).unwrap();
        assert_eq!(cells.len(), tabulation.cells(areas).len());
        // What the budget refuses will be found out by asking.
        cells.iter().map(|cell| cell.reason.is_none_or(|reason| reason == Reason::Budget)).collect()
    }
}

#[derive(Deserialize)]
struct Previewed {
    reason: Option<Reason>,
}

/// Puts the cells of a response in their places: areas, periods, benchmarks, groups.
fn read(
    tabulation: &Tabulation,
    areas: &[AreaIndex],
    periods: &[Period],
    benchmarks: &[u8],
    outcomes: Outcomes,
) -> Answer {
    assert!(areas.is_sorted(), "the answer stands in the order of the areas");
    let cells = tabulation.cells(areas);
    let groups = cells.len() / areas.len();
    assert_eq!(outcomes.cells.len(), cells.len() * periods.len() * benchmarks.len());
    let (mut figures, mut hidden, mut silent) = (Vec::new(), BTreeMap::new(), Vec::new());
    for (position, body) in outcomes.cells.into_iter().enumerate() {
        let group = position % groups;
        let benchmark = benchmarks[position / groups % benchmarks.len()];
        let period = position / (groups * benchmarks.len()) % periods.len();
        let area = position / (groups * benchmarks.len() * periods.len());
        let cell = area * groups + group;
        match body.achieved_share.reason {
            None => {
                figures.push(Figure { cell, period, benchmark, share: body.achieved_share, mean: body.mean_score });
            }
            Some(reason) => {
                *hidden.entry(reason).or_default() += 1;
                silent.push((cell, period, benchmark, reason));
            }
        }
    }
    let overall = outcomes.overall.into_iter().enumerate().filter_map(|(position, body)| {
        let (group, period) = (position % groups, position / groups % periods.len());
        let cell = position / (groups * periods.len()) * groups + group;
        body.mean_achieved.value.map(|_| OverallFigure { cell, period, mean_achieved: body.mean_achieved })
    });
    let overall = overall.collect();
    Answer {
        tabulation: tabulation.clone(),
        areas: areas.to_vec(),
        periods: periods.to_vec(),
        cells,
        figures,
        overall,
        hidden,
        silent,
    }
}
