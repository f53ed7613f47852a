//! Made-up institutions: where they stand, what they are, how good they are.

use crate::domain::{AreaIndex, AreaKind, Attributes, Catalogue, Dimension};

use super::random::Random;

pub(super) const ENGLAND: &str = "E92000001";
pub(super) const HONG_KONG: &str = "HK";

/// How many institutions England has here.
pub(super) const IN_ENGLAND: usize = 4_900;

/// How many institutions Hong Kong has here, and how many of them take part.
pub(super) const IN_HONG_KONG: usize = 440;
pub(super) const TAKING_PART: usize = 110;

/// The first year in which there were careers hubs.
const FIRST_HUBS: u16 = 2018;

/// A made-up institution.
pub(super) struct Institution {
    /// A number outside every register's range.
    pub(super) identifier: String,
    pub(super) scheme: &'static str,
    pub(super) framework: &'static str,
    pub(super) local_authority: String,
    hub: Option<Hub>,
    pub(super) attributes: Attributes,
    /// How much likelier than others it is to achieve a benchmark, in standard deviations.
    pub(super) quality: f64,
    /// The same for each benchmark alone; lasts over the terms.
    pub(super) strengths: Vec<f64>,
    /// How eager it is to take part, from 0 to 1: it does in a year whose share of institutions is above.
    pub(super) reluctance: f64,
}

struct Hub {
    code: String,
    since: u16,
    until: u16,
}

impl Institution {
    /// The hub it belongs to in the academic year that starts in a year.
    pub(super) fn hub(&self, year: u16) -> Option<&str> {
        self.hub.as_ref().filter(|hub| (hub.since..hub.until).contains(&year)).map(|hub| hub.code.as_str())
    }

    /// Whether it stands in England.
    pub(super) fn is_english(&self) -> bool {
        self.scheme == "URN"
    }
}

/// Draws the institutions of England and those of Hong Kong that take part.
pub(super) fn draw(catalogue: &Catalogue, random: &mut Random) -> Vec<Institution> {
    let mut institutions = Vec::with_capacity(IN_ENGLAND + TAKING_PART);
    let mut next = 900_000_000_u32;
    for (country, count) in [(ENGLAND, IN_ENGLAND), (HONG_KONG, IN_HONG_KONG)] {
        let Some(area) = catalogue.area_index(country) else { continue };
        let in_use = |&authority: &AreaIndex| catalogue.is_in_use(authority);
        let authorities: Vec<AreaIndex> = catalogue.local_authorities(area).iter().copied().filter(in_use).collect();
        let weights: Vec<f64> =
            authorities.iter().map(|&authority| weight(&catalogue.areas()[authority].code, random)).collect();
        let mut drawn = Vec::with_capacity(count);
        for (&authority, share) in authorities.iter().zip(apportion(count, &weights)) {
            let place = 0.2 * random.normal();
            for _ in 0..share {
                next += 1;
                drawn.push(one(catalogue, authority, country == ENGLAND, next, place, random));
            }
        }
        if country == HONG_KONG {
            drawn.sort_by(|a, b| a.reluctance.total_cmp(&b.reluctance));
            drawn.truncate(TAKING_PART);
        }
        institutions.append(&mut drawn);
    }
    institutions
}

fn one(
    catalogue: &Catalogue,
    authority: AreaIndex,
    english: bool,
    number: u32,
    place: f64,
    random: &mut Random,
) -> Institution {
    let (attributes, college) =
        if english { english_attributes(random) } else { (hong_kong_attributes(random), false) };
    let hub = if english { hub(catalogue, authority, random) } else { None };
    let (framework, benchmarks) = match (english, college) {
        (true, false) => ("GATSBY-2014", 8),
        (true, true) => ("GATSBY-COL-2018", 8),
        (false, _) => ("HKBM-2019", 10),
    };
    Institution {
        identifier: number.to_string(),
        scheme: if english { "URN" } else { "HK-EDB" },
        framework,
        local_authority: catalogue.areas()[authority].code.clone(),
        quality: 0.52 * random.normal() + place + if hub.is_some() { 0.25 } else { 0.0 },
        hub,
        attributes,
        strengths: (0..benchmarks).map(|_| 0.75 * random.normal()).collect(),
        reluctance: random.uniform(),
    }
}

/// How many institutions an authority has beside others: counties many, boroughs fewer, two tiny ones hardly any.
fn weight(code: &str, random: &mut Random) -> f64 {
    let class = match code.get(..3) {
        _ if code == "E09000001" || code == "E06000053" => 0.03,
        Some("E10") => 3.0,
        Some("E08") => 1.4,
        Some("E09") => 1.1,
        _ => 1.0,
    };
    class * (1.0 + 0.25 * random.normal()).clamp(0.4, 1.8)
}

