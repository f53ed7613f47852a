//! What an operator says of comparators, and which areas they stand for.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use chrono::NaiveDate;

use super::{Area, AreaIndex, Catalogue, Comparator, Reference, area_change::InvalidChange, area_change::fits};

/// What an operator says of one comparator. What is absent stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ComparatorChange {
    /// The code.
    pub code: String,
    /// The name; needed of a new one.
    pub name: Option<String>,
    /// The code of the area that the members are compared with.
    pub about: Option<String>,
    /// The codes of all its members; needed of a new one.
    pub members: Vec<String>,
    /// The first day.
    pub valid_from: Option<NaiveDate>,
    /// The last day.
    pub valid_to: Option<NaiveDate>,
    /// Where the list was taken from.
    pub source: Option<String>,
}

/// The most members, which is the most areas that a question may name.
const MOST_MEMBERS: usize = 1000;

impl ComparatorChange {
    fn invalid(&self, part: &'static str, found: &dyn fmt::Display, expected: impl Into<String>) -> InvalidChange {
        InvalidChange { code: self.code.clone(), part, found: found.to_string(), expected: expected.into() }
    }

    /// The comparator as it is said to be, `before` being what was said of it.
    fn said(&self, before: Option<&Comparator>, areas: &BTreeMap<&str, &Area>) -> Result<Comparator, InvalidChange> {
        if !super::area_change::is_code(&self.code) {
            return Err(self.invalid("code", &self.code.escape_debug(), "1 to 32 capital letters, digits and signs"));
        }
        if let Some(area) = areas.get(self.code.as_str()) {
            return Err(self.invalid("code", &self.code, format!("a code that no area has; it is {}", area.name)));
        }
        for (part, text) in [("name", &self.name), ("source", &self.source)] {
            if let Some(text) = text.as_ref().filter(|text| !fits(text)) {
                return Err(self.invalid(part, &text.escape_debug(), "1 to 200 printable characters"));
            }
        }
        let name = self.name.clone().or_else(|| before.map(|before| before.name.clone()));
        let name = name.ok_or_else(|| self.invalid("name", &"", "the name of a new comparator"))?;
        let source = self.source.clone().or_else(|| before.map(|before| before.source.clone()));
        let source = source.ok_or_else(|| self.invalid("source", &"", "where the list of a new comparator is from"))?;
        let about = self.about.clone().or_else(|| before?.about.clone());
        if let Some(code) = about.as_ref().filter(|code| !areas.contains_key(code.as_str())) {
            return Err(self.invalid("about", code, "the code of an area"));
        }
        let (valid_from, valid_to) =
            (self.valid_from.or_else(|| before?.valid_from), self.valid_to.or_else(|| before?.valid_to));
        if let Some((from, to)) = valid_from.zip(valid_to).filter(|(from, to)| to < from) {
            return Err(self.invalid("valid_to", &to, format!("a day no earlier than the first, {from}")));
        }
        let members = self.members(before, areas)?;
        Ok(Comparator { code: self.code.clone(), name, about, members, valid_from, valid_to, source, own: true })
    }

    fn members(
        &self,
        before: Option<&Comparator>,
        areas: &BTreeMap<&str, &Area>,
    ) -> Result<Vec<String>, InvalidChange> {
        let named: BTreeSet<&String> = match before {
            Some(before) if self.members.is_empty() => before.members.iter().collect(),
            _ => self.members.iter().collect(),
        };
        let mut first: Option<&Area> = None;
        for code in &named {
            let area = areas.get(code.as_str()).ok_or_else(|| self.invalid("members", code, "the codes of areas"))?;
            let kind = first.get_or_insert(area).kind;
            if area.kind != kind {
                let expected = format!("areas of one kind, as one table has; here {kind}");
                return Err(self.invalid("members", &format_args!("{code} ({})", area.kind), expected));
            }
        }
        if first.is_none() || named.len() > MOST_MEMBERS {
            let expected = format!("the codes of 1 to {MOST_MEMBERS} areas");
            return Err(self.invalid("members", &format_args!("{} of them", named.len()), expected));
        }
        Ok(named.into_iter().cloned().collect())
    }
}

impl Reference {
    /// With what an operator says of comparators, one after the other.
    ///
    /// # Errors
    /// The first thing that is not taken.
    pub fn with_comparators(&self, changes: &[ComparatorChange]) -> Result<Self, InvalidChange> {
        let areas: BTreeMap<&str, &Area> = self.areas.iter().map(|area| (area.code.as_str(), area)).collect();
        let mut now: BTreeMap<String, Comparator> =
            self.comparators.iter().map(|one| (one.code.clone(), one.clone())).collect();
        for change in changes {
            let before = now.get(&change.code);
            let said = change.said(before, &areas)?;
            let same = before.is_some_and(|before| Comparator { own: before.own, ..said.clone() } == *before);
            if !same {
                now.insert(said.code.clone(), said);
            }
        }
        Ok(Self { comparators: now.into_values().collect(), ..self.clone() })
    }
}

impl Catalogue {
    /// The comparator with a code.
    pub fn comparator(&self, code: &str) -> Option<&Comparator> {
        let comparators = self.comparators();
        comparators.binary_search_by(|one| one.code.as_str().cmp(code)).ok().map(|position| &comparators[position])
    }

