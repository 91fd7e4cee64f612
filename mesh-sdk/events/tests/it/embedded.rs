//! The embedded log keeps what it acknowledged, and keeps others out.

use std::collections::BTreeMap;
use std::sync::Arc;

use mesh_events::{EmbeddedLog, EventLog};
use tempfile::TempDir;

use crate::conformance;
use crate::support::{event, event_about, new_topic, read, read_all};

fn folder() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn conforms() {
    let folder = folder();
    conformance::holds(EmbeddedLog::open(&folder.path().join("events")).unwrap()).await;
}

#[tokio::test]
async fn conforms_on_one_thread() {
    let folder = folder();
    conformance::holds(EmbeddedLog::open(&folder.path().join("events")).unwrap()).await;
}

#[tokio::test]
async fn everything_is_there_when_it_is_opened_again() {
    let folder = folder();
    let path = folder.path().join("events");
    let mut topics = Vec::new();
    for round in 0..3 {
        let log: Arc<dyn EventLog> = EmbeddedLog::open(&path).unwrap();
        topics.push(new_topic(&*log, 3).await);
        for topic in &topics {
            let before = log.ends(topic).await.unwrap();
            let events = (0..50)
                .map(|n| event_about(n % 5, round * 50 + n))
                .collect();
            let positions = log.append(topic, events).await.unwrap();
            for position in positions {
                assert!(position.offset >= before[position.partition as usize]);
            }
        }
    }
    let log: Arc<dyn EventLog> = EmbeddedLog::open(&path).unwrap();
    for (topic, count) in topics.iter().zip([150, 100, 50]) {
        assert_eq!(log.create_topic(topic, 1).await.unwrap(), 3);
        let received = read_all(&*log, topic).await;
        assert_eq!(received.len(), count);
    }
}

#[tokio::test]
async fn how_far_a_group_has_come_is_there_when_it_is_opened_again() {
    let folder = folder();
    let path = folder.path().join("events");
    let reached = BTreeMap::from([(0, 3), (1, 1)]);
    let topic = {
        let log = EmbeddedLog::open(&path).unwrap();
        let topic = new_topic(&*log, 2).await;
        let mut consumer = log.consumer("g", &topic).await.unwrap();
        consumer.commit(&reached).await.unwrap();
        topic
    };
    let log = EmbeddedLog::open(&path).unwrap();
    let mut consumer = log.consumer("g", &topic).await.unwrap();
    assert_eq!(consumer.committed(&[0, 1]).await.unwrap(), reached);
}

#[tokio::test]
async fn a_consumer_does_not_keep_a_dropped_log_writing() {
    let folder = folder();
    let log = EmbeddedLog::open(&folder.path().join("events")).unwrap();
    let topic = new_topic(&*log, 1).await;
    let mut consumer = log.consumer("g", &topic).await.unwrap();
    drop(log);
    let stopped = consumer.commit(&BTreeMap::from([(0, 1)])).await;
    assert_eq!(stopped.unwrap_err().code(), "log-write-failed");
}

#[tokio::test]
async fn a_log_in_use_says_so() {
    let folder = folder();
    let path = folder.path().join("events");
    let log = EmbeddedLog::open(&path).unwrap();
    let refusal = EmbeddedLog::open(&path).err().unwrap();
    assert_eq!(refusal.code(), "log-in-use");
    assert!(refusal.to_string().contains(path.to_str().unwrap()));
    drop(log);
    EmbeddedLog::open(&path).unwrap();
}

#[test]
fn a_log_that_cannot_be_opened_says_so() {
    let folder = folder();
    let absent = folder.path().join("absent").join("events");
    assert_eq!(
        EmbeddedLog::open(&absent).err().unwrap().code(),
        "log-open-failed"
    );
    let foreign = folder.path().join("foreign");
    std::fs::write(&foreign, "not a log").unwrap();
    assert_eq!(
        EmbeddedLog::open(&foreign).err().unwrap().code(),
        "log-open-failed"
    );
}

#[tokio::test]
async fn an_append_that_nobody_waits_for_is_whole_or_absent() {
    let folder = folder();
    let log = EmbeddedLog::open(&folder.path().join("events")).unwrap();
    let topic = new_topic(&*log, 1).await;
    for _ in 0..50 {
        let append = log.append(&topic, (0..10).map(event).collect());
        let _ = tokio::time::timeout(std::time::Duration::from_micros(50), append).await;
    }
    log.append(&topic, vec![event("last")]).await.unwrap();
    let ends = log.ends(&topic).await.unwrap();
    assert_eq!(ends[0] % 10, 1);
    let mut reader = log.reader(&topic, &[]).await.unwrap();
    let received = read(&mut *reader, usize::try_from(ends[0]).unwrap()).await;
    assert!(received.iter().map(|r| r.position.offset).eq(0..ends[0]));
}
