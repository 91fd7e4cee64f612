//! What broke its contract, kept whole and with the reasons, until it is put in again.

mod broken;
mod entries;
mod replay;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use futures::TryStreamExt;
use mesh_contracts::{Gate, Record, Side, published};
use mesh_storage::{Dataset, Engine, StorageError};

use crate::{SdkError, sql};

pub(crate) use broken::{Broken, Envelope};
pub(crate) use entries::{Entry, EntryId, MOST, Page, Place, Wanted};
pub(crate) use replay::{Outcome, Replay, ReplayError, Replayed, Request};

/// The dataset of every product that keeps them.
pub(crate) const QUARANTINE: &str = "quarantine";

#[derive(Clone)]
pub(crate) struct Quarantine {
    dataset: Arc<Dataset>,
    gate: Arc<Gate>,
    /// Sees this dataset too, which no statement of a product or a caller does.
    engine: Arc<Engine>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum QuarantineError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("{0} broken rows do not fit into quarantine")]
    Unfit(usize),
}

impl Quarantine {
    /// Opens the dataset in the folder of a product's datasets, and adds it to `engine`.
    pub(crate) async fn open(datasets: &Path, engine: Arc<Engine>) -> Result<Quarantine, SdkError> {
        let contract = published::find(QUARANTINE, None).ok_or_else(|| {
            let message = "the contract of the quarantine dataset is not published";
            SdkError::declaration("", message)
        })?;
        let gate = Arc::new(Gate::compile(&contract, Side::Stored));
        let dataset = Dataset::open(&datasets.join(QUARANTINE), QUARANTINE, contract).await?;
        let dataset = Arc::new(dataset);
        engine.add(dataset.clone());
        Ok(Quarantine {
            dataset,
            gate,
            engine,
        })
    }

    pub(crate) fn dataset(&self) -> &Arc<Dataset> {
        &self.dataset
    }

    /// How far a source has come here, as the table says now.
    pub(crate) async fn progress(&self, source: &str) -> Result<u64, StorageError> {
        self.dataset.progress(source).await
    }

    /// The offsets of a partition from `first` on that are here.
    pub(crate) async fn held(
        &self,
        topic: &str,
        partition: u32,
        first: u64,
    ) -> Result<BTreeSet<u64>, StorageError> {
        let sql = format!(
            "SELECT \"offset\" FROM {QUARANTINE} WHERE topic = {} AND partition = {partition} AND \"offset\" >= {first}",
            sql::text(topic)
        );
        let mut held = BTreeSet::new();
        let mut rows = self.engine.query(&sql).await?.batches();
        while let Some(batch) = rows.try_next().await? {
            let offsets = batch.column(0).as_primitive::<Int64Type>().iter().flatten();
            held.extend(offsets.filter_map(|offset| u64::try_from(offset).ok()));
        }
        Ok(held)
    }

    /// Commits the rows and how far their sources have been read.
    pub(crate) async fn keep<'a>(
        &self,
        broken: impl Iterator<Item = Broken<'a>>,
        progress: &BTreeMap<String, u64>,
    ) -> Result<(), QuarantineError> {
        self.add(broken.map(Broken::row).collect(), progress).await
    }

    async fn add(
        &self,
        rows: Vec<Record>,
        progress: &BTreeMap<String, u64>,
    ) -> Result<(), QuarantineError> {
        let rows = self.gate.batch(rows);
        if !rows.rejected.is_empty() {
            return Err(QuarantineError::Unfit(rows.rejected.len()));
        }
        self.dataset.append(&rows.accepted, progress).await?;
        Ok(())
    }
}
