//! Topic -> gate -> dataset, exactly once.
//!
//! The dataset itself says where to go on reading: every commit carries the offsets it was read up to. So
//! whatever happens between reading and committing, the same events are read again, or not at all.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use mesh_contracts::{CheckedBatch, Gate, Record, Violation, json};
use mesh_events::{EventError, EventLog, Reader, Received};
use mesh_storage::{Dataset, StorageError};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::changes::Changes;
use crate::quarantine::{Broken, Quarantine, QuarantineError};

/// An event is in the dataset at most this long after it was accepted, when all is well.
const MAX_DELAY: Duration = Duration::from_millis(500);
/// Rows of one commit at most, and bytes of their events, about: bounds the memory of a catch-up.
const MAX_ROWS: usize = 20_000;
const MAX_BYTES: usize = 32 << 20;
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

pub(crate) struct Sink {
    pub(crate) product: String,
    pub(crate) log: Arc<dyn EventLog>,
    pub(crate) topic: String,
    pub(crate) dataset: Arc<Dataset>,
    pub(crate) gate: Gate,
    pub(crate) quarantine: Quarantine,
    pub(crate) changes: Changes,
    /// Told whether the newest attempt to get on succeeded.
    pub(crate) healthy: Box<dyn Fn(bool) + Send + Sync>,
}

/// An event that broke its contract, and how.
type Refused<'a> = (&'a Received, Vec<Violation>);

#[derive(Debug, thiserror::Error)]
enum SinkError {
    #[error(transparent)]
    Events(#[from] EventError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Quarantine(#[from] QuarantineError),
    #[error("it panicked")]
    Panicked,
}

impl Sink {
    /// Runs until `stop`, and then until everything the topic held at that moment is committed.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let mut pause = FIRST_PAUSE;
        loop {
            // A bug in what it calls must not end it unnoticed.
            let followed = AssertUnwindSafe(self.follow(&stop, &mut pause))
                .catch_unwind()
                .await;
            match followed.unwrap_or(Err(SinkError::Panicked)) {
                Ok(()) => return,
                Err(error) => {
                    (self.healthy)(false);
                    let (topic, dataset) = (&self.topic, self.dataset.name());
                    tracing::error!(topic, dataset, %error, retry_in = ?pause, "sink cannot get on");
                }
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
            }
        }
    }

    async fn follow(
        &self,
        stop: &CancellationToken,
        pause: &mut Duration,
    ) -> Result<(), SinkError> {
        let partitions = self.log.ends(&self.topic).await?.len();
        let (mut next, quarantined) = self.reached(partitions).await?;
        let mut reader = self.log.reader(&self.topic, &next).await?;
        (self.healthy)(true);
        // Where to stop: the topic may get events faster than the last of them are committed.
        let mut ends = None;
        loop {
            let events = collect(reader.as_mut(), stop).await?;
            if stop.is_cancelled() && ends.is_none() {
                ends = Some(self.log.ends(&self.topic).await?);
            }
            if !events.is_empty() {
                self.commit(&events, &quarantined).await?;
                advance(&mut next, &events);
                *pause = FIRST_PAUSE;
            }
            if let Some(ends) = &ends
                && (events.is_empty() || next.iter().zip(ends).all(|(next, end)| next >= end))
            {
                return Ok(());
            }
        }
    }

    /// What comes next of each partition, for the dataset and for quarantine.
    async fn reached(&self, partitions: usize) -> Result<(Vec<u64>, Vec<u64>), StorageError> {
        let mut dataset = Vec::with_capacity(partitions);
        let mut quarantine = Vec::with_capacity(partitions);
        for partition in 0..partitions {
            let source = self.source(partition as u32);
            dataset.push(self.dataset.progress(&source).await?);
            quarantine.push(self.quarantine.progress(&source).await?);
        }
        Ok((dataset, quarantine))
    }

    /// One commit for the good rows; before it, one for the rows that broke their contract. Should the
    /// process end between the two, the next run finds in `quarantined` what it need not write again.
    async fn commit(&self, events: &[Received], quarantined: &[u64]) -> Result<(), SinkError> {
        let (accepted, broken) = self.gated(events);
        let progress = self.progress(events);
        if !broken.is_empty() {
            let (topic, rows) = (&self.topic, broken.len());
            tracing::warn!(
                topic,
                rows,
                "rows broke their contract and go to quarantine"
            );
            self.quarantine_rows(&broken, quarantined, &progress)
                .await?;
        }
        self.dataset.append(&accepted, &progress).await?;
        self.changes.tell();
        let of = [
            ("product", self.product.clone()),
            ("dataset", self.dataset.name().to_owned()),
        ];
        metrics::counter!("mesh_dataset_rows_total", &of).increment(accepted.num_rows() as u64);
        Ok(())
    }

