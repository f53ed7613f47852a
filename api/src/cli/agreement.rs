//! `exchange agreement`: who may ask about which area, listed, added, amended and ended.

use anyhow::{Result, bail};
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use disclosure::Tier;

use crate::{
    app,
    config::Settings,
    domain::{Agreement, Amendment, Dimension, NewAgreement},
    service::{AreasWanted, Authority, Exchange},
};

use super::{parse_date, say, then_close};

#[derive(Subcommand, Debug)]
pub(super) enum AgreementCommand {
    /// List agreements: those that hold, or will
    List(ListArgs),
    /// Allow an organisation to ask about an area
    Add(AgreementArgs),
    /// Agree on something else in the place of an agreement; the earlier one stays to be read
    Amend(AmendArgs),
    /// End an agreement
    End(EndArgs),
}

/// Which agreements.
#[derive(Args, Debug)]
pub(super) struct ListArgs {
    /// Those of one organisation, by its code
    #[arg(long, value_name = "CODE")]
    consumer: Option<String>,
    /// Those about one area, by its code
    #[arg(long, value_name = "CODE")]
    area: Option<String>,
    /// Those too that hold no longer
    #[arg(long)]
    all: bool,
}

/// What an agreement allows.
#[derive(Args, Debug)]
pub(super) struct AgreementArgs {
    /// The code of the organisation that grants it, in whose area it must lie, and that may amend and end it
    #[arg(long, value_name = "CODE")]
    provider: Option<String>,
    /// The code of the organisation that may ask
    #[arg(long)]
    consumer: String,
    /// The code of the area it may ask about
    #[arg(long)]
    area: String,
    /// How its answers are protected: regional or international
    #[arg(long)]
    tier: Tier,
    /// What it may ask for; repeat for several
    #[arg(long = "purpose", required = true)]
    purposes: Vec<String>,
    /// A dimension it may use, e.g. PHASE; repeat for several, leave out for every one
    #[arg(long = "dimension", value_parser = parse_dimension)]
    dimensions: Vec<Dimension>,
    /// The first day it holds; today when left out
    #[arg(long, value_parser = parse_date)]
    from: Option<NaiveDate>,
    /// The last day it holds; open when left out
    #[arg(long, value_parser = parse_date)]
    until: Option<NaiveDate>,
}

/// What is agreed in its place. What is left out stays as it was.
#[derive(Args, Debug)]
pub(super) struct AmendArgs {
    /// Its number, as `exchange agreement list` tells it
    #[arg(value_name = "NUMBER")]
    id: i64,
    /// The code of the area that may be asked about
    #[arg(long)]
    area: Option<String>,
    /// How answers are protected: regional or international
    #[arg(long)]
    tier: Option<Tier>,
    /// What may be asked for, in the place of all purposes before; repeat for several
    #[arg(long = "purpose")]
    purposes: Vec<String>,
    /// A dimension that may be used, in the place of all before; repeat for several
    #[arg(long = "dimension", value_parser = parse_dimension, conflicts_with = "every_dimension")]
    dimensions: Vec<Dimension>,
    /// Let every dimension be used
    #[arg(long)]
    every_dimension: bool,
    /// The last day it holds
    #[arg(long, value_parser = parse_date, conflicts_with = "open")]
    until: Option<NaiveDate>,
    /// Let it hold without a last day
    #[arg(long)]
    open: bool,
    /// The first day of what is agreed now; today when left out
    #[arg(long, value_parser = parse_date)]
    from: Option<NaiveDate>,
}

/// Which agreement, and when.
#[derive(Args, Debug)]
pub(super) struct EndArgs {
    /// Its number, as `exchange agreement list` tells it
    #[arg(value_name = "NUMBER")]
    id: i64,
    /// The first day on which it no longer holds; today when left out
    #[arg(long, value_parser = parse_date)]
    on: Option<NaiveDate>,
}

pub(super) async fn run(settings: &Settings, command: AgreementCommand) -> Result<()> {
    let tier = match &command {
        AgreementCommand::Add(args) => Some(args.tier),
        AgreementCommand::Amend(args) => args.tier,
        AgreementCommand::List(_) | AgreementCommand::End(_) => None,
    };
    if tier == Some(Tier::Own) {
        bail!("expected the tier regional or international, found `own`: results handed in need no agreement");
    }
    let lines = then_close(app::started(settings).await?, async |exchange| match command {
        AgreementCommand::List(args) => list(exchange, &args).await,
        AgreementCommand::Add(args) => Ok(vec![add(exchange, args).await?]),
        AgreementCommand::Amend(args) => Ok(vec![amend(exchange, args).await?]),
        AgreementCommand::End(EndArgs { id, on }) => {
            let on = on.unwrap_or_else(|| exchange.now().date_naive());
            exchange.operator(Authority::of_the_operator()).end_agreement(id, on).await?;
            Ok(vec![format!("agreement {id} holds no longer from {on} on")])
        }
    });
    lines.await?.iter().try_for_each(|line| say(line))
}

