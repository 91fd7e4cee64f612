//! The one way of rows into a dataset.

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime};

use arrow_array::{RecordBatch, new_null_array};
use arrow_schema::{ArrowError, FieldRef, SchemaRef};
use deltalake::kernel::Add;
use deltalake::writer::{DeltaWriter, RecordBatchWriter};
use deltalake::{DeltaTable, DeltaTableError};
use mesh_contracts::CheckedBatch;

use super::fence::Marks;
use super::{Dataset, table_error};
use crate::StorageError;
use crate::disk::remove;

/// Bytes of a file at which the next one is begun. The encoded rows of the open file are in memory.
const FILE: usize = 128 << 20;

/// From the first row to the commit. Files that no version names are removed some time after that, so that none is which
/// could still come to be in one: see [`UNNAMED`](super::maintain::UNNAMED).
pub(super) const LONGEST: Duration = Duration::from_hours(12);

/// What a commit makes of the rows that the dataset has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteMode {
    /// They stay.
    Append,
    /// They are no longer there from this version on. Readers of an earlier version still find them.
    Replace,
}

/// Rows on their way into a dataset: as many batches as it takes, of which one and one file are in memory at a time.
///
/// Nothing of it is visible before [`Writing::commit`]. If it is dropped before, its files are removed from a local
/// folder. What stays, in an object store or because the process ended, is in no version, so that no reader finds
/// it, and is removed by [`Dataset::maintain`] some time after.
pub struct Writing<'a> {
    pub(super) dataset: &'a Dataset,
    mode: WriteMode,
    table: DeltaTable,
    open: Option<RecordBatchWriter>,
    /// Complete and on disk.
    files: Vec<Add>,
    /// Rows were given that are in no file.
    incomplete: bool,
    file_size: usize,
    began: (Instant, SystemTime),
}

impl Dataset {
    /// Begins to write rows that become visible together.
    pub fn writing(&self, mode: WriteMode) -> Writing<'_> {
        Writing {
            dataset: self,
            mode,
            table: self.table(),
            open: None,
            files: Vec::new(),
            incomplete: false,
            file_size: FILE,
            began: (Instant::now(), SystemTime::now()),
        }
    }

    /// Commits the rows of `batch` and the progress of the sources they came from, in one version.
    ///
    /// [`Writing::commit`] of [`WriteMode::Append`], for rows that are at hand.
    ///
    /// # Errors
    /// [`StorageError::OtherContract`] for rows that were checked against another contract than the dataset's.
    pub async fn append(
        &self,
        batch: &CheckedBatch,
        progress: &BTreeMap<String, u64>,
    ) -> Result<u64, StorageError> {
        let batch = std::slice::from_ref(batch);
        self.write(batch, WriteMode::Append, progress, Marks::Read)
            .await
    }

    /// Commits the rows of `batch` under the numbers that `numbers` gives them, by what they are counted in, in one version.
    ///
    /// As [`Dataset::append`], but for rows that somebody else may have other rows in the place of: no call repeats another.
    ///
    /// # Errors
    /// As [`Dataset::append`], and [`StorageError::Overtaken`] if one of the numbers is taken already, or one behind it,
    /// whoever took it: after an error of unknown outcome that may have been this very call.
    pub async fn append_numbered(
        &self,
        batch: &CheckedBatch,
        numbers: &BTreeMap<String, u64>,
    ) -> Result<u64, StorageError> {
        let batch = std::slice::from_ref(batch);
        self.write(batch, WriteMode::Append, numbers, Marks::Numbers)
            .await
    }

    /// Commits the rows of `batches` in the place of all that are there, and the progress of the sources they came
    /// from, in one version.
    ///
    /// [`Writing::commit`] of [`WriteMode::Replace`], for rows that are at hand.
    ///
    /// # Errors
    /// As [`Dataset::append`].
    pub async fn replace(
        &self,
        batches: &[CheckedBatch],
        progress: &BTreeMap<String, u64>,
    ) -> Result<u64, StorageError> {
        self.write(batches, WriteMode::Replace, progress, Marks::Read)
            .await
    }

    async fn write(
        &self,
        batches: &[CheckedBatch],
        mode: WriteMode,
        progress: &BTreeMap<String, u64>,
        marks: Marks,
    ) -> Result<u64, StorageError> {
        let mut writing = self.writing(mode);
        // Spares a writer that repeats itself the files.
        let repeated = {
            let mut writer = self.writer().await?;
            let ahead = self.ahead(&mut writer, progress, marks).await?;
            ahead.is_none()
        };
        for batch in batches {
            self.has_contract_of(batch)?;
            if !repeated {
                writing.rows(batch).await?;
            }
        }
        writing.commit_as(progress, marks).await
    }

    fn has_contract_of(&self, batch: &CheckedBatch) -> Result<(), StorageError> {
        let (theirs, ours) = (batch.contract(), &self.contract);
        if (theirs.id(), theirs.version()) == (ours.id(), ours.version()) {
            return Ok(());
        }
        Err(StorageError::OtherContract {
            dataset: self.name.clone(),
            contract: format!("{} {}", theirs.name(), theirs.version()),
        })
    }
}

