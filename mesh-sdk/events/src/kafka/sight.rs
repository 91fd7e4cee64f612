//! Whether a client still knows a broker to ask.
//!
//! librdkafka forgets the brokers that a cluster does not list, and a cluster lists none for a moment when its only broker
//! comes back after it was out of reach. A client that hears that moment has nobody left to ask, for ever, and says nothing
//! of it: <https://github.com/confluentinc/librdkafka/issues/5301>. So each tells regularly what brokers it knows, and one
//! that knows none is replaced.

use std::sync::Arc;

use rdkafka::Statistics;
use tokio::sync::watch;

/// Milliseconds between two statistics of a client.
pub(super) const INTERVAL: &str = "5000";

/// Statistics in a row without a broker after which a client is lost; one may fall into the moment in which it learns anew.
const ENOUGH: u32 = 2;

/// Of one client.
#[derive(Clone, Default)]
pub(super) struct Sight {
    /// Newest statistics in a row that had no broker.
    blind: Arc<watch::Sender<u32>>,
}

#[derive(Debug, thiserror::Error)]
#[error("the client has forgotten every broker; another one takes its place")]
pub(super) struct Lost;

impl Sight {
    pub(super) fn told(&self, statistics: &Statistics) {
        // Others are librdkafka's own, or stand for a broker among these.
        let is_broker = |source: &str| ["learned", "configured"].contains(&source);
        let mut brokers = statistics.brokers.values();
        let sees = brokers.any(|broker| is_broker(&broker.source));
        self.blind.send_modify(|blind| match sees {
            true => *blind = 0,
            false => *blind += 1,
        });
    }

    pub(super) fn is_lost(&self) -> bool {
        *self.blind.borrow() >= ENOUGH
    }

    /// Returns once it is lost.
    pub(super) async fn lost(&self) -> Lost {
        let mut blind = self.blind.subscribe();
        // The sender is this one's own.
        let _ = blind.wait_for(|blind| *blind >= ENOUGH).await;
        Lost
    }
}

#[cfg(test)]
pub(super) mod tests;
