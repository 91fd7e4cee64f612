//! The one thread that writes a log. Everything that waits for it goes into one transaction: the more there is to do, the
//! fewer fsyncs an append costs.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot};

use super::store::{Key, Store};
use super::topic::Topic;
use crate::{EventError, Position};

/// A transaction takes no further append once it holds this many bytes, to bound its memory and how long others wait.
const COMMIT_BYTES: usize = 8 * 1024 * 1024;

pub(super) enum Request {
    Append(Append),
    CreateTopic(CreateTopic),
}

pub(super) struct Append {
    pub(super) topic: Arc<Topic>,
    pub(super) records: Vec<Record>,
    pub(super) reply: oneshot::Sender<Result<Vec<Position>, EventError>>,
}

pub(super) struct Record {
    pub(super) partition: u32,
    pub(super) bytes: Vec<u8>,
}

pub(super) struct CreateTopic {
    pub(super) name: String,
    pub(super) partitions: u32,
    pub(super) reply: oneshot::Sender<Result<u32, EventError>>,
}

/// The cause of every append to a log whose writer has died.
#[derive(Debug, thiserror::Error)]
#[error("the writer of the event log has stopped")]
pub(super) struct Stopped;

/// The running thread; dropping it waits for the thread, which ends when nobody can ask it any more.
pub(super) struct Writer {
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(
        store: Arc<Store>,
        mut requests: mpsc::Receiver<Request>,
    ) -> std::io::Result<Self> {
        let thread = std::thread::Builder::new()
            .name("event-log".to_owned())
            .spawn(move || run(&store, &mut requests))?;
        Ok(Self {
            thread: Some(thread),
        })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the writer of the event log had panicked");
        }
    }
}

fn run(store: &Store, requests: &mut mpsc::Receiver<Request>) {
    while let Some(first) = requests.blocking_recv() {
        let mut group = Vec::new();
        let mut bytes = 0;
        let mut next = Some(first);
        let mut create = None;
        while let Some(request) = next.take() {
            match request {
                Request::Append(append) => {
                    bytes += append.records.iter().map(|r| r.bytes.len()).sum::<usize>();
                    group.push(append);
                }
                Request::CreateTopic(request) => create = Some(request),
            }
            if create.is_none() && bytes < COMMIT_BYTES {
                next = requests.try_recv().ok();
            }
        }
        if !group.is_empty() {
            commit(store, group);
        }
        if let Some(request) = create {
            create_topic(store, request);
        }
    }
}

fn commit(store: &Store, group: Vec<Append>) {
    let mut ends: HashMap<u32, (Arc<Topic>, Vec<u64>)> = HashMap::new();
    let mut entries: Vec<(Key, &[u8])> = Vec::new();
    let mut positions = Vec::with_capacity(group.len());
    for Append { topic, records, .. } in &group {
        let (_, ends) = ends
            .entry(topic.id())
            .or_insert_with(|| (topic.clone(), topic.ends()));
        let mut placed = Vec::with_capacity(records.len());
        for Record { partition, bytes } in records {
            let end = &mut ends[*partition as usize];
            entries.push(((topic.id(), *partition, *end), bytes));
            placed.push(Position {
                partition: *partition,
                offset: *end,
            });
            *end += 1;
        }
        positions.push(placed);
    }
    let result = store
        .append(&entries, ends.into_values().collect())
        .map_err(failed);
    for (append, positions) in group.into_iter().zip(positions) {
        // An appender that no longer waits has its events appended all the same.
        let _ = append.reply.send(result.clone().map(|()| positions));
    }
}

fn create_topic(store: &Store, request: CreateTopic) {
    let CreateTopic {
        name,
        partitions,
        reply,
    } = request;
    // Two may have asked before either was served.
    let result = match store.topics().get(&name) {
        Some(existing) => Ok(existing.partitions()),
        None => store
            .create_topic(&name, partitions)
            .map(|()| partitions)
            .map_err(failed),
    };
    let _ = reply.send(result);
}

fn failed(error: redb::Error) -> EventError {
    tracing::error!(%error, "the event log could not be written");
    EventError::write_failed(error)
}
