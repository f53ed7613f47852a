//! Providers decide who may ask about their areas.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, Result, SimpleObject};

use crate::{
    domain::{self, Amendment, NewAgreement},
    graphql::{
        context,
        error::graphql_error,
        types::{Agreement, BreakdownDimension, Date, GrantedTier, Items},
    },
    service::Outcome,
};

use super::{ChangeOutcome, contributor, sent, status};

/// Agreements.
#[derive(Default)]
pub struct AgreementMutation;

/// Agreements.
#[Object]
impl AgreementMutation {
    /// Lets another organisation ask about your organisation's area, or about one in it. Needs a token with the scope
    /// `agreements:manage`. An organisation that works in another country is granted the tier `INTERNATIONAL`.
    async fn grant_agreement(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to grant, and to whom.")] input: GrantAgreementInput,
    ) -> Result<Option<GrantAgreementPayload>> {
        let sent = sent("grantAgreement", &input);
        let agreement = NewAgreement {
            consumer: input.consumer,
            area: input.area,
            tier: input.tier.into(),
            purposes: input.purposes,
            dimensions: input.dimensions.map(dimensions),
            valid_from: input.valid_from.map_or_else(|| context::reader(context).day(), |day| day.0),
            valid_until: input.valid_until.map(|day| day.0),
        };
        let outcome = contributor(context)?.grant_agreement(sent, agreement).await.map_err(graphql_error)?;
        let (outcome, agreement) = told(context, outcome)?;
        Ok(Some(GrantAgreementPayload { outcome, agreement }))
    }

    /// Agrees on something else in the place of an agreement that you granted, from a day on. What was agreed before stays to be read:
    /// the new agreement has another number. Needs a token with the scope `agreements:manage`.
    async fn amend_agreement(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which agreement, and what to agree on in its place.")] input: AmendAgreementInput,
    ) -> Result<Option<AmendAgreementPayload>> {
        let sent = sent("amendAgreement", &input);
        let amendment = Amendment {
            area: input.area,
            tier: input.tier.map(Into::into),
            purposes: input.purposes,
            dimensions: changed(input.dimensions.map_value(dimensions)),
            valid_until: changed(input.valid_until.map_value(|day| day.0)),
        };
        let valid_from = input.valid_from.map(|day| day.0);
        let amended = contributor(context)?.amend_agreement(sent, input.number.into(), amendment, valid_from);
        let (outcome, agreement) = told(context, Box::pin(amended).await.map_err(graphql_error)?)?;
        Ok(Some(AmendAgreementPayload { outcome, agreement }))
    }

    /// Ends an agreement that you granted. Within two seconds no replica answers under it any more. Needs a token with the scope
    /// `agreements:manage`.
    async fn end_agreement(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which agreement, and when it ends.")] input: EndAgreementInput,
    ) -> Result<Option<EndAgreementPayload>> {
        let sent = sent("endAgreement", &input);
        let ended = contributor(context)?.end_agreement(sent, input.number.into(), input.ends_on.map(|day| day.0));
        let (outcome, agreement) = told(context, Box::pin(ended).await.map_err(graphql_error)?)?;
        Ok(Some(EndAgreementPayload { outcome, agreement }))
    }
}

fn dimensions(dimensions: Vec<BreakdownDimension>) -> Vec<domain::Dimension> {
    dimensions.into_iter().map(Into::into).collect()
}

/// What is left out stays; null opens it.
#[expect(clippy::option_option, reason = "the two are what an amendment tells apart")]
fn changed<T>(given: MaybeUndefined<T>) -> Option<Option<T>> {
    match given {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}

fn told(context: &Context<'_>, outcome: Outcome<domain::Agreement>) -> Result<(ChangeOutcome, Option<Agreement>)> {
    let (outcome, agreement) = status::told(outcome)?;
    Ok((outcome, agreement.and_then(|agreement| Agreement::new(&agreement, context::reader(context)))))
}

/// What to grant.
#[derive(InputObject)]
pub struct GrantAgreementInput {
    /// The code of the organisation that may ask.
    consumer: String,
    /// The code of the area it may ask about, with every area in it.
    area: String,
    /// How its answers are protected.
    tier: GrantedTier,
    /// What it may ask for, as named purposes.
    #[graphql(validator(custom = "Items::one_to(50)"))]
    purposes: Vec<String>,
    /// The dimensions it may use; every one when left out.
    #[graphql(validator(custom = "Items::to(50)"))]
    dimensions: Option<Vec<BreakdownDimension>>,
    /// The first day it holds; today when left out.
    valid_from: Option<Date>,
    /// The last day it holds; open when left out.
    valid_until: Option<Date>,
    /// A key of your own choice, as in `importResults`.
    idempotency_key: Option<String>,
}

/// What to agree on in the place of an agreement. What is left out stays as it was.
#[derive(InputObject)]
pub struct AmendAgreementInput {
    /// The number of the agreement.
    number: i32,
    /// The code of the area that may be asked about.
    area: Option<String>,
    /// How answers are protected.
    tier: Option<GrantedTier>,
    /// What may be asked for, in the place of all purposes before.
    #[graphql(validator(custom = "Items::one_to(50)"))]
    purposes: Option<Vec<String>>,
    /// The dimensions that may be used, in the place of all before; null for every one.
    dimensions: MaybeUndefined<Vec<BreakdownDimension>>,
    /// The last day it holds; null leaves it open.
    valid_until: MaybeUndefined<Date>,
    /// The first day of what is agreed now, today or later; today when left out.
    valid_from: Option<Date>,
    /// A key of your own choice, as in `importResults`.
    idempotency_key: Option<String>,
}

/// Which agreement to end.
#[derive(InputObject)]
pub struct EndAgreementInput {
    /// The number of the agreement.
    number: i32,
    /// The first day on which it no longer holds, today or later; today when left out.
    ends_on: Option<Date>,
    /// A key of your own choice, as in `importResults`.
    idempotency_key: Option<String>,
}

/// What was granted.
#[derive(SimpleObject)]
pub struct GrantAgreementPayload {
    #[graphql(flatten)]
    outcome: ChangeOutcome,
    /// The agreement.
    agreement: Option<Agreement>,
}

/// What was agreed on.
#[derive(SimpleObject)]
pub struct AmendAgreementPayload {
    #[graphql(flatten)]
    outcome: ChangeOutcome,
    /// The agreement that holds now, under its own number.
    agreement: Option<Agreement>,
}

/// What was ended.
#[derive(SimpleObject)]
pub struct EndAgreementPayload {
    #[graphql(flatten)]
    outcome: ChangeOutcome,
    /// The agreement, with its last day.
    agreement: Option<Agreement>,
}
