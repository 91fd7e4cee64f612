use std::time::{Duration, Instant};

use super::trial::{Log, Trial};

#[tokio::test(flavor = "multi_thread")]
async fn the_product_is_killed_with_its_embedded_log() {
    kills(
        "6 SIGKILLs of the product and its embedded log",
        Log::Embedded,
        6,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "meets Kafka: deploy/integration/run faults"]
async fn the_product_is_killed_at_random_moments() {
    kills("20 SIGKILLs of the product", Log::Kafka(1), 20).await;
}

async fn kills(fault: &'static str, log: Log, kills: u32) {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let mut trial = Trial::begin(fault, log).await;
    for kill in 1..=kills {
        tokio::time::sleep(Duration::from_millis(random.u64(..3000))).await;
        trial.mesh.kill();
        let killed = Instant::now();
        trial.mesh.begin_again();
        // Most of the next kills come while it starts, or soon after.
        if kill.is_multiple_of(5) {
            trial.mesh.ready().await;
            trial.recovers(killed).await;
        }
    }
    trial.prove().await;
}
