//! The embedded log on a disk that fails, fills up and loses power.

mod disk;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use chrono::DateTime;
use futures::future::join_all;
use redb::Builder;
use tokio::task::JoinSet;

use super::EmbeddedLog;
use super::store::{Changes, Store};
use crate::{Event, EventLog, Position, Received};
use disk::Disk;

const WAIT: Duration = Duration::from_secs(10);

fn open(disk: &Disk) -> Arc<EmbeddedLog> {
    let disk = disk.clone();
    // Without a cache, so that every read meets the disk.
    let opener = move || {
        Builder::new()
            .set_cache_size(0)
            .create_with_backend(disk.clone())
    };
    EmbeddedLog::start(Store::open(Box::new(opener)).unwrap()).unwrap()
}

fn event(id: impl ToString) -> Event {
    Event {
        id: id.to_string(),
        source: "/test".to_owned(),
        kind: "test".to_owned(),
        subject: None,
        time: DateTime::UNIX_EPOCH,
        schema: None,
        correlation: None,
        data: Bytes::from(vec![b' '; 3000]),
    }
}

async fn read_all(log: &EmbeddedLog, topic: &str) -> Vec<Received> {
    let mut reader = log.reader(topic, &[]).await.unwrap();
    let mut received = Vec::new();
    loop {
        let more = reader.next(1000, Duration::ZERO).await.unwrap();
        if more.is_empty() {
            return received;
        }
        received.extend(more);
    }
}

fn ids(received: &[Received]) -> Vec<&str> {
    let ids = received.iter().map(|one| match &one.event {
        Ok(event) => event.id.as_str(),
        Err(_) => "unreadable",
    });
    ids.collect()
}

#[tokio::test]
async fn one_sync_serves_many_appends() {
    let disk = Disk::default();
    let log = open(&disk);
    log.create_topic("t", 1).await.unwrap();
    disk.slow_down(Duration::from_millis(5));
    let before = disk.syncs();
    join_all((0..64).map(|n| log.append("t", vec![event(n)]))).await;
    let syncs = disk.syncs() - before;
    assert!(syncs <= 8, "64 appends took {syncs} syncs");
    assert_eq!(log.ends("t").await.unwrap(), [64]);
}

/// Every operation of the disk fails once, at every place in an append.
#[tokio::test]
async fn a_failed_append_leaves_nothing_and_the_log_goes_on() {
    let mut failures = 0;
    for operation in 0..60 {
        let disk = Disk::default();
        let log = open(&disk);
        log.create_topic("t", 1).await.unwrap();
        log.append("t", vec![event("before")]).await.unwrap();
        let mut reader = log.reader("t", &[1]).await.unwrap();

        disk.fail_after(operation);
        let appended = log
            .append("t", vec![event("lost 1"), event("lost 2")])
            .await;
        let expected: &[&str] = match appended {
            Ok(_) => &["before", "lost 1", "lost 2", "after"],
            Err(error) => {
                failures += 1;
                assert_eq!(error.code(), "log-write-failed");
                assert_eq!(log.ends("t").await.unwrap(), [1]);
                let nothing = reader.next(9, Duration::from_millis(1)).await.unwrap();
                assert_eq!(nothing, [], "of the failed append");
                let again = log.append("t", vec![event("lost 3")]).await.unwrap_err();
                assert_eq!(again.code(), "log-write-failed");
                &["before", "after"]
            }
        };
        disk.repair();

        log.append("t", vec![event("after")]).await.unwrap();
        assert_eq!(ids(&read_all(&log, "t").await), expected);
        assert_eq!(ids(&reader.next(9, WAIT).await.unwrap()), expected[1..]);
        drop((log, reader));
        assert_eq!(
            ids(&read_all(&open(&disk), "t").await),
            expected,
            "opened again"
        );
    }
    assert!(failures > 5, "only {failures} failures were met");
}

#[tokio::test]
async fn a_topic_that_could_not_be_created_is_not_there() {
    let disk = Disk::default();
    let log = open(&disk);
    let mut absent = Vec::new();
    let mut present = Vec::new();
    for operation in 0..40 {
        let name = format!("t{operation}");
        disk.fail_after(operation);
        let created = log.create_topic(&name, 2).await;
        disk.repair();
        let name = match created {
            Ok(_) => name,
            Err(error) => {
                assert_eq!(error.code(), "log-write-failed");
                let unknown = log.ends(&name).await.unwrap_err();
                assert_eq!(unknown.code(), "unknown-topic");
                let other = format!("{name}.other");
                absent.push(name);
                log.create_topic(&other, 3).await.unwrap();
                other
            }
        };
        log.append(&name, vec![event(&name)]).await.unwrap();
        present.push(name);
    }
    assert!(absent.len() > 5, "only {} failures were met", absent.len());
    drop(log);

    let log = open(&disk);
    for name in &absent {
        let unknown = log.ends(name).await.unwrap_err();
        assert_eq!(unknown.code(), "unknown-topic");
        assert_eq!(log.create_topic(name, 5).await.unwrap(), 5);
    }
    for name in &present {
        assert_eq!(ids(&read_all(&log, name).await), [name]);
    }
}

#[tokio::test]
async fn a_read_survives_a_passing_failure() {
    let disk = Disk::default();
    let log = open(&disk);
    log.create_topic("t", 1).await.unwrap();
    log.append("t", (0..100).map(event).collect())
        .await
        .unwrap();
    disk.fail_reads(1);
    assert_eq!(read_all(&log, "t").await.len(), 100);
    assert_eq!(disk.failing_reads(), 0, "no read met the failure");
}

