//! Who may put together what each handed in: organisations that stand under one agreement.

use std::{collections::HashMap, sync::Arc};

use crate::domain::{AreaIndex, Catalogue, Directory};

/// Organisations that know what any of them handed in, ascending by key.
///
/// What they handed in is no protection from any of them. A set of one is the asker alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Insiders(Arc<[i64]>);

impl Insiders {
    /// One organisation alone.
    pub fn alone(organisation: i64) -> Self {
        Self([organisation].into())
    }

    /// Several organisations.
    pub fn together(mut organisations: Vec<i64>) -> Self {
        organisations.sort_unstable();
        organisations.dedup();
        Self(organisations.into())
    }

    /// Whether an organisation is one of them.
    pub fn hold(&self, organisation: i64) -> bool {
        self.0.binary_search(&organisation).is_ok()
    }

    /// Whether there is one alone.
    pub fn is_one(&self) -> bool {
        self.0.len() == 1
    }

    /// Whether they may see a change in which others than they handed in `changed` institutions anew: enough of them or, where the
    /// asker is not alone, none. A change of one's own alone would be new noise about others at one's own call.
    pub fn may_see(&self, changed: usize, fewest: u32) -> bool {
        changed >= fewest as usize || (changed == 0 && !self.is_one())
    }

    /// Those of them that are among other organisations.
    #[must_use]
    pub fn among(&self, organisations: impl Iterator<Item = i64>) -> Self {
        Self::together(organisations.filter(|&organisation| self.hold(organisation)).collect())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The circles of every organisation. Whoever holds an agreement, now or before, stands under it together with everybody who works
/// within its area: it sees what they handed in, or may be told. All of that is public: areas of organisations, and who holds agreements.
#[derive(Debug, Clone, Default)]
pub struct Circles(HashMap<i64, Vec<Insiders>>);

impl Circles {
    /// The circles of a directory.
    pub fn of(directory: &Directory, catalogue: &Catalogue) -> Self {
        let organisations = directory.organisations();
        let places: Vec<(i64, Option<AreaIndex>)> = organisations
            .iter()
            .map(|organisation| (organisation.id, catalogue.area_now(&organisation.area)))
            .collect();
        let mut circles: HashMap<i64, Vec<Insiders>> = HashMap::new();
        for (consumer, &(id, around)) in organisations.iter().zip(&places) {
            let (true, Some(around)) = (directory.agreements_of(&consumer.code).next().is_some(), around) else {
                continue;
            };
            let lies_in = |area: &Option<AreaIndex>| area.is_some_and(|area| catalogue.lies_in(area, around));
            let inside = places.iter().filter(|(_, area)| lies_in(area)).map(|&(id, _)| id);
            let circle = Insiders::together(inside.chain([id]).collect());
            if !circle.is_one() {
                for &organisation in circle.0.iter() {
                    let of_one = circles.entry(organisation).or_default();
                    if !of_one.contains(&circle) {
                        of_one.push(circle.clone());
                    }
                }
            }
        }
        Self(circles)
    }

    /// The circles that an organisation belongs to, beside itself.
    pub fn around(&self, organisation: i64) -> &[Insiders] {
        self.0.get(&organisation).map_or(&[], Vec::as_slice)
    }
}
