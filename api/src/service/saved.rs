//! Saved questions: an organisation keeps a question under a name, and asks it of the newest release by that.

use crate::{
    datasets::{Destinations, Outcomes, destinations, outcomes},
    domain::{Period, SavedQuestion, saved_question},
    policy, tabulation,
    tabulation::{Citation, Dataset, Tabulation},
};

use super::{Error, Reader};

/// How many questions an organisation may keep.
const MOST: u64 = 200;

/// A question that is asked by the name that it was saved under.
#[derive(Debug, Clone, Copy)]
pub struct Again<'a> {
    /// The question.
    pub saved: &'a SavedQuestion,
    /// The number of the release to ask; the newest when absent.
    pub release: Option<u32>,
}

impl Reader {
    /// Keeps the question of a citation under a name of the viewer's organisation, in place of the one before it. With `newest`
    /// it is asked about that many of the newest periods each time, and else about those that it names.
    ///
    /// # Errors
    /// When the viewer may not ask, the name or the citation is none, there are too many, or the database is away.
    pub async fn save_question(&self, name: &str, citation: &str, newest: Option<u32>) -> Result<SavedQuestion, Error> {
        let organisation = policy::identify(self.viewer(), self.session.directory())?.id;
        if !saved_question::is_name(name) {
            return Err(Error::BadRequest(format!(
                "expected a name of at most {} small letters, digits and hyphens that begins with a letter and not with `release-`, found `{name}`",
                saved_question::LONGEST_NAME
            )));
        }
        if let Some(newest) = newest.filter(|newest| !(1..=saved_question::MOST_NEWEST).contains(newest)) {
            let most = saved_question::MOST_NEWEST;
            return Err(Error::BadRequest(format!("expected `newest` to be 1 to {most}, found {newest}")));
        }
        let citation = self.whole_citation(citation).await?.into_owned();
        if tabulation::cited_question(&citation)?.starts_with("destinations;") {
            Citation::<Destinations>::read(&citation)?;
        } else {
            Citation::<Outcomes>::read(&citation)?;
        }
        let question = SavedQuestion { name: name.to_owned(), citation, newest, saved_at: self.exchange.now() };
        if self.exchange.store().save_question(organisation, &question, MOST).await? {
            return Ok(question);
        }
        Err(Error::LimitExceeded(format!("an organisation keeps {MOST} questions at the most: forget one first")))
    }

    /// The question that the viewer's organisation keeps under a name.
    ///
    /// # Errors
    /// When there is none, whoever else may have one of that name, or the database is away.
    pub async fn saved_question(&self, name: &str) -> Result<SavedQuestion, Error> {
        let organisation = policy::identify(self.viewer(), self.session.directory())?.id;
        let found = self.exchange.store().saved_question(organisation, name).await?;
        found.ok_or_else(|| none_of(name))
    }

    /// The questions that the viewer's organisation keeps, by name.
    ///
    /// # Errors
    /// When the viewer may not ask, or the database is away.
    pub async fn saved_questions(&self) -> Result<Vec<SavedQuestion>, Error> {
        let organisation = policy::identify(self.viewer(), self.session.directory())?.id;
        Ok(self.exchange.store().saved_questions(organisation).await?)
    }

    /// Forgets the question that the viewer's organisation keeps under a name.
    ///
    /// # Errors
    /// When there is none, or the database is away.
    pub async fn forget_question(&self, name: &str) -> Result<(), Error> {
        let organisation = policy::identify(self.viewer(), self.session.directory())?.id;
        let is_gone = self.exchange.store().forget_question(organisation, name).await?;
        if is_gone { Ok(()) } else { Err(none_of(name)) }
    }

    /// A table of outcomes by the name of its question.
    ///
    /// # Errors
    /// As [`Reader::tabulate`].
    pub async fn outcomes_again(
        &self,
        again: Again<'_>,
        purpose: Option<String>,
        fields: usize,
        want: impl FnOnce(&mut outcomes::Question),
    ) -> Result<Tabulation<Outcomes>, Error> {
        let mut question = unbound::<Outcomes>(again, purpose)?;
        if let Some(newest) = again.saved.newest {
            let snapshot = self.snapshot(again.release).await?;
            let framework = snapshot.catalogue().framework_index(&question.framework);
            let holds =
                |period: &Period| framework.is_some_and(|index| snapshot.framework(index).period(*period).is_some());
            let periods: Vec<Period> = snapshot.periods().into_iter().filter(holds).collect();
            let first = periods.len().saturating_sub(newest as usize);
            question.periods = outcomes::Periods::Named(periods[first..].iter().map(ToString::to_string).collect());
        }
        want(&mut question);
        self.tabulate::<Outcomes>(question, again.release, fields).await
    }

    /// A table of destinations by the name of its question.
    ///
    /// # Errors
    /// As [`Reader::tabulate`].
    pub async fn destinations_again(
        &self,
        again: Again<'_>,
        purpose: Option<String>,
        fields: usize,
        want: impl FnOnce(&mut destinations::Question),
    ) -> Result<Tabulation<Destinations>, Error> {
        let mut question = unbound::<Destinations>(again, purpose)?;
        if let Some(newest) = again.saved.newest {
            let snapshot = self.snapshot(again.release).await?;
            let years = snapshot.destinations().cohort_years();
            let first = years.len().saturating_sub(newest as usize);
            question.cohort_years = Some(years[first..].iter().map(ToString::to_string).collect());
        }
        want(&mut question);
        self.tabulate::<Destinations>(question, again.release, fields).await
    }
}

/// The question without what bound it to one release: its method, and the tier at which it was cited.
fn unbound<D: Dataset>(again: Again<'_>, purpose: Option<String>) -> Result<D::Question, Error> {
    let Citation { mut question, .. } = Citation::<D>::read(&again.saved.citation)?;
    let asked = D::asked(&mut question);
    (asked.method, asked.tier) = (None, None);
    asked.purpose = purpose.or(asked.purpose.take());
    Ok(question)
}

fn none_of(name: &str) -> Error {
    Error::NotFound(format!("your organisation has saved no question as `{name}`"))
}
