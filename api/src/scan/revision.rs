//! Which release each cell speaks for. A correction shows only together with enough others.
//!
//! # Guarantee
//!
//! The noise of a cell hangs on its set of institutions, so two releases with the same set and one corrected score would
//! differ by exactly that correction. Therefore the figures of a cell at a release R are those of its *base*: R itself where
//! at least k institutions of the cell changed since the base at the release before, or where the cell was hidden there for
//! want of institutions; else that earlier base. k is the tier's fewest institutions. Between two releases a cell shows
//! all of at least k changes or none, and every release keeps the figures it was published with.
//!
//! An institution changed where another result of it counts in the cell, or none: it came, left, or handed in anew. Whether
//! the new result says anything else is not looked at, so that what a base is hangs on who handed in when, and on no score.
//! A base holds k institutions once one release did.
//!
//! k corrections may still be one that the asker does not know. Therefore the base enters the noise as a period does: at
//! another base, all but the persistent layer (40 % of the variance) is drawn anew, and the difference between two bases
//! carries noise of √1.2·σ however few of its changes are unknown. A cell's first base is drawn as if there were no other.
//!
//! Results that an organisation handed in itself are its own: at [`Tier::Own`] every cell speaks for the release asked for.

use disclosure::Tier;

use crate::{
    domain::{AreaIndex, Dimension, Period, Source},
    plan::SourceFramework,
    snapshot::{Columns, NOT_ASSESSED, score_of},
};

use super::{
    count::Counts,
    group::NO_GROUP,
    line::least_of,
    scanner::{Rows, Scanner},
};

/// One institution's result in the area, as some releases show it.
struct Member<'a> {
    /// The position of its framework among the plan's sources.
    source: usize,
    group: usize,
    key: u128,
    from: u32,
    until: Option<u32>,
    scores: Scores<'a>,
}

