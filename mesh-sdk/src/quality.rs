//! What a dataset is measured to be, against what its contract promises of the whole of it: its quality rules and its
//! service levels.

mod service_levels;
mod watch;

use chrono::{DateTime, Utc};
use mesh_contracts::{Contract, QualityRule};
use mesh_storage::{Dataset, Engine};
use schemars::JsonSchema;
use serde::Serialize;

pub use service_levels::{Kept, LevelResult};
pub(crate) use watch::{Reports, Watch};

/// The rules of a dataset's contract, each with what was measured.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct QualityReport {
    pub dataset: String,
    /// Id of the contract.
    pub contract: String,
    pub contract_version: String,
    /// Delta version of the dataset that was looked at.
    pub version: u64,
    pub rows: u64,
    pub checked_at: DateTime<Utc>,
    pub results: Vec<RuleResult>,
    pub service_levels: Vec<LevelResult>,
}

/// One quality rule and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RuleResult {
    /// Unique in the contract.
    pub rule: String,
    /// Dotted path of the property it is about; absent for a rule about the dataset.
    pub property: Option<String>,
    /// The rule in English.
    pub sentence: String,
    /// What the measured number is held against: `> 0`.
    pub threshold: String,
    /// How bad a failure is, as the contract says: `error`, `warning`, `info`.
    pub severity: Option<String>,
    pub verdict: Verdict,
    /// The number that was measured.
    pub observed: Option<f64>,
    /// Why the rule could not be run.
    pub reason: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Passed,
    Failed,
    NotRun,
}

impl Verdict {
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NotRun => "not run",
        }
    }
}

impl RuleResult {
    /// Whether the contract is broken: what fails with a warning is for its team to look at.
    pub fn is_breach(&self) -> bool {
        let lenient = matches!(self.severity.as_deref(), Some("warning" | "info"));
        self.verdict == Verdict::Failed && !lenient
    }
}

impl QualityReport {
    /// How many rules have this verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        let of = self
            .results
            .iter()
            .filter(|result| result.verdict == verdict);
        of.count()
    }
}

/// Measures a dataset of `engine`.
pub(crate) async fn measure(engine: &Engine, dataset: &Dataset) -> QualityReport {
    let info = dataset.info();
    let contract = dataset.contract();
    // The commit that made the table, and no other.
    let is_untouched = info.version == 0 && info.rows == 0;
    let (results, service_levels) = if is_untouched {
        let results = contract.quality().iter().map(not_yet).collect();
        (results, Vec::new())
    } else {
        let results = rules(engine, dataset.name(), contract).await;
        let updated = info.updated_at;
        let levels = service_levels::measure(engine, dataset.name(), contract, updated);
        (results, levels.await)
    };
    QualityReport {
        dataset: dataset.name().to_owned(),
        contract: contract.id().to_owned(),
        contract_version: contract.version().to_owned(),
        version: info.version,
        rows: info.rows,
        checked_at: Utc::now(),
        results,
        service_levels,
    }
}

/// Runs every quality rule of `contract` on the table `table` of `engine`.
pub(crate) async fn rules(engine: &Engine, table: &str, contract: &Contract) -> Vec<RuleResult> {
    let mut results = Vec::new();
    for rule in contract.quality() {
        results.push(self::rule(engine, table, rule).await);
    }
    results
}

async fn rule(engine: &Engine, table: &str, rule: &QualityRule) -> RuleResult {
    let measured = match rule.query(table) {
        Ok(query) => number(engine, &query).await,
        Err(reason) => Err(reason),
    };
    judged(rule, measured)
}

fn not_yet(rule: &QualityRule) -> RuleResult {
    judged(rule, Err("nothing has come in yet".to_owned()))
}

fn judged(rule: &QualityRule, measured: Result<f64, String>) -> RuleResult {
    let (verdict, observed, reason) = match measured {
        Ok(observed) if rule.holds(observed) => (Verdict::Passed, Some(observed), None),
        Ok(observed) => (Verdict::Failed, Some(observed), None),
        Err(reason) => (Verdict::NotRun, None, Some(reason)),
    };
    RuleResult {
        rule: rule.name().to_owned(),
        property: rule.property().map(str::to_owned),
        sentence: rule.sentence(),
        threshold: rule.threshold(),
        severity: rule.severity().map(str::to_owned),
        verdict,
        observed,
        reason,
    }
}

/// The number that a query gives, or why it gives none.
async fn number(engine: &Engine, query: &str) -> Result<f64, String> {
    match engine.number(query).await {
        Ok(Some(number)) => Ok(number),
        Ok(None) => Err("there are no rows to measure it on".to_owned()),
        Err(error) => Err(format!("the query fails: {}", error.without_values())),
    }
}
