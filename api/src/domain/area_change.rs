//! What an operator says of areas: new ones, other names and dates, and which came in the place of which.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use chrono::NaiveDate;

use super::{Area, AreaKind, Catalogue, Membership, Reference, Succession, SuccessionKind};

/// What is said of one area. What is absent stays as it is, or as it is of the area before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AreaChange {
    /// The code.
    pub code: String,
    /// The name; needed of a new area.
    pub name: Option<String>,
    /// What sort of place it is; needed of a new area, and never changed.
    pub kind: Option<AreaKind>,
    /// Where the code comes from; `local` where absent.
    pub code_scheme: Option<String>,
    /// The codes of the areas it lies in, from its first day on; of a new area those of the areas before it where there are none.
    pub within: Vec<String>,
    /// The codes of areas that lie in it, from its first day on.
    pub members: Vec<String>,
    /// The first day.
    pub valid_from: Option<NaiveDate>,
    /// The last day.
    pub valid_to: Option<NaiveDate>,
    /// The codes of the areas in whose place it comes, or of which it takes a part.
    pub succeeds: Vec<String>,
    /// How it comes in their place.
    pub succession: Option<SuccessionKind>,
    /// Where this is known from.
    pub source: Option<String>,
}

/// Why something that is said of an area or a comparator is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{code}`, {part}: expected {expected}, found `{found}`")]
pub struct InvalidChange {
    /// The code of what it is said of.
    pub code: String,
    /// Which part of it, by the name of its column.
    pub part: &'static str,
    /// What was found.
    pub found: String,
    /// What was expected.
    pub expected: String,
}

/// Where what has no source was taken from.
const OPERATOR: &str = "the operator";

/// The longest code and the longest name, characters.
const LONGEST_CODE: usize = 32;
const LONGEST_NAME: usize = 200;

/// Whether a text can be a code. Files may write codes in any case, so one in small letters could not be named.
pub(super) fn is_code(text: &str) -> bool {
    (1..=LONGEST_CODE).contains(&text.len()) && text.chars().all(|c| c.is_ascii_graphic() && !c.is_ascii_lowercase())
}

/// Whether a text can be a name.
pub(super) fn fits(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= LONGEST_NAME && !text.chars().any(char::is_control)
}

impl AreaChange {
    fn invalid(&self, part: &'static str, found: &dyn fmt::Display, expected: impl Into<String>) -> InvalidChange {
        InvalidChange { code: self.code.clone(), part, found: found.to_string(), expected: expected.into() }
    }

    fn source(&self) -> String {
        self.source.clone().unwrap_or_else(|| OPERATOR.to_owned())
    }

    /// The area as it is said to be, `before` being what was said of it.
    fn area(&self, before: Option<&Area>, predecessor: Option<&Area>) -> Result<Area, InvalidChange> {
        if before.is_none() && !is_code(&self.code) {
            return Err(self.invalid("code", &self.code.escape_debug(), "1 to 32 capital letters, digits and signs"));
        }
        if let Some(name) = self.name.as_ref().filter(|name| !fits(name)) {
            return Err(self.invalid("name", &name.escape_debug(), "1 to 200 printable characters"));
        }
        let kind = match (before, self.kind) {
            (Some(before), Some(kind)) if before.kind != kind => {
                return Err(self.invalid("kind", &kind, format!("{}, which the area is", before.kind)));
            }
            (Some(before), _) => before.kind,
            (None, kind) => kind
                .or(predecessor.map(|area| area.kind))
                .ok_or_else(|| self.invalid("kind", &"", "the kind of a new area, e.g. `hub`"))?,
        };
        let name = self.name.clone().or_else(|| before.map(|area| area.name.clone()));
        let name = name.ok_or_else(|| self.invalid("name", &"", "the name of a new area"))?;
        let parent = before.map_or_else(
            || self.within.first().cloned().or_else(|| predecessor?.parent.clone()),
            |area| area.parent.clone(),
        );
        let (valid_from, valid_to) =
            (self.valid_from.or_else(|| before?.valid_from), self.valid_to.or_else(|| before?.valid_to));
        if let Some((from, to)) = valid_from.zip(valid_to).filter(|(from, to)| to < from) {
            return Err(self.invalid("valid_to", &to, format!("a day no earlier than the first, {from}")));
        }
        let scheme = self.code_scheme.clone().or_else(|| before.map(|area| area.code_scheme.clone()));
        Ok(Area {
            code: self.code.clone(),
            name,
            kind,
            parent,
            code_scheme: scheme.unwrap_or_else(|| "local".to_owned()),
            valid_from,
            valid_to,
            source: self.source.clone().or_else(|| before.map(|area| area.source.clone())).unwrap_or(OPERATOR.into()),
            own: true,
        })
    }
}

impl Reference {
    /// With what an operator says of areas, one after the other. An area in whose place another one comes ends the day before,
    /// unless its boundary alone moves; the later one lies where the earlier did, unless something else is said.
    ///
    /// # Errors
    /// The first thing that is not taken.
    pub fn with_changes(&self, changes: &[AreaChange]) -> Result<Self, InvalidChange> {
        let mut now = self.clone();
        for change in changes {
            now = now.with_areas(&now.said(change)?);
        }
        Ok(now)
    }

