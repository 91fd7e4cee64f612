//! What a broker cannot be made to do: librdkafka's own brokers in memory misbehave when they are told to.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mesh_events::{Delivery, EventLog, KafkaConfig, KafkaLog, KafkaSettings};
use rdkafka::mocking::{MockCluster, MockCoordinator};
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::RDKafkaApiKey::Produce;
use rdkafka::types::RDKafkaRespErr::{
    self, RD_KAFKA_RESP_ERR_NO_ERROR, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
    RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
    RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
};

use crate::support::{LONG, event_about, read_all, readable};

type Brokers = MockCluster<'static, DefaultProducerContext>;

const TOPIC: &str = "mock";

/// A log on `brokers`, with a topic of one partition; an append fails after a second.
async fn log(brokers: &Brokers) -> Arc<KafkaLog> {
    let replicas = 1;
    brokers.create_topic(TOPIC, 1, replicas).unwrap();
    let settings = KafkaSettings {
        url: format!("kafka://{}", brokers.bootstrap_servers()),
        delivery_timeout: Some("1s".to_owned()),
        ..KafkaSettings::default()
    };
    let config = KafkaConfig::check(&settings, Path::new(".")).unwrap();
    KafkaLog::connect(config).await.unwrap()
}

async fn ids(log: &KafkaLog) -> Vec<String> {
    let received = read_all(log, TOPIC).await.into_iter();
    received.map(|one| readable(one).id).collect()
}

/// More than can pass within the time of a delivery.
fn for_long(error: RDKafkaRespErr) -> Vec<RDKafkaRespErr> {
    vec![error; 1000]
}

#[tokio::test]
async fn errors_that_pass_cost_no_event_and_no_order() {
    let brokers = Brokers::new(1).unwrap();
    let log = log(&brokers).await;
    for round in 0..5 {
        brokers.request_errors(
            Produce,
            &[
                RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
                RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
            ],
        );
        let events = (0..20).map(|n| event_about("one", round * 20 + n));
        log.append(TOPIC, events.collect()).await.unwrap();
    }
    let expected: Vec<_> = (0..100).map(|n| n.to_string()).collect();
    assert_eq!(ids(&log).await, expected);
}

#[tokio::test]
async fn what_too_few_replicas_take_is_not_accepted() {
    for error in [
        RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
        RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND,
    ] {
        let brokers = Brokers::new(1).unwrap();
        let log = log(&brokers).await;
        brokers.request_errors(Produce, &for_long(error));
        let refused = log.append(TOPIC, vec![event_about("one", "lost")]).await;
        assert_eq!(refused.unwrap_err().code(), "log-write-failed");
        brokers.clear_request_errors(Produce);
        let again = (0..3).map(|n| event_about("one", n)).collect();
        log.append(TOPIC, again).await.unwrap();
        let ids = ids(&log).await;
        assert_eq!(ids[ids.len() - 3..], ["0", "1", "2"]);
    }
}

#[tokio::test]
async fn a_broker_that_is_gone_for_a_while_is_told_and_found_again() {
    let brokers = Brokers::new(1).unwrap();
    let log = log(&brokers).await;
    log.append(TOPIC, vec![event_about("one", "before")])
        .await
        .unwrap();
    brokers.broker_down(1).unwrap();
    let refused = log.append(TOPIC, vec![event_about("one", "lost")]).await;
    assert_eq!(refused.unwrap_err().code(), "log-write-failed");
    brokers.broker_up(1).unwrap();
    // librdkafka waits between attempts to connect.
    let again = tokio::time::timeout(LONG, async {
        while log
            .append(TOPIC, vec![event_about("one", "after")])
            .await
            .is_err()
        {}
    });
    again.await.expect("the broker is found again");
    assert_eq!(ids(&log).await, ["before", "after"]);
}

#[tokio::test]
async fn a_group_goes_on_when_its_coordinator_moves() {
    let brokers = Brokers::new(3).unwrap();
    let coordinated_by = |broker| {
        brokers
            .coordinator(MockCoordinator::Group("g".to_owned()), broker)
            .unwrap();
    };
    coordinated_by(1);
    let log = log(&brokers).await;
    let mut consumer = log.consumer("g", TOPIC).await.unwrap();
    let mut next = 0;
    for broker in [2, 3, 1, 2] {
        let event = event_about("one", next);
        log.append(TOPIC, vec![event]).await.unwrap();
        loop {
            match consumer.next(10, LONG).await.unwrap() {
                Delivery::Assigned(partitions) => {
                    let from = consumer.committed(&partitions).await.unwrap();
                    assert_eq!(from, BTreeMap::from([(0, next)]));
                    consumer.start(&from).await.unwrap();
                }
                Delivery::Revoked(_) => consumer.release().await.unwrap(),
                Delivery::Events(events) => {
                    let offsets: Vec<_> = events.iter().map(|one| one.position.offset).collect();
                    assert_eq!(offsets, [next], "after {next} events");
                    break;
                }
            }
        }
        next += 1;
        coordinated_by(broker);
        tokio::time::sleep(Duration::from_millis(100)).await;
        consumer.commit(&BTreeMap::from([(0, next)])).await.unwrap();
        assert_eq!(consumer.committed(&[0]).await.unwrap()[&0], next);
    }
}

#[tokio::test]
async fn a_question_follows_its_partition_to_another_leader() {
    let brokers = Brokers::new(3).unwrap();
    let log = log(&brokers).await;
    for (end, leader) in [1, 2, 3, 1].into_iter().enumerate() {
        brokers.partition_leader(TOPIC, 0, Some(leader)).unwrap();
        let ends = log.ends(TOPIC).await.unwrap();
        assert_eq!(ends, [end as u64], "asked of broker {leader}");
        log.append(TOPIC, vec![event_about("one", end)])
            .await
            .unwrap();
    }
}

/// As in a cluster whose brokers do not hear of a new topic at the same time.
#[tokio::test]
async fn a_question_outlasts_a_broker_that_does_not_know_the_topic_yet() {
    let brokers = Brokers::new(1).unwrap();
    let log = log(&brokers).await;
    log.create_topic(TOPIC, 1).await.unwrap();
    brokers
        .topic_error(TOPIC, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
        .unwrap();
    let (ends, ()) = tokio::join!(log.ends(TOPIC), async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        brokers
            .topic_error(TOPIC, RD_KAFKA_RESP_ERR_NO_ERROR)
            .unwrap();
    });
    assert_eq!(ends.unwrap(), [0]);
}
