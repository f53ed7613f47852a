//! What may be changed, and by whom: whatever writes demands an authority.

use crate::{
    domain::{Pseudonym, label},
    ingest,
    store::{Recorder, Store},
};

use super::{Error, Exchange};

/// The longest text that is shown to others or kept for the record, characters.
const LONGEST_TEXT: usize = 500;

/// Leave to change what the exchange holds. It is an argument of everything that does, so that no change is made by mistake.
#[derive(Debug, Clone, Copy)]
pub struct Authority(());

impl Authority {
    /// Of those who operate the service: they hold its secret and its database. The commands have it.
    pub fn of_the_operator() -> Self {
        Self(())
    }
}

/// Everything that changes what the exchange holds: migrations, organisations, agreements, submissions, releases.
///
/// An organisation changes what is its own as a [`Contributor`](super::Contributor), which can neither add an organisation nor get an
/// operator:
///
/// ```compile_fail
/// # fn partner(contributor: &api::service::Contributor) {
/// let _ = contributor.operator();
/// # }
/// ```
///
/// There is none without an authority:
///
/// ```compile_fail
/// # async fn anybody(exchange: &api::service::Exchange) {
/// let _ = exchange.operator().publish(None).await;
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct Operator<'a>(pub(super) &'a Exchange, pub(super) Option<&'a str>);

impl Operator<'_> {
    /// The institution that a scheme and an identifier name, under whichever of its identifiers it is kept.
    pub(super) async fn institution(self, (scheme, identifier): (&str, &str)) -> Result<Pseudonym, Error> {
        let (named, _) = ingest::named(scheme, identifier, self.0.secret());
        Ok(self.0.store().register().await?.identify(named).institution)
    }

    /// Why nothing is found of an institution that somebody names, where it is how it is named.
    pub(super) fn misnamed(self, (scheme, identifier): (&str, &str)) -> Option<Error> {
        let (_, fault) = ingest::named(scheme, identifier, self.0.secret());
        Some(Error::BadRequest(format!("expected {}, found `{identifier}`", fault?)))
    }

    /// The store in the hands of whoever changes something now: the audit tells it with each change.
    pub(super) fn recording(&self) -> Store {
        let requested = self.1.map(str::to_owned);
        self.0.store().recording(Recorder { key: self.0.secret().audit_key(), at: self.0.now(), requested })
    }
}

impl Exchange {
    /// The exchange in the hands of those who may change it.
    pub fn operator(&self, _authority: Authority) -> Operator<'_> {
        Operator(self, None)
    }
}

/// A text that somebody else reads: one line, of characters that are seen.
pub(super) fn check_text(what: &str, text: Option<&str>) -> Result<(), Error> {
    match text.and_then(|text| label::fault(text, LONGEST_TEXT)) {
        None => Ok(()),
        Some(fault) => Err(Error::BadRequest(format!(
            "expected `{what}` of 1 to {LONGEST_TEXT} characters on one line, found another text: {fault}"
        ))),
    }
}
