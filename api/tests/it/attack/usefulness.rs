//! No attack: what is left for honest users, on all of England.

use api::domain::{AreaKind, Dimension};
use disclosure::Tier;

use crate::support::block_on;

use super::{
    ask::{Asker, Tabulation},
    fixture::england,
    population::BENCHMARKS,
    report::{Attack, Report},
    statistic::median,
};

#[test]
fn honest_users_get_numbers_worth_having() {
    block_on(async {
        let fixture = england().await;
        let population = &fixture.population;
        let asker = Asker::new(&fixture.service, "USEFULNESS", Tier::Regional).await;
        let mut report = Report::of(Attack::Usefulness);

        // All intervals, and those about what lies so far from either end of the scale that no noise brings it there: near an end
        // bands take the others out.
        let (mut regional, mut intervals) = (Vec::new(), [(0_u32, 0_u32); 2]);
        let tabulations = [
            Tabulation::standard(AreaKind::Region),
            Tabulation::standard(AreaKind::Lep),
            Tabulation::standard(AreaKind::LocalAuthority),
            Tabulation::by(AreaKind::Lep, &[Dimension::Size]),
            Tabulation::by(AreaKind::Region, &[Dimension::Disadvantage, Dimension::Size]),
            Tabulation::by(AreaKind::LocalAuthority, &[Dimension::Phase]),
            Tabulation::by(AreaKind::Lep, &[Dimension::Disadvantage]),
        ];
        // Under several secrets: one alone draws a few hundred independent noises.
        for secret in 1..=3 {
            let service = fixture.apart(&format!("usefulness-{secret}")).await.service.under([secret; 32]).await;
            // Two organisations, whose budgets together are enough.
            let askers = [
                Asker::new(&service, "USEFULNESS-INTERVALS", Tier::Regional).await,
                Asker::new(&service, "USEFULNESS-MORE-INTERVALS", Tier::Regional).await,
            ];
            for (number, tabulation) in tabulations.iter().enumerate() {
                let asker = askers[number % askers.len()];
                let areas = population.areas(tabulation.kind);
                let answer = asker.ask(tabulation, &areas, &population.periods, &BENCHMARKS).await.unwrap();
                for benchmark in BENCHMARKS {
                    let sets = population.split(tabulation, &areas, 0, Some(benchmark));
                    for figure in answer.figures.iter().filter(|figure| figure.benchmark == benchmark) {
                        let members = &sets[figure.cell];
                        let (share, mean) = (
                            population.achieved(members, benchmark) / members.len() as f64,
                            population.worth(members, benchmark) / members.len() as f64 * 100.0,
                        );
                        if *tabulation == Tabulation::standard(AreaKind::Region) {
                            regional.push((figure.share.value.unwrap() - share).abs());
                        }
                        let from_end = |part: f64| part.min(1.0 - part) * members.len() as f64;
                        for (estimate, truth, inner) in [
                            (figure.share, share, from_end(share) > 16.0),
                            (figure.mean, mean, from_end(mean / 100.0) > 16.0),
                        ] {
                            if let (Some(value), Some(error)) = (estimate.value, estimate.standard_error) {
                                for (all, inside) in intervals.iter_mut().take(1 + usize::from(inner)) {
                                    *all += 1;
                                    *inside += u32::from((value - truth).abs() <= 1.96 * error);
                                }
                            }
                        }
                    }
                }
            }
        }
        let points = median(&regional) * 100.0;
        report.at_most(
            "usefulness: error of a regional share, median, points",
            1.0,
            points,
            &format!("{} shares", regional.len()),
        );

        let by_type = Tabulation::by(AreaKind::Region, &[Dimension::Type]);
        let areas = population.areas(AreaKind::Region);
        let answer = asker.ask(&by_type, &areas, &population.periods, &BENCHMARKS).await.unwrap();
        let with_institutions: usize = BENCHMARKS
            .into_iter()
            .map(|benchmark| {
                population.split(&by_type, &areas, 0, Some(benchmark)).iter().filter(|set| !set.is_empty()).count()
            })
            .sum();
        let published = answer.figures.len() as f64 / with_institutions as f64;
        let detail = format!("{} of {with_institutions}", answer.figures.len());
        report.at_least(
            "usefulness: region × type cells published, of those with institutions",
            0.85,
            published,
            &detail,
        );

        let [everywhere, larger] = intervals.map(|(all, inside)| f64::from(inside) / f64::from(all));
        let measured = format!("{:.1} % of {}", larger * 100.0, intervals[1].0);
        let held = (0.94..=0.96).contains(&larger);
        report.holds("usefulness: truth within value ± 1.96 standard errors, off the ends", "94–96 %", &measured, held);
        report.at_least("usefulness: the same, whatever the size", 0.94, everywhere, &intervals[0].0.to_string());
        report.finish();
    });
}
