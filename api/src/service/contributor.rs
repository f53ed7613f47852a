//! What an organisation changes by itself: its submissions, releases, agreements and clients, each with the scope for it.
//!
//! A change that has begun is finished, whether anybody waits for it or not. Under a key that the organisation chooses it is made
//! once: what made it is told again.

mod agreements;
mod clients;
mod issuers;
mod organisations;
mod webhooks;

use std::sync::{Arc, OnceLock};

use chrono::Duration;
use serde_json::Value;
use tokio::runtime::Handle;
use zeroize::Zeroizing;

use crate::{
    auth::{self, Scope, Viewer},
    domain::{ChangeState, Client, Edition, NewChange, Publication, Published, RequestedChange, TakenBack},
    policy::{self, Mandate},
};

use super::{Error, Exchange, Operator, WithdrawRequest, operator::check_text};

/// After how long a change that does not come on is taken for one whose process ended.
pub(super) const SILENT: Duration = Duration::minutes(2);

/// The longest key that an organisation chooses, characters.
const LONGEST_KEY: usize = 200;

/// An organisation that changes what is its own, for one request. A transport that must not change anything has none.
///
/// What asks has none either, and cannot get one:
///
/// ```compile_fail
/// # async fn resolver(reader: api::service::Reader) {
/// let _ = reader.contributor();
/// # }
/// ```
///
/// and what is not an organisation's own is out of its reach:
///
/// ```compile_fail
/// # async fn resolver(contributor: api::service::Contributor) {
/// let _ = contributor.migrate().await;
/// # }
/// ```
#[derive(Clone)]
pub struct Contributor {
    pub(super) exchange: Arc<Exchange>,
    viewer: Viewer,
    /// The key under which a change is made once that has none of its own.
    key: Option<String>,
}

/// What was sent for a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The change, as the contract names it.
    pub operation: &'static str,
    /// The key under which it is made once.
    pub key: Option<String>,
    /// SHA-256 of everything that tells it from another.
    pub digest: [u8; 32],
}

/// What became of a change.
#[derive(Debug)]
pub enum Outcome<T> {
    /// It is made.
    Done(T),
    /// It would be made; nothing was changed.
    Checked(T),
    /// It is not the organisation's to make, or breaks a rule; nothing was changed.
    Refused(Error),
}

/// What a withdrawal takes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawn {
    /// The number under which it is kept; `None` where it was only tried.
    pub submission: Option<i64>,
    /// What is taken back, by period.
    pub taken_back: Vec<TakenBack>,
}

/// What a publication publishes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToPublish {
    /// The number of the release; `None` where it was only tried.
    pub release: Option<u32>,
    /// The periods that it publishes, each in its edition.
    pub published: Vec<Published>,
}

/// A client that was added or given another secret.
pub struct GivenClient {
    /// The client.
    pub client: Client,
    /// Its secret, told once: absent where the answer is told again.
    pub secret: Option<Zeroizing<String>>,
}

/// A change that is under way, on a task of its own.
#[derive(Clone)]
pub(super) struct Work {
    pub(super) exchange: Arc<Exchange>,
    pub(super) id: Arc<OnceLock<String>>,
}

impl Work {
    pub(super) fn operator(&self) -> Operator<'_> {
        Operator(&self.exchange, self.id.get().map(String::as_str))
    }

    /// Withdraws on a thread of its own: it may take long, and holds what may not change threads.
    async fn withdraw(self, request: WithdrawRequest) -> Result<(), Error> {
        let done = tokio::task::spawn_blocking(move || {
            Handle::current().block_on(async { self.operator().withdraw(&request).await.map(drop) })
        });
        done.await.map_err(|error| Error::Internal(error.into()))?
    }
}

/// How a change begins.
pub(super) enum Begun {
    /// It is to be made.
    Now,
    /// It was made before, under the same key.
    Before(Box<RequestedChange>),
}

impl Exchange {
    /// What a viewer may change. Whether it may change anything is found out with each change.
    pub fn contributor(self: &Arc<Self>, viewer: Viewer) -> Contributor {
        Contributor { exchange: self.clone(), viewer, key: None }
    }
}

impl Contributor {
    /// The same, whose request was sent under a key as a whole.
    #[must_use]
    pub fn under(self, key: Option<String>) -> Self {
        Self { key, ..self }
    }

