//! What an append does.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use futures::future::join_all;
use mesh_events::{Event, EventLog, MAX_EVENT_BYTES, Position, partition_for};

use crate::support::{event, event_about, new_topic, read_all, readable};

pub async fn come_back_as_they_went(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 1).await;
    let bare = Event {
        schema: None,
        correlation: None,
        ..event("bare")
    };
    let unicode = event_about("Zoë/心臓 — \u{1F493} \"x\"\n", "ünï");
    let sent = vec![event("whole"), bare, unicode];
    let positions = log.append(&topic, sent.clone()).await.unwrap();
    let received = read_all(&*log, &topic).await;
    assert_eq!(
        received.iter().cloned().map(readable).collect::<Vec<_>>(),
        sent
    );
    assert_eq!(
        received.iter().map(|r| r.position).collect::<Vec<_>>(),
        positions
    );
}

pub async fn a_subject_keeps_its_order(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 4).await;
    for round in 0..10 {
        let events = (0..100).map(|n| event_about(format!("patient-{}", n % 7), round * 100 + n));
        log.append(&topic, events.collect()).await.unwrap();
    }
    let mut last = BTreeMap::new();
    let received = read_all(&*log, &topic).await;
    assert_eq!(received.len(), 1000);
    for one in received {
        let position = one.position;
        let event = readable(one);
        let number: u32 = event.id.parse().unwrap();
        let before = last.insert(event.subject.unwrap(), (position, number));
        if let Some((earlier, smaller)) = before {
            assert!(smaller < number);
            assert_eq!(earlier.partition, position.partition);
            assert!(earlier.offset < position.offset);
        }
    }
    assert_eq!(last.len(), 7);
}

pub async fn partition_is_known(log: Arc<dyn EventLog>) {
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

pub async fn concurrent_appends(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 3).await;
    let appends = (0..64).map(|appender| {
        let (log, topic) = (log.clone(), topic.clone());
        tokio::spawn(async move {
            let mut mine = Vec::new();
            for n in 0..5 {
                let events = vec![
                    event(format!("{appender}-{n}-a")),
                    event(format!("{appender}-{n}-b")),
                ];
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
            assert_eq!(
                acknowledged.insert(position, id),
                None,
                "{position:?} was given twice"
            );
        }
    }
    assert_eq!(acknowledged.len(), 640);
    for (partition, end) in (0..).zip(log.ends(&topic).await.unwrap()) {
        let offsets = acknowledged
            .keys()
            .filter(|at| at.partition == partition)
            .map(|at| at.offset);
        assert!(offsets.eq(0..end));
    }
    let received = read_all(&*log, &topic).await;
    let received: BTreeMap<_, _> = received
        .into_iter()
        .map(|r| (r.position, readable(r).id))
        .collect();
    assert_eq!(received, acknowledged);
}

pub async fn large_events(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 1).await;
    let sized = |id: &str, bytes: usize| {
        let event = event(id);
        // Noise, so that compression does not make it small.
        let noise = (0..).scan(1_u64, |state, _: u64| {
            *state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            Some((*state >> 56) as u8)
        });
        let data = noise
            .take(bytes + event.data.len() - event.size())
            .collect::<Vec<_>>();
        Event {
            data: Bytes::from(data),
            ..event
        }
    };
    let one_mib: Vec<_> = (0..4).map(|n| sized(&n.to_string(), 1024 * 1024)).collect();
    let largest = sized("largest", MAX_EVENT_BYTES);
    assert_eq!(largest.size(), MAX_EVENT_BYTES);
    log.append(&topic, one_mib.clone()).await.unwrap();
    log.append(&topic, vec![largest.clone()]).await.unwrap();

    let too_large = sized("too large", MAX_EVENT_BYTES + 1);
    let refusal = log
        .append(&topic, vec![event("small"), too_large])
        .await
        .unwrap_err();
    assert_eq!(refusal.code(), "event-too-large");
    assert_eq!(log.ends(&topic).await.unwrap(), [5]);

    let received: Vec<_> = read_all(&*log, &topic)
        .await
        .into_iter()
        .map(readable)
        .collect();
    assert!(received == [one_mib, vec![largest]].concat());
}

pub async fn invalid_events(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 1).await;
    let invalid = [
        event(""),
        event_about("", 1),
        Event {
            source: String::new(),
            ..event(1)
        },
        Event {
            kind: String::new(),
            ..event(1)
        },
        Event {
            correlation: Some(String::new()),
            ..event(1)
        },
        Event {
            data: Bytes::new(),
            ..event(1)
        },
    ];
    for invalid in invalid {
        let refusal = log
            .append(&topic, vec![event("good"), invalid])
            .await
            .unwrap_err();
        assert_eq!(refusal.code(), "invalid-event");
    }
    assert_eq!(log.ends(&topic).await.unwrap(), [0]);
}

pub async fn empty_append(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 2).await;
    assert_eq!(
        log.append(&topic, vec![]).await.unwrap(),
        Vec::<Position>::new()
    );
    assert_eq!(log.ends(&topic).await.unwrap(), [0, 0]);
}
