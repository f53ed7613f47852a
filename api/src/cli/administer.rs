//! Commands of the operator: migrate, publish, organisations, agreements.

use std::path::Path;

use anyhow::{Context, Result, bail};
use chrono::NaiveDate;
use clap::Args;
use disclosure::Tier;

use crate::{
    app,
    config::Settings,
    domain::{Dimension, NewAgreement, OrganisationKind, Publication, Publishable},
    service::{Authority, Migrated},
};

use super::{parse_date, say, then_close};

/// What an agreement allows.
#[derive(Args, Debug)]
pub(super) struct AgreementArgs {
    /// The code of the organisation that may ask
    #[arg(long)]
    consumer: String,
    /// The code of the area it may ask about
    #[arg(long)]
    area: String,
    /// How its answers are protected: regional or international
    #[arg(long)]
    tier: Tier,
    /// What it may ask for; repeat for several
    #[arg(long = "purpose", required = true)]
    purposes: Vec<String>,
    /// A dimension it may use, e.g. PHASE; repeat for several, leave out for every one
    #[arg(long = "dimension", value_parser = parse_dimension)]
    dimensions: Vec<Dimension>,
    /// The first day it holds; today when left out
    #[arg(long, value_parser = parse_date)]
    from: Option<NaiveDate>,
    /// The last day it holds; open when left out
    #[arg(long, value_parser = parse_date)]
    until: Option<NaiveDate>,
}

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
    let Migrated { frameworks, areas, catalogue_version } = migrated;
    say(&format!("migrated: {frameworks} frameworks, {areas} areas, version {catalogue_version} of the catalogue"))
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

pub(super) async fn add_organisation(
    settings: &Settings,
    code: &str,
    kind: OrganisationKind,
    name: &str,
    area: &str,
) -> Result<()> {
    then_close(app::started(settings).await?, async |exchange| {
        Ok(exchange.operator(Authority::of_the_operator()).add_organisation(code, kind, name, area).await?)
    })
    .await?;
    say(&format!("added organisation {code}"))
}

pub(super) async fn add_agreement(settings: &Settings, args: &AgreementArgs) -> Result<()> {
    if args.tier == Tier::Own {
        bail!("expected the tier regional or international, found `own`: results handed in need no agreement");
    }
    let id = then_close(app::started(settings).await?, async |exchange| {
        let agreement = NewAgreement {
            consumer: args.consumer.clone(),
            area: args.area.clone(),
            tier: args.tier,
            purposes: args.purposes.clone(),
            dimensions: (!args.dimensions.is_empty()).then(|| args.dimensions.clone()),
            valid_from: args.from.unwrap_or_else(|| exchange.now().date_naive()),
            valid_until: args.until,
        };
        Ok(exchange.operator(Authority::of_the_operator()).add_agreement(&agreement).await?)
    })
    .await?;
    say(&format!("added agreement {id}: {} may ask about {}", args.consumer, args.area))
}

fn parse_dimension(text: &str) -> Result<Dimension, String> {
    Dimension::ALL.into_iter().find(|dimension| dimension.name() == text).ok_or_else(|| {
        let known: Vec<&str> = Dimension::ALL.iter().map(|dimension| dimension.name()).collect();
        format!("expected one of {}, found `{text}`", known.join(", "))
    })
}
