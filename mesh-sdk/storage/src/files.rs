//! Rows of files that belong to no dataset, in batches, so that a file of any size can be looked at.

mod csv_text;
mod parquet;

use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use deltalake::DeltaTable;
use deltalake::datafusion::prelude::SessionContext;
use futures::stream::BoxStream;
use futures::{StreamExt, stream};
use tokio::sync::mpsc;

use crate::StorageError;
use crate::dataset::read_only;
use crate::engine::{scan, session_config};

pub use csv_text::read_csv_text;
pub use parquet::read_parquet;

/// Batches of rows as they come. An error is the last of them.
pub type RecordBatches = BoxStream<'static, Result<RecordBatch, StorageError>>;

/// The rows of a file, and the columns they have.
pub struct FileRows {
    schema: SchemaRef,
    batches: RecordBatches,
}

impl FileRows {
    pub fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    pub fn batches(self) -> RecordBatches {
        self.batches
    }
}

/// The rows of the Delta table in the folder `path`, at its newest version. Nothing is written there.
///
/// # Errors
/// [`StorageError::File`] if there is no such table.
pub async fn read_delta(path: &Path) -> Result<FileRows, StorageError> {
    delta_rows(&read_only(path).await?).await
}

pub(crate) async fn delta_rows(table: &DeltaTable) -> Result<FileRows, StorageError> {
    let session = SessionContext::new_with_config(session_config());
    let state = session.state().into();
    let rows = session.read_table(scan(table, &state, None).await?)?;
    let rows = rows.execute_stream().await?;
    Ok(FileRows {
        schema: rows.schema(),
        batches: rows.map(|batch| Ok(batch?)).boxed(),
    })
}

/// What is made on a thread that may block, a few batches ahead of its reader.
fn blocking(
    batches: impl Iterator<Item = Result<RecordBatch, StorageError>> + Send + 'static,
) -> RecordBatches {
    let (made, rows) = mpsc::channel(2);
    tokio::task::spawn_blocking(move || {
        for batch in batches {
            let last = batch.is_err();
            if made.blocking_send(batch).is_err() || last {
                return;
            }
        }
    });
    stream::unfold(rows, async |mut rows| {
        rows.recv().await.map(|batch| (batch, rows))
    })
    .boxed()
}

/// Opens a file where a thread may block.
async fn opening(
    path: &Path,
    open: impl FnOnce(PathBuf) -> Result<FileRows, StorageError> + Send + 'static,
) -> Result<FileRows, StorageError> {
    let opened = path.to_owned();
    let opened = tokio::task::spawn_blocking(move || open(opened)).await;
    opened.unwrap_or_else(|error| Err(unreadable(path, &error)))
}

pub(crate) fn unreadable(path: &Path, problem: &dyn std::fmt::Display) -> StorageError {
    StorageError::File {
        path: path.display().to_string(),
        problem: problem.to_string(),
    }
}
