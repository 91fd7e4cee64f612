use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use mesh_storage::{Dataset, Engine};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::ingest::timestamp;
use crate::platform_dataset::{KeepError, PlatformDataset, packed};
use crate::{SdkError, sql};

/// The dataset of every product with models that keeps how they do once they answer.
pub(crate) const MODEL_QUALITY: &str = "model_quality";
const CONTRACT: &str = "model-quality";
/// Looks that are read again when a product starts, and shown.
const RECENT: u64 = 200;
/// Of what was done, so much is read again, for the pauses of rules.
const ACTIONS: u64 = 1000;

/// What a row of the dataset tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// Of a feature or of the score: whether it is still like what the version learned from.
    Drift,
    /// A measure, estimated while the truth is not known.
    Estimate,
    /// A measure of answers whose truth is known.
    Performance,
    /// What was done about it.
    Action,
}

/// One thing that a look at a model says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// Number of the look, from 1.
    pub look: u64,
    pub at: DateTime<Utc>,
    /// That was in Production.
    pub version: u64,
    pub kind: FindingKind,
    /// The feature, `score`, the measure, or the action.
    pub subject: String,
    /// Of drift, the population stability index; of a measure, its value.
    pub value: Option<f64>,
    /// Of the 95 % interval of a measure.
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// Of drift, what the index exceeds by chance as seldom as is declared; of a measure, what it was on the cases held out.
    pub bound: Option<f64>,
    /// Whether something is wrong here; of an action, whether it was done.
    pub found: bool,
    /// Answers that were looked at.
    pub cases: u64,
    /// Of drift, the tests and the shares of both sides; of an action, its evidence.
    #[serde(deserialize_with = "packed", default)]
    pub detail: Value,
}

/// Up to where answers were looked at for drift.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    /// Delta version of the dataset of answers.
    pub(crate) commit: u64,
    /// Rows of that commit.
    pub(crate) row: u64,
}

#[derive(Clone)]
pub(crate) struct ModelQuality(PlatformDataset);

#[derive(Deserialize)]
struct Row {
    #[serde(flatten)]
    finding: Finding,
    commit: Option<u64>,
    row: Option<u64>,
}

impl ModelQuality {
    /// Opens the dataset in the folder of a product's datasets, and adds it to `engine`.
    pub(crate) async fn open(datasets: &Path, engine: Arc<Engine>) -> Result<Self, SdkError> {
        let opened = PlatformDataset::open(datasets, MODEL_QUALITY, CONTRACT, engine).await?;
        Ok(Self(opened))
    }

    pub(crate) fn dataset(&self) -> &Arc<Dataset> {
        self.0.dataset()
    }

    /// What the newest looks at a model say, oldest first, and up to where its answers were looked at.
    pub(crate) async fn recent(&self, model: &str) -> Result<(Vec<Finding>, Position), KeepError> {
        let of = format!("FROM {MODEL_QUALITY} WHERE model = {}", sql::text(model));
        let statement = format!(
            "SELECT * {of} AND look > (SELECT max(look) {of}) - {RECENT} ORDER BY look, kind, subject"
        );
        let rows: Vec<Row> = self.0.rows(&source(model), &statement).await?;
        let position = |row: &Row| {
            let (commit, row) = row.commit.zip(row.row)?;
            Some(Position { commit, row })
        };
        let reached = rows.iter().filter_map(position).max();
        let reached = match reached {
            Some(reached) => reached,
            // None of the newest looks was at drift.
            None => self.reached(model, &of).await?,
        };
        let findings = rows.into_iter().map(|row| row.finding).collect();
        Ok((findings, reached))
    }

    /// The newest of what was done about a model, the newest first.
    pub(crate) async fn done(&self, model: &str) -> Result<Vec<Finding>, KeepError> {
        let statement = format!(
            "SELECT * FROM {MODEL_QUALITY} WHERE model = {} AND kind = 'action' ORDER BY look DESC LIMIT {ACTIONS}",
            sql::text(model)
        );
        Ok(self.0.rows(&source(model), &statement).await?)
    }

    async fn reached(&self, model: &str, of: &str) -> Result<Position, KeepError> {
        let statement = format!("SELECT * {of} AND commit IS NOT NULL ORDER BY look DESC LIMIT 1");
        let rows: Vec<Row> = self.0.rows(&source(model), &statement).await?;
        let newest = rows.first().and_then(|row| row.commit.zip(row.row));
        let (commit, row) = newest.unwrap_or_default();
        Ok(Position { commit, row })
    }

    /// Adds what a look says.
    ///
    /// # Errors
    /// [`KeepError::is_overtaken`] if there is one of this number already.
    pub(crate) async fn add(
        &self,
        model: &str,
        look: u64,
        findings: &[Finding],
        reached: Option<Position>,
    ) -> Result<(), KeepError> {
        let rows = findings.iter().map(|finding| {
            let has_detail = !finding.detail.is_null();
            json!({
                "model": model,
                "look": finding.look,
                "at": timestamp(finding.at),
                "version": finding.version,
                "kind": finding.kind,
                "subject": finding.subject,
                "value": finding.value,
                "low": finding.low,
                "high": finding.high,
                "bound": finding.bound,
                "found": finding.found,
                "cases": finding.cases,
                "commit": reached.map(|reached| reached.commit),
                "row": reached.map(|reached| reached.row),
                "detail": has_detail.then(|| finding.detail.to_string()),
            })
        });
        self.0.add_numbered(rows, source(model), look).await
    }
}

/// What the commits that add looks at a model count.
fn source(model: &str) -> String {
    format!("looks at {model}")
}
