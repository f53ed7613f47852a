//! Who may import whom, read from the sources: a module imports only modules of lower rank.

mod attacks;
mod circles;

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The rooms and their ranks.
const RANKS: [(&str, u8); 19] = [
    ("domain", 0),
    ("telemetry", 0),
    ("auth", 1),
    ("ingest", 1),
    ("outbound", 1),
    ("release", 1),
    ("store", 1),
    ("synthetic", 1),
    ("policy", 2),
    ("tabulation", 3),
    ("datasets", 4),
    ("service", 5),
    ("export", 6),
    ("graphql", 6),
    ("http", 7),
    ("app", 8),
    ("config", 8),
    ("cli", 9),
    ("main", 9),
];

/// Crates that live in one room only.
const HOMES: [(&str, &[&str]); 19] = [
    ("sea_orm", &["store"]),
    ("entity", &["store"]),
    ("migration", &["store"]),
    ("async_graphql", &["graphql"]),
    ("axum", &["http", "telemetry"]),
    ("hyper", &["http", "outbound"]),
    ("tokio_rustls", &["outbound"]),
    ("url", &["outbound"]),
    ("rust_embed", &["main"]),
    ("jsonwebtoken", &["auth"]),
    ("csv", &["ingest", "cli", "export"]),
    ("maud", &["export"]),
    ("parquet", &["export"]),
    ("calamine", &["ingest"]),
    ("encoding_rs", &["ingest"]),
    ("zip", &["ingest"]),
    ("opentelemetry", &["telemetry"]),
    ("prometheus_client", &["telemetry"]),
    ("clap", &["cli", "config", "main"]),
];

/// Rooms on the outside, the rooms that they never see, and the words that they never say.
const OUTSIDE: [&str; 4] = ["export", "graphql", "http", "cli"];
const UNSEEN: [&str; 2] = ["store", "release"];
const UNSPEAKABLE: [&str; 4] = ["RawTable", "RawCell", "RawStudentTable", "RawStudentCell"];

fn rank(room: &str) -> Option<u8> {
    RANKS.iter().find(|(name, _)| *name == room).map(|(_, rank)| *rank)
}

/// The source without comments, strings and the tests at its end; lines stay where they are.
fn code(source: &str) -> String {
    let source = source.split("#[cfg(test)]\n").next().unwrap_or_default();
    source
        .lines()
        .map(|line| {
            let mut kept = String::new();
            let mut quoted = false;
            let mut characters = line.chars().peekable();
            while let Some(character) = characters.next() {
                match character {
                    '\\' if quoted => {
                        characters.next();
                    }
                    '"' => quoted = !quoted,
                    '/' if !quoted && characters.peek() == Some(&'/') => break,
                    other if !quoted => kept.push(other),
                    _ => {}
                }
            }
            kept + "\n"
        })
        .collect()
}

/// The modules named by `crate::name` and `use crate::{name, …}`.
fn imported(code: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_' || before == '$') {
            continue;
        }
        let line = line_of(code, at);
        let rest = &code[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut word = String::new();
            let mut fresh = true;
            for character in list.chars() {
                match character {
                    '}' if depth == 0 => break,
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 0 => fresh = true,
                    other if depth == 0 && fresh && (other.is_alphanumeric() || other == '_') => word.push(other),
                    _ if !word.is_empty() => {
                        found.push((line, std::mem::take(&mut word)));
                        fresh = false;
                    }
                    _ => {}
                }
                if character == ',' && depth == 0 && !word.is_empty() {
                    found.push((line, std::mem::take(&mut word)));
                }
            }
            if !word.is_empty() {
                found.push((line, word));
            }
        } else {
            found.push((line, rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()));
        }
    }
    found
}

