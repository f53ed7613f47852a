//! The page of attacks names tests that there are.

use std::{fs, path::Path};

use super::sources;

#[test]
fn every_test_that_the_page_of_attacks_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/src/attacks.md")).unwrap();
    let named: Vec<&str> = page
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|word| {
            word.matches('_').count() >= 4
                && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte.is_ascii_digit())
        })
        .collect();
    assert!(named.len() >= 12, "{named:?}");
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    sources(&root.join("tests/it"), &mut files);
    let texts: Vec<String> = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    for name in named {
        assert!(texts.iter().any(|source| source.contains(&format!("fn {name}("))), "no test is called {name}");
    }
}
