//! Scoring by messages: requests come on a topic, answers go on another.
//!
//! Whatever happens between reading and committing, the same requests are read again. The id of an answer follows from its
//! request, so that one that is worked on twice is stored once; and what cannot be answered is in quarantine once, since
//! quarantine says itself how far it has come.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use mesh_contracts::Violation;
use mesh_events::{Consumer, Delivery, Event, EventError, EventLog, MAX_EVENT_BYTES, Received};
use mesh_models::ModelError;
use mesh_platform::telemetry::Chain;
use mesh_storage::StorageError;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Asked, Scoring};
use crate::admitted::Admitted;
use crate::changes::Changes;
use crate::ingest::{WayError, off_the_runtime, subject};
use crate::platform_dataset::KeepError;
use crate::quarantine::{Broken, Quarantine};
use crate::recovery::Recovery;
use crate::sink::backlog::Backlog;

/// Requests that are scored together at most.
const AT_ONCE: usize = 2000;
const LONG: Duration = Duration::from_secs(60);
/// Before an answer that found no room is tried again.
const CONGESTED: Duration = Duration::from_millis(200);

/// Answers the requests of one topic.
pub(crate) struct Requests {
    pub(crate) log: Arc<dyn EventLog>,
    pub(crate) topic: String,
    /// Those who answer them share them.
    pub(crate) group: String,
    pub(crate) scoring: Arc<Scoring>,
    /// The versions of its contract that a request may keep.
    pub(crate) admitted: Admitted,
    pub(crate) quarantine: Quarantine,
    /// The dataset that keeps the answers.
    pub(crate) dataset: String,
    pub(crate) backlog: Arc<Backlog>,
    /// Told when another version answers.
    pub(crate) changes: Changes,
    /// Told whether the newest attempt to get on succeeded.
    pub(crate) healthy: Box<dyn Fn(bool) + Send + Sync>,
}

/// What became of some requests.
#[derive(Default)]
struct Done {
    answers: Vec<Event>,
    refused: Vec<(Received, Vec<Violation>)>,
    /// What comes next of each partition.
    next: BTreeMap<u32, u64>,
}

