//! One Delta table of one product: its state, and how far its writer has come.

mod added;
mod commit;
mod exchange;
mod fence;
mod growth;
mod maintain;
mod open;
mod snapshot;
mod version;
mod writing;

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use chrono::{DateTime, SubsecRound, Utc};
use deltalake::kernel::Action;
use deltalake::logstore::get_actions;
use deltalake::{DeltaTable, DeltaTableError};
use mesh_contracts::Contract;
use tokio::sync::{Mutex, MutexGuard};
use url::Url;

use crate::StorageError;

pub(crate) use added::{Added, NewFiles, added_by, added_since};
pub use exchange::Spans;
use fence::Fence;
use maintain::Upkeep;
pub use maintain::{Maintained, Policy};
pub(crate) use open::read_only;
pub use snapshot::export_delta;
pub(crate) use version::Between;
pub use version::{DatasetVersion, NewRows};
pub use writing::{WriteMode, Writing};

/// After so long without one, a commit first looks for versions of another process: what is known of the log may soon be
/// cleaned up.
const LOOKED: Duration = Duration::from_secs(60);

/// One Delta table that exactly one product owns, with the columns of its contract.
///
/// Rows enter through [`Dataset::writing`] and what is made of it only, which take what a contract gate let
/// through. Each commit carries how far the writer has read each of its sources, as Delta `txn` actions: rows and
/// progress become visible together or not at all, so a writer that starts again from
/// [`Dataset::progress`] neither loses nor repeats a row.
pub struct Dataset {
    name: String,
    url: Url,
    contract: Contract,
    writer: Mutex<Writer>,
    published: RwLock<Published>,
    upkeep: Mutex<Upkeep>,
}

struct Writer {
    table: DeltaTable,
    /// A commit failed, and whether it is in the table is not known.
    stale: bool,
    /// When the table was last asked for its newest version.
    looked: Instant,
    /// What the table says of the sources asked for so far; forgotten after a failed commit.
    progress: BTreeMap<String, u64>,
    fence: Fence,
}

struct Published {
    table: DeltaTable,
    info: DatasetInfo,
}

/// The state of a dataset as of its newest version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatasetInfo {
    /// Delta table version.
    pub version: u64,
    /// Rows in that version.
    pub rows: u64,
    /// When its rows or columns were last changed: putting files together changes neither.
    pub updated_at: DateTime<Utc>,
}

impl Dataset {
    pub fn name(&self) -> &str {
        &self.name
    }

    /// URI of the table.
    pub fn location(&self) -> &str {
        self.url.as_str()
    }

    pub fn contract(&self) -> &Contract {
        &self.contract
    }

    /// The newest version this process has committed or loaded.
    pub fn info(&self) -> DatasetInfo {
        self.published
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .info
    }

    /// How far `source` has been read into this dataset: the value given with the newest commit that
    /// named it, 0 if none did. The table itself is asked, since another process may have written to it.
    pub async fn progress(&self, source: &str) -> Result<u64, StorageError> {
        let mut writer = self.writer.lock().await;
        self.refresh(&mut writer).await?;
        let reached = self.committed(&mut writer, source).await?;
        writer.fence.told(source, reached);
        Ok(reached)
    }

    /// The newest published state, for readers.
    pub(crate) fn table(&self) -> DeltaTable {
        self.published().0
    }

    fn published(&self) -> (DeltaTable, DatasetInfo) {
        let published = self
            .published
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        (published.table.clone(), published.info)
    }

    /// The writer, in step with what this process knows of the table.
    async fn writer(&self) -> Result<MutexGuard<'_, Writer>, StorageError> {
        let mut writer = self.writer.lock().await;
        if writer.stale || writer.looked.elapsed() > LOOKED {
            self.refresh(&mut writer).await?;
        }
        Ok(writer)
    }

    /// Brings the writer in step with the table itself.
    async fn refresh(&self, writer: &mut Writer) -> Result<(), StorageError> {
        let failed = |error| table_error(&self.name, error);
        let known = writer.table.version();
        let was_stale = std::mem::replace(&mut writer.stale, true);
        writer.table.update_state().await.map_err(failed)?;
        if was_stale || writer.table.version() != known {
            writer.progress.clear();
            let info = info(&writer.table).await.map_err(failed)?;
            self.publish(&writer.table, info);
        }
        writer.stale = false;
        writer.looked = Instant::now();
        Ok(())
    }

    fn publish(&self, table: &DeltaTable, info: DatasetInfo) {
        let table = table.clone();
        let mut published = self
            .published
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *published = Published { table, info };
    }

    async fn committed(&self, writer: &mut Writer, source: &str) -> Result<u64, StorageError> {
        if let Some(next) = writer.progress.get(source) {
            return Ok(*next);
        }
        let failed = |error| table_error(&self.name, error);
        let log = writer.table.log_store();
        let snapshot = writer.table.snapshot().map_err(failed)?.snapshot();
        let version = snapshot.transaction_version(log.as_ref(), source).await;
        // The part of the log that was known may have been cleaned up by another process.
        writer.stale |= version.is_err();
        let next = version
            .map_err(failed)?
            .and_then(|next| u64::try_from(next).ok())
            .unwrap_or(0);
        writer.progress.insert(source.to_owned(), next);
        Ok(next)
    }
}

pub(crate) fn table_error(dataset: &str, source: DeltaTableError) -> StorageError {
    StorageError::Table {
        dataset: dataset.to_owned(),
        source: Box::new(source),
    }
}

/// In what a commit says of itself, since when rows and columns are as they are.
const UPDATED_AT: &str = "updatedAt";

/// What every commit says of itself: the contract its rows were checked against, and [`UPDATED_AT`].
fn provenance(contract: &Contract, updated_at: DateTime<Utc>) -> [(String, serde_json::Value); 3] {
    [
        ("contract".to_owned(), contract.name().into()),
        ("contractVersion".to_owned(), contract.version().into()),
        (UPDATED_AT.to_owned(), updated_at.timestamp_millis().into()),
    ]
}

/// As exact as commits say it.
fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(3)
}

/// What there is to know of the version that `table` has.
async fn info(table: &DeltaTable) -> Result<DatasetInfo, DeltaTableError> {
    Ok(DatasetInfo {
        version: table.snapshot()?.version(),
        rows: rows(table)?,
        updated_at: updated_at(table).await?,
    })
}

fn rows(table: &DeltaTable) -> Result<u64, DeltaTableError> {
    let files = table.snapshot()?.log_data();
    let rows = files.iter().filter_map(|file| file.num_records());
    Ok(rows.sum::<usize>() as u64)
}

/// What the newest commit says; of a commit that another tool made, its time.
async fn updated_at(table: &DeltaTable) -> Result<DateTime<Utc>, DeltaTableError> {
    let version = table.snapshot()?.version();
    let commit = match table.log_store().read_commit_entry(version).await? {
        Some(commit) => get_actions(version, &commit)?,
        None => Vec::new(),
    };
    let said = commit.iter().find_map(|action| match action {
        Action::CommitInfo(info) => {
            let updated_at = info.info.get(UPDATED_AT).and_then(|at| at.as_i64());
            updated_at.or(info.timestamp)
        }
        _ => None,
    });
    Ok(said
        .and_then(DateTime::from_timestamp_millis)
        .unwrap_or_else(now))
}
