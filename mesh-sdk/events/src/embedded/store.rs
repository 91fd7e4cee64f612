//! The file of a log: a redb database, reopened after an I/O error.
//!
//! Events are rows of one table in the order (topic, partition, offset), so that a read is a range and an append goes to
//! the right edge of its partition; topics, and how far groups have come, are rows of two small ones.

mod rows;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use redb::{Builder, Database, DatabaseError, Durability, TableDefinition};

use super::topic::{Topic, Topics};
use crate::{EventError, Received};

/// (topic, partition, offset)
pub(super) type Key = (u32, u32, u64);

const EVENTS: TableDefinition<Key, &[u8]> = TableDefinition::new("events");

/// Name to (topic, partitions).
const TOPICS: TableDefinition<&str, (u32, u32)> = TableDefinition::new("topics");

/// (group, topic, partition) to the next offset it wants.
const GROUPS: TableDefinition<(&str, u32, u32), u64> = TableDefinition::new("groups");

/// Memory for pages of the file. redb's own default, 1 GiB, is for a database read at random; a log is written at its
/// ends and read soon after.
const CACHE_BYTES: usize = 64 * 1024 * 1024;

pub(super) type Opener = Box<dyn Fn() -> Result<Database, DatabaseError> + Send + Sync>;

pub(super) struct Store {
    opener: Opener,
    /// `None` after a failure, until the next use opens it again.
    database: RwLock<Option<Database>>,
    topics: Topics,
}

/// Offsets `from..end` of a partition.
pub(super) struct Stretch {
    pub(super) partition: u32,
    pub(super) from: u64,
    pub(super) end: u64,
}

/// What one transaction writes.
#[derive(Default)]
pub(super) struct Changes<'a> {
    pub(super) events: Vec<(Key, &'a [u8])>,
    /// Of the topics that the events are in.
    pub(super) ends: Vec<(Arc<Topic>, Vec<u64>)>,
    /// Group, topic, and the next offset it wants of partitions.
    pub(super) reached: Vec<(&'a str, u32, &'a BTreeMap<u32, u64>)>,
}

/// What stops a read; both at least 1.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub(super) events: usize,
    /// Passed by at most one event.
    pub(super) bytes: usize,
}

impl Store {
    pub(super) fn open_file(path: &Path) -> Result<Self, EventError> {
        let failed = |error: DatabaseError| match error {
            DatabaseError::DatabaseAlreadyOpen => EventError::LogInUse {
                path: path.to_owned(),
            },
            error => EventError::OpenFailed {
                place: path.display().to_string(),
                source: Arc::new(error),
            },
        };
        let file = path.to_owned();
        let store = Self::open(Box::new(move || {
            Builder::new().set_cache_size(CACHE_BYTES).create(&file)
        }))
        .map_err(failed)?;
        sync_folder(path).map_err(|error| failed(error.into()))?;
        Ok(store)
    }

    pub(super) fn open(opener: Opener) -> Result<Self, DatabaseError> {
        let database = opener()?;
        let topics = rows::load(&database).map_err(|error| match error {
            redb::Error::Io(error) => error.into(),
            error => DatabaseError::Storage(redb::StorageError::Corrupted(error.to_string())),
        })?;
        Ok(Self {
            opener,
            database: RwLock::new(Some(database)),
            topics,
        })
    }

    pub(super) fn topics(&self) -> &Topics {
        &self.topics
    }

    /// Writes `changes` in one durable transaction, then publishes the ends. On an error readers see none of the events,
    /// now and later: what the transaction left in the file is cut off before the file is used again.
    pub(super) fn write(&self, changes: Changes<'_>) -> Result<(), redb::Error> {
        self.with(|database| {
            let mut transaction = database.begin_write()?;
            // One fsync. redb's quick repair would open faster after a crash (plain repair verifies the whole file,
            // 1 to 2 s per GB) but takes two and more, which triples the latency of every append.
            transaction.set_durability(Durability::Immediate)?;
            {
                let mut events = transaction.open_table(EVENTS)?;
                for (key, bytes) in changes.events {
                    events.insert(key, bytes)?;
                }
                let mut groups = transaction.open_table(GROUPS)?;
                for (group, topic, next) in changes.reached {
                    for (&partition, &next) in next {
                        groups.insert((group, topic, partition), next)?;
                    }
                }
            }
            transaction.commit()?;
            // Before the database is let go: a reader that reopens it cuts off what is not published.
            for (topic, ends) in changes.ends {
                topic.publish(ends);
            }
            Ok(())
        })
    }

    pub(super) fn create_topic(&self, name: &str, partitions: u32) -> Result<(), redb::Error> {
        self.with(|database| {
            let highest = self.topics.all().iter().map(|topic| topic.id()).max();
            let id = highest.map_or(0, |id| id + 1);
            let transaction = database.begin_write()?;
            transaction
                .open_table(TOPICS)?
                .insert(name, (id, partitions))?;
            transaction.commit()?;
            let ends = vec![0; partitions as usize];
            self.topics.insert(Topic::new(name.to_owned(), id, ends));
            Ok(())
        })
    }

    /// The events of `stretches`, one after the other, as far as `limits` go.
    pub(super) fn read(
        &self,
        topic: u32,
        stretches: &[Stretch],
        limits: Limits,
    ) -> Result<Vec<Received>, redb::Error> {
        self.look(|database| rows::read(database, topic, stretches, limits))
    }

    /// The next offset that `group` wants of each of `partitions`; 0 where it never said.
    pub(super) fn committed(
        &self,
        group: &str,
        topic: u32,
        partitions: &[u32],
    ) -> Result<BTreeMap<u32, u64>, redb::Error> {
        self.look(|database| rows::committed(database, group, topic, partitions))
    }

    /// Twice if need be: the database may have failed in another's hands and only need to be reopened.
    fn look<T>(
        &self,
        work: impl Fn(&Database) -> Result<T, redb::Error>,
    ) -> Result<T, redb::Error> {
        self.with(&work).or_else(|_| self.with(&work))
    }

    /// Lets `work` use the database, and closes it when that fails: redb refuses further work after an I/O error.
    fn with<T>(
        &self,
        work: impl FnOnce(&Database) -> Result<T, redb::Error>,
    ) -> Result<T, redb::Error> {
        self.reopen_if_closed()?;
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let result = match database.as_ref() {
            Some(database) => work(database),
            None => Err(redb::Error::PreviousIo),
        };
        drop(database);
        if result.is_err() {
            *self
                .database
                .write()
                .unwrap_or_else(PoisonError::into_inner) = None;
        }
        result
    }

    fn reopen_if_closed(&self) -> Result<(), redb::Error> {
        let open = self.database.read().unwrap_or_else(PoisonError::into_inner);
        if open.is_some() {
            return Ok(());
        }
        drop(open);
        let mut closed = self
            .database
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if closed.is_none() {
            let database = (self.opener)()?;
            rows::cut_back(&database, &self.topics)?;
            *closed = Some(database);
            tracing::info!("the event log works again after a failure");
        }
        Ok(())
    }
}

/// Makes the entry of a new file in its folder durable: an fsync of the file alone does not.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    match path.canonicalize()?.parent() {
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}
