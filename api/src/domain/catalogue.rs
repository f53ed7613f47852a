//! The catalogue: every framework, benchmark, relation and area, indexed. Public, and the same for every viewer.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use typed_index_collections::{TiSlice, TiVec};

use super::{
    Area, AreaIndex, AreaKind, Benchmark, Comparator, Crosswalk, Framework, FrameworkIndex, Membership, Relation,
    Succession, SuccessionKind,
};

/// All reference data, indexed by code. Areas and frameworks stand in the order of their codes.
#[derive(Debug, Clone)]
pub struct Catalogue {
    frameworks: TiVec<FrameworkIndex, Framework>,
    relations: Vec<Relation>,
    crosswalk: Crosswalk,
    areas: TiVec<AreaIndex, Area>,
    framework_index: HashMap<String, FrameworkIndex>,
    area_index: HashMap<String, AreaIndex>,
    parents: TiVec<AreaIndex, Vec<AreaIndex>>,
    children: TiVec<AreaIndex, Vec<AreaIndex>>,
    ancestors: TiVec<AreaIndex, BTreeSet<AreaIndex>>,
    local_authorities: TiVec<AreaIndex, Vec<AreaIndex>>,
    /// Per area, the others that it lies in.
    around: TiVec<AreaIndex, Vec<AreaIndex>>,
    /// The day whose geography it is.
    as_of: NaiveDate,
    successions: Vec<Successor>,
    /// Per area, the one that has its code now: itself where it was not recoded.
    recoded: TiVec<AreaIndex, AreaIndex>,
    /// Per area, the one that counts what stood in it: itself where it was neither recoded nor merged.
    counted_in: TiVec<AreaIndex, AreaIndex>,
    /// By code.
    comparators: Vec<Comparator>,
}

/// An area that came in the place of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Successor {
    /// The area before.
    pub from: AreaIndex,
    /// The area from then on.
    pub to: AreaIndex,
    /// The first day.
    pub on: NaiveDate,
    /// How.
    pub kind: SuccessionKind,
}

/// Reference data that does not hang together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// A code stands twice.
    #[error("the {what} `{code}` stands twice")]
    Duplicate {
        /// `area` or `framework`.
        what: &'static str,
        /// The code.
        code: String,
    },
    /// A row names something that is not there.
    #[error("`{by}` names the {what} `{code}`, which is not in the catalogue")]
    Dangling {
        /// `area` or `framework`.
        what: &'static str,
        /// The code that is missing.
        code: String,
        /// Which row names it.
        by: String,
    },
    /// Areas lie in each other.
    #[error("the area `{code}` lies in itself")]
    Cycle {
        /// The code of one of them.
        code: String,
    },
}

