//! A model and its versions.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::WatchEntry;

/// A model and its version that answers now; where none does, the newest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ModelEntry {
    pub name: String,
    pub description: String,
    pub algorithm: String,
    pub version: u64,
    /// `Staging`, `Production` or `Archived`.
    pub stage: String,
    /// Dataset, its version and the number of cases, in words.
    pub trained_on: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<Accuracy>,
    /// Area under the ROC curve, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auc: Option<f64>,
    /// Path of the model.
    pub address: String,
    /// Measure -> what a version has to keep on the cases held out before it may answer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub gate: BTreeMap<String, Bound>,
    /// Oldest first; that which the entry is about is one of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<VersionEntry>,
    /// What was decided about them, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<StageChangeEntry>,
    /// How it does since it answers; absent where nothing watches it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watch: Option<WatchEntry>,
}

impl ModelEntry {
    /// The version that the entry is about.
    pub(crate) fn described(&self) -> Option<&VersionEntry> {
        self.versions
            .iter()
            .find(|version| version.version == self.version)
    }

    /// Of a model that predicts a quantity: by how much it is off on average, and on how many cases held out.
    pub(crate) fn error(&self) -> Option<(MeasureEntry, u64)> {
        let version = self.described()?;
        let error = version.measures.get("mae")?;
        Some((*error, version.held_out))
    }

    /// Whether it answers.
    pub(crate) fn answers(&self) -> bool {
        self.stage == "Production"
    }
}

/// Share of right answers with its 95% interval. All between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Accuracy {
    pub value: f64,
    pub low: f64,
    pub high: f64,
    /// How many labelled cases it was measured on.
    pub cases: u64,
}

/// How far a measure may go.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

impl Bound {
    pub(crate) fn value(self) -> f64 {
        match self {
            Self::AtLeast(value) | Self::AtMost(value) => value,
        }
    }

    pub(crate) fn is_kept_by(self, value: f64) -> bool {
        match self {
            Self::AtLeast(bound) => value >= bound,
            Self::AtMost(bound) => value <= bound,
        }
    }
}

/// One version of a model: where it came from, and what it did on the cases held out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VersionEntry {
    pub version: u64,
    /// `Staging`, `Production` or `Archived`.
    pub stage: String,
    pub trained_at: DateTime<Utc>,
    pub algorithm: String,
    /// Hyper-parameters that were not as usual.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub parameters: Map<String, Value>,
    pub features: Vec<String>,
    /// What it was trained on: dataset -> its Delta version.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub datasets: BTreeMap<String, u64>,
    /// How many cases these gave, those held out included.
    pub cases: u64,
    /// Who brought it, and what they say of it, where it came as a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported: Option<String>,
    /// How many cases it was measured on.
    pub held_out: u64,
    /// `auc`, `brier`, `mae` ... on the cases held out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub measures: BTreeMap<String, MeasureEntry>,
    /// Of models that tell classes apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classes: Option<ClassesEntry>,
    /// Of models that predict a quantity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantities: Option<QuantitiesEntry>,
    /// Feature -> the mean size of what it adds to an answer (its SHAP values), in what the model sums: log-odds, probabilities,
    /// or the unit of what is predicted.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub importance: BTreeMap<String, f64>,
}

/// A measure with its 95% interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MeasureEntry {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

/// What a model that tells classes apart did on the cases held out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClassesEntry {
    /// In the order of rows and columns of the confusion matrix.
    pub names: Vec<String>,
    /// How many cases of a class (first index) were predicted to be of which (second).
    pub confusion: Vec<Vec<u64>>,
    /// By rising probability; ranges without cases are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calibration: Vec<CalibrationRange>,
    /// Of each class against all others; of two classes, of the second only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub curves: Vec<CurvesEntry>,
}

/// The cases whose probability lies in a range.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CalibrationRange {
    pub low: f64,
    pub high: f64,
    pub cases: u64,
    /// Mean probability that was told.
    pub probability: f64,
    /// Share of the cases that were of the class.
    pub frequency: f64,
}

/// How a class is told from all others, at every threshold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CurvesEntry {
    /// One of the names of the classes.
    pub class: String,
    /// False positive rate (x) and true positive rate (y), by rising x.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roc: Vec<Point>,
    /// Recall (x) and precision (y), by rising x.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub precision_recall: Vec<Point>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "CurvePoint")]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

/// What a model that predicts a quantity did on the cases held out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuantitiesEntry {
    /// Up to ten, by rising prediction, with about as many cases each.
    pub ranges: Vec<QuantityRange>,
}

/// The cases whose prediction lies in a range, in the unit of what is predicted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuantityRange {
    /// Lowest prediction.
    pub low: f64,
    /// Highest prediction.
    pub high: f64,
    pub cases: u64,
    /// Mean that was predicted.
    pub predicted: f64,
    /// Mean that came true.
    pub truth: f64,
    /// Mean absolute error.
    pub error: f64,
}

/// A version changed its stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StageChangeEntry {
    pub at: DateTime<Utc>,
    pub version: u64,
    /// What it became.
    pub stage: String,
    pub decided_by: String,
    pub why: String,
}
