//! What is known of a model's answers since it gives them.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Bound;

/// How a model does since it answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WatchEntry {
    /// When it was looked at last.
    pub as_of: DateTime<Utc>,
    /// The newest look at what was asked; absent before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<LookEntry>,
    /// The newest look at answers whose outcome is known; absent before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labelled: Option<LookEntry>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub measures: Vec<SeriesEntry>,
    /// Of each feature.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drift: Vec<DriftEntry>,
    /// What was found to be wrong, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

/// What a look was at: some of the newest answers, not all that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LookEntry {
    /// The version that gave the answers.
    pub version: u64,
    pub answers: u64,
}

/// A measure over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SeriesEntry {
    /// `auc`, `brier`, `mae` ...
    pub measure: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<Bound>,
    /// Oldest first.
    pub points: Vec<SeriesPoint>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SeriesPoint {
    pub at: DateTime<Utc>,
    /// The version that answered.
    pub version: u64,
    pub value: f64,
    /// Of the 95% interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    pub cases: u64,
    /// Told from the probabilities alone, because the outcomes are not known yet.
    #[serde(default)]
    pub estimated: bool,
}

/// Whether the values of a feature are still those that the model learnt from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DriftEntry {
    pub feature: String,
    /// Of what the statistic is: `PSI`, `Kolmogorov-Smirnov` ...
    pub test: String,
    pub statistic: f64,
    /// It has drifted from here on.
    pub threshold: f64,
    pub drifted: bool,
    pub reference_cases: u64,
    pub current_cases: u64,
    /// In the order of the values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bins: Vec<DriftRange>,
    /// Oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub series: Vec<DriftPoint>,
}

/// A range of values, or one of them, and how many cases have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DriftRange {
    pub label: String,
    pub reference: u64,
    pub current: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DriftPoint {
    pub at: DateTime<Utc>,
    /// Population stability index.
    pub psi: f64,
    pub threshold: f64,
}

/// Something was found to be wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    pub at: DateTime<Utc>,
    /// What was not kept, in words.
    pub rule: String,
    /// What was done about it, in words.
    pub action: String,
    /// The numbers that show it, in words.
    pub evidence: String,
}
