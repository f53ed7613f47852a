//! Frameworks and their benchmarks.

/// A published set of benchmarks, e.g. `GATSBY-2014`. Keyed by its code, never by a title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Framework {
    /// The code, e.g. `HKBM-2019`.
    pub code: String,
    /// The published title.
    pub title: String,
    /// Where it applies: ISO 3166, or a name.
    pub jurisdiction: String,
    /// The year of publication.
    pub year: i32,
    /// How many benchmarks it has; results carry that many scores.
    pub number_of_benchmarks: usize,
    /// Its benchmarks that have a stored title, by number. A framework may have more benchmarks than titles.
    pub benchmarks: Vec<Benchmark>,
}

/// One numbered statement of a framework. A result on it is a whole score from 0 to 100; *achieved* means 100.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Benchmark {
    /// Its number within the framework, from 1.
    pub number: u8,
    /// Its short code, e.g. `GB3`.
    pub code: String,
    /// Its title.
    pub title: String,
}

impl Framework {
    /// Whether it is for an institution of a type: its title says where it is for colleges, or for those that are neither schools nor colleges.
    pub fn is_for(&self, institution_type: &str) -> bool {
        match self.title.rsplit_once('(').map_or("", |(_, sector)| sector.trim_end_matches(')')) {
            "colleges" => institution_type == "college",
            "Community" => false,
            _ => institution_type != "college",
        }
    }
}
