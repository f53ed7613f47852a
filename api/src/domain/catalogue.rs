//! The catalogue: every framework, benchmark, relation and area, indexed. Public, and the same for every viewer.

use std::collections::{BTreeSet, HashMap};

use typed_index_collections::{TiSlice, TiVec};

use super::{Area, AreaIndex, AreaKind, Benchmark, Crosswalk, Framework, FrameworkIndex, Membership, Relation};

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
    /// Indexes reference data.
    ///
    /// # Errors
    /// A code that stands twice, a row that names an unknown code, or areas that lie in each other.
    pub fn build(
        mut frameworks: Vec<Framework>,
        relations: Vec<Relation>,
        mut areas: Vec<Area>,
        memberships: &[Membership],
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
        let edges = areas
            .iter()
            .filter_map(|area| area.parent.as_deref().map(|parent| (area.code.as_str(), parent)))
            .chain(memberships.iter().map(|membership| (membership.child.as_str(), membership.parent.as_str())));
        for (child, parent) in edges {
            let find = |code: &str| -> Result<AreaIndex, CatalogueError> {
                let missing =
                    || CatalogueError::Dangling { what: "area", code: code.into(), by: format!("{child} in {parent}") };
                area_index.get(code).copied().ok_or_else(missing)
            };
            parents[find(child)?].insert(find(parent)?);
        }
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
            for &parent in &parents[area] {
                children[parent].push(area);
            }
            if areas[area].kind == AreaKind::LocalAuthority {
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
        };
        let outside = |inner: AreaIndex| {
            let outer = catalogue.areas.keys().filter(|&outer| outer != inner && catalogue.is_within(inner, outer));
            outer.collect()
        };
        catalogue.around = catalogue.areas.keys().map(outside).collect();
        Ok(catalogue)
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

    /// The areas that lie directly in an area.
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
mod tests {
    use super::*;

    fn area(code: &str, kind: AreaKind, parent: Option<&str>) -> Area {
        Area {
            code: code.into(),
            name: code.into(),
            kind,
            parent: parent.map(Into::into),
            code_scheme: "test".into(),
            valid_from: None,
            valid_to: None,
            source: "test".into(),
        }
    }

    fn membership(child: &str, parent: &str) -> Membership {
        Membership {
            child: child.into(),
            parent: parent.into(),
            valid_from: None,
            valid_to: None,
            source: "test".into(),
        }
    }

    #[test]
    fn overlapping_areas_hold_their_local_authorities() {
        let areas = vec![
            area("C", AreaKind::Country, None),
            area("R", AreaKind::Region, Some("C")),
            area("L", AreaKind::Lep, Some("C")),
            area("A", AreaKind::LocalAuthority, Some("R")),
            area("B", AreaKind::LocalAuthority, Some("R")),
            area("H", AreaKind::Hub, Some("L")),
        ];
        let catalogue = Catalogue::build(vec![], vec![], areas, &[membership("A", "L"), membership("A", "R")]);
        let catalogue = catalogue.unwrap();
        let at = |code| catalogue.area_index(code).unwrap();
        assert_eq!(catalogue.local_authorities(at("C")), [at("A"), at("B")]);
        assert_eq!(catalogue.local_authorities(at("L")), [at("A")]);
        assert!(catalogue.local_authorities(at("H")).is_empty());
        assert!(catalogue.lies_in(at("H"), at("C")) && catalogue.lies_in(at("L"), at("R")));
        assert!(catalogue.lies_in(at("H"), at("R")) && !catalogue.lies_in(at("R"), at("L")));
    }

    #[test]
    fn rings_and_dangling_codes_are_refused() {
        let ring = vec![area("A", AreaKind::Region, Some("B")), area("B", AreaKind::Region, Some("A"))];
        assert_eq!(
            Catalogue::build(vec![], vec![], ring, &[]).unwrap_err(),
            CatalogueError::Cycle { code: "A".into() }
        );
        let dangling = vec![area("A", AreaKind::Region, Some("X"))];
        assert!(matches!(Catalogue::build(vec![], vec![], dangling, &[]), Err(CatalogueError::Dangling { .. })));
        let twice = vec![area("A", AreaKind::Region, None), area("A", AreaKind::Lep, None)];
        assert!(matches!(Catalogue::build(vec![], vec![], twice, &[]), Err(CatalogueError::Duplicate { .. })));
    }
}
