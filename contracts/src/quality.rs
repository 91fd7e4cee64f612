//! What a contract promises about a whole dataset: ODCS `quality`, and what its schema says of keys.

mod read;
mod sql;
#[cfg(test)]
mod tests;
mod threshold;
mod words;

use serde_json::Value;

pub(crate) use read::rules;
use threshold::Threshold;

use crate::column::Column;

/// One promise about a dataset, and how to measure whether it is kept.
#[derive(Clone, Debug)]
pub struct QualityRule {
    name: String,
    schema: String,
    column: Option<Column>,
    check: Check,
    threshold: Threshold,
    description: Option<String>,
    dimension: Option<String>,
    severity: Option<String>,
    business_impact: Option<String>,
    schedule: Option<String>,
}

/// What is measured.
#[derive(Clone, Debug)]
enum Check {
    NullValues,
    /// Null and these.
    MissingValues(Vec<Value>),
    InvalidValues {
        valid: Option<Vec<Value>>,
        pattern: Option<String>,
    },
    /// Rows that repeat what these columns have together in another row.
    DuplicateValues(Vec<Column>),
    RowCount,
    Sql(String),
    Text,
    /// By an engine of its own.
    Custom(String),
    /// What this mesh does not know how to measure, and why.
    Unknown(String),
}

impl QualityRule {
    /// Unique within the contract: the rule's own name or id, or else made of what it is about,
    /// `patient_id.nullValues`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Dotted path of the property it is about; none where it is about whole rows.
    pub fn property(&self) -> Option<&str> {
        self.column.as_ref().map(Column::path)
    }

    /// For people, in the contract's own words.
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// `completeness`, `uniqueness` ...
    pub fn dimension(&self) -> Option<&str> {
        self.dimension.as_deref()
    }

    /// `error`, `warning` ...
    pub fn severity(&self) -> Option<&str> {
        self.severity.as_deref()
    }

    /// What follows where it is broken.
    pub fn business_impact(&self) -> Option<&str> {
        self.business_impact.as_deref()
    }

    /// When to measure it, in the syntax of the scheduler that the contract names.
    pub fn schedule(&self) -> Option<&str> {
        self.schedule.as_deref()
    }

    /// The promise in plain English: `patient_id has at most 1 % null values`.
    pub fn sentence(&self) -> String {
        words::sentence(self)
    }

    /// What the measured number must be: `> 0`, `between 1 and 5 %`; empty where there is no number.
    pub fn threshold(&self) -> String {
        self.threshold.to_string()
    }

    /// Whether the measured number keeps the promise.
    pub fn holds(&self, value: f64) -> bool {
        self.threshold.holds(value)
    }

    /// SQL over the table named `table`, in the dialect of DataFusion and PostgreSQL, that gives one row with the
    /// measured number as `value`: null where there are no rows to take a share of.
    ///
    /// # Errors
    /// Why it cannot be measured, for people.
    pub fn query(&self, table: &str) -> Result<String, String> {
        sql::query(self, table)
    }
}
