//! Topic -> gate -> dataset, exactly once.
//!
//! The dataset itself says where to go on reading: every commit carries the offsets it was read up to. So
//! whatever happens between reading and committing, the same events are read again, or not at all. The argument is in
//! `docs/exactly-once.md`.

pub(crate) mod backlog;
mod collected;
mod ledger;
pub(crate) mod memory;
mod seat;
mod sorted;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use mesh_contracts::Gate;
use mesh_events::{Delivery, EventError, EventLog, Received};
use mesh_platform::telemetry::Chain;
use mesh_storage::{Dataset, StorageError, WriteMode};
use tokio::sync::Mutex;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::admitted::Admitted;
use crate::changes::Changes;
use crate::platform_dataset::KeepError;
use crate::product::SinkLimits;
use crate::quarantine::{Broken, Quarantine};
use crate::recovery::Recovery;
use backlog::Backlog;
use ledger::{Ledger, Mark, Told};
use memory::Memory;
use seat::Seat;
use sorted::Sorted;

const BETWEEN_MEASURES: Duration = Duration::from_secs(1);

pub(crate) struct Sink {
    pub(crate) product: String,
    pub(crate) log: Arc<dyn EventLog>,
    pub(crate) topic: String,
    pub(crate) dataset: Arc<Dataset>,
    pub(crate) gate: Gate,
    pub(crate) admitted: Admitted,
    pub(crate) quarantine: Quarantine,
    /// Held while events are sorted and stored: whoever else stores some of the same must wait.
    pub(crate) memory: Arc<Mutex<Option<Memory>>>,
    pub(crate) limits: SinkLimits,
    pub(crate) backlog: Arc<Backlog>,
    pub(crate) changes: Changes,
    /// Told whether the newest attempt to get on succeeded.
    pub(crate) healthy: Box<dyn Fn(bool) + Send + Sync>,
}

#[derive(Debug, thiserror::Error)]
enum SinkError {
    #[error("{}", Chain(.0))]
    Events(#[from] EventError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Quarantine(#[from] KeepError),
    #[error("it panicked")]
    Panicked,
}

impl SinkError {
    fn is_overtaken(&self) -> bool {
        match self {
            Self::Storage(error) | Self::Quarantine(KeepError::Storage(error)) => {
                error.code() == "overtaken"
            }
            _ => false,
        }
    }
}

impl Sink {
    /// Runs until `stop`, and then until everything that its partitions held at that moment is committed.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let mut recovery = Recovery::new(&self.healthy);
        loop {
            // A bug in what it calls must not end it unnoticed.
            let followed = AssertUnwindSafe(self.follow(&stop, &mut recovery))
                .catch_unwind()
                .await;
            let Err(error) = followed.unwrap_or(Err(SinkError::Panicked)) else {
                return;
            };
            let (topic, dataset, pause) = (&self.topic, self.dataset.name(), recovery.failed());
            tracing::error!(topic, dataset, %error, retry_in = ?pause, "sink cannot get on");
            if !recovery.rest(&stop).await {
                return;
            }
        }
    }

