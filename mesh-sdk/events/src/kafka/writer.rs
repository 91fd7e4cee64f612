//! Produces events: idempotent, acknowledged by every replica in sync.

use std::collections::VecDeque;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{DeliveryFuture, FutureProducer, FutureRecord, Producer};

use super::clients::Clients;
use super::message;
use super::session::Session;
use super::sight::{Lost, Sight};
use crate::{Cause, Event, EventError, Position, partition_for};

/// Before another try to enqueue while the queue is full of other appends.
const QUEUE_FULL_PAUSE: Duration = Duration::from_millis(10);

pub(super) struct Writer {
    clients: Clients,
    producer: RwLock<(FutureProducer<Session>, Sight)>,
}

impl Writer {
    pub(super) fn new(clients: Clients) -> Result<Self, Cause> {
        let producer = RwLock::new(clients.producer()?);
        Ok(Self { clients, producer })
    }

    /// `partitions` is how many `topic` has.
    pub(super) async fn append(
        &self,
        topic: &str,
        partitions: u32,
        events: &[Event],
    ) -> Result<Vec<Position>, EventError> {
        let appended = self.produce(topic, partitions, events).await;
        appended.map_err(|error| match error.rdkafka_error_code() {
            Some(
                RDKafkaErrorCode::UnknownTopicOrPartition
                | RDKafkaErrorCode::UnknownTopic
                | RDKafkaErrorCode::UnknownPartition,
            ) => EventError::UnknownTopic {
                topic: topic.to_owned(),
            },
            _ => {
                self.replace_dead_producer();
                EventError::write_failed(error)
            }
        })
    }

    async fn produce(
        &self,
        topic: &str,
        partitions: u32,
        events: &[Event],
    ) -> Result<Vec<Position>, KafkaError> {
        let producer = self.producer();
        let mut positions = Vec::with_capacity(events.len());
        let mut waiting = VecDeque::with_capacity(events.len());
        for event in events {
            let partition = partition_for(event.key(), partitions);
            loop {
                match enqueue(&producer, topic, partition, event) {
                    Ok(delivery) => break waiting.push_back(delivery),
                    Err(KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull)) => {}
                    Err(error) => return Err(error),
                }
                match waiting.pop_front() {
                    Some(delivery) => positions.push(delivered(delivery).await?),
                    None => tokio::time::sleep(QUEUE_FULL_PAUSE).await,
                }
            }
        }
        for delivery in waiting {
            positions.push(delivered(delivery).await?);
        }
        Ok(positions)
    }

    fn producer(&self) -> FutureProducer<Session> {
        self.producer
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .0
            .clone()
    }

    /// An idempotent producer that lost track of what the broker has refuses all further work, for ever; and one that knows
    /// no broker does none.
    fn replace_dead_producer(&self) {
        let mut current = self
            .producer
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let (producer, sight) = &*current;
        let fatal = producer.client().fatal_error();
        let fatal = fatal.map(|(_, reason)| reason);
        let lost = || sight.is_lost().then(|| Lost.to_string());
        if let Some(reason) = fatal.or_else(lost) {
            tracing::error!(reason, "the Kafka producer failed for good and is replaced");
            match self.clients.producer() {
                Ok(new) => *current = new,
                Err(error) => tracing::error!(%error, "no new Kafka producer can be made"),
            }
        }
    }
}

fn enqueue(
    producer: &FutureProducer<Session>,
    topic: &str,
    partition: u32,
    event: &Event,
) -> Result<DeliveryFuture, KafkaError> {
    let partition = i32::try_from(partition).expect("Kafka counts partitions in 31 bits");
    let record = FutureRecord::to(topic)
        .partition(partition)
        .key(event.key())
        .payload(&event.data[..])
        .headers(message::headers(event));
    producer.send_result(record).map_err(|(error, _)| error)
}

async fn delivered(delivery: DeliveryFuture) -> Result<Position, KafkaError> {
    let delivery = delivery.await.map_err(|_| KafkaError::Canceled)?;
    let delivery = delivery.map_err(|(error, _)| error)?;
    match (
        u32::try_from(delivery.partition),
        u64::try_from(delivery.offset),
    ) {
        (Ok(partition), Ok(offset)) => Ok(Position { partition, offset }),
        // After a retry the broker may know only that it has the event, no longer where.
        _ => Err(KafkaError::MessageProduction(
            RDKafkaErrorCode::DuplicateSequenceNumber,
        )),
    }
}

#[cfg(test)]
mod tests;
