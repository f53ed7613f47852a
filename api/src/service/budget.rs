//! What a viewer's organisation has used of its budget.

use crate::{auth::Viewer, domain::BudgetLine};

use super::{Error, Reader};

/// The most lines of a budget that are told at once.
pub const MAX_BUDGET_LINES: u32 = 1_000;

impl Reader {
    /// What the viewer's organisation has used of its budget, by tier and measure; about one measure where it is given; at most
    /// [`MAX_BUDGET_LINES`]. Empty for an anonymous viewer.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn budget(&self, measure: Option<&str>) -> Result<Vec<BudgetLine>, Error> {
        let Viewer::Partner(partner) = self.viewer() else { return Ok(Vec::new()) };
        let organisation = self.session.directory().organisation(partner.organisation());
        let Some(organisation) = organisation else { return Ok(Vec::new()) };
        let mut lines = self.exchange.store().budget(organisation.id, measure, MAX_BUDGET_LINES).await?;
        lines.sort_by_cached_key(|line| {
            let (framework, number) = line.measure.split_once('/').unwrap_or((&line.measure, "0"));
            (line.tier, framework.to_owned(), number.parse::<u32>().unwrap_or_default())
        });
        Ok(lines)
    }
}
