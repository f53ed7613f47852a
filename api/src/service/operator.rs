//! What may be changed, and by whom: whatever writes demands an authority.

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
/// There is none without an authority:
///
/// ```compile_fail
/// # async fn anybody(exchange: &api::service::Exchange) {
/// let _ = exchange.operator().publish(None).await;
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct Operator<'a>(pub(super) &'a Exchange);

impl Exchange {
    /// The exchange in the hands of those who may change it.
    pub fn operator(&self, _authority: Authority) -> Operator<'_> {
        Operator(self)
    }
}
