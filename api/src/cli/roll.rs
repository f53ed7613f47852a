//! `exchange import roll` and `exchange roll`: which institutions there are, and who speaks for each.

use anyhow::{Result, bail};
use clap::Args;

use crate::{
    app,
    config::Settings,
    ingest::Form,
    service::{Authority, Operator, RollReceipt, Transfer},
};

use super::{
    import::{TableArgs, take_in},
    say,
};

/// Which files.
#[derive(Args, Debug)]
pub(super) struct RollArgs {
    #[command(flatten)]
    tables: TableArgs,
}

/// Which institutions, and to whom.
#[derive(Args, Debug)]
pub(super) struct TransferArgs {
    /// The code of the organisation that speaks for them from now on
    #[arg(long)]
    to: String,
    /// The code of the organisation that speaks for them at present: hands all of them over
    #[arg(long, conflicts_with = "institution", required_unless_present = "institution")]
    from: Option<String>,
    /// The identifier of one institution
    #[arg(long)]
    institution: Option<String>,
    /// The scheme of its identifier
    #[arg(long, default_value = "URN")]
    scheme: String,
}

pub(super) async fn import(settings: &Settings, args: &RollArgs) -> Result<()> {
    let store = async |operator: &Operator<'_>, form: &Form, file| operator.import_roll_as(form, file, |_| {}).await;
    let told = |read: &str, stored: RollReceipt| {
        let RollReceipt { added, changed, unchanged, handed_over } = stored;
        vec![format!(
            "{read}, {added} institutions added to the roll, {changed} changed, {unchanged} as they were; {handed_over} handed over to \
             another organisation"
        )]
    };
    take_in(settings, &args.tables, store, told).await
}

pub(super) async fn transfer(settings: &Settings, args: &TransferArgs) -> Result<()> {
    let exchange = app::started(settings).await?;
    let what = match (&args.institution, &args.from) {
        (Some(identifier), _) => Transfer::Institution { scheme: args.scheme.clone(), identifier: identifier.clone() },
        (None, Some(from)) => Transfer::AllOf(from.clone()),
        (None, None) => bail!("expected --institution or --from, found neither"),
    };
    let count = exchange.operator(Authority::of_the_operator()).transfer(&what, &args.to).await?;
    say(&format!("handed {count} institutions over to {}", args.to))
}
