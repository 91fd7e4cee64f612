//! What keeps a table that is committed to all day fit: few files, a short log, and nothing on disk that nobody needs.
//!
//! None of it changes a row, and writers neither wait for it nor fail by it, but for the one commit that names files
//! put together, which takes its turn like any other. Two processes may do it at once: what the other has done already
//! is found out from the table, and left.

mod compact;
mod files;
mod log;

use std::time::{Duration, Instant, SystemTime};

use deltalake::DeltaTableError;
use tokio::runtime::Handle;

use super::{Dataset, table_error, writing};
use crate::StorageError;

/// Files that are in no version are removed after this time, as twice as old as what may come to be in one: a
/// [`Writing`](super::Writing) that began so long ago commits no more.
pub(super) const UNNAMED: Duration = writing::LONGEST.saturating_mul(2);

/// For how long a checkpoint says which files are no more. Longer than [`Policy::history`], so that they are removed
/// by it; not Delta's week, in which a table that is committed to twice a second collects a million of them.
pub(super) const REMEMBERED: &str = "interval 3 hours";

/// How often old files and log entries are looked for, as a part of [`Policy::history`]: it takes listing all of them.
const LOOKS: u32 = 8;

/// When a dataset is put in order, and how much of what was remains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// As many files of about the same size are made one. More would be cheaper to write and dearer to read.
    pub files: usize,
    /// As many commits after one checkpoint, the next is made. Whoever opens the table reads the commits that came
    /// after the last, one by one.
    pub commits: u64,
    /// How long what was replaced, and the log of how, remain to be read. A query has the files of the version that it
    /// began with for as long; who reads only what is new since a version may fall behind as far.
    pub history: Duration,
}

impl Default for Policy {
    /// A query that makes a dataset may take one hour, any other less: they may take twice that.
    fn default() -> Self {
        Self {
            files: 32,
            commits: 100,
            history: Duration::from_hours(2),
        }
    }
}

/// What [`Dataset::maintain`] found and did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Maintained {
    /// The newest version, and the files that it has.
    pub version: u64,
    pub files: u64,
    /// Commits that put files together, and the files that were.
    pub compactions: u64,
    pub compacted: u64,
    /// Whether a checkpoint was made.
    pub checkpoint: bool,
    /// Log entries and data files that nobody needs any more, and that were removed.
    pub log_entries_removed: u64,
    pub files_removed: u64,
}

/// What is remembered from one maintenance to the next.
pub(super) struct Upkeep {
    began: (Instant, SystemTime),
    /// The newest checkpoint known.
    checkpoint: Option<u64>,
    /// The newest checkpoint that is sure to outlive a power failure.
    durable: Option<u64>,
    looked: Option<Instant>,
}

impl Default for Upkeep {
    fn default() -> Self {
        Self {
            began: (Instant::now(), SystemTime::now()),
            checkpoint: None,
            durable: None,
            looked: None,
        }
    }
}

impl Upkeep {
    /// Milliseconds since the epoch, or less: a clock that was set forward must not make files old that are not.
    fn now(&self) -> i64 {
        let steady = self.began.1 + self.began.0.elapsed();
        let now = steady.min(SystemTime::now());
        let since = now.duration_since(SystemTime::UNIX_EPOCH);
        since.map_or(0, milliseconds)
    }

    fn looks_again(&mut self, history: Duration) -> bool {
        let due = self
            .looked
            .is_none_or(|looked| looked.elapsed() >= history / LOOKS);
        if due {
            self.looked = Some(Instant::now());
        }
        due
    }
}

impl Dataset {
    /// Puts small files together, makes a checkpoint, and removes what nobody needs any more, as far as `policy` has it
    /// due. To be called again and again, in the background: what is not due costs a look at the table.
    ///
    /// In memory there is one file of at most about 80 MB, and the names of the files.
    ///
    /// # Errors
    /// The first that any part of it met; the other parts were done nevertheless.
    pub async fn maintain(&self, policy: &Policy) -> Result<Maintained, StorageError> {
        let mut upkeep = self.upkeep.lock().await;
        let mut done = Maintained::default();
        self.catch_up().await?;
        let compacted = self.compact(policy, &mut done).await;
        let logged = self.checkpoint(policy, &mut upkeep, &mut done).await;
        let cleaned = match upkeep.looks_again(policy.history) {
            true => self.clean(policy, &upkeep, &mut done).await,
            false => Ok(()),
        };
        let table = self.table();
        let snapshot = table.snapshot();
        let snapshot = snapshot.map_err(|error| table_error(&self.name, error))?;
        done.version = snapshot.version();
        done.files = snapshot.log_data().num_files() as u64;
        compacted.and(logged).and(cleaned)?;
        Ok(done)
    }

    async fn clean(
        &self,
        policy: &Policy,
        upkeep: &Upkeep,
        done: &mut Maintained,
    ) -> Result<(), StorageError> {
        let logged = self.clean_log(policy, upkeep, done).await;
        let removed = self.remove_files(policy, upkeep, done).await;
        logged
            .and(removed)
            .map_err(|error| table_error(&self.name, error))
    }

    /// Has this process know the newest version.
    async fn catch_up(&self) -> Result<(), StorageError> {
        let mut writer = self.writer.lock().await;
        self.refresh(&mut writer).await
    }
}

/// Runs what keeps a thread busy where nobody waits for it.
async fn aside<T: Send + 'static>(
    work: impl Future<Output = Result<T, DeltaTableError>> + Send + 'static,
) -> Result<T, DeltaTableError> {
    let runtime = Handle::current();
    let done = tokio::task::spawn_blocking(move || runtime.block_on(work)).await;
    done.unwrap_or_else(|error| {
        Err(DeltaTableError::GenericError {
            source: error.into(),
        })
    })
}

fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
