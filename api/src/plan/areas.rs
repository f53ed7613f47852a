//! Which areas a table is about, and how protected its answer is: the same for every sort of question.

use disclosure::Tier;

use crate::{
    domain::{AreaIndex, AreaKind, Catalogue},
    policy::{Coverage, Grant},
};

use super::PlanError;

/// The areas of a table, all of one kind, ascending and each once, and what the grant gives for them.
pub(super) struct Scope {
    pub(super) areas: Vec<AreaIndex>,
    pub(super) coverage: Coverage,
}

/// The areas of the table: those named, or the grant's, broken down to a kind where one is named.
pub(super) fn resolve(
    codes: Option<&[String]>,
    kind: Option<AreaKind>,
    grant: &Grant,
    catalogue: &Catalogue,
) -> Result<Scope, PlanError> {
    let areas = areas(codes, kind, grant, catalogue)?;
    let coverage =
        grant.cover(&areas, catalogue).map_err(|area| PlanError::Area(catalogue.areas()[area].code.clone()))?;
    check_grain(coverage.tier, catalogue.areas()[areas[0]].kind)?;
    Ok(Scope { areas, coverage })
}

/// Whether areas of a kind are too small for a tier: partners abroad see LEPs and anything coarser.
pub fn is_too_fine(tier: Tier, kind: AreaKind) -> bool {
    let fine = matches!(kind, AreaKind::LocalAuthority | AreaKind::Hub | AreaKind::CombinedAuthority);
    tier == Tier::International && fine
}

fn areas(
    codes: Option<&[String]>,
    kind: Option<AreaKind>,
    grant: &Grant,
    catalogue: &Catalogue,
) -> Result<Vec<AreaIndex>, PlanError> {
    let named = match codes {
        None => grant.areas(),
        Some([]) => return Err(PlanError::Empty("areas")),
        Some(codes) => {
            let find = |code: &String| catalogue.area_index(code).ok_or_else(|| PlanError::Area(code.clone()));
            codes.iter().map(find).collect::<Result<_, _>>()?
        }
    };
    grant.cover(&named, catalogue).map_err(|area| PlanError::Area(catalogue.areas()[area].code.clone()))?;
    let mut areas = match kind {
        None => named,
        Some(kind) => catalogue
            .areas()
            .keys()
            .filter(|&area| catalogue.areas()[area].kind == kind)
            .filter(|&area| named.iter().any(|&around| catalogue.lies_in(area, around)))
            .collect(),
    };
    areas.sort_unstable();
    areas.dedup();
    let mut kinds: Vec<AreaKind> = areas.iter().map(|&area| catalogue.areas()[area].kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    match (kinds.as_slice(), kind) {
        ([_], _) => Ok(areas),
        ([], Some(kind)) => Err(PlanError::NoAreas(kind_name(kind))),
        ([], None) => Err(PlanError::Empty("areas")),
        (several, _) => {
            Err(PlanError::MixedAreas(several.iter().map(|&kind| kind_name(kind)).collect::<Vec<_>>().join(", ")))
        }
    }
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