    /// The rows that one change makes.
    fn said(&self, change: &AreaChange) -> Result<Self, InvalidChange> {
        let areas: BTreeMap<&str, &Area> = self.areas.iter().map(|area| (area.code.as_str(), area)).collect();
        let known = |part, code: &String| {
            let unknown = || change.invalid(part, code, "the code of another area, those of earlier rows among them");
            areas.get(code.as_str()).copied().filter(|area| area.code != change.code).ok_or_else(unknown)
        };
        let before = areas.get(change.code.as_str()).copied();
        if let Some(other) = self.comparators.iter().find(|one| before.is_none() && one.code == change.code) {
            let expected = format!("a code that no comparator has; it is {}", other.name);
            return Err(change.invalid("code", &change.code, expected));
        }
        let predecessors: Vec<&Area> =
            change.succeeds.iter().map(|code| known("succeeds", code)).collect::<Result<_, _>>()?;
        let area = change.area(before, predecessors.first().copied())?;
        let mut rows = Self::default();
        let membership = |child: &str, parent: &str| Membership {
            child: child.to_owned(),
            parent: parent.to_owned(),
            valid_from: change.valid_from,
            valid_to: None,
            source: change.source(),
            own: true,
        };
        for code in &change.within {
            let around = known("within", code)?;
            if area.parent.as_ref() != Some(&around.code) {
                rows.memberships.push(membership(&area.code, &around.code));
            }
        }
        if before.is_none() && change.within.is_empty() {
            let of_predecessor = |one: &&Membership| predecessors.first().is_some_and(|area| area.code == one.child);
            let lasting = self.memberships.iter().filter(of_predecessor).filter(|one| one.valid_to.is_none());
            rows.memberships.extend(lasting.map(|one| membership(&area.code, &one.parent)));
        }
        for code in &change.members {
            let inside = known("members", code)?;
            if area.kind == AreaKind::Hub || inside.kind == AreaKind::Hub {
                let expected = "no members: those of a hub are institutions, each named by its row";
                return Err(change.invalid("members", code, expected));
            }
            rows.memberships.push(membership(&inside.code, &area.code));
        }
        rows.successions = self.succeeding(change, &area, &predecessors)?;
        let exact = rows.successions.first().is_some_and(|one| one.kind != SuccessionKind::Boundary);
        for predecessor in predecessors.into_iter().filter(|_| exact) {
            let last = area.valid_from.and_then(|from| from.pred_opt());
            if predecessor.valid_to.is_none_or(|to| last.is_some_and(|last| last < to)) {
                rows.areas.push(Area { valid_to: last, own: true, ..predecessor.clone() });
            }
        }
        let same = before.is_some_and(|before| Area { own: before.own, ..area.clone() } == *before);
        if !same {
            rows.areas.push(area);
        }
        Ok(rows)
    }

    fn succeeding(
        &self,
        change: &AreaChange,
        area: &Area,
        predecessors: &[&Area],
    ) -> Result<Vec<Succession>, InvalidChange> {
        if predecessors.is_empty() {
            return match change.succession {
                Some(kind) => Err(change.invalid("succession", &kind, "nothing, where no area is succeeded")),
                None => Ok(Vec::new()),
            };
        }
        let kind = change.succession.ok_or_else(|| {
            change.invalid("succession", &"", "how it comes in their place: recode, merge, split or boundary")
        })?;
        let on = area.valid_from.ok_or_else(|| change.invalid("valid_from", &"", "the first day of a successor"))?;
        if let Some(other) = predecessors.iter().find(|other| other.kind != area.kind) {
            return Err(change.invalid("succeeds", &other.code, format!("an area of kind {}", area.kind)));
        }
        if kind == SuccessionKind::Recode {
            let another = |one: &&Succession| one.from == predecessors[0].code && one.to != area.code;
            if let Some(other) = predecessors.get(1) {
                return Err(change.invalid("succeeds", &other.code, "one area: what takes in several is a merge"));
            }
            if let Some(other) = self.successions.iter().find(another) {
                return Err(change.invalid("succession", &kind, format!("a split: `{}` comes after it too", other.to)));
            }
        }
        let succession = |before: &&Area| Succession {
            from: before.code.clone(),
            to: area.code.clone(),
            on,
            kind,
            source: change.source(),
            own: true,
        };
        Ok(predecessors.iter().map(succession).collect())
    }
}

