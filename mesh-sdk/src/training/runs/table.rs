use std::path::Path;
use std::sync::Arc;

use mesh_storage::{Dataset, Engine};
use serde::Deserialize;
use serde_json::json;

use super::TrainingRun;
use crate::ingest::timestamp;
use crate::platform_dataset::{KeepError, PlatformDataset};
use crate::{SdkError, sql};

/// The dataset of every product with models that keeps what was trained when, and why.
pub(crate) const TRAINING_RUNS: &str = "training_runs";
const CONTRACT: &str = "training-runs";

#[derive(Clone)]
pub(crate) struct TrainingRuns(PlatformDataset);

#[derive(Deserialize)]
struct Row {
    change: u64,
    #[serde(flatten)]
    run: TrainingRun,
}

impl TrainingRuns {
    /// Opens the dataset in the folder of a product's datasets, and adds it to `engine`.
    pub(crate) async fn open(datasets: &Path, engine: Arc<Engine>) -> Result<Self, SdkError> {
        let opened = PlatformDataset::open(datasets, TRAINING_RUNS, CONTRACT, engine).await?;
        Ok(Self(opened))
    }

    pub(crate) fn dataset(&self) -> &Arc<Dataset> {
        self.0.dataset()
    }

    /// Number of the newest change of a model's runs.
    pub(super) async fn reached(&self, model: &str) -> Result<u64, KeepError> {
        Ok(self.0.dataset().progress(&source(model)).await?)
    }

    /// What the runs of a model came to after a change, oldest first.
    pub(super) async fn since(
        &self,
        model: &str,
        change: u64,
    ) -> Result<Vec<(u64, TrainingRun)>, KeepError> {
        let statement = format!(
            "SELECT * FROM {TRAINING_RUNS} WHERE model = {} AND change > {change} ORDER BY change",
            sql::text(model)
        );
        let rows: Vec<Row> = self.0.rows(&source(model), &statement).await?;
        Ok(rows.into_iter().map(|row| (row.change, row.run)).collect())
    }

    /// # Errors
    /// [`KeepError::is_overtaken`] if there is a change of this number already.
    pub(super) async fn add(&self, change: u64, run: &TrainingRun) -> Result<(), KeepError> {
        let row = json!({
            "model": run.model,
            "change": change,
            "run": run.run,
            "state": run.state,
            "at": timestamp(run.at),
            "cause": run.cause,
            "why": run.why,
            "asked_by": run.asked_by,
            "promote": run.promote,
            "version": run.version,
            "stage": run.stage,
            "result": run.result,
        });
        self.0.add_numbered([row], source(&run.model), change).await
    }
}

/// What the commits that change a model's runs count.
fn source(model: &str) -> String {
    format!("training runs of {model}")
}
