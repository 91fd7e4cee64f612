//! Measures of a binary classifier on labelled rows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ModelError;

/// What a binary classifier did on labelled rows. A measure that the rows do not define is absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evaluation {
    /// How many rows were judged.
    pub cases: usize,
    /// The part of the rows whose class was predicted.
    pub accuracy: f64,
    /// Where the accuracy on all such rows lies, with 95 % confidence.
    pub accuracy_interval: Interval,
    /// The probability that a positive row is ranked above a negative one; absent where all rows are of one class.
    pub auc: Option<f64>,
    /// The part of the rows predicted positive that are; absent where none is predicted so.
    pub precision: Option<f64>,
    /// The part of the positive rows that were found; absent where there are none.
    pub recall: Option<f64>,
    /// The harmonic mean of precision and recall; absent where no row is positive or predicted so.
    pub f1: Option<f64>,
    /// Mean negative logarithm of the probability given to the true class.
    pub log_loss: f64,
    /// Mean squared difference between the probability and the outcome.
    pub brier: f64,
    pub confusion: Confusion,
}

/// Rows by what they are and what was predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Confusion {
    pub true_positives: usize,
    pub false_positives: usize,
    pub true_negatives: usize,
    pub false_negatives: usize,
}

/// A range, bounds included.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

/// Judges probabilities of the positive class against the labels; positive is predicted from `threshold` up.
///
/// # Errors
/// [`ModelError::InvalidEvaluation`] when there are no rows, not as many probabilities as labels, or a probability or the
/// threshold lies outside 0 to 1.
pub fn evaluate(
    labels: &[bool],
    probabilities: &[f64],
    threshold: f64,
) -> Result<Evaluation, ModelError> {
    let cases = labels.len();
    if cases == 0 {
        return Err(ModelError::evaluation("there are no rows"));
    }
    if probabilities.len() != cases {
        return Err(ModelError::evaluation(format!(
            "{cases} labels for {} probabilities",
            probabilities.len()
        )));
    }
    if let Some(row) = probabilities
        .iter()
        .position(|probability| !(0.0..=1.0).contains(probability))
    {
        return Err(ModelError::evaluation(format!(
            "the probability of row {row} is not between 0 and 1"
        )));
    }
    if !(0.0..=1.0).contains(&threshold) {
        return Err(ModelError::evaluation(
            "the threshold is not between 0 and 1",
        ));
    }
    let mut confusion = Confusion::default();
    let (mut log_loss, mut brier) = (0.0, 0.0);
    for (&label, &probability) in labels.iter().zip(probabilities) {
        let count = match (label, probability >= threshold) {
            (true, true) => &mut confusion.true_positives,
            (false, true) => &mut confusion.false_positives,
            (false, false) => &mut confusion.true_negatives,
            (true, false) => &mut confusion.false_negatives,
        };
        *count += 1;
        let of_truth = if label {
            probability
        } else {
            1.0 - probability
        };
        // Bounded, as is usual: one certain and wrong answer would make the mean infinite.
        log_loss -= of_truth.max(f64::EPSILON).ln();
        brier += (1.0 - of_truth).powi(2);
    }
    let Confusion {
        true_positives: hits,
        false_positives,
        true_negatives,
        false_negatives,
    } = confusion;
    let correct = hits + true_negatives;
    Ok(Evaluation {
        cases,
        accuracy: correct as f64 / cases as f64,
        accuracy_interval: wilson_95(correct, cases),
        auc: auc(labels, probabilities),
        precision: ratio(hits, hits + false_positives),
        recall: ratio(hits, hits + false_negatives),
        f1: ratio(2 * hits, 2 * hits + false_positives + false_negatives),
        log_loss: log_loss / cases as f64,
        brier: brier / cases as f64,
        confusion,
    })
}

/// The Wilson score interval with 95 % confidence of a proportion: unlike the usual one it stays within 0 to 1 and holds for few
/// cases. Everything is possible where there are no cases.
pub fn wilson_95(correct: usize, cases: usize) -> Interval {
    /// The standard normal distribution's 97.5 % quantile.
    const Z: f64 = 1.959_963_984_540_054;
    if cases == 0 {
        return Interval {
            low: 0.0,
            high: 1.0,
        };
    }
    let n = cases as f64;
    let proportion = correct as f64 / n;
    let centre = proportion + Z * Z / (2.0 * n);
    let spread = Z * (proportion * (1.0 - proportion) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    Interval {
        low: ((centre - spread) / scale).max(0.0),
        high: ((centre + spread) / scale).min(1.0),
    }
}

fn ratio(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// The area under the ROC curve by ranks (Mann and Whitney); equal probabilities share their mean rank.
fn auc(labels: &[bool], probabilities: &[f64]) -> Option<f64> {
    let positives = labels.iter().filter(|&&label| label).count();
    let negatives = labels.len() - positives;
    let mut order: Vec<usize> = (0..labels.len()).collect();
    order.sort_unstable_by(|&a, &b| probabilities[a].total_cmp(&probabilities[b]));
    let mut rank_sum = 0.0;
    let mut below = 0;
    for equal in order.chunk_by(|&a, &b| probabilities[a] == probabilities[b]) {
        let mean_rank = below as f64 + (equal.len() as f64 + 1.0) / 2.0;
        rank_sum += mean_rank * equal.iter().filter(|&&row| labels[row]).count() as f64;
        below += equal.len();
    }
    let least = positives as f64 * (positives as f64 + 1.0) / 2.0;
    (positives > 0 && negatives > 0)
        .then(|| (rank_sum - least) / (positives as f64 * negatives as f64))
}

#[cfg(test)]
mod tests;
