//! `exchange areas` and `exchange import areas`: the codes there are, and areas of an operator's own.

use anyhow::Result;
use chrono::NaiveDate;
use clap::{Args, Subcommand};

use crate::{
    app,
    config::Settings,
    domain::{AreaChange, AreaIndex, AreaKind, Catalogue, SuccessionKind},
    service::{AreasChanged, AreasWanted, Authority},
};

use super::{
    import::{TableArgs, take_in},
    parse_date, say, then_close,
};

#[derive(Subcommand, Debug)]
pub(super) enum AreasCommand {
    /// List areas with their codes, those of the next release
    List(ListArgs),
    /// Add an area of your own, e.g. a careers hub
    Add(AddArgs),
    /// End an area
    End {
        /// Its code
        code: String,
        /// The last day on which its code is in use; today when left out
        #[arg(long, value_name = "DAY", value_parser = parse_date)]
        last_day: Option<NaiveDate>,
    },
}

/// Which areas.
#[derive(Args, Debug)]
pub(super) struct ListArgs {
    /// Those of a kind: country, region, lep, lsip, combined_authority, local_authority or hub
    #[arg(long)]
    kind: Option<AreaKind>,
    /// Those that lie in an area, by its code
    #[arg(long, value_name = "CODE")]
    within: Option<String>,
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

/// A new area.
#[derive(Args, Debug)]
pub(super) struct AddArgs {
    /// Its code, which nothing else has
    code: String,
    /// What it is: country, region, lep, lsip, combined_authority, local_authority or hub
    #[arg(long)]
    kind: AreaKind,
    /// The name to show
    #[arg(long)]
    name: String,
    /// The code of an area it lies in; repeat for several
    #[arg(long, value_name = "CODE")]
    within: Vec<String>,
    /// The code of an area that lies in it; repeat for several. Those of a hub are institutions, which results name
    #[arg(long = "member", value_name = "CODE")]
    members: Vec<String>,
    /// The first day on which its code is in use; since ever when left out
    #[arg(long, value_name = "DAY", value_parser = parse_date)]
    from: Option<NaiveDate>,
    /// The code of an area in whose place it comes; repeat for several
    #[arg(long, value_name = "CODE", requires = "succession", requires = "from")]
    succeeds: Vec<String>,
    /// How it comes in their place: recode, merge, split or boundary
    #[arg(long = "as", value_name = "KIND", requires = "succeeds")]
    succession: Option<SuccessionKind>,
    /// Where this is known from
    #[arg(long, value_name = "TEXT")]
    source: Option<String>,
}

/// Which files.
#[derive(Args, Debug)]
pub(super) struct ImportArgs {
    #[command(flatten)]
    tables: TableArgs,
}

pub(super) async fn run(settings: &Settings, command: AreasCommand) -> Result<()> {
    let lines = then_close(app::started(settings).await?, async |exchange| {
        let operator = exchange.operator(Authority::of_the_operator());
        Ok(match command {
            AreasCommand::List(ListArgs { kind, within, search, all, own }) => {
                let (within, search) = (within.as_deref(), search.as_deref());
                let (catalogue, found) = operator.areas(&AreasWanted { kind, within, search, ended: all }).await?;
                let listed = found.into_iter().filter(|&area| !own || catalogue.areas()[area].own);
                listed.map(|area| line(&catalogue, area)).collect()
            }
            AreasCommand::Add(args) => {
                let told = format!("added the area {}", args.code);
                lines_of(&told, operator.add_area(change(args)).await?)
            }
            AreasCommand::End { code, last_day } => {
                let last = last_day.unwrap_or_else(|| exchange.now().date_naive());
                lines_of(&format!("the area {code} ends on {last}"), operator.end_area(&code, last).await?)
            }
        })
    });
    lines.await?.iter().try_for_each(|line| say(line))
}

pub(super) async fn import(settings: &Settings, args: &ImportArgs) -> Result<()> {
    take_in(settings, &args.tables, async |operator, form, file| operator.import_areas(form, file).await, lines_of)
        .await
}

fn change(args: AddArgs) -> AreaChange {
    AreaChange {
        code: args.code,
        name: Some(args.name),
        kind: Some(args.kind),
        code_scheme: None,
        within: args.within,
        members: args.members,
        valid_from: args.from,
        valid_to: None,
        succeeds: args.succeeds,
        succession: args.succession,
        source: args.source,
    }
}

/// An area as it is listed.
fn line(catalogue: &Catalogue, area: AreaIndex) -> String {
    let found = &catalogue.areas()[area];
    let mut line = format!("{}  {}  {}", found.code, found.kind, found.name);
    let after = catalogue.successors(area);
    if let Some(from) = found.valid_from.filter(|&from| from > catalogue.as_of()) {
        line.push_str(&format!("  from {from} on"));
    }
    if let Some(to) = found.valid_to {
        line.push_str(&format!("  until {to}"));
    }
    if !after.is_empty() {
        let codes: Vec<String> =
            after.iter().map(|one| format!("{} ({})", catalogue.areas()[one.to].code, one.kind)).collect();
        line.push_str(&format!("  then {}", codes.join(", ")));
    }
    line
}

/// What was done, and what comes of it.
fn lines_of(told: &str, changed: AreasChanged) -> Vec<String> {
    let AreasChanged { version, is_new, concerned } = changed;
    let catalogue = if is_new {
        format!("version {version} of the catalogue, which the next release is published with")
    } else {
        format!("nothing new: the catalogue stays at version {version}")
    };
    let mut lines = vec![format!("{told}: {catalogue}")];
    lines.extend(concerned);
    lines
}
