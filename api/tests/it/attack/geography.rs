//! Other geographies from release to release: areas of an operator's own that overlap those answered before but for an institution,
//! and an area that goes on under other codes.

use api::domain::{AreaChange, AreaKind, Attributes, Clock, SuccessionKind};
use disclosure::Tier;

use crate::support::{Engine, LEP, Service, attacks_run_long, block_on, clock};

use super::{
    ask::Estimate,
    population::{BENCHMARKS, Institution, Population, area, terms_until},
    random::Random,
    report::{Attack, Report},
    statistic::Samples,
};

/// Who asks.
const ASKER: &str = "ELSEWHERE";

/// Thirty institutions in one local authority, fifteen in another, twenty in a third, and the victim alone in a fourth; all of them
/// outside combined authorities.
const PLACES: [(&str, usize); 4] = [("E06000030", 30), ("E06000054", 15), ("E06000059", 20), ("E06000058", 1)];

fn population(twin: usize) -> Population {
    let mut random = Random::new(43);
    let mut institutions = Vec::new();
    for (place, count) in PLACES {
        for _ in 0..count {
            let drawn = |_: usize| Some(if random.chance(0.5) { 100 } else { 40 });
            let scores: [Option<u8>; 8] = std::array::from_fn(drawn);
            let victim = |benchmark: usize| Some(if benchmark % 2 == twin { 100 } else { 40 });
            institutions.push(Institution {
                local_authority: area(place),
                hubs: Vec::new(),
                attributes: Attributes::default(),
                scores: if count == 1 { std::array::from_fn(victim) } else { scores },
                absent: Vec::new(),
            });
        }
    }
    Population { institutions, periods: terms_until("202425T3".parse().unwrap(), 1) }
}

fn file(population: &Population) -> String {
    population.file(|_| true).replace(",,,,,,v1", ",secondary,academy,,medium,urban,v1")
}

/// An area of the operator's own that is made of some of the places. Those of one kind may not overlap while they are in use.
fn own_area(code: &str, places: &[usize]) -> AreaChange {
    AreaChange {
        code: code.into(),
        name: Some(code.into()),
        kind: Some(AreaKind::CombinedAuthority),
        within: vec!["E92000001".into()],
        members: places.iter().map(|&place| PLACES[place].0.to_owned()).collect(),
        ..AreaChange::default()
    }
}

/// The noised totals that are told of one area in a release, by benchmark; none where they are hidden.
async fn totals(service: &Service, code: &str, release: usize, institutions: usize) -> Option<Vec<f64>> {
    let input = format!(
        "{{framework: \"GATSBY-2014\", areas: [\"{code}\"], periods: [\"202425T3\"], release: {release}, benchmarks: [{}]}}",
        BENCHMARKS.map(|number| number.to_string()).join(",")
    );
    let cells = service.cells(ASKER, &input).await;
    let sigma = Tier::Regional.rules().sigma_standard;
    let told = |cell: &serde_json::Value| {
        let share: Estimate = serde_json::from_value(cell["achievedShare"].clone()).unwrap();
        Some(share.total(institutions, 1.0, sigma)?.value)
    };
    cells.iter().map(told).collect()
}

fn secret(key: u8, twin: usize) -> [u8; 32] {
    let mut secret = [6; 32];
    (secret[0], secret[1]) = (key, u8::try_from(twin).unwrap());
    secret
}

