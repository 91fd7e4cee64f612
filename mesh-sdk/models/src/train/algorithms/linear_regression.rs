//! Linear and ridge regression: least squares, solved by linfa.

use linfa::DatasetBase;
use linfa::traits::Fit;
use ndarray::{Array1, Array2, Axis, concatenate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ModelError;
use crate::train::algorithms::{Input, Learn};
use crate::train::cases::Cases;
use crate::train::heads::Head;
use crate::train::heads::linear::Linear;
use crate::train::heads::link::Link;
use crate::train::parameters::within;

/// A weighted sum of the features that comes closest to the quantity.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LinearRegression {}

/// Linear regression that keeps weights small, also where features say the same.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Ridge {
    /// The weight of the squared coefficients beside the sum of squared errors; from 0.000001 to 1000000.
    pub l2: f64,
}

impl Default for Ridge {
    fn default() -> Self {
        Self { l2: 1.0 }
    }
}

impl Learn for LinearRegression {
    fn check(&self) -> Result<(), ModelError> {
        Ok(())
    }

    fn input(&self) -> Input {
        Input::Scaled
    }

    /// The places of a category add up to one, so that their weights are not determined: of all that fit equally well, a trace
    /// of a penalty takes the smallest.
    fn learn(&self, cases: &Cases, _seed: u64) -> Result<Head, ModelError> {
        solve(cases, 1e-9 * cases.rows() as f64)
    }
}

impl Learn for Ridge {
    fn check(&self) -> Result<(), ModelError> {
        within("l2", self.l2, 1e-6..=1e6, Self::default().l2)
    }

    fn input(&self) -> Input {
        Input::Scaled
    }

    fn learn(&self, cases: &Cases, _seed: u64) -> Result<Head, ModelError> {
        solve(cases, self.l2)
    }
}

/// Least squares of centred columns with a row more for each that pulls its weight to zero: ridge regression, and always of full rank.
fn solve(cases: &Cases, l2: f64) -> Result<Head, ModelError> {
    let target = Array1::from(cases.values()?.to_vec());
    let mean = target.mean().unwrap_or_default();
    let means = Array1::from(cases.means());
    let columns = means.len();
    let pull = Array2::from_diag_elem(columns, l2.sqrt());
    let centred = &cases.records - &means;
    let records = concatenate(Axis(0), &[centred.view(), pull.view()])
        .map_err(ModelError::training_failed)?;
    let nothing = Array1::zeros(columns);
    let target = concatenate(Axis(0), &[(target - mean).view(), nothing.view()])
        .map_err(ModelError::training_failed)?;
    let solved = linfa_linear::LinearRegression::new()
        .with_intercept(false)
        .fit(&DatasetBase::new(records, target))
        .map_err(ModelError::training_failed)?;
    let intercept = mean - solved.params().dot(&means);
    let weights = solved.params().to_vec();
    Ok(Head::Linear(Linear::single(
        weights,
        intercept,
        Link::Identity,
    )))
}
