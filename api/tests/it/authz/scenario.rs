//! Who asks: roles and agreements, each under a name.

use api::{
    auth::{NewToken, Scope, TokenKey},
    domain::{Clock, Dimension, NewAgreement, OrganisationKind},
};
use chrono::Duration;
use disclosure::Tier;

use crate::support::{HUB, LEP, PARTNER, Service, clock};

/// One who asks, with the agreements of its organisation.
pub(super) struct Scenario {
    pub(super) name: &'static str,
    /// What it has, in words.
    pub(super) has: String,
    /// The bearer token; an anonymous one has none.
    pub(super) token: Option<String>,
}

/// An agreement; days count from today.
struct Agreed {
    area: &'static str,
    tier: Tier,
    purposes: &'static [&'static str],
    dimensions: Option<&'static [Dimension]>,
    from: i64,
    until: Option<i64>,
}

/// An agreement for benchmarking that begins today, with every dimension.
fn agreed(area: &'static str, tier: Tier) -> Agreed {
    Agreed { area, tier, purposes: &["benchmarking"], dimensions: None, from: 0, until: None }
}

fn regional(area: &'static str) -> Agreed {
    agreed(area, Tier::Regional)
}

fn international(area: &'static str) -> Agreed {
    agreed(area, Tier::International)
}

impl Agreed {
    fn by(self, dimensions: &'static [Dimension]) -> Self {
        Self { dimensions: Some(dimensions), ..self }
    }

    fn for_purposes(self, purposes: &'static [&'static str]) -> Self {
        Self { purposes, ..self }
    }

    fn lasting(self, from: i64, until: Option<i64>) -> Self {
        Self { from, until, ..self }
    }

    fn to(&self, consumer: &str) -> NewAgreement {
        NewAgreement {
            consumer: consumer.into(),
            area: self.area.into(),
            tier: self.tier,
            purposes: self.purposes.iter().map(|&purpose| purpose.into()).collect(),
            dimensions: self.dimensions.map(<[Dimension]>::to_vec),
            valid_from: clock().today() + Duration::days(self.from),
            valid_until: self.until.map(|days| clock().today() + Duration::days(days)),
        }
    }

    fn in_words(&self) -> String {
        let mut text = format!("{} {} for {}", self.area, self.tier.as_str().to_uppercase(), self.purposes.join(", "));
        if let Some(dimensions) = self.dimensions {
            let names: Vec<&str> = dimensions.iter().map(|dimension| dimension.name()).collect();
            text += &format!(" by {}", if names.is_empty() { "no dimension".to_owned() } else { names.join(", ") });
        }
        let day = |day: i64| match day {
            -1 => "yesterday".to_owned(),
            0 => "today".to_owned(),
            1 => "tomorrow".to_owned(),
            days if days < 0 => format!("{} days ago", -days),
            days => format!("{days} days from today"),
        };
        if self.from != 0 {
            text += &format!(", from {}", day(self.from));
        }
        if let Some(until) = self.until {
            text += &format!(", until {}", day(until));
        }
        text
    }
}

/// The agreements of organisations that handed nothing in, each organisation under the name of its scenario.
fn agreements() -> Vec<(&'static str, Vec<Agreed>)> {
    use Dimension::{Phase, Size, Type};
    const NORTH_EAST: &str = "E12000001";
    const YORKSHIRE: &str = "E12000003";
    const ENGLAND: &str = "E92000001";
    vec![
        ("no agreement", vec![]),
        ("regional", vec![regional(NORTH_EAST)]),
        ("regional by phase", vec![regional(NORTH_EAST).by(&[Phase])]),
        ("regional by no dimension", vec![regional(NORTH_EAST).by(&[])]),
        ("regional for a hub", vec![regional("HUB-2018-21")]),
        ("regional for a local authority", vec![regional("E06000047")]),
        ("international", vec![international(ENGLAND)]),
        ("international for a local authority", vec![international("E06000047")]),
        ("two purposes in one agreement", vec![regional(NORTH_EAST).for_purposes(&["benchmarking", "research"])]),
        (
            "two agreements with different purposes",
            vec![regional(NORTH_EAST), international(ENGLAND).for_purposes(&["research"])],
        ),
        ("region at one tier, country at another", vec![regional(NORTH_EAST), international(ENGLAND)]),
        ("one area at two tiers", vec![regional(NORTH_EAST).by(&[Phase]), international(NORTH_EAST)]),
        (
            "dimensions of two areas",
            vec![regional(NORTH_EAST).by(&[Phase, Type]), regional(YORKSHIRE).by(&[Type, Size])],
        ),
        ("dimensions of one area", vec![regional(NORTH_EAST).by(&[Phase]), regional(NORTH_EAST).by(&[Type])]),
        ("dimensions at two tiers", vec![regional(NORTH_EAST).by(&[Phase]), international(ENGLAND).by(&[Type])]),
        ("begins tomorrow", vec![regional(NORTH_EAST).lasting(1, None)]),
        ("ends today", vec![regional(NORTH_EAST).lasting(-30, Some(0))]),
        ("ended yesterday", vec![regional(NORTH_EAST).lasting(-30, Some(-1))]),
        (
            "one ended, one holds",
            vec![regional(NORTH_EAST).lasting(-30, Some(-1)), international(NORTH_EAST).by(&[Phase])],
        ),
    ]
}

