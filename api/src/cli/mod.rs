//! The command line: `exchange` and its commands.

mod administer;
mod agreement;
mod areas;
mod audit;
mod client;
mod comparators;
mod erase;
mod import;
mod issuer;
mod keys;
mod official;
mod organisation;
mod register;
mod report;
mod results;
mod roll;
pub mod serve;
mod shell;
mod webhook;
mod withdraw;

use std::{
    io::{Write, stderr, stdout},
    path::PathBuf,
    pin::Pin,
};

use anyhow::Result;
use chrono::{Datelike, NaiveDate};
use clap::{Parser, Subcommand};

use crate::{
    auth::Scope,
    config::{ServeSettings, Settings},
    http::Playground,
    service::Exchange,
};

use import::Content;

/// Anonymised career-guidance benchmark outcomes across regions, asked for in GraphQL
#[derive(Parser, Debug)]
#[command(name = "exchange", version, about, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Serve the GraphQL API and the playground
    Serve(ServeSettings),
    /// Bring the database up to date and load the reference data
    Migrate,
    /// Take data in
    #[command(subcommand)]
    Import(ImportCommand),
    /// Take results and counts of destinations back that an organisation handed in: the next edition of their period leaves them
    /// out
    Withdraw(withdraw::WithdrawArgs),
    /// Freeze the next numbered release: every period that was not published yet, and those that are named anew
    Publish(administer::PublishArgs),
    /// Copy a SQLite database to a new file, while it is used; the secret is not in it
    Backup {
        /// The file to make
        file: PathBuf,
    },
    /// Manage the roll of institutions
    #[command(subcommand)]
    Roll(RollCommand),
    /// List areas and their codes, and manage those of your own
    #[command(subcommand)]
    Areas(areas::AreasCommand),
    /// List comparators, which are named lists of areas to compare with, and manage those of your own
    #[command(subcommand)]
    Comparators(comparators::ComparatorsCommand),
    /// List official figures, and remove those that were taken in
    #[command(subcommand)]
    Official(official::OfficialCommand),
    /// Manage organisations
    #[command(subcommand)]
    Organisation(organisation::OrganisationCommand),
    /// Manage agreements
    #[command(subcommand)]
    Agreement(agreement::AgreementCommand),
    /// Print a bearer token for an organisation, signed with the service's own key, or take tokens back
    Token(keys::TokenArgs),
    /// Manage clients: programs that get tokens at `/oauth/token` by themselves
    #[command(subcommand)]
    Client(client::ClientCommand),
    /// Manage webhooks: addresses of organisations that are told when something happens
    #[command(subcommand)]
    Webhook(webhook::WebhookCommand),
    /// Manage other identity providers whose tokens are taken, and which of their clients ask for whom
    #[command(subcommand)]
    Issuer(issuer::IssuerCommand),
    /// Manage the keys that tokens are signed with
    #[command(subcommand)]
    Key(keys::KeyCommand),
    /// Look into the audit: who asked what
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Print reports
    #[command(subcommand)]
    Report(report::ReportCommand),
    /// Delete data for good; what is only to be left out of the next edition is taken back with `withdraw`
    #[command(subcommand)]
    Erase(erase::EraseCommand),
    /// Manage the secret
    #[command(subcommand)]
    Secret(SecretCommand),
    /// Print the GraphQL schema
    Schema,
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print a manual page
    Man(shell::ManArgs),
}

#[derive(Subcommand, Debug)]
enum SecretCommand {
    /// Make a file with a new secret, readable by its owner alone; never overwrites one
    New {
        /// The file to make
        file: PathBuf,
    },
}

#[derive(Subcommand, Debug)]
enum ImportCommand {
    /// Take in institution-level results from CSV files or workbooks; a file with problems stores nothing
    Results(results::ResultsArgs),
    /// Take in counts of destinations from CSV files or workbooks, after the results of their institutions; a file with problems stores
    /// nothing
    Destinations(import::FilesArgs),
    /// Add areas, and change and end those there are, from CSV files or workbooks; a file with problems stores nothing
    Areas(areas::ImportArgs),
    /// Add comparators, and change and end those there are, from CSV files or workbooks; a file with problems stores nothing
    Comparators(comparators::ImportArgs),
    /// Take registers of institutions in, England's (Get Information about Schools) or Hong Kong's (the Education Bureau's list): of each
    /// institution where it stood and what it was on the register's day, under a pseudonym, and nothing else; a file with problems stores
    /// nothing
    Register(register::RegisterArgs),
    /// Put institutions on the roll from CSV files or workbooks: where each stands, what it is and who speaks for it; a file with problems
    /// stores nothing
    Roll(roll::RollArgs),
    /// Take official figures in, open statistics by area in the layout of "Explore education statistics": they stand beside outcomes for
    /// everybody, as published. Each file of a name is a version of it; one with problems stores nothing
    Official(official::ImportArgs),
}

#[derive(Subcommand, Debug)]
enum RollCommand {
    /// Let another organisation speak for an institution, or for all that one speaks for at present
    Transfer(roll::TransferArgs),
}

