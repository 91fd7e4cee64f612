//! How good a model's answers are before the truth is known: confidence-based performance estimation.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ModelError;
use crate::evaluation::bootstrap::Measured;
use crate::evaluation::measure::Measure;
use crate::evaluation::measures::evaluate;
use crate::watching::calibration::{calibration_helps, is_off};
use crate::watching::expected::{Answer, measures};
use crate::watching::isotonic::Isotonic;

/// The fewest reference cases of either class.
const FEWEST: usize = 10;
/// Above, classes are told apart so well that there is nothing to calibrate.
const PERFECT: f64 = 0.999;

/// Estimates the measures of a binary classifier from its probabilities alone.
///
/// A calibrated probability of yes says how likely the answer is right; summed over cases that gives expected counts of hits and errors,
/// and from those come the measures. Where the probabilities on the reference cases are further from frequencies than chance explains, and
/// an isotonic regression brings them nearer on cases it has not seen, they pass through it first. All this holds as long as a
/// probability still means what it meant on the reference cases: it sees that cases became harder, not that the world answers otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Estimator {
    threshold: f64,
    calibration: Option<Isotonic>,
}

/// What the labels of some cases are expected to say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Estimate {
    /// How many have an answer.
    pub cases: usize,
    /// Accuracy, precision, recall, F1, AUC, log loss and Brier score; absent where the cases do not define one. The interval has, with 95 %
    /// confidence, what the true labels would give.
    pub measures: BTreeMap<Measure, Measured>,
}

impl Estimator {
    /// Learns from cases that the model did not learn from. Yes is predicted from `threshold` up. The same seed tries calibration on
    /// the same cases.
    ///
    /// # Errors
    /// [`ModelError::InvalidEvaluation`] when labels and probabilities do not fit one another, a probability or the threshold lies outside
    /// 0 to 1, or a class has fewer than ten cases.
    pub fn fit(
        labels: &[bool],
        probabilities: &[f64],
        threshold: f64,
        seed: u64,
    ) -> Result<Self, ModelError> {
        let auc = evaluate(labels, probabilities, threshold)?.auc;
        let yes = labels.iter().filter(|label| **label).count();
        let fewest = yes.min(labels.len() - yes);
        if fewest < FEWEST {
            let reason = format!("a class has {fewest} cases, must have {FEWEST} at least");
            return Err(ModelError::evaluation(reason));
        }
        let perfect = auc.is_some_and(|auc| auc > PERFECT);
        let calibrates = !perfect
            && is_off(labels, probabilities)
            && calibration_helps(labels, probabilities, seed)?;
        Ok(Self {
            threshold,
            calibration: calibrates.then(|| Isotonic::fit(probabilities, labels)),
        })
    }

    /// Whether the model's probabilities are not taken as they are.
    pub fn calibrates(&self) -> bool {
        self.calibration.is_some()
    }

    /// Estimates the measures on cases with these probabilities of yes; NaN, no answer, is passed over.
    ///
    /// # Errors
    /// [`ModelError::InvalidEvaluation`] for a probability outside 0 to 1.
    pub fn estimate(&self, probabilities: &[f64]) -> Result<Estimate, ModelError> {
        let mut answers = Vec::with_capacity(probabilities.len());
        for (row, &score) in probabilities.iter().enumerate() {
            if score.is_nan() {
                continue;
            }
            if !(0.0..=1.0).contains(&score) {
                let reason = format!("the probability of row {row} is not between 0 and 1");
                return Err(ModelError::evaluation(reason));
            }
            let calibrated = self.calibration.as_ref();
            answers.push(Answer {
                score,
                probability: calibrated.map_or(score, |isotonic| isotonic.probability(score)),
            });
        }
        Ok(Estimate {
            cases: answers.len(),
            measures: measures(&answers, self.threshold),
        })
    }
}

#[cfg(test)]
mod tests;
