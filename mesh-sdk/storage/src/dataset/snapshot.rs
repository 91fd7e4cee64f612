//! A dataset as one file.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow_schema::SchemaRef;
use deltalake::parquet::arrow::ArrowWriter;
use deltalake::parquet::basic::Compression;
use deltalake::parquet::file::properties::WriterProperties;
use futures::StreamExt;
use tokio::runtime::Handle;

use super::{Dataset, DatasetInfo};
use crate::StorageError;
use crate::files::{FileRows, RecordBatches, delta_rows, read_delta, unreadable};

/// Bytes of encoded rows that are in memory before they go to the file.
const ROW_GROUP: usize = 64 << 20;

impl Dataset {
    /// Writes the rows of the newest version to one Parquet file at `path`, which is there complete or not at all.
    ///
    /// Returns what it holds.
    pub async fn snapshot_to(&self, path: &Path) -> Result<DatasetInfo, StorageError> {
        let (table, info) = self.published();
        write_rows(delta_rows(&table).await?, path).await?;
        Ok(info)
    }
}

/// Writes the newest version of the Delta table in `folder` to one Parquet file at `path`, which is there complete or
/// not at all. Returns how many rows it holds.
pub async fn export_delta(folder: &Path, path: &Path) -> Result<u64, StorageError> {
    write_rows(read_delta(folder).await?, path).await
}

async fn write_rows(rows: FileRows, path: &Path) -> Result<u64, StorageError> {
    let (complete, handle) = (path.to_owned(), Handle::current());
    let write = move || write_whole(&complete, rows, &handle);
    let written = tokio::task::spawn_blocking(write).await;
    written.unwrap_or_else(|error| Err(unreadable(path, &error)))
}

fn write_whole(path: &Path, rows: FileRows, handle: &Handle) -> Result<u64, StorageError> {
    let unfinished = beside(path);
    let schema = rows.schema();
    let written = write(&unfinished, schema, rows.batches(), handle).and_then(|rows| {
        std::fs::rename(&unfinished, path).map_err(|error| unreadable(path, &error))?;
        Ok(rows)
    });
    if written.is_err() {
        // It may not have come to be.
        let _gone = std::fs::remove_file(&unfinished);
    }
    written
}

fn write(
    path: &Path,
    schema: SchemaRef,
    mut rows: RecordBatches,
    handle: &Handle,
) -> Result<u64, StorageError> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_bytes(Some(ROW_GROUP))
        .build();
    let file = File::create(path).map_err(|error| unreadable(path, &error))?;
    let mut writer = ArrowWriter::try_new(file, schema, Some(properties))
        .map_err(|error| unreadable(path, &error))?;
    let mut written = 0;
    while let Some(batch) = handle.block_on(rows.next()) {
        let batch = batch?;
        writer
            .write(&batch)
            .map_err(|error| unreadable(path, &error))?;
        written += batch.num_rows() as u64;
    }
    let file = writer
        .into_inner()
        .map_err(|error| unreadable(path, &error))?;
    file.sync_all().map_err(|error| unreadable(path, &error))?;
    Ok(written)
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".unfinished");
    path.with_file_name(name)
}
