//! The event log in one file.
//!
//! - `store` is the file: a redb database that is reopened after an I/O error.
//! - `writer` is the one thread that writes: it commits everything waiting in one transaction, so that one fsync serves
//!   many appends.
//! - `cursor` waits on the ends that the writer publishes, so that reading needs no polling.
//! - `group` is who shares a topic with whom, and `consumer` one of them.
//! - `codec` is how one event is stored.

mod codec;
mod consumer;
mod cursor;
mod group;
mod store;
mod topic;
mod writer;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::mpsc;

use crate::rules::{check_events, check_topic, start_offsets};
use crate::{Consumer, Event, EventError, EventLog, Position, Reader, partition_for};

use consumer::EmbeddedConsumer;
use cursor::Cursor;
use group::Groups;
use store::Store;
use topic::Topic;
use writer::{Append, CreateTopic, Record, Request, Writer, ask};

/// Appends that may wait for the writer before further ones wait to be let in.
const WAITING_APPENDS: usize = 1024;

/// An [`EventLog`] in one file, for one process. Dropping it waits for the commit in progress.
///
/// The file stays locked until the log, its readers and its consumers are dropped.
pub struct EmbeddedLog {
    store: Arc<Store>,
    groups: Groups,
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
            groups: Groups::default(),
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
}

#[async_trait]
impl EventLog for EmbeddedLog {
    async fn create_topic(&self, topic: &str, partitions: u32) -> Result<u32, EventError> {
        check_topic(topic, partitions)?;
        if let Some(existing) = self.store.topics().get(topic) {
            return Ok(existing.partitions());
        }
        let name = topic.to_owned();
        ask(&self.requests, |reply| {
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
        ask(&self.requests, |reply| {
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
        let mut cursor = Cursor::new(self.store.clone(), topic);
        cursor.begin(&next)?;
        Ok(Box::new(cursor))
    }

    async fn consumer(&self, group: &str, topic: &str) -> Result<Box<dyn Consumer>, EventError> {
        Ok(Box::new(EmbeddedConsumer::join(
            &self.groups,
            group,
            self.topic(topic)?,
            self.store.clone(),
            self.requests.downgrade(),
        )))
    }

    async fn ends(&self, topic: &str) -> Result<Vec<u64>, EventError> {
        Ok(self.topic(topic)?.ends())
    }
}

#[cfg(test)]
mod tests;
