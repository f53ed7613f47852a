//! What an operator sees: counters and times of one process. Every label is a word that stands in the program, so none grows.

mod lines;
mod traces;
mod writer;

use std::{sync::OnceLock, time::Duration};

use prometheus_client::{
    encoding::text::encode,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

pub use lines::{Line, Lines};
pub use traces::{Answered, Parent, Traces};
pub use writer::{LastLines, LineWriter};

/// Two labels with words of the program, never of a sender.
type Two = [(&'static str, &'static str); 2];
type One = [(&'static str, &'static str); 1];
type Times<L> = Family<L, Histogram, fn() -> Histogram>;

/// Route and status of nearly all requests.
const USUAL: (&str, &str) = ("/graphql", "200");

/// From half a millisecond to the longest a request may take by default, seconds.
const BUCKETS: [f64; 11] = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 0.25, 1.0, 2.5, 10.0];

/// Counters and times of one process. Never a token, a filter value or a count of anything that was handed in.
pub struct Telemetry {
    registry: Registry,
    requests: Family<Two, Counter>,
    request_times: Times<One>,
    /// The series of [`USUAL`], once there are any: they are not looked up for each request.
    usual: OnceLock<(Counter, Histogram)>,
    operations: Family<[(&'static str, &'static str); 3], Counter>,
    operation_times: Times<Two>,
    published: Family<One, Counter>,
    hidden: Family<Two, Counter>,
    charges: Family<One, Counter>,
    release: Gauge,
    release_age: Gauge,
    database_answers: Gauge,
    breaker_open: Gauge,
    connections: Family<One, Gauge>,
    requests_under_way: Gauge,
    large_requests: Family<One, Gauge>,
    webhook_attempts: Family<One, Counter>,
}

/// What is told as it stands when it is read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Present {
    /// The number of the release that is served, and the seconds since it was published.
    pub release: Option<(u32, i64)>,
    /// Whether the database answered when it was last asked.
    pub database_answers: bool,
    /// Whether what needs the database is refused at once, because it is known to be away.
    pub breaker_open: bool,
    /// Connections to the database that are used, and that are free.
    pub connections: (i64, i64),
    /// Requests with large tables that have a place among those that are worked on, and that wait for one.
    pub large_requests: (i64, i64),
}

/// A request that is worked on.
#[must_use = "it counts while it lives"]
pub struct UnderWay(Gauge);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Default for Telemetry {
    fn default() -> Self {
        fn times() -> Histogram {
            Histogram::new(BUCKETS)
        }
        let mut telemetry = Self {
            registry: Registry::with_prefix("exchange"),
            requests: Family::default(),
            request_times: Family::new_with_constructor(times),
            usual: OnceLock::new(),
            operations: Family::default(),
            operation_times: Family::new_with_constructor(times),
            published: Family::default(),
            hidden: Family::default(),
            charges: Family::default(),
            release: Gauge::default(),
            release_age: Gauge::default(),
            database_answers: Gauge::default(),
            breaker_open: Gauge::default(),
            connections: Family::default(),
            requests_under_way: Gauge::default(),
            large_requests: Family::default(),
            webhook_attempts: Family::default(),
        };
        telemetry.register();
        telemetry
    }
}

