//! What every event log must do. Each home runs all of it.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::FutureExt;
use futures::future::{BoxFuture, join_all};
use mesh_events::{Event, EventLog, MAX_EVENT_BYTES, Position, partition_for};
use tokio::time::{sleep, timeout};

use crate::support::{LONG, event, event_about, new_topic, read, read_all};

type Check = fn(Arc<dyn EventLog>) -> BoxFuture<'static, ()>;

const CHECKS: &[(&str, Check)] = &[
    ("events come back as they went", |log| come_back_as_they_went(log).boxed()),
    ("a subject keeps its order", |log| a_subject_keeps_its_order(log).boxed()),
    ("a subject's partition is known", |log| partition_is_known(log).boxed()),
    ("concurrent appends get distinct contiguous offsets", |log| concurrent_appends(log).boxed()),
    ("a reader starts where it is told", |log| starts_where_told(log).boxed()),
    ("a reader refuses offsets that do not exist", |log| refuses_wrong_offsets(log).boxed()),
    ("readers do not disturb each other", |log| readers_are_independent(log).boxed()),
    ("a waiting reader wakes up", |log| a_waiting_reader_wakes_up(log).boxed()),
    ("an idle reader waits as long as it is told", |log| an_idle_reader_waits(log).boxed()),
    ("a read returns no more than asked for", |log| max_events_is_kept(log).boxed()),
    ("a dropped read loses nothing", |log| a_dropped_read_loses_nothing(log).boxed()),
    ("large events pass, too large ones do not", |log| large_events(log).boxed()),
    ("many partitions", |log| many_partitions(log).boxed()),
    ("a topic is created once", |log| a_topic_is_created_once(log).boxed()),
    ("bad topics are refused", |log| bad_topics(log).boxed()),
    ("an unknown topic is told", |log| unknown_topic(log).boxed()),
    ("an invalid event stops the append", |log| invalid_events(log).boxed()),
    ("appending nothing is fine", |log| empty_append(log).boxed()),
];

/// Runs every check, and fails naming each that failed.
pub async fn holds(log: Arc<dyn EventLog>) {
    let mut failed = Vec::new();
    for (name, check) in CHECKS {
        let begun = Instant::now();
        let outcome = tokio::spawn(timeout(Duration::from_secs(60), check(log.clone()))).await;
        let passed = matches!(outcome, Ok(Ok(())));
        println!("{} {name} ({:?})", if passed { "ok    " } else { "FAILED" }, begun.elapsed());
        if !passed {
            failed.push(*name);
        }
    }
    assert!(failed.is_empty(), "failed: {failed:?}");
}

async fn come_back_as_they_went(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 1).await;
    let bare = Event { schema: None, ..event("bare") };
    let unicode = event_about("Zoë/心臓 — \u{1F493} \"x\"\n", "ünï");
    let sent = vec![event("whole"), bare, unicode];
    let positions = log.append(&topic, sent.clone()).await.unwrap();
    let received = read_all(&*log, &topic).await;
    assert_eq!(received.iter().map(|r| r.event.clone()).collect::<Vec<_>>(), sent);
    assert_eq!(received.iter().map(|r| r.position).collect::<Vec<_>>(), positions);
}

async fn a_subject_keeps_its_order(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 4).await;
    for round in 0..10 {
        let events = (0..100).map(|n| event_about(format!("patient-{}", n % 7), round * 100 + n));
        log.append(&topic, events.collect()).await.unwrap();
    }
    let mut last = BTreeMap::new();
    let received = read_all(&*log, &topic).await;
    assert_eq!(received.len(), 1000);
    for one in received {
        let number: u32 = one.event.id.parse().unwrap();
        let subject = one.event.subject.unwrap();
        let before = last.insert(subject, (one.position, number));
        if let Some((position, earlier)) = before {
            assert!(earlier < number);
            assert_eq!(position.partition, one.position.partition);
            assert!(position.offset < one.position.offset);
        }
    }
    assert_eq!(last.len(), 7);
}

async fn partition_is_known(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 5).await;
    let events: Vec<_> = (0..50)
        .map(|n| event_about(format!("patient-{n}"), n))
        .chain((50..100).map(event))
        .collect();
    let positions = log.append(&topic, events.clone()).await.unwrap();
    for (event, position) in events.iter().zip(positions) {
        assert_eq!(position.partition, partition_for(event.key(), 5));
    }
}

async fn concurrent_appends(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 3).await;
    let appends = (0..64).map(|appender| {
        let (log, topic) = (log.clone(), topic.clone());
        tokio::spawn(async move {
            let mut mine = Vec::new();
            for n in 0..5 {
                let events = vec![event(format!("{appender}-{n}-a")), event(format!("{appender}-{n}-b"))];
                let ids: Vec<_> = events.iter().map(|event| event.id.clone()).collect();
                let positions = log.append(&topic, events).await.unwrap();
                mine.extend(positions.into_iter().zip(ids));
            }
            mine
        })
    });
    let mut acknowledged = BTreeMap::new();
    for mine in join_all(appends).await {
        for (position, id) in mine.unwrap() {
            assert_eq!(acknowledged.insert(position, id), None, "{position:?} was given twice");
        }
    }
    assert_eq!(acknowledged.len(), 640);
    for (partition, end) in (0..).zip(log.ends(&topic).await.unwrap()) {
        let offsets = acknowledged.keys().filter(|at| at.partition == partition).map(|at| at.offset);
        assert!(offsets.eq(0..end));
    }
    let received = read_all(&*log, &topic).await;
    let received: BTreeMap<_, _> = received.into_iter().map(|r| (r.position, r.event.id)).collect();
    assert_eq!(received, acknowledged);
}

