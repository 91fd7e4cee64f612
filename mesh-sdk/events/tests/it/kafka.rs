//! The log in Kafka, on the brokers that `MESH_KAFKA` names. Without them these tests fail: built with the feature
//! `kafka`, a suite that has not met Kafka has proven nothing.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mesh_events::{EventLog, KafkaConfig, KafkaLog};

use crate::conformance;

fn config() -> KafkaConfig {
    let brokers = std::env::var("MESH_KAFKA").expect(
        "MESH_KAFKA must name Kafka brokers, as host:port; deploy/integration/run kafka starts one",
    );
    KafkaConfig {
        brokers,
        properties: BTreeMap::new(),
    }
}

async fn log() -> Arc<KafkaLog> {
    KafkaLog::connect(config()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn conforms() {
    conformance::holds(log().await).await;
}
