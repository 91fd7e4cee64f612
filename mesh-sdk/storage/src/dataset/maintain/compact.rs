//! Small files made one.
//!
//! delta-rs has an operation for it. It is not used: what a second process puts together at the same time is no conflict
//! to its check, so that rows would be there twice, and its commit makes checkpoints and cleans up.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow_array::RecordBatch;
use deltalake::datafusion::prelude::SessionContext;
use deltalake::kernel::{Action, Add};
use deltalake::protocol::DeltaOperation;
use deltalake::writer::{DeltaWriter, RecordBatchWriter};
use deltalake::{DeltaTable, DeltaTableError};
use futures::TryStreamExt;

use super::{Maintained, Policy, aside};
use crate::StorageError;
use crate::dataset::commit::properties;
use crate::dataset::{Dataset, DatasetInfo, table_error};
use crate::engine::{scan, session_config};

/// Files of less bytes than this are of about the same size, and so are those between one of these and the next. They
/// are put together with their like, so that a row is written once per size, and not each time that another comes in.
/// Larger files stay as they are.
const SIZES: [i64; 3] = [64 << 10, 1 << 20, 16 << 20];
/// Bytes that are put together at once, but for the last file: bounds the memory of it.
const TOGETHER: i64 = 64 << 20;
/// Files that are put together at once.
const AT_ONCE: usize = 512;
/// Another process may be first with a version of its own.
const ATTEMPTS: usize = 5;

impl Dataset {
    pub(super) async fn compact(
        &self,
        policy: &Policy,
        done: &mut Maintained,
    ) -> Result<(), StorageError> {
        loop {
            let table = self.table();
            let sizes = small_files(&table).map_err(|error| table_error(&self.name, error))?;
            let Some(small) = alike(sizes, policy.files) else {
                return Ok(());
            };
            if !self.put_together(table, &small).await? {
                return Ok(());
            }
            done.compactions += 1;
            done.compacted += small.len() as u64;
        }
    }

    /// Whether the files were still there to be exchanged; if not, the new one goes with the next clean-up.
    async fn put_together(
        &self,
        table: DeltaTable,
        small: &BTreeSet<String>,
    ) -> Result<bool, StorageError> {
        let failed = |error| table_error(&self.name, error);
        let large = aside(rewritten(table, small.clone())).await;
        let large = large.map_err(failed)?;
        let paths = large.iter().map(|file| file.path.clone());
        self.make_durable(paths.collect()).await?;
        self.swap(small, &large).await
    }

    /// In a version of its own that begins with the newest there is: then nobody else can have taken one of the files.
    async fn swap(&self, small: &BTreeSet<String>, large: &[Add]) -> Result<bool, StorageError> {
        let failed = |error| table_error(&self.name, error);
        let mut writer = self.writer.lock().await;
        let mut attempt = 0;
        loop {
            self.refresh(&mut writer).await?;
            let paths = large.iter().map(|file| file.path.clone()).collect();
            if has(&writer.table, &paths).map_err(failed)? {
                // The outcome of an attempt was not known.
                return Ok(true);
            }
            if !has(&writer.table, small).map_err(failed)? {
                return Ok(false);
            }
            let before = self.info();
            let properties = properties(&self.contract, before.updated_at).with_max_retries(0);
            let operation = DeltaOperation::Optimize {
                predicate: None,
                target_size: TOGETHER,
            };
            let actions = actions(&writer.table, small, large).map_err(failed)?;
            writer.stale = true;
            let table = &mut writer.table;
            match self
                .commit_version(table, actions, properties, operation)
                .await
            {
                Ok(version) => {
                    self.publish(&writer.table, DatasetInfo { version, ..before });
                    writer.stale = false;
                    return Ok(true);
                }
                Err(error) => {
                    attempt += 1;
                    if attempt == ATTEMPTS {
                        return Err(failed(error));
                    }
                }
            }
        }
    }
}

