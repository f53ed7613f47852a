//! The book: the protected cells of every standard table of a release, made when the release is loaded.
//!
//! Standard tables are what nearly everybody asks. They are free, and there are few of them: each kind of area, period and
//! benchmark, at each tier. So a question about them is put together from cells that are there already, and nothing is counted,
//! drawn or brought into JSON for it. They are the cells that counting gives: a cell hangs on what it is, and not on the table
//! it stands in.
//!
//! # Guarantee
//!
//! What hangs on who asks is not in the book: areas about which the asker, or a circle of it, knows something that an answer hangs on
//! are counted ([`count::as_for_anybody`]), and so are results of one's own. Which areas these are hangs on who handed in results where,
//! which they know themselves, and never on a score. No question adds to the book, so how long an answer takes tells nothing about
//! what others asked; which periods are in it hangs on how many areas, periods and benchmarks there are.

use std::{collections::BTreeMap, sync::Arc};

use disclosure::{NoiseKey, Tier};
use typed_index_collections::TiVec;

use crate::{
    domain::{AreaIndex, AreaKind, Catalogue, FrameworkIndex, Period},
    policy::Insiders,
    release::{Columns, Snapshot},
    tabulation::{Lookup, Scope, TablePlan},
};

use super::{
    Outcomes, Part, Plan, Protected,
    cells::{Booked, Cells, Share},
    count,
    page::{Page, bytes_of_row},
    sections,
};

/// The most memory that a book takes, bytes, about. The newest periods are in it, as many as there is room for.
const MOST_BYTES: usize = 64 << 20;

/// The tiers whose cells carry noise. At the third, an organisation asks about its own results.
const TIERS: [Tier; 2] = [Tier::Regional, Tier::International];

/// Every standard table of one release.
pub struct Book {
    release: u32,
    pages: BTreeMap<(FrameworkIndex, Tier, AreaKind), Arc<Page>>,
}

impl Book {
    /// The book of a release.
    pub fn of(snapshot: &Snapshot, key: &NoiseKey) -> Self {
        Self::within(MOST_BYTES, snapshot, key)
    }

    /// The book of a release in so many bytes, about.
    pub(super) fn within(most: usize, snapshot: &Snapshot, key: &NoiseKey) -> Self {
        let mut scopes = Vec::new();
        for tier in TIERS {
            for kind in AreaKind::ALL {
                scopes.extend(Scope::of_anybody(kind, tier, snapshot.catalogue()).map(|scope| (tier, kind, scope)));
            }
        }
        let frameworks = snapshot.catalogue().frameworks().keys();
        let held: TiVec<FrameworkIndex, Vec<bool>> = frameworks.map(|framework| held(framework, snapshot)).collect();
        let scopes_of = |framework: FrameworkIndex| {
            let held = &held[framework];
            scopes.iter().map(move |(tier, kind, scope)| (*tier, *kind, with_one_empty(scope, held)))
        };
        let areas = |framework| scopes_of(framework).map(|(_, _, (scope, _))| scope.areas().len()).sum();
        let mut pages = BTreeMap::new();
        for (framework, periods) in fitting(most, areas, snapshot) {
            for (tier, kind, (scope, empty)) in scopes_of(framework) {
                let plan = Plan::standard(scope, framework, periods.clone(), snapshot.catalogue());
                pages.insert((framework, tier, kind), Arc::new(Page::of(plan, empty, snapshot, key)));
            }
        }
        Self { release: snapshot.release().number, pages }
    }

    /// What it takes in memory, bytes.
    pub fn bytes(&self) -> usize {
        self.pages.values().map(|page| page.bytes()).sum()
    }

    /// How many cells it has.
    pub fn cells(&self) -> usize {
        self.pages.values().map(|page| page.plan.cells()).sum()
    }

    /// The tables of a question, as far as the book has them.
    pub(super) fn look_up(&self, tables: &[&Plan], snapshot: &Snapshot) -> Lookup<Outcomes> {
        let [now, earlier, zeros] = sections(tables, |plan| plan);
        let (tables, before) = (self.find(now, snapshot), (!earlier.is_empty()).then(|| self.find(earlier, snapshot)));
        match (tables, before) {
            (Held::All(tables), None) if zeros.is_empty() => {
                Lookup::All(Protected { tables, before: None, zeros: None })
            }
            (Held::All(tables), Some(Held::All(before))) if zeros.is_empty() => {
                Lookup::All(Protected { tables, before: Some(before), zeros: None })
            }
            (now, earlier) => match (now.part(), earlier.and_then(Held::part)) {
                (None, None) => Lookup::Nothing,
                (now, earlier) => Lookup::Part(Part { now, earlier }),
            },
        }
    }