/// Adds the organisations and agreements to a service, and gives everyone who asks it.
pub(super) async fn build(service: &Service) -> Vec<Scenario> {
    let reads = [Scope::OutcomesRead];
    let others: Vec<Scope> = Scope::ALL.into_iter().filter(|&scope| scope != Scope::OutcomesRead).collect();
    let key = service.key();
    let foreign = TokenKey::from_seed([9; 32], "benchmark-exchange", "benchmark-exchange").unwrap();
    let mut scenarios = Vec::new();
    let mut add = |name, has: &str, token| scenarios.push(Scenario { name, has: has.to_owned(), token });
    add("anonymous", "no token", None);
    add("expired", "a token of yesterday", Some(token(&key, LEP, &reads, -24)));
    add("foreign", "a token of another service", Some(token(&foreign, LEP, &reads, 0)));
    add(
        "without the scope",
        "a token of the LEP with every scope but `outcomes:read`",
        Some(token(&key, LEP, &others, 0)),
    );
    add(
        "unknown organisation",
        "a token for an organisation that is not known",
        Some(token(&key, "NOBODY", &reads, 0)),
    );
    let operator = service.operator();
    for (name, agreements) in agreements() {
        let code = name.to_uppercase().replace(", ", "-").replace(' ', "-");
        operator.add_organisation(&code, OrganisationKind::Partner, name, "HK").await.unwrap();
        for agreement in &agreements {
            operator.add_agreement(&agreement.to(&code)).await.unwrap();
        }
        let has: Vec<String> = agreements.iter().map(Agreed::in_words).collect();
        let has = if has.is_empty() { "nothing".to_owned() } else { has.join("; ") };
        scenarios.push(Scenario { name, has, token: Some(token(&key, &code, &reads, 0)) });
    }
    let mut add = |name, has: &str, token| scenarios.push(Scenario { name, has: has.to_owned(), token });
    let changes = Some(token(&key, HUB, &others, 0));
    add("hub that changes", "a token of the hub with every scope but `outcomes:read`", changes);
    let audits = Some(token(&key, HUB, &[Scope::AuditRead], 0));
    add("hub that audits", "a token of the hub with the scope `audit:read` alone", audits);
    add("hub", "E12000001 REGIONAL for benchmarking; handed results in", Some(token(&key, HUB, &reads, 0)));
    add("LEP", "E92000001 REGIONAL for benchmarking; handed results in", Some(token(&key, LEP, &reads, 0)));
    let has = "E92000001 and HK INTERNATIONAL for benchmarking; handed results of HK in";
    add("partner", has, Some(token(&key, PARTNER, &reads, 0)));
    service.exchange.refresh().await.unwrap();
    scenarios
}

/// A token signed with a key, made some hours from now and good for one.
fn token(key: &TokenKey, organisation: &str, scopes: &[Scope], hours: i64) -> String {
    let token = NewToken {
        organisation: organisation.into(),
        client: None,
        scopes: scopes.iter().copied().collect(),
        issued_at: clock().now() + Duration::hours(hours),
        ttl: Duration::hours(1),
        id: "1".into(),
    };
    key.sign(&token).unwrap()
}
