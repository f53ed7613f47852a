//! `exchange import official` and `exchange official`: official figures in, listed and removed.

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};
use clap::{Args, Subcommand};

use crate::{
    app,
    config::Settings,
    domain::OfficialDataSet,
    ingest::{Encoding, Form, printable},
    service::{Authority, OfficialReport, OfficialRequest, Stored},
};

use super::{
    import::{open, tell_form, tell_problems},
    say, then_close,
};

/// How many names, times or lines are told; the rest is counted.
const SHOWN: usize = 12;

/// A file with official figures.
#[derive(Args, Debug)]
pub(super) struct ImportArgs {
    /// A CSV file or workbook in the layout of "Explore education statistics"; `-` is standard input
    file: PathBuf,
    /// The file that describes its columns; FILE with `.meta.csv` in place of `.csv` when left out, where there is one. Without it what the
    /// columns are is guessed, and told
    meta: Option<PathBuf>,
    /// The name to ask for it by; that of the file when left out. A file of the same name is another version
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The title to show
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Where it was published
    #[arg(long, value_name = "TEXT")]
    source: Option<String>,
    /// Under which licence
    #[arg(long, value_name = "TEXT")]
    licence: Option<String>,
    /// Store nothing, and tell what would be stored
    #[arg(long)]
    dry_run: bool,
    /// The sheet of a workbook; the first one that is shown when left out
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// What text is written in, e.g. windows-1252 or utf-16le; found out when left out
    #[arg(long, value_name = "NAME")]
    encoding: Option<Encoding>,
}

#[derive(Subcommand, Debug)]
pub(super) enum OfficialCommand {
    /// List data sets with their versions, sources and licences
    List,
    /// Remove a data set: all of its versions, or one
    Remove {
        /// Its name
        name: String,
        /// The version
        #[arg(long)]
        version: Option<u32>,
    },
}

pub(super) async fn run(settings: &Settings, command: OfficialCommand) -> Result<()> {
    let lines = then_close(app::started(settings).await?, async |exchange| {
        let operator = exchange.operator(Authority::of_the_operator());
        Ok(match command {
            OfficialCommand::List => operator.official_data_sets().await?.iter().map(line).collect(),
            OfficialCommand::Remove { name, version } => {
                let removed = operator.remove_official(&name, version).await?;
                vec![format!("removed {removed} {} of `{name}`", if removed == 1 { "version" } else { "versions" })]
            }
        })
    });
    lines.await?.iter().try_for_each(|line: &String| say(line))
}

pub(super) async fn import(settings: &Settings, args: &ImportArgs) -> Result<()> {
    let file = args.file.as_path();
    let meta = args.meta.clone().or_else(|| description_of(file));
    let name = match &args.name {
        Some(name) => name.clone(),
        None => name_of(file),
    };
    let request = OfficialRequest {
        name,
        title: args.title.clone(),
        source: args.source.clone(),
        licence: args.licence.clone(),
        dry_run: args.dry_run,
    };
    let form = Form { encoding: args.encoding, sheet: args.sheet.clone(), ..Form::default() };
    let (input, _) = open(file)?;
    let mut described = meta.as_deref().map(open).transpose()?.map(|(input, _)| input);
    let report = then_close(app::started(settings).await?, async |exchange| {
        let operator = exchange.operator(Authority::of_the_operator());
        let meta = described.as_mut().map(|input| input as &mut dyn Read);
        Ok(operator.import_official(&request, &form, input, meta).await?)
    })
    .await?;
    tell(file, meta.as_deref(), &request, &report)?;
    if report.stored == Stored::Problems {
        bail!("`{}` stored nothing", file.display());
    }
    Ok(())
}

