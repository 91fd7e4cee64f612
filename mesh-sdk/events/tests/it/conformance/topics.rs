//! What topics are.

use std::collections::HashSet;
use std::sync::Arc;

use futures::future::join_all;
use mesh_events::EventLog;

use crate::support::{event, new_topic, read_all};

pub async fn many_partitions(log: Arc<dyn EventLog>) {
    let topic = new_topic(&*log, 64).await;
    let positions = log
        .append(&topic, (0..1000).map(event).collect())
        .await
        .unwrap();
    let used: HashSet<_> = positions
        .iter()
        .map(|position| position.partition)
        .collect();
    assert_eq!(used.len(), 64, "every partition is used");
    let received: HashSet<_> = read_all(&*log, &topic)
        .await
        .into_iter()
        .map(|r| r.position)
        .collect();
    assert_eq!(received, HashSet::from_iter(positions));
}

pub async fn a_topic_is_created_once(log: Arc<dyn EventLog>) {
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

pub async fn bad_topics(log: Arc<dyn EventLog>) {
    for (name, partitions) in [("", 1), ("a b", 1), ("..", 1), ("herz♥", 1), ("good", 0)] {
        let refusal = log.create_topic(name, partitions).await.unwrap_err();
        assert_eq!(refusal.code(), "invalid-topic");
    }
}

pub async fn unknown_topic(log: Arc<dyn EventLog>) {
    let topic = "conformance.never-created";
    for _ in 0..2 {
        let refusals = [
            log.append(topic, vec![event(1)]).await.err().unwrap(),
            log.append(topic, vec![]).await.err().unwrap(),
            log.reader(topic, &[]).await.err().unwrap(),
            log.consumer("g", topic).await.err().unwrap(),
            log.ends(topic).await.err().unwrap(),
        ];
        for refusal in refusals {
            assert_eq!(refusal.code(), "unknown-topic", "{refusal}");
        }
    }
}