/// An area with the victim that comes after the same area without it was answered, by its own name and as a local authority.
async fn grown() -> (Samples, Samples, bool) {
    let size = PLACES[0].1;
    let (mut one, mut both) = (Samples::default(), Samples::default());
    let mut is_hidden = true;
    for twin in 0..2 {
        let population = population(twin);
        let service = Service::empty(Engine::Sqlite).await;
        service.add_partner_of(ASKER, "HK", "E92000001", Tier::Regional).await;
        let report = service.hand_in_file(LEP, &file(&population)).await;
        assert!(report.problems.is_empty(), "{:?}", report.problems.first());
        let operator = service.operator();
        operator.add_area(own_area("OWN", &[0])).await.unwrap();
        operator.publish(None).await.unwrap();
        assert!(operator.add_area(own_area("LARGER", &[0, 3])).await.is_err(), "two of a kind overlap");
        operator.end_area("OWN", clock().today().pred_opt().unwrap()).await.unwrap();
        operator.add_area(own_area("LARGER", &[0, 3])).await.unwrap();
        operator.publish(None).await.unwrap();
        for key in 0..if attacks_run_long() { 200 } else { 60 } {
            let service = service.under(secret(key, twin)).await;
            let own = totals(&service, "OWN", 1, size).await.unwrap();
            let place = totals(&service, PLACES[0].0, 1, size).await.unwrap();
            is_hidden &= totals(&service, PLACES[0].0, 2, size).await.is_none();
            let larger = totals(&service, "LARGER", 2, size + 1).await.unwrap();
            for benchmark in 0..BENCHMARKS.len() {
                let achieved = benchmark % 2 == twin;
                one.add(larger[benchmark] - own[benchmark], achieved);
                both.add(larger[benchmark] - f64::midpoint(own[benchmark], place[benchmark]), achieved);
            }
        }
    }
    (one, both, is_hidden)
}

/// What is left of the noise after three looks at one area under three codes, over that of one look.
async fn recoded() -> f64 {
    let population = population(0);
    let service = Service::empty(Engine::Sqlite).await;
    service.add_partner_of(ASKER, "HK", "E92000001", Tier::Regional).await;
    service.hand_in_file(LEP, &file(&population)).await;
    let codes = [PLACES[0].0, "NEXT-1", "NEXT-2"];
    service.operator().publish(None).await.unwrap();
    for (place, codes) in codes.windows(2).enumerate() {
        let recode = AreaChange {
            code: codes[1].into(),
            name: Some(codes[1].into()),
            kind: Some(AreaKind::LocalAuthority),
            valid_from: format!("2026-0{}-01", 3 + place).parse().ok(),
            succeeds: vec![codes[0].into()],
            succession: Some(SuccessionKind::Recode),
            ..AreaChange::default()
        };
        service.operator().change_areas(&[recode]).await.unwrap();
        service.operator().publish(None).await.unwrap();
    }
    let count = PLACES[0].1;
    let truth = BENCHMARKS
        .map(|benchmark| population.achieved(&(0..u32::try_from(count).unwrap()).collect::<Vec<_>>(), benchmark));
    let (mut first, mut together) = (0.0, 0.0);
    for key in 0..if attacks_run_long() { 200 } else { 60 } {
        let service = service.under(secret(key, 9)).await;
        let mut looks = Vec::new();
        for (release, code) in codes.into_iter().enumerate() {
            looks.push(totals(&service, code, release + 1, count).await.unwrap());
            // By the code of before it is no other look.
            assert_eq!(totals(&service, codes[0], release + 1, count).await.as_ref(), looks.last());
        }
        for (benchmark, truth) in truth.iter().enumerate() {
            let mean = looks.iter().map(|look| look[benchmark]).sum::<f64>() / looks.len() as f64;
            first += (looks[0][benchmark] - truth).powi(2);
            together += (mean - truth).powi(2);
        }
    }
    (together / first).sqrt()
}

#[test]
fn another_geography_is_little_of_another_look() {
    block_on(async {
        let mut report = Report::of(Attack::Geography);
        let (one, both, is_hidden) = grown().await;
        let detail = format!("{} trials", one.len());
        let what = "an area that is an institution larger than one answered in the release before";
        report.at_most(&format!("{what}: accuracy"), 0.567, one.accuracy(0.5), &detail);
        report.at_most("the same: AUC", 0.60, one.area_under_curve(), "");
        report.at_most("the same, and the local authority in it: AUC", 0.60, both.area_under_curve(), "");
        let told = if is_hidden { "hidden" } else { "told" };
        report.holds("the smaller one, in the release with the larger one", "hidden", told, is_hidden);
        report.at_least("an area under three codes, one a release: error left", 0.80, recoded().await, "of one look's");
        report.finish();
    });
}
