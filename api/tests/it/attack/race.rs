//! Many new questions at once, with one unit of the budget left.

use api::domain::AreaKind;
use disclosure::Tier;

use crate::support::{Engine, LEP, Population, Service, block_on};

use super::report::{Attack, Report};

/// How many come at once.
const AT_ONCE: usize = 200;

fn question(kind: AreaKind, condition: &str) -> String {
    let kind = kind.as_str().to_uppercase();
    format!(
        "{{ outcomes(input: {{framework: \"GATSBY-2014\", areas: [\"E12000001\"], areaKind: {kind}, periods: [\"202324T3\"], \
         benchmarks: [1], {condition}}}) {{ cells {{ achievedShare {{ value reason }} }} }} }}"
    )
}

/// Different conditions, each a tabulation of its own: unions of quintiles by one dimension or none.
fn conditions() -> Vec<String> {
    let unions = (1_u32..31).filter(|union| union.count_ones() >= 2).map(|union| {
        let kept: Vec<String> = (0..5)
            .filter(|quintile| union >> quintile & 1 == 1)
            .map(|quintile| format!("\"{}\"", quintile + 1))
            .collect();
        format!("where: [{{dimension: DISADVANTAGE, in: [{}]}}]", kept.join(","))
    });
    unions.flat_map(|union| ["PHASE", "TYPE", "SIZE", "SETTING", ""].map(|by| format!("by: [{by}], {union}"))).collect()
}

#[test]
fn of_many_new_questions_at_once_the_budget_answers_as_many_as_are_left() {
    block_on(async {
        let service = Service::with(Engine::Sqlite, &Population::standard(1)).await;
        let questions: Vec<String> = [AreaKind::Region, AreaKind::Lep, AreaKind::LocalAuthority]
            .into_iter()
            .flat_map(|kind| conditions().into_iter().map(move |condition| question(kind, &condition)))
            .collect();
        let budget = Tier::Regional.rules().new_tabulations.unwrap() as usize;
        let answered = async |query: &str| {
            let json = service.ask(Some(LEP), query).await.json();
            let hidden = json["data"]["outcomes"]["cells"]
                .as_array()
                .is_some_and(|cells| cells.iter().any(|cell| cell["achievedShare"]["reason"] == "BUDGET"));
            json["errors"].is_null() && !hidden
        };
        for query in &questions[..budget - 1] {
            assert!(answered(query).await, "the budget is not spent yet");
        }
        let rest = &questions[budget - 1..budget - 1 + AT_ONCE];
        // In batches that start together: each future is polled before any ends.
        let mut waiting: Vec<_> = rest.iter().map(|query| Box::pin(answered(query))).collect();
        let mut told = 0;
        std::future::poll_fn(|context| {
            waiting.retain_mut(|future| match std::future::Future::poll(future.as_mut(), context) {
                std::task::Poll::Ready(given) => {
                    told += usize::from(given);
                    false
                }
                std::task::Poll::Pending => true,
            });
            if waiting.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
        let mut report = Report::of(Attack::Race);
        let figure = "200 parallel new questions with one unit of budget left";
        report.holds(figure, "exactly 1 answered", &format!("{told} of {AT_ONCE} answered"), told == 1);
        report.finish();
    });
}
