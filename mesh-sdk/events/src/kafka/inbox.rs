//! Takes what a consumer of librdkafka gets.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use rdkafka::consumer::{ConsumerContext, StreamConsumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Message};
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::message;
use super::sight::Sight;
use crate::{EventError, Position, Received};

/// One call returns no further event once it has this many bytes.
const READ_BYTES: usize = 16 * 1024 * 1024;

pub(super) struct Inbox<C: ConsumerContext + 'static> {
    topic: String,
    /// `None` only while it is dropped.
    consumer: Option<Arc<StreamConsumer<C>>>,
    sight: Sight,
    /// What ended it, for good: the consumer would go on behind it.
    failed: Option<EventError>,
}

impl<C: ConsumerContext + 'static> Inbox<C> {
    pub(super) fn new(topic: &str, consumer: StreamConsumer<C>, sight: Sight) -> Self {
        Self {
            topic: topic.to_owned(),
            consumer: Some(Arc::new(consumer)),
            sight,
            failed: None,
        }
    }

    pub(super) fn topic(&self) -> &str {
        &self.topic
    }

    pub(super) fn consumer(&self) -> &Arc<StreamConsumer<C>> {
        self.consumer.as_ref().expect("only drop takes it")
    }

    /// As [`crate::Reader::next`].
    pub(super) async fn next(
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
        let first = tokio::select! {
            first = timeout(wait, self.first()) => first,
            lost = self.sight.lost() => Ok(Err(EventError::read_failed(lost))),
        };
        let first = match first {
            Err(_) => return Ok(Vec::new()),
            Ok(Ok(first)) => first,
            Ok(Err(error)) => {
                self.failed = Some(error.clone());
                return Err(error);
            }
        };
        // Nothing awaits from here on: a call dropped before has taken nothing.
        let mut bytes = first.size();
        let mut received = vec![first];
        while received.len() < max_events && bytes < READ_BYTES {
            let Some(polled) = self.consumer().recv().now_or_never() else {
                break;
            };
            match self.accept(polled) {
                Ok(Some(next)) => {
                    bytes += next.size();
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
                | RDKafkaErrorCode::PollExceeded
                | RDKafkaErrorCode::Resolve),
            )) => {
                tracing::warn!(topic = self.topic, %code, "a Kafka consumer is interrupted; it goes on by itself");
                return Ok(None);
            }
            Err(error) => return Err(EventError::read_failed(error)),
        };
        let position = Position {
            partition: u32::try_from(message.partition()).expect("a message is in a partition"),
            offset: u64::try_from(message.offset()).expect("a message is at an offset"),
        };
        let event = message::event(&message);
        Ok(Some(Received { position, event }))
    }
}

/// To close a consumer takes a moment, which a runtime's thread must not be held up for.
impl<C: ConsumerContext + 'static> Drop for Inbox<C> {
    fn drop(&mut self) {
        let consumer = self.consumer.take();
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn_blocking(move || drop(consumer));
        }
    }
}
