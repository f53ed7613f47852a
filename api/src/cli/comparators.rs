//! `exchange comparators` and `exchange import comparators`: named lists of areas to compare with.

use anyhow::Result;
use chrono::NaiveDate;
use clap::{Args, Subcommand};

use crate::{
    app,
    config::Settings,
    domain::{Catalogue, Comparator, ComparatorChange},
    ingest::Form,
    service::{Authority, ComparatorsChanged, ComparatorsWanted, Operator},
};

use super::{
    import::{TableArgs, take_in},
    parse_date, say, then_close,
};

#[derive(Subcommand, Debug)]
pub(super) enum ComparatorsCommand {
    /// List comparators with their members, those of the next release
    List(ListArgs),
    /// Add a comparator, e.g. the statistical neighbours of a local authority
    Add(AddArgs),
    /// End a comparator
    End {
        /// Its code
        code: String,
        /// The last day on which it can be asked for; today when left out
        #[arg(long, value_name = "DAY", value_parser = parse_date)]
        last_day: Option<NaiveDate>,
    },
}

/// Which comparators.
#[derive(Args, Debug)]
pub(super) struct ListArgs {
    /// Those about an area, by its code
    #[arg(long, value_name = "CODE")]
    about: Option<String>,
    /// Those with a text in their name or code, in any case
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Those too that ended, or have not begun
    #[arg(long)]
    all: bool,
    /// Those alone that you added or changed
    #[arg(long)]
    own: bool,
}

/// A new comparator.
#[derive(Args, Debug)]
pub(super) struct AddArgs {
    /// Its code, which nothing else has
    code: String,
    /// The name to show
    #[arg(long)]
    name: String,
    /// The code of the area that its members are compared with
    #[arg(long, value_name = "CODE")]
    about: Option<String>,
    /// The code of an area; repeat for several, all of one kind
    #[arg(long = "member", value_name = "CODE", required = true)]
    members: Vec<String>,
    /// The first day on which it can be asked for; since ever when left out
    #[arg(long, value_name = "DAY", value_parser = parse_date)]
    from: Option<NaiveDate>,
    /// Where the list is published
    #[arg(long, value_name = "TEXT")]
    source: String,
}

/// Which files.
#[derive(Args, Debug)]
pub(super) struct ImportArgs {
    #[command(flatten)]
    tables: TableArgs,
}

pub(super) async fn run(settings: &Settings, command: ComparatorsCommand) -> Result<()> {
    let lines = then_close(app::started(settings).await?, async |exchange| {
        let operator = exchange.operator(Authority::of_the_operator());
        Ok(match command {
            ComparatorsCommand::List(ListArgs { about, search, all, own }) => {
                let (about, search) = (about.as_deref(), search.as_deref());
                let (catalogue, found) = operator.comparators(&ComparatorsWanted { about, search, ended: all }).await?;
                found.iter().filter(|one| !own || one.own).map(|one| line(&catalogue, one)).collect()
            }
            ComparatorsCommand::Add(args) => {
                let AddArgs { code, name, about, members, from, source } = args;
                let told = format!("added the comparator {code}");
                let (name, source) = (Some(name), Some(source));
                let change = ComparatorChange { code, name, about, members, valid_from: from, valid_to: None, source };
                vec![told_of(&told, operator.add_comparator(change).await?)]
            }
            ComparatorsCommand::End { code, last_day } => {
                let last = last_day.unwrap_or_else(|| exchange.now().date_naive());
                let told = format!("the comparator {code} ends on {last}");
                vec![told_of(&told, operator.end_comparator(&code, last).await?)]
            }
        })
    });
    lines.await?.iter().try_for_each(|line| say(line))
}

pub(super) async fn import(settings: &Settings, args: &ImportArgs) -> Result<()> {
    let store = async |operator: &Operator<'_>, form: &Form, file| operator.import_comparators(form, file).await;
    take_in(settings, &args.tables, store, |read, changed| vec![told_of(read, changed)]).await
}

/// A comparator as it is listed.
fn line(catalogue: &Catalogue, one: &Comparator) -> String {
    let codes: Vec<&str> =
        catalogue.members(one).into_iter().map(|member| catalogue.areas()[member].code.as_str()).collect();
    let mut line = format!("{}  {}", one.code, one.name);
    if let Some(about) = &one.about {
        line.push_str(&format!("  about {about}"));
    }
    if let Some(from) = one.valid_from.filter(|&from| from > catalogue.as_of()) {
        line.push_str(&format!("  from {from} on"));
    }
    if let Some(to) = one.valid_to {
        line.push_str(&format!("  until {to}"));
    }
    line.push_str(&format!("  ({}): {}", one.source, codes.join(" ")));
    let idle = Operator::idle_members(catalogue, one);
    if !idle.is_empty() {
        line.push_str(&format!("  not in use: {}", idle.join(" ")));
    }
    line
}

/// What was done.
fn told_of(told: &str, changed: ComparatorsChanged) -> String {
    let ComparatorsChanged { version, is_new } = changed;
    if is_new {
        format!("{told}: version {version} of the catalogue, which the next release is published with")
    } else {
        format!("{told}: nothing new: the catalogue stays at version {version}")
    }
}
