//! Reads a topic of Kafka.

use std::time::Duration;

use async_trait::async_trait;
use futures::FutureExt;
use rdkafka::consumer::{Consumer, StreamConsumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Message};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::config::KafkaConfig;
use super::message;
use crate::{EventError, Position, Reader, Received};

/// One call returns no further event once it has this many bytes.
const READ_BYTES: usize = 16 * 1024 * 1024;

pub(super) struct KafkaReader {
    topic: String,
    /// `None` only while it is dropped.
    consumer: Option<StreamConsumer>,
    /// What ended this reader, for good: the consumer would go on behind it.
    failed: Option<EventError>,
}

impl KafkaReader {
    /// `next` holds an offset for each partition.
    pub(super) fn new(config: &KafkaConfig, topic: &str, next: &[u64]) -> Result<Self, EventError> {
        let consumer: StreamConsumer = config
            .consumer()
            .map_err(|source| EventError::ReadFailed { source })?;
        let assignment = assignment(topic, next).map_err(EventError::read_failed)?;
        consumer
            .assign(&assignment)
            .map_err(EventError::read_failed)?;
        Ok(Self {
            topic: topic.to_owned(),
            consumer: Some(consumer),
            failed: None,
        })
    }

    fn consumer(&self) -> &StreamConsumer {
        self.consumer.as_ref().expect("only drop takes it")
    }

    /// The next event, whenever it comes. Cancel-safe, as `recv` is and nothing awaits after it.
    async fn first(&self) -> Result<Received, EventError> {
        loop {
            if let Some(received) = self.accept(self.consumer().recv().await)? {
                return Ok(received);
            }
        }
    }

    /// `None` for a failure that librdkafka gets over by itself.
    fn accept(
        &self,
        polled: Result<BorrowedMessage<'_>, KafkaError>,
    ) -> Result<Option<Received>, EventError> {
        let message = match polled {
            Ok(message) => message,
            Err(KafkaError::MessageConsumption(
                code @ (RDKafkaErrorCode::AllBrokersDown
                | RDKafkaErrorCode::BrokerTransportFailure
                | RDKafkaErrorCode::OperationTimedOut
                | RDKafkaErrorCode::Resolve),
            )) => {
                tracing::warn!(topic = self.topic, %code, "Kafka is out of reach; still trying");
                return Ok(None);
            }
            Err(error) => return Err(EventError::read_failed(error)),
        };
        let position = Position {
            partition: u32::try_from(message.partition()).expect("a message is in a partition"),
            offset: u64::try_from(message.offset()).expect("a message is at an offset"),
        };
        match message::event(&message) {
            Ok(event) => Ok(Some(Received { position, event })),
            Err(reason) => Err(EventError::EventUnreadable {
                topic: self.topic.clone(),
                position,
                reason,
            }),
        }
    }
}

#[async_trait]
impl Reader for KafkaReader {
    async fn next(
        &mut self,
        max_events: usize,
        wait: Duration,
    ) -> Result<Vec<Received>, EventError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        if max_events == 0 {
            return Ok(Vec::new());
        }
        let first = match timeout(wait, self.first()).await {
            Err(_) => return Ok(Vec::new()),
            Ok(Ok(first)) => first,
            Ok(Err(error)) => {
                self.failed = Some(error.clone());
                return Err(error);
            }
        };
        // Nothing awaits from here on: a call dropped before has taken nothing.
        let mut bytes = first.event.size();
        let mut received = vec![first];
        while received.len() < max_events && bytes < READ_BYTES {
            let Some(polled) = self.consumer().recv().now_or_never() else {
                break;
            };
            match self.accept(polled) {
                Ok(Some(next)) => {
                    bytes += next.event.size();
                    received.push(next);
                }
                Ok(None) => {}
                // Told by the next call; this one has events to give.
                Err(error) => {
                    self.failed = Some(error);
                    break;
                }
            }
        }
        Ok(received)
    }
}

/// To close a consumer takes a moment, which a runtime's thread must not be held up for.
impl Drop for KafkaReader {
    fn drop(&mut self) {
        let consumer = self.consumer.take();
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn_blocking(move || drop(consumer));
        }
    }
}

fn assignment(topic: &str, next: &[u64]) -> Result<TopicPartitionList, KafkaError> {
    let mut assignment = TopicPartitionList::with_capacity(next.len());
    for (partition, &offset) in (0..).zip(next) {
        let offset = match i64::try_from(offset) {
            Ok(0) => Offset::Beginning,
            Ok(offset) => Offset::Offset(offset),
            Err(_) => return Err(KafkaError::OffsetFetch(RDKafkaErrorCode::OffsetOutOfRange)),
        };
        assignment.add_partition_offset(topic, partition, offset)?;
    }
    Ok(assignment)
}
