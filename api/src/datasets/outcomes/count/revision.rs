//! The base of each cell of outcomes, as [`frozen_bases`] has it.
//!
//! An institution changed where another result of it counts in the cell, or none: it came, left, or was corrected. What else
//! the new result says is not looked at, so that what a base is hangs on who corrected when, and not on what. One that says
//! what the one before it said is no other result: the database tells it with the release that the first of them came with.
//! A cell may be shown where it holds the tier's fewest institutions, and a base does once one release did.

use disclosure::Tier;

use crate::{
    datasets::outcomes::{Scored, SourceFramework},
    domain::{AreaIndex, Dimension, Period, Source},
    policy::Insiders,
    release::{Columns, NOT_ASSESSED, score_of},
    tabulation::{Base, Bases, TablePlan, Versions, frozen_bases, later},
};

use super::{
    column::{least_of, zero_of},
    figures::{Counts, Gather},
    grouping::NO_GROUP,
    insider::ByOthers,
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
    /// Who handed it in.
    provider: i64,
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
    /// Who handed it in.
    provider: i64,
}

/// Brings the counts of an area in a period from the present release to the base of each cell, and with them the counts of what
/// others than insiders handed in, where these are wanted.
///
/// Returns per measure column (the plan's benchmarks, then outcomes over all of them) and group the base, where it is a later
/// release than the first with results; `None` where nothing came late and nothing was corrected.
pub(super) fn revise<S: Gather>(
    scanner: &Scanner<'_>,
    area: AreaIndex,
    rows: &Rows<'_>,
    period: Period,
    counts: &mut Counts<S>,
    others: &mut [ByOthers<'_>],
) -> Option<Vec<Option<Base>>> {
    if scanner.plan.scope().tier() == Tier::Own {
        return None;
    }
    let (first, members) = members(scanner, area, rows, period, counts)?;
    let revision = Revision { first, fewest: scanner.fewest(), members };
    let (benchmarks, groups) = (scanner.plan.benchmarks().len(), scanner.plan.groups().len());
    let mut bases = vec![None; (benchmarks + 1) * groups];
    for members in revision.members.chunk_by(|one, next| one.group == next.group) {
        let group = members[0].group;
        let mut before: Option<Decided> = None;
        for column in 0..scanner.measured() {
            let value = |member: &Member<'_>| {
                let source = scanner.sources[member.source].0;
                if column == benchmarks {
                    return member.achieved(source);
                }
                let score = member.score(source.benchmarks[column].as_ref()?, scanner.plan.scored());
                Some(score).filter(|&score| score != NOT_ASSESSED)
            };
            let parts = revision.parts(members, value);
            if parts.is_empty() {
                continue;
            }
            let cell = column * groups + group;
            let institutions = counts.everyone(cell);
            let outsiders = |insiders: &Insiders| {
                let others = others.iter().find(|others| others.insiders == insiders);
                others.map_or(institutions, |others| others.counts.everyone(cell))
            };
            // Benchmarks of a period are mostly assessed together, so what decides is often what decided before.
            let known = before.filter(|before| scanner.insiders.is_empty() && before.is_of(institutions, &parts));
            let base = known
                .map_or_else(|| revision.base(institutions, &scanner.insiders, outsiders, &parts), |known| known.base);
            bases[cell] = later(base, first);
            for part in &parts {
                part.show(base.release, cell, counts);
                for others in others.iter_mut().filter(|others| !others.insiders.hold(part.provider)) {
                    part.show(base.release, cell, &mut others.counts);
                }
            }
            before = Some(Decided { institutions, parts, base });
        }
    }
    Some(bases)
}

