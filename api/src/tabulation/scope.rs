//! Which areas a table is about, for whom, and how protected its answer is: the same for every dataset.

use std::collections::BTreeSet;

use disclosure::{Method, Tier};

use crate::{
    domain::{AreaIndex, AreaKind, Catalogue, Dimension},
    policy::{Coverage, Grant, Insiders},
};

use super::{PlanError, each_once, escape};

/// What every question names: the areas, the purpose, and how the answer must be protected. Codes, nothing looked up yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// The purpose it is asked for.
    pub purpose: Option<String>,
    /// The codes of areas and of comparators, which stand for their members; the whole grant when absent.
    pub areas: Option<Vec<String>>,
    /// Break the areas down to every area of this kind within them.
    pub area_kind: Option<AreaKind>,
    /// Answer at this tier or not at all, as a citation demands.
    pub tier: Option<Tier>,
    /// Answer from a release that was published with this method or not at all, as a citation demands.
    pub method: Option<Method>,
    /// Answer for what the organisation with this code handed in or not at all, as a citation of such a table demands.
    pub provider: Option<String>,
}

/// The areas of a table, all of one kind, ascending and each once, and what the grant gives for them. Only
/// [`Scope::resolve`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    areas: Vec<AreaIndex>,
    tier: Tier,
    dimensions: Option<Vec<Vec<Dimension>>>,
    provider: Option<i64>,
    purpose: String,
    organisation: String,
    insiders: Vec<Insiders>,
    of_free_kind: bool,
}

impl Scope {
    /// The areas of the table: those named, or the grant's, broken down to a kind where one is named. A cited table is
    /// answered as it was cited or not at all.
    ///
    /// # Errors
    /// [`PlanError`], the first rule that the question breaks.
    pub fn resolve(asked: &Asked, grant: &Grant, catalogue: &Catalogue) -> Result<Self, PlanError> {
        let areas = areas(asked, grant, catalogue)?;
        let Coverage { tier, dimensions } = cover(&areas, grant, catalogue)?;
        check_grain(tier, catalogue.areas()[areas[0]].kind)?;
        check_cited(asked, grant, tier)?;
        let (purpose, organisation) = (grant.purpose().to_owned(), grant.organisation().to_owned());
        let of_free_kind = is_free(catalogue.areas()[areas[0]].kind);
        let (provider, insiders) = (grant.provider(), grant.insiders().to_vec());
        Ok(Self { areas, tier, dimensions, provider, purpose, organisation, insiders, of_free_kind })
    }

    /// All areas of a kind at a tier, for nobody in particular: what any answer about them is to whoever handed in none of it.
    /// `None` where tables of the kind are not free, the tier does not answer for it, or there are no such areas.
    pub fn of_anybody(kind: AreaKind, tier: Tier, catalogue: &Catalogue) -> Option<Self> {
        let all = catalogue.areas().iter_enumerated();
        let areas: Vec<AreaIndex> = all.filter(|(_, area)| area.kind == kind).map(|(index, _)| index).collect();
        (is_free(kind) && !is_too_fine(tier, kind) && !areas.is_empty()).then(|| Self {
            areas,
            tier,
            dimensions: None,
            provider: None,
            purpose: String::new(),
            organisation: String::new(),
            insiders: Vec::new(),
            of_free_kind: true,
        })
    }

    /// The same over some of its areas.
    pub fn only(self, keep: impl Fn(AreaIndex) -> bool) -> Self {
        Self { areas: self.areas.into_iter().filter(|&area| keep(area)).collect(), ..self }
    }

    /// The areas, ascending by code.
    pub fn areas(&self) -> &[AreaIndex] {
        &self.areas
    }

    /// The tier of the answer.
    pub fn tier(&self) -> Tier {
        self.tier
    }

    /// Whether the agreements name the dimensions that they allow.
    pub fn names_dimensions(&self) -> bool {
        self.dimensions.is_some()
    }

    /// Count only what this organisation handed in.
    pub fn provider(&self) -> Option<i64> {
        self.provider
    }

    /// The purpose it is asked for.
    pub fn purpose(&self) -> &str {
        &self.purpose
    }

    /// The code of the organisation that asks.
    pub fn organisation(&self) -> &str {
        &self.organisation
    }

    /// Whose hand-ins are no protection from the asker: its own alone, then those of each circle that it belongs to. None where
    /// it asks about its own alone, or nobody asks.
    pub fn insiders(&self) -> &[Insiders] {
        &self.insiders
    }

