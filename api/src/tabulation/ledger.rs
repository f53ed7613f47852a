//! The ledger of the budget: new tabulations are charged before they are answered, and what is used up is not answered.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use disclosure::{POOL_TABULATIONS, Tier};
use quick_cache::sync::Cache;

use crate::{
    domain::{Bill, Charge, Shortfall, Verdict},
    store::{self, Debit, Identity, Store, Till},
};

use super::{Admitted, Bought, Dataset, TablePlan};

/// How many tabulations are remembered as open, a few hundred bytes each.
const REMEMBERED: usize = 100_000;

/// Who may pay: charges go to the database, and what was opened once is remembered, for entries are never taken back and what
/// anybody opened is free for everybody.
pub struct Ledger {
    store: Store,
    till: Till,
    open: Cache<Charge, ()>,
    /// The database that what is remembered was charged to, and how many came before it.
    charged_to: Mutex<(Option<Identity>, u64)>,
}

/// A plan that is paid for, with what the budget refused inside it. [`Ledger::pay`] alone makes one, from the plan's own bill,
/// so nothing can be counted that was not charged or found to be free:
///
/// ```compile_fail
/// # use api::{datasets::{Outcomes, outcomes::Plan}, release::Snapshot, tabulation::Dataset};
/// fn free_of_charge(plan: Plan, release: &Snapshot) {
///     Outcomes::count(&[plan], release, None);
/// }
/// ```
///
/// ```compile_fail
/// # use api::{datasets::outcomes::Plan, tabulation::Paid};
/// fn forged(plan: Plan) -> Paid<Plan> {
///     Paid { plan, refused: Vec::new() }
/// }
/// ```
pub struct Paid<P> {
    plan: P,
    refused: Vec<bool>,
}

/// What a question would cost now. Nothing is charged.
pub struct Quote {
    refused: Vec<bool>,
    pub(super) new: usize,
}

/// Why a question is not paid for.
#[derive(Debug, thiserror::Error)]
pub enum PayError {
    /// The organisation is gone.
    #[error("your organisation is not known any more")]
    UnknownOrganisation,
    /// Every part of the table is refused.
    #[error("{0}")]
    Exhausted(String),
    /// It cannot be charged: then it must not be answered.
    #[error("the budget cannot be charged at present; standard tables and what was asked before are answered")]
    Unavailable,
}

impl<P> Paid<P> {
    /// The plan.
    pub fn plan(&self) -> &P {
        &self.plan
    }

    /// Whether the budget refuses a part of the plan's bill. Where it refuses none, `part` is not looked for.
    pub fn is_refused(&self, part: impl FnOnce(&P) -> usize) -> bool {
        !self.refused.is_empty() && is_refused(&self.refused, part(&self.plan))
    }

    /// The plan, when it is counted.
    pub(super) fn into_plan(self) -> P {
        self.plan
    }
}

impl Quote {
    /// Whether the budget would refuse a part of the bill.
    pub fn is_refused(&self, part: usize) -> bool {
        is_refused(&self.refused, part)
    }
}

/// Nothing is refused of what is not on the list.
fn is_refused(refused: &[bool], part: usize) -> bool {
    refused.get(part).copied().unwrap_or_default()
}

impl Ledger {
    /// A ledger that nothing is known of yet.
    pub fn new(store: Store) -> Self {
        Self { till: Till::new(store.clone()), store, open: Cache::new(REMEMBERED), charged_to: Mutex::default() }
    }

    /// Learns which database is charged now. Of another one than before, such as a standby that took over, it is not known that
    /// it holds what this process remembers: that is forgotten, and so charged again where it is missing. Tells whether it is
    /// another one.
    pub fn notice(&self, identity: Option<Identity>) -> bool {
        let mut charged_to = self.charged_to();
        let another = charged_to.0.is_some() && charged_to.0 != identity;
        charged_to.0 = identity;
        if another {
            charged_to.1 += 1;
            self.open.clear();
        }
        another
    }