    /// What was sent, under the key of its request where it has none of its own.
    ///
    /// # Errors
    /// When it has another one.
    pub(super) fn keyed(&self, sent: Sent) -> Result<Sent, Error> {
        match (&sent.key, &self.key) {
            (Some(own), Some(other)) if own != other => Err(Error::BadRequest(
                "expected one idempotency key, found another in the header `Idempotency-Key` than in `idempotencyKey`"
                    .to_owned(),
            )),
            (None, Some(key)) => Ok(Sent { key: Some(key.clone()), ..sent }),
            _ => Ok(sent),
        }
    }

    /// Takes back what was handed in.
    ///
    /// # Errors
    /// When the viewer may not hand in, or the database fails.
    pub async fn withdraw(
        &self,
        sent: Sent,
        mut request: WithdrawRequest,
        dry_run: bool,
    ) -> Result<Outcome<Withdrawn>, Error> {
        let mandate = self.mandate(Scope::ResultsWrite).await?;
        request.organisation.clone_from(&mandate.organisation().code);
        if let Err(fault) = check_text("why", request.why.as_deref()) {
            return Ok(Outcome::Refused(fault));
        }
        if dry_run {
            let tried = self.operator().try_withdraw(&request).await;
            return checked(tried.map(|report| Withdrawn { submission: None, taken_back: report.taken_back }));
        }
        let made = self.once(&mandate, sent, |own| own.withdraw(request));
        let change = match made.await? {
            Ok(change) => change,
            Err(refused) => return Ok(Outcome::Refused(refused)),
        };
        let taken_back = change.receipt.as_deref().map(taken_back).unwrap_or_default();
        Ok(Outcome::Done(Withdrawn { submission: subject(&change).ok(), taken_back }))
    }

    /// Publishes a release.
    ///
    /// # Errors
    /// When the viewer may not publish, or the database fails.
    pub async fn publish(
        &self,
        sent: Sent,
        publication: Publication,
        dry_run: bool,
    ) -> Result<Outcome<ToPublish>, Error> {
        let mandate = self.mandate(Scope::ReleasesPublish).await?;
        if let Err(fault) = check_text("note", publication.note.as_deref()) {
            return Ok(Outcome::Refused(fault));
        }
        if dry_run {
            let tried = self.operator().try_publish(&publication).await;
            return checked(tried.map(|published| ToPublish { release: None, published }));
        }
        let publish = |own: Work| async move { own.operator().publish(publication).await.map(drop) };
        let change = match self.once(&mandate, sent, publish).await? {
            Ok(change) => change,
            Err(refused) => return Ok(Outcome::Refused(refused)),
        };
        let number: u32 = subject(&change)?;
        let releases = self.exchange.store().releases().await?;
        let release = releases.into_iter().find(|release| release.number == number);
        let editions = release.map(|release| release.editions).unwrap_or_default();
        let published = editions.newest().filter(|published| published.release == number).collect();
        Ok(Outcome::Done(ToPublish { release: Some(number), published }))
    }

    /// Leave to change what a scope is for, by the directory as it stands now.
    pub(super) async fn mandate(&self, scope: Scope) -> Result<Mandate, Error> {
        // Without a token nothing is read.
        if self.viewer == Viewer::Anonymous {
            return Err(policy::Refusal::Unknown.into());
        }
        self.exchange.store().check_not_away()?;
        let directory = self.exchange.store().directory().await?;
        Ok(policy::mandate(&self.viewer, &directory, scope)?)
    }