    /// The members of a comparator in the geography of the day, ascending and each once: in the place of one that was recoded or
    /// merged stands the area that counts it, and one that can be asked for no more is none.
    pub fn members(&self, comparator: &Comparator) -> Vec<AreaIndex> {
        let found = comparator.members.iter().filter_map(|code| self.area_index(code));
        let counted: BTreeSet<AreaIndex> = found.map(|area| self.counted_in(area)).collect();
        counted.into_iter().filter(|&area| self.can_be_asked_for(area)).collect()
    }

    /// The comparators in use that an area is put beside: those that are about it, and those of nobody in particular that it is a
    /// member of.
    pub fn comparators_of(&self, area: AreaIndex) -> impl Iterator<Item = &Comparator> {
        let in_use = self.comparators().iter().filter(|one| one.is_in_use_on(self.as_of()));
        in_use.filter(move |one| match one.about.as_deref() {
            Some(about) => self.area_now(about) == Some(area),
            None => self.members(one).binary_search(&area).is_ok(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AreaKind, Succession, SuccessionKind, catalogue::tests::area};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn shipped() -> Reference {
        let kind = AreaKind::LocalAuthority;
        let areas = ["A", "B", "C"].map(|code| area(code, kind, Some("R")));
        let areas = areas.into_iter().chain([area("R", AreaKind::Region, None)]).collect();
        Reference { areas, ..Reference::default() }.sorted()
    }

    fn neighbours() -> ComparatorChange {
        ComparatorChange {
            code: "SN-A".into(),
            name: Some("Neighbours of A".into()),
            about: Some("A".into()),
            members: vec!["C".into(), "B".into(), "C".into()],
            source: Some("a table".into()),
            ..ComparatorChange::default()
        }
    }

    #[test]
    fn what_makes_no_sense_is_told_with_what_was_expected() {
        let with = |change: ComparatorChange| shipped().with_comparators(&[change]).unwrap_err().to_string();
        for (change, told) in [
            (ComparatorChange { code: "sn".into(), ..neighbours() }, "`sn`, code: expected 1 to 32 capital letters"),
            (ComparatorChange { code: "A".into(), ..neighbours() }, "`A`, code: expected a code that no area has"),
            (ComparatorChange { name: None, ..neighbours() }, "`SN-A`, name: expected the name"),
            (ComparatorChange { name: Some("a\u{1b}".into()), ..neighbours() }, "`SN-A`, name: expected 1 to 200"),
            (ComparatorChange { source: None, ..neighbours() }, "`SN-A`, source: expected where"),
            (ComparatorChange { about: Some("X".into()), ..neighbours() }, "`SN-A`, about: expected the code"),
            (ComparatorChange { members: vec![], ..neighbours() }, "`SN-A`, members: expected the codes of 1 to 1000"),
            (ComparatorChange { members: vec!["X".into()], ..neighbours() }, "`SN-A`, members: expected the codes"),
            (
                ComparatorChange { members: vec!["A".into(), "R".into()], ..neighbours() },
                "`SN-A`, members: expected areas of one kind, as one table has; here local_authority, found `R (region)`",
            ),
            (
                ComparatorChange {
                    valid_from: Some(day("2027-01-01")),
                    valid_to: Some(day("2026-01-01")),
                    ..neighbours()
                },
                "`SN-A`, valid_to: expected a day no earlier",
            ),
        ] {
            let found = with(change);
            assert!(found.starts_with(told), "{found}");
        }
    }

    #[test]
    fn what_is_left_out_stays_and_the_same_again_says_nothing_new() {
        let with = shipped().with_comparators(&[neighbours()]).unwrap();
        assert_eq!(with.comparators[0].members, ["B", "C"]);
        assert_eq!(with.with_comparators(&[neighbours()]).unwrap(), with);
        let ended =
            ComparatorChange { code: "SN-A".into(), valid_to: Some(day("2026-01-01")), ..ComparatorChange::default() };
        let ended = with.with_comparators(&[ended]).unwrap();
        assert_eq!(
            (&ended.comparators[0].members, &ended.comparators[0].name),
            (&with.comparators[0].members, &with.comparators[0].name)
        );
        let catalogue = ended.into_catalogue(day("2026-01-02")).unwrap();
        assert_eq!(catalogue.comparators_of(catalogue.area_index("A").unwrap()).count(), 0);
    }

    #[test]
    fn members_stand_in_the_geography_of_the_day() {
        let mut reference = shipped().with_comparators(&[neighbours()]).unwrap();
        let merged = |from: &str| Succession {
            from: from.into(),
            to: "D".into(),
            on: day("2026-04-01"),
            kind: SuccessionKind::Merge,
            source: String::new(),
            own: false,
        };
        reference
            .areas
            .push(Area { valid_from: Some(day("2026-04-01")), ..area("D", AreaKind::LocalAuthority, Some("R")) });
        for area in reference.areas.iter_mut().filter(|area| matches!(area.code.as_str(), "B" | "C")) {
            area.valid_to = Some(day("2026-03-31"));
        }
        reference.successions = vec![merged("B"), merged("C")];
        let members = |as_of: &str| {
            let catalogue = reference.clone().into_catalogue(day(as_of)).unwrap();
            let members = catalogue.members(catalogue.comparator("SN-A").unwrap());
            members.into_iter().map(|member| catalogue.areas()[member].code.clone()).collect::<Vec<_>>()
        };
        assert_eq!(
            (members("2026-01-01"), members("2026-05-01")),
            (vec!["B".into(), "C".into()], vec!["D".to_owned()])
        );
    }
}
