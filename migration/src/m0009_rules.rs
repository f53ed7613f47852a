//! What rows must keep, held by the database: references, limits, closed lists and dates in order.

use sea_orm_migration::prelude::*;

use crate::rule::{self, Rule};

/// What rows must keep, held by the database: references, limits, closed lists and dates in order.
pub(crate) struct Migration;

/// The tables that get rules, and those that refer to them, parents before children.
const TABLES: [&str; 11] = [
    "organisation",
    "agreement",
    "agreement_purpose",
    "agreement_dimension",
    "institution",
    "submission",
    "result",
    "benchmark_score",
    "destination_count",
    "release",
    "budget_entry",
];

/// The dictionary codes of a result's attributes are kept in a byte.
const ATTRIBUTES: [&str; 5] = ["phase", "type", "disadvantage", "size", "setting"];

/// The academic years that there are, by the year in which they start.
const YEARS: (i64, i64) = (1990, 2098);

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0009_rules"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let rules = rules();
        rule::check(manager, &rules).await?;
        rule::add(manager, &TABLES, &rules).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rule::remove(manager, &TABLES, &rules()).await
    }
}

fn rules() -> Vec<Rule> {
    let (first, last) = YEARS;
    let digest = |table| Rule::check(table, "checksum", "a SHA-256 of 64 digits", "LENGTH(checksum) = 64");
    let earlier = |table| Rule::check(table, "supersedes", "the id of an earlier row", "supersedes < id");
    let period = format!(
        "LENGTH(period) = 8 AND SUBSTR(period, 1, 4) BETWEEN '{first}' AND '{last}' AND SUBSTR(period, 7, 1) = 'T' \
         AND SUBSTR(period, 8, 1) IN ('1', '2', '3')"
    );
    let in_order = "valid_until IS NULL OR valid_from <= valid_until";
    let mut rules = vec![
        Rule::not_blank("organisation", "code"),
        Rule::not_blank("organisation", "name"),
        Rule::one_of("organisation", "kind", &["hub", "lep", "authority", "national", "partner"]),
        Rule::one_of("agreement", "tier", &["regional", "international"]),
        Rule::check("agreement", "valid_until", "no day before `valid_from`", in_order),
        Rule::not_blank("agreement_purpose", "purpose"),
        Rule::bytes("institution", "pseudonym", 32),
        Rule::not_blank("institution", "scheme"),
        digest("submission"),
        Rule::not_negative("submission", "rows"),
        Rule::not_negative("submission", "results"),
        Rule::not_negative("submission", "scores"),
        Rule::check("result", "period", "a period such as 202324T1", period),
        Rule::not_blank("result", "terms_version"),
        Rule::refers("result", "local_authority_id", "area"),
        Rule::refers("result", "hub_id", "area"),
        earlier("result"),
        Rule::between("benchmark_score", "benchmark", 1, 255),
        Rule::between("benchmark_score", "score", 0, 100),
        Rule::between("destination_count", "cohort_year", first, last),
        Rule::between("destination_count", "stage", 1, 2),
        Rule::between("destination_count", "category", 1, 5),
        Rule::not_negative("destination_count", "students"),
        earlier("destination_count"),
        digest("release"),
        Rule::check("release", "number", "a number from 1", "number >= 1"),
        Rule::not_negative("release", "last_result"),
        Rule::not_negative("release", "last_destination"),
        Rule::one_of("budget_entry", "tier", &["own", "regional", "international"]),
        Rule::not_blank("budget_entry", "measure"),
        Rule::not_blank("budget_entry", "period"),
        Rule::not_negative("budget_entry", "cost"),
    ];
    rules.extend(ATTRIBUTES.map(|column| Rule::between("result", column, 0, 255)));
    rules
}
