//! What a reader does.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mesh_events::{EventLog, Received};
use tokio::time::{sleep, timeout};

use crate::support::{LONG, event, event_about, new_topic, read, readable};

pub async fn starts_where_told(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 2).await;
    let events = (0..200).map(|n| event_about(n % 10, n)).collect();
    log.append(&topic, events).await.unwrap();
    let ends = log.ends(&topic).await.unwrap();
    assert!(
        ends[0] > 40 && ends[1] > 40,
        "both partitions have events: {ends:?}"
    );

    let mut reader = log.reader(&topic, &[7, ends[1] - 1]).await.unwrap();
    let received = read(&mut *reader, usize::try_from(ends[0] - 7 + 1).unwrap()).await;
    for (partition, from) in [(0, 7), (1, ends[1] - 1)] {
        let offsets = received
            .iter()
            .map(|r| r.position)
            .filter(|at| at.partition == partition);
        assert!(
            offsets
                .map(|at| at.offset)
                .eq(from..ends[partition as usize])
        );
    }

    let mut at_end = log.reader(&topic, &ends).await.unwrap();
    assert_eq!(
        at_end.next(10, Duration::from_millis(300)).await.unwrap(),
        []
    );
    let position = log.append(&topic, vec![event("new")]).await.unwrap()[0];
    assert_eq!(read(&mut *at_end, 1).await[0].position, position);
}

pub async fn refuses_wrong_offsets(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 1).await;
    log.append(&topic, vec![event(1)]).await.unwrap();
    let refusal = log.reader(&topic, &[2]).await.err().unwrap();
    assert_eq!(refusal.code(), "offset-out-of-range");
    let refusal = log.reader(&topic, &[0, 0]).await.err().unwrap();
    assert_eq!(refusal.code(), "unknown-partition");
}

pub async fn readers_are_independent(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 2).await;
    log.append(&topic, (0..20).map(event).collect())
        .await
        .unwrap();
    let mut first = log.reader(&topic, &[]).await.unwrap();
    let mut second = log.reader(&topic, &[]).await.unwrap();
    let (seen_first, seen_second) = (read(&mut *first, 20).await, read(&mut *second, 20).await);
    let ids =
        |seen: Vec<Received>| -> HashSet<_> { seen.into_iter().map(|r| readable(r).id).collect() };
    assert_eq!(ids(seen_first), ids(seen_second));
}

pub async fn a_waiting_reader_wakes_up(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 3).await;
    let mut reader = log.reader(&topic, &[]).await.unwrap();
    // Lets the reader settle: a Kafka consumer first has to find its brokers.
    assert_eq!(
        reader.next(1, Duration::from_millis(500)).await.unwrap(),
        []
    );
    let mut late = Vec::new();
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
        assert_eq!(
            received.iter().map(|r| r.position).collect::<Vec<_>>(),
            [position]
        );
        late.push(woken.saturating_duration_since(acknowledged));
    }
    // The median: a busy machine may hold up some of them, a reader that polls would be late half the time.
    late.sort_unstable();
    let median = late[late.len() / 2];
    assert!(
        median < Duration::from_millis(50),
        "it woke {median:?} after the append"
    );
}

pub async fn an_idle_reader_waits(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 1).await;
    let mut reader = log.reader(&topic, &[]).await.unwrap();
    for wait in [0, 50, 300].map(Duration::from_millis) {
        let begun = Instant::now();
        assert_eq!(reader.next(1, wait).await.unwrap(), []);
        let waited = begun.elapsed();
        assert!(
            waited >= wait && waited < wait + Duration::from_secs(1),
            "{waited:?} for {wait:?}"
        );
    }
    log.append(&topic, vec![event(1)]).await.unwrap();
    assert_eq!(reader.next(0, LONG).await.unwrap(), []);
    assert_eq!(reader.next(1, Duration::MAX).await.unwrap().len(), 1);
}

pub async fn max_events_is_kept(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 4).await;
    log.append(&topic, (0..100).map(event).collect())
        .await
        .unwrap();
    let mut reader = log.reader(&topic, &[]).await.unwrap();
    let mut seen = HashSet::new();
    while seen.len() < 100 {
        let received = reader.next(7, LONG).await.unwrap();
        assert!((1..=7).contains(&received.len()));
        seen.extend(received.into_iter().map(|r| readable(r).id));
    }
    assert_eq!(reader.next(7, Duration::ZERO).await.unwrap(), []);
}

pub async fn a_dropped_read_loses_nothing(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 2).await;
    let mut reader = log.reader(&topic, &[]).await.unwrap();
    let appender = tokio::spawn({
        let (log, topic) = (log.clone(), topic.clone());
        async move {
            for n in 0..200 {
                log.append(&topic, vec![event_about("one", n)])
                    .await
                    .unwrap();
            }
        }
    });
    let mut seen = Vec::new();
    let mut dropped = 0_u32;
    while seen.len() < 200 {
        // From a first poll only to a bit longer than an append takes, so that drops fall everywhere.
        let patience = Duration::from_micros(u64::from(dropped % 60) * 100);
        match timeout(patience, reader.next(3, LONG)).await {
            Ok(received) => seen.extend(received.unwrap().into_iter().map(|r| readable(r).id)),
            Err(_) => dropped += 1,
        }
        assert!(dropped < 100_000, "{} events came", seen.len());
    }
    appender.await.unwrap();
    assert!(dropped > 0, "no read was dropped");
    assert!(seen.iter().map(|id| id.parse::<u32>().unwrap()).eq(0..200));
}
