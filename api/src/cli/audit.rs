//! `exchange audit`: who asked what and who changed what, verified and handed out.

use std::io::stdout;

use anyhow::{Context, Result, bail};
use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, Utc};
use clap::{Args, Subcommand};

use crate::{
    app,
    config::Settings,
    domain::AuditEntry,
    service::{Authority, Verified},
};

use super::{parse_date, say, then_close};

#[derive(Subcommand, Debug)]
pub(super) enum AuditCommand {
    /// Follow every chain of the audit, and name the first link that does not hold
    Verify,
    /// Print as CSV who asked and who changed what: a line for each question, each time that repeats of it were counted, and each
    /// change
    Export(ExportArgs),
}

/// What to print.
#[derive(Args, Debug)]
pub(super) struct ExportArgs {
    /// The first day, UTC
    #[arg(long, value_parser = parse_date, value_name = "DATE")]
    since: Option<NaiveDate>,
    /// The last day, UTC
    #[arg(long, value_parser = parse_date, value_name = "DATE")]
    until: Option<NaiveDate>,
    /// The code of the organisation that asked, or that a change is of or concerns; every one when left out
    #[arg(long, value_name = "CODE")]
    organisation: Option<String>,
}

/// The columns of the CSV. What a change has is at the end: it came later.
const COLUMNS: [&str; 18] = [
    "at",
    "kind",
    "organisation",
    "client",
    "purpose",
    "tier",
    "dataset",
    "release",
    "question",
    "cells",
    "tabulations",
    "times",
    "chain",
    "number",
    "change",
    "object",
    "detail",
    "concerns",
];

pub(super) async fn manage(settings: &Settings, command: AuditCommand) -> Result<()> {
    match command {
        AuditCommand::Verify => verify(settings).await,
        AuditCommand::Export(args) => export(settings, args).await,
    }
}

async fn verify(settings: &Settings) -> Result<()> {
    let found = then_close(app::started(settings).await?, async |exchange| {
        Ok(exchange.operator(Authority::of_the_operator()).verify_audit().await?)
    });
    match found.await? {
        Verified::Whole { chains, entries, dropped } => say(&format!(
            "every link holds: {entries} entries in {chains} chains, after {dropped} that were dropped in time"
        )),
        Verified::Broken { chain, number, why } => {
            bail!("the audit is broken at entry {number} of the chain {chain}: {why}")
        }
    }
}

async fn export(settings: &Settings, args: ExportArgs) -> Result<()> {
    let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
    let since = args.since.map(midnight);
    let until = args.until.and_then(|day| day.succ_opt()).map(midnight);
    then_close(app::started(settings).await?, async |exchange| {
        let mut out = csv::Writer::from_writer(stdout().lock());
        out.write_record(COLUMNS)?;
        let operator = exchange.operator(Authority::of_the_operator());
        let organisation = args.organisation.as_deref();
        operator
            .each_audited(since, until, organisation, |entry| anyhow::Ok(out.write_record(columns(entry))?))
            .await?;
        out.flush().context("the lines could not be written")
    })
    .await
}

fn columns(entry: &AuditEntry) -> [String; 18] {
    let time = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Millis, true);
    [
        time(entry.at),
        entry.kind.to_string(),
        entry.organisation.clone(),
        entry.client.clone(),
        entry.purpose.clone(),
        entry.tier.clone(),
        entry.dataset.clone(),
        entry.release.to_string(),
        entry.question.clone(),
        entry.cells.to_string(),
        entry.tabulations.to_string(),
        entry.times.to_string(),
        entry.chain.clone(),
        entry.number.to_string(),
        entry.change.clone(),
        entry.object.clone(),
        entry.detail.clone(),
        entry.concerned().collect::<Vec<_>>().join(" "),
    ]
}
