//! What the audit writes at once: a group of entries, one link of a chain.

use std::collections::{BTreeMap, btree_map::Entry};

use chrono::{DateTime, Utc};
use hmac::Mac;

use super::{
    AuditEntry, AuditHead, AuditKind, AuditRecord, AuditSum,
    audit::{mac, update},
};

/// Entries that are written together: one link of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditGroup {
    /// Its chain.
    pub chain: String,
    /// The place of its first entry in the chain, from 1.
    pub first: i64,
    /// The place of its last.
    pub last: i64,
    /// The time of its earliest entry, UTC.
    pub from: DateTime<Utc>,
    /// The time of its latest, UTC.
    pub until: DateTime<Utc>,
    /// Its entries, each a [line](AuditLines).
    pub lines: String,
    /// The hash over all of it and the hash before it, hexadecimal.
    pub hash: String,
}

/// Why the entries of a group cannot be read: it is not as it was written.
#[derive(Debug, thiserror::Error)]
pub enum Illegible {
    /// A line is none.
    #[error("a line of the audit is not as it was written: {0}")]
    Line(#[from] serde_json::Error),
    /// Its entries are more or fewer than their places, or their time is none.
    #[error("a group of the audit is not as it was written")]
    Group,
}

impl AuditGroup {
    /// The hash that it must have after the one before it; empty before the first.
    pub fn link(&self, key: &[u8; 32], before: &str) -> String {
        let mut mac = mac(key, "group");
        for text in [before, &self.chain, &self.lines] {
            update(&mut mac, text);
        }
        for number in [self.first, self.last, self.from.timestamp_millis(), self.until.timestamp_millis()] {
            mac.update(&number.to_be_bytes());
        }
        hex::encode(mac.finalize().into_bytes())
    }

    /// The end of its chain while nothing follows it.
    pub fn end(&self) -> AuditHead {
        AuditHead { chain: self.chain.clone(), number: self.last, hash: self.hash.clone() }
    }

    /// Its entries.
    ///
    /// # Errors
    /// When it is not as it was written.
    pub fn entries(&self) -> Result<Vec<AuditEntry>, Illegible> {
        let mut entries = Vec::new();
        for (number, line) in (self.first..).zip(self.lines.lines()) {
            let (kind, at, organisation, client, purpose, tier, dataset, question, release, cells, tabulations, times): Line<
                AuditKind,
                String,
            > = serde_json::from_str(line)?;
            let at = DateTime::from_timestamp_millis(at).ok_or(Illegible::Group)?;
            entries.push(AuditEntry {
                chain: self.chain.clone(),
                number,
                organisation,
                client,
                purpose,
                tier,
                dataset,
                release,
                cells,
                tabulations,
                times,
                ..AuditEntry::bare(kind, at, question)
            });
        }
        let places = usize::try_from(self.last - self.first + 1);
        if places == Ok(entries.len()) { Ok(entries) } else { Err(Illegible::Group) }
    }
}

/// A line of a group: kind, time in milliseconds, organisation, client, purpose, tier, dataset, question, release, cells, tabulations,
/// times.
type Line<Kind, Text> = (Kind, i64, Text, Text, Text, Text, Text, Text, i64, i64, i64, i64);

/// Entries that are in no chain yet, each a line: a JSON array.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditLines {
    text: String,
    count: i64,
    span: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

impl AuditLines {
    /// That a question was answered some times.
    ///
    /// # Errors
    /// Never, save for a fault of the library that writes JSON.
    pub fn question(
        kind: AuditKind,
        record: &AuditRecord,
        times: u64,
        at: DateTime<Utc>,
    ) -> Result<Self, serde_json::Error> {
        let AuditRecord { organisation, client, purpose, tier, dataset, release, question, cells, tabulations } =
            record;
        let whole = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let times = i64::try_from(times).unwrap_or(i64::MAX);
        let numbers = [(*release).into(), whole(*cells), whole(*tabulations), times];
        Self::line(kind, at, [organisation, client, purpose, tier.as_str(), dataset, question], numbers)
    }

    /// What a chain says of itself.
    ///
    /// # Errors
    /// As [`question`](Self::question).
    pub fn bare(kind: AuditKind, at: DateTime<Utc>, text: &str) -> Result<Self, serde_json::Error> {
        Self::line(kind, at, ["", "", "", "", "", text], [0; 4])
    }