impl Catalogue {
    /// Indexes frameworks, relations, areas and memberships of which no date matters.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn build(
        frameworks: Vec<Framework>,
        relations: Vec<Relation>,
        areas: Vec<Area>,
        memberships: &[Membership],
    ) -> Result<Self, CatalogueError> {
        Self::of(frameworks, relations, areas, memberships, &[], NaiveDate::MAX)
    }

    /// Indexes reference data, in the geography of a day. An area that ended by then lies where it did on its last day, as far as
    /// those areas are there still; nothing lies in one that ended, or that has not begun.
    ///
    /// # Errors
    /// A code that stands twice, a row that names an unknown code, or areas that lie in each other.
    pub fn of(
        mut frameworks: Vec<Framework>,
        relations: Vec<Relation>,
        mut areas: Vec<Area>,
        memberships: &[Membership],
        successions: &[Succession],
        as_of: NaiveDate,
    ) -> Result<Self, CatalogueError> {
        frameworks.sort_by(|a, b| a.code.cmp(&b.code));
        areas.sort_by(|a, b| a.code.cmp(&b.code));
        for framework in &mut frameworks {
            name_every_benchmark(framework);
        }
        let framework_index = index("framework", frameworks.iter().map(|framework| &framework.code))?;
        let area_index = index("area", areas.iter().map(|area| &area.code))?;
        let crosswalk = crosswalk(&relations, &framework_index)?;
        let frameworks = TiVec::from(frameworks);
        let areas: TiVec<AreaIndex, Area> = areas.into();

        let mut parents: TiVec<AreaIndex, BTreeSet<AreaIndex>> = vec![BTreeSet::new(); areas.len()].into();
        let find = |code: &str, by: &dyn Fn() -> String| -> Result<AreaIndex, CatalogueError> {
            let missing = || CatalogueError::Dangling { what: "area", code: code.into(), by: by() };
            area_index.get(code).copied().ok_or_else(missing)
        };
        let always = |child: &Area, parent: &String| Membership {
            child: child.code.clone(),
            parent: parent.clone(),
            valid_from: None,
            valid_to: None,
            source: String::new(),
            own: false,
        };
        let printed: Vec<Membership> =
            areas.iter().filter_map(|area| Some(always(area, area.parent.as_ref()?))).collect();
        for membership in printed.iter().chain(memberships) {
            let by = || format!("{} in {}", membership.child, membership.parent);
            let (child, parent) = (find(&membership.child, &by)?, find(&membership.parent, &by)?);
            let day = areas[child].valid_to.map_or(as_of, |last| last.min(as_of));
            if areas[parent].is_in_use_on(as_of) && membership.holds_on(day) {
                parents[child].insert(parent);
            }
        }
        let mut succeeding = Vec::with_capacity(successions.len());
        for succession in successions {
            let by = || format!("{} after {}", succession.to, succession.from);
            let (from, to) = (find(&succession.from, &by)?, find(&succession.to, &by)?);
            succeeding.push(Successor { from, to, on: succession.on, kind: succession.kind });
        }
        let recoded = followed(&areas, &succeeding, as_of, |kind| kind == SuccessionKind::Recode)?;
        let counted_in = followed(&areas, &succeeding, as_of, SuccessionKind::is_exact)?;
        let mut ancestors: TiVec<AreaIndex, BTreeSet<AreaIndex>> = TiVec::with_capacity(areas.len());
        for (position, area) in areas.iter_enumerated() {
            let above = closure(position, &parents);
            if above.contains(&position) {
                return Err(CatalogueError::Cycle { code: area.code.clone() });
            }
            ancestors.push(above);
        }
        let mut children: TiVec<AreaIndex, Vec<AreaIndex>> = vec![Vec::new(); areas.len()].into();
        let mut local_authorities = children.clone();
        for (area, above) in ancestors.iter_enumerated() {
            for &parent in parents[area].iter().filter(|_| areas[area].is_in_use_on(as_of)) {
                children[parent].push(area);
            }
            let counts = counted_in[area] == area && areas[area].has_begun_by(as_of);
            if areas[area].kind == AreaKind::LocalAuthority && counts {
                for &around in above.iter().chain([&area]) {
                    local_authorities[around].push(area);
                }
            }
        }
        let parents = parents.into_iter().map(|set| set.into_iter().collect()).collect();
        let mut catalogue = Self {
            frameworks,
            relations,
            crosswalk,
            areas,
            framework_index,
            area_index,
            parents,
            children,
            ancestors,
            local_authorities,
            around: TiVec::new(),
            as_of,
            successions: succeeding,
            recoded,
            counted_in,
            comparators: Vec::new(),
        };
        let outside = |inner: AreaIndex| {
            let outer = catalogue.areas.keys().filter(|&outer| outer != inner && catalogue.is_within(inner, outer));
            outer.collect()
        };
        catalogue.around = catalogue.areas.keys().map(outside).collect();
        Ok(catalogue)
    }

    /// The same with comparators.
    ///
    /// # Errors
    /// One that names an unknown area.
    pub(super) fn comparing(mut self, mut comparators: Vec<Comparator>) -> Result<Self, CatalogueError> {
        for one in &comparators {
            let missing = one.members.iter().chain(&one.about).find(|code| self.area_index(code).is_none());
            if let Some(code) = missing.cloned() {
                return Err(CatalogueError::Dangling { what: "area", code, by: one.code.clone() });
            }
        }
        comparators.sort_by(|one, other| one.code.cmp(&other.code));
        self.comparators = comparators;
        Ok(self)
    }

    /// Every comparator, by code, those that ended too.
    pub fn comparators(&self) -> &[Comparator] {
        &self.comparators
    }

    /// Every framework, by code.
    pub fn frameworks(&self) -> &TiSlice<FrameworkIndex, Framework> {
        &self.frameworks
    }

    /// Every row of the crosswalk as loaded.
    pub fn relations(&self) -> &[Relation] {
        &self.relations
    }

    /// The crosswalk, composed.
    pub fn crosswalk(&self) -> &Crosswalk {
        &self.crosswalk
    }

    /// Every area, by code.
    pub fn areas(&self) -> &TiSlice<AreaIndex, Area> {
        &self.areas
    }

    /// The framework with a code.
    pub fn framework_index(&self, code: &str) -> Option<FrameworkIndex> {
        self.framework_index.get(code).copied()
    }

    /// The area with a code.
    pub fn area_index(&self, code: &str) -> Option<AreaIndex> {
        self.area_index.get(code).copied()
    }

    /// The areas an area lies in directly.
    pub fn parents(&self, area: AreaIndex) -> &[AreaIndex] {
        &self.parents[area]
    }

    /// The areas that lie directly in an area, those whose codes are in use.
    pub fn children(&self, area: AreaIndex) -> &[AreaIndex] {
        &self.children[area]
    }

    /// The local authorities of an area, itself included where it is one. Empty for a hub.
    pub fn local_authorities(&self, area: AreaIndex) -> &[AreaIndex] {
        &self.local_authorities[area]
    }

    /// Whether `inner` is `outer` or lies in it: by the registers, because every local authority of it does, or because
    /// an area around it does. An area around another never lies in it, though they hold the same local authorities.
    pub fn lies_in(&self, inner: AreaIndex, outer: AreaIndex) -> bool {
        inner == outer || self.around[inner].binary_search(&outer).is_ok()
    }

    /// The other areas that an area lies in, ascending.
    pub fn around(&self, area: AreaIndex) -> &[AreaIndex] {
        &self.around[area]
    }

    /// The area of a kind, itself or around it, that lies in every other one of that kind: of a region its country, and not the
    /// union of countries around that.
    pub fn innermost(&self, area: AreaIndex, kind: AreaKind) -> Option<AreaIndex> {
        let own = std::iter::once(area).chain(self.around(area).iter().copied());
        let all: Vec<AreaIndex> = own.filter(|&around| self.areas()[around].kind == kind).collect();
        let within_all = |one: AreaIndex| all.iter().all(|&other| one == other || self.lies_in(one, other));
        all.iter().copied().find(|&one| within_all(one))
    }

    /// The day whose geography it is.
    pub fn as_of(&self) -> NaiveDate {
        self.as_of
    }

    /// Whether the code of an area is in use.
    pub fn is_in_use(&self, area: AreaIndex) -> bool {
        self.areas[area].is_in_use_on(self.as_of)
    }

    /// Whether an area is in use, or institutions stood in it that no other area counts.
    pub fn can_be_asked_for(&self, area: AreaIndex) -> bool {
        self.is_in_use(area) || self.local_authorities(area).contains(&area)
    }

    /// The area that has the code of another one now: itself, unless it was recoded.
    pub fn recoded(&self, area: AreaIndex) -> AreaIndex {
        self.recoded[area]
    }

    /// The area with a code, or the one that has that code's place by now.
    pub fn area_now(&self, code: &str) -> Option<AreaIndex> {
        self.area_index(code).map(|area| self.recoded(area))
    }

    /// The area that counts what stood in another one: itself, unless it was recoded or merged.
    pub fn counted_in(&self, area: AreaIndex) -> AreaIndex {
        self.counted_in[area]
    }

    /// What came in the place of an area, also what will, by the day.
    pub fn successors(&self, area: AreaIndex) -> Vec<Successor> {
        self.related(|one| one.from == area)
    }

    /// In whose place an area came, or will, by the day.
    pub fn predecessors(&self, area: AreaIndex) -> Vec<Successor> {
        self.related(|one| one.to == area)
    }

    fn related(&self, wanted: impl Fn(&Successor) -> bool) -> Vec<Successor> {
        let mut found: Vec<Successor> = self.successions.iter().filter(|one| wanted(one)).copied().collect();
        found.sort_unstable_by_key(|one| (one.on, one.from, one.to));
        found
    }

    /// The code under which something is kept that stood in an area of a kind, `since` being the first day of the time it is
    /// about: any code that was in use then, and any that is in use now. `Err` says what was expected.
    ///
    /// # Errors
    /// When there is no such code, or it was in use neither then nor now.
    pub fn kept_code(&self, code: &str, kind: AreaKind, since: NaiveDate) -> Result<&str, String> {
        let found = self.area_index(code).filter(|&index| self.areas[index].kind == kind);
        let index = found.ok_or_else(|| format!("the code of an area of kind {kind}"))?;
        let area = &self.areas[index];
        if let Some(from) = area.valid_from.filter(|&from| from > self.as_of) {
            return Err(format!("a code that is in use; `{code}` ({}) will be from {from} on", area.name));
        }
        if let Some(to) = area.valid_to.filter(|&to| to < since && to < self.as_of) {
            let after: Vec<String> = self
                .successors(index)
                .iter()
                .map(|one| format!("`{}` ({})", self.areas[one.to].code, self.areas[one.to].name))
                .collect();
            let instead = if after.is_empty() { String::new() } else { format!("; after it: {}", after.join(", ")) };
            return Err(format!(
                "a code that was in use then, or is now; `{code}` ({}) ended on {to}{instead}",
                area.name
            ));
        }
        Ok(&self.areas[self.counted_in[index]].code)
    }

    fn is_within(&self, inner: AreaIndex, outer: AreaIndex) -> bool {
        let inside = &self.local_authorities[inner];
        let holds = |authority| self.local_authorities[outer].binary_search(authority).is_ok();
        inner == outer
            || self.ancestors[inner].contains(&outer)
            || (!inside.is_empty() && !self.ancestors[outer].contains(&inner) && inside.iter().all(holds))
            || self.parents[inner].iter().any(|&around| self.is_within(around, outer))
    }
}

