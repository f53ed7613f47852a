//! `exchange import`: files in, with progress; every problem told at once.

use std::{
    fs::File,
    io::{IsTerminal, Read, stderr, stdin},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    app,
    config::Settings,
    ingest::{self, Alike, Encoding, Form, Found, Problem, printable},
    service::{self, Authority, ImportReport, ImportRequest, Operator, Progress, TableReport},
};

use super::{say, then_close};

/// Which files, and who hands them in.
#[derive(Args, Debug)]
pub(super) struct FilesArgs {
    #[command(flatten)]
    tables: TableArgs,
    /// The code of the organisation that hands them in
    #[arg(long)]
    organisation: String,
    /// Store the good rows of a file that also has bad ones
    #[arg(long)]
    accept_valid: bool,
}

/// Which tables, and what is to be known of their form.
#[derive(Args, Debug)]
pub(super) struct TableArgs {
    /// CSV files or workbooks (.xlsx); `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// The sheet of a workbook; the first one that is shown when left out
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// What text is written in, e.g. windows-1252, utf-16le or big5; found out when left out
    #[arg(long, value_name = "NAME")]
    encoding: Option<Encoding>,
    /// A table with the columns `theirs` and `ours`: names of columns in the files, and what they are called here
    #[arg(long, value_name = "FILE")]
    columns: Option<PathBuf>,
    /// A column that the files lack, with what would stand in every row, e.g. framework=GATSBY-2025; repeat for several
    #[arg(long = "every-row", value_name = "COLUMN=VALUE", value_parser = parse_constant)]
    constants: Vec<(String, String)>,
}

impl TableArgs {
    /// The form; `None` where the names of the columns cannot be used, which is told.
    pub(super) fn form(&self) -> Result<Option<Form>> {
        let mut form = Form {
            encoding: self.encoding,
            sheet: self.sheet.clone(),
            renamed: Vec::new(),
            constants: self.constants.clone(),
        };
        if let Some(path) = &self.columns {
            let reading = ingest::renaming::read_renaming(open(path)?.0);
            tell_problems(path, &reading.problems, &reading.kinds)?;
            if !reading.problems.is_empty() {
                return Ok(None);
            }
            form.renamed = reading.records;
        }
        Ok(Some(form))
    }
}

/// Takes each table in as reference data, and tells what became of it. `told` says what was stored, after how many rows were read.
pub(super) async fn take_in<T>(
    settings: &Settings,
    tables: &TableArgs,
    store: impl AsyncFn(&Operator<'_>, &Form, Box<dyn Read + Send>) -> Result<TableReport<T>, service::Error>,
    told: impl Fn(&str, T) -> Vec<String>,
) -> Result<()> {
    let files = &tables.files;
    let Some(form) = tables.form()? else { bail!("none of {} files was read", files.len()) };
    let refused = then_close(app::started(settings).await?, async |exchange| {
        let operator = exchange.operator(Authority::of_the_operator());
        let mut refused = 0;
        for path in files {
            let (file, _) = open(path)?;
            let TableReport { rows, problems, kinds, found, ignored, stored } = store(&operator, &form, file).await?;
            tell_form(path, found.as_ref(), &ignored)?;
            tell_problems(path, &problems, &kinds)?;
            let read = format!("{}: {rows} rows read", path.display());
            if let Some(stored) = stored {
                told(&read, stored).iter().try_for_each(|line| say(line))?;
            } else {
                refused += 1;
                say(&format!("{read}, nothing stored"))?;
            }
        }
        Ok(refused)
    })
    .await?;
    if refused > 0 {
        bail!("{refused} of {} files stored nothing", files.len());
    }
    Ok(())
}

fn parse_constant(text: &str) -> Result<(String, String), String> {
    let (column, value) = text.split_once('=').unwrap_or((text, ""));
    if column.trim().is_empty() || value.is_empty() {
        return Err(format!("expected a column and a value such as `framework=GATSBY-2025`, found `{text}`"));
    }
    Ok((column.to_owned(), value.to_owned()))
}

/// Opens a file, or standard input. Also tells its size.
pub(super) fn open(path: &Path) -> Result<(Box<dyn Read + Send>, u64)> {
    if path == Path::new("-") {
        return Ok((Box::new(stdin()), 0));
    }
    let file = File::open(path).with_context(|| format!("cannot open `{}`", path.display()))?;
    let metadata = file.metadata().with_context(|| format!("cannot read `{}`", path.display()))?;
    if metadata.is_dir() {
        bail!("expected a file, found the folder `{}`", path.display());
    }
    Ok((Box::new(file), metadata.len()))
}

/// How many problems are shown; the rest is counted.
const SHOWN_PROBLEMS: usize = 50;

/// How many columns are named that were not read.
const SHOWN_COLUMNS: usize = 10;

/// What the files hold.
#[derive(Debug, Clone, Copy)]
pub(super) enum Content {
    Results,
    Destinations,
}

pub(super) async fn run(settings: &Settings, content: Content, args: &FilesArgs) -> Result<()> {
    let request = ImportRequest { organisation: args.organisation.clone(), accept_valid: args.accept_valid };
    let files = &args.tables.files;
    let Some(form) = args.tables.form()? else { bail!("none of {} files was read", files.len()) };
    let refused = then_close(app::started(settings).await?, async |exchange| {
        let mut refused = 0;
        for file in files {
            let report =
                import(exchange.operator(Authority::of_the_operator()), content, &request, &form, file).await?;
            refused += usize::from(!tell(file, &report)?);
        }
        Ok(refused)
    })
    .await?;
    if refused > 0 {
        bail!("{refused} of {} files stored nothing", files.len());
    }
    Ok(())
}

async fn import(
    operator: Operator<'_>,
    content: Content,
    request: &ImportRequest,
    form: &Form,
    path: &Path,
) -> Result<ImportReport> {
    let (file, size) = open(path)?;
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
        Content::Results => operator.import_results_as(request, form, file, progress).await,
        Content::Destinations => operator.import_destinations_as(request, form, file, progress).await,
    };
    bar.finish_and_clear();
    Ok(report?)
}

