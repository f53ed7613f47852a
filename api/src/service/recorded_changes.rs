//! What was changed, told to an organisation whose change it was, or whom it concerns: from the audit.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};

use crate::domain::ChangeEntry;

use super::{Error, Page, Reader, exposure::provider};

/// How far back it is looked where no day is named, days.
const USUAL_DAYS: u64 = 365;

/// A change with what it is in a sentence.
pub struct ToldChange {
    /// The change.
    pub entry: ChangeEntry,
    /// All of it in a sentence.
    pub statement: String,
}

impl Reader {
    /// The changes since a day, or of the last year, that the viewer's organisation made or that concern it, and every release; the
    /// newest first, those before one of them.
    ///
    /// # Errors
    /// When the viewer's token lacks the scope, or the database fails.
    pub async fn recorded_changes(
        &self,
        since: Option<NaiveDate>,
        before: Option<i64>,
        most: usize,
    ) -> Result<Page<ToldChange>, Error> {
        let directory = self.session.directory();
        let own = provider(self.viewer(), directory)?;
        let usual = self.exchange.today().checked_sub_days(Days::new(USUAL_DAYS));
        let since: DateTime<Utc> = since.or(usual).unwrap_or(NaiveDate::MIN).and_time(NaiveTime::MIN).and_utc();
        let found = self.exchange.store().recorded_changes(&own.code, since, before, most as u64 + 1);
        let (mut entries, total) = found.await?;
        let more = entries.len() > most;
        entries.truncate(most);
        let told = |entry: ChangeEntry| {
            let name = directory.organisation(&entry.by.organisation).map(|one| one.name.as_str());
            ToldChange { statement: entry.statement(name), entry }
        };
        let total = usize::try_from(total).unwrap_or(usize::MAX);
        Ok(Page { items: entries.into_iter().map(told).collect(), total, more })
    }
}
