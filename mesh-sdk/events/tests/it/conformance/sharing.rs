//! What the consumers of a group do.

mod crowd;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use mesh_events::{Consumer, Delivery, EventLog};

use crate::support::{LONG, event, event_about, new_topic};

use crowd::Crowd;

const A_MOMENT: Duration = Duration::from_millis(300);

/// The next thing that happens to `consumer` and is no events; panics when nothing does.
async fn change(consumer: &mut dyn Consumer) -> Delivery {
    tokio::time::timeout(LONG, async {
        loop {
            match consumer.next(100, A_MOMENT).await.unwrap() {
                Delivery::Events(_) => {}
                change => return change,
            }
        }
    })
    .await
    .expect("the group has nothing to say to its member")
}

async fn assigned(consumer: &mut dyn Consumer) -> Vec<u32> {
    match change(consumer).await {
        Delivery::Assigned(partitions) => partitions,
        other => panic!("{other:?} instead of partitions"),
    }
}

async fn assert_quiet(consumer: &mut dyn Consumer) {
    let nothing = Delivery::Events(Vec::new());
    assert_eq!(consumer.next(100, A_MOMENT).await.unwrap(), nothing);
}

fn zeros(partitions: &[u32]) -> BTreeMap<u32, u64> {
    from(partitions.iter().map(|&partition| (partition, 0)))
}

fn from(offsets: impl IntoIterator<Item = (u32, u64)>) -> BTreeMap<u32, u64> {
    offsets.into_iter().collect()
}

pub async fn starts_where_told(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 2).await;
    let events = (0..100).map(|n| event_about(n % 10, n)).collect();
    log.append(&topic, events).await.unwrap();
    let ends = log.ends(&topic).await.unwrap();
    let mut consumer = log.consumer("g", &topic).await.unwrap();
    assert_eq!(assigned(&mut *consumer).await, [0, 1]);
    assert_quiet(&mut *consumer).await;

    let refusals = [
        (from([(0, 0)]), "wrong-partitions"),
        (from([(0, 0), (1, 0), (2, 0)]), "wrong-partitions"),
        (from([(0, 0), (1, ends[1] + 1)]), "offset-out-of-range"),
    ];
    for (wrong, code) in refusals {
        assert_eq!(consumer.start(&wrong).await.unwrap_err().code(), code);
    }
    consumer.start(&from([(0, 3), (1, ends[1])])).await.unwrap();
    let mut next = 3;
    while next < ends[0] {
        match consumer.next(7, LONG).await.unwrap() {
            Delivery::Events(events) if !events.is_empty() && events.len() <= 7 => {
                for received in events {
                    let position = received.position;
                    assert_eq!((position.partition, position.offset), (0, next));
                    next += 1;
                }
            }
            other => panic!("{other:?} instead of 1 to 7 events"),
        }
    }
    assert_quiet(&mut *consumer).await;
    let again = consumer.start(&BTreeMap::new()).await.unwrap_err();
    assert_eq!(again.code(), "wrong-partitions");
}

pub async fn a_partition_moves_once_it_is_released(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 2).await;
    let mut first = log.consumer("g", &topic).await.unwrap();
    assert_eq!(assigned(&mut *first).await, [0, 1]);
    first.start(&from([(0, 0), (1, 0)])).await.unwrap();

    let mut second = log.consumer("g", &topic).await.unwrap();
    let moving = match change(&mut *first).await {
        Delivery::Revoked(partitions) => partitions,
        other => panic!("{other:?} instead of a partition to let go"),
    };
    assert_eq!(moving.len(), 1);
    let events = |from| (from..from + 20).map(|n| event_about(n, n)).collect();
    log.append(&topic, events(0)).await.unwrap();
    assert_quiet(&mut *first).await;
    assert_quiet(&mut *second).await;

    first.release().await.unwrap();
    // Others wait for a member that does not ask what happens next.
    let moved = tokio::select! {
        moved = assigned(&mut *second) => moved,
        other = change(&mut *first) => panic!("{other:?} for who let a partition go"),
    };
    assert_eq!(moved, moving);
    second.start(&zeros(&moved)).await.unwrap();
    log.append(&topic, events(20)).await.unwrap();
    let moved = moved[0];
    assert_eq!(next_position(&mut *second).await, (moved, 0));
    assert_eq!(next_position(&mut *first).await.0, 1 - moved);
}

async fn next_position(consumer: &mut dyn Consumer) -> (u32, u64) {
    match consumer.next(1, LONG).await.unwrap() {
        Delivery::Events(events) if events.len() == 1 => {
            let position = events[0].position;
            (position.partition, position.offset)
        }
        other => panic!("{other:?} instead of an event"),
    }
}

pub async fn who_is_gone_is_inherited_from(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 3).await;
    drop(log.consumer("g", &topic).await.unwrap());
    for begins in [false, true] {
        let mut gone = log.consumer("g", &topic).await.unwrap();
        let partitions = assigned(&mut *gone).await;
        assert_eq!(partitions, [0, 1, 2]);
        if begins {
            gone.start(&zeros(&partitions)).await.unwrap();
        }
    }

    let mut revoked = log.consumer("g", &topic).await.unwrap();
    let partitions = assigned(&mut *revoked).await;
    revoked.start(&zeros(&partitions)).await.unwrap();
    let mut heir = log.consumer("g", &topic).await.unwrap();
    assert!(matches!(change(&mut *revoked).await, Delivery::Revoked(_)));
    drop(revoked);
    let mut inherited = 0;
    while inherited < 3 {
        let partitions = assigned(&mut *heir).await;
        heir.start(&zeros(&partitions)).await.unwrap();
        inherited += partitions.len();
    }
}

pub async fn groups_are_independent(log: Arc<dyn EventLog>) {
    let (topic, other) = (new_topic(&*log, 2).await, new_topic(&*log, 2).await);
    for (group, topic) in [("a", &topic), ("b", &topic), ("a", &other)] {
        let mut consumer = log.consumer(group, topic).await.unwrap();
        assert_eq!(assigned(&mut *consumer).await, [0, 1]);
        assert_eq!(
            consumer.committed(&[0, 1]).await.unwrap(),
            from([(0, 0), (1, 0)]),
            "{group} on {topic}"
        );
        consumer.commit(&from([(1, 1)])).await.unwrap();
    }
}

pub async fn commits_are_remembered(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 3).await;
    log.append(&topic, (0..50).map(event).collect())
        .await
        .unwrap();
    for round in 1..4 {
        let mut consumer = log.consumer("g", &topic).await.unwrap();
        assigned(&mut *consumer).await;
        consumer.commit(&from([(0, round), (2, 5)])).await.unwrap();
        consumer.commit(&BTreeMap::new()).await.unwrap();
        assert_eq!(
            consumer.committed(&[0, 1, 2]).await.unwrap(),
            from([(0, round), (1, 0), (2, 5)])
        );
    }
    let mut consumer = log.consumer("g", &topic).await.unwrap();
    assigned(&mut *consumer).await;
    assert_eq!(
        consumer.committed(&[2, 0]).await.unwrap(),
        from([(0, 3), (2, 5)])
    );
}

/// Of six partitions and up to three members, who follow the rules.
pub async fn every_event_comes_once(log: Arc<dyn EventLog>) {
    let mut crowd = Crowd::at(log, 6).await;
    crowd.join().await;
    crowd.join().await;
    crowd.join().await;
    crowd.leave(0).await;
    crowd.join().await;
    crowd.leave(2).await;
    crowd.leave(0).await;
    crowd.join().await;
    crowd.check().await;
}
