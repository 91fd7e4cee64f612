use std::collections::BTreeMap;
use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use futures::{FutureExt, StreamExt, stream};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::Begun;
use crate::StorageError;
use crate::files::RecordBatches;

/// What one query may still take.
#[derive(Clone, Copy)]
pub(super) struct Budget {
    pub(super) timeout: Duration,
    pub(super) deadline: Instant,
    pub(super) memory: usize,
}

impl Budget {
    pub(super) async fn wait<T>(&self, result: impl Future<Output = T>) -> Result<T, StorageError> {
        timeout_at(self.deadline, result)
            .await
            .map_err(|_| self.too_late())
    }

    pub(super) fn too_late(&self) -> StorageError {
        StorageError::Timeout {
            seconds: self.timeout.as_secs(),
        }
    }
}

/// The answer to a query, and where it came from.
pub struct QueryRows {
    schema: SchemaRef,
    sources: BTreeMap<String, u64>,
    batches: mpsc::Receiver<Result<RecordBatch, StorageError>>,
    budget: Budget,
}

impl QueryRows {
    /// The rows of `batches`, as they are asked for.
    pub(super) fn begin(
        sources: BTreeMap<String, u64>,
        schema: SchemaRef,
        batches: RecordBatches,
        budget: Budget,
    ) -> Begun<QueryRows> {
        let (rows, taken) = mpsc::channel(2);
        let answer = QueryRows {
            schema,
            sources,
            batches: taken,
            budget,
        };
        (answer, send(batches, rows, budget.memory).boxed())
    }

    pub fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    /// The datasets that were read, each with the version.
    pub fn sources(&self) -> &BTreeMap<String, u64> {
        &self.sources
    }

    /// The rows, as they come, until the time of the query is over.
    pub fn batches(self) -> RecordBatches {
        let budget = self.budget;
        let step = move |batches: Option<mpsc::Receiver<_>>| async move {
            let mut batches = batches?;
            match budget.wait(batches.recv()).await {
                Ok(Some(batch)) => Some((batch, Some(batches))),
                Ok(None) => None,
                Err(late) => Some((Err(late), None)),
            }
        };
        stream::unfold(Some(self.batches), step).boxed()
    }
}

/// Passes the rows on until their reader has enough.
async fn send(
    mut batches: RecordBatches,
    rows: mpsc::Sender<Result<RecordBatch, StorageError>>,
    memory: usize,
) {
    while let Some(batch) = batches.next().await {
        let batch = match batch {
            Ok(batch) if batch.get_array_memory_size() > memory => Err(StorageError::TooLarge(
                format!("a part of the answer has more than {memory} bytes"),
            )),
            other => other,
        };
        let last = batch.is_err();
        if rows.send(batch).await.is_err() || last {
            return;
        }
    }
}
