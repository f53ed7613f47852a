//! The contract is the one in the repository.

/// Regenerate with `cargo run -- schema > schema.graphql`.
#[test]
fn the_contract_in_the_repository_is_the_one_that_is_served() {
    let kept = include_str!("../../../schema.graphql");
    assert_eq!(kept.trim_end(), api::graphql::sdl().trim_end(), "run: cargo run -- schema > schema.graphql");
}

#[test]
fn every_type_field_and_argument_is_described() {
    let sdl = api::graphql::sdl();
    let lines: Vec<&str> = sdl.lines().collect();
    for (number, line) in lines.iter().enumerate() {
        let declares = ["type ", "enum ", "input ", "interface "].iter().any(|word| line.starts_with(word))
            || (line.starts_with('\t')
                && line.contains(':')
                && !line.trim_start().starts_with(['"', ')'])
                && !line.contains('`'));
        let builtin = line.contains("PageInfo")
            || (number > 0 && lines[..number].iter().rev().any(|l| l.starts_with("directive")));
        let described = number > 0 && lines[number - 1].trim_end().ends_with("\"\"\"");
        let inside_text = lines[..number].iter().filter(|line| line.trim() == "\"\"\"").count() % 2 == 1;
        assert!(!declares || builtin || inside_text || described, "line {}: {line}", number + 1);
    }
}

/// The lines that stand within a declaration of the contract, descriptions left out.
fn declared(opening: &str) -> Vec<String> {
    let sdl = api::graphql::sdl();
    let (_, rest) = sdl.split_once(&format!("\n{opening} {{\n")).unwrap();
    let (within, _) = rest.split_once("\n}").unwrap();
    let (mut lines, mut describes) = (Vec::new(), false);
    for line in within.lines().map(str::trim) {
        if line == "\"\"\"" {
            describes = !describes;
        } else if !describes {
            lines.push(line.to_owned());
        }
    }
    lines
}

#[test]
fn every_code_of_an_error_is_explained_on_its_page_and_no_other() {
    let page = include_str!("../../docs/src/error-codes.md");
    let rows =
        page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |").map(|(code, _)| code.to_owned()));
    let mut explained: Vec<String> = rows.collect();
    explained.sort_unstable();
    assert_eq!(explained, declared("enum ErrorCode"));
}

#[test]
fn every_scalar_says_where_it_is_specified() {
    let sdl = api::graphql::sdl();
    let scalars: Vec<&str> = sdl.lines().filter_map(|line| line.strip_prefix("scalar ")).collect();
    assert_eq!(scalars.len(), 3, "{scalars:?}");
    for scalar in scalars {
        assert!(scalar.contains(" @specifiedBy(url: \"https://"), "{scalar}");
    }
}
