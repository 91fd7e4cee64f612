//! Lasso and elastic net: least squares that leaves features out, solved by linfa.

use linfa::DatasetBase;
use linfa::traits::Fit;
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

/// How far the solution may be from optimal, as a part of what the target varies.
const OPTIMAL: f64 = 1e-3;

/// Linear regression with few features: a penalty on absolute coefficients makes most of them zero.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Lasso {
    /// The weight of the penalty beside half the mean squared error; from 0.000001 to 1000000.
    pub penalty: f64,
    /// After how many passes over the columns the solver gives up; from 1 to 100000.
    pub max_iterations: u32,
}

/// Between lasso and ridge regression.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ElasticNet {
    /// The weight of the penalty beside half the mean squared error; from 0.000001 to 1000000.
    pub penalty: f64,
    /// The part of the penalty that is on absolute coefficients, the rest is on squared ones; from 0 to 1.
    pub l1_ratio: f64,
    /// After how many passes over the columns the solver gives up; from 1 to 100000.
    pub max_iterations: u32,
}

impl Default for Lasso {
    fn default() -> Self {
        Self {
            penalty: 0.1,
            max_iterations: 1000,
        }
    }
}

impl Default for ElasticNet {
    fn default() -> Self {
        Self {
            penalty: 0.1,
            l1_ratio: 0.5,
            max_iterations: 1000,
        }
    }
}

impl Learn for Lasso {
    fn check(&self) -> Result<(), ModelError> {
        self.as_net().check()
    }

    fn input(&self) -> Input {
        Input::Scaled
    }

    fn learn(&self, cases: &Cases, seed: u64) -> Result<Head, ModelError> {
        self.as_net().learn(cases, seed)
    }
}

impl Lasso {
    fn as_net(&self) -> ElasticNet {
        ElasticNet {
            penalty: self.penalty,
            l1_ratio: 1.0,
            max_iterations: self.max_iterations,
        }
    }
}

impl Learn for ElasticNet {
    fn check(&self) -> Result<(), ModelError> {
        let usual = Self::default();
        within("penalty", self.penalty, 1e-6..=1e6, usual.penalty)?;
        within("l1_ratio", self.l1_ratio, 0.0..=1.0, usual.l1_ratio)?;
        within(
            "max_iterations",
            self.max_iterations,
            1..=100_000,
            usual.max_iterations,
        )
    }

    fn input(&self) -> Input {
        Input::Scaled
    }

    fn learn(&self, cases: &Cases, _seed: u64) -> Result<Head, ModelError> {
        let target = Array1::from(cases.values()?.to_vec());
        // linfa centres the target and not the columns.
        let means = Array1::from(cases.means());
        let dataset = DatasetBase::new(&cases.records - &means, target);
        let solved = linfa_elasticnet::ElasticNet::params()
            .penalty(self.penalty)
            .l1_ratio(self.l1_ratio)
            .max_iterations(self.max_iterations)
            .tolerance(1e-8)
            .fit(&dataset)
            .map_err(ModelError::training_failed)?;
        let weights = solved.hyperplane();
        let residuals = dataset.targets() - solved.intercept() - dataset.records().dot(weights);
        let pulls = dataset.records().t().dot(&residuals) / cases.rows() as f64;
        let spread = dataset.targets().std(0.0);
        let l1 = self.penalty * self.l1_ratio;
        let l2 = self.penalty - l1;
        // At the optimum the data pulls each weight as hard as the penalty does, and one that is zero no harder. Not asked of linfa:
        // its duality gap says nothing where there is no absolute penalty.
        let optimal = weights.iter().zip(&pulls).all(|(&weight, &pull)| {
            let pull = pull - l2 * weight;
            let excess = if weight == 0.0 {
                pull.abs() - l1
            } else {
                (pull - l1 * weight.signum()).abs()
            };
            excess <= OPTIMAL * spread
        });
        if !optimal {
            return Err(ModelError::NotConverged {
                iterations: self.max_iterations.into(),
            });
        }
        let intercept = solved.intercept() - weights.dot(&means);
        Ok(Head::Linear(Linear::single(
            weights.to_vec(),
            intercept,
            Link::Identity,
        )))
    }
}
