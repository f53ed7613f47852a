//! What a parsed document would expand to, counted without expanding it: each fragment is measured once.

use std::collections::HashMap;

use apollo_compiler::{
    Node,
    ast::{Definition, DirectiveList, Document, FragmentDefinition, FragmentSpread, Selection},
    parser::SourceMap,
};

use crate::graphql::document::{List, Lists, Places};

use super::{Limits, Rejection};

/// What a selection set comes to with every fragment expanded.
#[derive(Clone, Copy, Default)]
struct Size {
    fields: u64,
    own_fields: u64,
    depth: usize,
    /// Fields below lists of areas around or within an area, as many times over as such a list is likely long.
    areas: u64,
    /// Fields, those below a list of introspection as many times over as it is likely long.
    introspected: u64,
}

/// How many areas a list of them is reckoned to hold.
const AREAS_OF_ONE: u64 = 25;

/// How many rows a list of them is reckoned to hold, each of which has an area; how many there are at the most is up to the plan.
const ROWS_OF_ONE: u64 = 10;

/// Measures a document.
struct Measure<'a> {
    lists: &'a Lists,
    sources: &'a SourceMap,
    fragments: HashMap<&'a str, &'a Node<FragmentDefinition>>,
    /// `None` while a fragment is being measured: meeting it then is a cycle.
    measured: HashMap<&'a str, Option<Size>>,
    aliases: usize,
    directives: usize,
}

/// Checks a parsed document.
pub(super) fn check(document: &Document, limits: &Limits, lists: &Lists) -> Result<(), Rejection> {
    let fragments = document.definitions.iter().filter_map(|definition| match definition {
        Definition::FragmentDefinition(fragment) => Some((fragment.name.as_str(), fragment)),
        _ => None,
    });
    // Of several of one name each counts; which of them is measured does not matter, for such a document is not valid.
    let count = fragments.clone().count();
    if count > limits.fragments {
        let (limit, found) = (limits.fragments as u64, count.to_string());
        return Err(Rejection::Limit { what: "fragments", limit, found, at: None });
    }
    let names: Vec<&str> = fragments.clone().map(|(name, _)| name).collect();
    let mut measure = Measure {
        lists,
        sources: &document.sources,
        fragments: fragments.collect(),
        measured: HashMap::new(),
        aliases: 0,
        directives: 0,
    };
    let mut operations = 0_usize;
    let (mut fields, mut root_fields, mut depth, mut areas) = (0_u64, 0_u64, 0_usize, 0_u64);
    let mut introspected = 0_u64;
    for definition in &document.definitions {
        let Definition::OperationDefinition(operation) = definition else { continue };
        operations += 1;
        measure.count_directives(&operation.directives);
        for variable in &operation.variables {
            measure.count_directives(&variable.directives);
        }
        let size = measure.selections(&operation.selection_set)?;
        fields = fields.saturating_add(size.fields);
        root_fields = root_fields.max(size.own_fields);
        depth = depth.max(size.depth);
        areas = areas.saturating_add(size.areas);
        introspected = introspected.saturating_add(size.introspected);
    }
    for name in names {
        measure.fragment(name)?;
    }
    let whole = |number: usize| number as u64;
    for (what, limit, found) in [
        ("operations", whole(limits.operations), whole(operations)),
        ("fields within each other", whole(limits.depth), whole(depth)),
        ("fields", limits.fields, fields),
        ("fields at the root", limits.root_fields, root_fields),
        ("areas within areas", limits.areas, areas),
        ("fields of introspection", limits.introspected, introspected),
        ("aliases", whole(limits.aliases), whole(measure.aliases)),
        ("directives", whole(limits.directives), whole(measure.directives)),
    ] {
        if found > limit {
            return Err(Rejection::Limit { what, limit, found: found.to_string(), at: None });
        }
    }
    Ok(())
}

impl<'a> Measure<'a> {
    /// The nesting of selection sets is bounded by the check of the bytes, so recursion is.
    fn selections(&mut self, set: &'a [Selection]) -> Result<Size, Rejection> {
        let mut total = Size::default();
        for item in set {
            let size = match item {
                Selection::Field(field) => {
                    self.aliases += usize::from(field.alias.is_some());
                    self.count_directives(&field.directives);
                    let inner = self.selections(&field.selection_set)?;
                    let areas = match self.lists.get(&field.name) {
                        Some(List::Around) => inner.areas.saturating_add(inner.fields).saturating_mul(AREAS_OF_ONE),
                        Some(List::Rows) => inner.areas.saturating_mul(ROWS_OF_ONE),
                        None => inner.areas,
                    };
                    let times = self.lists.introspected(&field.name);
                    Size {
                        fields: inner.fields.saturating_add(1),
                        own_fields: 1,
                        depth: inner.depth + 1,
                        areas,
                        introspected: inner.introspected.saturating_add(1).saturating_mul(times),
                    }
                }
                Selection::InlineFragment(inline) => {
                    self.count_directives(&inline.directives);
                    self.selections(&inline.selection_set)?
                }
                Selection::FragmentSpread(spread) => {
                    self.count_directives(&spread.directives);
                    self.fragment(&spread.fragment_name).map_err(|rejection| self.placed(rejection, spread))?
                }
            };
            total.fields = total.fields.saturating_add(size.fields);
            total.own_fields = total.own_fields.saturating_add(size.own_fields);
            total.depth = total.depth.max(size.depth);
            total.areas = total.areas.saturating_add(size.areas);
            total.introspected = total.introspected.saturating_add(size.introspected);
        }
        Ok(total)
    }

    /// Measures a fragment once. One that is not defined is left to validation. Fragments that spread one another go as
    /// deep as there are fragments, whose number is bounded.
    fn fragment(&mut self, name: &str) -> Result<Size, Rejection> {
        let Some((&name, &fragment)) = self.fragments.get_key_value(name) else { return Ok(Size::default()) };
        match self.measured.get(name) {
            Some(Some(size)) => return Ok(*size),
            Some(None) => return Err(Rejection::Cycle { name: name.to_owned(), at: None }),
            None => {}
        }
        self.measured.insert(name, None);
        self.count_directives(&fragment.directives);
        let size = self.selections(&fragment.selection_set)?;
        self.measured.insert(name, Some(size));
        Ok(size)
    }

    /// The innermost spread of a cycle is where it closes.
    fn placed(&self, rejection: Rejection, spread: &Node<FragmentSpread>) -> Rejection {
        match rejection {
            Rejection::Cycle { name, at: None } => {
                let place = Places::of_document(self.sources).of_span(spread.location());
                Rejection::Cycle { name, at: place.map(|place| (place.line, place.column)) }
            }
            other => other,
        }
    }

    fn count_directives(&mut self, directives: &DirectiveList) {
        self.directives += directives.len();
    }
}
