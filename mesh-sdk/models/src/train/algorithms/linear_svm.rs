//! A linear support vector machine of two classes, solved by linfa, with probabilities by Platt's method.

use linfa::composing::platt_scaling::{Platt, platt_newton_method};
use linfa::traits::Fit;
use linfa::{DatasetBase, ParamGuard};
use linfa_svm::Svm;
use ndarray::Array1;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ModelError;
use crate::train::algorithms::{Input, Learn};
use crate::train::cases::Cases;
use crate::train::heads::Head;
use crate::train::heads::linear::Linear;
use crate::train::heads::link::Link;
use crate::train::parameters::within;

/// The most rows: the solver keeps a number for each pair of them.
const MAX_ROWS: usize = 20_000;

/// The plane with the widest margin between two classes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LinearSvm {
    /// What a row on the wrong side costs; from 0.000001 to 1000000.
    pub c: f64,
}

impl Default for LinearSvm {
    fn default() -> Self {
        Self { c: 1.0 }
    }
}

impl Learn for LinearSvm {
    fn check(&self) -> Result<(), ModelError> {
        within("c", self.c, 1e-6..=1e6, Self::default().c)
    }

    fn input(&self) -> Input {
        Input::Scaled
    }

    fn learn(&self, cases: &Cases, _seed: u64) -> Result<Head, ModelError> {
        let labels = Array1::from(cases.yes_or_no()?);
        if cases.rows() > MAX_ROWS {
            return Err(ModelError::training_data(format!(
                "{} rows, a linear SVM learns from at most {MAX_ROWS}: use logistic-regression, or fewer rows",
                cases.rows()
            )));
        }
        let dataset = DatasetBase::new(cases.records.view(), labels.view());
        let solved = Svm::<f64, bool>::params()
            .pos_neg_weights(self.c, self.c)
            .linear_kernel()
            .fit(&dataset)
            .map_err(ModelError::training_failed)?;
        // The plane is seen through unit vectors, linfa keeps it to itself.
        let mut unit = Array1::zeros(cases.records.ncols());
        let mut weight = |column: usize| {
            unit.fill(0.0);
            unit[column] = 1.0;
            solved.weighted_sum(&unit)
        };
        let weights: Vec<f64> = (0..cases.records.ncols()).map(&mut weight).collect();
        let distances = cases.records.dot(&Array1::from(weights.clone())) - solved.rho;
        let platt = Platt::<f64, ()>::params()
            .check()
            .map_err(ModelError::training_failed)?;
        let (a, b) = platt_newton_method(distances.view(), labels.view(), &platt)
            .map_err(ModelError::training_failed)?;
        // The probability is 1 / (1 + exp(a * distance + b)).
        let weights = weights.into_iter().map(|weight| -a * weight).collect();
        let intercept = a * solved.rho - b;
        Ok(Head::Linear(Linear::single(
            weights,
            intercept,
            Link::Logistic,
        )))
    }
}
