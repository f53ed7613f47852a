//! What is declared of fields beside the contract: whom a field of the root answers, how long its answer lasts, and how long
//! lists are reckoned to be. A test holds it to the contract, so that no field is without.

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
const ROOT: [(&str, Audience, Lasting); 26] = [
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
    ("limits", Audience::Viewer, Lasting::Version),
    ("methodology", Audience::Everybody, Lasting::Version),
    ("node", Audience::Viewer, Lasting::Moment),
    ("outcomes", Audience::Viewer, Lasting::Version),
    ("periods", Audience::Viewer, Lasting::Moment),
    ("preview", Audience::Viewer, Lasting::Moment),
    ("release", Audience::Everybody, Lasting::Version),
    ("releases", Audience::Everybody, Lasting::Version),
    ("submission", Audience::Viewer, Lasting::Moment),
    ("table", Audience::Viewer, Lasting::Version),
    ("viewer", Audience::Viewer, Lasting::Moment),
];

/// Lists of rows of a table.
const ROWS: [&str; 4] = ["cells", "overall", "rows", "totals"];

/// Lists of areas around or within an area, before or after it, or to compare it with. They lead into one another, each step to many times as many
/// areas.
const AREAS: [&str; 6] = ["children", "comparators", "members", "parents", "predecessors", "successors"];

/// A list that is long, or leads to many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    /// Rows of a table.
    Rows,
    /// Areas of an area.
    Areas,
}

impl List {
    /// What a field is a list of, where it is one of these.
    pub(super) fn of(field: &str) -> Option<Self> {
        match field {
            field if ROWS.contains(&field) => Some(Self::Rows),
            field if AREAS.contains(&field) => Some(Self::Areas),
            _ => None,
        }
    }

    /// The names of the lists of rows.
    pub(super) fn of_rows() -> impl Iterator<Item = &'static str> {
        ROWS.into_iter()
    }
}

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
        types::{BaseType, ObjectType, TypeKind, TypeSystemDefinition},
    };

    use super::*;

    fn objects() -> Vec<(String, ObjectType)> {
        let definitions = parse_schema(crate::graphql::sdl()).unwrap().definitions.into_iter();
        let objects = definitions.filter_map(|definition| match definition {
            TypeSystemDefinition::Type(defined) => match defined.node.kind {
                TypeKind::Object(object) => Some((defined.node.name.node.to_string(), object)),
                _ => None,
            },
            _ => None,
        });
        objects.collect()
    }

    #[test]
    fn every_field_of_the_root_is_declared_once_and_nothing_else_is() {
        let (_, query) = objects().into_iter().find(|(name, _)| name == "Query").unwrap();
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

    #[test]
    fn every_long_list_is_declared() {
        for (object, definition) in objects().into_iter().filter(|(name, _)| name != "Query") {
            for field in definition.fields {
                let BaseType::List(items) = &field.node.ty.node.base else { continue };
                let BaseType::Named(of) = &items.base else { continue };
                let expected = match of.as_str() {
                    // A page is as long as was asked.
                    "Area" | "AreaEdge" | "Comparator" | "ComparatorEdge" if object.ends_with("Connection") => None,
                    "Area" | "AreaSuccession" | "Comparator" => Some(List::Areas),
                    cell if cell.ends_with("Cell") => Some(List::Rows),
                    _ => None,
                };
                let name = field.node.name.node.as_str();
                assert_eq!(List::of(name), expected, "{object}.{name}: [{of}]");
            }
        }
    }
}
