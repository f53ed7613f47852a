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
            match self.follow(chain, i64::MAX, &mut |entry| seen.take(entry)).await? {
                Ok(head) => seen.heads.push(head),
                Err(broken) => return Ok(broken),
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

    /// Follows one chain to its end, or past the link with a place, and hands its entries over. Tells how far it came, or of the first
    /// link that does not hold.
    async fn follow(
        &self,
        chain: &AuditChain,
        until: i64,
        take: &mut impl FnMut(&AuditEntry),
    ) -> Result<Result<AuditHead, Verified>, Error> {
        let key = self.0.secret().audit_key();
        let AuditCut { number, hash, seal } = &chain.cut;
        if *number > 0 && *seal != AuditCut::seal(&key, &chain.chain, *number, hash) {
            return Ok(Err(broken(&chain.chain, *number, "the service did not drop the entries up to it")));
        }
        let (mut last, mut before) = (*number, hash.clone());
        loop {
            let page = self.0.store().audit_links(&chain.chain, last, PAGE).await?;
            // The last link of a chain is never dropped.
            if page.is_empty() && last == *number {
                return Ok(Err(broken(&chain.chain, last + 1, "its chain has no entry any more")));
            }
            let ended = page.is_empty();
            for link in page {
                if last >= until {
                    break;
                }
                let (first, end) = link.places();
                if first != last + 1 {
                    let why = format!("it is missing: entry {first} follows entry {last}");
                    return Ok(Err(broken(&chain.chain, last + 1, &why)));
                }
                let hash = link.link(&key, &before);
                let entries = (hash == link.hash()).then(|| link.entries().ok()).flatten();
                let Some(entries) = entries else {
                    let with =
                        if first == end { "it" } else { &format!("it, or one up to {end} that was written with it") };
                    let why = format!("{with}, or what came before it, is not as it was written");
                    return Ok(Err(broken(&chain.chain, first, &why)));
                };
                entries.iter().for_each(&mut *take);
                (last, before) = (end, hash);
            }
            if ended || last >= until {
                return Ok(Ok(AuditHead { chain: chain.chain.clone(), number: last, hash: before }));
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
    /// entry of a chain stays. A chain of which they are not as they were written, or not as old as they were said to be, is left as it
    /// is: nobody who can write into the database has the service take away what they like. Returns how many it dropped.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn cut_audit(&self, days: u16) -> Result<u64, Error> {
        let (store, key) = (self.0.store(), self.0.secret().audit_key());
        let mut dropped = 0;
        let (before, chains) = (self.0.now() - Duration::days(days.into()), store.audit_chains().await?);
        for past in store.audit_past(before).await? {
            let Some(chain) = chains.iter().find(|chain| chain.chain == past.chain) else { continue };
            let mut newest = DateTime::<Utc>::MIN_UTC;
            let followed = self.follow(chain, past.number, &mut |entry| newest = newest.max(entry.at)).await?;
            if followed.as_ref() != Ok(&past) || newest >= before {
                // Another process may have dropped them meanwhile.
                if !store.audit_chains().await?.contains(chain) {
                    continue;
                }
                tracing::error!(
                    chain = past.chain,
                    "the audit does not hold, so nothing of a chain is dropped: `exchange audit verify` tells where"
                );
                continue;
            }
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
