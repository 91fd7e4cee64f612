use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use futures::TryStreamExt;
use mesh_contracts::{Contract, Gate, Side};
use mesh_storage::{Dataset, Engine, Limits};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::super::{RefreshState, Refresher};
use super::{Quiet, decoded, encoded, mark};
use crate::ProductFiles;
use crate::changes::Changes;
use crate::product::{Recipe, When, Windowing, Work};
use crate::quarantine::Quarantine;

mod arriving;
mod clocks;
mod declared;

const READINGS: &str = "
apiVersion: v3.2.0
kind: DataContract
id: urn:test:readings
name: readings
version: 1.0.0
status: active
domain: test
schema:
  - name: readings
    logicalType: object
    properties:
      - {name: who, logicalType: string, required: true}
      - {name: at, logicalType: timestamp, required: true}
      - {name: rate, logicalType: integer, required: true}
";

const PER_WINDOW: &str = "
apiVersion: v3.2.0
kind: DataContract
id: urn:test:per-window
name: per-window
version: 1.0.0
status: active
domain: test
schema:
  - name: per_window
    logicalType: object
    properties:
      - {name: who, logicalType: string, required: true}
      - {name: window_start, logicalType: timestamp, required: true}
      - {name: window_end, logicalType: timestamp, required: true}
      - {name: readings, logicalType: integer, required: true}
      - {name: total, logicalType: integer, required: true}
";

const STATEMENT: &str = "SELECT who, window_start, window_end, count(*) AS readings, sum(rate) AS total \
                         FROM readings GROUP BY who, window_start, window_end";

/// 2026-01-01T00:00:00Z; times of the tests are seconds after it.
const BASE: i64 = 1_767_225_600;

