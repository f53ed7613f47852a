//! The ledger of a budget: what was opened before, what is left, and so which parts of a bill are granted. Pure.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{
    Charge,
    charge::{Bill, Shortfall, Verdict},
};

/// What one organisation opened at any tier, and what all organisations opened together, as far as one bill needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    limit: usize,
    pool_limit: usize,
    accounts: HashMap<Arc<str>, Account>,
}

/// The tabulations about one measure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Account {
    /// How many the organisation opened itself.
    own: usize,
    /// How many all organisations opened.
    all: usize,
    /// Those of the bill that somebody opened.
    open: HashSet<Arc<str>>,
}

/// How a bill is settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// Per part of the bill, whether it is granted.
    pub verdicts: Vec<Verdict>,
    /// The positions of the charges that are granted for the first time, each to be entered.
    pub entries: Vec<usize>,
}

impl Ledger {
    /// An empty ledger. `limit` is how many tabulations an organisation may open, and `pool_limit` how many all
    /// organisations together, per measure.
    pub fn new(limit: u32, pool_limit: u32) -> Self {
        let size = |limit: u32| usize::try_from(limit).unwrap_or(usize::MAX);
        Self { limit: size(limit), pool_limit: size(pool_limit), accounts: HashMap::new() }
    }

    /// About a measure the organisation opened `own` tabulations, and all organisations `all`.
    pub fn set_opened(&mut self, measure: Arc<str>, own: usize, all: usize) {
        let account = self.accounts.entry(measure).or_default();
        (account.own, account.all) = (own, all);
    }

    /// Some organisation opened this before. It is one of those that [`set_opened`](Self::set_opened) counts.
    pub fn add_open(&mut self, charge: &Charge) {
        self.accounts.entry(charge.measure.clone()).or_default().open.insert(charge.tabulation.clone());
    }

    /// Settles a bill part by part, in order. What anybody opened before costs nothing; a part is granted with all of its
    /// charges or not at all.
    pub fn settle(mut self, bill: &Bill) -> Settlement {
        let mut entries = Vec::new();
        let mut verdicts = Vec::with_capacity(bill.parts.len());
        for part in &bill.parts {
            let before = entries.len();
            let verdict = part.iter().try_for_each(|&position| {
                if self.open(&bill.charges[position], position)? {
                    entries.push(position);
                }
                Ok(())
            });
            if verdict.is_err() {
                for position in entries.drain(before..) {
                    self.close(&bill.charges[position]);
                }
            }
            verdicts.push(verdict);
        }
        Settlement { verdicts, entries }
    }

    /// Opens a tabulation. Tells whether nobody had opened it before.
    fn open(&mut self, charge: &Charge, position: usize) -> Result<bool, Shortfall> {
        let account = self.accounts.entry(charge.measure.clone()).or_default();
        if account.open.contains(&charge.tabulation) {
            return Ok(false);
        }
        if account.own >= self.limit || account.all >= self.pool_limit {
            return Err(Shortfall { charge: position, of_pool: account.own < self.limit });
        }
        account.own += 1;
        account.all += 1;
        account.open.insert(charge.tabulation.clone());
        Ok(true)
    }

    fn close(&mut self, charge: &Charge) {
        let account = self.accounts.entry(charge.measure.clone()).or_default();
        account.own -= 1;
        account.all -= 1;
        account.open.remove(&charge.tabulation);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charge(measure: &str, tabulation: &str) -> Charge {
        Charge { measure: measure.into(), tabulation: tabulation.into() }
    }

    /// Which parts are granted, and the positions of new entries.
    fn check(ledger: Ledger, bill: &Bill, granted: &[Verdict], entries: &[usize]) {
        let settlement = ledger.settle(bill);
        assert_eq!(settlement.verdicts, granted);
        assert_eq!(settlement.entries, entries);
    }

    const OWN: fn(usize) -> Verdict = |charge| Err(Shortfall { charge, of_pool: false });
    const POOL: fn(usize) -> Verdict = |charge| Err(Shortfall { charge, of_pool: true });

    #[test]
    fn what_anybody_opened_before_is_granted_without_a_new_entry() {
        let mut ledger = Ledger::new(1, 1);
        ledger.set_opened("F/1".into(), 0, 1);
        ledger.add_open(&charge("F/1", "LEP;PHASE=*"));
        let bill = Bill { charges: vec![charge("F/1", "LEP;PHASE=*")], parts: vec![vec![0], vec![]] };
        check(ledger, &bill, &[Ok(()), Ok(())], &[]);
    }

    #[test]
    fn what_was_opened_when_more_could_be_stays_open_and_nothing_new_is() {
        let mut ledger = Ledger::new(3, 10);
        ledger.set_opened("F/1".into(), 4, 13);
        ledger.add_open(&charge("F/1", "LEP;PHASE=*"));
        let bill = Bill {
            charges: vec![charge("F/1", "LEP;PHASE=*"), charge("F/1", "LEP;TYPE=*")],
            parts: vec![vec![0], vec![1]],
        };
        check(ledger, &bill, &[Ok(()), OWN(1)], &[]);
    }

    #[test]
    fn a_limit_ends_one_measure_and_not_another() {
        let mut ledger = Ledger::new(1, 9);
        ledger.set_opened("F/1".into(), 1, 1);
        let bill = Bill {
            charges: vec![charge("F/1", "LEP;PHASE=*"), charge("F/2", "LEP;PHASE=*")],
            parts: vec![vec![0], vec![1]],
        };
        check(ledger, &bill, &[OWN(0), Ok(())], &[1]);
    }

    #[test]
    fn a_tabulation_counts_once_for_all_organisations() {
        let bill = Bill {
            charges: vec![charge("F/1", "LEP;PHASE=*"), charge("F/1", "LEP;TYPE=*")],
            parts: vec![vec![0], vec![1]],
        };
        let mut ledger = Ledger::new(9, 1);
        ledger.set_opened("F/1".into(), 0, 1);
        ledger.add_open(&charge("F/1", "LEP;TYPE=*"));
        check(ledger, &bill, &[POOL(0), Ok(())], &[]);
    }

    #[test]
    fn a_part_that_is_refused_is_charged_nothing_and_leaves_room_for_the_next() {
        let mut ledger = Ledger::new(1, 1);
        ledger.set_opened("F/2".into(), 1, 1);
        let bill = Bill {
            charges: vec![charge("F/1", "LEP;PHASE=*"), charge("F/1", "LEP;TYPE=*"), charge("F/2", "LEP;PHASE=*")],
            parts: vec![vec![0, 2], vec![1], vec![0]],
        };
        check(ledger, &bill, &[OWN(2), Ok(()), OWN(0)], &[1]);
    }

    #[test]
    fn a_charge_that_two_parts_need_is_entered_once() {
        let bill = Bill { charges: vec![charge("F/1", "LEP;PHASE=*")], parts: vec![vec![0], vec![0]] };
        check(Ledger::new(1, 1), &bill, &[Ok(()), Ok(())], &[0]);
    }
}
