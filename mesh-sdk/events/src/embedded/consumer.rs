//! A consumer of the embedded log.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::mpsc;

use super::cursor::Cursor;
use super::group::{Groups, Membership};
use super::store::Store;
use super::topic::Topic;
use super::writer::{CommitOffsets, Request, Stopped, ask};
use crate::consumer::Unanswered;
use crate::{Consumer, Delivery, EventError, Reader};

pub(super) struct EmbeddedConsumer {
    group: String,
    topic: Arc<Topic>,
    store: Arc<Store>,
    /// Does not keep the log's writer running.
    requests: mpsc::WeakSender<Request>,
    membership: Membership,
    cursor: Cursor,
    unanswered: Unanswered,
}

impl EmbeddedConsumer {
    pub(super) fn join(
        groups: &Groups,
        group: &str,
        topic: Arc<Topic>,
        store: Arc<Store>,
        requests: mpsc::WeakSender<Request>,
    ) -> Self {
        Self {
            group: group.to_owned(),
            membership: groups.join(group, &topic),
            cursor: Cursor::new(store.clone(), topic.clone()),
            topic,
            store,
            requests,
            unanswered: Unanswered::Nothing,
        }
    }
}

#[async_trait]
impl Consumer for EmbeddedConsumer {
    async fn next(&mut self, max_events: usize, wait: Duration) -> Result<Delivery, EventError> {
        if self.unanswered.revoked().is_some() {
            tokio::time::sleep(wait).await;
            return Ok(Delivery::Events(Vec::new()));
        }
        let waits_to_begin = matches!(self.unanswered, Unanswered::Assigned(_));
        let change = tokio::select! {
            biased;
            change = self.membership.change(), if !waits_to_begin => change,
            events = self.cursor.next(max_events, wait) => return events.map(Delivery::Events),
        };
        self.unanswered = Unanswered::of(&change);
        Ok(change)
    }

    async fn start(&mut self, from: &BTreeMap<u32, u64>) -> Result<(), EventError> {
        self.unanswered.check_start(self.topic.name(), from)?;
        self.cursor.begin(from)?;
        self.unanswered = Unanswered::Nothing;
        Ok(())
    }

    async fn release(&mut self) -> Result<(), EventError> {
        if let Some(partitions) = self.unanswered.revoked() {
            self.cursor.stop(partitions);
            self.membership.release(partitions);
            self.unanswered = Unanswered::Nothing;
        }
        Ok(())
    }

    async fn committed(&mut self, partitions: &[u32]) -> Result<BTreeMap<u32, u64>, EventError> {
        let (store, group, topic) = (self.store.clone(), self.group.clone(), self.topic.id());
        let partitions = partitions.to_vec();
        let read = tokio::task::spawn_blocking(move || store.committed(&group, topic, &partitions));
        read.await
            .map_err(EventError::read_failed)?
            .map_err(EventError::read_failed)
    }

    async fn commit(&mut self, next: &BTreeMap<u32, u64>) -> Result<(), EventError> {
        let requests = self.requests.upgrade();
        let requests = requests.ok_or_else(|| EventError::write_failed(Stopped))?;
        let (group, topic, next) = (self.group.clone(), self.topic.id(), next.clone());
        ask(&requests, |reply| {
            Request::CommitOffsets(CommitOffsets {
                group,
                topic,
                next,
                reply,
            })
        })
        .await
    }
}
