//! Reference data as loaded: frameworks, crosswalk, areas and which lies in which; and published figures beside it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sha2::{Digest, Sha256};

use super::{Area, Catalogue, Comparator, Framework, Membership, Relation, Succession, catalogue::CatalogueError};

/// Everything public that ships with the product and that the database keeps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reference {
    /// The frameworks with their titled benchmarks.
    pub frameworks: Vec<Framework>,
    /// The rows of the crosswalk.
    pub relations: Vec<Relation>,
    /// The areas.
    pub areas: Vec<Area>,
    /// Which area lies in which, beside what `Area::parent` says.
    pub memberships: Vec<Membership>,
    /// Which area came in the place of which.
    pub successions: Vec<Succession>,
    /// Named lists of areas.
    pub comparators: Vec<Comparator>,
}

impl Reference {
    /// What is known after these data were loaded on top of `self`. Areas, frameworks and benchmarks that they do not name stay,
    /// because results may name them; memberships, successions, comparators and the crosswalk are those that they hold and no
    /// other. What the operator says of areas and comparators stays as the operator says it.
    #[must_use]
    pub fn amended(&self, loaded: &Self) -> Self {
        let mut areas: BTreeMap<&str, &Area> = BTreeMap::new();
        let own = self.areas.iter().filter(|area| area.own);
        areas.extend(self.areas.iter().chain(&loaded.areas).chain(own).map(|area| (area.code.as_str(), area)));
        let mut frameworks: BTreeMap<&str, Framework> = BTreeMap::new();
        for framework in self.frameworks.iter().chain(&loaded.frameworks) {
            let mut benchmarks: BTreeMap<u8, _> = BTreeMap::new();
            let before = frameworks.remove(framework.code.as_str()).map(|before| before.benchmarks).unwrap_or_default();
            let own = before.into_iter().chain(framework.benchmarks.iter().cloned());
            benchmarks.extend(own.map(|benchmark| (benchmark.number, benchmark)));
            let benchmarks = benchmarks.into_values().collect();
            frameworks.insert(framework.code.as_str(), Framework { benchmarks, ..framework.clone() });
        }
        let amended = Self {
            frameworks: frameworks.into_values().collect(),
            relations: loaded.relations.clone(),
            areas: areas.into_values().cloned().collect(),
            memberships: loaded.memberships.clone(),
            successions: loaded.successions.clone(),
            comparators: loaded.comparators.clone(),
        };
        let own = Self {
            memberships: self.memberships.iter().filter(|membership| membership.own).cloned().collect(),
            successions: self.successions.iter().filter(|succession| succession.own).cloned().collect(),
            comparators: self.comparators.iter().filter(|comparator| comparator.own).cloned().collect(),
            ..Self::default()
        };
        amended.with_areas(&own)
    }

    /// With other areas, memberships, successions and comparators in the place of those of the same codes, or beside them.
    #[must_use]
    pub fn with_areas(&self, others: &Self) -> Self {
        let mut areas: BTreeMap<&str, &Area> = BTreeMap::new();
        areas.extend(self.areas.iter().chain(&others.areas).map(|area| (area.code.as_str(), area)));
        let mut memberships: BTreeMap<(&str, &str), &Membership> = BTreeMap::new();
        let all = self.memberships.iter().chain(&others.memberships);
        memberships.extend(all.map(|one| ((one.child.as_str(), one.parent.as_str()), one)));
        let mut successions: BTreeMap<(&str, &str), &Succession> = BTreeMap::new();
        let all = self.successions.iter().chain(&others.successions);
        successions.extend(all.map(|one| ((one.from.as_str(), one.to.as_str()), one)));
        let mut comparators: BTreeMap<&str, &Comparator> = BTreeMap::new();
        comparators.extend(self.comparators.iter().chain(&others.comparators).map(|one| (one.code.as_str(), one)));
        let with = Self {
            frameworks: self.frameworks.clone(),
            relations: self.relations.clone(),
            areas: areas.into_values().cloned().collect(),
            memberships: memberships.into_values().cloned().collect(),
            successions: successions.into_values().cloned().collect(),
            comparators: comparators.into_values().cloned().collect(),
        };
        with.sorted()
    }

