//! How values that stand in rows are written: areas, periods, benchmarks, categories, estimates, changes.

use crate::{
    datasets::outcomes::Group,
    domain::{self, AreaIndex, Catalogue, Successor},
    graphql::{
        json::{json, list, name, nullable, optional},
        types::{
            AreaKind, BreakdownDimension, CellStatus, Compared, EstimateBound, HiddenReason, Language, NodeKey,
            SuccessionKind, Wording,
        },
    },
};

use super::{
    official::About,
    shape::{Read, SelectableField, SelectedField, Shape, written},
};

written! {
    /// Fields of `Wording`.
    WordingField = "Wording" (text, wording: &Wording) {
        "text" Text => json(text, &wording.text),
        "language" Language => name(text, wording.language),
    }
}

/// The field `wording`, in a language.
pub(in crate::graphql) struct InLanguage(Language, Shape<WordingField>);

impl Read for InLanguage {
    fn read(selected: &SelectedField<'_>) -> Option<Self> {
        Some(Self(selected.argument("in")?, Shape::read(selected)?))
    }
}

impl InLanguage {
    /// Writes the name of something with a code, or else its English one.
    fn write(&mut self, text: &mut Vec<u8>, about: &str, code: &str, english: &str) {
        self.1.write(text, &Wording::of(about, code, self.0, english));
    }
}

written! {
    /// Fields of `Area`.
    AreaField = "Area" (text, catalogue: &Catalogue, index: AreaIndex) {
        "id" Id => json(text, &NodeKey::Area(catalogue.areas()[index].code.clone()).id().0),
        "code" Code => json(text, &catalogue.areas()[index].code),
        "name" Name => json(text, &catalogue.areas()[index].name),
        "wording" Wording(wording: InLanguage) => {
            let area = &catalogue.areas()[index];
            wording.write(text, "area", &area.code, &area.name);
        },
        "kind" Kind => name(text, AreaKind::from(catalogue.areas()[index].kind)),
        "codeScheme" CodeScheme => json(text, &catalogue.areas()[index].code_scheme),
        "validFrom" ValidFrom => json(text, &catalogue.areas()[index].valid_from.map(|date| date.to_string())),
        "validTo" ValidTo => json(text, &catalogue.areas()[index].valid_to.map(|date| date.to_string())),
        "inUse" InUse => json(text, &catalogue.is_in_use(index)),
        "successors" Successors(shape: Shape<SuccessionField>) => {
            list(text, catalogue.successors(index), |one, text| shape.write(text, catalogue, one.to, &one));
        },
        "predecessors" Predecessors(shape: Shape<SuccessionField>) => {
            list(text, catalogue.predecessors(index), |one, text| shape.write(text, catalogue, one.from, &one));
        },
        "parents" Parents(shape: Shape<AreaField>) => {
            list(text, catalogue.parents(index), |&parent, text| shape.write(text, catalogue, parent));
        },
        "children" Children(shape: Shape<AreaField>) => {
            list(text, catalogue.children(index), |&child, text| shape.write(text, catalogue, child));
        },
        "comparators" Comparators(shape: Shape<ComparatorField>) => {
            list(text, Compared::with(catalogue, index), |with, text| shape.write(text, catalogue, with));
        },
        "officialFigures" OfficialFigures(about: About) => about.write(text, catalogue, index),
    }
}

written! {
    /// Fields of `Comparator`.
    ComparatorField = "Comparator" (text, catalogue: &Catalogue, with: Compared<'_>) {
        "code" Code => json(text, with.code()),
        "name" Name => json(text, with.name()),
        "basis" Basis => name(text, with.basis()),
        "about" About(shape: Shape<AreaField>) => {
            nullable(text, with.about(), |area, text| shape.write(text, catalogue, area));
        },
        "kind" Kind => optional(text, with.kind()),
        "members" Members(shape: Shape<AreaField>) => {
            list(text, with.members(), |member, text| shape.write(text, catalogue, member));
        },
        "validFrom" ValidFrom => json(text, &with.valid_from().map(|date| date.0.to_string())),
        "validTo" ValidTo => json(text, &with.valid_to().map(|date| date.0.to_string())),
        "source" Source => json(text, with.source()),
    }
}

