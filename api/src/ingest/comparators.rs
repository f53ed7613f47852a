//! What an operator says of comparators, from a table: one row a comparator, or one row an area and one of its neighbours.
//!
//! A row a comparator has `code` and any of the other columns, in any order; a field that is blank leaves what there was. Several codes stand
//! in one field with spaces between them. A row a pair has `about` and `neighbour`: those about one area are one comparator.

use std::{collections::BTreeMap, io::Read};

use csv::ByteRecord;

use crate::domain::{Area, AreaKind, ComparatorChange, Reference};

use super::{
    Form, Problem, ProblemCode, Reading,
    areas::day,
    columns::{Columns, Placed, one_of},
    file::{self, Layout},
    reference,
    row::{Row, shown},
};

/// The columns that a file may have.
const COLUMNS: [&str; 8] = ["code", "about", NEIGHBOUR, "name", "members", "valid_from", "valid_to", "source"];

/// The column that a file of pairs has.
const NEIGHBOUR: &str = "neighbour";

/// What is said of one comparator.
#[derive(Debug)]
pub struct ComparatorRow {
    /// The line on which it starts.
    pub line: u64,
    /// What is said.
    pub change: ComparatorChange,
    /// Whether it is of pairs, so that others may be about the same one.
    is_pair: bool,
}

/// Reads a file of comparators in a form. `now` is what is there.
pub fn read_comparators(form: &Form, input: impl Read, now: &Reference) -> Reading<ComparatorRow> {
    let areas = now.areas.iter().map(|area| (area.code.as_str(), area)).collect();
    file::read(&ComparatorsLayout { areas, now }, form, input, &mut |_| {})
}

struct ComparatorsLayout<'a> {
    areas: BTreeMap<&'a str, &'a Area>,
    now: &'a Reference,
}

type Header = Placed<{ COLUMNS.len() }>;

impl Layout for ComparatorsLayout<'_> {
    type Header = Header;
    type Record = ComparatorRow;
    /// The code, and of a pair its line: it may stand there twice.
    type Key = (String, Option<u64>);

    const IDENTITY: &'static str = "code";
    const ONCE: &'static str = "each comparator once";

    fn header(&self, fields: &ByteRecord) -> Result<Header, Vec<Problem>> {
        let of_pairs = fields.iter().any(|field| one_of([NEIGHBOUR], &String::from_utf8_lossy(field)).is_some());
        let required = if of_pairs { &COLUMNS[1..3] } else { &COLUMNS[..1] };
        Placed::read(fields, COLUMNS, required, &format!("one of {}", COLUMNS.join(", ")))
    }

    fn columns(header: &Header) -> &Columns {
        &header.columns
    }

    /// Checks every field before it gives up, so that all problems of the row are told together.
    fn record(&self, header: &Header, line: u64, fields: &ByteRecord) -> Result<ComparatorRow, Vec<Problem>> {
        let mut row = Row::new(&header.columns, line, fields);
        let [code, about, neighbour, name, members, from, to, source] = header.at;
        let mut text =
            |at: Option<usize>| at.and_then(|at| row.text(at)).filter(|text| !text.is_empty()).map(str::to_owned);
        let (name, source) = (text(name), text(source));
        let told = (text(about), text(members).unwrap_or_default());
        let (valid_from, valid_to) = (day(&mut row, from), day(&mut row, to));
        let change = if let Some((about, neighbour)) = about.zip(neighbour) {
            let pair = (self.area(&mut row, about), self.area(&mut row, neighbour));
            let (Some(about), Some(neighbour)) = pair else { return row.finish(None) };
            let code = code.map_or_else(|| Some(format!("SN-{}", about.code)), |at| row.label(at).map(str::to_owned));
            let is_there = |code: &String| self.now.comparators.iter().any(|one| one.code == *code);
            let name = name.or_else(|| {
                let fresh = code.as_ref().is_none_or(|code| !is_there(code));
                fresh.then(|| format!("Neighbours of {}", about.name))
            });
            code.map(|code| ComparatorChange {
                code,
                name,
                about: Some(about.code.clone()),
                members: vec![neighbour.code.clone()],
                valid_from,
                valid_to,
                source,
            })
        } else {
            let (about, members) = told;
            row.label(code.unwrap_or_default()).map(|code| ComparatorChange {
                code: code.to_owned(),
                name,
                about,
                members: members.split_whitespace().map(str::to_owned).collect(),
                valid_from,
                valid_to,
                source,
            })
        };
        row.finish(change.map(|change| ComparatorRow { line, change, is_pair: neighbour.is_some() }))
    }

    fn key(row: &ComparatorRow) -> Self::Key {
        (row.change.code.clone(), row.is_pair.then_some(row.line))
    }

    fn identity(header: &Header, fields: &ByteRecord) -> String {
        shown(fields, header.at[0].unwrap_or_default())
    }

    /// Pairs about one area are one comparator, which is called as the first one calls it.
    fn settle(&self, records: Vec<(u64, ComparatorRow)>, _tell: &mut dyn FnMut(Problem)) -> Vec<ComparatorRow> {
        let mut settled: Vec<ComparatorRow> = Vec::new();
        let mut first: BTreeMap<String, usize> = BTreeMap::new();
        for (_, row) in records {
            match first.get(&row.change.code) {
                Some(&at) if row.is_pair => settled[at].change.members.extend(row.change.members),
                _ => {
                    first.insert(row.change.code.clone(), settled.len());
                    settled.push(row);
                }
            }
        }
        settled
    }
}

