//! Documents that would harm, documents that would not.

use std::time::Instant;

use proptest::prelude::*;

use super::*;

fn check(text: &str) -> Result<(), Rejection> {
    prepare(text, &Limits::default(), &Lists::default()).map(|_| ())
}

fn refused_for(text: &str, expected: &str) {
    match check(text) {
        Err(Rejection::Limit { what, .. }) => assert_eq!(what, expected),
        other => panic!("expected too many {expected}, found {other:?}"),
    }
}

#[test]
fn nested_values_are_refused_before_the_parser_sees_them() {
    for (open, close) in [("[", "]"), ("{a:", "}")] {
        let text = format!("{{ areas(x: {}1{}) {{ id }} }}", open.repeat(2_000), close.repeat(2_000));
        let started = Instant::now();
        refused_for(&text, "brackets within each other");
        assert!(started.elapsed().as_millis() < 50);
    }
    refused_for(&format!("{{ {} }}", "a {".repeat(5_000)), "brackets within each other");
    refused_for(&format!("query($v: {}Int{}) {{ a }}", "[".repeat(500), "]".repeat(500)), "brackets within each other");
    let unbalanced = "[".repeat(60_000);
    refused_for(&unbalanced, "brackets within each other");
}

#[test]
fn doubling_fragments_are_counted_and_not_expanded() {
    let mut text = String::from("{ ...f0 }");
    for level in 0..20 {
        let next = if level == 19 { "id".to_owned() } else { format!("...f{0} ...f{0}", level + 1) };
        text += &format!(" fragment f{level} on Query {{ {next} }}");
    }
    let started = Instant::now();
    refused_for(&text, "fields");
    assert!(started.elapsed().as_millis() < 50);
}

#[test]
fn lists_of_introspection_that_lead_to_each_other_are_counted_as_long_as_they_are() {
    let nested = |pairs: usize| {
        format!(
            "{{ __type(name: \"Node\") {{ {}name{} }} }}",
            "possibleTypes { interfaces { ".repeat(pairs),
            "} }".repeat(pairs)
        )
    };
    assert_eq!(check(&nested(4)), Ok(()));
    for pairs in [6, 7, 8, 9] {
        refused_for(&nested(pairs), "fields of introspection");
    }
    let fields = "fields { type { ".repeat(6) + "name" + &"} }".repeat(6);
    refused_for(&format!("{{ __schema {{ queryType {{ {fields} }} }} }}"), "fields of introspection");
    // Once written, many times asked for.
    let roots: String =
        (0..20).map(|root| format!("r{root}: __schema {{ queryType {{ fields {{ type {{ ...f }} }} }} }} ")).collect();
    let leaves: String = (0..75).map(|leaf| format!("n{leaf}: name ")).collect();
    let text = format!("{{ {roots} }} fragment f on __Type {{ fields {{ type {{ {leaves} }} }} }}");
    refused_for(&text, "fields of introspection");
}

#[test]
fn a_fragment_that_spreads_itself_is_refused() {
    let text = "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }";
    assert!(matches!(check(text), Err(Rejection::Cycle { .. })));
    assert!(
        matches!(check("{ x } fragment a on Query { ...a }"), Err(Rejection::Cycle { .. })),
        "though nobody uses it"
    );
}

#[test]
fn long_chains_of_fragments_do_not_exhaust_the_stack() {
    let chain = |length: usize| {
        let links = (1..length).map(|level| format!(" fragment f{} on Query {{ ...f{level} }}", level - 1));
        format!("{{ ...f0 }}{} fragment f{} on Query {{ id }}", links.collect::<String>(), length - 1)
    };
    assert_eq!(check(&chain(100)), Ok(()));
    refused_for(&chain(101), "fragments");
}

#[test]
fn too_much_of_anything_is_told_with_numbers() {
    refused_for(&format!("{{ a {} }}", "#".repeat(70_000)), "bytes");
    refused_for(&format!("{{ {} }}", "a ".repeat(7_000)), "tokens");
    refused_for(&format!("{{ {} }}", (0..101).map(|n| format!("a{n}: id ")).collect::<String>()), "fields at the root");
    let aliases = (0..101).map(|n| format!("a{n}: id ")).collect::<String>();
    refused_for(&format!("{{ x {{ {aliases} }} }}"), "aliases");
    refused_for(&format!("{{ a {} }}", "@skip(if: true) ".repeat(101)), "directives");
    refused_for(&(0..21).map(|n| format!("query q{n} {{ id }} ")).collect::<String>(), "operations");
    refused_for(&format!("{{ {} id {} }}", "a {".repeat(21), "}".repeat(21)), "fields within each other");
    let error = check(&format!("{{\n  a(b: {}", "[".repeat(60))).unwrap_err();
    assert_eq!(error.position(), Some((2, 46)));
    assert_eq!(
        error.to_string(),
        "the document has too many brackets within each other: the most is 40, found 41 or more"
    );
}

