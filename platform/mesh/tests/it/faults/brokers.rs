use std::time::{Duration, Instant};

use super::kafka::Deed;
use super::trial::{DELIVERY_TIMEOUT, Log, Trial};

/// Producers at work, and nothing wrong.
const CALM: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread")]
#[ignore = "meets Kafka: deploy/integration/run faults"]
async fn the_broker_is_stopped_and_started_again() {
    away(
        "the broker stopped and started again",
        Deed::Stop,
        Deed::Restart,
        Duration::from_secs(3),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "meets Kafka: deploy/integration/run faults"]
async fn the_broker_is_killed() {
    away(
        "the broker killed and started again",
        Deed::Kill,
        Deed::Restart,
        Duration::from_secs(3),
    )
    .await;
}

/// Appends fail, and what was on its way may be in the topic or not.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "meets Kafka: deploy/integration/run faults"]
async fn the_broker_is_out_of_reach_for_longer_than_an_append_may_take() {
    away(
        "the broker unreachable for 15 s, an append given up after 5 s",
        Deed::Pause,
        Deed::Continue,
        3 * DELIVERY_TIMEOUT,
    )
    .await;
}

/// Nothing has to come back: two of three are enough.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "meets Kafka: deploy/integration/run faults"]
async fn one_broker_of_three_is_killed() {
    let mut trial = Trial::begin("one of three brokers killed", Log::Kafka(3)).await;
    tokio::time::sleep(CALM).await;
    let killed = Instant::now();
    trial.broker(2, Deed::Kill);
    trial.recovers(killed).await;
    tokio::time::sleep(CALM).await;
    trial.broker(2, Deed::Restart);
    tokio::time::sleep(CALM).await;
    trial.prove().await;
}

/// The only broker goes away and comes back.
async fn away(fault: &'static str, goes: Deed, comes: Deed, lasts: Duration) {
    let mut trial = Trial::begin(fault, Log::Kafka(1)).await;
    tokio::time::sleep(CALM).await;
    trial.broker(1, goes);
    tokio::time::sleep(lasts).await;
    let back = Instant::now();
    trial.broker(1, comes);
    trial.recovers(back).await;
    tokio::time::sleep(CALM).await;
    trial.prove().await;
}