    fn gated<'a>(&self, events: &'a [Received]) -> (CheckedBatch, Vec<Refused<'a>>) {
        let mut rows = Vec::with_capacity(events.len());
        let mut kept = Vec::with_capacity(events.len());
        let mut broken = Vec::new();
        for received in events {
            match record(received) {
                Ok(record) => {
                    rows.push(record);
                    kept.push(received);
                }
                Err(violation) => broken.push((received, vec![violation])),
            }
        }
        let gated = self.gate.batch(rows);
        let rejected = gated.rejected.into_iter();
        broken.extend(rejected.map(|(row, violations)| (kept[row], violations)));
        (gated.accepted, broken)
    }

    async fn quarantine_rows(
        &self,
        broken: &[Refused<'_>],
        quarantined: &[u64],
        progress: &BTreeMap<String, u64>,
    ) -> Result<(), SinkError> {
        let new = |received: &Received| {
            let position = received.position;
            position.offset >= quarantined[position.partition as usize]
        };
        let new = broken.iter().filter(|(received, _)| new(received));
        let rows = new.map(|(received, violations)| {
            let (event_id, time, data) = match &received.event {
                Ok(event) => (event.id.as_str(), event.time, &event.data),
                Err(unreadable) => ("", unreadable.time, &unreadable.data),
            };
            Broken {
                event_id,
                time,
                topic: &self.topic,
                partition: received.position.partition,
                offset: received.position.offset,
                dataset: self.dataset.name(),
                violations,
                data: String::from_utf8_lossy(data).into_owned(),
            }
        });
        Ok(self.quarantine.keep(rows, progress).await?)
    }

    /// After these events, what comes next in each partition that they came from.
    fn progress(&self, events: &[Received]) -> BTreeMap<String, u64> {
        let mut progress = BTreeMap::new();
        for received in events {
            let next = received.position.offset + 1;
            let entry = progress.entry(self.source(received.position.partition));
            let reached: &mut u64 = entry.or_default();
            *reached = (*reached).max(next);
        }
        progress
    }

    fn source(&self, partition: u32) -> String {
        format!("{}/{partition}", self.topic)
    }
}

fn record(received: &Received) -> Result<Record, Violation> {
    match &received.event {
        Ok(event) => json::parse_record(&event.data).map_err(Violation::from),
        Err(unreadable) => Err(Violation::record(
            "event",
            format!("a CloudEvent, but {}", unreadable.reason),
        )),
    }
}

/// Moves what comes next of each partition behind `events`.
fn advance(next: &mut [u64], events: &[Received]) {
    for received in events {
        let next = &mut next[received.position.partition as usize];
        *next = (*next).max(received.position.offset + 1);
    }
}

/// Waits for the first event, then gathers for [`MAX_DELAY`] or up to [`MAX_ROWS`]. Once stopped, takes what is
/// there without waiting; empty then means the end of the topic.
async fn collect(
    reader: &mut dyn Reader,
    stop: &CancellationToken,
) -> Result<Vec<Received>, EventError> {
    const LONG: Duration = Duration::from_secs(3600);
    let mut events: Vec<Received> = Vec::new();
    let mut deadline = Instant::now() + LONG;
    let mut bytes = 0;
    loop {
        let wait = match stop.is_cancelled() {
            true => Duration::ZERO,
            false => deadline.saturating_duration_since(Instant::now()),
        };
        let room = MAX_ROWS - events.len();
        let more = tokio::select! {
            more = reader.next(room, wait) => more?,
            () = stop.cancelled(), if !stop.is_cancelled() => continue,
        };
        let nothing_new = more.is_empty();
        bytes += more.iter().map(Received::size).sum::<usize>();
        if events.is_empty() && !nothing_new {
            deadline = Instant::now() + MAX_DELAY;
        }
        events.extend(more);
        if nothing_new || events.len() >= MAX_ROWS || bytes >= MAX_BYTES {
            return Ok(events);
        }
    }
}

#[cfg(test)]
mod tests;
