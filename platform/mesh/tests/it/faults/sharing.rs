use std::time::{Duration, Instant};

use super::trial::{Log, Trial};

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
        let left = Instant::now();
        match is_killed {
            true => other.kill(),
            false => assert!(other.interrupt(), "it ends well"),
        }
        trial.recovers(left).await;
    }
    trial.prove().await;
}
