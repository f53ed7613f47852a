//! Whatever bytes a file has, a reader ends, fails at nothing and stays small.
//!
//! `EXCHANGE_FUZZ=300 cargo test -p api --test it fuzz` goes on for that many seconds, and then also looks at the memory.

use std::{
    io::{Cursor, Write},
    time::{Duration, Instant},
};

use api::{
    domain::{Catalogue, Cuts, Organisation, OrganisationKind, Register, Remit, Roll, Secret},
    ingest::{self, Form},
};
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestRunner},
};
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::support::{Population, fuzz_seconds, peak_memory};

/// What is done to a file.
#[derive(Debug, Clone)]
enum Edit {
    Set(usize, u8),
    Insert(usize, Vec<u8>),
    Remove(usize, usize),
    Repeat(usize, usize, usize),
    Cut(usize),
}

impl Edit {
    fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let place = |at: usize| at % bytes.len();
        match self {
            Self::Set(at, byte) => {
                let at = place(*at);
                bytes[at] = *byte;
            }
            Self::Insert(at, inserted) => {
                let at = place(*at);
                bytes.splice(at..at, inserted.iter().copied());
            }
            Self::Remove(at, count) => {
                let at = place(*at);
                bytes.drain(at..(at + count).min(bytes.len()));
            }
            Self::Repeat(at, count, times) => {
                let at = place(*at);
                let piece = bytes[at..(at + count).min(bytes.len())].repeat(*times);
                bytes.splice(at..at, piece);
            }
            Self::Cut(at) => bytes.truncate(place(*at)),
        }
    }
}

fn edit() -> impl Strategy<Value = Edit> {
    let odd: [&[u8]; 13] = [
        b"\"",
        b"\r\n",
        b";",
        b"\t",
        b"\0",
        b"1.0E+05",
        b"\xff\xfe",
        b"#N/A",
        b"99999999999999999999",
        b"-1",
        b"NaN",
        b"31/02/9999",
        b"<row r=\"4294967295\">",
    ];
    let pieces = prop_oneof![vec(any::<u8>(), 1..8), (0..odd.len()).prop_map(move |at| odd[at].to_vec())];
    let at = any::<usize>;
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, byte)| Edit::Set(at, byte)),
        (at(), pieces).prop_map(|(at, piece)| Edit::Insert(at, piece)),
        (at(), 1..40_usize).prop_map(|(at, count)| Edit::Remove(at, count)),
        (at(), 1..60_usize, 1..2_000_usize).prop_map(|(at, count, times)| Edit::Repeat(at, count, times)),
        at().prop_map(Edit::Cut),
    ]
}

/// Tables that are read as they are: what is done to them is done to what a reader goes far into.
fn seeds() -> Vec<Vec<u8>> {
    let results = Population::standard(1).only(|row| row.id < 4).file();
    let gias = "\"URN\",\"LA (code)\",\"EstablishmentNumber\",\"TypeOfEstablishment (code)\",\"EstablishmentStatus (code)\",\"OpenDate\",\"CloseDate\",\
                \"PhaseOfEducation (code)\",\"StatutoryLowAge\",\"StatutoryHighAge\",\"NumberOfPupils\",\"PercentageFSM\",\"FSM\",\"UKPRN\",\"GSSLACode (name)\"\n\
                \"100001\",\"840\",\"4001\",\"11\",\"2\",\"01-09-1990\",\"31-08-2023\",\"0\",\"7\",\"18\",\"1,102\",\"12.5\",\"9\",\"10012345\",\"E06000047\"\n";
    let hong_kong = "\u{feff}ENGLISH CATEGORY\t中文類別\tDISTRICT\t分區\tSCHOOL NO.\r\nAided Secondary Schools\t資助中學\tSHA TIN\t沙田區\t510220000123\r\n";
    let links = "URN,LinkURN,LinkName,LinkType\n100001,100002,A,Successor\n100002,100001,B,Predecessor\n";
    let mut seeds = vec![results.clone().into_bytes(), gias.into(), links.into()];
    seeds.push(hong_kong.encode_utf16().flat_map(u16::to_le_bytes).collect());
    seeds.extend([workbook(&results), workbook(&gias.replace("1,102", "1102").replace('"', ""))]);
    seeds
}

