//! What may be changed, and by whom: whatever writes demands an authority.

use crate::store::Store;

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
    /// The store, whose next change is the one that an organisation asked for, where it did.
    pub(super) fn marked(&self) -> Store {
        self.0.store().marking(self.1)
    }
}

impl Exchange {
    /// The exchange in the hands of those who may change it.
    pub fn operator(&self, _authority: Authority) -> Operator<'_> {
        Operator(self, None)
    }
}
