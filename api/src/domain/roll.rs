//! Who may hand in what: the roll of institutions, and the one organisation that speaks for each.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use super::{AreaIndex, AreaKind, Attributes, Catalogue, Location, Organisation, Pseudonym, Register};

/// What the roll says of one institution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollEntry {
    /// Where it stands.
    pub location: Location,
    /// Its public attributes.
    pub attributes: Attributes,
}

/// One line for the roll, from a file or a register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollRecord {
    /// Which institution, as a pseudonym.
    pub institution: Pseudonym,
    /// The scheme of the identifier behind the pseudonym, e.g. `URN`.
    pub scheme: String,
    /// What the roll says of it from now on.
    pub entry: RollEntry,
    /// The code of the organisation that speaks for it from now on; whoever does so already where absent.
    pub provider: Option<String>,
}

/// The roll as of now. A local authority of which it names an institution is enrolled: it names them all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roll {
    entries: HashMap<Pseudonym, RollEntry>,
    speakers: HashMap<Pseudonym, i64>,
    enrolled: BTreeSet<String>,
    register: Arc<Register>,
}

impl Roll {
    /// Puts an institution on the roll.
    pub fn enter(&mut self, institution: Pseudonym, entry: RollEntry) {
        self.enrolled.insert(entry.location.local_authority.clone());
        self.entries.insert(institution, entry);
    }

    /// Lets an organisation, by its key, speak for an institution.
    pub fn let_speak(&mut self, institution: Pseudonym, organisation: i64) {
        self.speakers.insert(institution, organisation);
    }

    /// Lays registers beside it, for what it does not say.
    #[must_use]
    pub fn beside(self, register: Arc<Register>) -> Self {
        Self { register, ..self }
    }

    /// The registers beside it.
    pub fn register(&self) -> &Register {
        &self.register
    }

    /// What the roll says of an institution.
    pub fn entry(&self, institution: Pseudonym) -> Option<&RollEntry> {
        self.entries.get(&institution)
    }

    /// The key of the organisation that speaks for an institution.
    pub fn speaker(&self, institution: Pseudonym) -> Option<i64> {
        self.speakers.get(&institution).copied()
    }

    /// Whether the roll names the institutions of a local authority.
    pub fn is_enrolled(&self, local_authority: &str) -> bool {
        self.enrolled.contains(local_authority)
    }

    /// Whether an organisation may still hand in for an institution what an earlier roll let it.
    pub fn still_lets(&self, earlier: &Self, organisation: i64, institution: Pseudonym, local_authority: &str) -> bool {
        let entry = self.entry(institution);
        self.speaker(institution).is_none_or(|speaker| speaker == organisation)
            && entry == earlier.entry(institution)
            && (entry.is_some() || self.is_enrolled(local_authority) == earlier.is_enrolled(local_authority))
    }
}

/// Why an organisation may not hand in for an institution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outside {
    /// Another organisation speaks for it.
    SpokenFor,
    /// Its local authority is enrolled, and the roll does not name it.
    NotOnRoll,
    /// The roll has it in this local authority.
    OtherPlace(String),
    /// Its careers hub, and none of that hub's institutions stand in its local authority.
    HubElsewhere(String),
    /// It stands outside the area of the organisation.
    OtherArea,
}

/// What one organisation may hand in, as the roll stands.
#[derive(Clone, Copy)]
pub struct Remit<'a> {
    /// The areas.
    pub catalogue: &'a Catalogue,
    /// The roll.
    pub roll: &'a Roll,
    /// Who hands in.
    pub organisation: &'a Organisation,
}

impl Remit<'_> {
    /// What speaks against results of an institution that stands, by the file, in a location.
    pub fn against(&self, institution: Pseudonym, said: &Location) -> Option<Outside> {
        let entry = self.roll.entry(institution);
        let location = entry.map_or(said, |entry| &entry.location);
        let speaks = match self.roll.speaker(institution) {
            Some(speaker) if speaker != self.organisation.id => return Some(Outside::SpokenFor),
            speaker => speaker.is_some(),
        };
        if entry.is_none() && self.is_enrolled(&said.local_authority) {
            return Some(Outside::NotOnRoll);
        }
        if self.now(&location.local_authority) != self.now(&said.local_authority) {
            return Some(Outside::OtherPlace(location.local_authority.clone()));
        }
        if let Some(hub) = location.hub.as_ref().filter(|_| !belong_together(self.catalogue, location)) {
            return Some(Outside::HubElsewhere(hub.clone()));
        }
        (!holds(self.catalogue, &self.organisation.area, location, speaks)).then_some(Outside::OtherArea)
    }

    /// The local authority that counts what stood in the one with a code: the roll may have a code of before.
    fn now(&self, code: &str) -> Option<AreaIndex> {
        self.catalogue.area_index(code).map(|area| self.catalogue.counted_in(area))
    }

    fn is_enrolled(&self, local_authority: &str) -> bool {
        let before = self.catalogue.area_index(local_authority).map(|area| self.catalogue.predecessors(area));
        let mut before = before.into_iter().flatten().filter(|one| one.kind.is_exact());
        self.roll.is_enrolled(local_authority)
            || before.any(|one| self.roll.is_enrolled(&self.catalogue.areas()[one.from].code))
    }

    /// What speaks against destinations of an institution: only who speaks for it hands them in.
    pub fn against_destinations(&self, institution: Pseudonym) -> Option<Outside> {
        (self.roll.speaker(institution) != Some(self.organisation.id)).then_some(Outside::SpokenFor)
    }
}

/// Whether the local authority of a location lies in every area around its careers hub, so that no cell of the hub counts
/// anybody from outside an area that the hub lies in. So it does where there is no hub.
pub fn belong_together(catalogue: &Catalogue, location: &Location) -> bool {
    let Some(hub) = &location.hub else { return true };
    let authority = catalogue.area_index(&location.local_authority).map(|area| catalogue.counted_in(area));
    let (hub, authority) = (catalogue.area_index(hub), authority);
    hub.zip(authority)
        .is_some_and(|(hub, authority)| catalogue.parents(hub).iter().all(|&area| catalogue.lies_in(authority, area)))
}

/// Whether an area holds an institution in a location. A hub holds those that belong to it, and those that it speaks for while
/// they belong to none, in the terms before they joined.
pub fn holds(catalogue: &Catalogue, area: &str, location: &Location, speaks: bool) -> bool {
    let within = |code: &str| {
        let inner = catalogue.area_index(code).map(|area| catalogue.counted_in(area));
        inner.zip(catalogue.area_now(area)).is_some_and(|(inner, outer)| catalogue.lies_in(inner, outer))
    };
    let is_hub = catalogue.area_index(area).is_some_and(|index| catalogue.areas()[index].kind == AreaKind::Hub);
    let left_out = || Location { hub: Some(area.to_owned()), ..location.clone() };
    within(&location.local_authority)
        || location.hub.as_deref().is_some_and(within)
        || (is_hub && speaks && location.hub.is_none() && belong_together(catalogue, &left_out()))
}