/// A framework may have more benchmarks than stored titles: the rest get their number for a name.
fn name_every_benchmark(framework: &mut Framework) {
    let stored = std::mem::take(&mut framework.benchmarks);
    framework.benchmarks = (1..=framework.number_of_benchmarks)
        .filter_map(|number| u8::try_from(number).ok())
        .map(|number| {
            stored.iter().find(|benchmark| benchmark.number == number).cloned().unwrap_or_else(|| Benchmark {
                number,
                code: format!("{}-{number}", framework.code),
                title: format!("Benchmark {number} (title not held)"),
            })
        })
        .collect();
}

fn index<'a, I: From<usize>>(
    what: &'static str,
    codes: impl Iterator<Item = &'a String>,
) -> Result<HashMap<String, I>, CatalogueError> {
    let mut index = HashMap::new();
    for (position, code) in codes.enumerate() {
        if index.insert(code.clone(), position.into()).is_some() {
            return Err(CatalogueError::Duplicate { what, code: code.clone() });
        }
    }
    Ok(index)
}

fn crosswalk(
    relations: &[Relation],
    frameworks: &HashMap<String, FrameworkIndex>,
) -> Result<Crosswalk, CatalogueError> {
    let mut rows = Vec::with_capacity(relations.len());
    for relation in relations {
        let find = |code: &String| {
            frameworks.get(code).copied().ok_or_else(|| CatalogueError::Dangling {
                what: "framework",
                code: code.clone(),
                by: format!("{} {}", relation.from_framework, relation.from_number),
            })
        };
        let (from, to) = (find(&relation.from_framework)?, find(&relation.to_framework)?);
        rows.push((from, relation.from_number, to, relation.to_number, relation.kind));
    }
    Ok(Crosswalk::build(frameworks.len(), &rows))
}

