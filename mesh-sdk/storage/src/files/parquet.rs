use std::fs::File;
use std::path::Path;

use deltalake::parquet::arrow::arrow_reader::{
    ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};

use super::{FileRows, blocking, opening, unreadable};
use crate::StorageError;

/// Rows of a batch.
const ROWS: usize = 16 << 10;

/// The rows of the Parquet file at `path`.
///
/// Columns have the types that Parquet says they have, whatever kind of Arrow their writer had them in: text is
/// always `Utf8`.
///
/// # Errors
/// [`StorageError::File`] if there is no such file or it is none of Parquet; also from within the batches.
pub async fn read_parquet(path: &Path) -> Result<FileRows, StorageError> {
    opening(path, move |path| {
        let file = File::open(&path).map_err(|error| unreadable(&path, &error))?;
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let reader = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options)
            .map_err(|error| unreadable(&path, &error))?;
        let schema = reader.schema().clone();
        let reader = reader
            .with_batch_size(ROWS)
            .build()
            .map_err(|error| unreadable(&path, &error))?;
        let batches = reader.map(move |batch| batch.map_err(|error| unreadable(&path, &error)));
        Ok(FileRows {
            schema,
            batches: blocking(batches),
        })
    })
    .await
}
