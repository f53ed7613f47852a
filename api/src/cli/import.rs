//! `exchange import`: files in, with progress; every problem told at once.

use std::{
    fs::File,
    io::{IsTerminal, stderr},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    app,
    config::Settings,
    ingest::Problem,
    service::{Authority, ImportReport, ImportRequest, Operator, Progress},
};

use super::{say, then_close};

/// Which files, and who hands them in.
#[derive(Args, Debug)]
pub(super) struct FilesArgs {
    /// CSV files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The code of the organisation that hands them in
    #[arg(long)]
    organisation: String,
    /// Store the good rows of a file that also has bad ones
    #[arg(long)]
    accept_valid: bool,
}

/// How many problems are shown; the rest is counted.
const SHOWN_PROBLEMS: usize = 50;

/// What the files hold.
#[derive(Debug, Clone, Copy)]
pub(super) enum Content {
    Results,
    Destinations,
}

pub(super) async fn run(settings: &Settings, content: Content, args: &FilesArgs) -> Result<()> {
    let request = ImportRequest { organisation: args.organisation.clone(), accept_valid: args.accept_valid };
    let refused = then_close(app::started(settings).await?, async |exchange| {
        let mut refused = 0;
        for file in &args.files {
            let report = import(exchange.operator(Authority::of_the_operator()), content, &request, file).await?;
            refused += usize::from(!tell(file, &report)?);
        }
        Ok(refused)
    })
    .await?;
    if refused > 0 {
        bail!("{refused} of {} files stored nothing", args.files.len());
    }
    Ok(())
}

async fn import(
    operator: Operator<'_>,
    content: Content,
    request: &ImportRequest,
    path: &Path,
) -> Result<ImportReport> {
    let file = File::open(path).with_context(|| format!("cannot open `{}`", path.display()))?;
    let size = file.metadata().map(|metadata| metadata.len()).unwrap_or_default();
    let bar = if stderr().is_terminal() { ProgressBar::new(size) } else { ProgressBar::hidden() };
    bar.set_style(ProgressStyle::with_template("{msg:10} {wide_bar} {percent:>3}% {eta:>4}")?);
    bar.set_message("reading");
    let progress = |progress| match progress {
        Progress::Read(bytes) => bar.set_position(bytes),
        Progress::Stored { records, of } => {
            bar.set_message("storing");
            bar.set_length(of as u64);
            bar.set_position(records as u64);
        }
    };
    let report = match content {
        Content::Results => operator.import_results(request, file, progress).await,
        Content::Destinations => operator.import_destinations(request, file, progress).await,
    };
    bar.finish_and_clear();
    Ok(report?)
}

/// Tells what became of a file. Returns whether it is stored.
fn tell(path: &Path, report: &ImportReport) -> Result<bool> {
    tell_problems(path, &report.problems, report.suppressed)?;
    let file = path.display();
    match &report.receipt {
        Some(receipt) => say(&format!("{file}: {} rows read, {receipt}", report.rows))?,
        None => say(&format!("{file}: {} rows read, nothing stored", report.rows))?,
    }
    for waiting in &report.waiting {
        say(&format!("{file}: {waiting}"))?;
    }
    Ok(report.receipt.is_some())
}

/// Tells what is wrong with a file: the first problems, and how many more there are.
pub(super) fn tell_problems(path: &Path, problems: &[Problem], suppressed: u64) -> Result<()> {
    let file = path.display();
    for problem in problems.iter().take(SHOWN_PROBLEMS) {
        say(&format!("{file}: {problem}"))?;
    }
    let more = problems.len().saturating_sub(SHOWN_PROBLEMS) as u64 + suppressed;
    if more > 0 {
        say(&format!("{file}: and {more} more problems"))?;
    }
    Ok(())
}
