//! What the rows of a dataset are like, told of all of them together.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A dataset as of one version. No value that fewer than ten rows share is in it, and of properties that the contract keeps from
/// some people nothing but how many nulls and different values there are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProfileEntry {
    /// Delta version that was looked at.
    pub version: i64,
    pub made_at: DateTime<Utc>,
    /// In the order of the contract; absent where they could not be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub properties: Option<Vec<PropertyProfileEntry>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PropertyProfileEntry {
    pub property: String,
    /// Logical type of the contract.
    #[serde(rename = "type")]
    pub kind: String,
    pub rows: u64,
    pub nulls: u64,
    /// About how many values there are; absent of objects and arrays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distinct: Option<u64>,
    /// Of numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numbers: Option<NumbersEntry>,
    /// Of numbers and times, ascending and without a gap. The first bin and the last hold what lies beyond them, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub histogram: Vec<HistogramBin>,
    /// Of what has few values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<ValueShareEntry>,
    /// Why nothing is told of its values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Withheld>,
}

/// Numbers of all rows that have one, told no finer than one in fifty of the deviation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NumbersEntry {
    pub mean: f64,
    /// Standard deviation.
    pub deviation: f64,
    /// By rising part. The first and the last are those of 1% and 99%, or as far out as at least ten rows lie beyond.
    pub quantiles: Vec<QuantileEntry>,
    /// Share of the rows outside of the quartiles by more than 1.5 times their distance; absent where these are fewer than
    /// ten, and of what has few values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outliers: Option<f64>,
}

/// A number that this part of the rows does not exceed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuantileEntry {
    pub part: f64,
    pub value: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HistogramBin {
    pub from: Edge,
    pub to: Edge,
    /// At least ten, or none.
    pub rows: u64,
}

/// Where a bin begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Edge {
    Number(f64),
    Time(DateTime<Utc>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ValueShareEntry {
    /// Absent for all those together that fewer than ten rows share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    pub rows: u64,
    /// Of the rows that have a value, 0 to 1.
    pub share: f64,
}

/// Why nothing is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Withheld {
    /// Its contract keeps it from some people.
    Classified,
    /// Fewer than 50 rows have a value.
    FewRows,
    /// It has too many different values.
    ManyValues,
    /// It is an object or an array.
    Nested,
    /// It, or what it is compared with, is the same in every row.
    Constant,
}

/// How the features of a model go with what it is to tell, over the rows that it learns from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CorrelationsEntry {
    pub model: String,
    /// Column of the training query.
    pub target: String,
    /// What that reads: dataset -> its Delta version.
    pub datasets: BTreeMap<String, u64>,
    /// That it gives.
    pub rows: u64,
    /// In the order of the declaration; absent where they could not be reckoned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub features: Option<Vec<CorrelationEntry>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CorrelationEntry {
    pub feature: String,
    /// Pearson's, -1 to 1; yes counts as 1 and no as 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Withheld>,
}
