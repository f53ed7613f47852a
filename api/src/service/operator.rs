//! What may be changed, and by whom: whatever writes demands an authority.

use crate::store::{Recorder, Store};

use super::Exchange;

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
