//! A member of a consumer group of Kafka, under the cooperative protocol: whoever keeps a partition in a rebalance goes on
//! reading it.
//!
//! librdkafka says in a callback what was assigned or revoked, and goes on once it was told that this is done. It may be
//! told later, and is here: the callback hands the partitions on, and `start` or `release` answers.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use rdkafka::client::OAuthToken;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer as _, ConsumerContext, StreamConsumer};
use rdkafka::error::KafkaError;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use rdkafka::types::RDKafkaRespErr;
use rdkafka::{ClientContext, Statistics};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use super::clients::Clients;
use super::cluster::{Cluster, PATIENCE, persist};
use super::inbox::Inbox;
use super::partitions::{list, placed, starts, unplaced};
use super::session::Session;
use crate::consumer::Unanswered;
use crate::{Cause, Consumer, Delivery, EventError};

pub(super) struct KafkaConsumer {
    cluster: Arc<Cluster>,
    changes: mpsc::UnboundedReceiver<Delivery>,
    inbox: Inbox<Member>,
    unanswered: Unanswered,
}

impl KafkaConsumer {
    pub(super) fn join(
        clients: &Clients,
        cluster: Arc<Cluster>,
        group: &str,
        topic: &str,
    ) -> Result<Self, EventError> {
        let (changed, changes) = mpsc::unbounded_channel();
        let member = Member {
            session: clients.session.of_client(),
            changed,
        };
        let sight = member.session.sight.clone();
        let consumer = clients
            .member(group, member)
            .map_err(|source| EventError::ReadFailed { source })?;
        let subscribed = consumer.subscribe(&[topic]);
        subscribed.map_err(EventError::read_failed)?;
        Ok(Self {
            cluster,
            changes,
            inbox: Inbox::new(topic, consumer, sight),
            unanswered: Unanswered::Nothing,
        })
    }

    /// Does what the group asked for, so that librdkafka goes on.
    fn obey(&self, told: &Unanswered) -> Result<(), KafkaError> {
        let (topic, consumer) = (self.inbox.topic(), self.inbox.consumer());
        match told {
            Unanswered::Nothing => Ok(()),
            // At a place, or librdkafka would warn that it finds none.
            Unanswered::Assigned(it) => {
                let ends = list(topic, it.iter().map(|&it| (it, Offset::End)))?;
                consumer.incremental_assign(&ends)
            }
            Unanswered::Revoked(it) => consumer.incremental_unassign(&unplaced(topic, it)?),
        }
    }

    /// Asks librdkafka what it answers by blocking.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl Fn(&StreamConsumer<Member>) -> Result<T, KafkaError> + Send + 'static,
    ) -> Result<T, Cause> {
        let consumer = self.inbox.consumer().clone();
        match spawn_blocking(move || persist(|| question(&consumer))).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(Arc::new(error)),
            Err(panic) => Err(Arc::new(panic)),
        }
    }
}

#[async_trait]
impl Consumer for KafkaConsumer {
    async fn next(&mut self, max_events: usize, wait: Duration) -> Result<Delivery, EventError> {
        if self.unanswered.revoked().is_some() {
            tokio::time::sleep(wait).await;
            return Ok(Delivery::Events(Vec::new()));
        }
        let change = tokio::select! {
            biased;
            Some(change) = self.changes.recv() => change,
            events = self.inbox.next(max_events, wait) => return events.map(Delivery::Events),
        };
        self.unanswered = Unanswered::of(&change);
        Ok(change)
    }

    async fn start(&mut self, from: &BTreeMap<u32, u64>) -> Result<(), EventError> {
        let topic = self.inbox.topic();
        self.unanswered.check_start(topic, from)?;
        self.cluster.check_starts(topic, from).await?;
        let assigned = starts(topic, from)
            .and_then(|starts| self.inbox.consumer().incremental_assign(&starts));
        assigned.map_err(EventError::read_failed)?;
        self.unanswered = Unanswered::Nothing;
        Ok(())
    }

    async fn release(&mut self) -> Result<(), EventError> {
        if self.unanswered.revoked().is_some() {
            let released = self.obey(&self.unanswered);
            released.map_err(EventError::read_failed)?;
            self.unanswered = Unanswered::Nothing;
        }
        Ok(())
    }

    async fn committed(&mut self, partitions: &[u32]) -> Result<BTreeMap<u32, u64>, EventError> {
        let asked = unplaced(self.inbox.topic(), partitions).map_err(EventError::read_failed)?;
        let answer = self
            .ask(move |consumer| consumer.committed_offsets(asked.clone(), PATIENCE))
            .await
            .map_err(|source| EventError::ReadFailed { source })?;
        let mut committed = BTreeMap::new();
        for element in answer.elements() {
            element.error().map_err(EventError::read_failed)?;
            let offset = element.offset().to_raw().unwrap_or_default();
            // Below zero where nothing was ever committed.
            let offset = u64::try_from(offset).unwrap_or_default();
            committed.insert(element.partition().cast_unsigned(), offset);
        }
        Ok(committed)
    }

    async fn commit(&mut self, next: &BTreeMap<u32, u64>) -> Result<(), EventError> {
        if next.is_empty() {
            return Ok(());
        }
        let next = placed(self.inbox.topic(), next).map_err(EventError::write_failed)?;
        self.ask(move |consumer| consumer.commit(&next, CommitMode::Sync))
            .await
            .map_err(|source| EventError::WriteFailed { source })
    }
}

/// librdkafka leaves the group once nothing that it asked for is unanswered.
impl Drop for KafkaConsumer {
    fn drop(&mut self) {
        self.changes.close();
        let mut told = std::mem::take(&mut self.unanswered);
        loop {
            if let Err(error) = self.obey(&told) {
                tracing::warn!(%error, "a consumer leaves its group late");
            }
            match self.changes.try_recv() {
                Ok(change) => told = Unanswered::of(&change),
                Err(_) => return,
            }
        }
    }
}

/// What librdkafka calls.
struct Member {
    session: Session,
    changed: mpsc::UnboundedSender<Delivery>,
}

impl ClientContext for Member {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = Session::ENABLE_REFRESH_OAUTH_TOKEN;

    fn error(&self, error: KafkaError, reason: &str) {
        self.session.error(error, reason);
    }

    fn stats(&self, statistics: Statistics) {
        self.session.stats(statistics);
    }

    fn generate_oauth_token(&self, config: Option<&str>) -> Result<OAuthToken, Box<dyn Error>> {
        self.session.generate_oauth_token(config)
    }
}

impl ConsumerContext for Member {
    fn rebalance(
        &self,
        consumer: &BaseConsumer<Self>,
        change: RDKafkaRespErr,
        partitions: &mut TopicPartitionList,
    ) {
        let elements = partitions.elements();
        let mut named: Vec<_> = elements
            .iter()
            .map(|element| element.partition().cast_unsigned())
            .collect();
        named.sort_unstable();
        let is_gain = change == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
        let told = match is_gain {
            true => Delivery::Assigned(named),
            false => Delivery::Revoked(named),
        };
        // A rebalance that moves nothing is nobody's concern, and once the consumer is dropped there is nobody to tell.
        if partitions.count() > 0 && self.changed.send(told).is_ok() {
            return;
        }
        let done = match is_gain {
            true => consumer.incremental_assign(partitions),
            false => consumer.incremental_unassign(partitions),
        };
        if let Err(error) = done {
            tracing::error!(%error, "a rebalance of a consumer group cannot be followed");
        }
    }
}
