//! A service over a fresh database, and how it is asked.

use std::sync::Arc;

use api::{
    app,
    auth::TokenKey,
    config::{LogFormat, Settings},
    domain::{Clock, NewAgreement, OrganisationKind, Publication, Release, Secret, clock::FixedClock},
    service::{Authority, Exchange, ImportReport, ImportRequest, Operator},
};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use chrono::Duration;
use disclosure::Tier;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{Database, Engine, Population};

/// A careers hub with an agreement for the region North East.
pub(crate) const HUB: &str = "NE-HUB";
/// A LEP that works in all of England, with an agreement for it.
pub(crate) const LEP: &str = "NE-LEP";
/// A partner abroad with an agreement for England and one for Hong Kong.
pub(crate) const PARTNER: &str = "HK-PARTNER";

/// The time of every test.
pub(crate) fn clock() -> FixedClock {
    FixedClock("2026-11-24T10:00:00Z".parse().unwrap())
}

/// A service with three organisations and their agreements.
pub(crate) struct Service {
    pub(crate) exchange: Arc<Exchange>,
    pub(crate) router: Router,
    pub(crate) settings: Settings,
    pub(crate) database: Arc<Database>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&self.body)))
    }

    /// The value under `data`; panics where there are errors.
    pub(crate) fn data(&self) -> Value {
        let mut json = self.json();
        assert_eq!(json.get("errors"), None, "{json}");
        json["data"].take()
    }

    /// The code and the message of the only error.
    pub(crate) fn error(&self) -> (String, String) {
        let json = self.json();
        assert_eq!(json["errors"].as_array().map(Vec::len), Some(1), "{json}");
        let error = &json["errors"][0];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (text(&error["extensions"]["code"]), text(&error["message"]))
    }
}

impl Service {
    /// Migrated, with organisations and agreements, nothing handed in.
    pub(crate) async fn empty(engine: Engine) -> Self {
        Self::over(Database::fresh(engine).await, 1).await
    }

    /// With the standard population handed in by its hub and its LEP, and published.
    pub(crate) async fn filled(engine: Engine) -> Self {
        Self::with(engine, &Population::standard(1)).await
    }

    /// With a population handed in by three organisations, and published.
    pub(crate) async fn with(engine: Engine, population: &Population) -> Self {
        let service = Self::empty(engine).await;
        service.hand_in_everything(population).await;
        service.operator().publish(None).await.unwrap();
        service
    }

    /// Over a database, with the secret of a number.
    pub(crate) async fn over(database: Database, secret: u8) -> Self {
        let settings = settings(&database.url);
        let exchange = Exchange::open(&database.url, Secret::new([secret; 32]), Arc::new(clock())).await.unwrap();
        exchange.operator(Authority::of_the_operator()).migrate().await.unwrap();
        exchange.start().await.unwrap();
        for (code, kind, area) in [
            (HUB, OrganisationKind::Hub, "HUB-2018-21"),
            (LEP, OrganisationKind::Lep, "E92000001"),
            (PARTNER, OrganisationKind::Partner, "HK"),
        ] {
            if !exchange.operator(Authority::of_the_operator()).knows_organisation(code).await.unwrap() {
                exchange.operator(Authority::of_the_operator()).add_organisation(code, kind, code, area).await.unwrap();
            }
        }
        for (consumer, area, tier) in [
            (HUB, "E12000001", Tier::Regional),
            (LEP, "E92000001", Tier::Regional),
            (PARTNER, "E92000001", Tier::International),
            (PARTNER, "HK", Tier::International),
        ] {
            let agreement = NewAgreement {
                consumer: consumer.into(),
                area: area.into(),
                tier,
                purposes: vec!["benchmarking".into()],
                dimensions: None,
                valid_from: clock().today(),
                valid_until: None,
            };
            exchange.operator(Authority::of_the_operator()).add_agreement(&agreement).await.unwrap();
        }
        exchange.refresh().await.unwrap();
        exchange.make_books().await.unwrap();
        let exchange = Arc::new(exchange);
        let router = app::router(&settings, &exchange).unwrap();
        Self { exchange, router, settings, database: Arc::new(database) }
    }

