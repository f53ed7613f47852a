//! `exchange report`: what an officer needs to know of this installation, as Markdown.

use std::fmt::Write;

use anyhow::Result;
use clap::Subcommand;
use disclosure::Tier;

use crate::{
    app,
    config::Settings,
    domain::Agreement,
    service::{Authority, ProtectionFacts, STORED},
};

use super::{say, then_close};

/// The page that tells what the method promises and what attacks achieve: the figures stand there and nowhere else.
const PROTECTION: &str = include_str!("../../docs/src/protection.md");

#[derive(Subcommand, Debug)]
pub(super) enum ReportCommand {
    /// Print what is stored, where, for how long and under which pseudonyms, the agreements, and what attacks achieve: the facts that an impact
    /// assessment (GDPR, Article 35) and a record of processing (Article 30) need
    Protection,
}

pub(super) async fn run(settings: &Settings, command: ReportCommand) -> Result<()> {
    let ReportCommand::Protection = command;
    let facts = then_close(app::started(settings).await?, async |exchange| {
        let facts = exchange.operator(Authority::of_the_operator()).protection_facts().await?;
        Ok((facts, exchange.now().format("%Y-%m-%d %H:%M UTC").to_string()))
    });
    let (facts, now) = facts.await?;
    say(&report(&facts, &now, &app::database_without_password(settings)?)?)
}

fn report(facts: &ProtectionFacts, now: &str, database: &str) -> Result<String> {
    let mut text = format!(
        "# Protection\n\nOf this installation, version {}, on {now}.\n\n## What is stored\n\nIn the database {database}. Nothing about \
         students or staff as persons: counts of students, and scores of institutions.\n\n| rows | what | why | how long |\n| ---: | --- | --- | --- |\n",
        env!("CARGO_PKG_VERSION")
    );
    for ((_, what, why, how_long), rows) in STORED.iter().zip(&facts.rows) {
        writeln!(text, "| {rows} | {what} | {why} | {how_long} |")?;
    }
    text.push_str("\n## Pseudonyms\n\n");
    writeln!(
        text,
        "An institution is kept under HMAC-SHA256 of scheme and identifier, under the secret with the fingerprint {}. The identifier is \
         stored nowhere. Whoever holds secret and database can find an institution whose identifier is known; without the secret nobody \
         can. The secret is a file apart from the database and its backups.\n",
        facts.fingerprint
    )?;
    for (scheme, institutions) in &facts.schemes {
        writeln!(text, "- {scheme}: {institutions} institutions")?;
    }
    text.push_str("\n## Terms under which results were handed in\n\n");
    for (terms, results) in &facts.terms {
        writeln!(text, "- `{}`: {results} results", terms.replace('`', "'"))?;
    }
    text.push_str("\n## Organisations\n\n");
    for organisation in facts.directory.organisations() {
        let ended = organisation.ended_on.map(|on| format!(", ended on {on}")).unwrap_or_default();
        let (code, name) = (plain(&organisation.code), plain(&organisation.name));
        let (kind, area) = (organisation.kind, &organisation.area);
        writeln!(text, "- {code}: {name}, {kind}, area {area}{ended}")?;
    }
    text.push_str("\n## Agreements\n\n| number | granted by | to | about | tier | purposes | dimensions | from | until |\n| ---: | --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for agreement in facts.directory.agreements() {
        writeln!(text, "{}", row(agreement))?;
    }
    text.push_str("\n## How answers are protected\n\n");
    for tier in Tier::ALL {
        let rules = tier.rules();
        let budget = rules
            .new_tabulations
            .map_or_else(|| "no limit".to_owned(), |most| format!("{most} new tabulations a measure"));
        writeln!(
            text,
            "- {}: never below {} institutions, noise of standard deviation {:.1} institutions ({:.1} in standard tables), {budget}",
            tier.as_str().to_uppercase(),
            rules.k_institutions,
            rules.sigma,
            rules.sigma_standard
        )?;
    }
    text.push_str("\n## Erasure\n\n");
    text.push_str(
        "`exchange erase institution ID` and `exchange erase organisation CODE` delete rows for good. Releases that may have shown them are \
         closed, and one without them takes their place; backups of before keep what they hold.\n",
    );
    for (first, last) in &facts.closed {
        writeln!(text, "\n- releases {first} to {last} are closed")?;
    }
    for heading in ["## What it promises", "## What it does not promise", "## What attacks achieve"] {
        write!(text, "\n{}", section(PROTECTION, heading))?;
    }
    Ok(text)
}

fn row(agreement: &Agreement) -> String {
    let dimensions = agreement.dimensions.as_ref().map_or_else(
        || "every".to_owned(),
        |some| some.iter().map(|dimension| dimension.name()).collect::<Vec<_>>().join(", "),
    );
    format!(
        "| {} | {} | {} | {} | {} | {} | {dimensions} | {} | {} |",
        agreement.id,
        agreement.provider.as_deref().map_or_else(|| "the operator".to_owned(), plain),
        plain(&agreement.consumer),
        agreement.area,
        agreement.tier,
        plain(&agreement.purposes.join(", ")),
        agreement.valid_from,
        agreement.last_day().map_or_else(|| "open".to_owned(), |day| day.to_string())
    )
}

/// A text that somebody chose, as Markdown that says the same: it neither ends a cell of a table nor becomes a link or a tag.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '|' | '<' | '&' | '[' | ']' | '`' | '*') {
            plain.push('\\');
        }
        plain.push(c);
    }
    plain
}

/// A section of a page, from its heading to the next.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let start = page.find(heading).unwrap_or(page.len());
    let rest = &page[start..];
    let end = rest.get(3..).and_then(|rest| rest.find("\n## ")).map_or(rest.len(), |end| end + 4);
    &rest[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_purpose_ends_no_cell_and_becomes_no_tag() {
        assert_eq!(plain("benchmarking, a_b"), "benchmarking, a_b");
        assert_eq!(plain("a|b <img> [x](y)"), "a\\|b \\<img> \\[x\\](y)");
    }

    #[test]
    fn the_sections_that_the_report_takes_over_are_there() {
        for heading in ["## What it promises", "## What it does not promise", "## What attacks achieve"] {
            let section = section(PROTECTION, heading);
            assert!(section.starts_with(heading) && section.lines().count() > 5, "{heading}: {section}");
            assert_eq!(section.matches("\n## ").count(), 0, "{heading}");
        }
    }
}
