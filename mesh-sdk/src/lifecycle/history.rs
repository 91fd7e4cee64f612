use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use mesh_storage::{Dataset, Engine};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::gate::GateReport;
use crate::ingest::timestamp;
use crate::platform_dataset::{KeepError, PlatformDataset, packed};
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
    /// Where the version went on trial: the share of the calls that it answers, 0 where none. That ends with the next change of
    /// the version, or of another that goes on trial.
    #[serde(default)]
    pub trial: Option<f64>,
    /// Whether the mesh decides nothing more by itself from here on, until a person does. A change may say that alone.
    #[serde(default, deserialize_with = "null_is_no")]
    pub freezes: bool,
}

fn null_is_no<'de, D: serde::Deserializer<'de>>(flag: D) -> Result<bool, D::Error> {
    Ok(Option::<bool>::deserialize(flag)?.unwrap_or_default())
}

#[derive(Clone)]
pub(crate) struct ModelHistory(PlatformDataset);

impl ModelHistory {
    /// Opens the dataset in the folder of a product's datasets, and adds it to `engine`.
    pub(crate) async fn open(datasets: &Path, engine: Arc<Engine>) -> Result<Self, SdkError> {
        let opened = PlatformDataset::open(datasets, MODEL_HISTORY, CONTRACT, engine).await?;
        Ok(Self(opened))
    }

    pub(crate) fn dataset(&self) -> &Arc<Dataset> {
        self.0.dataset()
    }

    /// The changes of a model, oldest first, as the table has them now.
    pub(crate) async fn of(&self, model: &str) -> Result<Vec<StageChange>, KeepError> {
        let statement = format!(
            "SELECT * FROM {MODEL_HISTORY} WHERE model = {} ORDER BY change",
            sql::text(model)
        );
        Ok(self.0.rows(&source(model), &statement).await?)
    }

    /// Number of the newest change of a model.
    pub(crate) async fn reached(&self, model: &str) -> Result<u64, KeepError> {
        Ok(self.0.dataset().progress(&source(model)).await?)
    }

    /// Adds a change, whose number is one higher than that of the newest.
    ///
    /// # Errors
    /// [`KeepError::is_overtaken`] if there is one of this number already.
    pub(crate) async fn add(&self, change: &StageChange) -> Result<(), KeepError> {
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
            "trial": change.trial,
            "freezes": change.freezes,
        });
        let source = source(&change.model);
        self.0.add_numbered([row], source, change.change).await
    }
}

/// What the commits that change a model's versions count.
fn source(model: &str) -> String {
    format!("changes of {model}")
}
