//! Reads a topic of the embedded log.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;
use tokio::time::timeout;

use super::store::{Limits, Store, Stretch};
use super::topic::Topic;
use crate::{EventError, Reader, Received};

/// One call returns no further event once it has this many bytes.
const READ_BYTES: usize = 16 * 1024 * 1024;

pub(super) struct EmbeddedReader {
    store: Arc<Store>,
    topic: Arc<Topic>,
    ends: watch::Receiver<Vec<u64>>,
    /// Next offset of each partition.
    next: Vec<u64>,
    /// The partition that is read first, another one each time, so that a busy one does not starve the rest.
    turn: usize,
    failed: Option<EventError>,
}

impl EmbeddedReader {
    /// `next` holds an offset for each partition of `topic`, none beyond its end.
    pub(super) fn new(store: Arc<Store>, topic: Arc<Topic>, next: Vec<u64>) -> Self {
        Self {
            ends: topic.watch(),
            store,
            topic,
            next,
            turn: 0,
            failed: None,
        }
    }

    /// What there is to read; empty when `wait` passed without any.
    async fn unread(&mut self, wait: Duration) -> Vec<Stretch> {
        let next = &self.next;
        let any = |ends: &Vec<u64>| ends.iter().zip(next).any(|(end, next)| end > next);
        let ends = match timeout(wait, self.ends.wait_for(any)).await {
            Ok(ends) => ends
                .expect("the topic this reader holds keeps its ends")
                .clone(),
            Err(_) => return Vec::new(),
        };
        let stretches = (0..).zip(ends.iter().zip(&self.next));
        let mut stretches: Vec<_> = stretches
            .filter(|(_, (end, from))| end > from)
            .map(|(partition, (&end, &from))| Stretch {
                partition,
                from,
                end,
            })
            .collect();
        let turn = self.turn % stretches.len();
        stretches.rotate_left(turn);
        stretches
    }
}

#[async_trait]
impl Reader for EmbeddedReader {
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
        let found = read
            .await
            .map_err(EventError::read_failed)?
            .map_err(EventError::read_failed)?;

        // Nothing awaits from here on: a call dropped before has moved nothing.
        self.turn = self.turn.wrapping_add(1);
        let mut received = Vec::with_capacity(found.len());
        for (position, event) in found {
            match event {
                Ok(event) => {
                    self.next[position.partition as usize] = position.offset + 1;
                    received.push(Received { position, event });
                }
                Err(reason) => {
                    self.failed = Some(EventError::EventUnreadable {
                        topic: self.topic.name().to_owned(),
                        position,
                        reason,
                    });
                }
            }
        }
        match &self.failed {
            Some(error) if received.is_empty() => Err(error.clone()),
            // Told by the next call; this one has events to give.
            _ => Ok(received),
        }
    }
}
