//! `exchange serve`: the server, and the demonstration.

use std::{net::SocketAddr, path::Path};

use anyhow::{Context, Result};
use chrono::Duration;

use crate::{
    app,
    auth::Scope,
    config::{ServeSettings, Settings},
    domain::OrganisationKind,
    http::Playground,
    service::{Authority, DemoOrganisation, Exchange},
};

use super::say;

pub(super) async fn run(settings: &Settings, serve: &ServeSettings, playground: Playground) -> Result<()> {
    let listener = app::listen(serve).await.with_context(|| format!("cannot listen on {}", serve.listen))?;
    let address = listener.local_addr()?;
    let metrics = app::listen_for_metrics(serve).await.context("cannot listen for metrics")?;
    let health = app::listen_for_health(&serve.edge).context("cannot listen for questions about health")?;
    let exchange = if serve.demo {
        let exchange = app::open_demo(settings).await?;
        if let Err(error) = demonstrate(settings, &exchange, address).await {
            exchange.close().await;
            return Err(error);
        }
        if settings.database_url.is_none() && Path::new("exchange.db").exists() {
            tracing::info!(
                "a demonstration of an earlier version may be in exchange.db: it is served with --database-url sqlite://exchange.db"
            );
        }
        exchange
    } else {
        app::started(settings).await?
    };
    if let Some(metrics) = &metrics {
        say(&format!("metrics http://{}/metrics", metrics.local_addr()?))?;
    }
    if let Some(health) = &health {
        say(&format!("health http://{}/readyz", health.local_addr()?))?;
    }
    let signals = app::Signals::listen();
    say(&format!("playground http://{address}/graphiql"))?;
    let listeners = app::Listeners { service: listener, metrics, health, signals };
    app::serve(settings, &serve.edge, exchange, listeners, playground).await
}

/// Fills the database of a demonstration, and shows what may be asked.
async fn demonstrate(settings: &Settings, exchange: &Exchange, address: SocketAddr) -> Result<()> {
    let operator = exchange.operator(Authority::of_the_operator());
    operator.check_demo().await?;
    operator.migrate().await?;
    exchange.start().await?;
    for organisation in operator.fill_demo().await? {
        show(settings, exchange, &organisation, address)?;
        if organisation.kind == OrganisationKind::Lep {
            let given = operator.demo_client(&organisation.code).await?;
            let (client, secret) = (&given.client, given.secret.as_ref().map_or("", |secret| secret.as_str()));
            say(&format!("client {} {} {client} {secret}", organisation.kind, organisation.code))?;
            say(&format!(
                "  curl -s http://{address}/oauth/token -u {client}:{secret} -d grant_type=client_credentials"
            ))?;
        }
    }
    Ok(())
}

/// Shows a token of an organisation, and a question that it may ask.
fn show(settings: &Settings, exchange: &Exchange, shown: &DemoOrganisation, address: SocketAddr) -> Result<()> {
    let token = app::token(settings, exchange, &shown.code, &[Scope::OutcomesRead], Duration::days(30))?;
    say(&format!("token {} {} {token}", shown.kind, shown.code))?;
    let body = serde_json::json!({ "query": question(shown.kind) });
    say(&format!(
        "  curl -s http://{address}/graphql -H 'Content-Type: application/json' -H 'Authorization: Bearer {token}' -d '{body}'"
    ))
}

/// A question that an organisation of a kind may ask in the demonstration: a standard table, which is free.
pub fn question(kind: OrganisationKind) -> String {
    let (framework, areas) = match kind {
        OrganisationKind::Partner => ("HKBM-2019", r#"areas: ["HK"]"#),
        OrganisationKind::Lep => ("GATSBY-2014", r#"areas: ["E92000001"], areaKind: LEP"#),
        _ => ("GATSBY-2014", r#"areas: ["E12000001"]"#),
    };
    format!(
        "{{ outcomes(input: {{framework: \"{framework}\", {areas}}}) {{ release {{ number synthetic }} cells {{ area {{ name }} \
         benchmark {{ number title }} institutions achievedShare {{ value standardError status reason }} }} }} }}"
    )
}