/// Runs the command that was given.
///
/// # Errors
/// Whatever kept it from being done, in words for the person at the terminal.
///
/// Boxed, so that all that it awaits is compiled here and once, and not in each program that runs it.
pub fn run(cli: Cli, playground: Playground) -> Pin<Box<dyn Future<Output = Result<()>>>> {
    Box::pin(run_here(cli, playground))
}

async fn run_here(cli: Cli, playground: Playground) -> Result<()> {
    let settings = &cli.settings;
    match cli.command {
        Command::Serve(serve) => serve::run(settings, &serve, playground).await,
        Command::Migrate => administer::migrate(settings).await,
        Command::Import(ImportCommand::Results(args)) => results::import(settings, &args).await,
        Command::Import(ImportCommand::Destinations(args)) => import::run(settings, Content::Destinations, &args).await,
        Command::Import(ImportCommand::Areas(args)) => areas::import(settings, &args).await,
        Command::Import(ImportCommand::Comparators(args)) => comparators::import(settings, &args).await,
        Command::Import(ImportCommand::Register(args)) => register::import(settings, &args).await,
        Command::Import(ImportCommand::Roll(args)) => roll::import(settings, &args).await,
        Command::Import(ImportCommand::Official(args)) => official::import(settings, &args).await,
        Command::Roll(RollCommand::Transfer(args)) => roll::transfer(settings, &args).await,
        Command::Withdraw(args) => withdraw::run(settings, args).await,
        Command::Publish(args) => administer::publish(settings, args).await,
        Command::Backup { file } => administer::back_up(settings, &file).await,
        Command::Official(command) => official::run(settings, command).await,
        Command::Areas(command) => areas::run(settings, command).await,
        Command::Comparators(command) => comparators::run(settings, command).await,
        Command::Organisation(command) => organisation::run(settings, command).await,
        Command::Agreement(command) => agreement::run(settings, command).await,
        Command::Token(args) => keys::token(settings, args).await,
        Command::Client(command) => client::manage(settings, command).await,
        Command::Webhook(command) => webhook::manage(settings, command).await,
        Command::Issuer(command) => issuer::manage(settings, command).await,
        Command::Key(command) => keys::manage(settings, command).await,
        Command::Audit(command) => audit::manage(settings, command).await,
        Command::Report(command) => report::run(settings, command).await,
        Command::Erase(command) => erase::run(settings, command).await,
        Command::Secret(SecretCommand::New { file }) => administer::make_secret(&file),
        Command::Schema => say(&crate::graphql::sdl()),
        Command::Completions { shell } => shell::completions(shell),
        Command::Man(args) => shell::man(&args),
    }
}

/// Does what a command is for and closes the database, whatever became of it.
async fn then_close<T>(exchange: Exchange, work: impl AsyncFnOnce(&Exchange) -> Result<T>) -> Result<T> {
    let done = work(&exchange).await;
    exchange.close().await;
    done
}

impl Cli {
    /// The settings, for what must be set up before the command runs.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }
}

/// Tells on standard error why a command was not done: the reason and what caused it.
pub fn complain(error: &anyhow::Error) {
    // Standard error may be closed; there is nowhere left to say so.
    let _ = writeln!(stderr().lock(), "error: {}", for_terminal(&format!("{error:#}")));
}

/// Writes one line to standard output: what a command is run for, and nothing else.
fn say(line: &str) -> Result<()> {
    let mut out = stdout().lock();
    writeln!(out, "{}", for_terminal(line.trim_end()))?;
    out.flush()?;
    Ok(())
}

/// A text without what a terminal would obey, save line ends and tabs.
fn for_terminal(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && !matches!(c, '\n' | '\t') { '\u{fffd}' } else { c }).collect()
}

fn parse_date(text: &str) -> Result<NaiveDate, String> {
    // A year of more than four digits is none that a database compares rightly.
    let day = text.parse().ok().filter(|day: &NaiveDate| (0..=9_999).contains(&day.year()));
    day.ok_or_else(|| format!("expected a date such as `2026-09-01`, found `{text}`"))
}

fn parse_scope(text: &str) -> Result<Scope, String> {
    text.parse().map_err(|_| {
        let known: Vec<&str> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
        format!("expected one of {}, found `{text}`", known.join(", "))
    })
}

/// Reads a time such as `7d`, from a second to the longest.
fn duration(text: &str, longest: chrono::Duration) -> Result<chrono::Duration, String> {
    let wrong = || format!("expected a number and a unit such as `30m`, `1h` or `7d`, found `{text}`");
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
    let number: i64 = number.parse().map_err(|_| wrong())?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    let total = number.checked_mul(seconds).filter(|total| (1..=longest.num_seconds()).contains(total));
    let total = total.ok_or_else(|| format!("expected from `1s` to `{}d`, found `{text}`", longest.num_days()))?;
    Ok(chrono::Duration::seconds(total))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn a_date_has_a_year_of_four_digits() {
        assert!(parse_date("2026-09-01").is_ok() && parse_date("9999-12-31").is_ok());
        for wrong in ["+10000-01-01", "-0001-01-01", "+262142-12-31", "01/09/2026", ""] {
            assert!(parse_date(wrong).unwrap_err().contains("expected a date"), "{wrong}");
        }
    }

    #[test]
    fn no_two_options_of_a_command_have_one_name() {
        Cli::command().debug_assert();
    }
}
