use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the promises of a dataset's contract were kept when they were last checked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QualityEntry {
    pub checked_at: DateTime<Utc>,
    /// Delta version that was checked.
    pub version: i64,
    /// The contract's quality rules, in its order.
    pub results: Vec<RuleResult>,
    /// The service levels the contract promises, in its order.
    pub service_levels: Vec<ServiceLevelResult>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RuleResult {
    /// Name of the rule.
    pub rule: String,
    /// The column it is about, dotted from the outside in; absent when it is about the whole dataset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub property: Option<String>,
    /// The rule in plain words: `event_id has no duplicate values`.
    pub sentence: String,
    pub status: RuleStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed: Option<f64>,
    /// What is promised, in words: `= 0`, `≤ 1 %`; empty where it is no number.
    pub threshold: String,
    /// The contract's word for how bad a failure is; a `warning` or an `info` puts a product at risk, all else breaks
    /// its contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// Why it was not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl RuleResult {
    /// Whether a failure of it is no breach of the contract.
    pub(crate) fn is_lenient(&self) -> bool {
        matches!(self.severity.as_deref(), Some("warning" | "info"))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RuleStatus {
    Passed,
    Failed,
    NotRun,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ServiceLevelResult {
    /// The contract's word for it: `latency`, `availability`.
    pub property: String,
    /// The promise in plain words: `A row can be read at most 60 s after received_at`.
    pub sentence: String,
    pub status: ServiceLevelStatus,
    /// In words, with its unit: `12 s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed: Option<String>,
    /// Why it was not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ServiceLevelStatus {
    Kept,
    Broken,
    NotMeasured,
}
