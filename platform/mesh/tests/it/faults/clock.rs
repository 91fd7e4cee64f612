use std::time::{Duration, Instant};

use super::trial::{Log, Trial};
use crate::process::Setup;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "meets Kafka: deploy/integration/run faults"]
async fn the_clock_jumps() {
    let library = std::env::var("MESH_FAKETIME").expect(
        "MESH_FAKETIME must name libfaketime's library; deploy/integration/run faults finds it",
    );
    let folder = tempfile::tempdir().unwrap();
    let clock = folder.path().join("clock");
    let is = |offset: &str| std::fs::write(&clock, offset).unwrap();
    is("+0");
    let environment = [
        ("LD_PRELOAD", library),
        ("FAKETIME_TIMESTAMP_FILE", clock.display().to_string()),
        ("FAKETIME_NO_CACHE", "1".to_owned()),
        // An operating system's own clock never jumps.
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
    ];
    let setup = Setup {
        environment: environment.to_vec(),
        ..Setup::default()
    };
    let mut trial = Trial::begin_as(
        "the clock an hour ahead, an hour behind, and right again",
        Log::Kafka(1),
        setup,
    )
    .await;
    for offset in ["+3600", "-3600", "+0"] {
        tokio::time::sleep(Duration::from_secs(3)).await;
        is(offset);
        trial.recovers(Instant::now()).await;
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let far = "SELECT 1 FROM heart_readings WHERE abs(date_part('epoch', now() - received_at)) > 3000 LIMIT 1";
    assert!(!trial.query(far).await.is_empty(), "the jump was not felt");
    trial.prove().await;
}
