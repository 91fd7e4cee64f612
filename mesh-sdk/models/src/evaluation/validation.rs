//! Judging a pipeline by training it on parts of the rows and testing on others.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::evaluation::answers::Answers;
use crate::evaluation::division::{Division, Split};
use crate::evaluation::measure::{Measure, Measurer};
use crate::{ModelError, Pipeline, Table, Target};

/// Hears how many of the trainings are done, and of how many; breaks off by its answer.
pub type Progress<'a> = &'a mut dyn FnMut(usize, usize) -> ControlFlow<()>;

/// What came of a cross-validation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Validation {
    /// Over all folds that define the measure.
    pub measures: BTreeMap<Measure, Summary>,
    /// In the order they were tested.
    pub folds: Vec<Fold>,
}

/// Mean and sample standard deviation over folds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    pub mean: f64,
    pub sd: f64,
}

/// How the model that was trained on other rows did on some.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Fold {
    pub trained_on: usize,
    pub cases: usize,
    pub measures: BTreeMap<Measure, f64>,
}

impl Pipeline {
    /// Trains and tests on every split of the division. What is tested is the exported model in the executor, the thing that would serve.
    ///
    /// # Errors
    /// [`ModelError::InvalidParameter`] for a division that the rows do not allow, [`ModelError::Cancelled`] where `progress` breaks off,
    /// and the errors of [`Pipeline::fit`].
    pub fn validate(
        &self,
        table: &Table,
        target: &Target,
        division: Division,
        progress: Progress,
    ) -> Result<Validation, ModelError> {
        target.check(table)?;
        let splits = division.divide(table.rows(), target)?;
        let mut folds = Vec::with_capacity(splits.len());
        for split in &splits {
            folds.push(self.test(table, target, split)?);
            if progress(folds.len(), splits.len()).is_break() {
                return Err(ModelError::Cancelled);
            }
        }
        Ok(Validation::of(folds))
    }

    pub(crate) fn test(
        &self,
        table: &Table,
        target: &Target,
        split: &Split,
    ) -> Result<Fold, ModelError> {
        let of = |rows: &[usize]| (table.select_rows(rows), target.select(rows));
        let (train, train_target) = of(&split.train);
        let (test, test_target) = of(&split.test);
        let trained = self.fit(&train, &train_target)?;
        let answers = Answers::of_trained(&trained, &test, &test_target)?;
        let measured = Measurer::new(&answers).all(&vec![1; split.test.len()]);
        let named = Measure::of(&answers).iter().copied().zip(measured);
        Ok(Fold {
            trained_on: split.train.len(),
            cases: split.test.len(),
            measures: named
                .filter_map(|(name, value)| Some((name, value?)))
                .collect(),
        })
    }
}

impl Validation {
    pub(crate) fn of(folds: Vec<Fold>) -> Self {
        let mut values = BTreeMap::<Measure, Vec<f64>>::new();
        for fold in &folds {
            for (measure, value) in &fold.measures {
                values.entry(*measure).or_default().push(*value);
            }
        }
        let summaries = values
            .iter()
            .map(|(measure, values)| (*measure, Summary::of(values)));
        Self {
            measures: summaries.collect(),
            folds,
        }
    }
}

impl Summary {
    fn of(values: &[f64]) -> Self {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        Self {
            mean,
            sd: (squares / (n - 1.0)).sqrt(),
        }
    }
}

#[cfg(test)]
mod tests;
