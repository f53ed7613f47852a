//! The audit is verified link by link, handed out, and cut where its time is over.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Duration, Utc};

use crate::domain::{AuditChain, AuditCut, AuditEntry, AuditHead, AuditKind};

use super::{Error, Operator};

/// How many links are read at once at the most.
const PAGE: u64 = 5_000;

/// What was found of the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verified {
    /// Every link holds.
    Whole {
        /// How many chains there are.
        chains: usize,
        /// How many entries they have together.
        entries: u64,
        /// How many entries were dropped, their time being over.
        dropped: u64,
        /// How far each chain has come: kept elsewhere, they show later that nothing of it was taken away.
        heads: Vec<AuditHead>,
    },
    /// One does not.
    Broken {
        /// The chain.
        chain: String,
        /// The place of the entry, the first of those that were written together.
        number: i64,
        /// What is wrong with it.
        why: String,
    },
}

/// What the links that were seen so far tell of others.
#[derive(Default)]
struct Seen {
    entries: u64,
    heads: Vec<AuditHead>,
    /// What chains bear witness of: the chain, the entry and its hash, and who says so.
    witnessed: HashMap<(String, i64), (String, String, i64)>,
}

impl Operator<'_> {
    /// Follows every chain of the audit from its first entry to its last, and looks up what they bear witness of, and what was kept
    /// elsewhere of an earlier look. Only reads.
    ///
    /// # Errors
    /// When the database fails. A broken link is none.
    pub async fn verify_audit(&self, kept: &[AuditHead]) -> Result<Verified, Error> {
        loop {
            let named = self.0.store().audit_named_chains().await?;
            let chains = self.0.store().audit_chains().await?;
            let found = self.verify(named, &chains, kept).await?;
            // What is cut while it is read looks as if it were missing.
            let cut = matches!(found, Verified::Broken { .. }) && self.0.store().audit_chains().await? != chains;
            if !cut {
                return Ok(found);
            }
        }
    }

    async fn verify(&self, named: Vec<String>, chains: &[AuditChain], kept: &[AuditHead]) -> Result<Verified, Error> {
        let known: HashSet<&str> = chains.iter().map(|chain| chain.chain.as_str()).collect();
        for named in named {
            if !known.contains(named.as_str()) {
                return Ok(broken(&named, 1, "its chain is not listed: it was taken away"));
            }
        }
        for head in kept {
            if !known.contains(head.chain.as_str()) {
                return Ok(broken(
                    &head.chain,
                    head.number,
                    "its chain is not there any more, which was there when it was kept",
                ));
            }
        }
        let mut seen = Seen::default();
        for chain in chains {
            if let Some(broken) = self.follow(chain, &mut seen).await? {
                return Ok(broken);
            }
        }
        let mut witnessed: Vec<_> = seen.witnessed.into_iter().collect();
        witnessed.sort_unstable();
        for ((of, number), (hash, by, place)) in witnessed {
            let cut = chains.iter().find(|chain| chain.chain == of).map_or(0, |chain| chain.cut.number);
            if number <= cut {
                continue;
            }
            if !self.is_there(&of, number, &hash).await? {
                let why =
                    format!("it is not there any more as the chain {by} bears witness of it in its entry {place}");
                return Ok(broken(&of, number, &why));
            }
        }
        for AuditHead { chain, number, hash } in kept {
            let cut = chains.iter().find(|known| known.chain == *chain).map_or(0, |chain| chain.cut.number);
            if *number > cut && !self.is_there(chain, *number, hash).await? {
                return Ok(broken(chain, *number, "it is not there any more as it was kept"));
            }
        }
        let dropped = chains.iter().map(|chain| chain.cut.number.unsigned_abs()).sum();
        Ok(Verified::Whole { chains: chains.len(), entries: seen.entries, dropped, heads: seen.heads })
    }

    /// Whether a link that ends with an entry is there, with its hash.
    async fn is_there(&self, chain: &str, number: i64, hash: &str) -> Result<bool, Error> {
        let there = self.0.store().audit_links(chain, number - 1, 1).await?;
        Ok(there.first().is_some_and(|link| link.places().1 == number && link.hash() == hash))
    }

    /// Follows one chain. Tells of the first link that does not hold.
    async fn follow(&self, chain: &AuditChain, seen: &mut Seen) -> Result<Option<Verified>, Error> {
        let key = self.0.secret().audit_key();
        let AuditCut { number, hash, seal } = &chain.cut;
        if *number > 0 && *seal != AuditCut::seal(&key, &chain.chain, *number, hash) {
            return Ok(Some(broken(&chain.chain, *number, "the service did not drop the entries up to it")));
        }
        let (mut last, mut before) = (*number, hash.clone());
        loop {
            let page = self.0.store().audit_links(&chain.chain, last, PAGE).await?;
            if page.is_empty() {
                // The last link of a chain is never dropped.
                if last == *number {
                    return Ok(Some(broken(&chain.chain, last + 1, "its chain has no entry any more")));
                }
                seen.heads.push(AuditHead { chain: chain.chain.clone(), number: last, hash: before });
                return Ok(None);
            }
            for link in page {
                let (first, end) = link.places();
                if first != last + 1 {
                    let why = format!("it is missing: entry {first} follows entry {last}");
                    return Ok(Some(broken(&chain.chain, last + 1, &why)));
                }
                let hash = link.link(&key, &before);
                let entries = (hash == link.hash()).then(|| link.entries().ok()).flatten();
                let Some(entries) = entries else {
                    let with =
                        if first == end { "it" } else { &format!("it, or one up to {end} that was written with it") };
                    let why = format!("{with}, or what came before it, is not as it was written");
                    return Ok(Some(broken(&chain.chain, first, &why)));
                };
                entries.iter().for_each(|entry| seen.take(entry));
                (last, before) = (end, hash);
            }
        }
    }

    /// Hands every entry that tells of a question or a change over, in the order of the chains: those from a time on, before another,
    /// of one organisation, where they are given. A change is also of those that it concerns.
    ///
    /// # Errors
    /// When the database fails, an entry is not as it was written, or the one who takes them fails.
    pub async fn each_audited<E: From<Error>>(
        &self,
        since: Option<DateTime<Utc>>,
        until: Option<DateTime<Utc>>,
        organisation: Option<&str>,
        mut take: impl FnMut(&AuditEntry) -> Result<(), E>,
    ) -> Result<(), E> {
        let wanted = |entry: &AuditEntry| {
            matches!(entry.kind, AuditKind::Question | AuditKind::Repeat | AuditKind::Change)
                && since.is_none_or(|since| entry.at >= since)
                && until.is_none_or(|until| entry.at < until)
                && organisation
                    .is_none_or(|code| entry.organisation == code || entry.concerned().any(|one| one == code))
        };
        for chain in self.0.store().audit_chains().await.map_err(Error::from)? {
            let mut last = 0;
            loop {
                let page = self.0.store().audit_links(&chain.chain, last, PAGE).await.map_err(Error::from)?;
                let Some(end) = page.last() else { break };
                last = end.places().1;
                for link in page {
                    let entries = link.entries().map_err(|why| Error::Internal(why.into()))?;
                    entries.iter().filter(|entry| wanted(entry)).try_for_each(&mut take)?;
                }
            }
        }
        Ok(())
    }

    /// Drops entries that are older than so many days, and keeps of each chain what shows that the rest follows them. The last
    /// entry of a chain stays. Returns how many it dropped.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn cut_audit(&self, days: u16) -> Result<u64, Error> {
        let (store, key) = (self.0.store(), self.0.secret().audit_key());
        let mut dropped = 0;
        for past in store.audit_past(self.0.now() - Duration::days(days.into())).await? {
            let seal = AuditCut::seal(&key, &past.chain, past.number, &past.hash);
            dropped += store.cut_audit(&past.chain, &AuditCut { number: past.number, hash: past.hash, seal }).await?;
        }
        Ok(dropped)
    }
}

impl Seen {
    fn take(&mut self, entry: &AuditEntry) {
        self.entries += 1;
        if entry.kind == AuditKind::Witness {
            let mut words = entry.question.split(' ');
            if let (Some(chain), Some(Ok(number)), Some(hash)) =
                (words.next(), words.next().map(str::parse), words.next())
            {
                let by = (hash.to_owned(), entry.chain.clone(), entry.number);
                self.witnessed.insert((chain.to_owned(), number), by);
            }
        }
    }
}

fn broken(chain: &str, number: i64, why: &str) -> Verified {
    Verified::Broken { chain: chain.to_owned(), number, why: why.to_owned() }
}
