//! The questions that are measured, as plans.

use std::sync::Arc;

use api::{
    auth::{self, NewToken, Scope, TokenKey, Viewer},
    datasets::outcomes::{self, Filter, Parts, Periods, Plan, Question},
    domain::{Agreement, AreaKind, Catalogue, Dimension, Directory, Organisation, OrganisationKind, Period},
    policy::{self, Grant},
    tabulation::Asked,
};
use chrono::{DateTime, Duration, Utc};
use disclosure::Tier;

use super::population::{ENGLAND, FRAMEWORK, periods};

/// The time at which everything happens.
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap_or_default()
}

/// The key that signs tokens.
pub fn token_key() -> TokenKey {
    auth::install_crypto();
    TokenKey::from_seed([1; 32], "exchange", "partners").expect("every seed is a key")
}

/// A token of the one organisation there is here.
pub fn token(key: &TokenKey) -> String {
    token_of("O", key)
}

/// A token of an organisation.
pub fn token_of(organisation: &str, key: &TokenKey) -> String {
    let scopes = [Scope::OutcomesRead].into_iter().collect();
    let ttl = Duration::hours(12);
    let token =
        NewToken { organisation: organisation.into(), client: None, scopes, issued_at: now(), ttl, id: "1".into() };
    key.sign(&token).expect("it can be signed")
}

fn grant(catalogue: &Catalogue) -> Grant {
    let key = token_key();
    let viewer = Viewer::Partner(key.verifier().verify(&token(&key), now()).expect("its own token"));
    let organisation = Organisation {
        id: 1,
        code: "O".into(),
        name: String::new(),
        kind: OrganisationKind::National,
        area: ENGLAND.into(),
        ended_on: None,
    };
    let agreement = Agreement {
        id: 1,
        consumer: "O".into(),
        area: ENGLAND.into(),
        tier: Tier::Regional,
        purposes: vec!["benchmarking".into()],
        dimensions: None,
        valid_from: now().date_naive(),
        valid_until: None,
        ended_on: None,
        replaced_by: None,
        provider: None,
    };
    let directory = Directory::new(vec![organisation], vec![agreement]);
    let circles = policy::Circles::of(&directory, catalogue);
    policy::authorize(&viewer, &directory, &circles, catalogue, now().date_naive(), None).expect("an agreement holds")
}

/// Every question that is measured, with its name. All ask for eight benchmarks, and for cells alone but one.
pub fn all(catalogue: &Arc<Catalogue>) -> Vec<(&'static str, Plan)> {
    let grant = grant(catalogue);
    let plan = |question: Question| {
        outcomes::build(&question, &grant, catalogue, |_| periods()).expect("a question that may be asked")
    };
    let cells = Parts { cells: true, overall: false, totals: false, states: false };
    let base = || Question { framework: FRAMEWORK.into(), parts: cells, ..Question::default() };
    let hubs = || Question { asked: Asked { area_kind: Some(AreaKind::Hub), ..Asked::default() }, ..base() };
    let secondary = || Filter { dimension: Dimension::Phase, categories: vec!["secondary".into()] };
    let named = Periods::Named(periods().iter().map(Period::to_string).collect());
    let region = || Asked { areas: Some(vec!["E12000001".to_owned()]), ..Asked::default() };
    vec![
        ("one region", plan(Question { asked: region(), ..base() })),
        ("all hubs", plan(hubs())),
        ("all hubs, over all benchmarks too", plan(Question { parts: Parts { overall: true, ..cells }, ..hubs() })),
        ("all hubs, one category", plan(Question { filters: vec![secondary()], ..hubs() })),
        ("all hubs, by setting", plan(Question { by: vec![Dimension::Setting], ..hubs() })),
        ("all hubs, by type", plan(Question { by: vec![Dimension::Type], ..hubs() })),
        ("all hubs, by type and setting", plan(Question { by: vec![Dimension::Type, Dimension::Setting], ..hubs() })),
        ("full cube", plan(Question { periods: named, ..hubs() })),
    ]
}
