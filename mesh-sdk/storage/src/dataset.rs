//! One Delta table of one product: its state, and how far its writer has come.

mod added;
mod commit;
mod growth;
mod open;
mod snapshot;
mod writing;

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use chrono::{DateTime, Utc};
use deltalake::{DeltaTable, DeltaTableError};
use mesh_contracts::Contract;
use tokio::sync::{Mutex, MutexGuard};
use url::Url;

use crate::StorageError;

pub(crate) use added::{Added, added_by, added_since};
pub(crate) use open::read_only;
pub use snapshot::export_delta;
pub use writing::{WriteMode, Writing};

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
}

struct Writer {
    table: DeltaTable,
    /// A commit failed, and whether it is in the table is not known.
    stale: bool,
    /// What the table says of the sources asked for so far; forgotten after a failed commit.
    progress: BTreeMap<String, u64>,
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
    /// When that version was committed.
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
    /// named it, 0 if none did.
    pub async fn progress(&self, source: &str) -> Result<u64, StorageError> {
        let mut writer = self.writer().await?;
        self.committed(&mut writer, source).await
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
        if writer.stale {
            self.refresh(&mut writer).await?;
        }
        Ok(writer)
    }

    /// Brings the writer in step with the table itself.
    async fn refresh(&self, writer: &mut Writer) -> Result<(), StorageError> {
        let failed = |error| table_error(&self.name, error);
        writer.stale = true;
        writer.table.update_state().await.map_err(failed)?;
        writer.progress.clear();
        let rows = rows(&writer.table).map_err(failed)?;
        self.publish(&writer.table, rows)?;
        writer.stale = false;
        Ok(())
    }

    fn publish(&self, table: &DeltaTable, rows: u64) -> Result<(), StorageError> {
        let info = info(table, rows).map_err(|error| table_error(&self.name, error))?;
        let table = table.clone();
        let mut published = self
            .published
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *published = Published { table, info };
        Ok(())
    }

    /// What of `progress` the table does not have yet. Marks only ever move on: a writer that repeats a part of
    /// what it did before a crash must not make the table forget the rest.
    async fn ahead(
        &self,
        writer: &mut Writer,
        progress: &BTreeMap<String, u64>,
    ) -> Result<BTreeMap<String, u64>, StorageError> {
        let mut ahead = BTreeMap::new();
        for (source, next) in progress {
            if self.committed(writer, source).await? < *next {
                ahead.insert(source.clone(), *next);
            }
        }
        Ok(ahead)
    }

    async fn committed(&self, writer: &mut Writer, source: &str) -> Result<u64, StorageError> {
        if let Some(next) = writer.progress.get(source) {
            return Ok(*next);
        }
        let failed = |error| table_error(&self.name, error);
        let log = writer.table.log_store();
        let snapshot = writer.table.snapshot().map_err(failed)?.snapshot();
        let version = snapshot
            .transaction_version(log.as_ref(), source)
            .await
            .map_err(failed)?;
        let next = version
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

/// What every commit says of itself: the contract its rows were checked against.
fn provenance(contract: &Contract) -> [(String, serde_json::Value); 2] {
    [
        ("contract".to_owned(), contract.name().into()),
        ("contractVersion".to_owned(), contract.version().into()),
    ]
}

fn rows(table: &DeltaTable) -> Result<u64, DeltaTableError> {
    let files = table.snapshot()?.log_data();
    let rows = files.iter().filter_map(|file| file.num_records());
    Ok(rows.sum::<usize>() as u64)
}

fn info(table: &DeltaTable, rows: u64) -> Result<DatasetInfo, DeltaTableError> {
    let snapshot = table.snapshot()?;
    let version = snapshot.version();
    let updated_at = snapshot
        .version_timestamp(version)
        .and_then(DateTime::from_timestamp_millis)
        .unwrap_or_else(Utc::now);
    Ok(DatasetInfo {
        version,
        rows,
        updated_at,
    })
}
