//! The institutions that are attacked, and what everybody knows of them: place, hub, attributes, who took part.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write,
    ops::Range,
    sync::LazyLock,
};

use api::{
    domain::{AreaIndex, AreaKind, Attributes, Catalogue, Dimension, Period, Secret},
    ingest::reference,
    synthetic,
};

use super::{
    ask::{Cell, Tabulation},
    random::Random,
};

/// The benchmarks of the framework in use.
pub(super) const BENCHMARKS: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];

/// The seed of every population drawn here: another than the demonstration's.
const SEED: u64 = 40_731;

/// The shipped areas and frameworks.
pub(super) fn catalogue() -> &'static Catalogue {
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
        let shipped = reference::load().unwrap();
        shipped.into_catalogue("2026-11-24".parse().unwrap()).unwrap()
    });
    &CATALOGUE
}

/// The area with a code.
pub(super) fn area(code: &str) -> AreaIndex {
    catalogue().area_index(code).unwrap()
}

/// One institution. Its scores are the same in every term: the attacker's best case.
#[derive(Debug, Clone)]
pub(super) struct Institution {
    pub(super) local_authority: AreaIndex,
    /// Hubs, and the terms of belonging to each.
    pub(super) hubs: Vec<(AreaIndex, Range<usize>)>,
    pub(super) attributes: Attributes,
    /// By benchmark.
    pub(super) scores: [Option<u8>; 8],
    /// The terms in which it has no results, ascending: it was absent, had not opened yet, or has closed.
    pub(super) absent: Vec<usize>,
}

/// Institutions over some terms.
#[derive(Debug, Clone)]
pub(super) struct Population {
    pub(super) institutions: Vec<Institution>,
    pub(super) periods: Vec<Period>,
}

impl Institution {
    pub(super) fn hub(&self, term: usize) -> Option<AreaIndex> {
        self.hubs.iter().find(|(_, terms)| terms.contains(&term)).map(|(hub, _)| *hub)
    }

    /// Whether it has results in a term.
    pub(super) fn takes_part(&self, term: usize) -> bool {
        !self.absent.contains(&term)
    }

    /// The newest term up to one in which it had results: where it stands by the roll.
    fn last_seen(&self, term: usize) -> Option<usize> {
        (0..=term).rev().find(|&term| self.takes_part(term))
    }

    /// Whether it achieved a benchmark; `None` where it was not assessed.
    pub(super) fn achieved(&self, benchmark: u8) -> Option<bool> {
        self.scores[usize::from(benchmark) - 1].map(|score| score == 100)
    }

    /// Whether it meets the conditions of a group.
    pub(super) fn meets(&self, conditions: &[(Dimension, Vec<usize>)]) -> bool {
        conditions.iter().all(|(dimension, kept)| {
            usize::from(self.attributes.0[*dimension as usize])
                .checked_sub(1)
                .is_some_and(|category| kept.contains(&category))
        })
    }
}

impl Population {
    /// Draws the population of some regions with the generator of the demonstrations, from another seed: the results of one
    /// term, which hold in every term up to the newest. Some belong to their hub for part of the terms only.
    pub(super) fn drawn(regions: &[&str], like: Period, terms: usize) -> Self {
        let newest = Period::new(2024, 3).unwrap();
        let wanted = synthetic::Population { seed: SEED, first: like, last: like };
        let figures = reference::published_figures().unwrap();
        let handovers = synthetic::generate(&wanted, catalogue(), &Secret::new([9; 32]), &figures);
        let mut random = Random::new(SEED);
        let records = handovers.into_iter().flat_map(|handover| handover.records);
        let inside = |code: &str| regions.iter().any(|region| catalogue().lies_in(area(code), area(region)));
        let institutions = records
            .filter(|record| record.framework == "GATSBY-2014" && inside(&record.local_authority))
            .map(|record| Institution {
                local_authority: area(&record.local_authority),
                hubs: record.hub.iter().map(|hub| (area(hub), belonging(terms, &mut random))).collect(),
                attributes: record.attributes,
                scores: record.scores.try_into().unwrap(),
                absent: Vec::new(),
            })
            .collect();
        Self { institutions, periods: terms_until(newest, terms) }
    }

