//! Registers of institutions: what each said of an institution on its day, and which identifiers are about the same one.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
};

use chrono::NaiveDate;

use super::{Attributes, Dimension, Pseudonym};

/// Whose register it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RegisterSource {
    /// England's: Get Information about Schools.
    Gias,
    /// Hong Kong's: the list of schools of the Education Bureau.
    Edb,
}

impl fmt::Display for RegisterSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gias => "Get Information about Schools (England)",
            Self::Edb => "the list of schools of the Education Bureau (Hong Kong)",
        })
    }
}

/// What a register said of one institution on its day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterEntry {
    /// The day.
    pub as_of: NaiveDate,
    /// The code of the local authority it stood in.
    pub local_authority: String,
    /// Its public attributes, each blank where the register does not tell it.
    pub attributes: Attributes,
    /// The day it opened, where that is told.
    pub opened_on: Option<NaiveDate>,
    /// The day it closed, where it did.
    pub closed_on: Option<NaiveDate>,
}

/// Which institution an identifier is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identified {
    /// Under which pseudonym a register has it.
    pub registered: Pseudonym,
    /// Under which pseudonym its results are kept: the same for ever, whatever identifiers it takes.
    pub institution: Pseudonym,
}

/// All registers that were taken in, by pseudonyms.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Register {
    /// Of each institution, ascending by day.
    entries: HashMap<Pseudonym, Vec<RegisterEntry>>,
    names: HashMap<Pseudonym, Pseudonym>,
    chains: HashMap<Pseudonym, Pseudonym>,
}

impl Register {
    /// Takes in what the register of the same day or a later one says of an institution, where it says something else than that before: what it goes on to say
    /// is not kept twice, so that many registers take hardly more room than one.
    pub fn enter(&mut self, institution: Pseudonym, entry: RegisterEntry) {
        let entries = self.entries.entry(institution).or_default();
        let says_the_same = |before: &RegisterEntry| RegisterEntry { as_of: before.as_of, ..entry.clone() } == *before;
        if !entries.last().is_some_and(says_the_same) {
            entries.push(entry);
        }
    }

    /// Takes an identifier for another one of the institution that a register has under `target`.
    pub fn name(&mut self, identifier: Pseudonym, target: Pseudonym) {
        self.names.insert(identifier, target);
    }

    /// Lets what is handed in under an identifier be kept under `target`.
    pub fn chain(&mut self, identifier: Pseudonym, target: Pseudonym) {
        self.chains.insert(identifier, target);
    }

    /// Whether no register was taken in.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many links between identifiers it has.
    pub fn links(&self) -> usize {
        self.names.len() + self.chains.len()
    }

    /// Which institution an identifier is about.
    pub fn identify(&self, identifier: Pseudonym) -> Identified {
        let registered = self.names.get(&identifier).copied().unwrap_or(identifier);
        Identified { registered, institution: self.chains.get(&registered).copied().unwrap_or(registered) }
    }

    /// What the newest register until a day said of an institution; where there is none so old, the oldest after it.
    pub fn entry(&self, registered: Pseudonym, day: NaiveDate) -> Option<&RegisterEntry> {
        let entries = self.entries.get(&registered)?;
        let until = entries.partition_point(|entry| entry.as_of <= day);
        entries.get(until.saturating_sub(1))
    }

    /// What the newest register says of an institution.
    pub fn newest(&self, registered: Pseudonym) -> Option<&RegisterEntry> {
        self.entries.get(&registered)?.last()
    }
}

/// Up to how many pupils a school of a phase is small, and up to how many it is medium. There are no official bands; these are ours, the same
/// for every register.
pub const SIZE_CUTS: [(&str, [u32; 2]); 7] = [
    ("primary", [210, 420]),
    ("middle", [360, 600]),
    ("secondary", [700, 1_200]),
    ("all-through", [900, 1_400]),
    ("16-plus", [1_500, 4_000]),
    ("special", [80, 160]),
    ("alternative-provision", [50, 100]),
];

