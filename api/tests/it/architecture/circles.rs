//! No circles: within a room, no file imports one that imports it again, neither directly nor through others.
//!
//! Names are followed through re-exports to the file that declares them. A `mod.rs` declares the files of its folder, so what
//! it imports from them closes no circle.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use super::{code, sources};

/// Circles that still stand. None may be added, and one that is gone is struck off.
const STANDING: [&[&str]; 4] = [
    &["datasets/destinations/base", "datasets/destinations/count"],
    &["datasets/outcomes/build", "datasets/outcomes/plan"],
    &["datasets/outcomes/count/counter", "datasets/outcomes/count/figures"],
    &[
        "tabulation/admit",
        "tabulation/advice",
        "tabulation/citation",
        "tabulation/dataset",
        "tabulation/ledger",
        "tabulation/scope",
        "tabulation/table",
    ],
];

/// A module by the names that lead to it, e.g. `["http", "error"]`; none for the root of the crate.
type Module = Vec<String>;

/// The files of a crate: their code without comments, strings and tests.
type Files = BTreeMap<Module, String>;

/// A path, and the name that it gets in the file: its last word, or what stands after `as`.
struct Import {
    path: Vec<String>,
    name: String,
}

/// Adds every path of a tree such as `a::{b, c::{self, d as e}}`.
fn expand(before: &[String], tree: &str, imports: &mut Vec<Import>) {
    let words = |path: &str| -> Vec<String> {
        let words = path.split("::").map(str::trim).filter(|word| !word.is_empty());
        before.iter().cloned().chain(words.map(str::to_owned)).collect()
    };
    let tree = tree.trim();
    if let Some((path, list)) = tree.strip_suffix('}').and_then(|tree| tree.split_once('{')) {
        let (path, mut depth) = (words(path), 0);
        let between = |character: char| {
            depth += i32::from(character == '{') - i32::from(character == '}');
            character == ',' && depth == 0
        };
        list.split(between).for_each(|part| expand(&path, part, imports));
        return;
    }
    let (path, alias) = tree.split_once(" as ").map_or((tree, None), |(path, alias)| (path, Some(alias)));
    let mut path = words(path);
    if path.len() > 1 && path.last().is_some_and(|word| word == "self") {
        path.pop();
    }
    if let Some(name) = alias.map(str::to_owned).or_else(|| path.last().cloned()) {
        imports.push(Import { path, name });
    }
}

/// What a file imports with `use`, and the paths that start with `crate` or `super` in its code.
fn imports(code: &str) -> Vec<Import> {
    let mut imports = Vec::new();
    let mut at = 0;
    for line in code.split_inclusive('\n') {
        if let Some((before, _)) = line.split_once("use ")
            && is_visibility(before.trim())
        {
            let tree = &code[at + before.len() + "use ".len()..];
            expand(&[], tree.split(';').next().unwrap_or_default(), &mut imports);
        }
        at += line.len();
    }
    let in_word = |character: char| character.is_alphanumeric() || character == '_' || character == ':';
    for (at, _) in code.match_indices("crate::").chain(code.match_indices("super::")) {
        if !code[..at].ends_with(|before| in_word(before) || before == '$') {
            let length = code[at..].find(|character| !in_word(character)).unwrap_or(code.len() - at);
            expand(&[], &code[at..at + length], &mut imports);
        }
    }
    imports
}

fn is_visibility(text: &str) -> bool {
    text.is_empty() || text == "pub" || (text.starts_with("pub(") && text.ends_with(')'))
}

/// The path from the root of the crate; `None` where it leads to another crate.
fn from_root(files: &Files, module: &[String], path: &[String]) -> Option<Vec<String>> {
    let (first, rest) = path.split_first()?;
    match first.as_str() {
        "crate" => Some(rest.to_vec()),
        "self" => Some([module, rest].concat()),
        "super" => {
            let parent = &module[..module.len().saturating_sub(1)];
            if rest.first().is_some_and(|word| word == "super") {
                from_root(files, parent, rest)
            } else {
                Some([parent, rest].concat())
            }
        }
        _ => {
            let path = [module, path].concat();
            files.contains_key(&path[..=module.len()]).then_some(path)
        }
    }
}

/// The file that declares what stands at a path from the root, found through re-exports.
fn declared_in(files: &Files, names: &BTreeMap<&Module, Vec<Import>>, path: &[String], hops: u8) -> Option<Module> {
    let length = (0..=path.len()).rev().find(|&length| files.contains_key(&path[..length]))?;
    let module = path[..length].to_vec();
    let through = |import: &Import| {
        let target = [&*from_root(files, &module, &import.path)?, &path[length + 1..]].concat();
        (target != path).then(|| declared_in(files, names, &target, hops - 1)).flatten()
    };
    let renamed = path
        .get(length)
        .filter(|_| hops > 0)
        .and_then(|name| names.get(&module)?.iter().filter(|import| import.name == *name).find_map(through));
    Some(renamed.unwrap_or(module))
}

