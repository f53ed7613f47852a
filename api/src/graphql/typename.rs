//! `__typename`, which validation of async-graphql 7.2.1 passes over: with arguments, with selections and with any
//! directive it would be executed as if it had none.

use async_graphql::{
    Positioned, ServerError,
    parser::types::{ExecutableDocument, Field, Selection, SelectionSet},
};

/// What is wrong with the uses of `__typename` in a document.
pub(super) fn check(document: &ExecutableDocument) -> Vec<ServerError> {
    let operations = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
    let fragments = document.fragments.values().map(|fragment| &fragment.node.selection_set.node);
    let mut errors = Vec::new();
    operations.chain(fragments).for_each(|set| walk(set, &mut errors));
    errors
}

/// The guard has bounded how deep selections nest.
fn walk(set: &SelectionSet, errors: &mut Vec<ServerError>) {
    for item in &set.items {
        match &item.node {
            Selection::Field(field) if field.node.name.node == "__typename" => errors.extend(fault(field)),
            Selection::Field(field) => walk(&field.node.selection_set.node, errors),
            Selection::InlineFragment(inline) => walk(&inline.node.selection_set.node, errors),
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn fault(field: &Positioned<Field>) -> Option<ServerError> {
    let at = field.pos;
    if !field.node.arguments.is_empty() {
        return Some(ServerError::new("the field `__typename` takes no arguments", Some(at)));
    }
    if !field.node.selection_set.node.items.is_empty() {
        return Some(ServerError::new("the field `__typename` has no fields to select", Some(at)));
    }
    let mut seen = Vec::new();
    for directive in &field.node.directives {
        let name = directive.node.name.node.as_str();
        let right = matches!(name, "skip" | "include")
            && directive.node.arguments.len() == 1
            && directive.node.arguments[0].0.node == "if"
            && !seen.contains(&name);
        if !right {
            let message =
                "expected `@skip(if:)` or `@include(if:)` at `__typename`, each once, found another directive";
            return Some(ServerError::new(message, Some(directive.pos)));
        }
        seen.push(name);
    }
    None
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    fn check(text: &str, expected: usize) {
        assert_eq!(super::check(&parse_query(text).unwrap()).len(), expected, "{text}");
    }

    #[test]
    fn a_typename_is_plain_or_under_a_condition() {
        check("{ __typename a: __typename @skip(if: true) @include(if: $a) b { __typename c @any(x: 1) { d } } }", 0);
        check("{ __typename(a: 1) }", 1);
        check("{ __typename { a } }", 1);
        check("{ a { ... { b: __typename @any } } ...f } fragment f on A { __typename @skip }", 2);
        check(
            "{ __typename @skip(iff: true) __typename @skip(if: true, b: 1) __typename @skip(if: 1) @skip(if: 1) }",
            3,
        );
    }
}
