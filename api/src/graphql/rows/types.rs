//! How values that stand in rows are written: areas, periods, benchmarks, categories, estimates, changes.

use crate::{
    datasets::outcomes::Group,
    domain::{self, AreaIndex, Catalogue, Successor},
    graphql::{
        json::{json, list, name, optional},
        types::{
            AreaKind, BreakdownDimension, CellStatus, EstimateBound, HiddenReason, Language, NodeKey, SuccessionKind,
            Wording,
        },
    },
};

use super::shape::{SelectableField, SelectedField, Shape};

/// Fields of `Wording`.
pub(in crate::graphql) enum WordingField {
    Text,
    Language,
}

impl SelectableField for WordingField {
    const TYPE: &'static str = "Wording";

    fn read(selected: &SelectedField<'_>) -> Option<Self> {
        Some(match selected.name() {
            "text" => Self::Text,
            "language" => Self::Language,
            _ => return None,
        })
    }
}

/// The field `wording`, in a language.
pub(in crate::graphql) struct InLanguage(Language, Shape<WordingField>);

impl InLanguage {
    fn read(selected: &SelectedField<'_>) -> Option<Self> {
        Some(Self(selected.argument("in")?, selected.below()?))
    }

    /// Writes the name of something with a code, or else its English one.
    fn write(&mut self, text: &mut Vec<u8>, about: &str, code: &str, english: &str) {
        let wording = Wording::of(about, code, self.0, english);
        self.1.write(text, |field, text| match field {
            WordingField::Text => json(text, &wording.text),
            WordingField::Language => name(text, wording.language),
        });
    }
}

/// Fields of `Area`.
pub(in crate::graphql) enum AreaField {
    Id,
    Code,
    Name,
    Wording(InLanguage),
    Kind,
    CodeScheme,
    ValidFrom,
    ValidTo,
    InUse,
    Successors(Shape<SuccessionField>),
    Predecessors(Shape<SuccessionField>),
    Parents(Shape<AreaField>),
    Children(Shape<AreaField>),
}

impl SelectableField for AreaField {
    const TYPE: &'static str = "Area";

    fn read(selected: &SelectedField<'_>) -> Option<Self> {
        Some(match selected.name() {
            "id" => Self::Id,
            "code" => Self::Code,
            "name" => Self::Name,
            "wording" => Self::Wording(InLanguage::read(selected)?),
            "kind" => Self::Kind,
            "codeScheme" => Self::CodeScheme,
            "validFrom" => Self::ValidFrom,
            "validTo" => Self::ValidTo,
            "inUse" => Self::InUse,
            "successors" => Self::Successors(selected.below()?),
            "predecessors" => Self::Predecessors(selected.below()?),
            "parents" => Self::Parents(selected.below()?),
            "children" => Self::Children(selected.below()?),
            _ => return None,
        })
    }
}

impl Shape<AreaField> {
    pub(super) fn write_area(&mut self, text: &mut Vec<u8>, catalogue: &Catalogue, index: AreaIndex) {
        let area = &catalogue.areas()[index];
        self.write(text, |field, text| match field {
            AreaField::Id => json(text, &NodeKey::Area(area.code.clone()).id().0),
            AreaField::Code => json(text, &area.code),
            AreaField::Name => json(text, &area.name),
            AreaField::Wording(wording) => wording.write(text, "area", &area.code, &area.name),
            AreaField::Kind => name(text, AreaKind::from(area.kind)),
            AreaField::CodeScheme => json(text, &area.code_scheme),
            AreaField::ValidFrom => json(text, &area.valid_from.map(|date| date.to_string())),
            AreaField::ValidTo => json(text, &area.valid_to.map(|date| date.to_string())),
            AreaField::InUse => json(text, &catalogue.is_in_use(index)),
            AreaField::Successors(shape) => list(text, catalogue.successors(index), |one, text| {
                shape.write_succession(text, catalogue, one.to, &one);
            }),
            AreaField::Predecessors(shape) => list(text, catalogue.predecessors(index), |one, text| {
                shape.write_succession(text, catalogue, one.from, &one);
            }),
            AreaField::Parents(shape) => {
                list(text, catalogue.parents(index), |&parent, text| shape.write_area(text, catalogue, parent));
            }
            AreaField::Children(shape) => {
                list(text, catalogue.children(index), |&child, text| shape.write_area(text, catalogue, child));
            }
        });
    }
}

