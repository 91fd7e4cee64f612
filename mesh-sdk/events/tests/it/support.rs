//! Events and topics to test with.

use std::time::Duration;

use bytes::Bytes;
use chrono::{TimeZone, Utc};
use mesh_events::{Event, EventLog, Reader, Received};

/// Longer than anything here should take.
pub const LONG: Duration = Duration::from_secs(20);

pub fn event(id: impl ToString) -> Event {
    Event {
        id: id.to_string(),
        source: "/products/bracelet-cardiology".to_owned(),
        kind: "mesh.ingest".to_owned(),
        subject: None,
        time: Utc.timestamp_opt(1_700_000_000, 123_456_789).unwrap(),
        schema: Some("urn:mesh:heart-readings:1".to_owned()),
        correlation: Some("0042".to_owned()),
        data: Bytes::from_static(br#"{"age": 63.0}"#),
    }
}

pub fn event_about(subject: impl ToString, id: impl ToString) -> Event {
    Event {
        subject: Some(subject.to_string()),
        ..event(id)
    }
}

/// The event at a position where there is one.
pub fn readable(received: Received) -> Event {
    received
        .event
        .expect("every event of this test is readable")
}

/// A topic that no other test uses.
pub async fn new_topic(log: &dyn EventLog, partitions: u32) -> String {
    let topic = format!("conformance.{}", uuid::Uuid::now_v7());
    let made = log.create_topic(&topic, partitions).await.unwrap();
    assert_eq!(made, partitions);
    topic
}

/// Reads until there are `count` events; panics when they do not come.
pub async fn read(reader: &mut dyn Reader, count: usize) -> Vec<Received> {
    let mut received = Vec::new();
    while received.len() < count {
        let more = reader.next(count - received.len(), LONG).await.unwrap();
        assert!(
            !more.is_empty(),
            "{} of {count} events came",
            received.len()
        );
        received.extend(more);
    }
    received
}

pub async fn read_all(log: &dyn EventLog, topic: &str) -> Vec<Received> {
    let count: u64 = log.ends(topic).await.unwrap().into_iter().sum();
    let mut reader = log.reader(topic, &[]).await.unwrap();
    read(&mut *reader, usize::try_from(count).unwrap()).await
}
