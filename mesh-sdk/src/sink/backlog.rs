//! How much may be under way: requests that are being appended, and events that are accepted and not yet stored.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes of requests that a process appends at once, and of those the bytes of one product.
const OF_PROCESS: usize = 256 << 20;
const OF_PRODUCT: usize = 64 << 20;

/// There is more under way than may be: come again later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Congested {
    #[error("as many requests as may be are being written")]
    Requests,
    #[error("{waiting} events were accepted and are not yet stored, which is as many as may be")]
    Backlog { waiting: u64 },
}

/// Room for requests in memory.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    process: Arc<Semaphore>,
    product: Arc<Semaphore>,
}

/// A part of the room; given back when it is dropped.
pub(crate) struct Taken {
    _process: OwnedSemaphorePermit,
    _product: OwnedSemaphorePermit,
}

impl Room {
    /// That of a process, which is a product's as well until it is shared out.
    pub(crate) fn of_process() -> Room {
        Room {
            process: Arc::new(Semaphore::new(OF_PROCESS)),
            product: Arc::new(Semaphore::new(OF_PRODUCT)),
        }
    }

    /// That of one more product.
    pub(crate) fn of_product(&self) -> Room {
        Room {
            process: self.process.clone(),
            product: Arc::new(Semaphore::new(OF_PRODUCT)),
        }
    }

    /// Takes room for a request of `bytes`.
    pub(crate) fn take(&self, bytes: usize) -> Result<Taken, Congested> {
        let bytes = u32::try_from(bytes.min(OF_PRODUCT)).unwrap_or(u32::MAX);
        let of = |room: &Arc<Semaphore>| {
            let taken = room.clone().try_acquire_many_owned(bytes);
            taken.map_err(|_| Congested::Requests)
        };
        Ok(Taken {
            _product: of(&self.product)?,
            _process: of(&self.process)?,
        })
    }
}

/// The events of a topic that are accepted and not yet stored: counted by those who accept and store them here, and set right
/// by what the log and the table say, for others may do so elsewhere.
#[derive(Debug)]
pub(crate) struct Backlog {
    most: u64,
    waiting: AtomicU64,
}

impl Backlog {
    pub(crate) fn new(most: u64) -> Backlog {
        Backlog {
            most,
            waiting: AtomicU64::new(0),
        }
    }

    /// Counts `events` that are about to be accepted, unless there are too many already.
    pub(crate) fn accept(&self, events: usize) -> Result<(), Congested> {
        let waiting = self.waiting.load(Ordering::Relaxed);
        if waiting >= self.most {
            return Err(Congested::Backlog { waiting });
        }
        self.waiting.fetch_add(events as u64, Ordering::Relaxed);
        Ok(())
    }

    /// These wait no more: they are stored, or were not accepted after all.
    pub(crate) fn gone(&self, events: usize) {
        let less = |waiting: u64| Some(waiting.saturating_sub(events as u64));
        // It is never refused.
        let _before = self
            .waiting
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }

    /// What the log and the table say.
    pub(crate) fn measured(&self, waiting: u64) {
        self.waiting.store(waiting, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