    fn operator(&self) -> Operator<'_> {
        Operator(&self.exchange, None)
    }

    pub(super) fn work(&self) -> Work {
        Work { exchange: self.exchange.clone(), id: Arc::default() }
    }

    /// Keeps a change that is to be made, or finds the one that was made under the same key.
    ///
    /// # Errors
    /// When something else was sent under the key, or the same is under way.
    pub(super) async fn begin(&self, mandate: &Mandate, sent: Sent, work: &Work) -> Result<Begun, Error> {
        if let Some(key) = &sent.key
            && (key.is_empty() || key.chars().count() > LONGEST_KEY || !key.chars().all(|c| c.is_ascii_graphic()))
        {
            return Err(Error::BadRequest(format!(
                "expected an idempotency key of 1 to {LONGEST_KEY} printable ASCII characters without blanks"
            )));
        }
        let new = NewChange {
            id: auth::new_identifier().map_err(|error| Error::Internal(error.into()))?,
            organisation: mandate.organisation().code.clone(),
            client: mandate.client().unwrap_or_default().to_owned(),
            operation: sent.operation.to_owned(),
            key: sent.key,
            digest: self.exchange.secret().handed_in(&sent.digest),
            at: self.exchange.now(),
        };
        let Some(known) = self.exchange.store().begin_requested(&new).await? else {
            let _ = work.id.set(new.id);
            return Ok(Begun::Now);
        };
        // Earlier versions kept the hash by itself.
        let is_same = [new.digest, sent.digest].map(hex::encode).contains(&known.digest);
        if known.operation != new.operation || !is_same {
            return Err(Error::Conflict(
                "something else was sent under this idempotency key before: take another key for another change"
                    .to_owned(),
            ));
        }
        if known.state == ChangeState::Done {
            return Ok(Begun::Before(Box::new(known)));
        }
        let is_silent = self.exchange.now() - known.changed_at > SILENT;
        if !is_silent || !self.exchange.store().take_up_requested(&known, self.exchange.now()).await? {
            return Err(Error::Conflict(
                "the same was sent under this idempotency key before and is under way: ask again in a moment"
                    .to_owned(),
            ));
        }
        let _ = work.id.set(known.id);
        Ok(Begun::Now)
    }

    /// Makes a change once, on a task of its own.
    async fn once<F: Future<Output = Result<(), Error>> + Send + 'static>(
        &self,
        mandate: &Mandate,
        sent: Sent,
        change: impl FnOnce(Work) -> F,
    ) -> Result<Made, Error> {
        let work = self.work();
        let change = change(work.clone());
        let sent = self.keyed(sent)?;
        let operation = sent.operation;
        if let Begun::Before(made) = self.begin(mandate, sent, &work).await? {
            return Ok(Ok(*made));
        }
        let (organisation, client) = (mandate.organisation().code.clone(), mandate.client().map(str::to_owned));
        let task = tokio::spawn(async move {
            let made = change.await;
            let id = work.id.get().cloned().unwrap_or_default();
            let store = work.exchange.store();
            if let Err(error) = made {
                let state = if is_expected(&error) { ChangeState::Refused } else { ChangeState::Failed };
                store.end_requested(&id, state, (None, None), work.exchange.now()).await?;
                // What was made before something after it failed is made all the same.
                let stands = store.requested_change(&id).await?.filter(|change| change.state == ChangeState::Done);
                return match stands {
                    Some(made) => Ok(Ok(made)),
                    None if is_expected(&error) => Ok(Err(error)),
                    None => Err(error),
                };
            }
            let made = store.requested_change(&id).await?;
            let made = made.filter(|change| change.state == ChangeState::Done);
            let made =
                made.ok_or_else(|| Error::Internal(anyhow::anyhow!("a change that was made is not marked so")))?;
            tracing::info!(organisation, client, operation, subject = made.subject, "changed");
            Ok(Ok(made))
        });
        task.await.map_err(|error| Error::Internal(error.into()))?
    }
}

/// What became of a change that was begun, the refusal being the organisation's to read.
type Made = Result<RequestedChange, Error>;

/// Whether an error is an outcome that an organisation is told as a value.
pub(super) fn is_expected(error: &Error) -> bool {
    match error {
        Error::BadRequest(_)
        | Error::NotFound(_)
        | Error::Conflict(_)
        | Error::Forbidden(_)
        | Error::LimitExceeded(_) => true,
        Error::Unauthenticated(_)
        | Error::BudgetExhausted(_)
        | Error::Unavailable(_)
        | Error::TooMany(_)
        | Error::Internal(_) => false,
    }
}

/// What a try tells.
fn checked<T>(tried: Result<T, Error>) -> Result<Outcome<T>, Error> {
    match tried {
        Ok(found) => Ok(Outcome::Checked(found)),
        Err(error) if is_expected(&error) => Ok(Outcome::Refused(error)),
        Err(error) => Err(error),
    }
}

/// What a withdrawal took back, as it is kept.
fn taken_back(receipt: &str) -> Vec<TakenBack> {
    let kept: Vec<Value> = serde_json::from_str(receipt).unwrap_or_default();
    let read = |one: &Value| {
        let count = |name: &str| one[name].as_u64().unwrap_or_default();
        Some(TakenBack {
            period: one["period"].as_str()?.parse().ok()?,
            records: count("records"),
            institutions: count("institutions"),
            shown: count("shown"),
            next: Edition::ALL.into_iter().find(|edition| one["next"].as_str() == Some(&edition.to_string())),
        })
    };
    kept.iter().filter_map(read).collect()
}

/// What a change that was made is about.
fn subject<T: std::str::FromStr>(change: &RequestedChange) -> Result<T, Error> {
    let text = change.subject.as_deref().unwrap_or_default();
    text.parse().map_err(|_| Error::Internal(anyhow::anyhow!("a change is about `{text}`, which is nothing")))
}
