use mesh_contracts::{Contract, Side, published};
use mesh_events::{EmbeddedLog, Event};
use mesh_storage::{Engine, Limits};
use serde_json::json;
use tempfile::TempDir;

use super::*;

const TOPIC: &str = "test.product.diagnoses";

struct Bench {
    folder: TempDir,
    log: Arc<dyn EventLog>,
}

fn contract() -> Contract {
    published::find("diagnoses", None).unwrap()
}

impl Bench {
    async fn new() -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let log = EmbeddedLog::open(&folder.path().join("log.redb")).unwrap();
        log.create_topic(TOPIC, 2).await.unwrap();
        Bench { folder, log }
    }

    async fn dataset(&self, name: &str, contract: Contract) -> Arc<Dataset> {
        let location = self.folder.path().join(name);
        Arc::new(Dataset::open(&location, name, contract).await.unwrap())
    }

    async fn sink(&self) -> Sink {
        Sink {
            product: "test".to_owned(),
            log: self.log.clone(),
            topic: TOPIC.to_owned(),
            dataset: self.dataset("diagnoses", contract()).await,
            gate: Gate::compile(&contract(), Side::Stored),
            quarantine: Quarantine::open(self.folder.path()).await.unwrap(),
            changes: Changes::new(),
            healthy: Box::new(|healthy| assert!(healthy, "the sink cannot get on")),
        }
    }

    async fn append(&self, ids: std::ops::Range<u32>, data: impl Fn(&str) -> String) {
        let events = ids.map(|id| {
            let id = format!("0198c6f2-4b8e-7cc0-b7a5-{id:012}");
            Event {
                data: data(&id).into(),
                id,
                source: "urn:test".to_owned(),
                kind: "mesh.ingest".to_owned(),
                subject: None,
                time: chrono::Utc::now(),
                schema: None,
                correlation: None,
            }
        });
        self.log.append(TOPIC, events.collect()).await.unwrap();
    }

    /// Runs a sink from where the tables say it stopped, until it has caught up.
    async fn catch_up(&self) {
        let stop = CancellationToken::new();
        stop.cancel();
        self.sink().await.run(stop).await;
    }

    /// The event ids in a table, sorted.
    async fn ids(&self, name: &str, contract: Contract) -> Vec<String> {
        let engine = Engine::new(Limits::default()).unwrap();
        engine.add(self.dataset(name, contract).await);
        let sql = format!("SELECT event_id FROM {name} ORDER BY event_id");
        let rows = engine.query(&sql).await.unwrap();
        let csv: Vec<_> =
            futures::TryStreamExt::try_collect(rows.encode(mesh_storage::Format::Csv).unwrap())
                .await
                .unwrap();
        let csv: Vec<u8> = csv.concat();
        let lines = String::from_utf8(csv).unwrap();
        lines
            .lines()
            .skip(1)
            .map(|id| {
                id.rsplit('-')
                    .next()
                    .unwrap()
                    .trim_start_matches('0')
                    .to_owned()
            })
            .collect()
    }

    async fn stored(&self) -> Vec<String> {
        self.ids("diagnoses", contract()).await
    }

    async fn quarantined(&self) -> Vec<String> {
        self.ids("quarantine", published::find("quarantine", None).unwrap())
            .await
    }
}

fn good(id: &str) -> String {
    let at = "2026-05-03T10:00:00Z";
    json!({ "reading_id": id, "num": 1, "event_id": id, "received_at": at }).to_string()
}

fn numbers(range: std::ops::Range<u32>) -> Vec<String> {
    let mut numbers: Vec<u32> = range.collect();
    numbers.sort_unstable();
    numbers.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn rows_that_break_their_contract_go_to_quarantine_and_the_others_on() {
    let bench = Bench::new().await;
    bench.append(1..4, good).await;
    bench
        .append(4..6, |id| good(id).replace("\"num\":1", "\"num\":9"))
        .await;
    bench.append(6..7, |_| "not json".to_owned()).await;
    bench.append(7..9, good).await;
    bench.catch_up().await;
    assert_eq!(bench.stored().await, ["1", "2", "3", "7", "8"]);
    assert_eq!(bench.quarantined().await, ["4", "5", "6"]);

    bench.catch_up().await;
    assert_eq!(bench.stored().await.len(), 5);
    assert_eq!(bench.quarantined().await.len(), 3);
}

/// The process ended after the commit to quarantine and before the one to the dataset; the next run takes the same
/// events in smaller batches, ends in between again, and the last takes them all.
#[tokio::test]
async fn an_end_between_the_two_commits_repeats_nothing() {
    let bench = Bench::new().await;
    bench
        .append(1..20, |id| match id.ends_with(['3', '7', '9']) {
            true => good(id).replace("\"num\":1", "\"num\":9"),
            false => good(id),
        })
        .await;
    let broken = ["13", "17", "19", "3", "7", "9"];
    for events in [19, 5, 11] {
        let sink = bench.sink().await;
        let (from, quarantined) = sink.reached(2).await.unwrap();
        let mut reader = bench.log.reader(TOPIC, &from).await.unwrap();
        let batch = reader.next(events, Duration::ZERO).await.unwrap();
        let (_, broken) = sink.gated(&batch);
        let progress = sink.progress(&batch);
        sink.quarantine_rows(&broken, &quarantined, &progress)
            .await
            .unwrap();
    }
    bench.catch_up().await;
    let mut stored = bench.stored().await;
    stored.sort_by_key(|id| id.parse::<u32>().unwrap());
    let expected: Vec<String> = numbers(1..20)
        .into_iter()
        .filter(|id| !broken.contains(&id.as_str()))
        .collect();
    assert_eq!(stored, expected);
    let mut quarantined = bench.quarantined().await;
    quarantined.sort_unstable();
    assert_eq!(quarantined, broken);
}
