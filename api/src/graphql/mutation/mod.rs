//! The root of every change: a list of small topics. Input, status and payload of each stand beside its resolver.

mod agreements;
mod clients;
mod issuers;
mod organisations;
mod releases;
mod status;
mod submissions;
mod webhooks;

use async_graphql::{Context, ErrorExtensions, InputType, MergedObject, Result, Value};
use sha2::{Digest, Sha256};

use crate::service::{Contributor, Sent};

use status::{ChangeOutcome, ChangeStatus};

/// Everything that an organisation can change by itself. Sent with POST alone. A change that has begun is finished, whether anybody
/// waits for its answer or not; under an `idempotencyKey` it is made once.
#[derive(MergedObject, Default)]
pub struct Mutation(
    submissions::SubmissionMutation,
    releases::ReleaseMutation,
    agreements::AgreementMutation,
    clients::ClientMutation,
    organisations::OrganisationMutation,
    issuers::IssuerMutation,
    webhooks::WebhookMutation,
);

/// Who changes something in the request that is executed.
///
/// # Errors
/// Where the transport must not change anything.
fn contributor<'a>(context: &Context<'a>) -> Result<&'a Contributor> {
    context.data_opt::<Contributor>().ok_or_else(|| {
        async_graphql::Error::new("changes are sent with POST")
            .extend_with(|_, extensions| extensions.set("code", "BAD_REQUEST"))
    })
}

/// What was sent for a change: told from another by everything in its input but the key.
fn sent(operation: &'static str, input: &impl InputType) -> Sent {
    let mut value = input.to_value();
    let key = match &mut value {
        Value::Object(fields) => fields.shift_remove("idempotencyKey"),
        _ => None,
    };
    let key = match key {
        Some(Value::String(key)) => Some(key),
        _ => None,
    };
    Sent { operation, key, digest: Sha256::digest(value.to_string()).into() }
}
