//! The statements that the platform asks of its own datasets.

use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use mesh_storage::{Engine, Format, QueryRows, StorageError};
use serde::de::DeserializeOwned;

use crate::ingest::timestamp;

/// A name of a table or a column.
pub(crate) fn name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

pub(crate) fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A time as columns have it.
pub(crate) fn moment(time: DateTime<Utc>) -> String {
    format!(
        "arrow_cast('{}', 'Timestamp(Microsecond, Some(\"UTC\"))')",
        timestamp(time)
    )
}

/// The rows that a statement gives.
pub(crate) async fn rows<T: DeserializeOwned>(
    engine: &Engine,
    statement: &str,
) -> Result<Vec<T>, StorageError> {
    read(engine.query(statement).await?).await
}

/// Rows, one after the other.
pub(crate) async fn read<T: DeserializeOwned>(rows: QueryRows) -> Result<Vec<T>, StorageError> {
    let chunks: Vec<_> = rows.encode(Format::Json)?.try_collect().await?;
    serde_json::from_slice(&chunks.concat())
        // Without serde's message, which may quote what it found.
        .map_err(|_| StorageError::Encode("the rows that the platform reads".to_owned()))
}