/// The first release with results, and everyone who was not there unchanged since, by group. `None` where all were.
fn members<'a, S>(
    scanner: &Scanner<'a>,
    area: AreaIndex,
    rows: &Rows<'_>,
    period: Period,
    counts: &Counts<S>,
) -> Option<(u32, Vec<Member<'a>>)> {
    let sources = || {
        counts.sources.iter().filter_map(|source| {
            let (of_plan, framework) = scanner.sources[source.position];
            Some((source.position, framework, scanner.columns(of_plan, period)?))
        })
    };
    let first = sources().map(|(_, _, columns)| columns.history().since()).min()?;
    if sources().all(|(_, _, columns)| columns.history().is_empty() && columns.history().since() == first) {
        return None;
    }
    let mut members = Vec::new();
    let mut add = |member: Member<'a>| {
        if member.group != usize::from(NO_GROUP) {
            members.push(member);
        }
    };
    for (source, framework, columns) in sources() {
        let history = columns.history();
        let mut late = |row: usize, from: u32| {
            let group = scanner.grouping.of(|dimension| columns.attribute(dimension)[row]).into();
            let (key, provider) = (framework.keys()[row], framework.provider(row).unwrap_or_default());
            add(Member { source, group, key, from, until: None, provider, scores: Scores::Now(columns, row) });
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
            let provider = past.provider;
            add(Member { source, group, key, from, until, provider, scores: Scores::Past(scores) });
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

    fn score(&self, stand_in: &Source, scored: Scored) -> u8 {
        let scores = stand_in.numbers.iter().map(|&number| match self.scores {
            Scores::Now(columns, row) => columns.score(number)[row],
            Scores::Past(scores) => score_of(scores, number),
        });
        match scored {
            Scored::Full => least_of(scores),
            Scored::Zero => zero_of(scores),
        }
    }

    /// How many benchmarks it achieved; `None` where it was not assessed on each.
    fn achieved(&self, source: &SourceFramework) -> Option<u8> {
        source.all.iter().try_fold(0, |achieved, stand_in| match self.score(stand_in.as_ref()?, Scored::Full) {
            NOT_ASSESSED => None,
            score => Some(achieved + u8::from(score == 100)),
        })
    }
}

impl Part {
    /// Brings a cell's counts from the present release to another.
    fn show<S: Gather>(&self, release: u32, cell: usize, counts: &mut Counts<S>) {
        let Some(counted) = counts.of_source(self.source) else { return };
        match (self.until.is_none(), self.is_shown_by(release)) {
            (true, false) => counted.remove(cell, self.value, self.key),
            (false, true) => counted.add(cell, self.value, self.key),
            _ => {}
        }
    }

    fn is_shown_by(&self, release: u32) -> bool {
        self.from <= release && self.until.is_none_or(|until| release < until)
    }
}

/// The release in which what an institution adds was handed in: another one is a change, whatever was handed in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Handed(u32);

/// The base of a cell, with what decided it.
struct Decided {
    institutions: u32,
    parts: Vec<Part>,
    base: Base,
}

impl Decided {
    /// Whether a cell of so many institutions with such parts has the same base. Values have no say in it.
    fn is_of(&self, institutions: u32, parts: &[Part]) -> bool {
        let named = |part: &Part| (part.source, part.key, part.from, part.until, part.provider);
        self.institutions == institutions && self.parts.iter().map(named).eq(parts.iter().map(named))
    }
}

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
    /// What some members add to a cell beside what was there unchanged since the first release, in their order.
    fn parts(&self, members: &[Member<'_>], value: impl Fn(&Member<'_>) -> Option<u8>) -> Vec<Part> {
        let changed = members.iter().filter(|member| member.from > self.first || member.until.is_some());
        let part = |member: &Member<'_>| {
            let Member { source, key, from, until, provider, .. } = *member;
            Some(Part { source, key, value: value(member)?, from, until, provider })
        };
        changed.filter_map(part).collect()
    }

    /// The base of a cell that holds `institutions` in the present release, of which others than some insiders handed in
    /// `outsiders`.
    fn base(
        &self,
        institutions: u32,
        insiders: &[&Insiders],
        outsiders: impl Fn(&Insiders) -> u32,
        parts: &[Part],
    ) -> Base {
        let bases = self.bases(institutions, parts);
        let knows_some = |insiders: &&&Insiders| {
            let mut own = parts.iter().map(|part| insiders.hold(part.provider));
            let knows_all = outsiders(insiders) == 0 && own.clone().all(|is_own| is_own);
            own.any(|is_own| is_own) && !knows_all
        };
        let insiders: Vec<&Insiders> = insiders.iter().filter(knows_some).copied().collect();
        if insiders.is_empty() {
            return bases.last();
        }
        bases.of_insider(|one, other| {
            insiders.iter().all(|insiders| {
                let differs =
                    |part: &Part| !insiders.hold(part.provider) && part.is_shown_by(one) != part.is_shown_by(other);
                let institutions = parts.chunk_by(|one, next| one.key == next.key);
                let changed = institutions.filter(|parts| parts.iter().any(differs)).count();
                insiders.may_see(changed, self.fewest)
            })
        })
    }

    fn bases(&self, institutions: u32, parts: &[Part]) -> Bases {
        let present = parts.iter().filter(|part| part.until.is_none()).count();
        let unchanged = institutions.saturating_sub(u32::try_from(present).unwrap_or(u32::MAX));
        let only_came = present == parts.len() && parts.iter().all(|part| part.source == parts[0].source);
        if only_came { self.bases_of_arrivals(unchanged, parts) } else { self.bases_of_changes(unchanged, parts) }
    }

    /// Where nobody left and nothing was corrected, every part is one more institution. Quick, and the usual case.
    fn bases_of_arrivals(&self, unchanged: u32, parts: &[Part]) -> Bases {
        let mut arrivals: Vec<u32> = parts.iter().map(|part| part.from).collect();
        arrivals.sort_unstable();
        let mut versions =
            Arrivals { fewest: self.fewest, rest: &arrivals, institutions: unchanged, at_base: unchanged };
        let releases = arrivals.chunk_by(|one, next| one == next).map(|together| together[0]);
        frozen_bases(self.first, releases, &mut versions)
    }

    fn bases_of_changes(&self, unchanged: u32, parts: &[Part]) -> Bases {
        // One place for each institution and framework; those of one institution stand together.
        let mut keys: Vec<u128> = Vec::new();
        let mut events: Vec<Event> = Vec::with_capacity(parts.len() * 2);
        for same in parts.chunk_by(|one, next| (one.key, one.source) == (next.key, next.source)) {
            for part in same {
                events.push((part.from, keys.len(), Some(Handed(part.from))));
                events.extend(part.until.map(|until| (until, keys.len(), None)));
            }
            keys.push(same[0].key);
        }
        // What was replaced stands before what replaced it, so a correction has the last word.
        events.sort_by_key(|event| event.0);
        let mut versions = Changes {
            fewest: self.fewest,
            institutions: unchanged,
            then: vec![None; keys.len()],
            now: vec![None; keys.len()],
            differing: Vec::new(),
            keys,
            rest: &events,
        };
        versions.advance(self.first);
        versions.freeze();
        let releases = events.chunk_by(|one, next| one.0 == next.0).map(|together| together[0].0);
        frozen_bases(self.first, releases.filter(|&release| release > self.first), &mut versions)
    }
}