    /// A table that stands alone: what hangs on who asks is found out once.
    fn find(&self, tables: &[&Plan], snapshot: &Snapshot) -> Held {
        let [plan] = tables else { return Held::Nothing };
        if !plan.is_standard() || !self.is_about(plan, snapshot) {
            return Held::Nothing;
        }
        let found = match areas_of_anybody(plan, snapshot) {
            None => self.gather(plan, snapshot.catalogue()).map(Held::All),
            Some(of_anybody) => self.split(plan, &of_anybody, snapshot.catalogue()).map(Box::new).map(Held::Part),
        };
        found.unwrap_or(Held::Nothing)
    }

    /// What the book has of a table, some areas of which must be counted for who asks; `None` where it has nothing.
    fn split(&self, plan: &Plan, of_anybody: &[bool], catalogue: &Catalogue) -> Option<Share> {
        let is_booked = |area: &AreaIndex| plan.areas().binary_search(area).is_ok_and(|place| of_anybody[place]);
        let (booked, rest) = (plan.only(|area| is_booked(&area)), plan.only(|area| !is_booked(&area)));
        if booked.areas().is_empty() || rest.areas().is_empty() {
            return None;
        }
        let mut places = [0, 0];
        let place = |&is_booked: &bool| {
            let place = &mut places[usize::from(is_booked)];
            *place += 1;
            (is_booked, *place - 1)
        };
        let areas = of_anybody.iter().map(place).collect();
        let of_area = [plan.cells(), plan.rows()].map(|all| all / plan.areas().len());
        Some(Share { booked: Booked { gathered: self.gather(&booked, catalogue)?, areas, of_area }, rest })
    }

    /// Whether a plan is about the release of the book, and not about results of one's own.
    fn is_about(&self, plan: &Plan, snapshot: &Snapshot) -> bool {
        self.release == snapshot.release().number && plan.scope().provider().is_none()
    }

    fn gather(&self, plan: &Plan, catalogue: &Catalogue) -> Option<Cells> {
        let page = self.pages.get(&(plan.framework(), plan.scope().tier(), plan.scope().kind(catalogue)))?;
        Some(Cells::Gathered(page.clone(), page.places(plan)?))
    }
}

/// What the book has of a table.
enum Held {
    All(Cells),
    Part(Box<Share>),
    Nothing,
}

impl Held {
    fn part(self) -> Option<Share> {
        match self {
            Self::Part(share) => Some(*share),
            Self::All(_) | Self::Nothing => None,
        }
    }
}

/// Per area of a plan, whether what is told of it is what is told to anybody; `None` where that is so of all.
fn areas_of_anybody(plan: &Plan, snapshot: &Snapshot) -> Option<Vec<bool>> {
    let handed_in = snapshot.framework(plan.framework()).providers();
    let know = |insiders: &Insiders| handed_in.iter().any(|&provider| insiders.hold(provider));
    if !plan.scope().insiders().iter().any(know) {
        return None;
    }
    Some(count::as_for_anybody(plan, snapshot)).filter(|areas| areas.contains(&false))
}

/// Per area, whether any institution stands there in any period, or stood in an earlier release.
fn held(framework: FrameworkIndex, snapshot: &Snapshot) -> Vec<bool> {
    let (columns, catalogue) = (snapshot.framework(framework), snapshot.catalogue());
    let periods: Vec<&Columns> = snapshot.periods().into_iter().filter_map(|period| columns.period(period)).collect();
    let had = |area| periods.iter().any(|columns| columns.history().past_in(area, catalogue).next().is_some());
    catalogue.areas().keys().map(|area| !columns.rows_of(area, None).is_empty() || had(area)).collect()
}

/// The areas of a scope that hold institutions, with one that does not, and where that stands.
fn with_one_empty(scope: &Scope, held: &[bool]) -> (Scope, Option<usize>) {
    let is_held = |area: AreaIndex| held[usize::from(area)];
    let empty = scope.areas().iter().copied().find(|&area| !is_held(area));
    let scope = scope.clone().only(|area| is_held(area) || Some(area) == empty);
    let place = empty.and_then(|empty| scope.areas().binary_search(&empty).ok());
    (scope, place)
}

/// Per framework the periods that fit, ascending: the newest of all frameworks first.
fn fitting(
    most: usize,
    areas: impl Fn(FrameworkIndex) -> usize,
    snapshot: &Snapshot,
) -> BTreeMap<FrameworkIndex, Vec<Period>> {
    let (mut fit, mut left) = (BTreeMap::<_, Vec<Period>>::new(), most);
    let frameworks = snapshot.catalogue().frameworks();
    for period in snapshot.periods().into_iter().rev() {
        for (index, framework) in frameworks.iter_enumerated() {
            if snapshot.framework(index).period(period).is_some() {
                let bytes = areas(index) * bytes_of_row(framework.benchmarks.len());
                let Some(rest) = left.checked_sub(bytes) else { return fit };
                left = rest;
                fit.entry(index).or_default().insert(0, period);
            }
        }
    }
    fit
}

#[cfg(test)]
mod tests;
