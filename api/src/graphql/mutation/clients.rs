//! Organisations manage their own clients.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::Duration;

use crate::{
    auth::{Scope, Scopes},
    graphql::{
        error::{bad_request, graphql_error},
        types::{ApiClient, Items},
    },
    service::{GivenClient, LONGEST_OVERLAP, Outcome, Overlap},
};

use super::{ChangeOutcome, contributor, sent, status};

/// Clients.
#[derive(Default)]
pub struct ClientMutation;

/// Clients.
#[Object]
impl ClientMutation {
    /// Makes a client of your organisation: a program that gets tokens at `/oauth/token`. Its secret is told in this answer and never
    /// again, also where the answer is told again. No client gets a scope that your token lacks. Needs a token with the scope
    /// `clients:manage`.
    async fn add_client(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which client to make.")] input: AddClientInput,
    ) -> Result<Option<AddClientPayload>> {
        let sent = sent("addClient", &input);
        let scopes = named_scopes(&input.scopes)?;
        let added = contributor(context)?.add_client(
            sent,
            input.organisation,
            input.name.unwrap_or_default(),
            scopes,
            input.public_key,
        );
        let (outcome, client, secret) = told(added.await.map_err(graphql_error)?)?;
        Ok(Some(AddClientPayload { outcome, client, secret }))
    }

    /// Gives a client of your organisation another secret, told once as in `addClient`; the one before holds for a while. Needs a token
    /// with the scope `clients:manage`.
    async fn rotate_client_secret(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which client gets another secret.")] input: RotateClientSecretInput,
    ) -> Result<Option<RotateClientSecretPayload>> {
        let sent = sent("rotateClientSecret", &input);
        let overlap = overlap(input.overlap_hours)?;
        let rotated = contributor(context)?.rotate_client(sent, input.client_id, input.public_key, overlap);
        let (outcome, client, secret) = told(rotated.await.map_err(graphql_error)?)?;
        Ok(Some(RotateClientSecretPayload { outcome, client, secret }))
    }

    /// Ends a client of your organisation for good: it is given no token any more, and within a minute every replica refuses those that
    /// it holds. Needs a token with the scope `clients:manage`; with `organisations:manage` beside it ends any.
    async fn revoke_client(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which client to end.")] input: RevokeClientInput,
    ) -> Result<Option<RevokeClientPayload>> {
        let sent = sent("revokeClient", &input);
        let revoked = contributor(context)?.revoke_client(sent, input.client_id).await.map_err(graphql_error)?;
        let (outcome, client, _) = told(revoked)?;
        Ok(Some(RevokeClientPayload { outcome, client }))
    }
}

/// The scopes that are named.
pub(super) fn named_scopes(names: &[String]) -> Result<Scopes> {
    let scopes: std::result::Result<Scopes, String> = names.iter().map(|name| name.parse::<Scope>()).collect();
    scopes.map_err(bad_request)
}

/// How long the secret before holds beside a new one: a day where nobody says.
pub(super) fn overlap(hours: Option<i32>) -> Result<Overlap> {
    let hours = Duration::hours(hours.unwrap_or(24).into());
    if hours < Duration::zero() || hours > LONGEST_OVERLAP {
        return Err(bad_request(format!(
            "expected `overlapHours` from 0 to {}, found {}",
            LONGEST_OVERLAP.num_hours(),
            hours.num_hours()
        )));
    }
    Ok(if hours.is_zero() { Overlap::AtOnce } else { Overlap::For(hours) })
}

fn told(outcome: Outcome<GivenClient>) -> Result<(ChangeOutcome, Option<ApiClient>, Option<String>)> {
    let (outcome, given) = status::told(outcome)?;
    let secret = given.as_ref().and_then(|given| given.secret.as_ref().map(|secret| secret.to_string()));
    Ok((outcome, given.map(|given| given.client.into()), secret))
}

/// Which client to make.
#[derive(InputObject)]
pub struct AddClientInput {
    /// The code of the organisation that it asks for; your own when left out. Another one's needs the scope `organisations:manage` beside.
    organisation: Option<String>,
    /// What people call it.
    name: Option<String>,
    /// What its tokens may be used for, e.g. `outcomes:read`.
    #[graphql(validator(custom = "Items::one_to(50)"))]
    scopes: Vec<String>,
    /// The public half of a key that it signs assertions with, as a JSON Web Key; it gets no secret then.
    public_key: Option<String>,
    /// A key of your own choice, as in `importResults`.
    idempotency_key: Option<String>,
}

/// Which client gets another secret.
#[derive(InputObject)]
pub struct RotateClientSecretInput {
    /// Its identifier.
    client_id: String,
    /// How many hours the secret before holds beside the new one, up to 90 days; 24 when left out. With 0 it ends at once, and so do
    /// the tokens that the client holds, as when a secret leaked.
    overlap_hours: Option<i32>,
    /// The public half of another key in the place of a secret, as in `addClient`.
    public_key: Option<String>,
    /// A key of your own choice, as in `importResults`.
    idempotency_key: Option<String>,
}

/// Which client to end.
#[derive(InputObject)]
pub struct RevokeClientInput {
    /// Its identifier.
    client_id: String,
    /// A key of your own choice, as in `importResults`.
    idempotency_key: Option<String>,
}

/// A client that was made.
#[derive(SimpleObject)]
pub struct AddClientPayload {
    #[graphql(flatten)]
    outcome: ChangeOutcome,
    /// The client.
    client: Option<ApiClient>,
    /// Its secret, told once. Null where it has a key of its own, and where the answer is told again.
    secret: Option<String>,
}

/// A client that got another secret.
#[derive(SimpleObject)]
pub struct RotateClientSecretPayload {
    #[graphql(flatten)]
    outcome: ChangeOutcome,
    /// The client.
    client: Option<ApiClient>,
    /// Its new secret, told once, as in `AddClientPayload`.
    secret: Option<String>,
}

/// A client that was ended.
#[derive(SimpleObject)]
pub struct RevokeClientPayload {
    #[graphql(flatten)]
    outcome: ChangeOutcome,
    /// The client.
    client: Option<ApiClient>,
}
