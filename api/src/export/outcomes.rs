//! A table of outcomes as a neutral one.

use disclosure::Estimate;

use crate::{
    datasets::{Outcomes, outcomes::Group},
    domain::{AreaIndex, Catalogue, Dimension, Period},
    service::OfficialBeside,
    tabulation::Tabulation,
};

use super::{
    beside::Beside,
    table::{About, Facet, FacetKind, Figure, Item, Measure, Place, Row, Table, Unit},
    words,
};

/// The part of a table of outcomes that is taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Part {
    /// Outcomes on each benchmark.
    #[default]
    Cells,
    /// The same with the totals of the breakdown.
    Totals,
    /// Outcomes over all benchmarks.
    Overall,
}

/// A part of a table of outcomes, with the changes that were asked for, and official figures beside where they were.
pub fn outcomes(table: &Tabulation<Outcomes>, part: Part, beside: Option<&OfficialBeside>) -> Table {
    let plan = table.plan();
    let since = plan.since();
    let catalogue = table.catalogue();
    let (areas, periods, groups) = (plan.areas(), plan.periods(), plan.groups());
    let mut facets = vec![area_facet(catalogue, areas), period_facet(periods)];
    if part != Part::Overall {
        facets.push(benchmark_facet(table));
    }
    let with_totals = part == Part::Totals;
    facets.extend(plan.by().iter().map(|&dimension| category_facet(dimension, groups, with_totals)));
    let place = |list: &[AreaIndex], area| list.iter().position(|own| *own == area).unwrap_or_default();
    let when = |period| periods.iter().position(|own| *own == period).unwrap_or_default();
    let categories = |group: &Group, first: usize, keys: &mut Vec<usize>| {
        for (facet, &dimension) in facets[first..].iter().zip(plan.by()) {
            let found = group.categories.iter().find(|(own, _)| *own == dimension);
            let code = found.map(|&(_, position)| code_of(dimension, position));
            let same = |item: &Item| code.map_or_else(|| item.is_total(), |code| item.code == code);
            keys.push(facet.items.iter().position(same).unwrap_or_default());
        }
    };
    let framework = table.framework();
    let (measures, rows) = if part == Part::Overall {
        let rows = table.rows().map(|row| {
            let overall = table.row(row);
            let (area, period, group) = table.overall_key(row);
            let mut keys = vec![place(areas, area), when(period)];
            categories(group, 2, &mut keys);
            let bins = (0..=framework.number_of_benchmarks).map(|bin| {
                let same = Estimate { value: None, standard_error: None, bound: None, ..overall.share_with_all };
                overall.distribution.get(bin).copied().unwrap_or(same)
            });
            let figures = [overall.mean_achieved, overall.share_with_all].into_iter().chain(bins);
            let figures = figures.chain(overall.quartiles).map(Figure::from).collect();
            let institutions = overall.institutions;
            let comparability = words::comparability(table.overall_comparability(row));
            Row { keys, institutions, comparability, reconciled: false, figures }
        });
        (overall_measures(framework.number_of_benchmarks), rows.collect())
    } else {
        let last = if with_totals { table.totals().end } else { table.own_cells().end };
        let number = |benchmark: u8| plan.benchmarks().iter().position(|own| *own == benchmark).unwrap_or_default();
        let rows = (0..last).map(|cell| {
            let (area, period, benchmark, group) = table.cell_key(cell);
            let mut keys = vec![place(areas, area), when(period), number(benchmark.number)];
            categories(group, 3, &mut keys);
            let found = table.cell(cell);
            let mut figures: Vec<Figure> =
                [found.achieved, found.achieved_share, found.mean_score].into_iter().map(Figure::from).collect();
            let states = [table.partly_share(cell), table.none_share(cell)];
            figures.extend(states.into_iter().flatten().map(Figure::from));
            for change in since.iter().filter_map(|&since| table.change(cell, since)) {
                for (estimate, distinguishable) in [
                    (change.achieved_share, change.share_distinguishable),
                    (change.mean_score, change.mean_distinguishable),
                ] {
                    let (distinguishable, same_institutions) = (Some(distinguishable), change.same_institutions);
                    figures.push(Figure { estimate, distinguishable, same_institutions });
                }
            }
            let comparability = words::comparability(table.comparability(cell));
            Row { keys, institutions: found.institutions, comparability, reconciled: found.reconciled, figures }
        });
        (cell_measures(since, plan.parts().states), rows.collect())
    };
    Table {
        about: About {
            dataset: "outcomes",
            title: format!("Benchmark outcomes, {}", framework.title),
            citation: table.citation(),
            short_citation: None,
            release: table.release().number,
            published_at: table.release().published_at,
            synthetic: table.release().synthetic,
            framework: Some((framework.code.clone(), framework.title.clone())),
            benchmarks: framework.number_of_benchmarks,
            tier: words::tier(table.tier()),
            purpose: table.purpose().to_owned(),
            method: table.release().method.number(),
        },
        places: places(catalogue, areas),
        facets,
        measures,
        rows,
        mapped: plan.mapped(),
        reconciled: plan.reconcile() && part != Part::Overall,
        beside: beside.map(|beside| Beside::of(beside, catalogue, areas, periods)),
    }
}