/// Tells what was found in a file, and what became of it.
fn tell(path: &Path, meta: Option<&Path>, request: &OfficialRequest, report: &OfficialReport) -> Result<()> {
    let OfficialReport { reading, levels, times, unknown_areas, stored } = report;
    let file = path.display();
    tell_form(path, reading.found.as_ref(), &reading.ignored)?;
    tell_problems(path, &reading.problems, &reading.kinds)?;
    if let Some(meta) = meta {
        tell_problems(meta, &reading.meta_problems, &[])?;
    }
    let counts = |of: &mut dyn Iterator<Item = (&String, &usize)>| {
        some(of.map(|(name, count)| format!("{} {count}", printable(name))).collect())
    };
    if !reading.figures.is_empty() {
        say(&format!("{file}: places: {}", counts(&mut levels.iter())))?;
        say(&format!("{file}: times: {}", counts(&mut times.iter())))?;
    }
    if reading.problems.is_empty() {
        let filters = some(reading.filters.iter().map(|filter| printable(&filter.column)).collect());
        let indicators = some(reading.indicators.iter().map(|one| printable(&one.column)).collect());
        let how = match meta {
            Some(meta) => format!("as `{}` tells", meta.display()),
            None => "guessed from what stands in the columns, as there is no description (`.meta.csv`)".to_owned(),
        };
        say(&format!("{file}: filters: {filters}; indicators: {indicators}; {how}"))?;
    }
    for (level, count) in &reading.left_out {
        say(&format!("{file}: left out: {count} rows of the level {level}: official figures are of places"))?;
    }
    if !reading.unknown_times.is_empty() {
        let times = some(reading.unknown_times.iter().map(|time| printable(time)).collect());
        say(&format!("{file}: kept as they are, though the layout has no such times: {times}"))?;
    }
    if !reading.repeated.is_empty() {
        let lines = some(reading.repeated.iter().map(u64::to_string).collect());
        say(&format!(
            "{file}: of the same place, time and items as a row before, and kept beside it: the lines {lines}"
        ))?;
    }
    if *unknown_areas > 0 {
        say(&format!("{file}: {unknown_areas} codes of places that the catalogue does not have: kept as published"))?;
    }
    let outcome = match stored {
        Stored::Version(version) => format!("stored as version {version} of `{}`", request.name),
        Stored::Same => format!("nothing new: the newest version of `{}` is of the same file", request.name),
        Stored::Problems => "nothing stored".to_owned(),
        Stored::DryRun => format!("a dry run: nothing stored; it would be a version of `{}`", request.name),
    };
    say(&format!("{file}: {} rows read, {outcome}", reading.rows))?;
    if matches!(stored, Stored::Version(_)) && (request.source.is_none() || request.licence.is_none()) {
        say(&format!(
            "{file}: `--source` and `--licence` tell whoever asks where it is from and what may be done with it"
        ))?;
    }
    Ok(())
}

/// The first of several texts, and how many more there are.
fn some(texts: Vec<String>) -> String {
    if texts.is_empty() {
        return "none".to_owned();
    }
    let more = texts.len().saturating_sub(SHOWN);
    let shown = texts.into_iter().take(SHOWN).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}

/// A data set as it is listed.
fn line(set: &OfficialDataSet) -> String {
    let when =
        set.imported_at.map_or("ships with the product".to_owned(), |at| format!("taken in {}", at.date_naive()));
    let told = |text: &Option<String>| text.clone().unwrap_or_else(|| "not told".to_owned());
    format!(
        "{}  version {}  {}  {} indicators  {when}  source: {}  licence: {}",
        set.name,
        set.version,
        set.title,
        set.indicators.len(),
        told(&set.source),
        told(&set.licence)
    )
}

/// The description beside a file: `figures.meta.csv` for `figures.csv`.
fn description_of(file: &Path) -> Option<PathBuf> {
    let beside = file.with_extension("meta.csv");
    (file.extension().is_some() && beside != file && beside.is_file()).then_some(beside)
}

/// A name out of that of a file: small letters, with `_` in place of what no name has.
fn name_of(file: &Path) -> String {
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().to_lowercase()).unwrap_or_default();
    let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let words: Vec<&str> = stem.split(|c| !is_allowed(c)).filter(|word| !word.is_empty()).collect();
    words.join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_tells_its_name() {
        let name = |path: &str| name_of(Path::new(path));
        assert_eq!(name("in/NEET & not known (2023).csv"), "neet_not_known_2023");
        assert_eq!(name("4and6digit_simple.csv"), "4and6digit_simple");
        assert_eq!(name("-"), "-");
    }
}
