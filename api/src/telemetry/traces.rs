//! One span a request, sent to a collector by OTLP where the operator names one.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use anyhow::{Context as _, bail};
use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, Request, Response, Uri},
};
use bytes::Bytes;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use opentelemetry::{
    Context, KeyValue,
    propagation::TextMapPropagator,
    trace::{Span, SpanBuilder, SpanContext, SpanKind, Status, TraceContextExt, TracerProvider},
};
use opentelemetry_http::{HeaderExtractor, HttpClient, HttpError};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    propagation::TraceContextPropagator,
    trace::{SdkTracer, SdkTracerProvider},
};
use tokio::runtime::Handle;

/// The longest that a batch of spans may take to be sent, and that the end waits for the last one.
const SENDING: Duration = Duration::from_secs(3);

/// The most of a collector's answer that is read, bytes.
const LARGEST_ANSWER: usize = 64 << 10;

/// Where spans go. They are sent in batches by a thread of its own; where the collector is away or slow they are dropped, and
/// no request waits.
pub struct Traces {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

/// The span of another service that a request belongs to: the header `traceparent`, W3C Trace Context.
#[derive(Debug, Clone, PartialEq)]
pub struct Parent(SpanContext);

/// What is told of a request that was answered. Never a token, a document or a value of a filter.
pub struct Answered<'a> {
    /// The identity that its log lines have.
    pub id: &'a str,
    /// The HTTP method.
    pub method: &'a str,
    /// The route as a word of the program.
    pub route: &'static str,
    /// The name that the sender gave the operation.
    pub operation: Option<&'a str>,
    /// The code of who asked.
    pub organisation: Option<&'a str>,
    /// The release that was served.
    pub release: Option<u32>,
    /// The HTTP status of the answer.
    pub status: u16,
    /// When it was answered.
    pub end: SystemTime,
    /// How long that took.
    pub elapsed: Duration,
    /// What it belongs to.
    pub parent: Option<&'a Parent>,
}

impl Traces {
    /// Sends to the collector at a base address such as `http://127.0.0.1:4318`, to its `/v1/traces`. The sampler, the
    /// batches and further attributes are set by the environment as OpenTelemetry has it (`OTEL_TRACES_SAMPLER`,
    /// `OTEL_BSP_…`, `OTEL_RESOURCE_ATTRIBUTES`).
    ///
    /// # Errors
    /// When it is no address of the scheme `http`: a collector elsewhere is reached through one on this machine.
    pub fn to(collector: &str) -> anyhow::Result<Self> {
        let expected = || format!("expected an address such as `http://127.0.0.1:4318`, found `{collector}`");
        let uri: Uri = collector.parse().with_context(expected)?;
        if uri.scheme_str() != Some("http") || uri.query().is_some() {
            bail!("{}", expected());
        }
        let client = Plain { client: Client::builder(TokioExecutor::new()).build_http(), runtime: Handle::current() };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(client)
            .with_endpoint(format!("{}/v1/traces", collector.trim_end_matches('/')))
            .with_timeout(SENDING)
            .build()?;
        let resource = Resource::builder()
            .with_attributes([
                KeyValue::new("service.name", "benchmark-exchange"),
                KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
            ])
            .build();
        let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build();
        let tracer = provider.tracer("exchange");
        Ok(Self { provider, tracer })
    }

    /// Tells of a request.
    pub fn answered(&self, request: &Answered<'_>) {
        let texts = [
            ("http.request.method", Some(request.method)),
            ("http.route", Some(request.route)),
            ("graphql.operation.name", request.operation),
            ("exchange.organisation", request.organisation),
            ("exchange.request", Some(request.id)),
        ];
        let numbers =
            [("http.response.status_code", Some(u32::from(request.status))), ("exchange.release", request.release)];
        let texts = texts.into_iter().filter_map(|(name, text)| Some(KeyValue::new(name, text?.to_owned())));
        let numbers = numbers.into_iter().filter_map(|(name, number)| Some(KeyValue::new(name, i64::from(number?))));
        let around = request
            .parent
            .map_or_else(Context::new, |Parent(parent)| Context::new().with_remote_span_context(parent.clone()));
        let mut span = SpanBuilder::from_name(format!("{} {}", request.method, request.route))
            .with_kind(SpanKind::Server)
            .with_start_time(request.end - request.elapsed)
            .with_attributes(texts.chain(numbers).collect::<Vec<_>>())
            .start_with_context(&self.tracer, &around);
        if request.status >= 500 {
            span.set_status(Status::error(""));
        }
        span.end_with_timestamp(request.end);
    }

    /// Sends what is left.
    pub async fn end(&self) {
        let provider = self.provider.clone();
        let ended = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(SENDING)).await;
        if let Ok(Err(error)) = ended {
            tracing::warn!(%error, "the last spans were not sent");
        }
    }
}

impl Parent {
    /// What the head of a request names.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        headers.get("traceparent")?;
        let context = TraceContextPropagator::new().extract_with_context(&Context::new(), &HeaderExtractor(headers));
        let parent = context.span().span_context().clone();
        parent.is_valid().then_some(Self(parent))
    }

    /// The trace, 32 hexadecimal digits.
    pub fn trace(&self) -> String {
        self.0.trace_id().to_string()
    }
}

/// HTTP without TLS. The thread that sends has no runtime of its own, so it is done on the service's.
struct Plain {
    client: Client<HttpConnector, Body>,
    runtime: Handle,
}

impl fmt::Debug for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Plain")
    }
}

#[async_trait::async_trait]
impl HttpClient for Plain {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let exchanged = async move {
            let response = client.request(request.map(Body::from)).await?;
            let (head, body) = response.into_parts();
            let body = to_bytes(Body::new(body), LARGEST_ANSWER).await?;
            Ok::<_, HttpError>(Response::from_parts(head, body))
        };
        self.runtime.spawn(async { tokio::time::timeout(SENDING, exchanged).await? }).await?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_read_where_it_is_one() {
        let read = |sent: &str| {
            let headers = HeaderMap::from_iter([("traceparent".parse().unwrap(), sent.parse().unwrap())]);
            Parent::of(&headers).map(|parent| parent.trace())
        };
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        let rest = "00f067aa0ba902b7-01";
        assert_eq!(read(&format!("00-{id}-{rest}")).as_deref(), Some(id));
        assert_eq!(read(&format!("01-{id}-{rest}-more")).as_deref(), Some(id));
        for wrong in [
            String::new(),
            format!("ff-{id}-{rest}"),
            format!("00-{id}-{rest}-more"),
            format!("00-{}-{rest}", id.to_uppercase()),
            format!("00-{}-{rest}", "0".repeat(32)),
            format!("00-{id}-{}-01", "0".repeat(16)),
            format!("00-{id}"),
        ] {
            assert_eq!(read(&wrong), None, "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_collector_is_named_by_an_address() {
        assert!(Traces::to("http://127.0.0.1:4318").is_ok());
        for wrong in ["127.0.0.1:4318", "https://collector.example", "grpc://127.0.0.1:4317", "", "http://a b"] {
            let error = Traces::to(wrong).err().unwrap().to_string();
            assert!(error.starts_with("expected an address such as"), "{wrong}: {error}");
        }
    }
}
