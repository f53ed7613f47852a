//! The ledger of a budget: what was granted before, what is left, and so which parts of a bill are granted. Pure.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{
    Charge,
    charge::{Bill, Shortfall, Verdict},
};

/// What one organisation was granted at one tier, and what all organisations were granted together, as far as one bill needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    limit: usize,
    pool_limit: usize,
    own: HashMap<MeasurePeriod, HashSet<Arc<str>>>,
    pool: HashMap<MeasurePeriod, Pool>,
}

/// A measure and a period.
type MeasurePeriod = (Arc<str>, Arc<str>);

/// The tabulations of all organisations about one measure in one period.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Pool {
    size: usize,
    known: HashSet<Arc<str>>,
}

/// How a bill is settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// Per part of the bill, whether it is granted.
    pub verdicts: Vec<Verdict>,
    /// The entries to be written, so that what is granted now is not charged again.
    pub entries: Vec<Entry>,
}

/// A charge that is granted for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Its position in the bill.
    pub charge: usize,
    /// Whether no organisation was granted it before, so that it counts towards the limit of the pool.
    pub pooled: bool,
}

fn measure_period(charge: &Charge) -> MeasurePeriod {
    (charge.measure.clone(), charge.period.clone())
}

impl Ledger {
    /// An empty ledger. `limit` is the most tabulations of the organisation, and `pool_limit` of all organisations
    /// together, per measure and period.
    pub fn new(limit: u32, pool_limit: u32) -> Self {
        let size = |limit: u32| usize::try_from(limit).unwrap_or(usize::MAX);
        Self { limit: size(limit), pool_limit: size(pool_limit), own: HashMap::new(), pool: HashMap::new() }
    }

    /// The organisation was granted this before.
    pub fn add_own(&mut self, charge: &Charge) {
        self.own.entry(measure_period(charge)).or_default().insert(charge.tabulation.clone());
    }

    /// All organisations together were granted this many different tabulations about a measure in a period.
    pub fn set_pool_size(&mut self, measure: Arc<str>, period: Arc<str>, size: usize) {
        self.pool.entry((measure, period)).or_default().size = size;
    }

    /// Some organisation was granted this before. It is one of those that [`set_pool_size`](Self::set_pool_size) counts.
    pub fn add_pooled(&mut self, charge: &Charge) {
        self.pool.entry(measure_period(charge)).or_default().known.insert(charge.tabulation.clone());
    }

    /// Settles a bill part by part, in order. What was granted before costs nothing; a part is granted with all of its
    /// charges or not at all.
    pub fn settle(mut self, bill: &Bill) -> Settlement {
        let mut entries = Vec::new();
        let mut verdicts = Vec::with_capacity(bill.parts.len());
        for part in &bill.parts {
            let before = entries.len();
            let verdict = part.iter().try_for_each(|&position| {
                if let Some(pooled) = self.take(&bill.charges[position], position)? {
                    entries.push(Entry { charge: position, pooled });
                }
                Ok(())
            });
            if verdict.is_err() {
                for entry in entries.drain(before..) {
                    self.give_back(&bill.charges[entry.charge], entry.pooled);
                }
            }
            verdicts.push(verdict);
        }
        Settlement { verdicts, entries }
    }

    /// Takes a charge: `None` where it was granted before, else whether it is new to the pool.
    fn take(&mut self, charge: &Charge, position: usize) -> Result<Option<bool>, Shortfall> {
        let own = self.own.entry(measure_period(charge)).or_default();
        if own.contains(&charge.tabulation) {
            return Ok(None);
        }
        if own.len() >= self.limit {
            return Err(Shortfall { charge: position, of_pool: false });
        }
        let pool = self.pool.entry(measure_period(charge)).or_default();
        let pooled = !pool.known.contains(&charge.tabulation);
        if pooled {
            if pool.size >= self.pool_limit {
                return Err(Shortfall { charge: position, of_pool: true });
            }
            pool.size += 1;
            pool.known.insert(charge.tabulation.clone());
        }
        own.insert(charge.tabulation.clone());
        Ok(Some(pooled))
    }

