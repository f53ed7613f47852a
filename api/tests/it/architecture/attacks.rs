//! The pages of attacks and of protection name tests that there are.

use std::{fs, path::Path};

use super::sources;

#[test]
fn every_test_that_the_pages_of_attacks_and_protection_name_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages =
        ["attacks", "protection"].map(|page| fs::read_to_string(root.join(format!("docs/src/{page}.md"))).unwrap());
    let named: Vec<&str> = pages
        .iter()
        .flat_map(|page| {
            let words = page.split('`').skip(1).step_by(2).filter(|word| is_name_of_a_test(word));
            let words: Vec<&str> = words.collect();
            assert!(words.len() >= 12, "{words:?}");
            words
        })
        .collect();
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    sources(&root.join("tests/it"), &mut files);
    let texts: Vec<String> = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    for name in named {
        assert!(texts.iter().any(|source| source.contains(&format!("fn {name}("))), "no test is called {name}");
    }
}

fn is_name_of_a_test(word: &str) -> bool {
    word.matches('_').count() >= 4
        && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte.is_ascii_digit())
}