impl ComparatorsLayout<'_> {
    /// The area that a pair names: by its code, or a local authority by its three digits.
    fn area(&self, row: &mut Row<'_>, at: usize) -> Option<&Area> {
        let text = row.text(at)?;
        let by_digits = || {
            let three: u32 = text.parse().ok().filter(|_| text.len() == 3)?;
            self.areas.get(reference::authorities(three).next_back()?).copied()
        };
        let found = self.areas.get(text.to_uppercase().as_str()).copied().or_else(by_digits);
        if found.is_none() {
            let code = if text.is_empty() { ProblemCode::Blank } else { ProblemCode::UnknownArea };
            let is_named = |area: &&&Area| {
                area.kind == AreaKind::LocalAuthority && area.name.to_lowercase() == text.to_lowercase()
            };
            let named = self.areas.values().filter(is_named).map(|area| format!("; `{}` is {}", area.code, area.name));
            let expected = format!(
                "the code of an area, such as `E06000047`, or the three digits of a local authority{}",
                named.collect::<String>()
            );
            row.problem(at, code, text, expected);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: &str) -> Reading<ComparatorRow> {
        let now = reference::load().unwrap();
        read_comparators(&Form::default(), file.as_bytes(), &now)
    }

    #[test]
    fn a_row_says_what_it_says_and_no_more() {
        let file = "code,about,members,source,name\nSN-1,E08000038,E08000035 E06000047,a table,Neighbours\nSN-2,,,,\n";
        let reading = read(file);
        assert!(reading.problems.is_empty(), "{:?}", reading.problems);
        let [one, other] = &reading.records[..] else { panic!("{:?}", reading.records) };
        assert_eq!((one.line, other.line), (2, 3));
        assert_eq!(one.change.members, ["E08000035", "E06000047"]);
        assert_eq!((one.change.about.as_deref(), one.change.name.as_deref()), (Some("E08000038"), Some("Neighbours")));
        assert_eq!(other.change, ComparatorChange { code: "SN-2".into(), ..ComparatorChange::default() });
    }

    #[test]
    fn a_code_that_stands_twice_and_a_day_that_is_none_are_problems() {
        let reading = read("code,valid_to\nA,2026-01-01\nA,\nB,4/2027\n");
        let told: Vec<u64> = reading.problems.iter().map(|problem| problem.line).collect();
        assert_eq!(told, [3, 4], "{:?}", reading.problems);
    }

    #[test]
    fn pairs_about_one_area_are_one_comparator() {
        let file = "About;Neighbour;Rank\nE08000038;E08000035;1\n370;e06000047;2\nE06000047;E08000035;1\nE08000038;E08000035;3\n";
        let reading = read(file);
        assert!(reading.problems.is_empty(), "{:?}", reading.problems);
        let [one, other] = &reading.records[..] else { panic!("{:?}", reading.records) };
        assert_eq!((one.line, one.change.code.as_str()), (2, "SN-E08000038"));
        assert_eq!(one.change.name.as_deref(), Some("Neighbours of Barnsley"));
        assert_eq!(one.change.members, ["E08000035", "E06000047", "E08000035"]);
        assert_eq!((other.line, other.change.code.as_str()), (4, "SN-E06000047"));
        assert_eq!(reading.ignored, ["Rank"]);
    }

    #[test]
    fn an_area_of_a_pair_that_is_none_is_told_where_it_stands() {
        let reading = read("about,neighbour,source\nBarnsley,E08000035,a\nE08000038,,a\nE08000038,999,a\n");
        let told: Vec<String> = reading.problems.iter().map(ToString::to_string).collect();
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(
            told[0].starts_with("line 2, column `about`: found `Barnsley`")
                && told[0].contains("`E08000038` is Barnsley")
        );
        assert!(told[1].starts_with("line 3, column `neighbour`") && told[1].ends_with("[BLANK]"), "{told:?}");
        assert!(told[2].starts_with("line 4, column `neighbour`: found `999`"), "{told:?}");
        assert_eq!(read("about,code\nE08000038,A\n").problems, []);
        assert_eq!(read("neighbour\nE08000038\n").problems[0].column.as_deref(), Some("about"));
    }
}