    fn give_back(&mut self, charge: &Charge, pooled: bool) {
        self.own.entry(measure_period(charge)).or_default().remove(&charge.tabulation);
        if pooled {
            let pool = self.pool.entry(measure_period(charge)).or_default();
            pool.size -= 1;
            pool.known.remove(&charge.tabulation);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charge(measure: &str, tabulation: &str) -> Charge {
        Charge { measure: measure.into(), period: "202324T3".into(), tabulation: tabulation.into() }
    }

    /// Which parts are granted, and the positions of new entries with whether they are new to the pool.
    fn check(ledger: Ledger, bill: &Bill, granted: &[Verdict], entries: &[(usize, bool)]) {
        let settlement = ledger.settle(bill);
        assert_eq!(settlement.verdicts, granted);
        let found: Vec<(usize, bool)> = settlement.entries.iter().map(|entry| (entry.charge, entry.pooled)).collect();
        assert_eq!(found, entries);
    }

    const OWN: fn(usize) -> Verdict = |charge| Err(Shortfall { charge, of_pool: false });
    const POOL: fn(usize) -> Verdict = |charge| Err(Shortfall { charge, of_pool: true });

    #[test]
    fn what_was_granted_before_is_granted_without_a_new_entry() {
        let mut ledger = Ledger::new(1, 1);
        ledger.add_own(&charge("F/1", "LEP;PHASE=*"));
        ledger.set_pool_size("F/1".into(), "202324T3".into(), 1);
        ledger.add_pooled(&charge("F/1", "LEP;PHASE=*"));
        let bill = Bill { charges: vec![charge("F/1", "LEP;PHASE=*")], parts: vec![vec![0], vec![]] };
        check(ledger, &bill, &[Ok(()), Ok(())], &[]);
    }

    #[test]
    fn a_limit_ends_one_measure_and_not_another() {
        let mut ledger = Ledger::new(1, 9);
        ledger.add_own(&charge("F/1", "LEP;TYPE=*"));
        let bill = Bill {
            charges: vec![charge("F/1", "LEP;PHASE=*"), charge("F/2", "LEP;PHASE=*")],
            parts: vec![vec![0], vec![1]],
        };
        check(ledger, &bill, &[OWN(0), Ok(())], &[(1, true)]);
    }

    #[test]
    fn the_pool_counts_a_tabulation_once_for_all_organisations() {
        let bill = Bill {
            charges: vec![charge("F/1", "LEP;PHASE=*"), charge("F/1", "LEP;TYPE=*")],
            parts: vec![vec![0], vec![1]],
        };
        let mut ledger = Ledger::new(9, 1);
        ledger.set_pool_size("F/1".into(), "202324T3".into(), 1);
        ledger.add_pooled(&charge("F/1", "LEP;TYPE=*"));
        check(ledger, &bill, &[POOL(0), Ok(())], &[(1, false)]);
    }

    #[test]
    fn a_part_that_is_refused_is_charged_nothing_and_leaves_room_for_the_next() {
        let mut ledger = Ledger::new(1, 1);
        ledger.add_own(&charge("F/2", "LEP;TYPE=*"));
        let bill = Bill {
            charges: vec![charge("F/1", "LEP;PHASE=*"), charge("F/1", "LEP;TYPE=*"), charge("F/2", "LEP;PHASE=*")],
            parts: vec![vec![0, 2], vec![1], vec![0]],
        };
        check(ledger, &bill, &[OWN(2), Ok(()), OWN(0)], &[(1, true)]);
    }

    #[test]
    fn a_charge_that_two_parts_need_is_entered_once() {
        let bill = Bill { charges: vec![charge("F/1", "LEP;PHASE=*")], parts: vec![vec![0], vec![0]] };
        check(Ledger::new(1, 1), &bill, &[Ok(()), Ok(())], &[(0, true)]);
    }
}