/// Who, at which second, and what.
type Reading = (&'static str, i64, i64);

/// `who start total`, of a window of one second each.
type Rows = Vec<(String, i64, i64, i64)>;

/// Lengths in seconds.
fn windowing(size: u64, every: u64, delay: u64, lateness: u64) -> Windowing {
    let micros = |seconds: u64| seconds as i64 * 1_000_000;
    Windowing {
        over: "readings".to_owned(),
        time: "at".to_owned(),
        size: micros(size),
        every: micros(every),
        delay: micros(delay),
        lateness: micros(lateness),
        idle: None,
    }
}

/// A dataset of readings and one that is made of it, in a folder that a restart finds again.
struct Bench {
    folder: TempDir,
    readings: Arc<Dataset>,
    engine: Arc<Engine>,
    sent: u64,
}

async fn dataset(folder: &Path, name: &str, contract: &str) -> Arc<Dataset> {
    let contract = Contract::parse("test.odcs.yaml", contract).unwrap();
    Arc::new(
        Dataset::open(&folder.join(name), name, contract)
            .await
            .unwrap(),
    )
}

impl Bench {
    async fn new() -> Bench {
        let folder = tempfile::tempdir().unwrap();
        Bench {
            readings: dataset(folder.path(), "readings", READINGS).await,
            engine: Arc::new(Engine::new(Limits::default()).unwrap()),
            folder,
            sent: 0,
        }
    }

    async fn arrive(&mut self, readings: &[Reading]) {
        let row = |(who, at, rate): &Reading| {
            let at = chrono::DateTime::from_timestamp(BASE + at, 0).unwrap();
            let row = json!({"who": who, "at": at.to_rfc3339(), "rate": rate});
            row.as_object().unwrap().clone()
        };
        let gate = Gate::compile(self.readings.contract(), Side::Stored);
        let gated = gate.batch(readings.iter().map(row).collect());
        assert!(gated.rejected.is_empty(), "{:?}", gated.rejected);
        self.sent += 1;
        let progress = BTreeMap::from([("topic/0".to_owned(), self.sent)]);
        self.readings
            .append(&gated.accepted, &progress)
            .await
            .unwrap();
    }

    /// As a process that has just started.
    async fn refresher(&self, windowing: Windowing) -> Refresher {
        self.refresher_of(STATEMENT, windowing, Vec::new()).await
    }

    async fn refresher_of(
        &self,
        statement: &str,
        windowing: Windowing,
        lookups: Vec<Arc<Dataset>>,
    ) -> Refresher {
        let dataset = dataset(self.folder.path(), "per_window", PER_WINDOW).await;
        let reads: Vec<_> = lookups.into_iter().chain([self.readings.clone()]).collect();
        Refresher {
            product: "test".to_owned(),
            recipe: Recipe {
                work: Work::Windows {
                    statement: statement.to_owned(),
                    windowing,
                },
                reads: reads.iter().map(|read| read.name().to_owned()).collect(),
                when: When::OnCommit,
            },
            gate: Gate::compile(dataset.contract(), Side::Stored),
            dataset,
            reads,
            engine: self.engine.clone(),
            files: ProductFiles::Folder(self.folder.path().to_owned()),
            code: None,
            quarantine: Quarantine::open(self.folder.path(), self.engine.clone())
                .await
                .unwrap(),
            changes: Changes::new(),
            quiet: Quiet::default(),
            state: Arc::new(Mutex::new(RefreshState::default())),
        }
    }
}

/// The rows there are, sorted, times in seconds: who, start, readings, total.
async fn made(refresher: &Refresher) -> Rows {
    let sql = "SELECT who, CAST(window_start AS BIGINT), readings, total FROM per_window";
    let engine = Engine::new(Limits::default()).unwrap();
    engine.add(refresher.dataset.clone());
    let batches: Vec<_> = engine
        .query(sql)
        .await
        .unwrap()
        .batches()
        .try_collect()
        .await
        .unwrap();
    let mut rows = Rows::new();
    for batch in &batches {
        let number =
            |column: usize, row: usize| batch.column(column).as_primitive::<Int64Type>().value(row);
        let who = batch.column(0).as_string::<i32>();
        rows.extend((0..batch.num_rows()).map(|row| {
            let start = number(1, row) / 1_000_000 - BASE;
            (
                who.value(row).to_owned(),
                start,
                number(2, row),
                number(3, row),
            )
        }));
    }
    rows.sort();
    rows
}

/// The starts of windows that there are.
async fn starts(refresher: &Refresher) -> Vec<i64> {
    made(refresher).await.into_iter().map(|row| row.1).collect()
}

fn state(refresher: &Refresher) -> RefreshState {
    refresher.state.lock().unwrap().clone()
}

fn how(refresher: &Refresher) -> String {
    state(refresher).how.unwrap()
}

/// In seconds.
async fn watermark(refresher: &Refresher) -> Option<i64> {
    let generation = refresher.dataset.progress(mark::GENERATION).await.unwrap();
    let mark = refresher
        .dataset
        .progress(&mark::watermark(generation))
        .await
        .unwrap();
    decoded(mark).map(|micros| micros.div_euclid(1_000_000) - BASE)
}

#[test]
fn a_watermark_is_kept_as_progress_of_any_age() {
    for watermark in [-62_167_219_200_000_000, -1, 0, 1, 253_402_300_799_999_999] {
        assert_eq!(decoded(encoded(watermark)), Some(watermark));
    }
    assert!(encoded(-1) < encoded(0) && encoded(0) < encoded(1));
    assert_eq!(decoded(0), None);
}

#[tokio::test]
async fn a_window_is_made_when_the_watermark_has_come_to_its_end() {
    let mut bench = Bench::new().await;
    let refresher = bench.refresher(windowing(60, 60, 10, 0)).await;
    refresher.refresh().await.unwrap();
    assert_eq!(made(&refresher).await, []);
    bench
        .arrive(&[("ana", 0, 60), ("ana", 59, 62), ("luis", 30, 70)])
        .await;
    refresher.refresh().await.unwrap();
    bench.arrive(&[("ana", 60, 64), ("ana", 69, 66)]).await;
    refresher.refresh().await.unwrap();
    assert_eq!(made(&refresher).await, [], "the watermark is at 59");
    bench.arrive(&[("luis", 70, 72)]).await;
    refresher.refresh().await.unwrap();
    let first = [("ana".to_owned(), 0, 2, 122), ("luis".to_owned(), 0, 1, 70)];
    assert_eq!(made(&refresher).await, first);
    assert_eq!(how(&refresher), "incrementally");
    assert_eq!(state(&refresher).watermark.unwrap().timestamp() - BASE, 60);
}

#[tokio::test]
async fn nothing_is_committed_while_no_window_is_over() {
    let mut bench = Bench::new().await;
    let refresher = bench.refresher(windowing(60, 60, 0, 0)).await;
    refresher.refresh().await.unwrap();
    let version = refresher.dataset.info().version;
    for second in 0..3 {
        bench.arrive(&[("ana", second, 60)]).await;
        refresher.refresh().await.unwrap();
    }
    assert_eq!(refresher.dataset.info().version, version);
    bench.arrive(&[("ana", 60, 60)]).await;
    refresher.refresh().await.unwrap();
    assert_eq!(made(&refresher).await, [("ana".to_owned(), 0, 3, 180)]);
}

#[tokio::test]
async fn a_row_that_comes_late_corrects_its_window_and_one_that_comes_later_is_counted() {
    let mut bench = Bench::new().await;
    let refresher = bench.refresher(windowing(60, 60, 0, 120)).await;
    bench
        .arrive(&[
            ("ana", 10, 60),
            ("luis", 10, 70),
            ("ana", 70, 61),
            ("ana", 179, 63),
        ])
        .await;
    refresher.refresh().await.unwrap();
    assert_eq!(starts(&refresher).await, [0, 60, 0]);
    bench.arrive(&[("ana", 59, 40), ("eva", 119, 50)]).await;
    refresher.refresh().await.unwrap();
    let corrected = [
        ("ana".to_owned(), 0, 2, 100),
        ("ana".to_owned(), 60, 1, 61),
        ("eva".to_owned(), 60, 1, 50),
        ("luis".to_owned(), 0, 1, 70),
    ];
    assert_eq!(made(&refresher).await, corrected);
    // The window at 0 takes rows until the watermark is at 180.
    bench.arrive(&[("ana", 180, 64)]).await;
    refresher.refresh().await.unwrap();
    let before = made(&refresher).await;
    assert_eq!(state(&refresher).too_late, 0);
    bench
        .arrive(&[("ana", 59, 99), ("luis", 0, 99), ("ana", 60, 1)])
        .await;
    refresher.refresh().await.unwrap();
    assert_eq!(state(&refresher).too_late, 2);
    let after = made(&refresher).await;
    assert_eq!((&after[0], &before[0]), (&before[0], &corrected[0]));
    assert_eq!(after[1], ("ana".to_owned(), 60, 2, 62));
    // Once, and not again with those that come after them.
    bench.arrive(&[("ana", 181, 64)]).await;
    refresher.refresh().await.unwrap();
    assert_eq!(state(&refresher).too_late, 2);
}
