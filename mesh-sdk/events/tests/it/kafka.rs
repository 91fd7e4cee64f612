//! The log in Kafka, on the brokers that `MESH_KAFKA` names. Without them these tests fail: a suite that has not met
//! Kafka has proven nothing.

mod secured;

use std::sync::Arc;

use mesh_events::{CLOUDEVENTS_JSON, Event, EventLog, KafkaConfig, KafkaLog, KafkaSettings};
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, ResourceSpecifier};
use rdkafka::client::DefaultClientContext;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord};

use crate::conformance;
use crate::support::{LONG, event, event_about, new_topic, read_all, readable};

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!("{name} must be set: deploy/integration/kafka/kafka starts Kafka and tells")
    })
}

async fn log() -> Arc<KafkaLog> {
    let url = format!("kafka://{}", variable("MESH_KAFKA"));
    KafkaLog::connect(KafkaConfig::at(&url).unwrap())
        .await
        .unwrap()
}

/// Sends a message as another program would.
async fn send(topic: &str, key: &str, value: &str, header: (&str, &str)) {
    let producer: FutureProducer = ClientConfig::new()
        .set("bootstrap.servers", variable("MESH_KAFKA"))
        .create()
        .unwrap();
    let header = Header {
        key: header.0,
        value: Some(header.1),
    };
    let record = FutureRecord::to(topic)
        .key(key)
        .payload(value)
        .headers(OwnedHeaders::new().insert(header));
    producer.send(record, LONG).await.unwrap();
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
    send(&topic, "who", "no event", ("trace", "1")).await;
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
    let json = sent.to_cloudevents_json();
    log.append("cloudevents", vec![sent]).await.unwrap();
    let structured = ("content-type", CLOUDEVENTS_JSON);
    send("cloudevents", "Zoë", &json, structured).await;
}

/// deploy/integration/kafka/write_cloudevents.py has written it.
#[tokio::test]
#[ignore = "meets Kafka: deploy/integration/run kafka"]
async fn what_others_write_is_read() {
    let events = read_all(&*log().await, "cloudevents.python").await;
    assert!(events.len() >= 2, "{} of 2 events are there", events.len());
    for received in events {
        let read = readable(received);
        let written = Event {
            source: "/clinics/zürich".to_owned(),
            kind: "clinic.reading".to_owned(),
            // Python keeps microseconds.
            time: "2023-11-14T22:13:20.123456Z".parse().unwrap(),
            ..event_about("Zoë", "0197")
        };
        assert_eq!(
            Event {
                data: written.data.clone(),
                ..read.clone()
            },
            written
        );
        let data: serde_json::Value = serde_json::from_slice(&read.data).unwrap();
        assert_eq!(data, serde_json::json!({ "age": 63.0 }));
    }
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
async fn topics_are_created_as_it_is_said() {
    let settings = KafkaSettings {
        url: format!("kafka://{}", variable("MESH_KAFKA")),
        replicas: Some(1),
        min_in_sync: Some(1),
        retention: Some("forever".to_owned()),
        ..KafkaSettings::default()
    };
    let config = KafkaConfig::check(&settings, ".".as_ref()).unwrap();
    let log = KafkaLog::connect(config).await.unwrap();
    let topic = new_topic(&*log, 1).await;
    let admin: AdminClient<DefaultClientContext> = ClientConfig::new()
        .set("bootstrap.servers", variable("MESH_KAFKA"))
        .create()
        .unwrap();
    let described = admin
        .describe_configs(&[ResourceSpecifier::Topic(&topic)], &AdminOptions::new())
        .await
        .unwrap();
    let described = described.into_iter().next().unwrap().unwrap();
    for (name, value) in [("min.insync.replicas", "1"), ("retention.ms", "-1")] {
        let found = described.get(name).unwrap();
        assert_eq!(found.value.as_deref(), Some(value), "{name}");
        assert!(!found.is_default, "{name}");
    }
}
