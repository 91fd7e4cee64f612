//! The streams that a product has open: how many there may be, and what ends them.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tokio_util::task::TaskTracker;

/// Streams of one product that are open at once.
const MOST: usize = 64;

#[derive(Clone)]
pub(crate) struct Streams {
    places: Arc<Semaphore>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// The right to one stream, until it is dropped.
pub(crate) type Place = OwnedSemaphorePermit;

impl Streams {
    /// Streams that end once `stop` is cancelled.
    pub(crate) fn new(stop: CancellationToken) -> Streams {
        Streams {
            places: Arc::new(Semaphore::new(MOST)),
            stop,
            tasks: TaskTracker::new(),
        }
    }

    /// A place for one more; nothing if there are as many as there may be.
    pub(crate) fn place(&self) -> Option<Place> {
        self.places.clone().try_acquire_owned().ok()
    }

    /// Returns once the product stops.
    pub(crate) fn stopped(&self) -> WaitForCancellationFutureOwned {
        self.stop.clone().cancelled_owned()
    }

    pub(crate) fn spawn(&self, stream: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(stream);
    }

    /// Returns once no stream is left; none begins any more to count.
    pub(crate) async fn ended(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }
}