/// Tells what became of a file. Returns whether it is stored.
fn tell(path: &Path, report: &ImportReport) -> Result<bool> {
    tell_form(path, report.found.as_ref(), &report.ignored)?;
    tell_problems(path, &report.problems, &report.kinds)?;
    let file = path.display();
    match &report.receipt {
        Some(receipt) => say(&format!("{file}: {} rows read, {receipt}", report.rows))?,
        None => say(&format!("{file}: {} rows read, nothing stored", report.rows))?,
    }
    if report.overruled > 0 {
        say(&format!(
            "{file}: {} rows say otherwise of their institution than the register, whose word goes",
            report.overruled
        ))?;
    }
    for waiting in &report.waiting {
        say(&format!("{file}: {waiting}"))?;
    }
    Ok(report.receipt.is_some())
}

/// Tells in which form a file was found, where that is not the plainest, and what was not read of it.
pub(super) fn tell_form(path: &Path, found: Option<&Found>, ignored: &[String]) -> Result<()> {
    let file = path.display();
    if let Some(found) = found.filter(|found| !found.is_plain()) {
        let one_of_several = matches!(found, Found::Sheet { of: 2.., .. });
        let other = if one_of_several { "; `--sheet` names another" } else { "" };
        say(&format!("{file}: read as {found}{other}"))?;
    }
    let shown: Vec<String> = ignored.iter().take(SHOWN_COLUMNS).map(|name| format!("`{name}`")).collect();
    let more = ignored.len() - shown.len();
    let and_more = if more > 0 { format!(" and {more} more") } else { String::new() };
    if !shown.is_empty() {
        say(&format!("{file}: not read: the columns {}{and_more}", shown.join(", ")))?;
    }
    Ok(())
}

/// Tells what is wrong with a file: the first problems, and how many more there are of each kind.
pub(super) fn tell_problems(path: &Path, problems: &[Problem], kinds: &[Alike]) -> Result<()> {
    let file = path.display();
    let shown = &problems[..problems.len().min(SHOWN_PROBLEMS)];
    for problem in shown {
        say(&format!("{file}: {problem}"))?;
    }
    for kind in kinds {
        let is_of_kind = |problem: &&Problem| (problem.code, &problem.column) == (kind.code, &kind.column);
        let more = kind.count - shown.iter().filter(is_of_kind).count() as u64;
        let column =
            kind.column.as_ref().map_or(String::new(), |column| format!(" in the column `{}`", printable(column)));
        if more > 0 {
            say(&format!(
                "{file}: and {more} more [{}]{column}, the last on line {}",
                kind.code.as_str(),
                kind.last_line
            ))?;
        }
    }
    Ok(())
}
