//! The event log in one file.
//!
//! - `store` is the file: a redb database that is reopened after an I/O error.
//! - `writer` is the one thread that writes: it commits everything waiting in one transaction, so that one fsync serves
//!   many appends.
//! - `reader` waits on the ends that the writer publishes, so that it needs no polling.
//! - `codec` is how one event is stored.

mod codec;
mod reader;
mod store;
mod topic;
mod writer;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot};

use crate::rules::{check_events, check_topic, start_offsets};
use crate::{Event, EventError, EventLog, Position, Reader, partition_for};

use reader::EmbeddedReader;
use store::Store;
use topic::Topic;
use writer::{Append, CreateTopic, Record, Request, Writer};

/// Appends that may wait for the writer before further ones wait to be let in.
const WAITING_APPENDS: usize = 1024;

/// An [`EventLog`] in one file, for one process. Dropping it waits for the commit in progress.
///
/// The file stays locked until the log and all its readers are dropped.
pub struct EmbeddedLog {
    store: Arc<Store>,
    requests: mpsc::Sender<Request>,
    _writer: Writer,
}

impl EmbeddedLog {
    /// Opens the log at `path`, a file that is made if it is absent; its folder must exist. Blocks: after a crash the
    /// whole file is verified.
    ///
    /// Fails with `log-in-use` while another process, or another log in this one, has it open.
    pub fn open(path: &Path) -> Result<Arc<EmbeddedLog>, EventError> {
        Store::open_file(path).and_then(Self::start)
    }

    fn start(store: Store) -> Result<Arc<EmbeddedLog>, EventError> {
        let store = Arc::new(store);
        let (requests, received) = mpsc::channel(WAITING_APPENDS);
        let writer = Writer::start(store.clone(), received).map_err(EventError::write_failed)?;
        Ok(Arc::new(Self {
            store,
            requests,
            _writer: writer,
        }))
    }

    fn topic(&self, name: &str) -> Result<Arc<Topic>, EventError> {
        self.store
            .topics()
            .get(name)
            .ok_or_else(|| EventError::UnknownTopic {
                topic: name.to_owned(),
            })
    }

    async fn ask<T>(
        &self,
        request: impl FnOnce(oneshot::Sender<Result<T, EventError>>) -> Request,
    ) -> Result<T, EventError> {
        let (reply, answer) = oneshot::channel();
        self.requests
            .send(request(reply))
            .await
            .map_err(|_| EventError::write_failed(writer::Stopped))?;
        answer
            .await
            .map_err(|_| EventError::write_failed(writer::Stopped))?
    }
}

#[async_trait]
impl EventLog for EmbeddedLog {
    async fn create_topic(&self, topic: &str, partitions: u32) -> Result<u32, EventError> {
        check_topic(topic, partitions)?;
        if let Some(existing) = self.store.topics().get(topic) {
            return Ok(existing.partitions());
        }
        let name = topic.to_owned();
        self.ask(|reply| {
            Request::CreateTopic(CreateTopic {
                name,
                partitions,
                reply,
            })
        })
        .await
    }

    async fn append(&self, topic: &str, events: Vec<Event>) -> Result<Vec<Position>, EventError> {
        let topic = self.topic(topic)?;
        check_events(&events)?;
        if events.is_empty() {
            return Ok(Vec::new());
        }
        // Encoded here, by the callers side by side, to keep the one writer free.
        let records = events
            .iter()
            .map(|event| Record {
                partition: partition_for(event.key(), topic.partitions()),
                bytes: codec::encode(event),
            })
            .collect();
        self.ask(|reply| {
            Request::Append(Append {
                topic,
                records,
                reply,
            })
        })
        .await
    }

    async fn reader(&self, topic: &str, from: &[u64]) -> Result<Box<dyn Reader>, EventError> {
        let topic = self.topic(topic)?;
        let next = start_offsets(topic.name(), from, topic.partitions())?;
        let ends = topic.ends();
        for (partition, (&asked, end)) in (0..).zip(next.iter().zip(ends)) {
            if asked > end {
                return Err(EventError::OffsetOutOfRange {
                    topic: topic.name().to_owned(),
                    partition,
                    asked,
                    first: 0,
                    end,
                });
            }
        }
        Ok(Box::new(EmbeddedReader::new(
            self.store.clone(),
            topic,
            next,
        )))
    }

    async fn ends(&self, topic: &str) -> Result<Vec<u64>, EventError> {
        Ok(self.topic(topic)?.ends())
    }
}

#[cfg(test)]
mod tests;
