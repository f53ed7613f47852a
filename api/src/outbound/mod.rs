//! What the service fetches and sends by itself: small documents of services that an operator named, and small messages, within bounds
//! of size and time.

mod address;
mod fetch;

pub use address::{HttpAddress, InvalidHttpAddress};
pub use fetch::{Fetch, FetchError, Reach};
