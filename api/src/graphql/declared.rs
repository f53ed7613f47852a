//! What is declared of the root's fields beside the contract: whom each answers, and how long its answer lasts. A test holds it to
//! the contract, so that no field is without.

/// Whom a field answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Audience {
    /// Everybody alike.
    Everybody,
    /// Each viewer by what it may ask.
    Viewer,
}

/// How long an answer lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lasting {
    /// While the release, the agreements and the day stay.
    Version,
    /// No time at all: it tells the state of the budget, or who asked.
    Moment,
}

/// The fields of the root.
const ROOT: [(&str, Audience, Lasting); 31] = [
    ("__schema", Audience::Everybody, Lasting::Version),
    ("__type", Audience::Everybody, Lasting::Version),
    ("__typename", Audience::Everybody, Lasting::Version),
    ("area", Audience::Everybody, Lasting::Version),
    ("areas", Audience::Everybody, Lasting::Version),
    ("comparator", Audience::Everybody, Lasting::Version),
    ("comparators", Audience::Everybody, Lasting::Version),
    ("destinationPreview", Audience::Viewer, Lasting::Moment),
    ("destinationTable", Audience::Viewer, Lasting::Version),
    ("destinations", Audience::Viewer, Lasting::Version),
    ("dimensions", Audience::Everybody, Lasting::Version),
    ("errorCodes", Audience::Everybody, Lasting::Version),
    ("exposure", Audience::Viewer, Lasting::Moment),
    ("framework", Audience::Everybody, Lasting::Version),
    ("frameworks", Audience::Everybody, Lasting::Version),
    ("issuers", Audience::Viewer, Lasting::Moment),
    ("limits", Audience::Viewer, Lasting::Version),
    ("methodology", Audience::Everybody, Lasting::Version),
    ("node", Audience::Viewer, Lasting::Moment),
    ("officialDataSets", Audience::Everybody, Lasting::Version),
    ("officialFigures", Audience::Everybody, Lasting::Version),
    ("organisations", Audience::Viewer, Lasting::Moment),
    ("outcomes", Audience::Viewer, Lasting::Version),
    ("periods", Audience::Viewer, Lasting::Moment),
    ("preview", Audience::Viewer, Lasting::Moment),
    ("recordedChanges", Audience::Viewer, Lasting::Moment),
    ("release", Audience::Everybody, Lasting::Version),
    ("releases", Audience::Everybody, Lasting::Version),
    ("submission", Audience::Viewer, Lasting::Moment),
    ("table", Audience::Viewer, Lasting::Version),
    ("viewer", Audience::Viewer, Lasting::Moment),
];

/// Whether a field of the root answers everybody alike. One that is not declared does not, so that nothing new is served to others
/// out of a cache by mistake.
pub(super) fn is_for_everybody(field: &str) -> bool {
    declared(field).is_some_and(|(audience, _)| audience == Audience::Everybody)
}

/// Whether the answer of a field of the root may be given again.
pub(super) fn lasts(field: &str) -> bool {
    declared(field).is_some_and(|(_, lasting)| lasting == Lasting::Version)
}

fn declared(field: &str) -> Option<(Audience, Lasting)> {
    ROOT.iter().find(|(name, ..)| *name == field).map(|(_, audience, lasting)| (*audience, *lasting))
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::{
        parse_schema,
        types::{TypeKind, TypeSystemDefinition},
    };

    use super::*;

    #[test]
    fn every_field_of_the_root_is_declared_once_and_nothing_else_is() {
        let definitions = parse_schema(crate::graphql::sdl()).unwrap().definitions.into_iter();
        let mut roots = definitions.filter_map(|definition| match definition {
            TypeSystemDefinition::Type(defined) if defined.node.name.node == "Query" => Some(defined.node.kind),
            _ => None,
        });
        let Some(TypeKind::Object(query)) = roots.next() else { panic!("no root") };
        let mut fields: Vec<String> = query.fields.iter().map(|field| field.node.name.node.to_string()).collect();
        fields.extend(["__schema", "__type", "__typename"].map(Into::into));
        fields.sort_unstable();
        let declared: Vec<&str> = ROOT.iter().map(|(name, ..)| *name).collect();
        assert_eq!(fields, declared, "whom does it answer, and how long does that last?");
    }

    #[test]
    fn what_answers_everybody_lasts() {
        for (name, audience, lasting) in ROOT {
            assert!(audience == Audience::Viewer || lasting == Lasting::Version, "{name}");
        }
        assert!(!is_for_everybody("new") && !lasts("new"), "what is not declared is not kept");
    }
}