written! {
    /// Fields of `AreaSuccession`.
    SuccessionField = "AreaSuccession" (text, catalogue: &Catalogue, other: AreaIndex, one: &Successor) {
        "area" Area(shape: Shape<AreaField>) => shape.write(text, catalogue, other),
        "on" On => json(text, &one.on.to_string()),
        "kind" Kind => name(text, SuccessionKind::from(one.kind)),
    }
}

written! {
    /// Fields of `Period`.
    PeriodField = "Period" (text, period: domain::Period) {
        "id" Id => json(text, &NodeKey::Period(period).id().0),
        "code" Code => json(text, &period.to_string()),
        "academicYear" AcademicYear => json(text, &period.academic_year()),
        "term" Term => json(text, &period.term()),
        "endsOn" EndsOn => json(text, &period.ends_on().to_string()),
    }
}

written! {
    /// Fields of `Benchmark`.
    BenchmarkField = "Benchmark" (text, framework: &domain::Framework, benchmark: &domain::Benchmark) {
        "id" Id => json(text, &NodeKey::Benchmark(framework.code.clone(), benchmark.number).id().0),
        "number" Number => json(text, &benchmark.number),
        "code" Code => json(text, &benchmark.code),
        "title" Title => json(text, &benchmark.title),
        "wording" Wording(wording: InLanguage) => {
            let code = format!("{}/{}", framework.code, benchmark.number);
            wording.write(text, "benchmark", &code, &benchmark.title);
        },
    }
}

written! {
    /// Fields of `Category`.
    CategoryField = "Category" (text, dimension: domain::Dimension, category: domain::Category) {
        "dimension" Dimension => name(text, BreakdownDimension::from(dimension)),
        "code" Code => json(text, category.code),
        "label" Label => json(text, category.label),
        "wording" Wording(wording: InLanguage) => {
            wording.write(text, dimension.name(), category.code, category.label);
        },
    }
}

impl Shape<CategoryField> {
    /// Writes the categories of a group, as a list.
    pub(super) fn write_all(&mut self, text: &mut Vec<u8>, group: &Group) {
        list(text, &group.categories, |&(dimension, position), text| {
            self.write(text, dimension, dimension.categories()[position]);
        });
    }
}

written! {
    /// Fields of `Estimate`.
    EstimateField = "Estimate"<'a> (text, estimate: &disclosure::Estimate, remedies: &dyn Fn() -> &'a [String]) {
        "value" Value => json(text, &estimate.value),
        "standardError" StandardError => json(text, &estimate.standard_error),
        "bound" Bound => optional(text, estimate.bound.map(EstimateBound::from)),
        "status" Status => name(text, CellStatus::from(estimate.status)),
        "reason" Reason => optional(text, estimate.reason.map(HiddenReason::from)),
        "remedy" Remedy => json(text, if estimate.reason.is_some() { remedies() } else { &[] }),
    }
}

written! {
    /// Fields of `Change`.
    ChangeField = "Change" (text, change: &disclosure::Change, since: domain::Period) {
        "since" Since(shape: Shape<PeriodField>) => shape.write(text, since),
        "achievedShare" AchievedShare(shape: Shape<EstimateField>) => {
            shape.write(text, &change.achieved_share, &|| &[]);
        },
        "meanScore" MeanScore(shape: Shape<EstimateField>) => shape.write(text, &change.mean_score, &|| &[]),
        "sameInstitutions" SameInstitutions => json(text, &change.same_institutions),
        "distinguishable" Distinguishable => json(text, &change.share_distinguishable),
        "meanDistinguishable" MeanDistinguishable => json(text, &change.mean_distinguishable),
    }
}
