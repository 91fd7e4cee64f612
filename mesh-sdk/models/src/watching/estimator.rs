//! How good a model's answers are before the truth is known: confidence-based performance estimation.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ModelError;
use crate::evaluation::bootstrap::Measured;
use crate::evaluation::folds::stratified_split;
use crate::evaluation::measure::Measure;
use crate::evaluation::measures::evaluate;
use crate::watching::expected::{Answer, measures};
use crate::watching::isotonic::Isotonic;

/// The fewest reference cases of either class.
const FEWEST: usize = 10;
/// How often calibration is tried, each time on a tenth of the reference cases.
const TRIALS: u64 = 10;
const HELD_OUT: f64 = 0.1;
/// How many bins calibration errors are told in.
const BINS: usize = 10;
/// Above, classes are told apart so well that there is nothing to calibrate.
const PERFECT: f64 = 0.999;

/// Estimates the measures of a binary classifier from its probabilities alone.
///
/// A calibrated probability of yes says how likely the answer is right; summed over cases that gives expected counts of hits and errors,
/// and from those come the measures. Where the probabilities on the reference cases are not true to frequencies, and an isotonic regression
/// makes them so on cases it has not seen, they pass through it first. This holds as long as a probability still means what it meant on
/// the reference cases: it sees that cases became harder, not that the world answers otherwise.
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
        let calibrates = !perfect && calibration_helps(labels, probabilities, seed)?;
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

/// Whether isotonic regression lowers the calibration error on cases that it has not seen.
fn calibration_helps(labels: &[bool], scores: &[f64], seed: u64) -> Result<bool, ModelError> {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for trial in 0..TRIALS {
        let (train, test) = stratified_split(labels, HELD_OUT, seed.wrapping_add(trial))?;
        let of_train = |values: &[f64]| train.iter().map(|&row| values[row]).collect::<Vec<_>>();
        let train_labels: Vec<bool> = train.iter().map(|&row| labels[row]).collect();
        let isotonic = Isotonic::fit(&of_train(scores), &train_labels);
        for row in test {
            before.push((scores[row], labels[row]));
            after.push((isotonic.probability(scores[row]), labels[row]));
        }
    }
    Ok(calibration_error(before) > calibration_error(after))
}

/// How far mean probabilities are from frequencies, in ten bins of as many cases each, the last one having what is left over.
fn calibration_error(mut cases: Vec<(f64, bool)>) -> f64 {
    cases.sort_by(|a, b| a.0.total_cmp(&b.0));
    let bins = BINS.min(cases.len() / 2).max(1);
    let width = cases.len() / bins;
    let off = (0..bins).map(|bin| {
        let end = if bin + 1 == bins {
            cases.len()
        } else {
            (bin + 1) * width
        };
        let of_bin = &cases[bin * width..end];
        let probabilities: f64 = of_bin.iter().map(|case| case.0).sum();
        let yes = of_bin.iter().filter(|case| case.1).count() as f64;
        (probabilities - yes).abs()
    });
    off.sum::<f64>() / cases.len() as f64
}

#[cfg(test)]
mod tests;