#[derive(Debug, thiserror::Error)]
enum RequestsError {
    #[error("{}", Chain(.0))]
    Events(#[from] EventError),
    #[error(transparent)]
    Way(#[from] WayError),
    #[error("no version of the model is in Production")]
    NotReady,
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Quarantine(#[from] KeepError),
    #[error("it panicked")]
    Panicked,
}

impl Requests {
    /// Runs until `stop`. Requests that have no answer then wait on their topic.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let requests = Arc::new(self);
        let mut recovery = Recovery::new(&requests.healthy);
        loop {
            // A bug in what it calls must not end it unnoticed.
            let answered = AssertUnwindSafe(requests.answer(&stop, &mut recovery))
                .catch_unwind()
                .await;
            let Err(error) = answered.unwrap_or(Err(RequestsError::Panicked)) else {
                return;
            };
            if matches!(error, RequestsError::NotReady) {
                // It has got as far as its requests.
                recovery.succeeded();
                requests.wait_for_a_version(&stop).await;
                continue;
            }
            let (topic, pause) = (&requests.topic, recovery.failed());
            tracing::error!(topic, %error, retry_in = ?pause, "requests to a model are not answered");
            if !recovery.rest(&stop).await {
                return;
            }
        }
    }

    /// That none answers is what somebody has decided, and no failure.
    async fn wait_for_a_version(&self, stop: &CancellationToken) {
        let topic = &self.topic;
        tracing::warn!(
            topic,
            "requests wait: no version of the model is in Production"
        );
        let mut heard = self.changes.listen();
        loop {
            heard.mark_unchanged();
            if self.scoring.lifecycle.answering().is_some() {
                return;
            }
            tokio::select! {
                () = stop.cancelled() => return,
                told = heard.changed() => drop(told),
            }
        }
    }

    async fn answer(
        self: &Arc<Self>,
        stop: &CancellationToken,
        recovery: &mut Recovery<'_>,
    ) -> Result<(), RequestsError> {
        let mut consumer = self.log.consumer(&self.group, &self.topic).await?;
        recovery.begins();
        let mut quarantined = BTreeMap::new();
        loop {
            let wait = match quarantined.is_empty() {
                true => LONG,
                false => recovery.patience(LONG),
            };
            let delivery = tokio::select! {
                delivery = consumer.next(AT_ONCE, wait) => delivery?,
                () = stop.cancelled() => return Ok(()),
            };
            match delivery {
                Delivery::Assigned(partitions) => {
                    for partition in &partitions {
                        let reached = self.quarantine.progress(&self.source(*partition)).await?;
                        quarantined.insert(*partition, reached);
                    }
                    let from = consumer.committed(&partitions).await?;
                    consumer.start(&from).await?;
                    self.measure(&from).await?;
                }
                Delivery::Revoked(_) => consumer.release().await?,
                Delivery::Events(requests) => {
                    self.work(requests, &quarantined, consumer.as_mut(), stop)
                        .await?;
                    recovery.succeeded();
                }
            }
        }
    }

    /// The answers are durable, and so is what has none, before the group has come further.
    async fn work(
        self: &Arc<Self>,
        requests: Vec<Received>,
        quarantined: &BTreeMap<u32, u64>,
        consumer: &mut dyn Consumer,
        stop: &CancellationToken,
    ) -> Result<(), RequestsError> {
        if requests.is_empty() {
            return Ok(());
        }
        let bytes = requests.iter().map(Received::size).sum();
        let worker = self.clone();
        let done = off_the_runtime(bytes, move || worker.score(requests)).await?;
        if !done.refused.is_empty() {
            self.put_aside(&done, quarantined).await?;
        }
        if self.keep(&done.answers, stop).await? {
            consumer.commit(&done.next).await?;
            self.backlog.gone(done.answers.len() + done.refused.len());
        }
        Ok(())
    }

    /// Whether the answers are durable; they are not if `stop` came while their own dataset was so far behind that none
    /// could be added.
    async fn keep(
        &self,
        answers: &[Event],
        stop: &CancellationToken,
    ) -> Result<bool, RequestsError> {
        loop {
            match self.scoring.keep(answers.to_vec()).await {
                Err(WayError::Congested(_)) => {}
                kept => return Ok(kept.map(|()| true)?),
            }
            tokio::select! {
                () = stop.cancelled() => return Ok(false),
                () = tokio::time::sleep(CONGESTED) => {}
            }
        }
    }

    /// Tells the port how many requests wait in partitions that begin at `from`.
    async fn measure(&self, from: &BTreeMap<u32, u64>) -> Result<(), EventError> {
        let ends = self.log.ends(&self.topic).await?;
        let waiting = from.iter().map(|(partition, next)| {
            let end = ends.get(*partition as usize).unwrap_or(next);
            end.saturating_sub(*next)
        });
        self.backlog.measured(waiting.sum());
        Ok(())
    }

    fn score(&self, requests: Vec<Received>) -> Result<Done, RequestsError> {
        let answering = self.scoring.lifecycle.answering();
        let answering = answering.ok_or(RequestsError::NotReady)?;
        let mut done = Done::default();
        let (mut asked, mut from) = (Vec::new(), Vec::new());
        for request in requests {
            let position = request.position;
            done.next.insert(position.partition, position.offset + 1);
            match self.read(&request) {
                Ok(readable) => {
                    asked.push(readable);
                    from.push(request);
                }
                Err(violations) => done.refused.push((request, violations)),
            }
        }
        let mut answers = Vec::with_capacity(asked.len());
        let alike = |one: &Asked, next: &Asked| answering.is_one_to(one.event_id, next.event_id);
        for asked in asked.chunk_by_mut(alike) {
            let call = asked.first().map(|asked| asked.event_id);
            let serving = answering.to(call.unwrap_or_default());
            answers.extend(self.scoring.answer(serving, asked)?);
        }
        for (request, answer) in from.into_iter().zip(answers) {
            match answer {
                Some(answer) if answer.size() <= MAX_EVENT_BYTES => done.answers.push(answer),
                Some(_) => {
                    let expected = format!("at most {MAX_EVENT_BYTES} bytes with its answer");
                    let too_large = Violation::record("size", expected);
                    done.refused.push((request, vec![too_large]));
                }
                None => {
                    let expected = "numbers that the model has an answer to";
                    let undefined = Violation::record("undefined-score", expected);
                    done.refused.push((request, vec![undefined]));
                }
            }
        }
        Ok(done)
    }

    fn read(&self, request: &Received) -> Result<Asked, Vec<Violation>> {
        let event = request.event.as_ref().map_err(|unreadable| {
            vec![Violation::record(
                "event",
                format!("an event, but {}", unreadable.reason),
            )]
        })?;
        let admitted = self.admitted.check(event.schema.as_deref());
        admitted.map_err(|violation| vec![violation])?;
        let record = self.scoring.checked(&event.data)?;
        let named = event.subject.clone();
        Ok(Asked {
            event_id: answer_id(&self.scoring.source, event),
            subject: named.or_else(|| subject(&self.scoring.output, &record)),
            record,
            correlation: Some(event.id.clone()),
        })
    }

    /// Commits to quarantine what is not there yet.
    async fn put_aside(
        &self,
        done: &Done,
        quarantined: &BTreeMap<u32, u64>,
    ) -> Result<(), KeepError> {
        let (topic, rows) = (&self.topic, done.refused.len());
        tracing::warn!(
            topic,
            rows,
            "requests to a model have no answer and go to quarantine"
        );
        let is_new = |request: &Received| {
            let position = request.position;
            let reached = quarantined.get(&position.partition);
            reached.is_none_or(|reached| position.offset >= *reached)
        };
        let new = done.refused.iter().filter(|(request, _)| is_new(request));
        let rows = new
            .map(|(request, violations)| Broken::event(topic, &self.dataset, request, violations));
        let progress = done.next.iter();
        let progress = progress.map(|(partition, next)| (self.source(*partition), *next));
        self.quarantine.keep(rows, &progress.collect()).await
    }

    fn source(&self, partition: u32) -> String {
        format!("{}/{partition}", self.topic)
    }
}

/// The id of the answer of a model to a request: always the same, and no other request's.
fn answer_id(model: &str, request: &Event) -> Uuid {
    let model = Uuid::new_v5(&Uuid::NAMESPACE_URL, model.as_bytes());
    let source = Uuid::new_v5(&model, request.source.as_bytes());
    Uuid::new_v5(&source, request.id.as_bytes())
}

#[cfg(test)]
mod tests;
