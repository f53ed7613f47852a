//! What is wanted of a table, as the parameters of its address say.

use crate::export::Part;

use super::parameters;

/// The parameter that may stand more than once.
const FILTER: &str = "official_filter";

/// The official figure that is wanted beside a table.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Official {
    /// The column of the indicator.
    pub(super) indicator: String,
    /// The name of the only data set to take it from.
    pub(super) data_set: Option<String>,
    /// Items of filters, each as `column:item`.
    pub(super) filters: Vec<String>,
}

/// What is wanted of a table, as its address says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) purpose: Option<String>,
    pub(super) part: Part,
    pub(super) since: Vec<String>,
    /// Of a saved question, the release to ask.
    pub(super) release: Option<u32>,
    /// Whether a byte order mark stands in front of CSV, by which older spreadsheets know UTF-8.
    pub(super) bom: bool,
    /// Whether who partly achieved a benchmark, and who scored nothing, is told.
    pub(super) states: bool,
    /// The official figure to put beside.
    pub(super) official: Option<Official>,
}

impl Wanted {
    pub(super) fn read(query: &str) -> Result<Self, String> {
        let mut wanted = Self::default();
        let mut official = Official::default();
        let mut seen: Vec<String> = Vec::new();
        for (name, value) in parameters::pairs(query)? {
            if seen.contains(&name) && name != FILTER {
                return Err(format!("the parameter `{name}` stands twice"));
            }
            match (name.as_str(), value.as_str()) {
                ("purpose", "") => return Err("expected a purpose, found none".to_owned()),
                ("purpose", purpose) => wanted.purpose = Some(purpose.to_owned()),
                ("part", "cells") => wanted.part = Part::Cells,
                ("part", "totals") => wanted.part = Part::Totals,
                ("part", "overall") => wanted.part = Part::Overall,
                ("part", other) => {
                    return Err(format!("expected a part `cells`, `totals` or `overall`, found `{other}`"));
                }
                ("since", periods) => wanted.since = periods.split(',').map(str::to_owned).collect(),
                ("release", number) => {
                    let release =
                        number.parse().map_err(|_| format!("expected the number of a release, found `{number}`"))?;
                    wanted.release = Some(release);
                }
                ("official", "") => return Err("expected the column of an indicator, found none".to_owned()),
                ("official", indicator) => indicator.clone_into(&mut official.indicator),
                ("official_data_set", name) => official.data_set = Some(name.to_owned()),
                (FILTER, filter) => official.filters.push(filter.to_owned()),
                ("states", "true") => wanted.states = true,
                ("states", "false") => wanted.states = false,
                ("states", other) => return Err(format!("expected `states` to be true or false, found `{other}`")),
                ("bom", "true") => wanted.bom = true,
                ("bom", "false") => wanted.bom = false,
                ("bom", other) => return Err(format!("expected `bom` to be true or false, found `{other}`")),
                (other, _) => {
                    return Err(format!(
                        "expected the parameters purpose, part, since, states, release, official, official_data_set, \
                         official_filter or bom, found `{other}`"
                    ));
                }
            }
            seen.push(name);
        }
        if wanted.part == Part::Overall && !wanted.since.is_empty() {
            return Err("changes are told of each benchmark: `since` does not go with `part=overall`".to_owned());
        }
        if wanted.part == Part::Overall && wanted.states {
            return Err(
                "who partly achieved it is told of each benchmark: `states` does not go with `part=overall`".to_owned()
            );
        }
        if official.indicator.is_empty() && official != Official::default() {
            return Err("expected the column of an indicator as `official`, found none".to_owned());
        }
        wanted.official = Some(official).filter(|official| !official.indicator.is_empty());
        Ok(wanted)
    }

    pub(super) fn measures(&self) -> usize {
        3 + 2 * self.since.len() + if self.states { 2 } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wanted_is_read_and_nothing_else() {
        let read = |query: &str| Wanted::read(query);
        assert_eq!(read(""), Ok(Wanted::default()));
        let wanted = read("purpose=bench+marking&part=totals&since=202223T3,202122T3&bom=true").unwrap();
        assert_eq!(wanted.purpose.as_deref(), Some("bench marking"));
        assert_eq!((wanted.part, wanted.since.len(), wanted.bom), (Part::Totals, 2, true));
        let wanted = read("official=NEET_percent&official_filter=Age:16-17&official_filter=Sex:Total").unwrap();
        let beside = wanted.official.unwrap();
        assert_eq!((beside.indicator.as_str(), beside.filters.len(), beside.data_set), ("NEET_percent", 2, None));
        for wrong in [
            "x=1",
            "part=all",
            "part=cells&part=cells",
            "purpose=",
            "bom=1",
            "part=overall&since=202223T3",
            "part=overall&states=true",
            "states=1",
            "purpose=%FF",
            "official=",
            "official_filter=Age:16-17",
            "official=a&official=b",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
