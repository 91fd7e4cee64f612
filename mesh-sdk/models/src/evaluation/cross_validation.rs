//! Stratified cross-validation of a model of yes and no; [`Pipeline::validate`] is that of every model.

use std::ops::ControlFlow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::evaluation::division::{Division, Order};
use crate::evaluation::measure::Measure;
use crate::{ModelError, Pipeline, Table, Target};

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
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
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
/// [`Pipeline::fit`].
pub fn cross_validate(
    pipeline: &Pipeline,
    table: &Table,
    labels: &[bool],
    plan: CrossValidation,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<CrossValidationReport, ModelError> {
    let target = Target::yes_or_no(labels);
    let division = Division {
        order: Order::Stratified,
        folds: plan.folds,
        repeats: plan.repeats,
        seed: plan.seed,
    };
    let mut progress = |done, total| {
        progress(done, total);
        ControlFlow::Continue(())
    };
    let validation = pipeline.validate(table, &target, division, &mut progress)?;
    let results: Vec<FoldResult> = validation
        .folds
        .iter()
        .enumerate()
        .map(|(i, fold)| FoldResult {
            repeat: i / plan.folds,
            fold: i % plan.folds,
            cases: fold.cases,
            accuracy: fold.measures[&Measure::Accuracy],
            auc: fold.measures[&Measure::Auc],
        })
        .collect();
    let of = |measure: fn(&FoldResult) -> f64| {
        Summary::of(&results.iter().map(measure).collect::<Vec<_>>())
    };
    Ok(CrossValidationReport {
        accuracy: of(|result| result.accuracy),
        auc: of(|result| result.auc),
        folds: results,
    })
}

impl Summary {
    pub(crate) fn of(values: &[f64]) -> Self {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        Self {
            mean,
            sd: (squares / (n - 1.0)).sqrt(),
        }
    }
}