async fn starts_where_told(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 2).await;
    let events = (0..200).map(|n| event_about(n % 10, n)).collect();
    log.append(&topic, events).await.unwrap();
    let ends = log.ends(&topic).await.unwrap();
    assert!(ends[0] > 40 && ends[1] > 40, "both partitions have events: {ends:?}");

    let mut reader = log.reader(&topic, &[7, ends[1] - 1]).await.unwrap();
    let received = read(&mut *reader, usize::try_from(ends[0] - 7 + 1).unwrap()).await;
    for (partition, from) in [(0, 7), (1, ends[1] - 1)] {
        let offsets = received.iter().map(|r| r.position).filter(|at| at.partition == partition);
        assert!(offsets.map(|at| at.offset).eq(from..ends[partition as usize]));
    }

    let mut at_end = log.reader(&topic, &ends).await.unwrap();
    assert_eq!(at_end.next(10, Duration::from_millis(300)).await.unwrap(), []);
    let position = log.append(&topic, vec![event("new")]).await.unwrap()[0];
    assert_eq!(read(&mut *at_end, 1).await[0].position, position);
}

async fn refuses_wrong_offsets(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 1).await;
    log.append(&topic, vec![event(1)]).await.unwrap();
    let refusal = log.reader(&topic, &[2]).await.err().unwrap();
    assert_eq!(refusal.code(), "offset-out-of-range");
    let refusal = log.reader(&topic, &[0, 0]).await.err().unwrap();
    assert_eq!(refusal.code(), "unknown-partition");
}

async fn readers_are_independent(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 2).await;
    log.append(&topic, (0..20).map(event).collect()).await.unwrap();
    let mut first = log.reader(&topic, &[]).await.unwrap();
    let mut second = log.reader(&topic, &[]).await.unwrap();
    let (seen_first, seen_second) = (read(&mut *first, 20).await, read(&mut *second, 20).await);
    let ids = |seen: &[mesh_events::Received]| -> HashSet<_> {
        seen.iter().map(|r| r.event.id.clone()).collect()
    };
    assert_eq!(ids(&seen_first), ids(&seen_second));
}

async fn a_waiting_reader_wakes_up(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 3).await;
    let mut reader = log.reader(&topic, &[]).await.unwrap();
    // Lets the reader settle: a Kafka consumer first has to find its brokers.
    assert_eq!(reader.next(1, Duration::from_millis(500)).await.unwrap(), []);
    for round in 0..20 {
        let appender = tokio::spawn({
            let (log, topic) = (log.clone(), topic.clone());
            async move {
                sleep(Duration::from_millis(round % 4 * 10)).await;
                let appended = log.append(&topic, vec![event(round)]).await.unwrap();
                (appended[0], Instant::now())
            }
        });
        let received = reader.next(10, LONG).await.unwrap();
        let woken = Instant::now();
        let (position, acknowledged) = appender.await.unwrap();
        assert_eq!(received.iter().map(|r| r.position).collect::<Vec<_>>(), [position]);
        let late = woken.saturating_duration_since(acknowledged);
        assert!(late < Duration::from_millis(250), "it woke {late:?} after the append");
    }
}

async fn an_idle_reader_waits(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 1).await;
    let mut reader = log.reader(&topic, &[]).await.unwrap();
    for wait in [0, 50, 300].map(Duration::from_millis) {
        let begun = Instant::now();
        assert_eq!(reader.next(1, wait).await.unwrap(), []);
        let waited = begun.elapsed();
        assert!(waited >= wait && waited < wait + Duration::from_millis(200), "{waited:?} for {wait:?}");
    }
    log.append(&topic, vec![event(1)]).await.unwrap();
    assert_eq!(reader.next(0, LONG).await.unwrap(), []);
    assert_eq!(reader.next(1, Duration::MAX).await.unwrap().len(), 1);
}

async fn max_events_is_kept(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 4).await;
    log.append(&topic, (0..100).map(event).collect()).await.unwrap();
    let mut reader = log.reader(&topic, &[]).await.unwrap();
    let mut seen = HashSet::new();
    while seen.len() < 100 {
        let received = reader.next(7, LONG).await.unwrap();
        assert!((1..=7).contains(&received.len()));
        seen.extend(received.into_iter().map(|r| r.event.id));
    }
    assert_eq!(reader.next(7, Duration::ZERO).await.unwrap(), []);
}

