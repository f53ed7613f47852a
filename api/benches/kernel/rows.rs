//! Rows: tables of the demonstration, executed whole.

use std::sync::Arc;

use api::{
    auth::Viewer,
    domain::{Secret, clock::FixedClock},
    graphql::{DocumentRules, DocumentSource, Executor, GraphQlRequest},
    service::{Authority, Exchange, Reader},
};
use criterion::Criterion;
use serde_json::json;
use tokio::runtime::{Builder, Runtime};

use super::question::{now, token_key, token_of};

/// One question of 8 cells and one of 304, six leaf fields a cell. The number is no variable of theirs: it makes each a
/// question that was never asked.
const QUESTIONS: [(u32, &str); 2] = [(8, "areas: [\"E12000001\"]"), (304, "areas: [\"E92000001\"], areaKind: LEP")];

/// Measures whole questions: the document is kept, the answer never is.
pub fn all(criterion: &mut Criterion) {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let exchange = runtime.block_on(demonstration(&format!("sqlite://{}/rows.db", folder.path().display())));
    let key = token_key();
    let viewer = Viewer::Partner(key.verifier().verify(&token_of("NE-LEP-DEMO", &key), now()).expect("its own token"));
    let mut group = criterion.benchmark_group("rows");
    for (cells, areas) in QUESTIONS {
        let document = format!(
            "{{ outcomes(input: {{framework: \"GATSBY-2014\", periods: [\"202425T3\"], {areas}}}) {{ cells {{ area {{ code }} \
             benchmark {{ number }} institutions achievedShare {{ value standardError status }} }} }} }}"
        );
        let executor = Executor::new(&DocumentRules::default()).expect("no documents");
        let mut number = 0_u64;
        group.bench_function(format!("{cells} cells"), |bencher| {
            bencher.iter(|| {
                number += 1;
                let reader = exchange.reader(viewer.clone(), std::time::Duration::from_secs(5));
                ask(&runtime, &executor, reader, &document, number)
            });
        });
    }
}

async fn demonstration(database: &str) -> Arc<Exchange> {
    let clock = Arc::new(FixedClock(now()));
    let exchange = Exchange::open(database, Secret::new([1; 32]), clock).await.expect("a new database");
    let operator = exchange.operator(Authority::of_the_operator());
    operator.migrate().await.expect("it is empty");
    exchange.start().await.expect("it is migrated");
    operator.fill_demo().await.expect("it is empty");
    Arc::new(exchange)
}

fn ask(runtime: &Runtime, executor: &Executor, reader: Reader, document: &str, number: u64) -> usize {
    let request = GraphQlRequest {
        document: DocumentSource::Text(document.to_owned()),
        operation_name: None,
        variables: json!({"number": number}),
        text: None,
    };
    let answer = runtime.block_on(executor.execute(request, reader, None, "bench"));
    assert_eq!(answer.reply, api::graphql::Reply::Complete, "{}", String::from_utf8_lossy(&answer.body));
    answer.body.len()
}