/// Per area, the one that came in its place by a day, and in the place of that: itself where none did.
fn followed(
    areas: &TiSlice<AreaIndex, Area>,
    successions: &[Successor],
    as_of: NaiveDate,
    follows: impl Fn(SuccessionKind) -> bool,
) -> Result<TiVec<AreaIndex, AreaIndex>, CatalogueError> {
    let next = |area: AreaIndex| {
        let ended = areas[area].has_ended_before(as_of);
        let mut after = successions.iter().filter(|one| one.from == area && one.on <= as_of);
        after.find(|one| ended && follows(one.kind)).map(|one| one.to)
    };
    let mut last = TiVec::with_capacity(areas.len());
    for area in areas.keys() {
        let mut now = area;
        for _ in 0..=areas.len() {
            let Some(next) = next(now) else { break };
            now = next;
        }
        if next(now).is_some() {
            return Err(CatalogueError::Cycle { code: areas[area].code.clone() });
        }
        last.push(now);
    }
    Ok(last)
}

/// Every area above `start`; holds `start` itself only where the areas form a ring.
fn closure(start: AreaIndex, parents: &TiSlice<AreaIndex, BTreeSet<AreaIndex>>) -> BTreeSet<AreaIndex> {
    let mut above = BTreeSet::new();
    let mut open: Vec<AreaIndex> = parents[start].iter().copied().collect();
    while let Some(area) = open.pop() {
        if above.insert(area) {
            open.extend(&parents[area]);
        }
    }
    above
}

#[cfg(test)]
pub(super) mod tests;
