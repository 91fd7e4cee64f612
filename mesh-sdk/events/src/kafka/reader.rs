//! Reads a topic of Kafka, without a group: whoever reads keeps the offsets with the data they led to.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use rdkafka::consumer::Consumer;

use super::clients::Clients;
use super::inbox::Inbox;
use super::partitions::starts;
use super::session::Session;
use crate::{EventError, Reader, Received};

pub(super) struct KafkaReader {
    inbox: Inbox<Session>,
}

impl KafkaReader {
    pub(super) fn new(
        clients: &Clients,
        topic: &str,
        from: &BTreeMap<u32, u64>,
    ) -> Result<Self, EventError> {
        let consumer = clients
            .reader()
            .map_err(|source| EventError::ReadFailed { source })?;
        let sight = consumer.client().context().sight.clone();
        let assigned = starts(topic, from).and_then(|starts| consumer.assign(&starts));
        assigned.map_err(EventError::read_failed)?;
        Ok(Self {
            inbox: Inbox::new(topic, consumer, sight),
        })
    }
}

#[async_trait]
impl Reader for KafkaReader {
    async fn next(
        &mut self,
        max_events: usize,
        wait: Duration,
    ) -> Result<Vec<Received>, EventError> {
        self.inbox.next(max_events, wait).await
    }
}