    /// The same with some absent from each term by chance, some that closed and some that opened later: those tell a
    /// patient attacker most, because sets change.
    pub(super) fn with_absences(mut self, absent: f64, coming_and_going: f64) -> Self {
        let mut random = Random::new(SEED + 1);
        let terms = self.periods.len();
        for institution in &mut self.institutions {
            let turn = if random.chance(coming_and_going) { 1 + random.below(terms.max(2) - 1) } else { terms };
            let closes = random.chance(0.5);
            institution.absent = (0..terms)
                .filter(|&term| {
                    let chance = random.chance(absent);
                    chance || (turn < terms && (term >= turn) == closes)
                })
                .collect();
        }
        self
    }

    /// The same where each hub has one institution more with every term, and so has whatever holds it.
    pub(super) fn with_newcomers(mut self) -> Self {
        let terms = self.periods.len();
        let mut come: BTreeMap<Option<AreaIndex>, usize> = BTreeMap::new();
        for institution in &mut self.institutions {
            let before = come.entry(institution.hub(0)).or_default();
            *before += 1;
            if *before < terms {
                institution.absent = (0..*before).collect();
            }
        }
        self
    }

    /// The results file of those for whom something holds.
    pub(super) fn file(&self, wanted: impl Fn(&Institution) -> bool) -> String {
        self.file_of(|_, institution, _| wanted(institution))
    }

    /// The results file of those for whom something holds, by position and term.
    pub(super) fn file_of(&self, wanted: impl Fn(usize, &Institution, usize) -> bool) -> String {
        let mut text = String::from(
            "institution_scheme,institution_id,framework,period,completed_on,local_authority,hub,phase,type,\
             disadvantage_quintile,size_band,setting,terms_version,b1,b2,b3,b4,b5,b6,b7,b8\n",
        );
        let code = |area: AreaIndex| catalogue().areas()[area].code.as_str();
        for (id, institution) in self.institutions.iter().enumerate() {
            let has = |term: usize| institution.takes_part(term) && wanted(id, institution, term);
            for (term, period) in self.periods.iter().enumerate().filter(|(term, _)| has(*term)) {
                let (place, hub) = (code(institution.local_authority), institution.hub(term).map_or("", code));
                let _ = write!(text, "URN,{},GATSBY-2014,{period},{},{place},{hub}", 100_000 + id, period.ends_on());
                for dimension in Dimension::ALL {
                    let _ = write!(text, ",{}", institution.attributes.code(dimension).unwrap_or_default());
                }
                text.push_str(",v1");
                for score in institution.scores {
                    text.push(',');
                    if let Some(score) = score {
                        let _ = write!(text, "{score}");
                    }
                }
                text.push('\n');
            }
        }
        text
    }

    /// Every area of a kind that has an institution, ascending.
    pub(super) fn areas(&self, kind: AreaKind) -> Vec<AreaIndex> {
        let mut places: Vec<AreaIndex> =
            self.institutions.iter().map(|institution| institution.local_authority).collect();
        places.sort_unstable();
        places.dedup();
        let hubs = || self.institutions.iter().flat_map(|institution| institution.hubs.iter().map(|(hub, _)| *hub));
        let mut areas: Vec<AreaIndex> = match kind {
            AreaKind::Hub => hubs().collect(),
            _ => catalogue()
                .areas()
                .keys()
                .filter(|&area| catalogue().areas()[area].kind == kind && catalogue().areas()[area].code != "GB")
                .filter(|&area| places.iter().any(|place| catalogue().local_authorities(area).contains(place)))
                .collect(),
        };
        areas.sort_unstable();
        areas.dedup();
        areas
    }

