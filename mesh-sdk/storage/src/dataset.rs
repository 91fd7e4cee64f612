use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::{PoisonError, RwLock};

use arrow_schema::Schema as ArrowSchema;
use chrono::{DateTime, Utc};
use deltalake::kernel::engine::arrow_conversion::{TryIntoArrow, TryIntoKernel};
use deltalake::kernel::transaction::{CommitBuilder, CommitProperties};
use deltalake::kernel::{Action, StructType, Transaction};
use deltalake::protocol::{DeltaOperation, SaveMode};
use deltalake::writer::{DeltaWriter, RecordBatchWriter};
use deltalake::{DeltaTable, DeltaTableBuilder, DeltaTableError};
use mesh_contracts::{CheckedBatch, Contract};
use tokio::sync::{Mutex, MutexGuard};
use url::Url;

use crate::StorageError;

/// One Delta table that exactly one product owns, with the columns of its contract.
///
/// Rows enter through [`Dataset::append`] only, which takes what a contract gate let through. Each
/// commit carries how far the writer has read each of its sources, as Delta `txn` actions: rows and
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
    /// Opens the table in the folder `location`, or creates it with the columns of `contract`.
    ///
    /// # Errors
    /// [`StorageError::SchemaDiffers`] if the table has other columns than the contract.
    pub async fn open(
        location: &Path,
        name: &str,
        contract: Contract,
    ) -> Result<Dataset, StorageError> {
        let failed = |error| table_error(name, error);
        let unusable = |reason: String| StorageError::Location {
            path: location.display().to_string(),
            reason,
        };
        std::fs::create_dir_all(location).map_err(|error| unusable(error.to_string()))?;
        let location = location
            .canonicalize()
            .map_err(|error| unusable(error.to_string()))?;
        let url = Url::from_directory_path(&location)
            .map_err(|()| unusable("it is not an absolute path".to_owned()))?;
        let is_there = is_table(&location);
        let table = DeltaTableBuilder::from_url(url.clone()).map_err(failed)?;
        let mut table = match is_there {
            true => table.load().await,
            false => table.build(),
        }
        .map_err(failed)?;
        let columns: StructType = contract
            .arrow_schema()
            .as_ref()
            .try_into_kernel()
            .map_err(|error| failed(DeltaTableError::from(error)))?;
        if !is_there {
            table = table
                .create()
                .with_save_mode(SaveMode::ErrorIfExists)
                .with_table_name(name)
                .with_comment(contract.description())
                .with_columns(columns.fields().cloned())
                .with_commit_properties(
                    CommitProperties::default().with_metadata(provenance(&contract)),
                )
                .await
                .map_err(failed)?;
        }
        let stored = table.snapshot().map_err(failed)?.schema();
        if let Some(difference) = difference(&stored, &columns) {
            return Err(StorageError::SchemaDiffers {
                dataset: name.to_owned(),
                contract: format!("{} {}", contract.name(), contract.version()),
                difference,
            });
        }
        let rows = rows(&table).map_err(failed)?;
        let info = info(&table, rows).map_err(failed)?;
        Ok(Dataset {
            name: name.to_owned(),
            url,
            contract,
            writer: Mutex::new(Writer {
                table: table.clone(),
                stale: false,
                progress: BTreeMap::new(),
            }),
            published: RwLock::new(Published { table, info }),
        })
    }

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

    /// Commits the rows of `batch` and the progress of the sources they came from, in one version.
    ///
    /// `progress` maps a source (a topic's partition, a file) to what comes next after these rows. A
    /// call whose progress is already in the table has been committed before and does nothing: retrying
    /// after an error of unknown outcome is safe.
    ///
    /// Returns the table's version.
    ///
    /// # Errors
    /// [`StorageError::OtherContract`] for rows that were checked against another contract than the dataset's.
    pub async fn append(
        &self,
        batch: &CheckedBatch,
        progress: &BTreeMap<String, u64>,
    ) -> Result<u64, StorageError> {
        let (theirs, ours) = (batch.contract(), &self.contract);
        if (theirs.id(), theirs.version()) != (ours.id(), ours.version()) {
            return Err(StorageError::OtherContract {
                dataset: self.name.clone(),
                contract: format!("{} {}", theirs.name(), theirs.version()),
            });
        }
        let mut writer = self.writer().await?;
        let ahead = self.ahead(&mut writer, progress).await?;
        if ahead.is_empty() && !progress.is_empty() {
            return Ok(self.info().version);
        }
        // Until it is known to have succeeded.
        writer.stale = true;
        self.commit(&mut writer.table, batch, &ahead).await?;
        writer.stale = false;
        writer.progress.extend(ahead);
        let rows = self.info().rows + batch.num_rows() as u64;
        self.publish(&writer.table, rows)?;
        Ok(self.info().version)
    }

    /// The writer, in step with the table.
    async fn writer(&self) -> Result<MutexGuard<'_, Writer>, StorageError> {
        let mut writer = self.writer.lock().await;
        if writer.stale {
            let updated = writer.table.update_state().await;
            updated.map_err(|error| table_error(&self.name, error))?;
            writer.progress.clear();
            let rows = rows(&writer.table).map_err(|error| table_error(&self.name, error))?;
            self.publish(&writer.table, rows)?;
            writer.stale = false;
        }
        Ok(writer)
    }

    async fn commit(
        &self,
        table: &mut DeltaTable,
        batch: &CheckedBatch,
        progress: &BTreeMap<String, u64>,
    ) -> Result<(), StorageError> {
        let failed = |error| table_error(&self.name, error);
        let mut files = Vec::new();
        if batch.num_rows() > 0 {
            let mut rows = RecordBatchWriter::for_table(table).map_err(failed)?;
            rows.write(batch.batch().clone()).await.map_err(failed)?;
            files = rows.flush().await.map_err(failed)?;
        }
        // On disk before the commit that names them: otherwise a power failure could leave the progress and
        // take the rows.
        let paths = files.iter().map(|file| file.path.clone());
        self.make_durable(paths.collect()).await?;
        let marks = progress.iter().map(|(source, next)| {
            Transaction::new(source, i64::try_from(*next).unwrap_or(i64::MAX))
        });
        let properties = CommitProperties::default()
            .with_metadata(provenance(&self.contract))
            .with_application_transactions(marks.collect());
        let operation = DeltaOperation::Write {
            mode: SaveMode::Append,
            partition_by: None,
            predicate: None,
        };
        let log = table.log_store();
        let committed = CommitBuilder::from(properties)
            .with_actions(files.into_iter().map(Action::Add).collect())
            .build(Some(table.snapshot().map_err(failed)?), log, operation)
            .await
            .map_err(failed)?;
        table.state = Some(committed.snapshot());
        let entry = format!("_delta_log/{:020}.json", committed.version());
        self.make_durable(vec![entry]).await
    }

    /// Has the files at `paths`, and the folders they are in, on disk. What is not a local folder is the object
    /// store's to keep.
    async fn make_durable(&self, paths: Vec<String>) -> Result<(), StorageError> {
        let Ok(root) = self.url.to_file_path() else {
            return Ok(());
        };
        let sync = move || {
            for path in paths {
                let path = root.join(path);
                File::open(&path)?.sync_all()?;
                if let Some(folder) = path.parent() {
                    File::open(folder)?.sync_all()?;
                }
            }
            Ok(())
        };
        let synced = tokio::task::spawn_blocking(sync).await;
        let synced = synced.unwrap_or_else(|error| Err(std::io::Error::other(error)));
        synced.map_err(|source| StorageError::Disk {
            dataset: self.name.clone(),
            source,
        })
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

    /// The newest published state, for readers.
    pub(crate) fn table(&self) -> DeltaTable {
        self.published
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .table
            .clone()
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

/// Whether a first commit was made here: a process may have ended while it was making it.
fn is_table(location: &Path) -> bool {
    let Ok(log) = std::fs::read_dir(location.join("_delta_log")) else {
        return false;
    };
    log.flatten().any(|entry| {
        let name = entry.file_name();
        let kind = Path::new(&name).extension();
        kind.is_some_and(|kind| kind == "json" || kind == "parquet")
    })
}

fn table_error(dataset: &str, source: DeltaTableError) -> StorageError {
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

/// Names the first column that is not the same in both; metadata (comments) does not count.
fn difference(stored: &StructType, wanted: &StructType) -> Option<String> {
    let arrow = |schema: &StructType| -> Option<ArrowSchema> { schema.try_into_arrow().ok() };
    let (stored, wanted) = (arrow(stored)?, arrow(wanted)?);
    let describe = |schema: &ArrowSchema, name: &str| match schema.field_with_name(name) {
        Ok(field) if field.is_nullable() => format!("{} that may be null", field.data_type()),
        Ok(field) => format!("{} that is required", field.data_type()),
        Err(_) => "no such column".to_owned(),
    };
    let names = stored.fields().iter().chain(wanted.fields().iter());
    names
        .map(|field| field.name())
        .find(|name| describe(&stored, name) != describe(&wanted, name))
        .map(|name| {
            format!(
                "column {name}: the table has {}, the contract {}",
                describe(&stored, name),
                describe(&wanted, name)
            )
        })
}
