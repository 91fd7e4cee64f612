//! The answer of a model, as what each feature added to it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::exec::forest::Forest;
use crate::exec::linear::Linear;
use crate::exec::model::Executor;
use crate::exec::program::Program;
use crate::exec::steps::Step;
use crate::explain::tree_shap::TreeShap;
use crate::{Model, ModelError};

/// Why a raw score is what it is: what all rows have in common, plus what each feature of this one adds. Raw is before a logistic
/// function or a softmax: log-odds of logistic regression and boosting, probabilities of a forest, the quantity of a regression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Explanation {
    /// The raw score expected over the rows that the model learned from.
    pub base: f64,
    /// By feature, in the order of [`Model::features`]: its SHAP value. With the base they add up to the raw score.
    pub contributions: Vec<f64>,
}

impl Explanation {
    /// The raw score.
    pub fn raw(&self) -> f64 {
        self.base + self.contributions.iter().sum::<f64>()
    }
}

impl Model {
    /// Explains the answer to one row: an explanation for each class, or the one of a quantity. Exact SHAP values: of a linear model
    /// against the means of the training rows, of trees along the paths that training rows took. A feature that was encoded to several
    /// columns is credited with all of theirs.
    ///
    /// # Errors
    /// [`ModelError::NotExplainable`] where the model is neither linear nor made of trees, or its file does not say what training rows were
    /// like; [`ModelError::RowShape`] when the values are not one row.
    pub fn explain(&self, row: &[f32]) -> Result<Vec<Explanation>, ModelError> {
        if row.len() != self.features().len() {
            return Err(ModelError::RowShape {
                values: row.len(),
                features: self.features().len(),
            });
        }
        match &self.executor {
            Executor::Tabular(program) => program.explain(row, self.means.as_deref()),
            Executor::Network(_) => Err(not("it is neither linear nor made of trees")),
        }
    }

    /// How much each feature matters over these rows: the mean of its SHAP values' sizes, summed over classes (of two, of the second).
    ///
    /// # Errors
    /// Those of [`Self::explain`].
    pub fn importance(&self, rows: &[f32]) -> Result<Vec<f64>, ModelError> {
        let mut sums = vec![0.0; self.features().len()];
        let mut count = 0.0;
        for row in rows.chunks(self.features().len()) {
            let explanations = self.explain(row)?;
            let counted = if explanations.len() == 2 {
                &explanations[1..]
            } else {
                &explanations
            };
            for explanation in counted {
                let sizes = explanation.contributions.iter().map(|value| value.abs());
                sums.iter_mut()
                    .zip(sizes)
                    .for_each(|(sum, size)| *sum += size);
            }
            count += 1.0;
        }
        Ok(sums
            .into_iter()
            .map(|sum| sum / f64::max(count, 1.0))
            .collect())
    }
}

impl Program {
    /// As [`Model::explain`], of one whole row.
    fn explain(&self, row: &[f32], means: Option<&[f64]>) -> Result<Vec<Explanation>, ModelError> {
        let mut scratch = vec![0.0; self.columns];
        self.run(row, &mut scratch, 1);
        let outputs = self.values.len();
        match self.maker(self.values[0]) {
            Some(Step::Forest(forest)) => {
                let unit = |i, o| if i == o { 1.0 } else { 0.0 };
                self.of_trees(forest, &scratch, outputs, |_| 0.0, unit)
            }
            Some(Step::Linear(linear)) => match self.maker(linear.from[0]) {
                Some(Step::Forest(forest)) if linear.from == forest.outputs() => {
                    let width = linear.from.len();
                    let weight = |i, o| f64::from(linear.coefficients[i * width + o]);
                    let intercept = |i| f64::from(linear.intercepts[i]);
                    self.of_trees(forest, &scratch, outputs, intercept, weight)
                }
                _ => self.of_linear(linear, &scratch, means),
            },
            _ => Err(not("it is neither linear nor made of trees")),
        }
    }

    /// The step that wrote this column of the scratch, if it sums something.
    fn maker(&self, column: usize) -> Option<&Step> {
        self.steps.iter().find(|step| match step {
            Step::Linear(linear) => {
                (linear.to..linear.to + linear.intercepts.len()).contains(&column)
            }
            Step::Forest(forest) => forest.outputs().contains(&column),
            _ => false,
        })
    }

    fn of_linear(
        &self,
        linear: &Linear,
        scratch: &[f32],
        means: Option<&[f64]>,
    ) -> Result<Vec<Explanation>, ModelError> {
        let width = linear.from.len();
        let means = means.filter(|means| means.len() == width);
        let means =
            means.ok_or_else(|| not("its file does not have the means of its training rows"))?;
        let of = |(weights, intercept): (&[f32], &f32)| {
            let weights = || weights.iter().copied().map(f64::from);
            let weighed: f64 = weights()
                .zip(means)
                .map(|(weight, mean)| weight * mean)
                .sum();
            let parts = weights().zip(means).zip(&linear.from);
            let parts = parts.map(|((weight, mean), &column)| {
                (column, weight * (f64::from(scratch[column]) - mean))
            });
            Ok(Explanation {
                base: f64::from(*intercept) + weighed,
                contributions: self.credit(parts)?,
            })
        };
        let outputs = linear.coefficients.chunks_exact(width);
        outputs.zip(&linear.intercepts).map(of).collect()
    }

    /// Of sums of the trees' outputs.
    fn of_trees(
        &self,
        forest: &Forest,
        scratch: &[f32],
        outputs: usize,
        intercept: impl Fn(usize) -> f64,
        weight: impl Fn(usize, usize) -> f64,
    ) -> Result<Vec<Explanation>, ModelError> {
        let row = &scratch[forest.rows..forest.rows + Forest::row_columns(forest.from.len())];
        let shap = TreeShap::explain(forest, row).ok_or_else(|| {
            not("its file does not say how many training rows came by each node, or a tree is too deep")
        })?;
        let sum = |i: usize, of: &dyn Fn(usize) -> f64| -> f64 {
            (0..shap.base.len()).map(|o| weight(i, o) * of(o)).sum()
        };
        let explanation = |i: usize| {
            let parts = forest.from.iter().enumerate();
            let parts = parts.map(|(at, &column)| (column, sum(i, &|o| shap.contributions[o][at])));
            Ok(Explanation {
                base: intercept(i) + sum(i, &|o| shap.base[o]),
                contributions: self.credit(parts)?,
            })
        };
        (0..outputs).map(explanation).collect()
    }

    /// Adds what columns contribute to the features that they come from.
    fn credit(&self, parts: impl Iterator<Item = (usize, f64)>) -> Result<Vec<f64>, ModelError> {
        let mut contributions = vec![0.0; self.features()];
        for (column, part) in parts {
            let feature = self.sources[column]
                .ok_or_else(|| not("a number that it weighs mixes several features"))?;
            contributions[feature] += part;
        }
        Ok(contributions)
    }
}

fn not(reason: &str) -> ModelError {
    ModelError::NotExplainable {
        reason: reason.to_owned(),
    }
}
