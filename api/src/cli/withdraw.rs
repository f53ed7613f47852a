//! `exchange withdraw`: what an organisation takes back of what it handed in.

use anyhow::Result;
use clap::{ArgGroup, Args};

use crate::{
    app,
    config::Settings,
    domain::Publishable,
    service::{Authority, WithdrawReport, WithdrawRequest},
};

use super::{say, then_close};

/// Which of it.
#[derive(Args, Debug)]
#[command(group = ArgGroup::new("which").required(true).multiple(true).args(["submission", "periods", "institutions", "everything"]))]
pub(super) struct WithdrawArgs {
    /// The code of the organisation that handed it in
    #[arg(long)]
    organisation: String,
    /// The number of the submission that it came with, as `exchange import` told it
    #[arg(long, value_name = "NUMBER")]
    submission: Option<i64>,
    /// A period, or a cohort year of destinations, e.g. 202324T3; several with commas, or repeat
    #[arg(long = "period", value_name = "PERIOD", value_delimiter = ',')]
    periods: Vec<Publishable>,
    /// An institution, by the scheme of its identifier and the identifier, e.g. URN:100001; several with commas, or repeat
    #[arg(long = "institution", value_name = "SCHEME:ID", value_delimiter = ',', value_parser = parse_institution)]
    institutions: Vec<(String, String)>,
    /// Everything that it handed in
    #[arg(long, conflicts_with_all = ["submission", "periods", "institutions"])]
    everything: bool,
    /// Why, to be kept with it
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
    /// Tell what would be taken back, and take nothing back
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(settings: &Settings, args: WithdrawArgs) -> Result<()> {
    let WithdrawArgs { organisation, submission, periods, institutions, why, dry_run, .. } = args;
    let request = WithdrawRequest { organisation, submission, periods, institutions, why };
    let report = then_close(app::started(settings).await?, async |exchange| {
        let operator = exchange.operator(Authority::of_the_operator());
        Ok(if dry_run { operator.try_withdraw(&request).await? } else { operator.withdraw(&request).await? })
    });
    let WithdrawReport { submission, taken_back } = report.await?;
    for period in &taken_back {
        say(&period.to_string())?;
    }
    if taken_back.iter().any(|period| period.shown > 0) {
        say(
            "releases published before keep what they showed; a figure of a later one changes only where enough institutions of \
             its group came, left or were corrected together",
        )?;
    }
    match submission {
        Some(number) => say(&format!("taken back as submission {number}")),
        None => say("nothing was taken back: this was a dry run"),
    }
}

fn parse_institution(text: &str) -> Result<(String, String), String> {
    match text.split_once(':') {
        Some((scheme, identifier)) if !scheme.is_empty() && !identifier.is_empty() => {
            Ok((scheme.to_owned(), identifier.to_owned()))
        }
        _ => Err(format!("expected a scheme and an identifier such as `URN:100001`, found `{text}`")),
    }
}
