//! Results of any number of institutions on England's real areas, as a snapshot.

use std::sync::Arc;

use api::{
    domain::{
        AreaIndex, AreaKind, Attributes, Catalogue, Dimension, Editions, FrameworkIndex, Period, Pseudonym, Release,
        ReleasedResult,
    },
    ingest,
    release::{Builder, Snapshot},
};
use chrono::DateTime;
use disclosure::{Method, NoiseKey};

/// How many terms the results span.
pub const PERIODS: usize = 30;

/// How many benchmarks each is assessed on.
pub const BENCHMARKS: usize = 8;

/// The framework of all results.
pub const FRAMEWORK: &str = "GATSBY-2014";

/// The area of all results.
pub const ENGLAND: &str = "E92000001";

/// The key of the noise.
pub fn key() -> NoiseKey {
    NoiseKey::new([7; 32])
}

/// The areas, frameworks and benchmarks that ship with the product.
pub fn catalogue() -> Arc<Catalogue> {
    let reference = ingest::reference::load().expect("shipped files can be read");
    let catalogue = reference.into_catalogue("2026-11-24".parse().expect("a day"));
    Arc::new(catalogue.expect("shipped files hang together"))
}

/// The terms, ascending.
pub fn periods() -> Vec<Period> {
    let first = Period::new(2015, 1).expect("a term");
    let last = Period::new(2024, 3).expect("a term");
    Period::range(first, last)
}

/// Random numbers, the same for each run (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    fn below(&mut self, end: u8) -> u8 {
        let number = self.next() % u64::from(end);
        u8::try_from(number).unwrap_or_default()
    }

    fn percent(&mut self, chance: u8) -> bool {
        self.below(100) < chance
    }
}

/// A place where institutions stand.
struct Place {
    local_authority: AreaIndex,
    hub: Option<AreaIndex>,
}

/// Builds a release of institutions × [`PERIODS`] × [`BENCHMARKS`]. One in twenty hands in nothing in a term, and one
/// score in a hundred is missing. Four in five belong to the hub of their LEP where there is one; hubs hand in for their
/// members, and one more organisation for everyone else.
pub fn build(institutions: usize, catalogue: &Arc<Catalogue>) -> Snapshot {
    let framework = catalogue.framework_index(FRAMEWORK).expect("it ships with the product");
    let places = places(catalogue);
    let periods = periods();
    let mut random = Random(1);
    let mut builder = Builder::new(catalogue.clone());
    for number in 0..institutions {
        let place = &places[number % places.len()];
        let hub = place.hub.filter(|_| random.percent(80));
        let mut result = ReleasedResult {
            institution: pseudonym(&mut random),
            framework,
            period: periods[0],
            local_authority: place.local_authority,
            hub,
            attributes: attributes(&mut random),
            provider: hub.and_then(|hub| i64::try_from(usize::from(hub)).ok()).map_or(1, |hub| hub + 2),
            scores: Vec::new(),
            from: 1,
            until: None,
        };
        for &period in &periods {
            if random.percent(95) {
                result.period = period;
                result.scores.clear();
                result.scores.extend((0..BENCHMARKS).map(|_| score(&mut random)));
                builder.add(&result);
            }
        }
    }
    let release = Release {
        number: 1,
        published_at: DateTime::default(),
        note: None,
        synthetic: true,
        checksum: String::new(),
        last_result: 0,
        last_destination: 0,
        catalogue_version: 1,
        method: Method::CURRENT,
        methods_since: [1; Method::ALL.len()],
        editions: Editions::default(),
    };
    builder.finish(release, &key())
}

/// One place for each institution in turn: counties stand three times in the list, boroughs once.
fn places(catalogue: &Catalogue) -> Vec<Place> {
    let england = catalogue.area_index(ENGLAND).expect("it ships with the product");
    let mut places = Vec::new();
    for &local_authority in catalogue.local_authorities(england) {
        let kind_of = |area: AreaIndex| catalogue.areas()[area].kind;
        let leps = catalogue.parents(local_authority).iter().filter(|&&parent| kind_of(parent) == AreaKind::Lep);
        let hub = leps.flat_map(|&lep| catalogue.children(lep)).copied().find(|&child| kind_of(child) == AreaKind::Hub);
        let times = if catalogue.areas()[local_authority].code.starts_with("E10") { 3 } else { 1 };
        places.extend((0..times).map(|_| Place { local_authority, hub }));
    }
    places
}

fn pseudonym(random: &mut Random) -> Pseudonym {
    let mut bytes = [0; 32];
    for part in bytes.as_chunks_mut::<8>().0 {
        *part = random.next().to_le_bytes();
    }
    Pseudonym(bytes)
}

fn attributes(random: &mut Random) -> Attributes {
    let mut attributes = Attributes::default();
    for (dimension, code) in Dimension::ALL.into_iter().zip(&mut attributes.0) {
        let categories = u8::try_from(dimension.categories().len()).unwrap_or(1);
        // The middle ones are commoner than the others.
        *code = 1 + u8::midpoint(random.below(categories), random.below(categories));
    }
    attributes
}

fn score(random: &mut Random) -> Option<u8> {
    match random.below(100) {
        0 => None,
        1..55 => Some(100),
        _ => Some(random.below(100)),
    }
}

/// The columns of scores of some periods.
pub fn columns<'a>(
    snapshot: &'a Snapshot,
    framework: FrameworkIndex,
    periods: &[Period],
) -> impl Iterator<Item = &'a [u8]> {
    let held = periods.iter().filter_map(move |&period| snapshot.framework(framework).period(period));
    held.flat_map(|columns| (1..=8).map(|number| columns.score(number)))
}