/// The files that go round in a circle, circle by circle. A room is what the first `depth` names of a module tell.
fn circles(files: &Files, depth: usize) -> BTreeSet<Vec<String>> {
    let names: BTreeMap<&Module, Vec<Import>> = files.iter().map(|(module, code)| (module, imports(code))).collect();
    let imported = |module: &Module| -> BTreeSet<Module> {
        let paths = names[module].iter().filter_map(|import| from_root(files, module, &import.path));
        let targets = paths.filter_map(|path| declared_in(files, &names, &path, 8));
        targets
            .filter(|target| target.len() >= depth && module.len() >= depth && target[..depth] == module[..depth])
            .filter(|target| !target.starts_with(module))
            .collect()
    };
    let imported: BTreeMap<&Module, BTreeSet<Module>> = files.keys().map(|module| (module, imported(module))).collect();
    let reached: BTreeMap<&Module, BTreeSet<&Module>> =
        files.keys().map(|module| (module, reached_from(module, &imported))).collect();
    let circle = |module: &Module| -> Vec<String> {
        let others = reached[module].iter().filter(|&&other| reached[other].contains(module));
        others.map(|other| other.join("/")).collect()
    };
    files.keys().map(circle).filter(|circle| !circle.is_empty()).collect()
}

/// Every file that a file imports, directly or through others.
fn reached_from<'a>(module: &'a Module, imported: &'a BTreeMap<&Module, BTreeSet<Module>>) -> BTreeSet<&'a Module> {
    let (mut reached, mut open) = (BTreeSet::new(), vec![module]);
    while let Some(next) = open.pop() {
        open.extend(imported[next].iter().filter(|&target| reached.insert(target)));
    }
    reached
}

/// The files of a crate whose sources stand in a folder.
fn files_of(folder: &str) -> Files {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths = Vec::new();
    sources(&root, &mut paths);
    let is_code = |path: &Path| {
        let inside = path.strip_prefix(&root).unwrap();
        !inside.iter().any(|part| part == "tests.rs" || part == "tests" || part == "main.rs")
    };
    let file = |path: &Path| {
        let inside = path.strip_prefix(&root).unwrap().with_extension("");
        let mut module: Module = inside.iter().map(|name| name.to_str().unwrap().to_owned()).collect();
        module.pop_if(|name| name == "mod" || name == "lib");
        (module, code(&fs::read_to_string(path).unwrap()))
    };
    paths.iter().map(|path| &**path).filter(|path| is_code(path)).map(file).collect()
}

#[test]
fn no_files_of_a_room_import_each_other() {
    let found = circles(&files_of("src"), 1);
    let within = |circle: &[String], standing: &[&str]| circle.iter().all(|file| standing.contains(&file.as_str()));
    for circle in &found {
        assert!(
            STANDING.iter().any(|standing| within(circle, standing)),
            "these files go round in a circle: {circle:?}"
        );
    }
    for standing in STANDING {
        assert!(found.iter().any(|circle| within(circle, standing)), "no circle any more, strike it off: {standing:?}");
    }
}

#[test]
fn no_files_of_the_core_import_each_other() {
    assert_eq!(circles(&files_of("disclosure/src"), 0), BTreeSet::new());
}

#[test]
fn a_circle_is_found_where_there_is_one() {
    let check = |files: &[(&str, &str)], expected: &[&[&str]]| {
        let module = |path: &str| -> Module { path.split('/').map(str::to_owned).collect() };
        let files: Files = files.iter().map(|(path, code)| (module(path), (*code).to_owned())).collect();
        let found: Vec<Vec<String>> = circles(&files, 1).into_iter().collect();
        assert_eq!(found, expected, "{files:?}");
    };
    let room = ("a", "mod b;\nmod c;\nmod d;\npub use b::B;\npub(crate) use c::{self as other, C};");
    let root = ("a", "mod b;\nuse b::B;\npub struct A;");
    check(&[root, ("a/b", "use super::A;")], &[]);
    check(&[room, ("a/b", "use super::c::C;"), ("a/c", "use crate::x::B;")], &[]);
    check(&[room, ("a/b", "use super::c::C;"), ("a/c", "fn f() -> super::b::B {}")], &[&["a/b", "a/c"]]);
    check(&[room, ("a/b", "use super::C;"), ("a/c", "use super::{B, other};")], &[&["a/b", "a/c"]]);
    check(
        &[room, ("a/b", "use crate::{\n    a::{c::{C, D}, e},\n    x,\n};"), ("a/c", "use super::B as Z;")],
        &[&["a/b", "a/c"]],
    );
    let ring = [room, ("a/b", "use super::c::C;"), ("a/c", "use super::d;"), ("a/d", "use crate::a::B;")];
    check(&ring, &[&["a/b", "a/c", "a/d"]]);
    check(&[("a/b", "use crate::c::d;"), ("c/d", "use crate::a::b;")], &[]);
}