    /// Another service over the same database with another secret: other noise, the same institutions.
    pub(crate) async fn under(&self, secret: [u8; 32]) -> Self {
        self.database.execute("DELETE FROM setting WHERE key = 'secret_fingerprint'").await;
        self.database.execute("DELETE FROM signing_key").await;
        let exchange = Exchange::open(&self.database.url, Secret::new(secret), Arc::new(clock())).await.unwrap();
        exchange.operator(Authority::of_the_operator()).rotate_key().await.unwrap();
        start(&exchange).await;
        let exchange = Arc::new(exchange);
        let router = app::router(&self.settings, &exchange).unwrap();
        Self { exchange, router, settings: self.settings.clone(), database: self.database.clone() }
    }

    /// The same service, under the same secret, over a copy of its database: what it charges is its own.
    pub(crate) async fn copied(&self, name: &str, secret: u8) -> Self {
        let database = Database::shared(name);
        let file = database.url.trim_start_matches("sqlite://");
        self.database.execute(&format!("VACUUM INTO '{file}'")).await;
        database.execute("DELETE FROM setting WHERE key = 'secret_fingerprint'").await;
        database.execute("DELETE FROM signing_key").await;
        let settings = settings(&database.url);
        let exchange = Exchange::open(&database.url, Secret::new([secret; 32]), Arc::new(clock())).await.unwrap();
        exchange.operator(Authority::of_the_operator()).rotate_key().await.unwrap();
        start(&exchange).await;
        let exchange = Arc::new(exchange);
        let router = app::router(&settings, &exchange).unwrap();
        Self { exchange, router, settings, database: Arc::new(database) }
    }

    /// Over a database as it is, migrated.
    pub(crate) async fn migrated(database: Database) -> Self {
        let settings = settings(&database.url);
        let exchange = Exchange::open(&database.url, Secret::new([1; 32]), Arc::new(clock())).await.unwrap();
        exchange.operator(Authority::of_the_operator()).migrate().await.unwrap();
        start(&exchange).await;
        let exchange = Arc::new(exchange);
        let router = app::router(&settings, &exchange).unwrap();
        Self { exchange, router, settings, database: Arc::new(database) }
    }

    /// The exchange in the hands of those who may change it.
    pub(crate) fn operator(&self) -> Operator<'_> {
        self.exchange.operator(Authority::of_the_operator())
    }

    /// Publishes what came in: periods that were published before in their next editions, which corrections wait for.
    pub(crate) async fn publish_anew(&self) -> Release {
        let release = publish_anew(self.operator()).await;
        self.exchange.make_books().await.unwrap();
        release
    }

    /// Adds an organisation with an agreement for an area.
    pub(crate) async fn add_partner(&self, code: &str, area: &str, tier: Tier) {
        self.add_partner_of(code, area, area, tier).await;
    }

    /// Adds an organisation that works in one area, with an agreement for another.
    pub(crate) async fn add_partner_of(&self, code: &str, works_in: &str, area: &str, tier: Tier) {
        self.operator().add_organisation(code, OrganisationKind::Partner, code, works_in).await.unwrap();
        let agreement = NewAgreement {
            consumer: code.into(),
            area: area.into(),
            tier,
            purposes: vec!["benchmarking".into()],
            dimensions: None,
            valid_from: clock().today(),
            valid_until: None,
        };
        self.operator().add_agreement(&agreement).await.unwrap();
        self.exchange.refresh().await.unwrap();
    }

    /// Another process over the same database: what it remembers is its own.
    pub(crate) async fn replica(&self) -> Self {
        self.through(&self.database.url).await
    }

    /// Another process over the same database, which it reaches by another address.
    pub(crate) async fn through(&self, url: &str) -> Self {
        let exchange = Exchange::open(url, Secret::new([1; 32]), Arc::new(clock())).await.unwrap();
        start(&exchange).await;
        let exchange = Arc::new(exchange);
        let router = app::router(&self.settings, &exchange).unwrap();
        Self { exchange, router, settings: settings(url), database: self.database.beside().into() }
    }

    /// Hands a population in, each institution by the organisation that speaks for it.
    pub(crate) async fn hand_in_everything(&self, population: &Population) {
        for (organisation, own) in [
            (HUB, population.only(|row| row.hub == "HUB-2018-21")),
            (LEP, population.only(|row| row.hub.is_empty() && row.scheme == "URN")),
            (PARTNER, population.only(|row| row.scheme == "HK-EDB")),
        ] {
            if !own.0.is_empty() {
                let report = self.hand_in(organisation, &own).await;
                assert!(report.problems.is_empty(), "{:?}", report.problems.first());
            }
        }
    }

    /// Hands a population in.
    pub(crate) async fn hand_in(&self, organisation: &str, population: &Population) -> ImportReport {
        self.hand_in_file(organisation, &population.file()).await
    }

    /// Hands a file in.
    pub(crate) async fn hand_in_file(&self, organisation: &str, file: &str) -> ImportReport {
        let request = ImportRequest { organisation: organisation.into(), accept_valid: false };
        self.operator().import_results(&request, file.as_bytes(), |_| {}).await.unwrap()
    }

    /// The key that signs tokens at present.
    pub(crate) fn key(&self) -> TokenKey {
        TokenKey::that_signs(&self.exchange.trust().load(), &self.settings.issuer, &self.settings.audience).unwrap()
    }

    /// A token of an organisation.
    pub(crate) fn token(&self, organisation: &str) -> String {
        let scopes = [api::auth::Scope::OutcomesRead];
        app::token(&self.settings, &self.exchange, organisation, &scopes, Duration::hours(1)).unwrap()
    }

    /// Sends any request.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        send(&self.router, request).await
    }

    /// Asks a question, for an organisation or for nobody.
    pub(crate) async fn ask(&self, organisation: Option<&str>, query: &str) -> Answer {
        self.ask_with(organisation, query, Value::Null).await
    }

    /// Asks a question with variables.
    pub(crate) async fn ask_with(&self, organisation: Option<&str>, query: &str, variables: Value) -> Answer {
        let body = json!({"query": query, "variables": variables}).to_string();
        let mut request = Request::post("/graphql")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/graphql-response+json");
        if let Some(organisation) = organisation {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.token(organisation)));
        }
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// The cells of a question's table.
    pub(crate) async fn cells(&self, organisation: &str, input: &str) -> Vec<Value> {
        let answer = self.ask(Some(organisation), &question(input)).await;
        answer.data()["outcomes"]["cells"].as_array().unwrap().clone()
    }
}