    fn charged_to(&self) -> MutexGuard<'_, (Option<Identity>, u64)> {
        self.charged_to.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Charges an organisation's question before it is answered. What anybody opened before is free, and needs no database where
    /// this process remembers it; so is a question with nothing on its bill.
    ///
    /// # Errors
    /// [`PayError`]; the question must not be answered then.
    pub async fn pay<D: Dataset>(
        &self,
        admitted: Admitted<D>,
        organisation: Option<i64>,
        now: DateTime<Utc>,
    ) -> Result<Bought<D>, PayError> {
        let tier = admitted.plan().scope().tier();
        let charged = self.charge(organisation, tier, &admitted.bill, now).await?;
        let is_charged = charged.is_some();
        let refused = charged.unwrap_or_default();
        let Admitted { snapshot, grant, tables, bill } = admitted;
        let mut rest = refused.as_slice();
        let paid = tables.into_iter().map(|(plan, parts)| {
            let (own, others) = rest.split_at(parts.min(rest.len()));
            rest = others;
            Paid { plan, refused: own.to_vec() }
        });
        Ok(Bought { tables: paid.collect(), snapshot, grant, charges: bill.charges.len(), is_charged })
    }

    /// Per part of a bill, whether it is refused, as the database says; none where it need not be asked, and nothing is refused.
    async fn charge(
        &self,
        organisation: Option<i64>,
        tier: Tier,
        bill: &Bill,
        now: DateTime<Utc>,
    ) -> Result<Option<Vec<bool>>, PayError> {
        if bill.charges.is_empty() {
            return Ok(None);
        }
        let organisation = organisation.ok_or(PayError::UnknownOrganisation)?;
        if bill.charges.iter().all(|charge| self.open.get(charge).is_some()) {
            return Ok(None);
        }
        let before = self.charged_to().1;
        let debit = Debit { organisation, tier, bill: bill.clone(), at: now };
        let verdicts = self.till.debit(debit).await.map_err(|error| {
            // That the database is away is logged once, and not with every question.
            if !matches!(error, store::Error::Away(_)) {
                tracing::error!(%error, "a question could not be charged");
            }
            PayError::Unavailable
        })?;
        let charged_to = self.charged_to();
        for (part, verdict) in bill.parts.iter().zip(&verdicts) {
            if verdict.is_ok() && charged_to.1 == before {
                part.iter().for_each(|&charge| self.open.insert(bill.charges[charge].clone(), ()));
            }
        }
        drop(charged_to);
        match exhausted(&verdicts) {
            Some(shortfall) => Err(PayError::Exhausted(wording(&bill.charges[shortfall.charge], shortfall, tier))),
            None => Ok(Some(verdicts.iter().map(Result::is_err).collect())),
        }
    }

    /// Which parts of a question's own table would be refused now, and how many new tabulations everything would take.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn quote<D: Dataset>(
        &self,
        admitted: &Admitted<D>,
        organisation: Option<i64>,
    ) -> Result<Quote, store::Error> {
        let bill = &admitted.bill;
        let Some(organisation) = organisation.filter(|_| !bill.charges.is_empty()) else {
            return Ok(Quote { refused: Vec::new(), new: 0 });
        };
        let (verdicts, new) = self.store.quote(organisation, admitted.plan().scope().tier(), bill).await?;
        let own = admitted.tables[0].1;
        Ok(Quote { refused: verdicts.iter().take(own).map(Result::is_err).collect(), new })
    }
}

/// The first shortfall, where no part is granted.
fn exhausted(verdicts: &[Verdict]) -> Option<Shortfall> {
    let shortfalls: Option<Vec<Shortfall>> = verdicts.iter().map(|verdict| verdict.err()).collect();
    shortfalls?.first().copied()
}

fn wording(charge: &Charge, shortfall: Shortfall, tier: Tier) -> String {
    let measure = &charge.measure;
    let used = if shortfall.of_pool {
        format!(
            "no new tabulation about `{measure}` is left: all organisations together may open {POOL_TABULATIONS} different \
             ones per measure"
        )
    } else {
        let limit = tier.rules().new_tabulations.unwrap_or_default();
        format!(
            "your budget about `{measure}` is used up: the tier {} lets an organisation open {limit} different tabulations \
             per measure, for all periods",
            tier.as_str().to_uppercase()
        )
    };
    format!(
        "{used}; what anybody opened before, standard tables (no breakdown, no filter, not mapped) and destinations without \
         bands stay free, and other measures have a budget of their own"
    )
}
