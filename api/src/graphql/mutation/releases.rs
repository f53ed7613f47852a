//! Releases are published.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use crate::{
    domain::{self, Publication, Publishable, edition::InvalidPublishable},
    graphql::{
        error::{bad_request, graphql_error},
        types::Items,
    },
};

use super::{ChangeOutcome, contributor, sent, status};

/// Releases.
#[derive(Default)]
pub struct ReleaseMutation;

/// Releases.
#[Object]
impl ReleaseMutation {
    /// Publishes the next release, for everybody: every period that was never published, and those that are named anew, with all that
    /// was accepted so far. A period is published three times at most: provisional, revised and final. Needs a token with the scope
    /// `releases:publish`.
    async fn publish_release(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to publish.")] input: PublishReleaseInput,
    ) -> Result<Option<PublishReleasePayload>> {
        let sent = sent("publishRelease", &input);
        let publication = Publication { note: input.note, revise: publishable(input.revise)? };
        let outcome = contributor(context)?.publish(sent, publication, input.dry_run).await.map_err(graphql_error)?;
        let (outcome, done) = status::told(outcome)?;
        let release = done.as_ref().and_then(|done| i32::try_from(done.release?).ok());
        let published = done.map(|done| done.published).unwrap_or_default();
        let published = published.into_iter().map(PublishedPeriod::from).collect();
        Ok(Some(PublishReleasePayload { outcome, release, published }))
    }
}

/// The terms and cohort years that are named.
pub(super) fn publishable(named: Option<Vec<String>>) -> Result<Vec<Publishable>> {
    let read = |text: String| text.parse().map_err(|error: InvalidPublishable| bad_request(error.to_string()));
    named.unwrap_or_default().into_iter().map(read).collect()
}

/// What to publish.
#[derive(InputObject)]
pub struct PublishReleaseInput {
    /// What to say about the release.
    note: Option<String>,
    /// Terms, e.g. `202324T3`, and cohort years, e.g. `202223`, to publish anew with what came in since.
    #[graphql(validator(custom = "Items::to(400)"))]
    revise: Option<Vec<String>>,
    /// Tell what would be published, and change nothing.
    #[graphql(default)]
    dry_run: bool,
    /// A key of your own choice, as in `importResults`.
    idempotency_key: Option<String>,
}

/// What was published.
#[derive(SimpleObject)]
pub struct PublishReleasePayload {
    #[graphql(flatten)]
    outcome: ChangeOutcome,
    /// The number of the release. Every replica serves it within seconds.
    release: Option<i32>,
    /// The periods that it publishes.
    published: Vec<PublishedPeriod>,
}

/// A period that a release publishes.
#[derive(SimpleObject)]
pub struct PublishedPeriod {
    /// The term or the cohort year.
    period: String,
    /// The edition: `provisional`, `revised` or `final`.
    edition: String,
}

impl From<domain::Published> for PublishedPeriod {
    fn from(published: domain::Published) -> Self {
        Self { period: published.period.to_string(), edition: published.edition.to_string() }
    }
}
