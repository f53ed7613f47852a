//! What partners are told when it happens: a release, an agreement that holds no longer, how something handed in comes on.
//!
//! Nothing is told that could not be asked. Whatever replica or command made it, it shows in what this process reads again
//! every second.

use std::{collections::HashSet, sync::Arc, time::Duration};

use chrono::NaiveDate;
use tokio::{sync::watch, time::timeout};

use crate::{
    auth::{Scope, Viewer},
    domain::{Agreement, Directory, Release},
    policy::Refusal,
};

use super::{Error, Exchange, ImportState, Submission};

/// The longest without another look: a day may begin, and with it an agreement end.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// How often something that was handed in is looked at.
const PROGRESS_EVERY: Duration = Duration::from_secs(1);

/// What somebody wants to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Topic {
    /// Releases: those after a number, or from now on.
    Releases {
        /// The number of the last one that is known.
        after: Option<u32>,
    },
    /// Agreements, held or granted, that hold no longer.
    EndedAgreements,
    /// How something that was handed in comes on.
    Submission(String),
}

/// Something that happened.
#[derive(Debug)]
pub enum Event {
    /// A release is served from now on.
    Release(Box<Release>),
    /// An agreement holds no longer.
    EndedAgreement(Box<Agreement>),
    /// Something that was handed in has come on.
    Submission(Box<Submission>),
}

/// A subscription of one viewer, which holds nothing of a release while it waits.
pub struct Subscription {
    exchange: Arc<Exchange>,
    viewer: Viewer,
    changes: watch::Receiver<u64>,
    source: Source,
}

/// What was told so far.
enum Source {
    Releases { told: u32 },
    EndedAgreements { holding: HashSet<i64> },
    Submission { id: String, told: Option<Progress>, over: bool },
}

/// What of something handed in is told when it changes.
type Progress = (ImportState, (u64, u64));

impl Exchange {
    /// Subscribes a viewer to a topic.
    ///
    /// # Errors
    /// Without a token, for an organisation that ended, and where the same could not be asked.
    pub async fn subscribe(self: &Arc<Self>, viewer: Viewer, topic: Topic) -> Result<Subscription, Error> {
        let changes = self.changes.subscribe();
        let current = self.current();
        let organisation = member(&viewer, &current.directory)?;
        let newest = || current.releases.first().map_or(0, |release| release.number);
        let source = match topic {
            Topic::Releases { after } => Source::Releases { told: after.unwrap_or_else(newest) },
            Topic::EndedAgreements => {
                Source::EndedAgreements { holding: holding(&viewer, organisation, &current.directory, self.today()) }
            }
            Topic::Submission(id) => {
                let found = self.reader(viewer.clone(), PROGRESS_EVERY).submission(&id).await?;
                found.ok_or_else(|| Error::NotFound("your organisation handed in nothing with this id".to_owned()))?;
                Source::Submission { id, told: None, over: false }
            }
        };
        Ok(Subscription { exchange: self.clone(), viewer, changes, source })
    }
}

impl Subscription {
    /// Who subscribed.
    pub fn viewer(&self) -> &Viewer {
        &self.viewer
    }

    /// Whether the viewer may still be told.
    ///
    /// # Errors
    /// Where its organisation ended.
    pub fn check(&self) -> Result<(), Error> {
        Ok(member(&self.viewer, &self.exchange.current().directory).map(drop)?)
    }

    /// What happens next; `None` where nothing more can.
    ///
    /// # Errors
    /// Where the viewer may not be told any more, or the database fails.
    pub async fn next(&mut self) -> Result<Option<Event>, Error> {
        loop {
            self.changes.borrow_and_update();
            self.check()?;
            match &mut self.source {
                Source::Releases { told } => {
                    let current = self.exchange.current();
                    // The newest first: the next one is the last that is newer than what was told.
                    if let Some(next) = current.releases.iter().rev().find(|release| release.number > *told) {
                        *told = next.number;
                        return Ok(Some(Event::Release(Box::new(next.clone()))));
                    }
                }
                Source::EndedAgreements { holding: known } => {
                    let directory = self.exchange.current().directory.clone();
                    let organisation = member(&self.viewer, &directory)?;
                    let now = holding(&self.viewer, organisation, &directory, self.exchange.today());
                    let ended = known.iter().filter(|id| !now.contains(id)).min().copied();
                    known.extend(now);
                    if let Some(ended) = ended {
                        known.remove(&ended);
                        let found = directory.agreements().iter().find(|agreement| agreement.id == ended);
                        if let Some(agreement) = found {
                            return Ok(Some(Event::EndedAgreement(Box::new(agreement.clone()))));
                        }
                        continue;
                    }
                }
                Source::Submission { over: true, .. } => return Ok(None),
                Source::Submission { id, told, over } => {
                    let reader = self.exchange.reader(self.viewer.clone(), PROGRESS_EVERY);
                    let found = match reader.submission(id).await {
                        // The database may be back in a moment.
                        Err(Error::Unavailable(_)) => None,
                        Err(error) => return Err(error),
                        Ok(None) => return Ok(None),
                        Ok(found) => found,
                    };
                    let Some(submission) = found else {
                        tokio::time::sleep(PROGRESS_EVERY).await;
                        continue;
                    };
                    let progress = (submission.state, submission.progress);
                    *over = submission.state.is_last();
                    if told.replace(progress) != Some(progress) {
                        return Ok(Some(Event::Submission(Box::new(submission))));
                    }
                    tokio::time::sleep(PROGRESS_EVERY).await;
                    continue;
                }
            }
            // Whether something changed or the time is over: either way it is looked at again.
            let _ = timeout(LOOK_AGAIN, self.changes.changed()).await;
        }
    }
}

/// The organisation of a viewer: whoever has none is told nothing.
fn member<'a>(viewer: &'a Viewer, directory: &Directory) -> Result<&'a str, Refusal> {
    let Viewer::Partner(partner) = viewer else { return Err(Refusal::Stranger) };
    let code = partner.organisation();
    directory.organisation(code).map(|_| code).ok_or(Refusal::Gone)
}

/// The agreements that an organisation holds, or granted where it manages them, and that hold on a day.
fn holding(viewer: &Viewer, organisation: &str, directory: &Directory, day: NaiveDate) -> HashSet<i64> {
    let manages = matches!(viewer, Viewer::Partner(partner) if partner.has(Scope::AgreementsManage));
    let own = directory.agreements().iter().filter(|agreement| {
        agreement.consumer == organisation || manages && agreement.provider.as_deref() == Some(organisation)
    });
    own.filter(|agreement| agreement.holds_on(day)).map(|agreement| agreement.id).collect()
}