async fn a_dropped_read_loses_nothing(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 2).await;
    let mut reader = log.reader(&topic, &[]).await.unwrap();
    let appender = tokio::spawn({
        let (log, topic) = (log.clone(), topic.clone());
        async move {
            for n in 0..200 {
                log.append(&topic, vec![event_about("one", n)]).await.unwrap();
            }
        }
    });
    let mut seen = Vec::new();
    let mut dropped = 0_u32;
    while seen.len() < 200 {
        // From a first poll only to a bit longer than an append takes, so that drops fall everywhere.
        let patience = Duration::from_micros(u64::from(dropped % 60) * 100);
        match timeout(patience, reader.next(3, LONG)).await {
            Ok(received) => seen.extend(received.unwrap().into_iter().map(|r| r.event.id)),
            Err(_) => dropped += 1,
        }
        assert!(dropped < 100_000, "{} events came", seen.len());
    }
    appender.await.unwrap();
    assert!(dropped > 0, "no read was dropped");
    assert!(seen.iter().map(|id| id.parse::<u32>().unwrap()).eq(0..200));
}

async fn large_events(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 1).await;
    let sized = |id: &str, bytes: usize| {
        let event = event(id);
        // Noise, so that compression does not make it small.
        let noise = (0..).scan(1_u64, |state, _: u64| {
            *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            Some((*state >> 56) as u8)
        });
        let data = noise.take(bytes + event.data.len() - event.size()).collect::<Vec<_>>();
        Event { data: Bytes::from(data), ..event }
    };
    let one_mib: Vec<_> = (0..4).map(|n| sized(&n.to_string(), 1024 * 1024)).collect();
    let largest = sized("largest", MAX_EVENT_BYTES);
    assert_eq!(largest.size(), MAX_EVENT_BYTES);
    log.append(&topic, one_mib.clone()).await.unwrap();
    log.append(&topic, vec![largest.clone()]).await.unwrap();

    let too_large = sized("too large", MAX_EVENT_BYTES + 1);
    let refusal = log.append(&topic, vec![event("small"), too_large]).await.unwrap_err();
    assert_eq!(refusal.code(), "event-too-large");
    assert_eq!(log.ends(&topic).await.unwrap(), [5]);

    let received: Vec<_> = read_all(&*log, &topic).await.into_iter().map(|r| r.event).collect();
    assert!(received == [one_mib, vec![largest]].concat());
}

async fn many_partitions(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 64).await;
    let positions = log.append(&topic, (0..1000).map(event).collect()).await.unwrap();
    let used: HashSet<_> = positions.iter().map(|position| position.partition).collect();
    assert_eq!(used.len(), 64, "every partition is used");
    let received: HashSet<_> = read_all(&*log, &topic).await.into_iter().map(|r| r.position).collect();
    assert_eq!(received, HashSet::from_iter(positions));
}

async fn a_topic_is_created_once(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 3).await;
    log.append(&topic, vec![event(1)]).await.unwrap();
    assert_eq!(log.create_topic(&topic, 8).await.unwrap(), 3);
    assert_eq!(log.ends(&topic).await.unwrap().iter().sum::<u64>(), 1);

    let name = format!("{topic}.race");
    let creations = (0..4).map(|_| {
        let (log, name) = (log.clone(), name.clone());
        tokio::spawn(async move { log.create_topic(&name, 2).await.unwrap() })
    });
    for created in join_all(creations).await {
        assert_eq!(created.unwrap(), 2);
    }
}

async fn bad_topics(log: Arc<dyn EventLog>) {
    for (name, partitions) in [("", 1), ("a b", 1), ("..", 1), ("herz♥", 1), ("good", 0)] {
        let refusal = log.create_topic(name, partitions).await.unwrap_err();
        assert_eq!(refusal.code(), "invalid-topic");
    }
}

async fn unknown_topic(log: Arc<dyn EventLog>) {
    let topic = "conformance.never-created";
    for _ in 0..2 {
        let refusals = [
            log.append(topic, vec![event(1)]).await.err().unwrap(),
            log.append(topic, vec![]).await.err().unwrap(),
            log.reader(topic, &[]).await.err().unwrap(),
            log.ends(topic).await.err().unwrap(),
        ];
        for refusal in refusals {
            assert_eq!(refusal.code(), "unknown-topic", "{refusal}");
        }
    }
}

async fn invalid_events(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 1).await;
    let invalid = [
        event(""),
        event_about("", 1),
        Event { source: String::new(), ..event(1) },
        Event { kind: String::new(), ..event(1) },
        Event { data: Bytes::new(), ..event(1) },
    ];
    for invalid in invalid {
        let refusal = log.append(&topic, vec![event("good"), invalid]).await.unwrap_err();
        assert_eq!(refusal.code(), "invalid-event");
    }
    assert_eq!(log.ends(&topic).await.unwrap(), [0]);
}

async fn empty_append(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 2).await;
    assert_eq!(log.append(&topic, vec![]).await.unwrap(), Vec::<Position>::new());
    assert_eq!(log.ends(&topic).await.unwrap(), [0, 0]);
}