    /// The same over another area.
    pub fn over(&self, area: AreaIndex) -> Self {
        Self { areas: vec![area], ..self.clone() }
    }

    /// The kind of the areas.
    pub fn kind(&self, catalogue: &Catalogue) -> AreaKind {
        catalogue.areas()[self.areas[0]].kind
    }

    /// The kind of the areas, as a tabulation names it.
    pub fn kind_name(&self, catalogue: &Catalogue) -> String {
        kind_name(self.kind(catalogue))
    }

    /// Whether tables of the areas are free where nothing else is asked. Areas of skills plans are made of the local authorities of
    /// LEPs and combined authorities, so their tables are one more look at the same institutions.
    pub fn is_of_free_kind(&self) -> bool {
        self.of_free_kind
    }

    /// The codes of the areas, as a canonical question names them.
    pub fn canonical_areas(&self, catalogue: &Catalogue) -> String {
        let mut text = String::with_capacity(self.areas.len() * 10);
        for (position, &area) in self.areas.iter().enumerate() {
            if position > 0 {
                text.push(',');
            }
            text.push_str(&escape(&catalogue.areas()[area].code));
        }
        text
    }

    /// The end of a canonical question: of what an organisation handed in itself, it names the organisation.
    pub fn canonical_provider(&self) -> String {
        self.provider.map_or_else(String::new, |_| format!(";provider={}", escape(&self.organisation)))
    }
}

/// Whether tables of a kind of area are free where nothing else is asked.
fn is_free(kind: AreaKind) -> bool {
    kind != AreaKind::Lsip
}

/// Whether areas of a kind are too small for a tier: partners abroad see LEPs and anything coarser.
pub(super) fn is_too_fine(tier: Tier, kind: AreaKind) -> bool {
    let fine = matches!(kind, AreaKind::LocalAuthority | AreaKind::Hub | AreaKind::CombinedAuthority | AreaKind::Lsip);
    tier == Tier::International && fine
}

/// Whether a tier and an agreement allow a question to name these dimensions.
///
/// # Errors
/// [`PlanError::Forbidden`] where they do not.
pub fn check_dimensions(scope: &Scope, named: &[Dimension]) -> Result<(), PlanError> {
    let most = scope.tier.rules().max_dimensions;
    if named.len() > most {
        let names: Vec<&str> = named.iter().map(|dimension| dimension.name()).collect();
        return Err(PlanError::Forbidden(format!(
            "the tier {} allows {most} dimensions in a question, found {}: {}",
            scope.tier.as_str().to_uppercase(),
            named.len(),
            names.join(", ")
        )));
    }
    let Some(allowed) = &scope.dimensions else { return Ok(()) };
    let is_denied = |dimension: &&Dimension| !allowed.iter().any(|together| together.contains(dimension));
    if let Some(denied) = named.iter().find(is_denied) {
        return Err(PlanError::Forbidden(format!("your agreements do not allow the dimension {}", denied.name())));
    }
    if allowed.iter().any(|together| named.iter().all(|dimension| together.contains(dimension))) {
        return Ok(());
    }
    let names: Vec<&str> = named.iter().map(|dimension| dimension.name()).collect();
    Err(PlanError::Forbidden(format!(
        "expected dimensions that one of your agreements allows together, found {}, which are of several",
        names.join(", ")
    )))
}