impl Writing<'_> {
    /// Writes the rows of `batch` to files that nobody reads yet.
    ///
    /// # Errors
    /// [`StorageError::OtherContract`] for rows that were checked against another contract than the dataset's: they
    /// are not written. After any other error nothing can be committed any more.
    pub async fn rows(&mut self, batch: &CheckedBatch) -> Result<(), StorageError> {
        self.dataset.has_contract_of(batch)?;
        if batch.is_empty() {
            return Ok(());
        }
        self.stored_rows(batch.batch()).await
    }

    /// The same of rows that have passed the gate before.
    pub(super) async fn stored_rows(&mut self, rows: &RecordBatch) -> Result<(), StorageError> {
        let failed = |error| table_error(&self.dataset.name, error);
        // Also for a caller that does not wait for the end of it.
        let was_incomplete = std::mem::replace(&mut self.incomplete, true);
        let mut file = match self.open.take() {
            Some(file) => file,
            None => RecordBatchWriter::for_table(&self.table).map_err(failed)?,
        };
        let rows = with_kept(rows, file.arrow_schema())
            .map_err(|error| failed(DeltaTableError::from(error)))?;
        file.write(rows).await.map_err(failed)?;
        if file.buffer_len() < self.file_size {
            self.open = Some(file);
        } else {
            self.finish(file).await?;
        }
        self.incomplete = was_incomplete;
        Ok(())
    }

    /// Makes the rows and the progress of the sources they came from visible, in one version, which it returns.
    ///
    /// `progress` maps a source (a topic's partition, a file) to what comes next after these rows. A call whose
    /// progress is already in the table has been committed before and does nothing: retrying after an error of
    /// unknown outcome is safe.
    ///
    /// # Errors
    /// [`StorageError::Incomplete`] if some of the rows could not be written, [`StorageError::TookTooLong`] if that began
    /// half a day ago. [`StorageError::Overtaken`] if another writer has moved one of the marks on since this process
    /// last committed it or asked for it; nothing more is committed of that source then before
    /// [`Dataset::progress`] was asked again.
    pub async fn commit(self, progress: &BTreeMap<String, u64>) -> Result<u64, StorageError> {
        self.commit_as(progress, Marks::Read).await
    }

    async fn commit_as(
        mut self,
        progress: &BTreeMap<String, u64>,
        marks: Marks,
    ) -> Result<u64, StorageError> {
        let (dataset, mode) = (self.dataset, self.mode);
        let files = self.complete().await?;
        dataset.commit(mode, files, progress, marks).await
    }

    /// The files of all the rows, on disk.
    pub(super) async fn complete(&mut self) -> Result<&mut Vec<Add>, StorageError> {
        if self.incomplete {
            return Err(StorageError::Incomplete {
                dataset: self.dataset.name.clone(),
            });
        }
        if self.age() > LONGEST {
            return Err(StorageError::TookTooLong {
                dataset: self.dataset.name.clone(),
                hours: LONGEST.as_secs() / 3600,
            });
        }
        if let Some(file) = self.open.take() {
            self.finish(file).await?;
        }
        Ok(&mut self.files)
    }

    /// By the clock that says the more: one stands still while the machine sleeps, the other may be set.
    fn age(&self) -> Duration {
        let (steady, clock) = self.began;
        let by_clock = clock.elapsed().unwrap_or_default();
        steady.elapsed().max(by_clock)
    }

    /// Has the file on disk before a commit names it: otherwise a power failure could leave the progress and take
    /// the rows.
    async fn finish(&mut self, mut file: RecordBatchWriter) -> Result<(), StorageError> {
        let finished = file.flush().await;
        let finished = finished.map_err(|error| table_error(&self.dataset.name, error))?;
        let paths = finished.iter().map(|file| file.path.clone()).collect();
        self.files.extend(finished);
        self.dataset.make_durable(paths).await
    }
}

/// The rows with nulls in the columns that the table keeps and the contract has no more.
fn with_kept(rows: &RecordBatch, stored: SchemaRef) -> Result<RecordBatch, ArrowError> {
    if rows.num_columns() == stored.fields().len() {
        return Ok(rows.clone());
    }
    let column = |field: &FieldRef| match rows.column_by_name(field.name()) {
        Some(column) => column.clone(),
        None => new_null_array(field.data_type(), rows.num_rows()),
    };
    let columns = stored.fields().iter().map(column).collect();
    RecordBatch::try_new(stored, columns)
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        let paths = self.files.iter().map(|file| &file.path);
        remove(&self.dataset.url, paths);
    }
}

#[cfg(test)]
mod tests;