impl Telemetry {
    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("http_requests", "Requests answered, by route and status", self.requests.clone());
        let help = "Time to answer a request, by route, in seconds";
        registry.register("http_request_duration_seconds", help, self.request_times.clone());
        let help = "Tables, previews and citations asked for, by dataset and outcome";
        registry.register("operations", help, self.operations.clone());
        let help = "Time of tables, previews and citations, by dataset, in seconds";
        registry.register("operation_duration_seconds", help, self.operation_times.clone());
        registry.register("cells_published", "Figures that carry a value, by dataset", self.published.clone());
        registry.register("cells_hidden", "Figures that are hidden, by dataset and reason", self.hidden.clone());
        let help = "Questions with a bill: charged (or open already), exhausted (the budget is used up), failed (not answered)";
        registry.register("charges", help, self.charges.clone());
        registry.register("release_number", "The release that is served; 0 where there is none", self.release.clone());
        registry.register("release_age_seconds", "Time since the release was published", self.release_age.clone());
        let help = "1 where the database answered when it was last asked, within the last seconds";
        registry.register("database_up", help, self.database_answers.clone());
        let help = "1 while the database is known to be away, and what needs it is refused at once";
        registry.register("database_breaker_open", help, self.breaker_open.clone());
        registry.register("database_connections", "Connections to the database, by state", self.connections.clone());
        registry.register("requests_under_way", "Requests being worked on", self.requests_under_way.clone());
        let help = "Requests with large tables, which are worked on a few at a time, by state";
        registry.register("large_requests", help, self.large_requests.clone());
        let help = "Messages sent to webhooks: delivered, failed (and tried again), given_up";
        registry.register("webhook_attempts", help, self.webhook_attempts.clone());
    }

    /// A request is worked on until what is returned is dropped.
    pub fn begin(&self) -> UnderWay {
        self.requests_under_way.inc();
        UnderWay(self.requests_under_way.clone())
    }

    /// A request was answered.
    pub fn answered(&self, route: &'static str, status: &'static str, elapsed: Duration) {
        let requests = || self.requests.get_or_create(&[("route", route), ("status", status)]);
        let times = || self.request_times.get_or_create(&[("route", route)]);
        if (route, status) == USUAL {
            let (requests, times) = self.usual.get_or_init(|| (requests().clone(), times().clone()));
            requests.inc();
            times.observe(elapsed.as_secs_f64());
        } else {
            requests().inc();
            times().observe(elapsed.as_secs_f64());
        }
    }

    /// A table, a preview or a citation came about, or did not: then `outcome` says why.
    pub fn operated(&self, kind: &'static str, dataset: &'static str, outcome: &'static str, elapsed: Duration) {
        self.operations.get_or_create(&[("kind", kind), ("dataset", dataset), ("outcome", outcome)]).inc();
        self.operation_times.get_or_create(&[("kind", kind), ("dataset", dataset)]).observe(elapsed.as_secs_f64());
    }

    /// Some figures of a table carry a value.
    pub fn published(&self, dataset: &'static str, figures: usize) {
        self.published.get_or_create(&[("dataset", dataset)]).inc_by(figures as u64);
    }

    /// Some figures of a table are hidden for a reason.
    pub fn hidden(&self, dataset: &'static str, reason: &'static str, figures: usize) {
        self.hidden.get_or_create(&[("dataset", dataset), ("reason", reason)]).inc_by(figures as u64);
    }

    /// A question with a bill was charged, refused or failed.
    pub fn charged(&self, outcome: &'static str) {
        self.charges.get_or_create(&[("outcome", outcome)]).inc();
    }

    /// A message to a webhook was tried.
    pub fn attempted_delivery(&self, outcome: &'static str) {
        self.webhook_attempts.get_or_create(&[("outcome", outcome)]).inc();
    }

    /// Everything, as Prometheus reads it.
    ///
    /// # Errors
    /// None at present: it is written to memory.
    pub fn write(&self, present: Present) -> Result<String, std::fmt::Error> {
        let (number, age) = present.release.unwrap_or_default();
        self.release.set(number.into());
        self.release_age.set(age);
        self.database_answers.set(present.database_answers.into());
        self.breaker_open.set(present.breaker_open.into());
        for (state, number) in [("used", present.connections.0), ("free", present.connections.1)] {
            self.connections.get_or_create(&[("state", state)]).set(number);
        }
        for (state, number) in [("under_way", present.large_requests.0), ("waiting", present.large_requests.1)] {
            self.large_requests.get_or_create(&[("state", state)]).set(number);
        }
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happened_is_told_as_prometheus_reads_it() {
        let telemetry = Telemetry::default();
        telemetry.answered("/graphql", "200", Duration::from_millis(3));
        telemetry.answered("/graphql", "200", Duration::from_millis(30));
        let under_way = telemetry.begin();
        drop(telemetry.begin());
        telemetry.hidden("outcomes", "small_group", 4);
        let present = Present { release: Some((7, 60)), ..Present::default() };
        let text = telemetry.write(present).unwrap();
        for line in [
            "exchange_http_requests_total{route=\"/graphql\",status=\"200\"} 2",
            "exchange_http_request_duration_seconds_bucket{le=\"0.005\",route=\"/graphql\"} 1",
            "exchange_cells_hidden_total{dataset=\"outcomes\",reason=\"small_group\"} 4",
            "exchange_release_age_seconds 60",
            "exchange_requests_under_way 1",
            "exchange_database_up 0",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        assert!(text.ends_with("# EOF\n"));
        drop(under_way);
    }
}