    /// The same in the order of codes and numbers, so that equal data are equal.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        self.frameworks.sort_unstable_by(|one, other| one.code.cmp(&other.code));
        for framework in &mut self.frameworks {
            framework.benchmarks.sort_unstable_by_key(|benchmark| benchmark.number);
        }
        self.areas.sort_unstable_by(|one, other| one.code.cmp(&other.code));
        self.relations.sort_by(|one, other| {
            let key = |row: &Relation| (row.from_number, row.to_number);
            (&one.from_framework, &one.to_framework, key(one)).cmp(&(
                &other.from_framework,
                &other.to_framework,
                key(other),
            ))
        });
        self.memberships.sort_by(|one, other| (&one.child, &one.parent).cmp(&(&other.child, &other.parent)));
        self.successions.sort_by(|one, other| (&one.from, &one.to).cmp(&(&other.from, &other.to)));
        self.comparators.sort_by(|one, other| one.code.cmp(&other.code));
        self.comparators.iter_mut().for_each(|one| one.members.sort_unstable());
        self
    }

    /// SHA-256 over every value of every row, in order. Meant for what [`sorted`](Self::sorted) gives. What earlier versions had
    /// no room for enters where it is there, so that theirs stays what it was.
    pub fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new_with_prefix(b"exchange/catalogue/v1");
        let mut row = |values: &[&str]| {
            hash.update((values.len() as u64).to_be_bytes());
            for value in values {
                hash.update((value.len() as u64).to_be_bytes());
                hash.update(value);
            }
        };
        let day = |date: Option<chrono::NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
        for Framework { code, title, jurisdiction, year, number_of_benchmarks, benchmarks } in &self.frameworks {
            row(&["framework", code, title, jurisdiction, &year.to_string(), &number_of_benchmarks.to_string()]);
            for benchmark in benchmarks {
                row(&["benchmark", &benchmark.number.to_string(), &benchmark.code, &benchmark.title]);
            }
        }
        for Relation { from_framework, from_number, to_framework, to_number, kind, basis } in &self.relations {
            let (from, to) = (from_number.to_string(), to_number.to_string());
            row(&["relation", from_framework, &from, to_framework, &to, kind.as_str(), basis]);
        }
        for Area { code, name, kind, parent, code_scheme, valid_from, valid_to, source, own } in &self.areas {
            let parent = parent.as_deref().unwrap_or_default();
            let (from, to) = (day(*valid_from), day(*valid_to));
            row(&["area", code, name, kind.as_str(), parent, code_scheme, &from, &to, source]);
            if *own {
                row(&["own area", code]);
            }
        }
        for Membership { child, parent, valid_from, valid_to, source, own } in &self.memberships {
            row(&["membership", child, parent, &day(*valid_from), &day(*valid_to), source]);
            if *own {
                row(&["own membership", child, parent]);
            }
        }
        for Succession { from, to, on, kind, source, own } in &self.successions {
            row(&["succession", from, to, &on.to_string(), kind.as_str(), source, if *own { "own" } else { "" }]);
        }
        for Comparator { code, name, about, members, valid_from, valid_to, source, own } in &self.comparators {
            let (about, own) = (about.as_deref().unwrap_or_default(), if *own { "own" } else { "" });
            row(&["comparator", code, name, about, &day(*valid_from), &day(*valid_to), source, own]);
            members.iter().for_each(|member| row(&["member", member]));
        }
        hash.finalize().into()
    }

    /// The same, indexed, in the geography of a day.
    ///
    /// # Errors
    /// When the data do not hang together.
    pub fn into_catalogue(self, as_of: NaiveDate) -> Result<Catalogue, CatalogueError> {
        let Self { frameworks, relations, areas, memberships, successions, comparators } = self;
        Catalogue::of(frameworks, relations, areas, &memberships, &successions, as_of)?.comparing(comparators)
    }
}

