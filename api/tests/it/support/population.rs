//! A small made-up population as a results file.

use std::fmt::Write;

/// One institution's result in one period.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) scheme: &'static str,
    pub(crate) id: u32,
    pub(crate) framework: &'static str,
    pub(crate) period: &'static str,
    pub(crate) local_authority: &'static str,
    pub(crate) hub: &'static str,
    pub(crate) phase: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) scores: Vec<Option<u8>>,
}

/// Rows that become a file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Population(pub(crate) Vec<Row>);

/// Areas of the North East (region and LEP), of Tees Valley, of Leeds, and of Hong Kong, with how many institutions.
const PLACES: [(&str, u32, &str); 8] = [
    ("E06000047", 40, "HUB-2018-21"),
    ("E06000057", 20, "HUB-2018-21"),
    ("E08000021", 8, "HUB-2018-21"),
    ("E08000022", 30, ""),
    ("E06000001", 25, ""),
    ("E08000035", 60, ""),
    ("HK-ST", 45, ""),
    ("HK-KT", 30, ""),
];

impl Row {
    /// The identifier, of 6 digits as in both schemes.
    pub(crate) fn identifier(&self) -> u32 {
        identifier(self.id)
    }
}

/// The identifier of the institution with a number.
pub(crate) fn identifier(id: u32) -> u32 {
    100_000 + id
}

impl Population {
    /// 258 institutions over two terms, each score a function of institution, benchmark, term and `salt`.
    pub(crate) fn standard(salt: u32) -> Self {
        let mut rows = Vec::new();
        let mut id = 0;
        for (local_authority, count, hub) in PLACES {
            let hong_kong = local_authority.starts_with("HK");
            for _ in 0..count {
                id += 1;
                for (term, period) in ["202324T2", "202324T3"].into_iter().enumerate() {
                    let benchmarks = if hong_kong { 10 } else { 8 };
                    rows.push(Row {
                        scheme: if hong_kong { "HK-EDB" } else { "URN" },
                        id,
                        framework: if hong_kong { "HKBM-2019" } else { "GATSBY-2014" },
                        period,
                        local_authority,
                        hub,
                        phase: if id.is_multiple_of(9) { "special" } else { "secondary" },
                        kind: if id.is_multiple_of(3) { "maintained" } else { "academy" },
                        scores: (0..benchmarks).map(|number| score(id, number, term, salt)).collect(),
                    });
                }
            }
        }
        Self(rows)
    }

    /// The rows for which something holds.
    pub(crate) fn only(&self, mut wanted: impl FnMut(&Row) -> bool) -> Self {
        Self(self.0.iter().filter(|row| wanted(row)).cloned().collect())
    }

    /// The results file.
    pub(crate) fn file(&self) -> String {
        let mut text = String::from(
            "institution_scheme,institution_id,framework,period,completed_on,local_authority,hub,phase,type,\
             disadvantage_quintile,size_band,setting,terms_version,b1,b2,b3,b4,b5,b6,b7,b8,b9,b10\n",
        );
        for row in &self.0 {
            let quintile = row.id % 5 + 1;
            let Row { scheme, framework, period, local_authority, hub, phase, kind, .. } = row;
            let _ = write!(
                text,
                "{scheme},{},{framework},{period},{}-01-15,{local_authority},{hub},{phase},{kind},{quintile},medium,urban,v1",
                row.identifier(),
                period[..4].parse::<u32>().unwrap() + 1
            );
            for number in 0..10 {
                text.push(',');
                if let Some(Some(score)) = row.scores.get(number) {
                    let _ = write!(text, "{score}");
                }
            }
            text.push('\n');
        }
        text
    }
}

/// About half achieve; one in forty is not assessed.
fn score(id: u32, number: u32, term: usize, salt: u32) -> Option<u8> {
    let mut mixed = id.wrapping_mul(0x9e37_79b9) ^ number.wrapping_mul(0x85eb_ca6b) ^ salt.wrapping_mul(0xc2b2_ae35);
    mixed ^= u32::try_from(term).unwrap() << 13;
    mixed = (mixed ^ (mixed >> 15)).wrapping_mul(0x2c1b_3c6d);
    mixed = (mixed ^ (mixed >> 12)).wrapping_mul(0x297a_2d39);
    mixed ^= mixed >> 15;
    // Who is assessed is public and must not hang on the salt.
    match (id * 31 + number * 7) % 40 {
        0 => None,
        _ if mixed % 100 < 50 => Some(100),
        _ => Some(u8::try_from(mixed % 97).unwrap()),
    }
}
