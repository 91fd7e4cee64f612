//! A dataset that the platform keeps in a product beside the product's own, under a contract of the platform.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use mesh_contracts::{CheckedBatch, Gate, Record, Side, published};
use mesh_storage::{Dataset, Engine, StorageError};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{SdkError, sql};

#[derive(Clone)]
pub(crate) struct PlatformDataset {
    dataset: Arc<Dataset>,
    gate: Arc<Gate>,
    engine: Arc<Engine>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum KeepError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A bug: the platform writes what its own contract refuses.
    #[error("a row of dataset {dataset} breaks its contract: {reason}")]
    Unfit { dataset: String, reason: String },
}

impl KeepError {
    /// What keeps a product from being started.
    pub(crate) fn at_start(self) -> SdkError {
        match self {
            Self::Storage(error) => error.into(),
            unfit @ Self::Unfit { .. } => SdkError::declaration("models", unfit.to_string()),
        }
    }

    /// Whether something was added meanwhile that this side does not know of: by another process, or by a call of its own whose
    /// answer was lost.
    pub(crate) fn is_overtaken(&self) -> bool {
        matches!(self, Self::Storage(error) if error.code() == "overtaken")
    }
}

impl PlatformDataset {
    /// Opens dataset `name` of the published contract `contract` in the folder of a product's datasets, and adds it to `engine`.
    pub(crate) async fn open(
        datasets: &Path,
        name: &str,
        contract: &str,
        engine: Arc<Engine>,
    ) -> Result<Self, SdkError> {
        let contract = published::find(contract, None).ok_or_else(|| {
            SdkError::declaration("", format!("the contract {contract} is not published"))
        })?;
        let gate = Arc::new(Gate::compile(&contract, Side::Stored));
        let dataset = Dataset::open(&datasets.join(name), name, contract).await?;
        let dataset = Arc::new(dataset);
        engine.add(dataset.clone());
        Ok(Self {
            dataset,
            gate,
            engine,
        })
    }

    pub(crate) fn dataset(&self) -> &Arc<Dataset> {
        &self.dataset
    }

    /// What sees it beside the other datasets of the platform.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The rows that a statement gives, as the table has them now; what is added next goes on from how far `source` had come.
    pub(crate) async fn rows<T: DeserializeOwned>(
        &self,
        source: &str,
        statement: &str,
    ) -> Result<Vec<T>, StorageError> {
        // Another process may have added some.
        self.dataset.progress(source).await?;
        sql::rows(&self.engine, statement).await
    }

    /// Adds JSON objects as rows, which were made of what `progress` says was read: where the table has come as far, they
    /// are there already, and are not added again.
    ///
    /// # Errors
    /// [`KeepError::is_overtaken`] if another process has moved a source of `progress` on, but not as far.
    pub(crate) async fn add(
        &self,
        rows: impl IntoIterator<Item = Value>,
        progress: &BTreeMap<String, u64>,
    ) -> Result<(), KeepError> {
        let rows = self.checked(rows)?;
        self.dataset.append(&rows, progress).await?;
        Ok(())
    }

    /// Adds JSON objects as the rows that are `number` in what `source` counts.
    ///
    /// # Errors
    /// [`KeepError::is_overtaken`] if there are rows of this number already, or of one behind it, whoever has added them.
    pub(crate) async fn add_numbered(
        &self,
        rows: impl IntoIterator<Item = Value>,
        source: String,
        number: u64,
    ) -> Result<(), KeepError> {
        let rows = self.checked(rows)?;
        let numbers = BTreeMap::from([(source, number)]);
        self.dataset.append_numbered(&rows, &numbers).await?;
        Ok(())
    }

    fn checked(&self, rows: impl IntoIterator<Item = Value>) -> Result<CheckedBatch, KeepError> {
        let records: Option<Vec<Record>> = rows
            .into_iter()
            .map(|row| match row {
                Value::Object(record) => Some(record),
                _ => None,
            })
            .collect();
        let unfit = |reason: String| KeepError::Unfit {
            dataset: self.dataset.name().to_owned(),
            reason,
        };
        let records = records.ok_or_else(|| unfit("it is no object".to_owned()))?;
        let rows = self.gate.batch(records);
        if let Some((_, violations)) = rows.rejected.first() {
            let broken = violations.iter().map(ToString::to_string);
            return Err(unfit(broken.collect::<Vec<_>>().join("; ")));
        }
        Ok(rows.accepted)
    }
}

/// Reads a value that a column keeps as JSON text.
pub(crate) fn packed<'de, D: serde::Deserializer<'de>, T: DeserializeOwned>(
    text: D,
) -> Result<T, D::Error> {
    let text = <Option<String> as serde::Deserialize>::deserialize(text)?;
    serde_json::from_str(text.as_deref().unwrap_or("null")).map_err(serde::de::Error::custom)
}
