//! The budget: new tabulations are charged before they are answered, and what is used up is not answered.

use std::cmp::Reverse;

use disclosure::{POOL_TABULATIONS, Tier};
use quick_cache::sync::Cache;

use crate::{
    auth::Viewer,
    domain::{Bill, BudgetLine, Charge, Shortfall, Verdict},
};

use super::{Error, Reader};

/// The most lines of a budget that are told at once.
pub const MAX_BUDGET_LINES: u32 = 1_000;

/// How many charges are remembered as granted, a few hundred bytes each.
const REMEMBERED: usize = 100_000;

/// What is known to be granted: entries are never taken back, so a repeat needs no database.
pub(super) struct Granted(Cache<(i64, Tier, Charge), ()>);

/// Which parts of a table the budget does not pay for.
pub(super) struct Refused(Vec<bool>);

impl Default for Granted {
    fn default() -> Self {
        Self(Cache::new(REMEMBERED))
    }
}

impl Refused {
    /// Whether a part of the bill is refused.
    pub(super) fn part(&self, part: usize) -> bool {
        self.0.get(part).copied().unwrap_or_default()
    }
}

impl Reader {
    /// Charges an organisation's question at a tier before it is answered. What was charged before is free, and needs no database where this
    /// process remembers it.
    ///
    /// # Errors
    /// [`Error::BudgetExhausted`] when every part of the table is refused, [`Error::Unavailable`] when it cannot be
    /// charged: then it must not be answered.
    pub(super) async fn charge(&self, organisation: &str, tier: Tier, bill: &Bill) -> Result<Refused, Error> {
        let none = Refused(Vec::new());
        if bill.charges.is_empty() {
            return Ok(none);
        }
        let organisation = self
            .session
            .directory()
            .organisation(organisation)
            .ok_or_else(|| Error::Forbidden("your organisation is not known any more".to_owned()))?
            .id;
        let key = |charge: &Charge| (organisation, tier, charge.clone());
        if bill.charges.iter().all(|charge| self.exchange.granted.0.get(&key(charge)).is_some()) {
            return Ok(none);
        }
        let verdicts =
            self.exchange.store().debit(organisation, tier, bill, self.exchange.now()).await.map_err(|error| {
                tracing::error!(%error, "a question could not be charged");
                Error::Unavailable(
                    "the budget cannot be charged at present; standard tables and what was asked before are answered"
                        .to_owned(),
                )
            })?;
        for (part, verdict) in bill.parts.iter().zip(&verdicts) {
            if verdict.is_ok() {
                part.iter().for_each(|&charge| self.exchange.granted.0.insert(key(&bill.charges[charge]), ()));
            }
        }
        match exhausted(&verdicts) {
            Some(shortfall) => Err(Error::BudgetExhausted(wording(&bill.charges[shortfall.charge], shortfall, tier))),
            None => Ok(Refused(verdicts.iter().map(Result::is_err).collect())),
        }
    }

    /// Which parts of a bill would be refused now, and how many new tabulations it would take; nothing is charged.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn quote(&self, organisation: &str, tier: Tier, bill: &Bill) -> Result<(Refused, usize), Error> {
        let organisation = self.session.directory().organisation(organisation);
        let Some(organisation) = organisation.filter(|_| !bill.charges.is_empty()) else {
            return Ok((Refused(Vec::new()), 0));
        };
        let (verdicts, new) = self.exchange.store().quote(organisation.id, tier, bill).await?;
        Ok((Refused(verdicts.iter().map(Result::is_err).collect()), new))
    }

    /// What the viewer's organisation has used of its budget, newest period first, then by tier and measure; about one measure
    /// or one period where they are given; at most [`MAX_BUDGET_LINES`]. Empty for an anonymous viewer.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn budget(&self, measure: Option<&str>, period: Option<&str>) -> Result<Vec<BudgetLine>, Error> {
        let Viewer::Partner(partner) = self.viewer() else { return Ok(Vec::new()) };
        let organisation = self.session.directory().organisation(partner.organisation());
        let Some(organisation) = organisation else { return Ok(Vec::new()) };
        let mut lines = self.exchange.store().budget(organisation.id, measure, period, MAX_BUDGET_LINES).await?;
        lines.sort_by_cached_key(|line| {
            let (framework, number) = line.measure.split_once('/').unwrap_or((&line.measure, "0"));
            (Reverse(line.period.clone()), line.tier, framework.to_owned(), number.parse::<u32>().unwrap_or_default())
        });
        Ok(lines)
    }
}

/// The first shortfall, where no part is granted.
fn exhausted(verdicts: &[Verdict]) -> Option<Shortfall> {
    let shortfalls: Option<Vec<Shortfall>> = verdicts.iter().map(|verdict| verdict.err()).collect();
    shortfalls?.first().copied()
}

fn wording(charge: &Charge, shortfall: Shortfall, tier: Tier) -> String {
    let Charge { measure, period, .. } = charge;
    let used = if shortfall.of_pool {
        format!(
            "no new tabulation about `{measure}` in {period} is left: all organisations together may have \
             {POOL_TABULATIONS} different ones per measure and period"
        )
    } else {
        let limit = tier.rules().new_tabulations.unwrap_or_default();
        format!(
            "your budget about `{measure}` in {period} is used up: the tier {} gives an organisation {limit} different \
             tabulations per measure and period",
            tier.as_str().to_uppercase()
        )
    };
    format!(
        "{used}; what you asked before, standard tables (no breakdown, no filter, not mapped) and destinations without bands \
         stay free, and other measures and periods have a budget of their own"
    )
}
