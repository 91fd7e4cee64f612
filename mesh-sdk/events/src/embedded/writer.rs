//! The one thread that writes a log. Everything that waits for it goes into one transaction: the more there is to do, the
//! fewer fsyncs an append costs.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot};

use super::store::{Changes, Store};
use super::topic::Topic;
use crate::{EventError, Position};

/// A transaction takes no further append once it holds this many bytes, to bound its memory and how long others wait.
const COMMIT_BYTES: usize = 8 * 1024 * 1024;

pub(super) enum Request {
    Append(Append),
    CommitOffsets(CommitOffsets),
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

/// How far `group` has come in `topic`.
pub(super) struct CommitOffsets {
    pub(super) group: String,
    pub(super) topic: u32,
    pub(super) next: BTreeMap<u32, u64>,
    pub(super) reply: oneshot::Sender<Result<(), EventError>>,
}

pub(super) struct CreateTopic {
    pub(super) name: String,
    pub(super) partitions: u32,
    pub(super) reply: oneshot::Sender<Result<u32, EventError>>,
}

/// The cause of every write to a log whose writer has died.
#[derive(Debug, thiserror::Error)]
#[error("the writer of the event log has stopped")]
pub(super) struct Stopped;

/// Asks the writer for what `request` makes with the way to answer.
pub(super) async fn ask<T>(
    requests: &mpsc::Sender<Request>,
    request: impl FnOnce(oneshot::Sender<Result<T, EventError>>) -> Request,
) -> Result<T, EventError> {
    let (reply, answer) = oneshot::channel();
    let asked = requests.send(request(reply)).await;
    asked.map_err(|_| EventError::write_failed(Stopped))?;
    answer
        .await
        .map_err(|_| EventError::write_failed(Stopped))?
}

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
        let mut group = Group::default();
        let mut bytes = 0;
        let mut next = Some(first);
        let mut create = None;
        while let Some(request) = next.take() {
            match request {
                Request::Append(append) => {
                    bytes += append.records.iter().map(|r| r.bytes.len()).sum::<usize>();
                    group.appends.push(append);
                }
                Request::CommitOffsets(commit) => group.commits.push(commit),
                Request::CreateTopic(request) => create = Some(request),
            }
            if create.is_none() && bytes < COMMIT_BYTES {
                next = requests.try_recv().ok();
            }
        }
        group.write(store);
        if let Some(request) = create {
            create_topic(store, request);
        }
    }
}

/// What goes into one transaction.
#[derive(Default)]
struct Group {
    appends: Vec<Append>,
    commits: Vec<CommitOffsets>,
}

impl Group {
    fn write(self, store: &Store) {
        if self.appends.is_empty() && self.commits.is_empty() {
            return;
        }
        let (mut changes, positions) = self.placed();
        let reached = self.commits.iter();
        changes.reached = reached
            .map(|commit| (&*commit.group, commit.topic, &commit.next))
            .collect();
        let result = store.write(changes).map_err(failed);
        // One that no longer waits has its request done all the same.
        for (append, positions) in self.appends.into_iter().zip(positions) {
            let _ = append.reply.send(result.clone().map(|()| positions));
        }
        for commit in self.commits {
            let _ = commit.reply.send(result.clone());
        }
    }

    /// The events at the ends of their partitions, and where that is for each append.
    fn placed(&self) -> (Changes<'_>, Vec<Vec<Position>>) {
        let mut ends: HashMap<u32, (Arc<Topic>, Vec<u64>)> = HashMap::new();
        let mut events = Vec::new();
        let mut positions = Vec::with_capacity(self.appends.len());
        for Append { topic, records, .. } in &self.appends {
            let (_, ends) = ends
                .entry(topic.id())
                .or_insert_with(|| (topic.clone(), topic.ends()));
            let mut placed = Vec::with_capacity(records.len());
            for Record { partition, bytes } in records {
                let end = &mut ends[*partition as usize];
                events.push(((topic.id(), *partition, *end), bytes.as_slice()));
                placed.push(Position {
                    partition: *partition,
                    offset: *end,
                });
                *end += 1;
            }
            positions.push(placed);
        }
        let changes = Changes {
            events,
            ends: ends.into_values().collect(),
            ..Changes::default()
        };
        (changes, positions)
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