enum Scores<'a> {
    Now(&'a Columns, usize),
    Past(&'a [u8]),
}

/// What a member adds to one cell, in the releases that show it.
#[derive(Clone, Copy)]
struct Part {
    source: usize,
    key: u128,
    value: u8,
    from: u32,
    until: Option<u32>,
}

/// Brings the counts of an area in a period from the present release to the base of each cell.
///
/// Returns per line (the plan's benchmarks, then outcomes over all of them) and group the base, where it is a later release
/// than the first with results; `None` where nothing came late and nothing was corrected.
pub(super) fn revise(
    scanner: &Scanner<'_>,
    area: AreaIndex,
    rows: &Rows<'_>,
    period: Period,
    counts: &mut Counts,
) -> Option<Vec<Option<u32>>> {
    if scanner.plan.tier() == Tier::Own {
        return None;
    }
    let (first, members) = members(scanner, area, rows, period, counts)?;
    let revision = Revision { first, fewest: scanner.plan.tier().rules().fewest_institutions(), members };
    let groups = scanner.plan.groups().len();
    let later = |base: u32| Some(base).filter(|&base| base > first);
    let mut bases = vec![None; (scanner.plan.benchmarks().len() + 1) * groups];
    for benchmark in 0..scanner.plan.benchmarks().len() {
        let score = |member: &Member| {
            let stand_in = scanner.sources[member.source].0.benchmarks[benchmark].as_ref()?;
            Some(member.score(stand_in)).filter(|&score| score != NOT_ASSESSED)
        };
        revision.each_cell(score, |group, parts| {
            let base = revision.base(counts.everyone(benchmark, group), parts);
            bases[benchmark * groups + group] = later(base);
            for part in parts {
                let Some(counts) = counts.of_source(part.source) else { continue };
                let tally = &mut counts.tallies[benchmark * groups + group];
                match (part.until.is_none(), part.is_shown_by(base)) {
                    (true, false) => tally.remove(part.value, part.key),
                    (false, true) => tally.add(part.value, part.key),
                    _ => {}
                }
            }
        });
    }
    if !scanner.plan.parts().overall {
        return Some(bases);
    }
    let achieved = |member: &Member| member.achieved(scanner.sources[member.source].0);
    revision.each_cell(achieved, |group, parts| {
        let base = revision.base(counts.everyone_over_all(group), parts);
        bases[scanner.plan.benchmarks().len() * groups + group] = later(base);
        for part in parts {
            let Some(counts) = counts.of_source(part.source) else { continue };
            let histogram = &mut counts.histograms[group];
            match (part.until.is_none(), part.is_shown_by(base)) {
                (true, false) => histogram.remove(part.value, part.key),
                (false, true) => histogram.add(part.value, part.key),
                _ => {}
            }
        }
    });
    Some(bases)
}

/// The first release with results, and everyone who was not there unchanged since, by group. `None` where all were.
fn members<'a>(
    scanner: &Scanner<'a>,
    area: AreaIndex,
    rows: &Rows<'_>,
    period: Period,
    counts: &Counts,
) -> Option<(u32, Vec<Member<'a>>)> {
    let held = || {
        counts.sources.iter().filter_map(|&(source, _)| {
            let framework = scanner.sources[source].1;
            Some((source, framework.keys(), framework.period(period)?))
        })
    };
    let first = held().map(|(_, _, columns)| columns.history().since()).min()?;
    if held().all(|(_, _, columns)| columns.history().is_empty() && columns.history().since() == first) {
        return None;
    }
    let mut members = Vec::new();
    let mut add = |member: Member<'a>| {
        if member.group != usize::from(NO_GROUP) {
            members.push(member);
        }
    };
    for (source, keys, columns) in held() {
        let history = columns.history();
        let mut late = |row: usize, from: u32| {
            let group = scanner.grouping.of(|dimension| columns.attribute(dimension)[row]).into();
            add(Member { source, group, key: keys[row], from, until: None, scores: Scores::Now(columns, row) });
        };
        for range in rows[source].iter() {
            let known = history.late_in(range);
            if history.since() == first {
                known.iter().for_each(|known| late(known.row as usize, known.from));
                continue;
            }
            // Beside a framework that was there before, everyone of this one came late.
            let mut known = known.iter().peekable();
            for row in range.clone() {
                let known = known.next_if(|known| known.row as usize == row);
                late(row, known.map_or(history.since(), |known| known.from));
            }
        }
        for (past, scores) in history.past_in(area, scanner.catalogue) {
            let group = scanner.grouping.of(|dimension: Dimension| past.attributes[dimension as usize]).into();
            let (key, from, until) = (past.key, past.from, Some(past.until));
            add(Member { source, group, key, from, until, scores: Scores::Past(scores) });
        }
    }
    if members.iter().all(|member| member.is_newcomer_of(members[0].source)) {
        members.sort_unstable_by_key(|member| member.group);
    } else {
        members.sort_unstable_by_key(|member| (member.group, member.key, member.source, member.from));
    }
    (!members.is_empty()).then_some((first, members))
}

impl Member<'_> {
    /// Whether it is there now, under a framework.
    fn is_newcomer_of(&self, source: usize) -> bool {
        self.until.is_none() && self.source == source
    }

    fn score(&self, stand_in: &Source) -> u8 {
        least_of(stand_in.numbers.iter().map(|&number| match self.scores {
            Scores::Now(columns, row) => columns.score(number)[row],
            Scores::Past(scores) => score_of(scores, number),
        }))
    }

    /// How many benchmarks it achieved; `None` where it was not assessed on each.
    fn achieved(&self, source: &SourceFramework) -> Option<u8> {
        source.all.iter().try_fold(0, |achieved, stand_in| match self.score(stand_in.as_ref()?) {
            NOT_ASSESSED => None,
            score => Some(achieved + u8::from(score == 100)),
        })
    }
}

impl Part {
    fn is_shown_by(&self, release: u32) -> bool {
        self.from <= release && self.until.is_none_or(|until| release < until)
    }
}

/// The release in which what an institution adds was handed in: another one is a change, whatever was handed in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Handed(u32);