/// The size band of a school by its phase and the number of its pupils.
pub fn size_band(phase: &str, pupils: u32) -> Option<&'static str> {
    let (_, [small, medium]) = SIZE_CUTS.iter().find(|(code, _)| *code == phase)?;
    Some(match pupils {
        _ if pupils <= *small => "small",
        _ if pupils <= *medium => "medium",
        _ => "large",
    })
}

/// State-funded schools that are ranked by disadvantage with one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PhaseGroup {
    /// Primary schools, and middle schools deemed primary.
    Primary,
    /// Secondary and all-through schools, and middle schools deemed secondary.
    Secondary,
    /// Special schools.
    Special,
    /// Alternative provision.
    AlternativeProvision,
}

impl PhaseGroup {
    /// Every group.
    pub const ALL: [Self; 4] = [Self::Primary, Self::Secondary, Self::Special, Self::AlternativeProvision];

    /// The group as stored and told.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::Special => "special",
            Self::AlternativeProvision => "alternative-provision",
        }
    }
}

/// How many schools of a group a register must have at least, so that quintiles are made of it.
pub const FEWEST_RANKED: usize = 100;

/// Up to which share of pupils with free meals each of the first four quintiles goes, in tenths of a percent, by group.
pub type Cuts = BTreeMap<PhaseGroup, [u16; 4]>;

/// The quintile of a share, 1 the least disadvantaged.
pub fn quintile(up_to: &[u16; 4], share: u16) -> u8 {
    up_to.iter().map(|&last| u8::from(share > last)).sum::<u8>() + 1
}

/// A register as it was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterEdition {
    /// Whose it is.
    pub source: RegisterSource,
    /// The day it is of.
    pub as_of: NaiveDate,
    /// SHA-256 of the file.
    pub checksum: [u8; 32],
    /// How many institutions were taken from it.
    pub institutions: usize,
    /// The cuts of disadvantage that went for it: its own, or those of another edition where it has too few schools.
    pub cuts: Cuts,
}

/// One institution as a register's file has it, before it is ranked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// Which one, as a pseudonym.
    pub institution: Pseudonym,
    /// Its other identifiers, as pseudonyms.
    pub names: Vec<Pseudonym>,
    /// The code of the local authority.
    pub local_authority: String,
    /// Its attributes, all but disadvantage.
    pub attributes: Attributes,
    /// With which schools it is ranked by disadvantage, if it is.
    pub group: Option<PhaseGroup>,
    /// The share of pupils with free meals, in tenths of a percent.
    pub free_meals: Option<u16>,
    /// Whether it is open: only these decide on the cuts.
    pub is_open: bool,
    /// The day it opened, where that is told.
    pub opened_on: Option<NaiveDate>,
    /// The day it closed, where it did.
    pub closed_on: Option<NaiveDate>,
    /// The day on which its row was changed last, where that is told.
    pub changed_on: Option<NaiveDate>,
}

/// The cuts of a register's file: of each group with enough schools its own, and of the others those that went before.
pub fn cuts(registered: &[Registered], before: &Cuts) -> Cuts {
    let mut cuts = before.clone();
    for group in PhaseGroup::ALL {
        let ranked = registered.iter().filter(|one| one.group == Some(group) && one.is_open);
        let mut shares: Vec<u16> = ranked.filter_map(|one| one.free_meals).collect();
        shares.sort_unstable();
        if shares.len() >= FEWEST_RANKED {
            let last_of = |quintile: usize| shares[(shares.len() * quintile).div_ceil(5) - 1];
            cuts.insert(group, [1, 2, 3, 4].map(last_of));
        }
    }
    cuts
}