async fn list(exchange: &Exchange, args: &ListArgs) -> Result<Vec<String>> {
    let operator = exchange.operator(Authority::of_the_operator());
    let directory = operator.directory().await?;
    if let Some(code) = &args.consumer
        && !directory.organisations().iter().any(|one| one.code == *code)
    {
        bail!("no organisation has the code `{code}`");
    }
    if let Some(code) = &args.area {
        let every_area = AreasWanted { kind: None, within: None, search: None, ended: true };
        if operator.areas(&every_area).await?.0.area_index(code).is_none() {
            bail!("no area has the code `{code}`");
        }
    }
    let today = exchange.now().date_naive();
    let wanted = |agreement: &&Agreement| {
        args.consumer.as_ref().is_none_or(|consumer| *consumer == agreement.consumer)
            && args.area.as_ref().is_none_or(|area| *area == agreement.area)
            && (args.all || agreement.last_day().is_none_or(|last| today <= last && agreement.valid_from <= last))
    };
    let lines: Vec<String> =
        directory.agreements().iter().filter(wanted).map(|agreement| line(agreement, today)).collect();
    Ok(if lines.is_empty() { vec!["no such agreement".to_owned()] } else { lines })
}

/// An agreement as it is listed.
fn line(agreement: &Agreement, today: NaiveDate) -> String {
    let Agreement { id, consumer, area, tier, purposes, dimensions, valid_from, valid_until, .. } = agreement;
    let dimensions = match dimensions {
        None => "every dimension".to_owned(),
        Some(none) if none.is_empty() => "no dimension".to_owned(),
        Some(some) => some.iter().map(|dimension| dimension.name()).collect::<Vec<_>>().join(", "),
    };
    let until = valid_until.map_or_else(|| "open".to_owned(), |until| format!("until {until}"));
    let state = match (agreement.ended_on, agreement.replaced_by) {
        (Some(on), Some(next)) => format!("replaced by {next} from {on} on"),
        (Some(on), None) if today < on => format!("ends on {on}"),
        (Some(on), None) => format!("ended on {on}"),
        (None, _) if agreement.holds_on(today) => "holds".to_owned(),
        (None, _) if today < *valid_from => "will hold".to_owned(),
        (None, _) => "held".to_owned(),
    };
    let purposes = purposes.join(", ");
    let granted = agreement.provider.as_ref().map_or(String::new(), |provider| format!("  granted by {provider}"));
    format!(
        "{id}  {consumer} about {area}  {tier}  {purposes}  {dimensions}  from {valid_from}, {until}  {state}{granted}"
    )
}

async fn add(exchange: &Exchange, args: AgreementArgs) -> Result<String> {
    let AgreementArgs { provider, consumer, area, tier, purposes, dimensions, from, until } = args;
    let told = format!("{consumer} may ask about {area}");
    let agreement = NewAgreement {
        consumer,
        area,
        tier,
        purposes,
        dimensions: (!dimensions.is_empty()).then_some(dimensions),
        valid_from: from.unwrap_or_else(|| exchange.now().date_naive()),
        valid_until: until,
    };
    let operator = exchange.operator(Authority::of_the_operator());
    let id = operator.add_agreement_of(&agreement, provider.as_deref()).await?;
    Ok(format!("added agreement {id}: {told}"))
}

async fn amend(exchange: &Exchange, args: AmendArgs) -> Result<String> {
    let AmendArgs { id, area, tier, purposes, dimensions, every_dimension, until, open, from } = args;
    let from = from.unwrap_or_else(|| exchange.now().date_naive());
    let listed = (!dimensions.is_empty()).then_some(Some(dimensions));
    let amendment = Amendment {
        area,
        tier,
        purposes: (!purposes.is_empty()).then_some(purposes),
        dimensions: if every_dimension { Some(None) } else { listed },
        valid_until: if open { Some(None) } else { until.map(Some) },
    };
    let operator = exchange.operator(Authority::of_the_operator());
    let next = operator.amend_agreement(id, &amendment, from).await?;
    // No earlier than the first day of what it amends.
    let directory = operator.directory().await?;
    let made = directory.agreements().iter().find(|agreement| agreement.id == next);
    let from = made.map_or(from, |agreement| agreement.valid_from);
    Ok(format!("agreement {next} holds in the place of {id} from {from} on"))
}

fn parse_dimension(text: &str) -> Result<Dimension, String> {
    Dimension::ALL.into_iter().find(|dimension| dimension.name() == text).ok_or_else(|| {
        let known: Vec<&str> = Dimension::ALL.iter().map(|dimension| dimension.name()).collect();
        format!("expected one of {}, found `{text}`", known.join(", "))
    })
}
