//! `exchange organisation`: hubs, LEPs, authorities and partners, listed, added, changed and ended.

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::{
    app,
    config::Settings,
    domain::{Organisation, OrganisationChange, OrganisationKind},
    service::Authority,
};

use super::{say, then_close};

#[derive(Subcommand, Debug)]
pub(super) enum OrganisationCommand {
    /// List organisations
    List {
        /// Those too that ended
        #[arg(long)]
        all: bool,
    },
    /// Add an organisation
    Add {
        /// Its code
        code: String,
        /// What it is: hub, lep, authority, national or partner
        #[arg(long)]
        kind: OrganisationKind,
        /// The name to show
        #[arg(long)]
        name: String,
        /// The code of the area it works in
        #[arg(long)]
        area: String,
    },
    /// Change what an organisation is; its code stays
    Change(ChangeArgs),
    /// End an organisation today: its agreements end, its tokens are taken back, and it hands nothing in any more
    End {
        /// Its code
        code: String,
    },
}

/// What it is from now on. What is left out stays.
#[derive(Args, Debug)]
#[group(required = true, multiple = true)]
struct Change {
    /// What it is: hub, lep, authority, national or partner
    #[arg(long)]
    kind: Option<OrganisationKind>,
    /// The name to show
    #[arg(long)]
    name: Option<String>,
    /// The code of the area it works in
    #[arg(long)]
    area: Option<String>,
}

/// Which organisation, and what it is from now on.
#[derive(Args, Debug)]
pub(super) struct ChangeArgs {
    /// Its code
    code: String,
    #[command(flatten)]
    change: Change,
}

pub(super) async fn run(settings: &Settings, command: OrganisationCommand) -> Result<()> {
    let lines = then_close(app::started(settings).await?, async |exchange| {
        let operator = exchange.operator(Authority::of_the_operator());
        Ok(match command {
            OrganisationCommand::List { all } => {
                let directory = operator.directory().await?;
                let listed = directory.organisations().iter().filter(|one| all || one.ended_on.is_none());
                listed.map(line).collect()
            }
            OrganisationCommand::Add { code, kind, name, area } => {
                operator.add_organisation(&code, kind, &name, &area).await?;
                vec![format!("added organisation {code}")]
            }
            OrganisationCommand::Change(ChangeArgs { code, change: Change { kind, name, area } }) => {
                operator.change_organisation(&code, &OrganisationChange { kind, name, area }).await?;
                vec![format!("changed organisation {code}")]
            }
            OrganisationCommand::End { code } => {
                let (agreements, spoken) = operator.end_organisation(&code).await?;
                ended(&code, &agreements, spoken)
            }
        })
    });
    lines.await?.iter().try_for_each(|line| say(line))
}

/// An organisation as it is listed.
fn line(organisation: &Organisation) -> String {
    let Organisation { code, name, kind, area, ended_on, .. } = organisation;
    let ended = ended_on.map(|on| format!("  ended on {on}")).unwrap_or_default();
    format!("{code}  {kind}  {area}  {name}{ended}")
}

/// What came of the end of an organisation, and what is left to do.
fn ended(code: &str, agreements: &[i64], spoken: u64) -> Vec<String> {
    let mut lines = vec![format!("ended organisation {code}; what it handed in stays, and its tokens are taken back")];
    lines.extend(agreements.iter().map(|agreement| format!("agreement {agreement} ended")));
    if spoken > 0 {
        lines.push(format!(
            "{code} still speaks for {spoken} institutions: hand them over with `exchange roll transfer --from {code} --to CODE`"
        ));
    }
    lines
}
