//! Reads the question back that a citation of outcomes holds.

use crate::{
    domain::Dimension,
    tabulation::{InvalidCitation, Named, invalid, unescape},
};

use super::{Filter, Periods, Question};

/// Reads what [`TablePlan::canonical`](crate::tabulation::TablePlan::canonical) wrote.
pub(super) fn read(canonical: &str) -> Result<Question, InvalidCitation> {
    let (framework, mut named) = Named::read(canonical)?;
    let framework = unescape(framework)?;
    let mut question = Question { framework, asked: named.asked()?, ..Question::default() };
    question.periods = Periods::Named(named.required("periods")?);
    let number = |text: &String| text.parse().map_err(|_| invalid(format!("the benchmark `{text}`")));
    question.benchmarks = Some(named.required("benchmarks")?.iter().map(number).collect::<Result<_, _>>()?);
    for name in named.list("by")?.unwrap_or_default() {
        let dimension = Dimension::ALL.into_iter().find(|dimension| dimension.name() == name);
        question.by.push(dimension.ok_or_else(|| invalid(format!("the dimension `{name}`")))?);
    }
    for dimension in Dimension::ALL {
        if let Some(categories) = named.list(dimension.name())? {
            question.filters.push(Filter { dimension, categories });
        }
    }
    question.mapped = named.flag("mapped")?;
    question.reconcile = named.flag("reconcile")?;
    named.finish()?;
    Ok(question)
}

#[cfg(test)]
mod tests;
