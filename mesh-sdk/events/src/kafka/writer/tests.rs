use bytes::Bytes;
use chrono::DateTime;
use rdkafka::bindings::rd_kafka_test_fatal_error;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{DefaultProducerContext, Producer};
use rdkafka::types::RDKafkaRespErr;

use super::Writer;
use crate::kafka::KafkaConfig;
use crate::kafka::clients::Clients;
use crate::kafka::session::Session;
use crate::kafka::sight::tests::lose;
use crate::{Event, partition_for};

fn event() -> Event {
    Event {
        id: "1".to_owned(),
        source: "/test".to_owned(),
        kind: "test".to_owned(),
        subject: None,
        time: DateTime::UNIX_EPOCH,
        schema: None,
        correlation: None,
        data: Bytes::from_static(b"{}"),
    }
}

/// librdkafka's own broker in memory: enough to produce to.
fn writer(cluster: &MockCluster<'_, DefaultProducerContext>) -> Writer {
    cluster.create_topic("t", 1, 1).unwrap();
    let url = format!("kafka://{}", cluster.bootstrap_servers());
    Writer::new(Clients {
        config: KafkaConfig::at(&url).unwrap(),
        session: Session::default(),
    })
    .unwrap()
}

#[tokio::test]
async fn a_producer_that_failed_for_good_is_replaced() {
    let cluster = MockCluster::new(1).unwrap();
    let writer = writer(&cluster);
    writer.append("t", 1, &[event()]).await.unwrap();

    // SAFETY: the client lives as long as `producer`, and the text is a C string that is copied.
    let producer = writer.producer();
    unsafe {
        rd_kafka_test_fatal_error(
            producer.client().native_ptr(),
            RDKafkaRespErr::RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER,
            c"a test".as_ptr(),
        );
    }
    let failed = writer.append("t", 1, &[event()]).await.unwrap_err();
    assert_eq!(failed.code(), "log-write-failed");
    writer.append("t", 1, &[event()]).await.unwrap();
}

#[tokio::test]
async fn a_producer_that_has_forgotten_every_broker_is_replaced() {
    let cluster = MockCluster::new(1).unwrap();
    let writer = writer(&cluster);
    writer.append("t", 1, &[event()]).await.unwrap();
    let sight = || writer.producer.read().unwrap().1.clone();
    lose(&sight());
    writer.replace_dead_producer();
    assert!(!sight().is_lost());
    writer.append("t", 1, &[event()]).await.unwrap();
}

/// As when the topic was deleted, and made again smaller.
#[tokio::test]
async fn a_partition_that_is_gone_is_an_unknown_topic() {
    let cluster = MockCluster::new(1).unwrap();
    let writer = writer(&cluster);
    let partitions = 1000;
    assert_ne!(partition_for(event().key(), partitions), 0);
    let failed = writer.append("t", partitions, &[event()]).await;
    assert_eq!(failed.unwrap_err().code(), "unknown-topic");
}
