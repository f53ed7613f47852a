//! `exchange audit`: who asked what and who changed what, verified and handed out.

use std::{
    fs::read_to_string,
    io::stdout,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, Utc};
use clap::{Args, Subcommand};

use crate::{
    app,
    config::Settings,
    domain::{AuditEntry, AuditHead},
    export::inert,
    service::{Authority, Verified},
};

use super::{parse_date, say, then_close};

#[derive(Subcommand, Debug)]
pub(super) enum AuditCommand {
    /// Follow every chain of the audit, and name the first link that does not hold
    Verify(VerifyArgs),
    /// Print as CSV who asked and who changed what: a line for each question, each time that repeats of it were counted, and each
    /// change
    Export(ExportArgs),
}

/// What to look at beside the chains.
#[derive(Args, Debug)]
pub(super) struct VerifyArgs {
    /// Print too how far each chain has come, to be kept where nobody who can write into the database can: a line `head CHAIN NUMBER
    /// HASH` each
    #[arg(long)]
    heads: bool,
    /// What `--heads` printed before: whatever was there then is still there as it was
    #[arg(long, value_name = "FILE")]
    seen: Option<PathBuf>,
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
        AuditCommand::Verify(args) => verify(settings, args).await,
        AuditCommand::Export(args) => export(settings, args).await,
    }
}

async fn verify(settings: &Settings, args: VerifyArgs) -> Result<()> {
    let kept = args.seen.as_deref().map(kept).transpose()?.unwrap_or_default();
    let found = then_close(app::started(settings).await?, async |exchange| {
        Ok(exchange.operator(Authority::of_the_operator()).verify_audit(&kept).await?)
    });
    match found.await? {
        Verified::Whole { chains, entries, dropped, heads } => {
            say(&format!(
                "every link holds: {entries} entries in {chains} chains, after {dropped} that were dropped in time"
            ))?;
            let told = heads.iter().filter(|_| args.heads);
            told.map(|head| format!("head {} {} {}", head.chain, head.number, head.hash))
                .try_for_each(|line| say(&line))
        }
        Verified::Broken { chain, number, why } => {
            bail!("the audit is broken at entry {number} of the chain {chain}: {why}")
        }
    }
}

/// How far the chains had come, as `--heads` printed it.
fn kept(file: &Path) -> Result<Vec<AuditHead>> {
    let text = read_to_string(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    let mut heads = Vec::new();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| line.starts_with("head")) {
        let words: Vec<&str> = line.split(' ').collect();
        let head = match words[..] {
            ["head", chain, number, hash] => number.parse().ok().map(|number| (chain, number, hash)),
            _ => None,
        };
        let (chain, number, hash) =
            head.with_context(|| format!("line {number}: expected `head CHAIN NUMBER HASH`, found `{line}`"))?;
        heads.push(AuditHead { chain: chain.to_owned(), number, hash: hash.to_owned() });
    }
    if heads.is_empty() {
        bail!("expected lines `head CHAIN NUMBER HASH` in `{}`, found none", file.display());
    }
    Ok(heads)
}

async fn export(settings: &Settings, args: ExportArgs) -> Result<()> {
    let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
    let since = args.since.map(midnight);
    let until = args.until.and_then(|day| day.succ_opt()).map(midnight);
    then_close(app::started(settings).await?, async |exchange| {
        let operator = exchange.operator(Authority::of_the_operator());
        let organisation = args.organisation.as_deref();
        // Nobody takes a mistyped code for one that asked nothing. One that ended is there still.
        if let Some(code) = organisation
            && !operator.directory().await?.organisations().iter().any(|known| known.code == code)
        {
            bail!("no organisation has the code `{code}`");
        }
        let mut out = csv::Writer::from_writer(stdout().lock());
        out.write_record(COLUMNS)?;
        operator
            .each_audited(since, until, organisation, |entry| anyhow::Ok(out.write_record(columns(entry))?))
            .await?;
        out.flush().context("the lines could not be written")
    })
    .await
}

/// A line of the file. Codes and purposes are as their organisations chose them: no spreadsheet takes one for a formula.
fn columns(entry: &AuditEntry) -> [String; 18] {
    let text = |text: &str| inert(text).into_owned();
    let time = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Millis, true);
    [
        time(entry.at),
        entry.kind.to_string(),
        text(&entry.organisation),
        text(&entry.client),
        text(&entry.purpose),
        entry.tier.clone(),
        entry.dataset.clone(),
        entry.release.to_string(),
        text(&entry.question),
        entry.cells.to_string(),
        entry.tabulations.to_string(),
        entry.times.to_string(),
        entry.chain.clone(),
        entry.number.to_string(),
        entry.change.clone(),
        text(&entry.object),
        text(&entry.detail),
        text(&entry.concerned().collect::<Vec<_>>().join(" ")),
    ]
}