struct SmallFile {
    path: String,
    size: i64,
    written: i64,
}

/// The files of the table that can be put together, by [`SIZES`].
fn small_files(table: &DeltaTable) -> Result<BTreeMap<usize, Vec<SmallFile>>, DeltaTableError> {
    let mut sizes: BTreeMap<usize, Vec<SmallFile>> = BTreeMap::new();
    for file in table.snapshot()?.log_data().iter() {
        if let Some(size) = SIZES.iter().position(|size| file.size() < *size) {
            sizes.entry(size).or_default().push(SmallFile {
                path: file.path().into_owned(),
                size: file.size(),
                written: file.modification_time(),
            });
        }
    }
    Ok(sizes)
}

/// The oldest files of about one size, if there are enough.
fn alike(sizes: BTreeMap<usize, Vec<SmallFile>>, enough: usize) -> Option<BTreeSet<String>> {
    sizes.into_values().find_map(|mut files| {
        files.sort_by_key(|file| file.written);
        let mut bytes = 0;
        let full = files.iter().position(|file| {
            bytes += file.size;
            bytes >= TOGETHER
        });
        let is_full = full.is_some();
        files.truncate(full.map_or(AT_ONCE, |last| AT_ONCE.min(last + 1)));
        let is_enough = files.len() >= enough.max(2) || is_full && files.len() > 1;
        is_enough.then(|| files.into_iter().map(|file| file.path).collect())
    })
}

/// The rows of `files` in as few files as they fit into, which no version names yet.
async fn rewritten(
    table: DeltaTable,
    files: BTreeSet<String>,
) -> Result<Vec<Add>, DeltaTableError> {
    let (count, expected) = (files.len(), records(&table, &files)?);
    // One file after the other, in the order of their rows.
    let session = SessionContext::new_with_config(session_config().with_target_partitions(1));
    let state = Arc::new(session.state());
    let rows =
        session.read_table(scan(&table, &state, Some(files.into_iter().collect())).await?)?;
    let mut rows = rows.execute_stream().await?;
    let mut writer = RecordBatchWriter::for_table(&table)?;
    let mut written = 0;
    while let Some(batch) = rows.try_next().await? {
        written += batch.num_rows();
        let columns = batch.columns().to_vec();
        writer
            .write(RecordBatch::try_new(writer.arrow_schema(), columns)?)
            .await?;
    }
    if written != expected {
        return Err(DeltaTableError::Generic(format!(
            "{count} small files have {written} rows, their entries in the log say {expected}: they are left as they are"
        )));
    }
    writer.flush().await
}

fn records(table: &DeltaTable, paths: &BTreeSet<String>) -> Result<usize, DeltaTableError> {
    let files = table.snapshot()?.log_data();
    let files = files
        .iter()
        .filter(|file| paths.contains(file.path().as_ref()));
    Ok(files.filter_map(|file| file.num_records()).sum())
}

/// Whether all files at `paths` are in the version that `table` has.
fn has(table: &DeltaTable, paths: &BTreeSet<String>) -> Result<bool, DeltaTableError> {
    let present = table.snapshot()?.log_data();
    let found = present
        .iter()
        .filter(|file| paths.contains(file.path().as_ref()));
    Ok(found.count() == paths.len())
}

/// The exchange of files, said to change no row.
fn actions(
    table: &DeltaTable,
    small: &BTreeSet<String>,
    large: &[Add],
) -> Result<Vec<Action>, DeltaTableError> {
    let present = table.snapshot()?.log_data();
    let gone = present
        .iter()
        .filter(|file| small.contains(file.path().as_ref()));
    let mut actions: Vec<Action> = gone
        .map(|file| Action::Remove(file.remove_action(false)))
        .collect();
    actions.extend(large.iter().cloned().map(|mut file| {
        file.data_change = false;
        Action::Add(file)
    }));
    Ok(actions)
}