/// The line of a place, from 1.
fn line_of(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

/// What a file of a room does that it may not.
fn faults(room: &str, source: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let code = code(source);
    if !source.starts_with("//!") {
        faults.push("line 1: a file opens with `//!` and one sentence on what it is".to_owned());
    }
    let Some(own) = rank(room) else {
        return vec![format!("the room `{room}` is not in the plan of the house")];
    };
    for (line, module) in imported(&code) {
        let allowed = module == room || rank(&module).is_some_and(|other| other < own || (own >= 8 && other == own));
        if !allowed {
            faults.push(format!("line {line}: `{room}` (rank {own}) imports `{module}`"));
        }
        if OUTSIDE.contains(&room) && UNSEEN.contains(&module.as_str()) {
            faults.push(format!("line {line}: `{room}` sees `{module}`: ask `service`"));
        }
    }
    if let Some(at) = code.find("super::super") {
        faults.push(format!("line {}: `super::super` may lead out of the room: say `crate::`", line_of(&code, at)));
    }
    for (library, homes) in HOMES {
        for form in [format!("{library}::"), format!("{library};"), format!("{library} as ")] {
            for (at, _) in code.match_indices(&form) {
                let before = &code[..at];
                let whole = !before.ends_with(|before: char| before.is_alphanumeric() || "_:.".contains(before));
                if whole && (form.ends_with(':') || before.ends_with("use ")) && !homes.contains(&room) {
                    let line = line_of(&code, at);
                    faults.push(format!("line {line}: `{room}` uses `{library}`, which lives in {homes:?}"));
                }
            }
        }
    }
    if OUTSIDE.contains(&room) {
        for word in UNSPEAKABLE {
            if let Some(at) = code.find(word) {
                faults.push(format!("line {}: `{room}` names `{word}`", line_of(&code, at)));
            }
        }
    }
    if room != "config"
        && let Some(at) = code.find("env::var")
    {
        faults.push(format!("line {}: reads the environment: settings come from `config`", line_of(&code, at)));
    }
    faults
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_room_imports_only_rooms_below_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 60, "found only {} sources", files.len());
    let mut told = Vec::new();
    for file in files {
        let inside = file.strip_prefix(&root).unwrap();
        let room = inside.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs").to_owned();
        let test_only = inside.iter().any(|part| part == "tests.rs" || part == "tests");
        if room == "lib" || test_only {
            continue;
        }
        let source = fs::read_to_string(&file).unwrap();
        told.extend(faults(&room, &source).into_iter().map(|fault| format!("{}: {fault}", inside.display())));
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn the_core_depends_on_nothing_that_does_anything() {
    let manifest = include_str!("../../disclosure/Cargo.toml");
    for name in ["tokio", "sea-orm", "async-graphql", "serde", "chrono", "rand", "axum", "tracing"] {
        assert!(!manifest.lines().any(|line| line.starts_with(name)), "disclosure depends on {name}");
    }
}

/// What production holds of its tests: a module named for them at the end of the file, and nothing else.
#[test]
fn test_code_stands_in_modules_of_tests() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut found = Vec::new();
    for file in files {
        let source = fs::read_to_string(&file).unwrap();
        let is_a_module = |after: &str| {
            let after = after.trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ");
            after.starts_with("mod tests;") || after.starts_with("mod tests {")
        };
        let mut gates = source.split("\n#[cfg(test)]\n").skip(1);
        if !gates.all(is_a_module) {
            found.push(file.strip_prefix(&root).unwrap().display().to_string());
        }
    }
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_fault_is_found_where_there_is_one() {
    let check = |room: &str, source: &str, part: &str| {
        let found = faults(room, source);
        assert!(found.iter().any(|fault| fault.contains(part)), "{room}: {source}: {found:?}");
    };
    check("tabulation", "//! x\nuse crate::service::Error;", "imports `service`");
    check("tabulation", "//! x\nuse crate::{\n    domain::{Area, Period},\n    datasets,\n};", "imports `datasets`");
    check("auth", "//! x\nuse crate::store;", "imports `store`");
    check("graphql", "//! x\nlet table: RawTable;", "names `RawTable`");
    check("graphql", "//! x\nuse crate::{\n    service,\n    store,\n};", "sees `store`");
    check("cli", "//! x\nuse crate::{release::Snapshot};", "sees `release`");
    check("datasets", "//! x\n\nuse super::super::service;", "line 3: `super::super`");
    check("http", "//! x\nuse async_graphql::Value;", "line 2: `http` uses `async_graphql`");
    check("http", "//! x\nuse async_graphql as graph;", "uses `async_graphql`");
    check("datasets", "//! x\nuse csv;", "uses `csv`");
    check("service", "//! x\nsea_orm::Database::connect();", "uses `sea_orm`");
    check("datasets", "use crate::domain;", "opens with");
    check("datasets", "//! x\nstd::env::var(key)", "line 2: reads the environment");
    check("cellar", "//! x", "not in the plan");
    let fine = "//! x\nuse crate::{domain::Area, policy};\n// crate::service\nlet text = \"crate::service\";";
    assert_eq!(faults("tabulation", fine), Vec::<String>::new());
}
