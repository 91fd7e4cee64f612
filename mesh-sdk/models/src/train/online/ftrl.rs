//! Follow the regularised leader (McMahan and others 2013), by linfa.

use linfa::traits::FitWith;
use linfa::{DatasetBase, ParamGuard};
use ndarray::{Array1, Array2};
use rand_xoshiro::rand_core::{Error, RngCore};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ModelError;
use crate::train::heads::linear::Linear;
use crate::train::heads::link::Link;
use crate::train::parameters::within;

/// Logistic regression that learns from one row after another, and faster about features that it has seldom seen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Ftrl {
    /// How far a row may move a weight; from 0.000001 to 10.
    pub learning_rate: f64,
    /// How much less the first rows move it; from 0 to 1000.
    pub beta: f64,
    /// How strongly weights are kept at zero; from 0 to 1.
    pub l1: f64,
    /// How strongly weights are pulled to zero; from 0 to 1.
    pub l2: f64,
}

impl Default for Ftrl {
    fn default() -> Self {
        Self {
            learning_rate: 0.1,
            beta: 1.0,
            l1: 0.0,
            l2: 0.1,
        }
    }
}

impl Ftrl {
    /// The state before the first row; there is a weight more than columns, the intercept.
    pub(crate) fn start(self, columns: usize) -> Result<FtrlState, ModelError> {
        let usual = Self::default();
        let rate = self.learning_rate;
        within("learning_rate", rate, 1e-6..=10.0, usual.learning_rate)?;
        within("beta", self.beta, 0.0..=1000.0, usual.beta)?;
        within("l1", self.l1, 0.0..=1.0, usual.l1)?;
        within("l2", self.l2, 0.0..=1.0, usual.l2)?;
        let checked = self.parameters()?;
        Ok(FtrlState {
            parameters: self,
            weights: linfa_ftrl::Ftrl::new(checked, columns + 1),
        })
    }

    fn parameters(
        self,
    ) -> Result<<linfa_ftrl::FtrlParams<f64, Zeros> as ParamGuard>::Checked, ModelError> {
        linfa_ftrl::Ftrl::params_with_rng(Zeros)
            .alpha(self.learning_rate)
            .beta(self.beta)
            .l1_ratio(self.l1)
            .l2_ratio(self.l2)
            .check()
            .map_err(ModelError::training_failed)
    }
}

/// What has been learned so far.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct FtrlState {
    parameters: Ftrl,
    weights: linfa_ftrl::Ftrl<f64>,
}

impl FtrlState {
    pub(crate) fn learn(&mut self, rows: &[Vec<f64>], classes: &[i64]) -> Result<(), ModelError> {
        if let Some(row) = classes.iter().position(|class| !matches!(class, 0 | 1)) {
            let reason = format!("the class of row {row} is neither 0 nor 1");
            return Err(ModelError::training_data(reason));
        }
        let parameters = self.parameters.parameters()?;
        let mut weights = self.weights.clone();
        for (row, class) in rows.iter().zip(classes) {
            let with_one = row.iter().copied().chain([1.0]).collect();
            let record = Array2::from_shape_vec((1, row.len() + 1), with_one)
                .map_err(ModelError::training_failed)?;
            let dataset = DatasetBase::new(record, Array1::from_elem(1, *class == 1));
            weights = parameters
                .fit_with(Some(weights), &dataset)
                .map_err(ModelError::training_failed)?;
        }
        self.weights = weights;
        Ok(())
    }

    pub(crate) fn head(&self) -> Linear {
        let mut weights = self.weights.get_weights().to_vec();
        let intercept = weights.pop().unwrap_or_default();
        Linear::single(weights, intercept, Link::Logistic)
    }

    pub(crate) fn width(&self) -> usize {
        let known = self.weights.z().len().min(self.weights.n().len());
        known.saturating_sub(1)
    }
}

/// linfa begins with weights by chance; the algorithm as published begins with none.
#[derive(Clone)]
pub(crate) struct Zeros;

impl RngCore for Zeros {
    fn next_u32(&mut self) -> u32 {
        0
    }

    fn next_u64(&mut self) -> u64 {
        0
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        bytes.fill(0);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        bytes.fill(0);
        Ok(())
    }
}
