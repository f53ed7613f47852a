//! How values that stand in rows are written: areas, periods, benchmarks, categories, estimates, changes.

use crate::{
    datasets::outcomes::Group,
    domain::{self, AreaIndex, Catalogue, Successor},
    graphql::{
        json::{json, list, name, optional},
        types::{
            AreaKind, BreakdownDimension, CellStatus, Compared, EstimateBound, HiddenReason, Language, NodeKey,
            SuccessionKind, Wording,
        },
    },
};

use super::{
    official::About,
    shape::{Read, SelectableField, SelectedField, Shape, selectable},
};

selectable! {
    /// Fields of `Wording`.
    WordingField = "Wording" {
        "text" => Text,
        "language" => Language,
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
        let wording = Wording::of(about, code, self.0, english);
        self.1.write(text, |field, text| match field {
            WordingField::Text => json(text, &wording.text),
            WordingField::Language => name(text, wording.language),
        });
    }
}

selectable! {
    /// Fields of `Area`.
    AreaField = "Area" {
        "id" => Id,
        "code" => Code,
        "name" => Name,
        "wording" => Wording(InLanguage),
        "kind" => Kind,
        "codeScheme" => CodeScheme,
        "validFrom" => ValidFrom,
        "validTo" => ValidTo,
        "inUse" => InUse,
        "successors" => Successors(Shape<SuccessionField>),
        "predecessors" => Predecessors(Shape<SuccessionField>),
        "parents" => Parents(Shape<AreaField>),
        "children" => Children(Shape<AreaField>),
        "comparators" => Comparators(Shape<ComparatorField>),
        "officialFigures" => OfficialFigures(About),
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
            AreaField::Comparators(shape) => list(text, Compared::with(catalogue, index), |with, text| {
                shape.write_comparator(text, catalogue, with);
            }),
            AreaField::OfficialFigures(about) => about.write(text, catalogue, index),
        });
    }
}

selectable! {
    /// Fields of `Comparator`.
    ComparatorField = "Comparator" {
        "code" => Code,
        "name" => Name,
        "basis" => Basis,
        "about" => About(Shape<AreaField>),
        "kind" => Kind,
        "members" => Members(Shape<AreaField>),
        "validFrom" => ValidFrom,
        "validTo" => ValidTo,
        "source" => Source,
    }
}

impl Shape<ComparatorField> {
    fn write_comparator(&mut self, text: &mut Vec<u8>, catalogue: &Catalogue, with: Compared<'_>) {
        self.write(text, |field, text| match field {
            ComparatorField::Code => json(text, with.code()),
            ComparatorField::Name => json(text, with.name()),
            ComparatorField::Basis => name(text, with.basis()),
            ComparatorField::About(shape) => match with.about() {
                Some(area) => shape.write_area(text, catalogue, area),
                None => text.extend_from_slice(b"null"),
            },
            ComparatorField::Kind => optional(text, with.kind()),
            ComparatorField::Members(shape) => {
                list(text, with.members(), |member, text| shape.write_area(text, catalogue, member));
            }
            ComparatorField::ValidFrom => json(text, &with.valid_from().map(|date| date.0.to_string())),
            ComparatorField::ValidTo => json(text, &with.valid_to().map(|date| date.0.to_string())),
            ComparatorField::Source => json(text, with.source()),
        });
    }
}

selectable! {
    /// Fields of `AreaSuccession`.
    SuccessionField = "AreaSuccession" {
        "area" => Area(Shape<AreaField>),
        "on" => On,
        "kind" => Kind,
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

selectable! {
    /// Fields of `Period`.
    PeriodField = "Period" {
        "id" => Id,
        "code" => Code,
        "academicYear" => AcademicYear,
        "term" => Term,
        "endsOn" => EndsOn,
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

selectable! {
    /// Fields of `Benchmark`.
    BenchmarkField = "Benchmark" {
        "id" => Id,
        "number" => Number,
        "code" => Code,
        "title" => Title,
        "wording" => Wording(InLanguage),
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

selectable! {
    /// Fields of `Category`.
    CategoryField = "Category" {
        "dimension" => Dimension,
        "code" => Code,
        "label" => Label,
        "wording" => Wording(InLanguage),
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

selectable! {
    /// Fields of `Estimate`.
    EstimateField = "Estimate" {
        "value" => Value,
        "standardError" => StandardError,
        "bound" => Bound,
        "status" => Status,
        "reason" => Reason,
        "remedy" => Remedy,
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

selectable! {
    /// Fields of `Change`.
    ChangeField = "Change" {
        "since" => Since(Shape<PeriodField>),
        "achievedShare" => AchievedShare(Shape<EstimateField>),
        "meanScore" => MeanScore(Shape<EstimateField>),
        "sameInstitutions" => SameInstitutions,
        "distinguishable" => Distinguishable,
        "meanDistinguishable" => MeanDistinguishable,
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
