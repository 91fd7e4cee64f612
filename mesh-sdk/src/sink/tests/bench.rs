//! A log, a dataset and a quarantine in a folder, as several processes see them.

use std::sync::Arc;

use futures::TryStreamExt;
use mesh_contracts::{Contract, Gate, Side, published};
use mesh_events::{EmbeddedLog, Event, EventLog};
use mesh_storage::{Dataset, Engine, Format, Limits};
use serde_json::json;
use tempfile::TempDir;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::{Backlog, Changes, Memory, Quarantine, Sink, SinkLimits};
use crate::admitted::Admitted;

pub(super) const TOPIC: &str = "test.product.diagnoses";

pub(super) struct Bench {
    folder: TempDir,
    pub(super) log: Arc<dyn EventLog>,
}

pub(super) fn contract() -> Contract {
    published::find("diagnoses", None).unwrap()
}

impl Bench {
    pub(super) async fn new() -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let log = EmbeddedLog::open(&folder.path().join("log.redb")).unwrap();
        log.create_topic(TOPIC, 2).await.unwrap();
        Bench { folder, log }
    }

    async fn dataset(&self, name: &str, contract: Contract) -> Arc<Dataset> {
        let location = self.folder.path().join(name);
        Arc::new(Dataset::open(&location, name, contract).await.unwrap())
    }

    /// A sink of a process of its own.
    pub(super) async fn sink(&self) -> Sink {
        let dataset = self.dataset("diagnoses", contract()).await;
        let engine = Arc::new(Engine::new(Limits::default()).unwrap());
        engine.add(dataset.clone());
        Sink {
            product: "test".to_owned(),
            log: self.log.clone(),
            topic: TOPIC.to_owned(),
            gate: Gate::compile(&contract(), Side::Stored),
            admitted: Admitted::of(&contract(), published::all().iter()),
            quarantine: Quarantine::open(self.folder.path(), engine.clone())
                .await
                .unwrap(),
            memory: Arc::new(Mutex::new(Memory::of(&dataset, &engine))),
            limits: SinkLimits {
                max_delay: std::time::Duration::from_millis(20),
                ..SinkLimits::default()
            },
            backlog: Arc::new(Backlog::new(u64::MAX)),
            changes: Changes::new(),
            healthy: Box::new(|healthy| assert!(healthy, "the sink cannot get on")),
            dataset,
        }
    }

    pub(super) async fn append(&self, events: impl IntoIterator<Item = Event>) {
        let events = events.into_iter().collect();
        self.log.append(TOPIC, events).await.unwrap();
    }

    /// Runs a sink from where the tables say it stopped, until it has caught up.
    pub(super) async fn catch_up(&self) {
        let stop = CancellationToken::new();
        stop.cancel();
        self.sink().await.run(stop).await;
    }

    async fn column(&self, name: &str, contract: Contract, column: &str) -> Vec<String> {
        let engine = Engine::new(Limits::default()).unwrap();
        engine.add(self.dataset(name, contract).await);
        let rows = engine.query(&format!("SELECT {column} FROM {name}")).await;
        let csv: Vec<_> = rows
            .unwrap()
            .encode(Format::Csv)
            .unwrap()
            .try_collect()
            .await
            .unwrap();
        let csv = String::from_utf8(csv.concat()).unwrap();
        csv.lines().skip(1).map(str::to_owned).collect()
    }

    /// The numbers of the events in a table, sorted.
    async fn ids(&self, name: &str, contract: Contract) -> Vec<u32> {
        let ids = self.column(name, contract, "event_id").await;
        let number = |id: &String| id.rsplit('-').next().unwrap().parse().unwrap();
        let mut numbers: Vec<u32> = ids.iter().map(number).collect();
        numbers.sort_unstable();
        numbers
    }

    pub(super) async fn stored(&self) -> Vec<u32> {
        self.ids("diagnoses", contract()).await
    }

    pub(super) async fn quarantined(&self) -> Vec<u32> {
        let contract = published::find("quarantine", None).unwrap();
        self.ids("quarantine", contract).await
    }

    pub(super) async fn stored_ids(&self) -> Vec<String> {
        let mut ids = self.column("diagnoses", contract(), "event_id").await;
        ids.sort_unstable();
        ids
    }

    pub(super) async fn quarantined_ids(&self) -> Vec<String> {
        let contract = published::find("quarantine", None).unwrap();
        let mut ids = self.column("quarantine", contract, "event_id").await;
        ids.sort_unstable();
        ids
    }

    pub(super) async fn reasons(&self) -> String {
        let contract = published::find("quarantine", None).unwrap();
        let reasons = self.column("quarantine", contract, "reasons").await;
        reasons.join("\n")
    }
}

fn uuid(id: u32) -> String {
    format!("0198c6f2-4b8e-7cc0-b7a5-{id:012}")
}

pub(super) fn event(id: u32, data: String) -> Event {
    let contract = contract();
    Event {
        data: data.into(),
        id: uuid(id),
        source: "urn:test".to_owned(),
        kind: "mesh.ingest".to_owned(),
        subject: None,
        time: chrono::Utc::now(),
        schema: Some(format!("{}:{}", contract.id(), contract.version())),
        correlation: None,
    }
}

/// An event whose record keeps the contract.
pub(super) fn good(id: u32) -> Event {
    let at = "2026-05-03T10:00:00Z";
    let record =
        json!({ "reading_id": uuid(id), "num": 1, "event_id": uuid(id), "received_at": at });
    event(id, record.to_string())
}

pub(super) fn numbers(ids: &[u32]) -> Vec<u32> {
    let mut numbers = ids.to_vec();
    numbers.sort_unstable();
    numbers
}
