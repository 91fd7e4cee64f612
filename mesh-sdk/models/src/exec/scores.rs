//! Where scores go.

/// The answers to one call of [`crate::Model::score`], and the buffers behind them. Keep one per thread and pass it again: once
/// it has grown to the largest batch nothing is allocated any more.
#[derive(Debug, Clone, Default)]
pub struct Scores {
    pub(crate) labels: Vec<i64>,
    pub(crate) values: Vec<f32>,
    pub(crate) scratch: Vec<f32>,
}

impl Scores {
    /// Nothing scored yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The predicted class of each row, one of [`crate::Model::classes`]; none where the model predicts a quantity.
    pub fn labels(&self) -> &[i64] {
        &self.labels
    }

    /// The probability of each class in each row, row-major: rows x classes, in the order of [`crate::Model::classes`]; none where
    /// the model predicts a quantity.
    pub fn probabilities(&self) -> &[f32] {
        if self.labels.is_empty() {
            &[]
        } else {
            &self.values
        }
    }

    /// The predicted quantity of each row; none of a classifier.
    pub fn quantities(&self) -> &[f32] {
        if self.labels.is_empty() {
            &self.values
        } else {
            &[]
        }
    }
}
