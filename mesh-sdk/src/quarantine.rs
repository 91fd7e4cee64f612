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
use mesh_contracts::Record;
use mesh_storage::{Dataset, Engine, StorageError};
use serde_json::Value;

use crate::platform_dataset::{KeepError, PlatformDataset};
use crate::{SdkError, sql};

pub(crate) use broken::{Broken, Envelope};
pub(crate) use entries::{Entry, EntryId, MOST, Page, Place, Wanted};
pub(crate) use replay::{Outcome, Replay, ReplayError, Replayed, Request};

/// The dataset of every product that keeps them.
pub(crate) const QUARANTINE: &str = "quarantine";

/// No statement of a product or a caller sees it.
#[derive(Clone)]
pub(crate) struct Quarantine(PlatformDataset);

impl Quarantine {
    /// Opens the dataset in the folder of a product's datasets, and adds it to `engine`.
    pub(crate) async fn open(datasets: &Path, engine: Arc<Engine>) -> Result<Quarantine, SdkError> {
        let opened = PlatformDataset::open(datasets, QUARANTINE, QUARANTINE, engine).await?;
        Ok(Quarantine(opened))
    }

    pub(crate) fn dataset(&self) -> &Arc<Dataset> {
        self.0.dataset()
    }

    /// How far a source has come here, as the table says now.
    pub(crate) async fn progress(&self, source: &str) -> Result<u64, StorageError> {
        self.dataset().progress(source).await
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
        let mut rows = self.0.engine().query(&sql).await?.batches();
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
    ) -> Result<(), KeepError> {
        self.add(broken.map(Broken::row).collect(), progress).await
    }

    async fn add(
        &self,
        rows: Vec<Record>,
        progress: &BTreeMap<String, u64>,
    ) -> Result<(), KeepError> {
        self.0
            .add(rows.into_iter().map(Value::Object), progress)
            .await
    }
}
