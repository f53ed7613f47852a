//! Periods, dimensions and categories.

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};

use crate::{domain, graphql::context};

use super::{BreakdownDimension, Date, Language, NodeKey, Wording};

/// One term of one academic year.
#[derive(SimpleObject, Clone)]
pub struct Period {
    /// The identity, for `node`.
    pub(crate) id: ID,
    /// The code, e.g. `202324T3`.
    code: String,
    /// The academic year as six digits, e.g. `202324`.
    academic_year: String,
    /// The term, 1 to 3.
    term: i32,
    /// The count date, the last day of the period: 31 December, 31 March or 31 July.
    ends_on: Date,
}

impl From<domain::Period> for Period {
    fn from(period: domain::Period) -> Self {
        Self {
            id: NodeKey::Period(period).id(),
            code: period.to_string(),
            academic_year: period.academic_year(),
            term: i32::from(period.term()),
            ends_on: period.ends_on().into(),
        }
    }
}

/// One value of a dimension.
#[derive(SimpleObject, Clone, Copy)]
#[graphql(complex)]
pub struct Category {
    /// The dimension it belongs to.
    dimension: BreakdownDimension,
    /// The code, as in questions, e.g. `all-through`.
    code: &'static str,
    /// The label to show.
    label: &'static str,
}

#[ComplexObject]
impl Category {
    /// The label in a language, where its source has one; else the English one, which is told.
    async fn wording(&self, #[graphql(name = "in", desc = "The language.")] language: Language) -> Wording {
        Wording::of(domain::Dimension::from(self.dimension).name(), self.code, language, self.label)
    }
}

impl Category {
    pub(super) fn new(dimension: domain::Dimension, position: usize) -> Self {
        let category = dimension.categories()[position];
        Self { dimension: dimension.into(), code: category.code, label: category.label }
    }
}

/// A public attribute of institutions, to break down or filter by.
pub struct Dimension(pub(crate) domain::Dimension);

/// A public attribute of institutions, to break down or filter by.
#[Object]
impl Dimension {
    /// The name, as in questions.
    async fn dimension(&self) -> BreakdownDimension {
        self.0.into()
    }

    /// Its categories, in publication order.
    async fn categories(&self) -> Vec<Category> {
        (0..self.0.categories().len()).map(|position| Category::new(self.0, position)).collect()
    }

    /// Whether a result may leave it blank; a blank belongs to no category.
    async fn may_be_blank(&self) -> bool {
        self.0.may_be_blank()
    }

    /// Whether one of your agreements that hold today allows it. Always false without a token.
    async fn allowed(&self, context: &Context<'_>) -> bool {
        let view = context::reader(context).viewer_view();
        view.agreements
            .iter()
            .any(|agreement| agreement.dimensions.as_ref().is_none_or(|allowed| allowed.contains(&self.0)))
    }
}