#[tokio::test]
async fn reading_works_while_writing_fails() {
    let disk = Disk::default();
    let log = open(&disk);
    log.create_topic("t", 1).await.unwrap();
    log.append("t", (0..10).map(event).collect()).await.unwrap();
    disk.fill_up();
    for n in 0..50 {
        // What fits into the file as it is may still be accepted.
        let _ = log
            .append(
                "t",
                (0..20).map(|part| event(format!("{n}-{part}"))).collect(),
            )
            .await;
    }
    let full = log
        .append("t", (0..50).map(event).collect())
        .await
        .unwrap_err();
    assert_eq!(full.code(), "log-write-failed");
    let end = usize::try_from(log.ends("t").await.unwrap()[0]).unwrap();
    assert_eq!(read_all(&log, "t").await.len(), end);
    disk.repair();
    log.append("t", vec![event("room again")]).await.unwrap();
    assert_eq!(read_all(&log, "t").await.len(), end + 1);
}

/// Of the writes since the last sync any may be lost, whatever their order.
#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_events_survive_a_power_cut() {
    let mut survived = 0;
    for cut in 0..40 {
        let disk = Disk::default();
        let log = open(&disk);
        log.create_topic("t", 2).await.unwrap();
        disk.slow_down(Duration::from_micros(300));
        let acknowledged = Arc::new(Mutex::new(BTreeMap::<Position, String>::new()));
        let mut appenders = JoinSet::new();
        for appender in 0..4 {
            let (log, acknowledged) = (log.clone(), acknowledged.clone());
            appenders.spawn(async move {
                for n in 0.. {
                    let id = format!("{appender}-{n}");
                    let positions = log.append("t", vec![event(&id)]).await.unwrap();
                    acknowledged.lock().unwrap().insert(positions[0], id);
                }
            });
        }
        tokio::time::sleep(Duration::from_micros(3000 + cut * 331)).await;
        // First what was acknowledged, then the cut: what is acknowledged in between need not be there.
        let expected = acknowledged.lock().unwrap().clone();
        let survivor = open(&disk.cut_power(cut));
        appenders.shutdown().await;
        let found: BTreeMap<_, _> = read_all(&survivor, "t")
            .await
            .into_iter()
            .map(|one| (one.position, one.event.unwrap().id))
            .collect();
        for (position, id) in &expected {
            assert_eq!(found.get(position), Some(id), "cut {cut}, {position:?}");
        }
        survived += expected.len();
    }
    assert!(survived > 40, "only {survived} events were acknowledged");
}

#[tokio::test]
async fn what_is_no_event_comes_whole_between_the_others() {
    let log = open(&Disk::default());
    log.create_topic("t", 1).await.unwrap();
    log.append("t", vec![event(1)]).await.unwrap();
    let topic = log.store.topics().get("t").unwrap();
    let junk = Changes {
        events: vec![((topic.id(), 0, 1), &b"\x09junk"[..])],
        ends: vec![(topic, vec![2])],
        ..Changes::default()
    };
    log.store.write(junk).unwrap();
    log.append("t", vec![event(3)]).await.unwrap();

    let received = read_all(&log, "t").await;
    assert_eq!(ids(&received), ["1", "unreadable", "3"]);
    let unreadable = received[1].event.as_ref().unwrap_err();
    assert_eq!(
        unreadable.reason,
        "its format is version 9; up to 2 is known"
    );
    assert_eq!(&unreadable.data[..], b"\x09junk");
}

/// Every operation of the disk fails once, at every place in a commit.
#[tokio::test]
async fn how_far_a_group_has_come_survives_failures_of_the_disk() {
    let mut failures = 0;
    for operation in 0..40 {
        let disk = Disk::default();
        let log = open(&disk);
        log.create_topic("t", 2).await.unwrap();
        let mut consumer = log.consumer("g", "t").await.unwrap();
        consumer.commit(&BTreeMap::from([(0, 7)])).await.unwrap();
        disk.fail_after(operation);
        let failed = consumer.commit(&BTreeMap::from([(0, 8)])).await.err();
        disk.repair();
        if let Some(error) = failed {
            failures += 1;
            assert_eq!(error.code(), "log-write-failed");
        }
        consumer.commit(&BTreeMap::from([(1, 9)])).await.unwrap();
        drop((consumer, log));
        let mut consumer = open(&disk).consumer("g", "t").await.unwrap();
        let committed = consumer.committed(&[0, 1]).await.unwrap();
        // Of a failed commit nobody knows whether it is there.
        assert!(matches!(committed[&0], 7 | 8), "{committed:?}");
        assert_eq!(committed[&1], 9);
    }
    assert!(failures > 5, "only {failures} failures were met");
}

#[tokio::test]
async fn no_partition_starves() {
    let log = open(&Disk::default());
    log.create_topic("t", 2).await.unwrap();
    log.append("t", (0..400).map(event).collect())
        .await
        .unwrap();
    let mut reader = log.reader("t", &[]).await.unwrap();
    let mut seen = [false; 2];
    for _ in 0..2 {
        for one in reader.next(10, WAIT).await.unwrap() {
            seen[one.position.partition as usize] = true;
        }
    }
    assert_eq!(seen, [true, true]);
}