impl Catalogue {
    /// The first area of these codes that holds a local authority which another area of its kind holds too, with that area: a
    /// tabulation is charged for a kind of area, so one kind must tell of each institution once. Hubs name their institutions
    /// one by one.
    pub fn overlapping(&self, codes: &BTreeSet<&str>) -> Option<(&Area, &Area)> {
        let places = |kind: AreaKind| !matches!(kind, AreaKind::Hub | AreaKind::LocalAuthority);
        let in_use =
            || self.areas().iter_enumerated().filter(|&(index, area)| self.is_in_use(index) && places(area.kind));
        in_use().filter(|(_, area)| codes.contains(area.code.as_str())).find_map(|(index, area)| {
            let inside = self.local_authorities(index);
            let shares = |&(other, _): &(_, &Area)| {
                other != index && self.local_authorities(other).iter().any(|one| inside.binary_search(one).is_ok())
            };
            in_use().filter(|(_, other)| other.kind == area.kind).find(shares).map(|(_, other)| (area, other))
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::catalogue::tests::{area, membership};

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn shipped() -> Reference {
        let areas = vec![
            area("R", AreaKind::Region, None),
            area("L", AreaKind::Lep, Some("R")),
            area("A", AreaKind::LocalAuthority, Some("R")),
            area("B", AreaKind::LocalAuthority, Some("R")),
        ];
        Reference { areas, memberships: vec![membership("A", "L"), membership("B", "L")], ..Reference::default() }
    }

    fn change(code: &str) -> AreaChange {
        AreaChange { code: code.into(), ..AreaChange::default() }
    }

    fn part_of(code: &str, before: &str, kind: SuccessionKind) -> AreaChange {
        AreaChange {
            name: Some(code.to_lowercase()),
            valid_from: Some(day("2027-04-01")),
            succeeds: vec![before.into()],
            succession: Some(kind),
            ..change(code)
        }
    }

    #[test]
    fn a_split_ends_the_area_before_and_its_parts_lie_where_it_lay() {
        let changes = [part_of("A1", "A", SuccessionKind::Split), part_of("A2", "A", SuccessionKind::Split)];
        let with = shipped().with_changes(&changes).unwrap();
        assert_eq!(with.with_changes(&changes).unwrap(), with, "the same again says nothing new");
        let codes = |as_of: &str| {
            let catalogue = with.clone().into_catalogue(day(as_of)).unwrap();
            let lep = catalogue.local_authorities(catalogue.area_index("L").unwrap()).to_vec();
            lep.into_iter().map(|one| catalogue.areas()[one].code.clone()).collect::<Vec<_>>()
        };
        assert_eq!(codes("2026-12-31"), ["A", "B"]);
        assert_eq!(codes("2027-05-01"), ["A", "A1", "A2", "B"], "results of before stay in A");
        let ended = with.areas.iter().find(|area| area.code == "A").unwrap();
        assert_eq!((ended.valid_to, ended.own), (Some(day("2027-03-31")), true));
    }

    #[test]
    fn what_makes_no_sense_is_told_with_what_was_expected() {
        let hub = || AreaChange { name: Some("Hub".into()), kind: Some(AreaKind::Hub), ..change("H") };
        for (wrong, told) in [
            (change("H"), "`H`, kind: expected the kind of a new area, e.g. `hub`, found ``"),
            (
                AreaChange { code: "H H".into(), ..hub() },
                "`H H`, code: expected 1 to 32 capital letters, digits and signs",
            ),
            // Files may write codes in any case, so that one in small letters could not be named.
            (
                AreaChange { code: "h1".into(), ..hub() },
                "`h1`, code: expected 1 to 32 capital letters, digits and signs",
            ),
            (AreaChange { within: vec!["X".into()], ..hub() }, "`H`, within: expected the code of another area"),
            (AreaChange { members: vec!["A".into()], ..hub() }, "`H`, members: expected no members"),
            (AreaChange { kind: Some(AreaKind::Hub), ..change("L") }, "`L`, kind: expected lep, which the area is"),
            (AreaChange { succeeds: vec!["A".into()], ..hub() }, "`H`, succession: expected how it comes"),
            (part_of("L2", "A", SuccessionKind::Recode), ""),
            (
                AreaChange { kind: Some(AreaKind::Lep), ..part_of("L2", "A", SuccessionKind::Merge) },
                "`L2`, succeeds: expected an area of kind lep, found `A`",
            ),
            (
                AreaChange { valid_from: Some(day("2027-01-01")), valid_to: Some(day("2026-01-01")), ..hub() },
                "`H`, valid_to: expected a day no earlier than the first, 2027-01-01",
            ),
        ] {
            match shipped().with_changes(&[wrong]) {
                Ok(_) => assert_eq!(told, ""),
                Err(error) => assert!(!told.is_empty() && error.to_string().starts_with(told), "{error}"),
            }
        }
    }

    #[test]
    fn areas_of_one_kind_do_not_overlap() {
        let lep = AreaChange {
            name: Some("Another".into()),
            kind: Some(AreaKind::Lep),
            members: vec!["B".into()],
            ..change("M")
        };
        let with = shipped().with_changes(&[lep]).unwrap();
        let catalogue = with.into_catalogue(day("2026-12-31")).unwrap();
        let (one, other) = catalogue.overlapping(&BTreeSet::from(["M"])).unwrap();
        assert_eq!((one.code.as_str(), other.code.as_str()), ("M", "L"));
        assert!(catalogue.overlapping(&BTreeSet::from(["A"])).is_none());
    }
}
