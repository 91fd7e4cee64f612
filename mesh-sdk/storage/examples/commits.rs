//! How long a commit takes when a dataset has many versions and is kept in order meanwhile:
//! `cargo run -p mesh-storage --example commits [VERSIONS]`.
#![allow(clippy::print_stdout, reason = "it prints what it measured")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mesh_contracts::{CheckedBatch, Contract, Gate, Side};
use mesh_storage::{Dataset, Policy};
use serde_json::json;

const CONTRACT: &str = "
apiVersion: v3.2.0
kind: DataContract
id: urn:example:beats
name: beats
version: 1.0.0
status: active
domain: example
schema:
  - name: beats
    logicalType: object
    properties:
      - {name: who, logicalType: string, required: true}
      - {name: rate, logicalType: number}
";

/// Commits whose median is told.
const WINDOW: usize = 50;

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let versions = match std::env::args().nth(1) {
        Some(versions) => versions.parse()?,
        None => 5_000,
    };
    let folder = tempfile::tempdir()?;
    let contract = Contract::parse("beats.odcs.yaml", CONTRACT)?;
    let rows = rows(&contract);
    let dataset = Arc::new(Dataset::open(folder.path(), "beats", contract).await?);
    let maintenance = tokio::spawn(maintain(dataset.clone()));
    let mut window = Vec::with_capacity(WINDOW);
    for next in 1..=versions {
        let progress = BTreeMap::from([("topic/0".to_owned(), next)]);
        let began = Instant::now();
        dataset.append(&rows, &progress).await?;
        window.push(began.elapsed());
        if window.len() == WINDOW {
            report(next, &mut window);
        }
    }
    maintenance.abort();
    let done = dataset.maintain(&Policy::default()).await?;
    println!(
        "version {}, {} files, {} rows",
        done.version,
        done.files,
        dataset.info().rows
    );
    Ok(())
}

/// As a product does, for at most one part in five of the time.
async fn maintain(dataset: Arc<Dataset>) {
    loop {
        let began = Instant::now();
        match dataset.maintain(&Policy::default()).await {
            Ok(done) if done.compactions > 0 || done.checkpoint => {
                println!("    {done:?} in {:.1?}", began.elapsed());
            }
            Ok(_) => {}
            Err(error) => println!("    {error}"),
        }
        tokio::time::sleep((began.elapsed() * 4).max(Duration::from_secs(1))).await;
    }
}

fn rows(contract: &Contract) -> CheckedBatch {
    let row = |n: u32| {
        let row = json!({"who": format!("patient {n}"), "rate": 60 + n});
        row.as_object().cloned().unwrap_or_default()
    };
    Gate::compile(contract, Side::Stored)
        .batch((0..20).map(row).collect())
        .accepted
}

fn report(version: u64, window: &mut Vec<Duration>) {
    window.sort();
    if version == WINDOW as u64 || version.is_multiple_of(500) {
        let (median, slowest) = (window[WINDOW / 2], window[WINDOW - 1]);
        println!(
            "version {version:>5}: median {median:>9.1?}, slowest of {WINDOW} {slowest:>9.1?}"
        );
    }
    window.clear();
}