    /// Per cell of a tabulation, who is in it in a term: ascending positions of those assessed on a benchmark, or on all.
    pub(super) fn split(
        &self,
        tabulation: &Tabulation,
        areas: &[AreaIndex],
        term: usize,
        benchmark: Option<u8>,
    ) -> Vec<Vec<u32>> {
        self.cells_of(tabulation, areas, |institution| {
            let assessed = match benchmark {
                Some(benchmark) => institution.achieved(benchmark).is_some(),
                None => institution.scores.iter().all(Option::is_some),
            };
            (assessed && institution.takes_part(term)).then_some(term)
        })
    }

    /// Per cell of a tabulation, who stands in it by the roll of a term: everybody who took part up to then.
    pub(super) fn roll(&self, tabulation: &Tabulation, areas: &[AreaIndex], term: usize) -> Vec<Vec<u32>> {
        self.cells_of(tabulation, areas, |institution| institution.last_seen(term))
    }

    /// Per cell of a tabulation, who is in it, each where it is in the term that is told of it.
    fn cells_of(
        &self,
        tabulation: &Tabulation,
        areas: &[AreaIndex],
        as_of: impl Fn(&Institution) -> Option<usize>,
    ) -> Vec<Vec<u32>> {
        let groups = tabulation.groups();
        let mut around: HashMap<AreaIndex, Vec<usize>> = HashMap::new();
        for (position, &area) in areas.iter().enumerate() {
            let own = [area];
            let inside = if tabulation.kind == AreaKind::Hub { &own[..] } else { catalogue().local_authorities(area) };
            inside.iter().for_each(|&place| around.entry(place).or_default().push(position));
        }
        let mut cells = vec![Vec::new(); areas.len() * groups.len()];
        for (id, institution) in (0_u32..).zip(&self.institutions) {
            let place = match (as_of(institution), tabulation.kind) {
                (None, _) => None,
                (Some(term), AreaKind::Hub) => institution.hub(term),
                (Some(_), _) => Some(institution.local_authority),
            };
            let Some(positions) = place.and_then(|place| around.get(&place)) else { continue };
            for group in (0..groups.len()).filter(|group| institution.meets(&groups[*group])) {
                positions.iter().for_each(|area| cells[area * groups.len() + group].push(id));
            }
        }
        cells
    }

    /// Who is in one cell in a term, of those assessed on a benchmark.
    pub(super) fn members(&self, cell: &Cell, term: usize, benchmark: u8) -> Vec<u32> {
        let within: BTreeMap<_, _> = cell.conditions.iter().cloned().collect();
        let tabulation = Tabulation { kind: catalogue().areas()[cell.area].kind, by: Vec::new(), within };
        self.split(&tabulation, &[cell.area], term, Some(benchmark)).swap_remove(0)
    }

    /// How many of some institutions achieved a benchmark.
    pub(super) fn achieved(&self, members: &[u32], benchmark: u8) -> f64 {
        let achieved = |id: &&u32| self.institutions[**id as usize].achieved(benchmark) == Some(true);
        members.iter().filter(achieved).count() as f64
    }

    /// The sum of their scores over 100.
    pub(super) fn worth(&self, members: &[u32], benchmark: u8) -> f64 {
        let score =
            |id: &u32| self.institutions[*id as usize].scores[usize::from(benchmark) - 1].map_or(0.0, f64::from);
        members.iter().map(score).sum::<f64>() / 100.0
    }
}

/// Some terms up to a period, ascending.
pub(super) fn terms_until(newest: Period, terms: usize) -> Vec<Period> {
    let all = Period::range(Period::new(2000, 1).unwrap(), newest);
    all[all.len() - terms..].to_vec()
}

/// Most belong to their hub all the time; of ten, one joins late and one in thirty leaves early.
fn belonging(terms: usize, random: &mut Random) -> Range<usize> {
    let joins = if terms > 1 && random.chance(0.10) { random.below(terms) } else { 0 };
    let leaves = if terms > 1 && random.chance(0.03) { joins + 1 + random.below(terms) } else { terms };
    joins..leaves.min(terms)
}
