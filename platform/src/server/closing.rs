//! How an answer without an end learns that the server closes.

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// Whether the server that took a request is being stopped. An answer that goes on until its client has enough waits for it
/// and ends: nothing else would end it before the drain time is over.
#[derive(Debug, Clone, Default)]
pub struct Closing(CancellationToken);

impl Closing {
    pub(super) fn new(stop: CancellationToken) -> Self {
        Self(stop)
    }

    /// Returns when the server begins to stop.
    pub fn begun(self) -> WaitForCancellationFutureOwned {
        self.0.cancelled_owned()
    }
}

/// Without a server around the route, as in a test of its router, nothing closes.
impl<S: Sync> FromRequestParts<S> for Closing {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().cloned().unwrap_or_default())
    }
}
