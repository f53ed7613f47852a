//! Commands of the operator: migrate, publish, back up.

use std::path::Path;

use anyhow::{Context, Result};
use clap::Args;

use crate::{
    app,
    config::Settings,
    domain::{Publication, Publishable},
    service::{Authority, Migrated},
};

use super::{say, then_close};

/// What to publish.
#[derive(Args, Debug)]
pub(super) struct PublishArgs {
    /// What to say about the release
    #[arg(long)]
    note: Option<String>,
    /// A period, or a cohort year of destinations, to publish anew with what came in since, e.g. 202324T3; several
    /// with commas, or repeat. Each is published three times at most: provisional, revised and final
    #[arg(long, value_name = "PERIOD", value_delimiter = ',')]
    revise: Vec<Publishable>,
}

pub(super) async fn migrate(settings: &Settings) -> Result<()> {
    let migrated = then_close(app::open_or_make(settings).await?, async |exchange| {
        let migrated = exchange.operator(Authority::of_the_operator()).migrate().await;
        let migrated = migrated.context("the database could not be brought up to date")?;
        exchange.start().await?;
        Ok(migrated)
    })
    .await?;
    let Migrated { frameworks, areas, catalogue_version, concerned } = migrated;
    say(&format!("migrated: {frameworks} frameworks, {areas} areas, version {catalogue_version} of the catalogue"))?;
    concerned.iter().try_for_each(|line| say(line))
}

pub(super) fn make_secret(file: &Path) -> Result<()> {
    app::make_secret(file)?;
    say(&format!("made the secret `{}`: back it up, apart from the database", file.display()))
}

pub(super) async fn publish(settings: &Settings, args: PublishArgs) -> Result<()> {
    let PublishArgs { note, revise } = args;
    let (release, waiting) = then_close(app::started(settings).await?, async |exchange| {
        let operator = exchange.operator(Authority::of_the_operator());
        let release = operator.publish(Publication { note, revise }).await?;
        Ok((release, operator.waiting().await?))
    })
    .await?;
    say(&format!("published release {} with checksum {}", release.number, release.checksum))?;
    for published in release.editions.newest().filter(|published| published.release == release.number) {
        say(&format!("{}: {} edition", published.period, published.edition))?;
    }
    for waiting in waiting {
        say(&waiting.to_string())?;
    }
    Ok(())
}

pub(super) async fn back_up(settings: &Settings, file: &Path) -> Result<()> {
    let size = then_close(app::open_existing(settings).await?, async |exchange| {
        Ok(exchange.operator(Authority::of_the_operator()).back_up(file).await?)
    })
    .await?;
    say(&format!(
        "backed up to `{}`, {size} bytes: the secret is not in it, and without the secret it answers nothing",
        file.display()
    ))
}
