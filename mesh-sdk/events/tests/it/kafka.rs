//! The log in Kafka, on the brokers that `MESH_KAFKA` names. Without them these tests fail: a suite that has not met
//! Kafka has proven nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use mesh_events::{EventLog, KafkaConfig, KafkaLog};
use rdkafka::ClientConfig;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord};

use crate::conformance;
use crate::support::{LONG, event, event_about, new_topic, read_all, readable};

fn brokers() -> String {
    std::env::var("MESH_KAFKA").expect(
        "MESH_KAFKA must name Kafka brokers, as host:port; deploy/integration/run kafka starts one",
    )
}

async fn log() -> Arc<KafkaLog> {
    let config = KafkaConfig {
        brokers: brokers(),
        properties: BTreeMap::new(),
    };
    KafkaLog::connect(config).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "meets Kafka: deploy/integration/run kafka"]
async fn conforms() {
    conformance::holds(log().await).await;
}

#[tokio::test]
#[ignore = "meets Kafka: deploy/integration/run kafka"]
async fn what_is_no_event_comes_whole_between_the_others() {
    let log = log().await;
    let topic = new_topic(&*log, 1).await;
    log.append(&topic, vec![event("before")]).await.unwrap();
    let foreign: FutureProducer = ClientConfig::new()
        .set("bootstrap.servers", brokers())
        .create()
        .unwrap();
    let header = Header {
        key: "trace",
        value: Some("1"),
    };
    let record = FutureRecord::to(&topic)
        .key("who")
        .payload("no event")
        .headers(OwnedHeaders::new().insert(header));
    foreign.send(record, LONG).await.unwrap();
    log.append(&topic, vec![event("after")]).await.unwrap();

    let mut received = read_all(&*log, &topic).await.into_iter();
    assert_eq!(readable(received.next().unwrap()).id, "before");
    let unreadable = received.next().unwrap().event.unwrap_err();
    assert!(unreadable.reason.contains("ce_specversion"));
    assert_eq!(unreadable.key.as_deref(), Some(&b"who"[..]));
    assert_eq!(&unreadable.data[..], b"no event");
    assert_eq!(unreadable.headers, [("trace".to_owned(), "1".into())]);
    let age = chrono::Utc::now() - unreadable.time;
    assert!(age.num_minutes() < 10, "it came {age} ago");
    assert_eq!(readable(received.next().unwrap()).id, "after");
}

/// deploy/integration/kafka/read_cloudevents.py reads it.
#[tokio::test]
#[ignore = "meets Kafka: deploy/integration/run kafka"]
async fn what_it_writes_is_for_others_to_read() {
    let log = log().await;
    log.create_topic("cloudevents", 1).await.unwrap();
    let sent = event_about("Zoë", "0197");
    log.append("cloudevents", vec![sent]).await.unwrap();
}

#[tokio::test]
#[ignore = "meets Kafka: deploy/integration/run kafka"]
async fn another_connection_finds_everything() {
    let topic = {
        let log = log().await;
        let topic = new_topic(&*log, 2).await;
        log.append(&topic, (0..20).map(event).collect())
            .await
            .unwrap();
        topic
    };
    assert_eq!(read_all(&*log().await, &topic).await.len(), 20);
}

#[tokio::test]
#[ignore = "meets Kafka: deploy/integration/run kafka"]
async fn a_cluster_out_of_reach_is_told_at_once() {
    let config = KafkaConfig {
        brokers: "127.0.0.1:1".to_owned(),
        properties: BTreeMap::new(),
    };
    let error = KafkaLog::connect(config).await.err().unwrap();
    assert_eq!(error.code(), "log-open-failed");
}

#[tokio::test]
#[ignore = "meets Kafka: deploy/integration/run kafka"]
async fn a_bad_property_is_named_without_its_value() {
    let config = KafkaConfig {
        brokers: brokers(),
        properties: BTreeMap::from([("sasl.pasword".to_owned(), "secret".to_owned())]),
    };
    assert!(!format!("{config:?}").contains("secret"));
    let error = KafkaLog::connect(config).await.err().unwrap();
    assert_eq!(error.code(), "log-open-failed");
    assert!(format!("{error:?}").contains("sasl.pasword"));
    assert!(!format!("{error:?}").contains("secret"));
}