impl Registered {
    /// What the register says of it, ranked by cuts.
    pub fn entry(&self, as_of: NaiveDate, cuts: &Cuts) -> RegisterEntry {
        let up_to = self.group.and_then(|group| cuts.get(&group));
        let quintile = up_to.zip(self.free_meals).map(|(up_to, share)| quintile(up_to, share));
        let mut attributes = self.attributes;
        attributes.0[Dimension::Disadvantage as usize] = quintile.unwrap_or_default();
        RegisterEntry {
            as_of,
            local_authority: self.local_authority.clone(),
            attributes,
            opened_on: self.opened_on,
            closed_on: self.closed_on,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn school(number: u8, free_meals: u16) -> Registered {
        Registered {
            institution: Pseudonym([number; 32]),
            names: Vec::new(),
            local_authority: "E06000047".into(),
            attributes: Attributes::default(),
            group: Some(PhaseGroup::Secondary),
            free_meals: Some(free_meals),
            is_open: true,
            opened_on: None,
            closed_on: None,
            changed_on: None,
        }
    }

    #[test]
    fn what_held_in_a_term_is_what_the_register_before_it_said() {
        let mut register = Register::default();
        for (as_of, number) in [("2021-09-01", 1), ("2022-09-01", 2), ("2023-09-01", 3)] {
            let moved = Registered { local_authority: format!("E0600000{number}"), ..school(1, 0) };
            register.enter(Pseudonym([1; 32]), moved.entry(day(as_of), &Cuts::new()));
        }
        for (wanted, of) in [
            ("2020-12-31", "2021-09-01"),
            ("2021-09-01", "2021-09-01"),
            ("2022-12-31", "2022-09-01"),
            ("2026-07-31", "2023-09-01"),
        ] {
            assert_eq!(register.entry(Pseudonym([1; 32]), day(wanted)).unwrap().as_of, day(of), "{wanted}");
        }
        assert_eq!(register.entry(Pseudonym([2; 32]), day("2022-12-31")), None);
    }

    #[test]
    fn registers_that_say_the_same_are_kept_once() {
        let mut register = Register::default();
        let mut all = Vec::new();
        let of = Pseudonym([1; 32]);
        for (as_of, share) in
            [("2021-09-01", 0), ("2022-09-01", 0), ("2023-09-01", 50), ("2024-09-01", 50), ("2025-09-01", 0)]
        {
            let entry = RegisterEntry {
                closed_on: (share > 0).then(|| day("2023-08-31")),
                ..school(1, 0).entry(day(as_of), &Cuts::new())
            };
            all.push(entry.clone());
            register.enter(of, entry);
        }
        assert_eq!(register.entries[&of].len(), 3);
        for wanted in ["2020-01-01", "2021-12-31", "2022-12-31", "2023-12-31", "2024-12-31", "2025-12-31"] {
            let until = all.iter().rfind(|entry| entry.as_of <= day(wanted)).unwrap_or(&all[0]);
            assert_eq!(register.entry(of, day(wanted)).unwrap().closed_on, until.closed_on, "{wanted}");
        }
    }

    #[test]
    fn an_institution_with_two_identifiers_is_one_and_stays_it_under_a_third() {
        let of = |number| Pseudonym([number; 32]);
        let mut register = Register::default();
        register.name(of(9), of(2));
        register.chain(of(2), of(1));
        assert_eq!(register.identify(of(9)), Identified { registered: of(2), institution: of(1) });
        assert_eq!(register.identify(of(2)), Identified { registered: of(2), institution: of(1) });
        assert_eq!(register.identify(of(1)), Identified { registered: of(1), institution: of(1) });
    }

    #[test]
    fn quintiles_are_made_of_a_hundred_schools_at_least_and_of_open_ones() {
        let mut all: Vec<Registered> = (0..100).map(|number| school(number, u16::from(number) * 10)).collect();
        let found = cuts(&all, &Cuts::new());
        assert_eq!(found[&PhaseGroup::Secondary], [190, 390, 590, 790]);
        let of = |share| quintile(&found[&PhaseGroup::Secondary], share);
        assert_eq!([0, 190, 191, 790, 791, 1_000].map(of), [1, 1, 2, 4, 5, 5]);
        assert_eq!(all[20].entry(day("2024-01-01"), &found).attributes.code(Dimension::Disadvantage), Some("2"));
        all[0].is_open = false;
        assert!(cuts(&all, &Cuts::new()).is_empty());
        assert_eq!(cuts(&all, &found), found, "those of before go on");
    }

    #[test]
    fn every_phase_has_size_bands() {
        for phase in Dimension::Phase.categories() {
            let band = |pupils| size_band(phase.code, pupils).unwrap();
            assert_eq!((band(1), band(100_000)), ("small", "large"), "{}", phase.code);
        }
    }
}