/// Whole numbers in proportion to weights that add up to `total`: largest remainders.
fn apportion(total: usize, weights: &[f64]) -> Vec<usize> {
    let sum: f64 = weights.iter().sum();
    let exact: Vec<f64> = weights.iter().map(|weight| weight / sum * total as f64).collect();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "shares of a small total")]
    let mut shares: Vec<usize> = exact.iter().map(|share| *share as usize).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by(|&a, &b| exact[b].fract().total_cmp(&exact[a].fract()).then(a.cmp(&b)));
    let missing = total - shares.iter().sum::<usize>();
    for &position in order.iter().cycle().take(missing) {
        shares[position] += 1;
    }
    shares
}

/// The hub of the LEP around an authority, and the years of belonging. Hubs grew over the years; a few members left.
fn hub(catalogue: &Catalogue, authority: AreaIndex, random: &mut Random) -> Option<Hub> {
    let leps = catalogue.parents(authority).iter().filter(|&&parent| catalogue.areas()[parent].kind == AreaKind::Lep);
    let hub = leps
        .flat_map(|&lep| catalogue.children(lep))
        .find(|&&child| catalogue.areas()[child].kind == AreaKind::Hub)
        .map(|&hub| catalogue.areas()[hub].code.clone());
    let joins = random.uniform();
    let leaves = random.chance(0.03);
    let after = random.uniform();
    let years = [0.25, 0.45, 0.6, 0.75, 0.85, 0.92].into_iter().filter(|&share| joins >= share).count();
    let since = FIRST_HUBS + u16::try_from(years).unwrap_or_default();
    let stays = if after < 0.5 { 2 } else { 3 };
    let until = if leaves { since + stays } else { u16::MAX };
    hub.filter(|_| joins < 0.96).map(|code| Hub { code, since, until })
}

fn english_attributes(random: &mut Random) -> (Attributes, bool) {
    let college = random.chance(0.05);
    let phase = if college {
        "16-plus"
    } else {
        random.choose(&[
            ("secondary", 0.70),
            ("all-through", 0.05),
            ("special", 0.16),
            ("alternative-provision", 0.06),
            ("middle", 0.03),
        ])
    };
    let kind = match phase {
        "16-plus" => "college",
        "special" => random.choose(&[("special", 0.8), ("academy", 0.2)]),
        "alternative-provision" => random.choose(&[("maintained", 0.5), ("academy", 0.5)]),
        _ => random.choose(&[("academy", 0.68), ("maintained", 0.2), ("independent", 0.09), ("other", 0.03)]),
    };
    let quintile = random.choose(&[("1", 1.0), ("2", 1.0), ("3", 1.0), ("4", 1.0), ("5", 1.0)]);
    let quintile = if college || (phase == "special" && random.chance(0.3)) { None } else { Some(quintile) };
    let size = match phase {
        "special" | "alternative-provision" => random.choose(&[("small", 0.85), ("medium", 0.15)]),
        "16-plus" => random.choose(&[("medium", 0.3), ("large", 0.7)]),
        _ => random.choose(&[("small", 0.15), ("medium", 0.5), ("large", 0.35)]),
    };
    (attributes(phase, kind, quintile, size, random.choose(&[("urban", 0.84), ("rural", 0.16)])), college)
}

fn hong_kong_attributes(random: &mut Random) -> Attributes {
    let phase = random.choose(&[("secondary", 0.93), ("special", 0.07)]);
    let kind = random.choose(&[("aided", 0.78), ("direct-subsidy", 0.13), ("maintained", 0.06), ("independent", 0.03)]);
    let quintile = random.choose(&[("1", 0.15), ("2", 0.2), ("3", 0.25), ("4", 0.2), ("5", 0.2)]);
    attributes(phase, kind, Some(quintile), random.choose(&[("small", 0.2), ("medium", 0.7), ("large", 0.1)]), "urban")
}

fn attributes(phase: &str, kind: &str, quintile: Option<&str>, size: &str, setting: &str) -> Attributes {
    let mut attributes = Attributes::default();
    let codes = [Some(phase), Some(kind), quintile, Some(size), Some(setting)];
    for (dimension, code) in Dimension::ALL.into_iter().zip(codes) {
        if let Some(with) = code.and_then(|code| attributes.with(dimension, code)) {
            attributes = with;
        }
    }
    attributes
}