/// A workbook with a table in its only sheet, not packed, so that edits reach into it.
fn workbook(table: &str) -> Vec<u8> {
    let main = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";
    let space = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let relation = |kind: &str, target: &str| {
        format!(
            "<Relationships xmlns=\"{package}\"><Relationship Id=\"r1\" Type=\"{space}/{kind}\" Target=\"{target}\"/></Relationships>"
        )
    };
    let cell =
        |number: usize, (column, text): (char, &str)| format!("<c r=\"{column}{number}\" t=\"str\"><v>{text}</v></c>");
    let row = |(number, row): (usize, &str)| {
        let cells: String = ('A'..='Z').zip(row.split(',')).map(|at| cell(number, at)).collect();
        format!("<row r=\"{number}\">{cells}</row>")
    };
    let rows: String = (1..).zip(table.lines()).map(row).collect();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in [
        ("_rels/.rels", relation("officeDocument", "xl/workbook.xml")),
        (
            "xl/workbook.xml",
            format!(
                "<workbook {main} xmlns:r=\"{space}\"><sheets><sheet name=\"A\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        ("xl/_rels/workbook.xml.rels", relation("worksheet", "worksheets/sheet1.xml")),
        ("xl/worksheets/sheet1.xml", format!("<worksheet {main}><sheetData>{rows}</sheetData></worksheet>")),
    ] {
        zip.start_file(name, SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored)).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Everything that reads tables, over one file.
struct Readers {
    catalogue: Catalogue,
    secret: Secret,
    organisation: Organisation,
    rolls: [Roll; 2],
}

impl Readers {
    fn new() -> Self {
        let today = "2026-11-24".parse().unwrap();
        let catalogue = ingest::reference::load().unwrap().into_catalogue(today).unwrap();
        let (secret, kind) = (Secret::new([1; 32]), OrganisationKind::Lep);
        let organisation = Organisation {
            id: 1,
            code: "LEP".into(),
            name: "LEP".into(),
            kind,
            area: "E92000001".into(),
            ended_on: None,
        };
        let mut register = Register::default();
        for registered in
            ingest::register::read_register(&Form::default(), &seeds()[1][..], &catalogue, &secret, &mut |_| {})
                .reading
                .records
        {
            register.enter(registered.institution, registered.entry(today, &Cuts::new()));
        }
        assert!(!register.is_empty());
        Self { catalogue, secret, organisation, rolls: [Roll::default(), Roll::default().beside(register.into())] }
    }

    /// How many records all of them find.
    fn read(&self, bytes: &[u8]) -> usize {
        let (form, today) = (Form::default(), self.catalogue.as_of());
        let results = self.rolls.iter().map(|roll| {
            let remit = Remit { catalogue: &self.catalogue, roll, organisation: &self.organisation };
            ingest::results::read_results(&form, bytes, remit, &self.secret, today, &mut |_| {}).records.len()
        });
        let register = ingest::register::read_register(&form, bytes, &self.catalogue, &self.secret, &mut |_| {});
        results.sum::<usize>()
            + register.reading.records.len()
            + ingest::register::links::read_links(&form, bytes).records.len()
            + ingest::areas::read_areas(&form, bytes).records.len()
    }
}

#[test]
fn no_file_makes_a_reader_fail_or_fill_the_memory() {
    let (seeds, readers) = (seeds(), Readers::new());
    for seed in &seeds {
        assert!(readers.read(seed) > 0, "a seed that no reader reads goes nowhere");
    }
    let before = peak_memory(std::process::id());
    let time = fuzz_seconds();
    let end = Instant::now() + Duration::from_secs(time.unwrap_or(0));
    let strategy = (0..seeds.len(), vec(edit(), 1..10));
    let mut files = 0;
    loop {
        let config = Config { cases: 100, failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new(config);
        runner
            .run(&strategy, |(seed, edits)| {
                let mut bytes = seeds[seed].clone();
                edits.iter().for_each(|edit| edit.apply(&mut bytes));
                bytes.truncate(4 << 20);
                readers.read(&bytes);
                Ok(())
            })
            .unwrap();
        files += 100;
        if Instant::now() >= end {
            break;
        }
    }
    if time.is_some() {
        let grown = peak_memory(std::process::id()).saturating_sub(before) >> 20;
        eprintln!("{files} files, {grown} MiB more at most");
        assert!(grown < 200, "{grown} MiB");
    }
}
