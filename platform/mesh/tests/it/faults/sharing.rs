use std::time::{Duration, Instant};

use super::trial::{Log, Trial};
use crate::process::Mesh;

/// Another process on the same folder and the same topics comes and goes, so that partitions move while rows are written.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "meets Kafka: deploy/integration/run faults"]
async fn another_process_joins_and_leaves() {
    let mut trial = Trial::begin(
        "a second process joined, left, joined and was killed",
        Log::Kafka(1),
    )
    .await;
    for is_killed in [false, true] {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let mut other = trial.mesh.another().await;
        trial.also_through(&other);
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert!(stores(&other).await, "it has no part in the work");
        let left = Instant::now();
        match is_killed {
            true => other.kill(),
            false => assert!(other.interrupt(), "it ends well"),
        }
        trial.recovers(left).await;
    }
    trial.prove().await;
}

/// Whether this process has stored readings.
async fn stores(mesh: &Mesh) -> bool {
    let metrics = mesh.client.get(format!("{}/metrics", mesh.origin)).send();
    let metrics = metrics.await.unwrap().text().await.unwrap();
    let of = |line: &&str| {
        line.starts_with("mesh_dataset_rows_total") && line.contains("heart_readings")
    };
    metrics
        .lines()
        .any(|line| of(&line) && !line.ends_with(" 0"))
}
