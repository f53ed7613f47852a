//! `exchange import roll` and `exchange roll`: which institutions there are, and who speaks for each.

use anyhow::{Result, bail};
use clap::Args;

use crate::{
    app,
    config::Settings,
    service::{Authority, RollReport, Transfer},
};

use super::{
    import::{TableArgs, open, tell_form, tell_problems},
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
    let files = &args.tables.files;
    let Some(form) = args.tables.form()? else { bail!("none of {} files was read", files.len()) };
    let exchange = app::started(settings).await?;
    let operator = exchange.operator(Authority::of_the_operator());
    let mut refused = 0;
    for path in files {
        let (file, _) = open(path)?;
        let RollReport { rows, problems, kinds, found, ignored, receipt } =
            operator.import_roll_as(&form, file, |_| {}).await?;
        tell_form(path, found.as_ref(), &ignored)?;
        tell_problems(path, &problems, &kinds)?;
        let path = path.display();
        if let Some(receipt) = receipt {
            say(&format!(
                "{path}: {rows} rows read, {} institutions added to the roll, {} changed, {} as they were; {} handed over to \
                 another organisation",
                receipt.added, receipt.changed, receipt.unchanged, receipt.handed_over
            ))?;
        } else {
            refused += 1;
            say(&format!("{path}: {rows} rows read, nothing stored"))?;
        }
    }
    if refused > 0 {
        bail!("{refused} of {} files stored nothing", files.len());
    }
    Ok(())
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