fn areas(asked: &Asked, grant: &Grant, catalogue: &Catalogue) -> Result<Vec<AreaIndex>, PlanError> {
    let named = match asked.areas.as_deref() {
        None => still_there(grant.areas(), catalogue)?,
        Some([]) => return Err(PlanError::empty("areas")),
        Some(codes) => {
            let codes: BTreeSet<&str> = codes.iter().map(String::as_str).collect();
            let named = codes.into_iter().map(|code| areas_named(code, catalogue));
            named.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect()
        }
    };
    cover(&named, grant, catalogue)?;
    let areas: Vec<AreaIndex> = match asked.area_kind {
        None => named,
        Some(kind) => {
            let lies_inside = |area: &AreaIndex| named.iter().any(|&around| catalogue.lies_in(*area, around));
            let of_kind = catalogue.areas().keys().filter(|&area| catalogue.areas()[area].kind == kind);
            let of_kind = of_kind.filter(|&area| catalogue.is_in_use(area));
            let areas: Vec<AreaIndex> = of_kind.filter(lies_inside).collect();
            if areas.is_empty() {
                return Err(PlanError::NotFound(format!(
                    "no area of kind {} lies in the areas asked for and within your agreements",
                    kind_name(kind)
                )));
            }
            areas
        }
    };
    let areas = each_once(areas, "areas")?;
    let mut kinds: Vec<AreaKind> = areas.iter().map(|&area| catalogue.areas()[area].kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.len() > 1 {
        let kinds: Vec<String> = kinds.into_iter().map(kind_name).collect();
        return Err(PlanError::Invalid(format!(
            "one table holds one kind of area, found {}; name one with `areaKind`, or ask one table for each",
            kinds.join(", ")
        )));
    }
    Ok(areas)
}

/// Of the areas of a grant, those that can be asked for.
fn still_there(granted: Vec<AreaIndex>, catalogue: &Catalogue) -> Result<Vec<AreaIndex>, PlanError> {
    let (there, ended): (Vec<AreaIndex>, Vec<AreaIndex>) =
        granted.into_iter().partition(|&area| catalogue.can_be_asked_for(area));
    match (there.as_slice(), ended.first()) {
        ([], Some(&ended)) => Err(gone(&catalogue.areas()[ended].code, ended, catalogue)),
        _ => Ok(there),
    }
}

/// The areas that a code names: one, or the members of a comparator.
///
/// # Errors
/// Where it names none, or one that cannot be asked for.
pub fn areas_named(code: &str, catalogue: &Catalogue) -> Result<Vec<AreaIndex>, PlanError> {
    let Some(comparator) = catalogue.comparator(code).filter(|_| catalogue.area_index(code).is_none()) else {
        return named_area(code, catalogue).map(|area| vec![area]);
    };
    let as_of = catalogue.as_of();
    match comparator.valid_to.filter(|&to| to < as_of) {
        Some(to) => Err(PlanError::NotFound(format!("the comparator `{code}` ended on {to}"))),
        None if !comparator.is_in_use_on(as_of) => {
            Err(PlanError::NotFound(format!("the comparator `{code}` has not begun")))
        }
        None => match catalogue.members(comparator) {
            members if members.is_empty() => {
                Err(PlanError::NotFound(format!("no member of the comparator `{code}` is in use")))
            }
            members => Ok(members),
        },
    }
}

/// The area that a code names: the one that has its place by now, where it was recoded. One that ended can be asked for where
/// institutions stood in it that no other area counts.
fn named_area(code: &str, catalogue: &Catalogue) -> Result<AreaIndex, PlanError> {
    let area = catalogue.area_now(code).ok_or_else(|| PlanError::no_area(code))?;
    if catalogue.can_be_asked_for(area) { Ok(area) } else { Err(gone(code, area, catalogue)) }
}

/// Why an area cannot be asked for.
fn gone(code: &str, area: AreaIndex, catalogue: &Catalogue) -> PlanError {
    let after = catalogue.successors(area);
    let after: Vec<&str> = after.iter().map(|one| catalogue.areas()[one.to].code.as_str()).collect();
    PlanError::NotFound(match catalogue.areas()[area].valid_to.filter(|&to| to < catalogue.as_of()) {
        Some(to) if after.is_empty() => format!("the area `{code}` ended on {to}"),
        Some(to) => format!("the area `{code}` ended on {to}; after it: {}", after.join(", ")),
        None => format!("the area `{code}` has not begun"),
    })
}

fn cover(areas: &[AreaIndex], grant: &Grant, catalogue: &Catalogue) -> Result<Coverage, PlanError> {
    grant.cover(areas, catalogue).map_err(|area| PlanError::no_area(&catalogue.areas()[area].code))
}

fn kind_name(kind: AreaKind) -> String {
    kind.as_str().to_uppercase()
}

fn check_grain(tier: Tier, kind: AreaKind) -> Result<(), PlanError> {
    if is_too_fine(tier, kind) {
        return Err(PlanError::Forbidden(format!(
            "the tier INTERNATIONAL answers for COUNTRY, REGION and LEP, found {}",
            kind_name(kind)
        )));
    }
    Ok(())
}

fn check_cited(asked: &Asked, grant: &Grant, tier: Tier) -> Result<(), PlanError> {
    if let Some(cited) = asked.tier.filter(|&cited| cited != tier) {
        return Err(PlanError::Forbidden(format!(
            "the table cited has the tier {}; for this purpose your agreements give {}",
            cited.as_str().to_uppercase(),
            tier.as_str().to_uppercase()
        )));
    }
    let is_own = |provider: &String| grant.provider().is_some() && provider == grant.organisation();
    if asked.provider.as_ref().is_some_and(|provider| !is_own(provider)) {
        return Err(PlanError::NotFound("no table with this citation is within your agreements".to_owned()));
    }
    Ok(())
}