/// What decides the bases of an area in a period.
struct Revision<'a> {
    /// The first release with results.
    first: u32,
    /// The tier's fewest institutions.
    fewest: u32,
    /// By group; and by institution, framework and time where any was replaced or came under another framework.
    members: Vec<Member<'a>>,
}

impl Revision<'_> {
    /// Visits every group with the parts its members have in a cell, where there are any, in the order of the members.
    fn each_cell(&self, value: impl Fn(&Member<'_>) -> Option<u8>, mut visit: impl FnMut(usize, &[Part])) {
        let mut parts = Vec::new();
        for members in self.members.chunk_by(|one, next| one.group == next.group) {
            parts.clear();
            for member in members {
                let Some(value) = value(member) else { continue };
                let Member { source, key, from, until, .. } = *member;
                parts.push(Part { source, key, value, from, until });
            }
            parts.retain(|part| part.from > self.first || part.until.is_some());
            if !parts.is_empty() {
                visit(members[0].group, &parts);
            }
        }
    }

    /// The base of a cell that holds `institutions` in the present release.
    fn base(&self, institutions: u32, parts: &[Part]) -> u32 {
        let present = parts.iter().filter(|part| part.until.is_none()).count();
        let unchanged = institutions.saturating_sub(u32::try_from(present).unwrap_or(u32::MAX));
        let only_came = present == parts.len() && parts.iter().all(|part| part.source == parts[0].source);
        if only_came { self.base_of_arrivals(unchanged, parts) } else { self.base_of_changes(unchanged, parts) }
    }

    /// Where nobody left and nothing was corrected, every part is one more institution. Quick, and the usual case.
    fn base_of_arrivals(&self, unchanged: u32, parts: &[Part]) -> u32 {
        let mut arrivals: Vec<u32> = parts.iter().map(|part| part.from).collect();
        arrivals.sort_unstable();
        let (mut base, mut at_base, mut institutions) = (self.first, unchanged, unchanged);
        for together in arrivals.chunk_by(|one, next| one == next) {
            institutions += u32::try_from(together.len()).unwrap_or(u32::MAX);
            if at_base < self.fewest || institutions - at_base >= self.fewest {
                (base, at_base) = (together[0], institutions);
            }
        }
        base
    }

    fn base_of_changes(&self, unchanged: u32, parts: &[Part]) -> u32 {
        // One place for each institution and framework; those of one institution stand together.
        let mut keys: Vec<u128> = Vec::new();
        let mut events: Vec<(u32, usize, Option<Handed>)> = Vec::with_capacity(parts.len() * 2);
        for same in parts.chunk_by(|one, next| (one.key, one.source) == (next.key, next.source)) {
            for part in same {
                events.push((part.from, keys.len(), Some(Handed(part.from))));
                events.extend(part.until.map(|until| (until, keys.len(), None)));
            }
            keys.push(same[0].key);
        }
        // What was replaced stands before what replaced it, so a correction has the last word.
        events.sort_by_key(|event| event.0);

        let (mut base, mut at_base, mut institutions) = (self.first, unchanged, unchanged);
        let mut then: Vec<Option<Handed>> = vec![None; keys.len()];
        let mut now = then.clone();
        let mut differing: Vec<usize> = Vec::new();
        for happening in events.chunk_by(|one, next| one.0 == next.0) {
            let release = happening[0].0;
            for &(_, place, value) in happening {
                institutions += u32::from(value.is_some());
                institutions -= u32::from(now[place].is_some());
                now[place] = value;
                differing.push(place);
            }
            differing.sort_unstable();
            differing.dedup();
            differing.retain(|&place| now[place] != then[place]);
            let changed = differing.chunk_by(|&one, &next| keys[one] == keys[next]).count();
            let enough = institutions >= self.fewest && changed >= self.fewest as usize;
            if release <= self.first || at_base < self.fewest || enough {
                (base, at_base) = (release.max(self.first), institutions);
                differing.drain(..).for_each(|place| then[place] = now[place]);
            }
        }
        base
    }
}

#[cfg(test)]
mod tests;
