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
use crate::files::{FileRows, RecordBatches, delta_rows, unreadable};

/// Bytes of encoded rows that are in memory before they go to the file.
const ROW_GROUP: usize = 64 << 20;

impl Dataset {
    /// Writes the rows of the newest version to one Parquet file at `path`, which is there complete or not at all.
    ///
    /// Returns what it holds.
    pub async fn snapshot_to(&self, path: &Path) -> Result<DatasetInfo, StorageError> {
        let (table, info) = self.published();
        let rows = delta_rows(&table).await?;
        let (complete, handle) = (path.to_owned(), Handle::current());
        let write = move || write_whole(&complete, rows, &handle);
        let written = tokio::task::spawn_blocking(write).await;
        written.unwrap_or_else(|error| Err(unreadable(path, &error)))?;
        Ok(info)
    }
}

fn write_whole(path: &Path, rows: FileRows, handle: &Handle) -> Result<(), StorageError> {
    let unfinished = beside(path);
    let schema = rows.schema();
    let written = write(&unfinished, schema, rows.batches(), handle).and_then(|()| {
        std::fs::rename(&unfinished, path).map_err(|error| unreadable(path, &error))
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
) -> Result<(), StorageError> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_bytes(Some(ROW_GROUP))
        .build();
    let file = File::create(path).map_err(|error| unreadable(path, &error))?;
    let mut writer = ArrowWriter::try_new(file, schema, Some(properties))
        .map_err(|error| unreadable(path, &error))?;
    while let Some(batch) = handle.block_on(rows.next()) {
        writer
            .write(&batch?)
            .map_err(|error| unreadable(path, &error))?;
    }
    let file = writer
        .into_inner()
        .map_err(|error| unreadable(path, &error))?;
    file.sync_all().map_err(|error| unreadable(path, &error))
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".unfinished");
    path.with_file_name(name)
}
