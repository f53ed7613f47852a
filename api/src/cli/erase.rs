//! `exchange erase`: an institution's data, or what an organisation handed in, deleted for good.

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::{
    app,
    config::Settings,
    domain::Erased,
    service::{Authority, Erasure},
};

use super::{say, then_close};

#[derive(Subcommand, Debug)]
pub(super) enum EraseCommand {
    /// Delete everything about an institution, whoever handed it in
    Institution {
        /// Where its identifier comes from
        #[arg(long, default_value = "URN")]
        scheme: String,
        /// Its identifier
        #[arg(value_name = "ID")]
        identifier: String,
        #[command(flatten)]
        how: HowArgs,
    },
    /// Delete everything that an organisation handed in; the organisation itself is ended with `exchange organisation end`
    Organisation {
        /// Its code
        #[arg(value_name = "CODE")]
        code: String,
        #[command(flatten)]
        how: HowArgs,
    },
}

/// Whether it is done.
#[derive(Args, Debug)]
pub(super) struct HowArgs {
    /// Do it; without this it is only told what would be deleted
    #[arg(long)]
    yes: bool,
}

pub(super) async fn run(settings: &Settings, command: EraseCommand) -> Result<()> {
    let (what, how) = match command {
        EraseCommand::Institution { scheme, identifier, how } => (Erasure::Institution { scheme, identifier }, how),
        EraseCommand::Organisation { code, how } => (Erasure::HandedInBy(code), how),
    };
    let (erased, release) = then_close(app::started(settings).await?, async |exchange| {
        let operator = exchange.operator(Authority::of_the_operator());
        if how.yes { Ok(operator.erase(&what).await?) } else { Ok((operator.try_erase(&what).await?, None)) }
    })
    .await?;
    tell(&erased, how.yes)?;
    if let Some(release) = release {
        say(&format!("published release {} without it, with checksum {}", release.number, release.checksum))?;
    }
    if !how.yes {
        say("nothing was deleted; --yes does it")?;
    }
    Ok(())
}

fn tell(erased: &Erased, done: bool) -> Result<()> {
    let Erased { institutions, results, counts, releases } = erased;
    let word = if done { "deleted" } else { "to delete" };
    say(&format!(
        "{word}: {results} results with their scores, {counts} counts of destinations, {institutions} pseudonyms"
    ))?;
    match releases {
        None => say("no release showed any of it"),
        Some((first, last)) => {
            let (which, they) = if first == last {
                (format!("release {first}"), "it is")
            } else {
                (format!("releases {first} to {last}"), "they are")
            };
            say(&format!(
                "{which} may have shown it: {they} closed, nothing is answered from there any more, and citations of it are answered \
                 NOT_FOUND"
            ))?;
            say(
                "figures that it was in are drawn anew without it; whoever kept those of before can compare, as with a correction",
            )?;
            say("what partners took away, exports and backups of before keep what they hold: delete those backups")
        }
    }
}