/// A publication of the next edition of periods.
pub(crate) fn revising(periods: &[&str]) -> Publication {
    Publication { note: None, revise: periods.iter().map(|period| period.parse().unwrap()).collect() }
}

/// Publishes what came in: periods that were published before in their next editions.
pub(crate) async fn publish_anew(operator: Operator<'_>) -> Release {
    let waiting = operator.waiting().await.unwrap().into_iter();
    let revise = waiting.filter(|waiting| waiting.next.is_some()).map(|waiting| waiting.period).collect();
    operator.publish(Publication { note: None, revise }).await.unwrap()
}

/// Starts as a service does.
async fn start(exchange: &Exchange) {
    exchange.start().await.unwrap();
    exchange.make_books().await.unwrap();
}

async fn send(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
    Answer { status: parts.status, headers: parts.headers, body }
}

/// Asks a router a question with a token: for tasks that outlive a borrow of the service.
pub(crate) async fn ask_router(router: &Router, token: &str, query: &str) -> Answer {
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    send(router, request.body(Body::from(json!({ "query": query }).to_string())).unwrap()).await
}

/// A question for everything about each cell.
pub(crate) fn question(input: &str) -> String {
    format!(
        "{{ outcomes(input: {input}) {{ tier purpose citation release {{ number synthetic }} \
         summary {{ published hidden {{ reason count }} }} \
         cells {{ area {{ code }} period {{ code }} benchmark {{ number }} categories {{ dimension code }} institutions \
         comparability achieved {{ ...E }} achievedShare {{ ...E }} meanScore {{ ...E }} }} \
         overall {{ area {{ code }} institutions meanAchieved {{ ...E }} shareWithAll {{ ...E }} \
         distribution {{ ...E }} }} }} }} \
         fragment E on Estimate {{ value standardError bound status reason remedy }}"
    )
}

fn settings(url: &str) -> Settings {
    Settings {
        database_url: Some(url.to_owned()),
        secret_file: None,
        issuer: "benchmark-exchange".into(),
        audience: "benchmark-exchange".into(),
        ca_file: None,
        webhooks_on_this_machine: false,
        log_format: LogFormat::Text,
        log: "info".into(),
    }
}