    fn line(
        kind: AuditKind,
        at: DateTime<Utc>,
        [organisation, client, purpose, tier, dataset, question]: [&str; 6],
        [release, cells, tabulations, times]: [i64; 4],
    ) -> Result<Self, serde_json::Error> {
        let at = DateTime::from_timestamp_millis(at.timestamp_millis()).unwrap_or(at);
        let line: Line<&str, &str> = (
            kind.as_str(),
            at.timestamp_millis(),
            organisation,
            client,
            purpose,
            tier,
            dataset,
            question,
            release,
            cells,
            tabulations,
            times,
        );
        let mut text = serde_json::to_string(&line)?;
        text.push('\n');
        Ok(Self { text, count: 1, span: Some((at, at)) })
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Puts others behind them.
    pub fn append(&mut self, others: &Self) {
        self.text.push_str(&others.text);
        self.count += others.count;
        self.span = match (self.span, others.span) {
            (Some((from, until)), Some((others_from, others_until))) => {
                Some((from.min(others_from), until.max(others_until)))
            }
            (own, others) => own.or(others),
        };
    }

    /// The group that they are after a link of a chain; none where there are none.
    pub fn after(&self, head: &AuditHead, key: &[u8; 32]) -> Option<AuditGroup> {
        let (from, until) = self.span?;
        let mut group = AuditGroup {
            chain: head.chain.clone(),
            first: head.number + 1,
            last: head.number + self.count,
            from,
            until,
            lines: self.text.clone(),
            hash: String::new(),
        };
        group.hash = group.link(key, &head.hash);
        Some(group)
    }
}

/// A link of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditLink {
    /// An entry by itself: a change, and whatever was told before there were groups.
    Entry(Box<AuditEntry>),
    /// Entries that were written together.
    Group(AuditGroup),
}

impl AuditLink {
    /// The places of its first entry and of its last.
    pub fn places(&self) -> (i64, i64) {
        match self {
            Self::Entry(entry) => (entry.number, entry.number),
            Self::Group(group) => (group.first, group.last),
        }
    }

    /// Its hash, as it is kept.
    pub fn hash(&self) -> &str {
        match self {
            Self::Entry(entry) => &entry.hash,
            Self::Group(group) => &group.hash,
        }
    }

    /// The hash that it must have after the one before it; empty before the first.
    pub fn link(&self, key: &[u8; 32], before: &str) -> String {
        match self {
            Self::Entry(entry) => entry.link(key, before),
            Self::Group(group) => group.link(key, before),
        }
    }

    /// Its entries.
    ///
    /// # Errors
    /// When it is not as it was written.
    pub fn entries(self) -> Result<Vec<AuditEntry>, Illegible> {
        match self {
            Self::Entry(entry) => Ok(vec![*entry]),
            Self::Group(group) => group.entries(),
        }
    }
}

/// Questions that were answered, each once.
#[derive(Debug, Default)]
pub struct AuditSums(BTreeMap<[String; 5], AuditSum>);

impl AuditSums {
    /// Adds what was told of a question to what is known of it.
    pub fn add(&mut self, told: AuditSum) {
        let texts = [&told.organisation, &told.purpose, &told.tier, &told.dataset, &told.question];
        match self.0.entry(texts.map(Clone::clone)) {
            Entry::Vacant(free) => {
                free.insert(told);
            }
            Entry::Occupied(mut known) => {
                let known = known.get_mut();
                known.tabulations = known.tabulations.max(told.tabulations);
                known.times += told.times;
                known.first = known.first.min(told.first);
                known.last = known.last.max(told.last);
            }
        }
    }