    async fn follow(
        &self,
        stop: &CancellationToken,
        recovery: &mut Recovery<'_>,
    ) -> Result<(), SinkError> {
        let group = format!("{}.{}", self.product, self.dataset.name());
        let consumer = self.log.consumer(&group, &self.topic).await?;
        let mut seat = Seat::take(consumer, self.limits);
        recovery.begins();
        loop {
            if stop.is_cancelled() && seat.ends.is_none() {
                seat.ends = Some(self.log.ends(&self.topic).await?);
                self.commit_all(&mut seat).await?;
            }
            let (room, mut wait) = (seat.collected.room(), seat.patience());
            if seat.is_taken() {
                wait = recovery.patience(wait);
            }
            let delivery = tokio::select! {
                delivery = seat.consumer.next(room, wait) => delivery?,
                () = stop.cancelled(), if seat.ends.is_none() => continue,
            };
            match delivery {
                Delivery::Assigned(partitions) => self.begin(&mut seat, &partitions).await?,
                Delivery::Revoked(partitions) => {
                    self.commit_all(&mut seat).await?;
                    seat.consumer.release().await?;
                    seat.ledger.leave(&partitions);
                }
                Delivery::Events(events) => {
                    let nothing_more = events.is_empty();
                    let now = Instant::now();
                    seat.collected.add(events, now);
                    if nothing_more || seat.ends.is_some() || seat.collected.is_due(now) {
                        self.commit_all(&mut seat).await?;
                        recovery.succeeded();
                    }
                    if seat.ends.is_some() && (nothing_more || seat.is_at_its_ends()) {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// Goes on with partitions where the tables say that they were left.
    async fn begin(&self, seat: &mut Seat, partitions: &[u32]) -> Result<(), SinkError> {
        self.look(&mut seat.ledger, partitions).await?;
        let next = |partition: &u32| Some((*partition, seat.ledger.next(*partition)?));
        let from: BTreeMap<u32, u64> = partitions.iter().filter_map(next).collect();
        seat.consumer.start(&from).await?;
        self.measure(seat).await;
        Ok(())
    }

    /// Asks the tables how far `partitions` have come. Others may have written to them, and have had events of theirs.
    async fn look(&self, ledger: &mut Ledger, partitions: &[u32]) -> Result<(), SinkError> {
        if let Some(memory) = self.memory.lock().await.as_mut() {
            memory.forget();
        }
        for partition in partitions {
            let source = self.source(*partition);
            let stored = self.dataset.progress(&source).await?;
            let quarantined = self.quarantine.progress(&source).await?;
            let held = match quarantined > stored {
                true => {
                    self.quarantine
                        .held(&self.topic, *partition, stored)
                        .await?
                }
                false => BTreeSet::new(),
            };
            let mark = Mark {
                stored,
                quarantined,
                held,
            };
            ledger.take(*partition, mark);
        }
        Ok(())
    }

    /// Commits what was collected, in commits within the bounds.
    async fn commit_all(&self, seat: &mut Seat) -> Result<(), SinkError> {
        while !seat.collected.is_empty() {
            let events = seat.collected.take();
            while let Err(error) = self.commit(&mut seat.ledger, &events).await {
                if !error.is_overtaken() {
                    return Err(error);
                }
                let (topic, dataset) = (&self.topic, self.dataset.name());
                tracing::warn!(
                    topic,
                    dataset,
                    "another sink of the group was faster: asking the table"
                );
                let partitions = seat.ledger.partitions();
                self.look(&mut seat.ledger, &partitions).await?;
            }
            self.backlog.gone(events.len());
            let next = seat
                .ledger
                .reached(events.iter().map(|event| event.position));
            // For those who watch the group; the table is what counts.
            if let Err(error) = seat.consumer.commit(&next).await {
                let topic = &self.topic;
                tracing::warn!(topic, error = %Chain(&error), "the group's offsets cannot be committed");
            }
        }
        self.measure(seat).await;
        Ok(())
    }

    /// One commit for the good rows; before it, one for the events that broke their contract. Should the process end
    /// between the two, the next run finds in quarantine what it need not write again.
    async fn commit(&self, ledger: &mut Ledger, events: &[Received]) -> Result<(), SinkError> {
        let due = events.iter().filter(|event| ledger.is_due(event.position));
        let due: Vec<&Received> = due.collect();
        let next = ledger.after(events.iter().map(|event| event.position));
        if next.is_empty() {
            return Ok(());
        }
        let mut memory = self.memory.lock().await;
        let sorted = Sorted::sort(due, &self.admitted, &self.gate, memory.as_mut()).await?;
        if !sorted.broken.is_empty() {
            self.quarantine(ledger, &sorted, &next).await?;
        }
        let mut writing = self.dataset.writing(WriteMode::Append);
        for rows in &sorted.rows {
            writing.rows(rows).await?;
        }
        let progress = next
            .iter()
            .map(|(partition, next)| (self.source(*partition), *next));
        writing.commit(&progress.collect()).await?;
        ledger.stored(&next);
        if let Some(memory) = memory.as_mut() {
            memory.add(&sorted.keys);
        }
        self.tell(&sorted);
        Ok(())
    }

    async fn quarantine(
        &self,
        ledger: &mut Ledger,
        sorted: &Sorted<'_>,
        next: &BTreeMap<u32, u64>,
    ) -> Result<(), SinkError> {
        let (topic, dataset) = (&self.topic, self.dataset.name());
        let events = sorted.broken.len();
        tracing::warn!(topic, dataset, events, "events go to quarantine");
        let rows = sorted
            .broken
            .iter()
            .map(|(received, violations)| Broken::event(topic, dataset, received, violations));
        let progress = ledger.told(next).into_iter().map(|(partition, told)| {
            let source = self.source(partition);
            match told {
                Told::UpTo(next) => (source, next),
                Told::Again(next) => (format!("{source}/again"), next),
            }
        });
        self.quarantine.keep(rows, &progress.collect()).await?;
        ledger.quarantined(next);
        Ok(())
    }

    fn tell(&self, sorted: &Sorted<'_>) {
        self.changes.tell();
        let of = [
            ("product", self.product.clone()),
            ("dataset", self.dataset.name().to_owned()),
        ];
        let rows: usize = sorted.rows.iter().map(|rows| rows.num_rows()).sum();
        metrics::counter!("mesh_dataset_rows_total", &of).increment(rows as u64);
        metrics::counter!("mesh_events_repeated_total", &of).increment(sorted.repeated as u64);
        metrics::counter!("mesh_events_quarantined_total", &of)
            .increment(sorted.broken.len() as u64);
    }

    /// Tells the ports how many events wait, if that can be found out: what matters is in the table.
    async fn measure(&self, seat: &mut Seat) {
        if seat
            .measured
            .is_some_and(|at| at.elapsed() < BETWEEN_MEASURES)
        {
            return;
        }
        seat.measured = Some(Instant::now());
        match seat.waiting(self.log.as_ref(), &self.topic).await {
            Ok(waiting) => self.backlog.measured(waiting),
            Err(error) => {
                let topic = &self.topic;
                tracing::warn!(topic, error = %Chain(&error), "it cannot be told how many events wait");
            }
        }
    }

    fn source(&self, partition: u32) -> String {
        format!("{}/{partition}", self.topic)
    }
}

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
