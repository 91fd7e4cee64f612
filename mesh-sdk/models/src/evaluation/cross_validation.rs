//! Judging a way of training by training it on parts of the rows and testing on the rest.

use serde::{Deserialize, Serialize};

use crate::evaluation::folds::stratified_folds;
use crate::{LogisticRegression, Model, ModelError, Scores, Table, evaluate};

/// From which probability on a row is predicted positive.
const THRESHOLD: f64 = 0.5;

/// How often to divide the rows, and into how many parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrossValidation {
    /// Parts of a division, at least 2.
    pub folds: usize,
    /// Divisions, at least 1. Division `r` (from 0) is that of [`crate::stratified_folds`] with `seed + r`.
    pub repeats: usize,
    pub seed: u64,
}

/// What came out of it, in total and per fold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CrossValidationReport {
    pub accuracy: Summary,
    pub auc: Summary,
    /// In the order they were tested: all folds of the first division, then the next.
    pub folds: Vec<FoldResult>,
}

/// Mean and sample standard deviation over all folds of all divisions.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    pub mean: f64,
    pub sd: f64,
}

/// How the model that was trained on all other folds did on one; both numbers count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FoldResult {
    pub repeat: usize,
    pub fold: usize,
    pub cases: usize,
    pub accuracy: f64,
    pub auc: f64,
}

/// Trains and tests `folds` x `repeats` times. What is tested is the exported model in the executor, the thing that would
/// serve. `progress` hears how many of the trainings are done, and of how many.
///
/// # Errors
/// [`ModelError::InvalidParameter`] for folds or repeats that the rows do not allow, and the errors of
/// [`LogisticRegression::fit`].
pub fn cross_validate(
    spec: &LogisticRegression,
    table: &Table,
    labels: &[bool],
    plan: CrossValidation,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<CrossValidationReport, ModelError> {
    if plan.repeats == 0 {
        return Err(ModelError::parameter("repeats", "must be at least 1"));
    }
    if labels.len() != table.rows() {
        return Err(ModelError::training_data(format!(
            "{} labels for {} rows",
            labels.len(),
            table.rows()
        )));
    }
    let total = plan.folds.saturating_mul(plan.repeats);
    let mut results = Vec::new();
    let mut scores = Scores::new();
    for repeat in 0..plan.repeats {
        let folds = stratified_folds(labels, plan.folds, plan.seed.wrapping_add(repeat as u64))?;
        for (fold, test) in folds.iter().enumerate() {
            let mut train: Vec<usize> = folds
                .iter()
                .enumerate()
                .filter(|(i, _)| *i != fold)
                .flat_map(|(_, rows)| rows)
                .copied()
                .collect();
            train.sort_unstable();
            let of = |rows: &[usize]| rows.iter().map(|&row| labels[row]).collect::<Vec<_>>();
            let fitted = spec.fit(&table.select_rows(&train), &of(&train))?;
            let model = Model::from_onnx(&fitted.to_onnx())?;
            model.score(table.select_rows(test).values(), &mut scores)?;
            let positive: Vec<f64> = scores
                .probabilities()
                .iter()
                .skip(1)
                .step_by(2)
                .copied()
                .map(f64::from)
                .collect();
            let evaluation = evaluate(&of(test), &positive, THRESHOLD)?;
            let auc = evaluation.auc.expect("each fold has rows of both classes");
            results.push(FoldResult {
                repeat,
                fold,
                cases: evaluation.cases,
                accuracy: evaluation.accuracy,
                auc,
            });
            progress(results.len(), total);
        }
    }
    Ok(CrossValidationReport {
        accuracy: Summary::of(&results, |result| result.accuracy),
        auc: Summary::of(&results, |result| result.auc),
        folds: results,
    })
}

impl Summary {
    fn of(results: &[FoldResult], measure: impl Fn(&FoldResult) -> f64) -> Self {
        let n = results.len() as f64;
        let mean = results.iter().map(&measure).sum::<f64>() / n;
        let squares: f64 = results
            .iter()
            .map(|result| (measure(result) - mean).powi(2))
            .sum();
        Self {
            mean,
            sd: (squares / (n - 1.0)).sqrt(),
        }
    }
}
