//! `exchange import register`: registers of institutions in, and the links by which a school goes on under another identifier.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};
use chrono::NaiveDate;
use clap::Args;

use crate::{
    app,
    config::Settings,
    domain::WhyDropped,
    ingest::Form,
    service::{Authority, LinksReport, Operator, RegisterReport, RegisterRequest},
};

use super::{
    import::{TableArgs, open, tell_form, tell_problems},
    say, then_close,
};

/// How many lines are told of links that make no chain for the same reason; the rest is counted.
const SHOWN_LINES: usize = 10;

/// Which registers and links.
#[derive(Args, Debug)]
pub(super) struct RegisterArgs {
    #[command(flatten)]
    tables: TableArgs,
    /// The day the register is of; when left out, the day in the name of the file (edubasealldata20260924.csv), or else the newest on which a
    /// row was changed
    #[arg(long, value_name = "DATE")]
    as_of: Option<NaiveDate>,
    /// The links between establishments that Get Information about Schools lists: a school that became another one stays the same here
    #[arg(long, value_name = "FILE")]
    links: Option<PathBuf>,
    /// Take in the good rows of a register that also has bad ones
    #[arg(long)]
    accept_valid: bool,
}

pub(super) async fn import(settings: &Settings, args: &RegisterArgs) -> Result<()> {
    let registers: Vec<&PathBuf> = args.tables.files.iter().collect();
    let links: Vec<&PathBuf> = args.links.iter().collect();
    let Some(form) = args.tables.form()? else { bail!("none of {} files was read", registers.len()) };
    let request = RegisterRequest { as_of: args.as_of, accept_valid: args.accept_valid };
    take_in(settings, &form, &request, &registers, &links).await
}

/// Takes in registers in a form, then links.
pub(super) async fn take_in(
    settings: &Settings,
    form: &Form,
    request: &RegisterRequest,
    registers: &[&PathBuf],
    links: &[&PathBuf],
) -> Result<()> {
    let refused = then_close(app::started(settings).await?, async |exchange| {
        let operator = exchange.operator(Authority::of_the_operator());
        let mut refused = 0;
        for path in registers {
            refused += usize::from(!register(operator, form, request, path).await?);
        }
        for path in links {
            refused += usize::from(!list_of_links(operator, path).await?);
        }
        Ok(refused)
    })
    .await?;
    if refused > 0 {
        bail!("{refused} of {} files stored nothing", registers.len() + links.len());
    }
    Ok(())
}

async fn register(operator: Operator<'_>, form: &Form, request: &RegisterRequest, path: &Path) -> Result<bool> {
    let request = RegisterRequest { as_of: request.as_of.or_else(|| day_in_name(path)), ..request.clone() };
    let (input, _) = open(path)?;
    let RegisterReport { rows, problems, kinds, found, ignored, left_out, stored } =
        operator.import_register(&request, form, input, |_| {}).await?;
    tell_form(path, found.as_ref(), &[])?;
    tell_problems(path, &problems, &kinds)?;
    let file = path.display();
    for (why, count) in &left_out {
        say(&format!("{file}: left out: {count} {why}"))?;
    }
    let Some((edition, receipt)) = stored else {
        say(&format!("{file}: {rows} rows read, nothing stored"))?;
        return Ok(false);
    };
    let extended = if receipt.extended {
        format!("; with what was there of that day it has {}", receipt.institutions)
    } else {
        String::new()
    };
    say(&format!(
        "{file}: {rows} rows read, {} institutions taken from {} as of {}{extended}; {ignored} columns were not looked at",
        edition.institutions, edition.source, edition.as_of
    ))?;
    if receipt.apart > 0 {
        say(&format!(
            "{file}: {} other identifiers stay institutions of their own, or names of another one",
            receipt.apart
        ))?;
    }
    let groups: Vec<&str> = edition.cuts.keys().map(|group| group.as_str()).collect();
    let groups = if groups.is_empty() { "none".to_owned() } else { groups.join(", ") };
    say(&format!("{file}: ranked by disadvantage: {groups}"))?;
    Ok(true)
}

async fn list_of_links(operator: Operator<'_>, path: &Path) -> Result<bool> {
    let (input, _) = open(path)?;
    let LinksReport { rows, problems, kinds, chains, dropped, stored } =
        operator.import_links(&Form::default(), input).await?;
    tell_problems(path, &problems, &kinds)?;
    let file = path.display();
    let mut by_reason: BTreeMap<WhyDropped, Vec<u64>> = BTreeMap::new();
    for link in dropped {
        by_reason.entry(link.why).or_default().push(link.line);
    }
    for (why, lines) in by_reason {
        let shown: Vec<String> = lines.iter().take(SHOWN_LINES).map(u64::to_string).collect();
        let more = if lines.len() > SHOWN_LINES { ", …" } else { "" };
        say(&format!("{file}: left out: {} links: {why} (lines {}{more})", lines.len(), shown.join(", ")))?;
    }
    let outcome =
        if stored { format!("{chains} schools go on under another identifier") } else { "nothing stored".to_owned() };
    say(&format!("{file}: {rows} rows read, {outcome}"))?;
    Ok(stored)
}

/// The day in the name of a file, as in `edubasealldata20260924.csv`.
fn day_in_name(path: &Path) -> Option<NaiveDate> {
    let name = path.file_stem()?.to_str()?;
    let digits = name.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 8)?;
    NaiveDate::parse_from_str(digits, "%Y%m%d").ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_tells_its_day() {
        let day = |name: &str| day_in_name(Path::new(name)).map(|day| day.to_string());
        assert_eq!(day("in/edubasealldata20260924.csv").as_deref(), Some("2026-09-24"));
        assert_eq!(day("links_edubasealldata20260924 (1).csv").as_deref(), Some("2026-09-24"));
        for name in ["extract.csv", "a20261340.csv", "a2026092401.csv", "-"] {
            assert_eq!(day(name), None, "{name}");
        }
    }
}