    /// Adds what a group tells of questions since a time.
    ///
    /// # Errors
    /// When the group is not as it was written.
    pub fn add_group(&mut self, group: &AuditGroup, since: DateTime<Utc>) -> Result<(), Illegible> {
        let asked =
            |entry: &AuditEntry| matches!(entry.kind, AuditKind::Question | AuditKind::Repeat) && entry.at >= since;
        group.entries()?.into_iter().filter(asked).for_each(|entry| self.add(entry.into()));
        Ok(())
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// In the order of organisation, purpose, tier, dataset and question.
    pub fn into_vec(self) -> Vec<AuditSum> {
        self.0.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use disclosure::Tier;

    use super::*;

    const KEY: [u8; 32] = [7; 32];

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn group() -> AuditGroup {
        let record = AuditRecord {
            organisation: "LEP".into(),
            client: "c".into(),
            purpose: "a \"purpose\"\nof two lines".into(),
            tier: Tier::Regional,
            dataset: "outcomes",
            release: 3,
            question: r#"{"areas":["E12000001"]}"#.into(),
            cells: 8,
            tabulations: 1,
        };
        let mut lines = AuditLines::bare(AuditKind::Start, time("2026-11-24T10:00:01Z"), "").unwrap();
        for (kind, times, at) in [
            (AuditKind::Question, 1, "2026-11-24T10:00:02.123456Z"),
            (AuditKind::Repeat, 7, "2026-11-24T09:59:59.999Z"),
        ] {
            lines.append(&AuditLines::question(kind, &record, times, time(at)).unwrap());
        }
        lines.after(&AuditHead { chain: "x".into(), number: 4, hash: "before".into() }, &KEY).unwrap()
    }

    #[test]
    fn entries_come_back_from_a_group_as_they_went_in() {
        let group = group();
        assert_eq!((group.first, group.last, group.lines.lines().count()), (5, 7, 3));
        assert_eq!((group.from, group.until), (time("2026-11-24T09:59:59.999Z"), time("2026-11-24T10:00:02.123Z")));
        let entries = group.entries().unwrap();
        let told = |entry: &AuditEntry| (entry.number, entry.kind, entry.times, entry.at);
        assert_eq!(
            entries.iter().map(told).collect::<Vec<_>>(),
            [
                (5, AuditKind::Start, 0, time("2026-11-24T10:00:01Z")),
                (6, AuditKind::Question, 1, time("2026-11-24T10:00:02.123Z")),
                (7, AuditKind::Repeat, 7, time("2026-11-24T09:59:59.999Z")),
            ]
        );
        let last = entries.last().unwrap();
        assert_eq!((&*last.chain, &*last.organisation, &*last.client), ("x", "LEP", "c"));
        assert_eq!(
            (&*last.purpose, &*last.tier, &*last.dataset),
            ("a \"purpose\"\nof two lines", "regional", "outcomes")
        );
        assert_eq!((last.release, last.cells, last.tabulations), (3, 8, 1));
        assert_eq!(last.question, r#"{"areas":["E12000001"]}"#);
        assert!(
            AuditLines::default()
                .after(&AuditHead { chain: "x".into(), number: 4, hash: String::new() }, &KEY)
                .is_none()
        );
    }

    #[test]
    fn whatever_is_changed_in_a_group_changes_its_link() {
        let group = group();
        assert_eq!(group.link(&KEY, "before"), group.hash);
        let changed = |change: fn(&mut AuditGroup)| {
            let mut changed = group.clone();
            change(&mut changed);
            changed.link(&KEY, "before")
        };
        for link in [
            group.link(&[8; 32], "before"),
            group.link(&KEY, "other"),
            changed(|group| group.chain = "y".into()),
            changed(|group| group.first = 4),
            changed(|group| group.last = 8),
            changed(|group| group.from += chrono::TimeDelta::milliseconds(1)),
            changed(|group| group.until += chrono::TimeDelta::milliseconds(1)),
            changed(|group| group.lines = group.lines.replace("LEP", "HUB")),
            changed(|group| group.lines.truncate(group.lines.len() - 1)),
        ] {
            assert_ne!(link, group.hash);
        }
    }

    #[test]
    fn a_group_that_is_not_as_it_was_written_is_not_read() {
        let group = group();
        let changed = |change: fn(&mut AuditGroup)| {
            let mut changed = group.clone();
            change(&mut changed);
            changed.entries().is_err()
        };
        assert!(changed(|group| group.last = 8));
        assert!(changed(|group| group.lines = group.lines.replace("question", "answer")));
        assert!(changed(|group| group.lines.push_str("x\n")));
        assert!(changed(|group| group.lines.clear()));
    }
}
