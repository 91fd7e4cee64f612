//! What can go wrong with a model.

use std::borrow::Cow;

/// Why a model could not be trained, read, run or judged.
///
/// Messages name features, parameters, nodes and row numbers, never a value of a row: rows are health data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// A parameter of training or validation is out of its range, or names a feature that is not there.
    #[error("parameter `{parameter}`: {reason}")]
    InvalidParameter {
        parameter: Cow<'static, str>,
        reason: String,
    },
    /// The rows or labels cannot teach this model.
    #[error("training data: {reason}")]
    InvalidTrainingData { reason: String },
    /// The solver gave up, with its own words.
    #[error("training failed: {reason}")]
    TrainingFailed { reason: String },
    /// Whoever asked for it broke it off.
    #[error("training was cancelled")]
    Cancelled,
    /// The solver stopped before it found the optimum: the coefficients would depend on where it stopped.
    #[error(
        "training did not converge within {iterations} iterations; raise `max_iterations` or `l2`"
    )]
    NotConverged { iterations: u64 },
    /// No algorithm has this name.
    #[error("there is no algorithm `{name}`; there are {known}")]
    UnknownAlgorithm { name: String, known: String },
    /// The model cannot leave this process.
    #[error("{algorithm} has no export: {reason}")]
    NotExportable {
        algorithm: &'static str,
        reason: &'static str,
    },
    /// Nothing can be said about why the model answers as it does.
    #[error("the model cannot be explained: {reason}")]
    NotExplainable { reason: String },
    /// A snapshot of a model that learns on is damaged, or of another version.
    #[error("not a usable snapshot: {reason}")]
    InvalidSnapshot { reason: String },
    /// The bytes are not an ONNX model that scores rows of numbers.
    #[error("not a usable ONNX model: {reason}")]
    InvalidModel { reason: String },
    /// The model needs an operator that the executor does not have.
    #[error("operator `{operator}` of node `{node}` is not supported")]
    UnsupportedOperator { operator: String, node: String },
    /// A node is malformed, or uses its operator in a way the executor does not have.
    #[error("node `{node}` ({operator}): {reason}")]
    InvalidNode {
        operator: String,
        node: String,
        reason: String,
    },
    /// The values are not rows of this many features.
    #[error("{values} values do not make whole rows of {features} features")]
    RowShape { values: usize, features: usize },
    /// The model has no answer for this row (the first such, from 0): a feature is missing or infinite and the model does
    /// not impute it.
    #[error(
        "row {row}: the model has no answer; a feature that it does not impute is missing or infinite"
    )]
    UndefinedScore { row: usize },
    /// Labels and probabilities cannot be compared.
    #[error("evaluation: {reason}")]
    InvalidEvaluation { reason: String },
}

impl ModelError {
    /// The stable name of this kind of error, in kebab case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidParameter { .. } => "invalid-model-parameter",
            Self::InvalidTrainingData { .. } => "invalid-training-data",
            Self::TrainingFailed { .. } => "training-failed",
            Self::Cancelled => "training-cancelled",
            Self::NotConverged { .. } => "training-not-converged",
            Self::UnknownAlgorithm { .. } => "unknown-algorithm",
            Self::NotExportable { .. } => "model-not-exportable",
            Self::NotExplainable { .. } => "model-not-explainable",
            Self::InvalidSnapshot { .. } => "invalid-model-snapshot",
            Self::InvalidModel { .. } => "invalid-model",
            Self::UnsupportedOperator { .. } => "unsupported-operator",
            Self::InvalidNode { .. } => "invalid-model-node",
            Self::RowShape { .. } => "row-shape",
            Self::UndefinedScore { .. } => "undefined-score",
            Self::InvalidEvaluation { .. } => "invalid-evaluation",
        }
    }

    pub(crate) fn parameter(
        parameter: impl Into<Cow<'static, str>>,
        reason: impl Into<String>,
    ) -> Self {
        Self::InvalidParameter {
            parameter: parameter.into(),
            reason: reason.into(),
        }
    }

    pub(crate) fn training_data(reason: impl Into<String>) -> Self {
        Self::InvalidTrainingData {
            reason: reason.into(),
        }
    }

    pub(crate) fn training_failed(reason: impl ToString) -> Self {
        Self::TrainingFailed {
            reason: reason.to_string(),
        }
    }

    pub(crate) fn model(reason: impl Into<String>) -> Self {
        Self::InvalidModel {
            reason: reason.into(),
        }
    }

    pub(crate) fn evaluation(reason: impl Into<String>) -> Self {
        Self::InvalidEvaluation {
            reason: reason.into(),
        }
    }
}