/// The areas of a table.
pub(super) fn area_facet(catalogue: &Catalogue, areas: &[AreaIndex]) -> Facet {
    let item = |&area: &AreaIndex| Item::new(&catalogue.areas()[area].code, &catalogue.areas()[area].name);
    Facet { kind: FacetKind::Area, name: "area".into(), label: "Area", items: areas.iter().map(item).collect() }
}

/// Where the areas of a table lie.
pub(super) fn places(catalogue: &Catalogue, areas: &[AreaIndex]) -> Vec<Place> {
    use crate::domain::AreaKind::{Country, Region};
    let named = |area: AreaIndex| {
        let area = &catalogue.areas()[area];
        (area.code.clone(), area.name.clone())
    };
    let place = |&area: &AreaIndex| {
        let around = |kind| catalogue.innermost(area, kind).map(named);
        Place { kind: catalogue.areas()[area].kind, country: around(Country), region: around(Region) }
    };
    areas.iter().map(place).collect()
}

fn period_facet(periods: &[Period]) -> Facet {
    let label = |period: &Period| {
        let term = ["Autumn", "Spring", "Summer"][usize::from(period.term() - 1).min(2)];
        let (start, end) = (period.start_year(), (period.start_year() + 1) % 100);
        Item::new(period.to_string(), format!("{term} term {start}/{end:02}"))
    };
    Facet { kind: FacetKind::Time, name: "period".into(), label: "Period", items: periods.iter().map(label).collect() }
}

fn benchmark_facet(table: &Tabulation<Outcomes>) -> Facet {
    let framework = table.framework();
    let item = |&number: &u8| {
        let titled = framework.benchmarks.iter().find(|benchmark| benchmark.number == number);
        Item::new(number.to_string(), titled.map_or_else(String::new, |benchmark| benchmark.title.clone()))
    };
    let items = table.plan().benchmarks().iter().map(item).collect();
    Facet { kind: FacetKind::Benchmark, name: "benchmark".into(), label: "Benchmark", items }
}

fn code_of(dimension: Dimension, position: usize) -> &'static str {
    dimension.categories()[position].code
}

fn category_facet(dimension: Dimension, groups: &[Group], with_total: bool) -> Facet {
    let held = |position: usize| {
        let of = |group: &Group| group.categories.iter().any(|&(own, at)| own == dimension && at == position);
        groups.iter().any(of)
    };
    let categories = dimension.categories().iter().enumerate().filter(|(position, _)| held(*position));
    let items = categories.map(|(_, category)| Item::new(category.code, category.label));
    let items = items.chain(with_total.then(Item::total)).collect();
    let label = match dimension {
        Dimension::Phase => "Phase",
        Dimension::Type => "Type of institution",
        Dimension::Disadvantage => "Disadvantage of the intake",
        Dimension::Size => "Size",
        Dimension::Setting => "Setting",
    };
    Facet { kind: FacetKind::Category, name: dimension.name().to_lowercase(), label, items }
}

fn cell_measures(since: &[Period], states: bool) -> Vec<Measure> {
    let mut measures = vec![
        Measure::new("achieved", "Institutions that achieved it", Unit::Institutions),
        Measure::new("achieved_share", "Share that achieved it", Unit::Share),
        Measure::new("mean_score", "Mean score", Unit::Score),
    ];
    if states {
        measures.push(Measure::new("partly_share", "Share that partly achieved it", Unit::Share));
        measures.push(Measure::new("none_share", "Share that scored nothing", Unit::Share));
    }
    for period in since {
        let change = |name: &str, label: &str, unit| Measure {
            name: format!("{name}_since_{}", period.to_string().to_lowercase()),
            label: format!("{label} since {period}"),
            unit,
            since: Some(period.to_string()),
        };
        measures.push(change("achieved_share_change", "Change of the share", Unit::Share));
        measures.push(change("mean_score_change", "Change of the mean score", Unit::Score));
    }
    measures
}

fn overall_measures(of: usize) -> Vec<Measure> {
    let all = Unit::Benchmarks(of);
    let mut measures = vec![
        Measure::new("mean_achieved", "Mean number of benchmarks achieved", all),
        Measure::new("share_with_all", "Share that achieved every benchmark", Unit::Share),
    ];
    measures.extend((0..=of).map(|bin| {
        Measure::new(format!("share_with_{bin}"), format!("Share that achieved exactly {bin}"), Unit::Share)
    }));
    for (name, label) in [
        ("lower_quartile", "Lower quartile of benchmarks achieved"),
        ("median", "Median of benchmarks achieved"),
        ("upper_quartile", "Upper quartile of benchmarks achieved"),
    ] {
        measures.push(Measure::new(name, label, all));
    }
    measures
}