/// A release, the place of an institution and framework, and what it adds from then on.
type Event = (u32, usize, Option<Handed>);

/// A cell that institutions only come to.
struct Arrivals<'a> {
    fewest: u32,
    /// The releases in which one came that was not gone on to yet, ascending.
    rest: &'a [u32],
    institutions: u32,
    at_base: u32,
}

impl Versions for Arrivals<'_> {
    fn advance(&mut self, release: u32) {
        let (come, rest) = self.rest.split_at(self.rest.partition_point(|&arrival| arrival <= release));
        self.institutions += u32::try_from(come.len()).unwrap_or(u32::MAX);
        self.rest = rest;
    }

    fn may_be_shown(&mut self) -> bool {
        self.institutions >= self.fewest
    }

    fn has_changed(&mut self) -> bool {
        self.institutions - self.at_base >= self.fewest
    }

    fn freeze(&mut self) {
        self.at_base = self.institutions;
    }
}

/// A cell that institutions come to and leave, and in which results are corrected.
struct Changes<'a> {
    fewest: u32,
    /// What was not gone on to yet, ascending.
    rest: &'a [Event],
    institutions: u32,
    /// Per place, the record key of the institution.
    keys: Vec<u128>,
    /// Per place, what it adds at the base, and now.
    then: Vec<Option<Handed>>,
    now: Vec<Option<Handed>>,
    /// The places that may differ.
    differing: Vec<usize>,
}

impl Versions for Changes<'_> {
    fn advance(&mut self, release: u32) {
        let (happening, rest) = self.rest.split_at(self.rest.partition_point(|event| event.0 <= release));
        for &(_, place, value) in happening {
            self.institutions += u32::from(value.is_some());
            self.institutions -= u32::from(self.now[place].is_some());
            self.now[place] = value;
            self.differing.push(place);
        }
        self.rest = rest;
    }

    fn may_be_shown(&mut self) -> bool {
        self.institutions >= self.fewest
    }

    fn has_changed(&mut self) -> bool {
        self.differing.sort_unstable();
        self.differing.dedup();
        self.differing.retain(|&place| self.now[place] != self.then[place]);
        let keys = &self.keys;
        let changed = self.differing.chunk_by(|&one, &next| keys[one] == keys[next]).count();
        changed >= self.fewest as usize
    }

    fn freeze(&mut self) {
        self.differing.drain(..).for_each(|place| self.then[place] = self.now[place]);
    }
}