/// One published figure about benchmarks: what the demonstration is drawn to match.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishedFigure {
    /// The year as the source writes it, e.g. `2022/23 (inferred)`.
    pub year: String,
    /// The area as the source writes it.
    pub area: String,
    /// What is measured, e.g. `achieved_benchmark`.
    pub measure: String,
    /// The benchmark, where it is about one.
    pub benchmark: Option<u8>,
    /// The value, in `unit`.
    pub value: f64,
    /// The unit, e.g. `percent`.
    pub unit: String,
    /// Where it was published.
    pub source: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AreaKind, Benchmark};

    fn area(code: &str, name: &str) -> Area {
        Area {
            code: code.into(),
            name: name.into(),
            kind: AreaKind::Region,
            parent: None,
            code_scheme: "test".into(),
            valid_from: None,
            valid_to: None,
            source: "test".into(),
            own: false,
        }
    }

    fn membership(child: &str, parent: &str) -> Membership {
        let (child, parent) = (child.to_owned(), parent.to_owned());
        Membership { child, parent, valid_from: None, valid_to: None, source: "test".into(), own: false }
    }

    fn framework(numbers: &[u8], title: &str) -> Framework {
        let benchmark = |&number: &u8| Benchmark { number, code: format!("B{number}"), title: title.into() };
        Framework {
            code: "F".into(),
            title: title.into(),
            jurisdiction: "test".into(),
            year: 2014,
            number_of_benchmarks: 8,
            benchmarks: numbers.iter().map(benchmark).collect(),
        }
    }

    #[test]
    fn what_is_not_loaded_again_stays_but_for_memberships() {
        let before = Reference {
            frameworks: vec![framework(&[2, 1], "old")],
            areas: vec![area("B", "old"), area("A", "old")],
            memberships: vec![membership("A", "B")],
            ..Reference::default()
        };
        let loaded = Reference {
            frameworks: vec![framework(&[2], "new")],
            areas: vec![area("C", "new"), area("B", "new")],
            memberships: vec![membership("A", "C")],
            ..Reference::default()
        };
        let amended = before.amended(&loaded);
        let names: Vec<_> = amended.areas.iter().map(|area| (area.code.as_str(), area.name.as_str())).collect();
        assert_eq!(names, [("A", "old"), ("B", "new"), ("C", "new")]);
        let titles: Vec<_> =
            amended.frameworks[0].benchmarks.iter().map(|benchmark| benchmark.title.as_str()).collect();
        assert_eq!((amended.frameworks[0].title.as_str(), titles), ("new", vec!["old", "new"]));
        assert_eq!(amended.memberships, [membership("A", "C")]);
        assert_eq!(amended.amended(&loaded), amended, "loading the same again changes nothing");
    }

    #[test]
    fn what_the_operator_says_of_areas_outlasts_what_is_loaded() {
        let own = Reference {
            areas: vec![Area { own: true, ..area("H", "own") }, Area { own: true, ..area("B", "ended") }],
            memberships: vec![Membership { own: true, ..membership("H", "B") }],
            ..Reference::default()
        };
        let shipped = Reference {
            areas: vec![area("A", "a"), area("B", "b")],
            memberships: vec![membership("A", "B")],
            ..Reference::default()
        };
        let with = Reference::default().amended(&shipped).with_areas(&own);
        assert_eq!(with.amended(&shipped), with);
        let names: Vec<_> = with.areas.iter().map(|area| area.name.as_str()).collect();
        assert_eq!((names, with.memberships.len()), (vec!["a", "ended", "own"], 2));
    }

    #[test]
    fn any_other_value_makes_another_digest_and_another_order_does_not() {
        let one = Reference { areas: vec![area("A", "x"), area("B", "y")], ..Reference::default() };
        let other = Reference { areas: vec![area("B", "y"), area("A", "x")], ..Reference::default() };
        assert_eq!(one.clone().sorted().digest(), other.sorted().digest());
        let moved = Reference { memberships: vec![membership("A", "B")], ..one.clone() };
        let renamed = Reference { areas: vec![area("A", "xB"), area("", "y")], ..Reference::default() };
        assert!(moved.sorted().digest() != one.clone().sorted().digest());
        assert!(renamed.sorted().digest() != one.sorted().digest());
    }
}
