//! `exchange serve`: the server, and the demonstration.

use anyhow::{Context, Result};
use chrono::Duration;

use crate::{
    app,
    auth::Scope,
    config::{ServeSettings, Settings},
    service::Authority,
};

use super::say;

pub(super) async fn run(settings: &Settings, serve: &ServeSettings) -> Result<()> {
    let listener = app::listen(serve).await.with_context(|| format!("cannot listen on {}", serve.listen))?;
    let address = listener.local_addr()?;
    let exchange = if serve.demo { app::open_demo(settings).await? } else { app::open(settings).await? };
    let shown = if serve.demo {
        exchange.operator(Authority::of_the_operator()).migrate().await?;
        exchange.start().await?;
        exchange.operator(Authority::of_the_operator()).fill_demo().await?
    } else {
        exchange.start().await?;
        Vec::new()
    };
    for organisation in &shown {
        let token = app::token(settings, &exchange, &organisation.code, &[Scope::OutcomesRead], Duration::days(30))?;
        say(&format!("token {} {} {token}", organisation.kind, organisation.code))?;
    }
    say(&format!("playground http://{address}/graphiql"))?;
    app::serve(settings, &serve.edge, exchange, listener).await
}
