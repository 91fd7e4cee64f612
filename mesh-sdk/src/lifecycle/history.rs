use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use mesh_contracts::{Gate, Side, published};
use mesh_storage::{Dataset, Engine, StorageError};
use schemars::JsonSchema;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

use super::gate::GateReport;
use crate::ingest::timestamp;
use crate::registry::Stage;
use crate::{SdkError, sql};

/// The dataset of every product with models that keeps who decided what about their versions.
pub(crate) const MODEL_HISTORY: &str = "model_history";
const CONTRACT: &str = "model-history";

/// A version of a model changed its stage.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
pub struct StageChange {
    /// Counts the changes of a model from 1.
    pub change: u64,
    pub at: DateTime<Utc>,
    pub model: String,
    pub version: u64,
    /// What the version became. What was in Production before another became so is Archived by that.
    pub stage: Stage,
    /// Subject of the token of whoever asked for it; `mesh` where the platform did by itself.
    pub decided_by: String,
    pub why: String,
    /// SHA-256 of the artifact, in hex.
    pub sha256: String,
    /// The datasets and the Delta versions that the version was trained on.
    #[serde(deserialize_with = "packed")]
    pub trained_on: BTreeMap<String, u64>,
    /// What the gate found, where it was asked.
    #[serde(deserialize_with = "packed")]
    pub gate: Option<GateReport>,
}

#[derive(Clone)]
pub(crate) struct ModelHistory {
    dataset: Arc<Dataset>,
    gate: Arc<Gate>,
    engine: Arc<Engine>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum HistoryError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("a change does not fit into the history of its model")]
    Unfit,
}

impl HistoryError {
    /// Whether another process has decided something meanwhile.
    pub(crate) fn is_overtaken(&self) -> bool {
        matches!(self, Self::Storage(error) if error.code() == "overtaken")
    }
}

impl ModelHistory {
    /// Opens the dataset in the folder of a product's datasets, and adds it to `engine`.
    pub(crate) async fn open(datasets: &Path, engine: Arc<Engine>) -> Result<Self, SdkError> {
        let contract = published::find(CONTRACT, None).ok_or_else(|| {
            SdkError::declaration("", format!("the contract {CONTRACT} is not published"))
        })?;
        let gate = Arc::new(Gate::compile(&contract, Side::Stored));
        let dataset = Dataset::open(&datasets.join(MODEL_HISTORY), MODEL_HISTORY, contract).await?;
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

    /// The changes of a model, oldest first, as the table has them now.
    pub(crate) async fn of(&self, model: &str) -> Result<Vec<StageChange>, HistoryError> {
        // Another process may have added some.
        self.dataset.progress(&source(model)).await?;
        let statement = format!(
            "SELECT * FROM {MODEL_HISTORY} WHERE model = {} ORDER BY change",
            sql::text(model)
        );
        sql::rows(&self.engine, &statement)
            .await
            .map_err(HistoryError::from)
    }

    /// Adds a change, whose number is one higher than that of the newest.
    ///
    /// # Errors
    /// [`HistoryError::is_overtaken`] if another process has added one of this number.
    pub(crate) async fn add(&self, change: &StageChange) -> Result<(), HistoryError> {
        let row = json!({
            "model": change.model,
            "change": change.change,
            "at": timestamp(change.at),
            "version": change.version,
            "stage": change.stage,
            "decided_by": change.decided_by,
            "why": change.why,
            "sha256": change.sha256,
            "trained_on": json!(change.trained_on).to_string(),
            "gate": change.gate.as_ref().map(|gate| json!(gate).to_string()),
        });
        let Value::Object(row) = row else {
            return Err(HistoryError::Unfit);
        };
        let rows = self.gate.batch(vec![row]);
        if !rows.rejected.is_empty() {
            return Err(HistoryError::Unfit);
        }
        let progress = BTreeMap::from([(source(&change.model), change.change)]);
        self.dataset.append(&rows.accepted, &progress).await?;
        Ok(())
    }
}

/// What the commits that change a model's versions count.
fn source(model: &str) -> String {
    format!("changes of {model}")
}

/// A value that is kept as JSON text.
fn packed<'de, D: Deserializer<'de>, T: DeserializeOwned>(text: D) -> Result<T, D::Error> {
    let text = Option::<String>::deserialize(text)?;
    serde_json::from_str(text.as_deref().unwrap_or("null")).map_err(Error::custom)
}
