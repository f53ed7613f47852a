//! Citations of tables of destinations: sealed as those of outcomes, with a question of their own.

use disclosure::Tier;

use crate::{
    domain::{Catalogue, Destination, Stage},
    plan::{BenchmarksAchieved, DestinationPlan, DestinationQuestion},
    policy::OWN_RESULTS,
};

use super::{InvalidCitation, Named, Opened, invalid, unescape, write};

/// A reference to one table of destinations of one release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DestinationCitation {
    /// The number of the release it was answered from.
    pub release: u32,
    /// The question, with the tier that it must be answered at.
    pub question: DestinationQuestion,
}

impl DestinationCitation {
    /// The citation of a plan's table. Two spellings of one question have one.
    pub fn write(release: u32, plan: &DestinationPlan, catalogue: &Catalogue) -> String {
        write(release, plan.tier(), &plan.canonical(catalogue))
    }

    /// Reads a citation. Codes of areas and frameworks are not looked up: that is for [`build_destinations`].
    ///
    /// [`build_destinations`]: crate::plan::build_destinations
    ///
    /// # Errors
    /// When the text is not built like one.
    pub fn read(text: &str) -> Result<Self, InvalidCitation> {
        let opened = Opened::read(text)?;
        let (release, tier) = (opened.release, opened.tier);
        let question = DestinationQuestion { tier: Some(tier), ..question(&opened.canonical)? };
        opened.check_provider(question.provider.as_ref())?;
        if tier == Tier::Own && question.by_benchmarks_achieved.is_some() {
            return Err(invalid("bands at the tier `own`"));
        }
        Ok(Self { release, question })
    }
}

/// Reads what [`DestinationPlan::canonical`] wrote.
fn question(canonical: &str) -> Result<DestinationQuestion, InvalidCitation> {
    let (about, mut named) = Named::read(canonical)?;
    if about != "destinations" {
        return Err(invalid("no question about destinations; ask `table` for outcomes"));
    }
    let mut question = DestinationQuestion {
        areas: Some(named.required("areas")?),
        cohort_years: Some(named.required("cohortYears")?),
        ..DestinationQuestion::default()
    };
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
    if let Some(codes) = named.list("provider")? {
        question.provider = Some(codes.join(","));
        question.purpose = Some(OWN_RESULTS.to_owned());
    }
    named.finish()?;
    Ok(question)
}
