//! Events that ask for training runs: written by whoever wants one, read by the product that owns the model.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use chrono::Utc;
use futures::FutureExt;
use mesh_contracts::{Contract, Gate, Side, Violation, json, published};
use mesh_events::{Delivery, Event, EventError, EventLog, Received};
use mesh_platform::telemetry::Chain;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::runs::{Cause, Runs, RunsError, TRAINING_RUNS};
use crate::ingest::schema_of;
use crate::platform_dataset::KeepError;
use crate::quarantine::{Broken, Quarantine};
use crate::recovery::Recovery;

const LONG: Duration = Duration::from_secs(60);
/// Requests that are taken together.
const AT_ONCE: usize = 100;

/// What the data of such events keep to.
static CONTRACT: LazyLock<Option<Contract>> =
    LazyLock::new(|| published::find("train-request", None));

/// The contract of events that ask for runs.
pub(crate) fn contract() -> Option<&'static Contract> {
    CONTRACT.as_ref()
}

/// What the data of an event that asks for a run say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Wanted {
    pub(crate) cause: Cause,
    pub(crate) why: String,
    pub(crate) asked_by: String,
    #[serde(default = "yes")]
    pub(crate) promote: bool,
}

fn yes() -> bool {
    true
}

/// Asks for runs of one model.
#[derive(Clone)]
pub(crate) struct Asker {
    pub(crate) log: Arc<dyn EventLog>,
    pub(crate) topic: String,
    /// URN of the model.
    pub(crate) source: String,
    pub(crate) model: String,
}

impl Asker {
    /// Returns once the event is durable.
    pub(crate) async fn ask(&self, run: &str, wanted: &Wanted) -> Result<(), EventError> {
        let event = Event {
            id: run.to_owned(),
            source: self.source.clone(),
            kind: "mesh.train".to_owned(),
            subject: Some(self.model.clone()),
            time: Utc::now(),
            schema: contract().map(schema_of),
            correlation: None,
            data: json!(wanted).to_string().into(),
        };
        self.log.append(&self.topic, vec![event]).await.map(drop)
    }
}

/// Takes the requests from the topic of one model.
pub(crate) struct Requests {
    pub(crate) log: Arc<dyn EventLog>,
    pub(crate) topic: String,
    /// Those who take them share them.
    pub(crate) group: String,
    pub(crate) runs: Arc<Runs>,
    pub(crate) quarantine: Quarantine,
    /// Told whether the newest attempt to get on succeeded.
    pub(crate) healthy: Box<dyn Fn(bool) + Send + Sync>,
}

#[derive(Debug, thiserror::Error)]
enum RequestsError {
    #[error("{}", Chain(.0))]
    Events(#[from] EventError),
    #[error(transparent)]
    Runs(#[from] RunsError),
    #[error(transparent)]
    Quarantine(#[from] KeepError),
    #[error("it panicked")]
    Panicked,
}

impl Requests {
    /// Runs until `stop`.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let mut recovery = Recovery::new(&self.healthy);
        loop {
            // A bug in what it calls must not end it unnoticed.
            let taken = AssertUnwindSafe(self.take(&stop, &mut recovery)).catch_unwind();
            let Err(error) = taken.await.unwrap_or(Err(RequestsError::Panicked)) else {
                return;
            };
            let (topic, pause) = (&self.topic, recovery.failed());
            tracing::error!(topic, %error, retry_in = ?pause, "requests to train a model are not taken");
            if !recovery.rest(&stop).await {
                return;
            }
        }
    }

    async fn take(
        &self,
        stop: &CancellationToken,
        recovery: &mut Recovery<'_>,
    ) -> Result<(), RequestsError> {
        let mut consumer = self.log.consumer(&self.group, &self.topic).await?;
        recovery.begins();
        loop {
            let delivery = tokio::select! {
                delivery = consumer.next(AT_ONCE, recovery.patience(LONG)) => delivery?,
                () = stop.cancelled() => return Ok(()),
            };
            match delivery {
                Delivery::Assigned(partitions) => {
                    let from = consumer.committed(&partitions).await?;
                    consumer.start(&from).await?;
                }
                Delivery::Revoked(_) => consumer.release().await?,
                Delivery::Events(requests) => {
                    let mut next = BTreeMap::new();
                    for request in &requests {
                        self.note(request).await?;
                        next.insert(request.position.partition, request.position.offset + 1);
                    }
                    if !next.is_empty() {
                        consumer.commit(&next).await?;
                    }
                    recovery.succeeded();
                }
            }
        }
    }

    /// A request is noted by its id, so that one that comes again is noted once.
    async fn note(&self, request: &Received) -> Result<(), RequestsError> {
        match read(request) {
            Ok((run, wanted)) => {
                self.runs.want(run, &wanted).await?;
                Ok(())
            }
            Err(violations) => self.put_aside(request, &violations).await,
        }
    }

    async fn put_aside(
        &self,
        request: &Received,
        violations: &[Violation],
    ) -> Result<(), RequestsError> {
        let topic = &self.topic;
        let source = format!("{topic}/{}", request.position.partition);
        // It comes again where the group could not be told that it had come further.
        if self
            .quarantine
            .progress(&source)
            .await
            .map_err(KeepError::from)?
            > request.position.offset
        {
            return Ok(());
        }
        tracing::warn!(topic, "a request to train a model goes to quarantine");
        let row = Broken::event(topic, TRAINING_RUNS, request, violations);
        let progress = BTreeMap::from([(source, request.position.offset + 1)]);
        self.quarantine.keep([row].into_iter(), &progress).await?;
        Ok(())
    }
}

/// The run that an event asks for; or what is wrong with it.
fn read(request: &Received) -> Result<(&str, Wanted), Vec<Violation>> {
    let unfit = |expected: String| vec![Violation::record("event", expected)];
    let event = request.event.as_ref();
    let event =
        event.map_err(|unreadable| unfit(format!("an event, but {}", unreadable.reason)))?;
    let contract = contract().ok_or_else(|| unfit("a contract of such requests".to_owned()))?;
    let record = json::parse_record(&event.data).map_err(|error| vec![error.into()])?;
    Gate::compile(contract, Side::Input).check(&record)?;
    let wanted = serde_json::from_slice(&event.data);
    let wanted = wanted.map_err(|_| unfit("a request for a training run".to_owned()))?;
    match (1..=1000).contains(&event.id.chars().count()) {
        true => Ok((&event.id, wanted)),
        false => Err(unfit("an id of 1 to 1000 characters".to_owned())),
    }
}

#[cfg(test)]
mod tests;
