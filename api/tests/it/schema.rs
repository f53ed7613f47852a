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