/// Fields of `AreaSuccession`.
pub(in crate::graphql) enum SuccessionField {
    Area(Shape<AreaField>),
    On,
    Kind,
}

impl SelectableField for SuccessionField {
    const TYPE: &'static str = "AreaSuccession";

    fn read(selected: &SelectedField<'_>) -> Option<Self> {
        Some(match selected.name() {
            "area" => Self::Area(selected.below()?),
            "on" => Self::On,
            "kind" => Self::Kind,
            _ => return None,
        })
    }
}

impl Shape<SuccessionField> {
    fn write_succession(&mut self, text: &mut Vec<u8>, catalogue: &Catalogue, other: AreaIndex, one: &Successor) {
        self.write(text, |field, text| match field {
            SuccessionField::Area(shape) => shape.write_area(text, catalogue, other),
            SuccessionField::On => json(text, &one.on.to_string()),
            SuccessionField::Kind => name(text, SuccessionKind::from(one.kind)),
        });
    }
}

/// Fields of `Period`.
pub(in crate::graphql) enum PeriodField {
    Id,
    Code,
    AcademicYear,
    Term,
    EndsOn,
}

impl SelectableField for PeriodField {
    const TYPE: &'static str = "Period";

    fn read(selected: &SelectedField<'_>) -> Option<Self> {
        Some(match selected.name() {
            "id" => Self::Id,
            "code" => Self::Code,
            "academicYear" => Self::AcademicYear,
            "term" => Self::Term,
            "endsOn" => Self::EndsOn,
            _ => return None,
        })
    }
}

impl Shape<PeriodField> {
    pub(super) fn write_period(&mut self, text: &mut Vec<u8>, period: domain::Period) {
        self.write(text, |field, text| match field {
            PeriodField::Id => json(text, &NodeKey::Period(period).id().0),
            PeriodField::Code => json(text, &period.to_string()),
            PeriodField::AcademicYear => json(text, &period.academic_year()),
            PeriodField::Term => json(text, &period.term()),
            PeriodField::EndsOn => json(text, &period.ends_on().to_string()),
        });
    }
}

/// Fields of `Benchmark`.
pub(in crate::graphql) enum BenchmarkField {
    Id,
    Number,
    Code,
    Title,
    Wording(InLanguage),
}

impl SelectableField for BenchmarkField {
    const TYPE: &'static str = "Benchmark";

    fn read(selected: &SelectedField<'_>) -> Option<Self> {
        Some(match selected.name() {
            "id" => Self::Id,
            "number" => Self::Number,
            "code" => Self::Code,
            "title" => Self::Title,
            "wording" => Self::Wording(InLanguage::read(selected)?),
            _ => return None,
        })
    }
}

impl Shape<BenchmarkField> {
    pub(super) fn write_benchmark(
        &mut self,
        text: &mut Vec<u8>,
        framework: &domain::Framework,
        benchmark: &domain::Benchmark,
    ) {
        self.write(text, |field, text| match field {
            BenchmarkField::Id => {
                json(text, &NodeKey::Benchmark(framework.code.clone(), benchmark.number).id().0);
            }
            BenchmarkField::Number => json(text, &benchmark.number),
            BenchmarkField::Code => json(text, &benchmark.code),
            BenchmarkField::Title => json(text, &benchmark.title),
            BenchmarkField::Wording(wording) => {
                let code = format!("{}/{}", framework.code, benchmark.number);
                wording.write(text, "benchmark", &code, &benchmark.title);
            }
        });
    }
}

/// Fields of `Category`.
pub(in crate::graphql) enum CategoryField {
    Dimension,
    Code,
    Label,
    Wording(InLanguage),
}

impl SelectableField for CategoryField {
    const TYPE: &'static str = "Category";