#[test]
fn brackets_in_strings_and_comments_do_not_count() {
    let brackets = "[".repeat(100);
    assert_eq!(check(&format!("{{ a(b: \"{brackets}\\\"{brackets}\") }}")), Ok(()));
    assert_eq!(check(&format!("{{ a(b: \"\"\"{brackets}\\\"\"\"{brackets}\"\"\") }}")), Ok(()));
    assert_eq!(check(&format!("# {brackets}\n{{ a }}")), Ok(()));
}

#[test]
fn a_string_that_is_never_closed_hides_nothing() {
    for open in ["\"\"\"abc\" ", "\"abc\n", "\"abc\\\" ", "\"\"\"abc\\\"\"\" "] {
        let text = format!("{{ a(b: [{open}{}1{}]) }}", "[".repeat(3_000), "]".repeat(3_000));
        let error = check(&text).unwrap_err();
        assert!(error.to_string().contains("never closed"), "{open}: {error}");
        assert!(error.position().is_some());
    }
}

#[test]
fn what_is_not_graphql_is_told_with_its_position() {
    for (text, line, column) in [
        ("{ a ", 1, 5),
        ("{\n  a(b: true true) }", 2, 13),
        ("{ a(b) }", 1, 6),
        ("{ a(b 1) }", 1, 7),
        ("{ a(b: {c d: 1}) }", 1, 11),
        ("{ a() }", 1, 5),
        ("query($a) { b(c: $a) }", 1, 9),
        ("query q() { a }", 1, 9),
        ("query q q { a }", 1, 9),
        ("{ a @ }", 1, 7),
        ("{ a } b", 1, 7),
        ("{ a: }", 1, 6),
        ("{ ... on { a } }", 1, 10),
        ("{ a(b: $) }", 1, 9),
        ("{ a(b: 01) }", 1, 8),
        ("{ a(b: 1x) }", 1, 8),
        ("{ a {} }", 1, 6),
        ("{ a ! }", 1, 5),
        ("fragment on on A { a }", 1, 10),
        ("", 1, 1),
    ] {
        let Err(error) = check(text) else { panic!("taken for GraphQL: {text}") };
        assert!(matches!(error, Rejection::Syntax { .. }), "{text}: {error:?}");
        assert!(!error.to_string().contains('\n'), "{error}");
        let (found_line, found_column) = error.position().unwrap();
        // Within a few characters: a parser tells the token that it did not expect, or the one before.
        assert_eq!(found_line, line, "{text}: {error}");
        assert!(found_column.abs_diff(column) <= 4, "{text}: {error} at {found_column}");
    }
}

#[test]
fn what_is_not_graphql_is_told_in_the_words_of_who_wrote_it() {
    for (text, message) in [
        ("{ a { b ", "expected `}`, found the end"),
        ("{ a(b: C-2014) }", "expected `)`, found `-2014`"),
        ("{ a(b = 1) }", "expected `)`, found `=`"),
        ("{ a(\"b\") }", "expected an argument, `name: value`, found `\"b\"`"),
        ("{ a {} }", "expected a field, found `}`"),
        ("a { b }", "expected `{`, an operation such as `query`, or a fragment, found `a`"),
        ("{ a(b: 'c') }", "Unexpected character \"'\""),
    ] {
        assert_eq!(check(text).unwrap_err().to_string(), format!("the document is not GraphQL: {message}"), "{text}");
    }
}

#[test]
fn places_are_told_in_characters_and_lines_end_in_three_ways() {
    for (text, place) in [
        ("{ a(b: \"香港\") ! }", (1, 14)),
        ("{ a(b: \"\u{2028}\")\r\r\n ! }", (3, 2)),
        ("{ a\r b\r\n \" }", (3, 2)),
        ("{ a } fragment f on A { b(c: \"香港\") ...f }", (1, 36)),
    ] {
        assert_eq!(check(text).unwrap_err().position(), Some(place), "{text}");
    }
}

#[test]
fn what_is_graphql_passes_however_it_is_written() {
    for text in [
        "query { a }",
        "\u{feff}{ a, b }",
        "query q($a: [Int!]! = [1, -2], $b: A = {f: X} @c(d: {e: null})) @g { query { query(a: $a) } ...h ... @i { j } ... on K { l } }
         fragment h on M @n { o: p(q: \"\"\"r\n\n  s\"\"\", t: 1.50e+3, u: \"\\u{1F600}\\n\") }",
        "mutation m { a } subscription s { b } query { c }",
        "\"\"\"what\"\"\" query q { a } # end",
        "{a(b:true c:false d:-1){...f...g e}}fragment f on A{h}fragment g on B{i}",
    ] {
        assert_eq!(check(text), Ok(()), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn no_text_harms_the_guard(text in "[\\[\\]{}()\"\\\\#a1 \n.@$!:=|é]{0,300}") {
        let _ = check(&text);
    }

    #[test]
    fn well_formed_nesting_is_measured_exactly(depth in 1_usize..60) {
        let text = format!("{{ {} id {} }}", "a {".repeat(depth), "}".repeat(depth));
        let limits = Limits { depth: usize::MAX, ..Limits::default() };
        prop_assert_eq!(prepare(&text, &limits, &Lists::default()).is_ok(), depth < limits.nesting);
    }
}
