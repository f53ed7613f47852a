//! The root of every subscription.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{Context, ID, Result};
use futures_util::stream::{self, Stream};

use crate::service::{Event, Topic};

use super::{
    context,
    error::bad_request,
    types::{Agreement, Release, Submission},
};

/// Why a field of a subscription is resolved.
pub(super) enum Occasion {
    /// To find out what is wanted.
    Beginning(Arc<Mutex<Option<Topic>>>),
    /// Because something happened.
    Event(Mutex<Option<Event>>),
}

impl Occasion {
    pub(super) fn event(event: Event) -> Self {
        Self::Event(Mutex::new(Some(event)))
    }

    /// The event, the first time; at the beginning what is wanted is noted, and there is none.
    fn take(&self, topic: impl FnOnce() -> Topic) -> Option<Event> {
        match self {
            Self::Beginning(wanted) => {
                *wanted.lock().unwrap_or_else(PoisonError::into_inner) = Some(topic());
                None
            }
            Self::Event(event) => event.lock().unwrap_or_else(PoisonError::into_inner).take(),
        }
    }
}

fn occasion<'a>(context: &Context<'a>) -> &'a Occasion {
    context.data_unchecked::<Occasion>()
}

/// The root of every subscription.
pub struct Subscription;

/// What you can be told when it happens, over WebSocket with the subprotocol `graphql-transport-ws`, or as events to whoever
/// accepts `text/event-stream`. Needs a token. A subscription ends when its token ends or is taken back: subscribe again with
/// another.
#[async_graphql::Subscription]
impl Subscription {
    /// Each release from now on, within about a second of its publication.
    async fn releases(
        &self,
        context: &Context<'_>,
        #[graphql(
            desc = "The number of the last release that you know, 0 for none: those after it come first, so that you miss none \
                    while you are away."
        )]
        after: Option<i32>,
    ) -> Result<impl Stream<Item = Release>> {
        let after = match after.map(u32::try_from) {
            None => None,
            Some(Ok(after)) => Some(after),
            Some(Err(_)) => {
                return Err(bad_request("expected `after` to be the number of a release, found a negative one"));
            }
        };
        let release = match occasion(context).take(|| Topic::Releases { after }) {
            Some(Event::Release(release)) => Some(Release::from(&*release)),
            _ => None,
        };
        Ok(stream::iter(release))
    }

    /// Each agreement that your organisation holds from the moment on when it holds no longer: it was ended, was replaced by
    /// an amended one, or its last day is over. With the scope `agreements:manage` those too that your organisation granted.
    /// What ended while you were away is not told: ask for `viewer.agreements` when you subscribe.
    async fn ended_agreements(&self, context: &Context<'_>) -> impl Stream<Item = Agreement> + use<> {
        let agreement = match occasion(context).take(|| Topic::EndedAgreements) {
            Some(Event::EndedAgreement(agreement)) => Agreement::new(&agreement, context::reader(context)),
            _ => None,
        };
        stream::iter(agreement)
    }

    /// How something that your organisation handed in comes on: as it stands, then whenever that changes, at most once a
    /// second, until it is over. Needs the scope `results:write`.
    async fn submission(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What it is found by, as the answer to handing it in told.")] id: ID,
    ) -> impl Stream<Item = Submission> + use<> {
        let submission = match occasion(context).take(|| Topic::Submission(id.0)) {
            Some(Event::Submission(submission)) => Some(Submission::new(*submission)),
            _ => None,
        };
        stream::iter(submission)
    }
}