    fn read(selected: &SelectedField<'_>) -> Option<Self> {
        Some(match selected.name() {
            "dimension" => Self::Dimension,
            "code" => Self::Code,
            "label" => Self::Label,
            "wording" => Self::Wording(InLanguage::read(selected)?),
            _ => return None,
        })
    }
}

impl Shape<CategoryField> {
    /// Writes the categories of a group, as a list.
    pub(super) fn write_categories(&mut self, text: &mut Vec<u8>, group: &Group) {
        list(text, &group.categories, |&(dimension, position), text| {
            let category = dimension.categories()[position];
            self.write(text, |field, text| match field {
                CategoryField::Dimension => name(text, BreakdownDimension::from(dimension)),
                CategoryField::Code => json(text, category.code),
                CategoryField::Label => json(text, category.label),
                CategoryField::Wording(wording) => {
                    wording.write(text, dimension.name(), category.code, category.label);
                }
            });
        });
    }
}

/// Fields of `Estimate`.
pub(in crate::graphql) enum EstimateField {
    Value,
    StandardError,
    Bound,
    Status,
    Reason,
    Remedy,
}

impl SelectableField for EstimateField {
    const TYPE: &'static str = "Estimate";

    fn read(selected: &SelectedField<'_>) -> Option<Self> {
        Some(match selected.name() {
            "value" => Self::Value,
            "standardError" => Self::StandardError,
            "bound" => Self::Bound,
            "status" => Self::Status,
            "reason" => Self::Reason,
            "remedy" => Self::Remedy,
            _ => return None,
        })
    }
}

impl Shape<EstimateField> {
    pub(super) fn write_estimate<'a>(
        &mut self,
        text: &mut Vec<u8>,
        estimate: &disclosure::Estimate,
        remedies: impl Fn() -> &'a [String],
    ) {
        self.write(text, |field, text| match field {
            EstimateField::Value => json(text, &estimate.value),
            EstimateField::StandardError => json(text, &estimate.standard_error),
            EstimateField::Bound => optional(text, estimate.bound.map(EstimateBound::from)),
            EstimateField::Status => name(text, CellStatus::from(estimate.status)),
            EstimateField::Reason => optional(text, estimate.reason.map(HiddenReason::from)),
            EstimateField::Remedy if estimate.reason.is_some() => json(text, remedies()),
            EstimateField::Remedy => text.extend_from_slice(b"[]"),
        });
    }
}

/// Fields of `Change`.
pub(in crate::graphql) enum ChangeField {
    Since(Shape<PeriodField>),
    AchievedShare(Shape<EstimateField>),
    MeanScore(Shape<EstimateField>),
    SameInstitutions,
    Distinguishable,
    MeanDistinguishable,
}

impl SelectableField for ChangeField {
    const TYPE: &'static str = "Change";

    fn read(selected: &SelectedField<'_>) -> Option<Self> {
        Some(match selected.name() {
            "since" => Self::Since(selected.below()?),
            "achievedShare" => Self::AchievedShare(selected.below()?),
            "meanScore" => Self::MeanScore(selected.below()?),
            "sameInstitutions" => Self::SameInstitutions,
            "distinguishable" => Self::Distinguishable,
            "meanDistinguishable" => Self::MeanDistinguishable,
            _ => return None,
        })
    }
}

impl Shape<ChangeField> {
    pub(super) fn write_change(&mut self, text: &mut Vec<u8>, change: &disclosure::Change, since: domain::Period) {
        self.write(text, |field, text| match field {
            ChangeField::Since(shape) => shape.write_period(text, since),
            ChangeField::AchievedShare(shape) => shape.write_estimate(text, &change.achieved_share, || &[]),
            ChangeField::MeanScore(shape) => shape.write_estimate(text, &change.mean_score, || &[]),
            ChangeField::SameInstitutions => json(text, &change.same_institutions),
            ChangeField::Distinguishable => json(text, &change.share_distinguishable),
            ChangeField::MeanDistinguishable => json(text, &change.mean_distinguishable),
        });
    }
}
