//! Reads partitions of a topic of the embedded log.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;
use tokio::time::timeout;

use super::store::{Limits, Store, Stretch};
use super::topic::Topic;
use crate::rules::check_start;
use crate::{EventError, Reader, Received};

/// One call returns no further event once it has this many bytes.
const READ_BYTES: usize = 16 * 1024 * 1024;

/// Where somebody is in a topic.
pub(super) struct Cursor {
    store: Arc<Store>,
    topic: Arc<Topic>,
    ends: watch::Receiver<Vec<u64>>,
    /// Next offset of each partition that is read.
    next: BTreeMap<u32, u64>,
    /// The partition that is read first, another one each time, so that a busy one does not starve the rest.
    turn: usize,
}

impl Cursor {
    pub(super) fn new(store: Arc<Store>, topic: Arc<Topic>) -> Self {
        Self {
            ends: topic.watch(),
            store,
            topic,
            next: BTreeMap::new(),
            turn: 0,
        }
    }

    /// Reads these partitions of the topic too, each from its offset.
    pub(super) fn begin(&mut self, from: &BTreeMap<u32, u64>) -> Result<(), EventError> {
        let ends = self.topic.ends();
        for (&partition, &asked) in from {
            let end = ends[partition as usize];
            check_start(self.topic.name(), partition, asked, 0, end)?;
        }
        self.next.extend(from);
        Ok(())
    }

    /// Reads these partitions no more.
    pub(super) fn stop(&mut self, partitions: &[u32]) {
        self.next
            .retain(|partition, _| !partitions.contains(partition));
    }

    /// What there is to read; empty when `wait` passed without any.
    async fn unread(&mut self, wait: Duration) -> Vec<Stretch> {
        let next = &self.next;
        let stretches = |ends: &[u64]| -> Vec<Stretch> {
            let stretches = next.iter().map(|(&partition, &from)| Stretch {
                partition,
                from,
                end: ends[partition as usize],
            });
            stretches
                .filter(|stretch| stretch.end > stretch.from)
                .collect()
        };
        let any = |ends: &Vec<u64>| !stretches(ends).is_empty();
        let mut stretches = match timeout(wait, self.ends.wait_for(any)).await {
            Ok(ends) => stretches(&ends.expect("the topic this cursor holds keeps its ends")),
            Err(_) => return Vec::new(),
        };
        let turn = self.turn % stretches.len();
        stretches.rotate_left(turn);
        stretches
    }
}

#[async_trait]
impl Reader for Cursor {
    async fn next(
        &mut self,
        max_events: usize,
        wait: Duration,
    ) -> Result<Vec<Received>, EventError> {
        if max_events == 0 {
            return Ok(Vec::new());
        }
        let stretches = self.unread(wait).await;
        if stretches.is_empty() {
            return Ok(Vec::new());
        }
        let (store, topic) = (self.store.clone(), self.topic.id());
        let limits = Limits {
            events: max_events,
            bytes: READ_BYTES,
        };
        // Off the runtime: a page that is not cached is read from disk, and a failed database is reopened in here.
        let read = tokio::task::spawn_blocking(move || store.read(topic, &stretches, limits));
        let received = read
            .await
            .map_err(EventError::read_failed)?
            .map_err(EventError::read_failed)?;

        // Nothing awaits from here on: a call dropped before has moved nothing.
        self.turn = self.turn.wrapping_add(1);
        for Received { position, .. } in &received {
            self.next.insert(position.partition, position.offset + 1);
        }
        Ok(received)
    }
}
