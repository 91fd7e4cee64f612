//! Rows that broke their contract, kept whole and with the reasons.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use mesh_contracts::{Gate, Record, Side, Violation, published};
use mesh_storage::{Dataset, StorageError};
use serde_json::{Value, json};

use crate::SdkError;
use crate::ingest::timestamp;

/// The dataset of every product that keeps them.
pub(crate) const QUARANTINE: &str = "quarantine";

#[derive(Clone)]
pub(crate) struct Quarantine {
    dataset: Arc<Dataset>,
    gate: Arc<Gate>,
}

/// A row that broke its contract, where it came from, and how.
pub(crate) struct Broken<'a> {
    pub(crate) event_id: &'a str,
    pub(crate) time: DateTime<Utc>,
    /// Topic of the event, or the file of the row.
    pub(crate) topic: &'a str,
    pub(crate) partition: u32,
    /// Place in the partition, or in the file.
    pub(crate) offset: u64,
    /// Whose contract it broke.
    pub(crate) dataset: &'a str,
    pub(crate) violations: &'a [Violation],
    /// As it came.
    pub(crate) data: String,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum QuarantineError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("{0} broken rows do not fit into quarantine")]
    Unfit(usize),
}

impl Quarantine {
    /// Opens the dataset in the folder of a product's datasets.
    pub(crate) async fn open(datasets: &Path) -> Result<Quarantine, SdkError> {
        let contract = published::find(QUARANTINE, None).ok_or_else(|| {
            let message = "the contract of the quarantine dataset is not published";
            SdkError::declaration("", message)
        })?;
        let gate = Arc::new(Gate::compile(&contract, Side::Stored));
        let dataset = Dataset::open(&datasets.join(QUARANTINE), QUARANTINE, contract).await?;
        Ok(Quarantine {
            dataset: Arc::new(dataset),
            gate,
        })
    }

    pub(crate) fn dataset(&self) -> &Arc<Dataset> {
        &self.dataset
    }

    pub(crate) async fn progress(&self, source: &str) -> Result<u64, StorageError> {
        self.dataset.progress(source).await
    }

    /// Commits the rows and how far their sources have been read.
    pub(crate) async fn keep<'a>(
        &self,
        broken: impl Iterator<Item = Broken<'a>>,
        progress: &BTreeMap<String, u64>,
    ) -> Result<(), QuarantineError> {
        let rows = self.gate.batch(broken.map(|broken| row(&broken)).collect());
        if !rows.rejected.is_empty() {
            return Err(QuarantineError::Unfit(rows.rejected.len()));
        }
        self.dataset.append(&rows.accepted, progress).await?;
        Ok(())
    }
}

fn row(broken: &Broken<'_>) -> Record {
    let row = json!({
        "event_id": broken.event_id,
        "received_at": timestamp(broken.time),
        "topic": broken.topic,
        "partition": broken.partition,
        "offset": broken.offset,
        "dataset": broken.dataset,
        "reasons": serde_json::to_string(broken.violations).unwrap_or_default(),
        "data": broken.data,
    });
    match row {
        Value::Object(row) => row,
        _ => Record::new(),
    }
}
