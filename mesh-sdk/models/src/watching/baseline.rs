//! What the cases looked like that a model is compared with later.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::random::Random;
use crate::train::features::columns;
use crate::watching::categorical::Categorical;
use crate::watching::drift::Comparison;
use crate::watching::numeric::Numeric;
use crate::{ModelError, Table, Task};

/// What the cases that a version learned from, or was measured on, looked like: of each feature and of the score, counts in bins or per
/// code, and of quantities up to 2,000 values. It is to be kept with the version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Baseline {
    pub(crate) cases: usize,
    pub(crate) features: Vec<Feature>,
    pub(crate) score: Score,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Feature {
    pub(crate) name: String,
    pub(crate) profile: Profile,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Profile {
    Numeric(Numeric),
    Categorical(Categorical),
}

/// As a profile, and told apart by what it holds: that of quantities was all there was at first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Score {
    Numeric(Numeric),
    Categorical(Categorical),
}

impl Score {
    pub(crate) fn compare(&self, values: impl Iterator<Item = f32>) -> Comparison {
        match self {
            Self::Numeric(numeric) => numeric.compare(values),
            Self::Categorical(categorical) => categorical.compare(values),
        }
    }
}

impl Baseline {
    /// Of all columns of the table, of which `categorical` are codes without an order, and of the score of each row: the probability of
    /// yes, the class or the quantity that was predicted, as the task is; NaN where there was no answer. The same seed keeps the same
    /// values.
    ///
    /// # Errors
    /// [`ModelError::InvalidParameter`] for a categorical feature that is not a column, or several, and [`ModelError::InvalidEvaluation`]
    /// when there are not as many scores as rows.
    pub fn of(
        table: &Table,
        categorical: &[String],
        task: Task,
        scores: &[f64],
        seed: u64,
    ) -> Result<Self, ModelError> {
        check_scores(table, scores)?;
        let codes = columns(table, "categorical", categorical)?;
        let feature = |(column, name): (usize, &String)| Feature {
            name: name.clone(),
            profile: if codes.contains(&column) {
                Profile::Categorical(Categorical::of(table.column(column)))
            } else {
                let random = Random::of_part(seed, column as u64 + 1);
                Profile::Numeric(Numeric::of(table.column(column), random))
            },
        };
        let scores = scores.iter().map(|score| *score as f32);
        Ok(Self {
            cases: table.rows(),
            features: table.names().iter().enumerate().map(feature).collect(),
            score: match task {
                Task::YesOrNo | Task::Quantity => {
                    Score::Numeric(Numeric::of(scores, Random::of_part(seed, 0)))
                }
                Task::Class => Score::Categorical(Categorical::of(scores)),
            },
        })
    }
}

impl Profile {
    pub(crate) fn compare(&self, values: impl Iterator<Item = f32>) -> Comparison {
        match self {
            Self::Numeric(numeric) => numeric.compare(values),
            Self::Categorical(categorical) => categorical.compare(values),
        }
    }
}

pub(crate) fn check_scores(table: &Table, scores: &[f64]) -> Result<(), ModelError> {
    if scores.len() != table.rows() {
        let reason = format!("{} scores for {} rows", scores.len(), table.rows());
        return Err(ModelError::evaluation(reason));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
