//! Reads the question back that a citation of destinations holds.

use disclosure::Tier;

use crate::{
    domain::{Destination, Stage},
    tabulation::{InvalidCitation, Named, invalid, unescape},
};

use super::{BenchmarksAchieved, Question};

/// Reads what [`TablePlan::canonical`](crate::tabulation::TablePlan::canonical) wrote.
pub(super) fn read(canonical: &str) -> Result<Question, InvalidCitation> {
    let (about, mut named) = Named::read(canonical)?;
    if about != "destinations" {
        return Err(invalid("no question about destinations; ask `table` for outcomes"));
    }
    let mut question = Question { asked: named.asked()?, ..Question::default() };
    question.cohort_years = Some(named.required("cohortYears")?);
    let stage = |code: &String| Stage::from_code(code).ok_or_else(|| invalid(format!("the stage `{code}`")));
    question.stages = Some(named.required("stages")?.iter().map(stage).collect::<Result<_, _>>()?);
    let destination =
        |code: &String| Destination::from_code(code).ok_or_else(|| invalid(format!("the category `{code}`")));
    question.destinations = Some(named.required("categories")?.iter().map(destination).collect::<Result<_, _>>()?);
    if let Some(bands) = named.value("benchmarksAchieved") {
        // A period holds no `@`, so the last one is where the code ends.
        let (framework, period) = bands.rsplit_once('@').ok_or_else(|| invalid("bands without a period"))?;
        let (framework, period) = (unescape(framework)?, Some(unescape(period)?));
        question.by_benchmarks_achieved = Some(BenchmarksAchieved { framework, period });
    }
    named.finish()?;
    Ok(question)
}

/// The exact groups of one's own results have no bands.
pub(super) fn check(question: &Question) -> Result<(), InvalidCitation> {
    if question.asked.tier == Some(Tier::Own) && question.by_benchmarks_achieved.is_some() {
        return Err(invalid("bands at the tier `own`"));
    }
    Ok(())
}
