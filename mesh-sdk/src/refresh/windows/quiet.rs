//! How long a dataset has got no rows.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use mesh_storage::DatasetVersion;
use tokio::time::Instant;

/// Since when the dataset that windows are over has got no rows, as this process has seen it: by its own clock, which
/// only ever runs on.
#[derive(Default)]
pub(crate) struct Quiet(Mutex<Option<Last>>);

#[derive(Clone, Copy)]
struct Last {
    rows: u64,
    /// When the rows were committed, in microseconds since the epoch.
    committed: i64,
    since: Instant,
}

/// A time without rows.
pub(super) struct Pause {
    pub(super) lasts: Duration,
    /// When it began, in microseconds since the epoch.
    began: i64,
}

impl Quiet {
    pub(super) fn look(&self, source: &DatasetVersion) -> Pause {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = last.filter(|last| last.rows == source.rows());
        let last = *last.insert(known.unwrap_or_else(|| Last {
            rows: source.rows(),
            committed: source.committed_at().timestamp_micros(),
            since: Instant::now(),
        }));
        Pause {
            lasts: last.since.elapsed(),
            began: last.committed,
        }
    }

    /// As if so much more time had passed.
    #[cfg(test)]
    pub(super) fn pass(&self, time: Duration) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = last.as_mut() {
            last.since -= time;
        }
    }
}

impl Pause {
    /// What time it is, if no clock was set since it began.
    pub(super) fn now(&self) -> i64 {
        let lasts = i64::try_from(self.lasts.as_micros()).unwrap_or(i64::MAX);
        self.began.saturating_add(lasts)
    }
}
