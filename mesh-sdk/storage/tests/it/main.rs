//! Datasets and queries on real Delta tables in a temporary folder.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod changes;
mod datasets;
mod disk_full;
mod exchanging;
mod faults;
mod fencing;
mod files;
mod growth;
mod maintenance;
mod queries;
mod replacing;
mod windows;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use futures::TryStreamExt;
use mesh_contracts::{CheckedBatch, Contract, Gate, Side};
use mesh_storage::{Dataset, Engine, Format, Limits, QueryRows, StorageError};
use serde_json::{Value, json};

const CONTRACT: &str = "
apiVersion: v3.2.0
kind: DataContract
id: urn:test:beats
name: beats
version: 1.0.0
status: active
domain: test
schema:
  - name: beats
    logicalType: object
    properties:
      - {name: who, logicalType: string, required: true}
      - {name: rate, logicalType: number, logicalTypeOptions: {minimum: 30, maximum: 250}}
      - {name: at, logicalType: timestamp}
      - name: device
        logicalType: object
        properties:
          - {name: model, logicalType: string}
          - {name: version, logicalType: integer}
";

fn contract() -> Contract {
    Contract::parse("beats.odcs.yaml", CONTRACT).unwrap()
}

fn batch(rows: &[Value]) -> CheckedBatch {
    batch_of(&contract(), rows)
}

fn batch_of(contract: &Contract, rows: &[Value]) -> CheckedBatch {
    let rows = rows.iter().map(|row| row.as_object().unwrap().clone());
    let gated = Gate::compile(contract, Side::Stored).batch(rows.collect());
    assert!(gated.rejected.is_empty(), "{:?}", gated.rejected);
    gated.accepted
}

fn beat(who: &str, rate: f64) -> Value {
    json!({
        "who": who, "rate": rate, "at": "2026-05-03T10:00:00.250Z",
        "device": {"model": "B1", "version": 7},
    })
}

async fn open(folder: &Path) -> Result<Dataset, StorageError> {
    Dataset::open(&folder.join("beats"), "beats", contract()).await
}

fn read_up_to(source: &str, next: u64) -> BTreeMap<String, u64> {
    BTreeMap::from([(source.to_owned(), next)])
}

/// An engine over `dataset` alone.
fn engine_over(dataset: &Arc<Dataset>) -> Engine {
    let engine = Engine::new(Limits::default()).unwrap();
    engine.add(dataset.clone());
    engine
}

/// The rows as lines of CSV, without a header, sorted.
async fn lines(rows: QueryRows) -> Vec<String> {
    let chunks: Vec<_> = rows
        .encode(Format::Csv)
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    let text = String::from_utf8(chunks.concat()).unwrap();
    let mut lines: Vec<String> = text.lines().skip(1).map(str::to_owned).collect();
    lines.sort();
    lines
}

async fn all(engine: &Engine, sql: &str) -> Vec<String> {
    lines(engine.query(sql).await.unwrap()).await
}
