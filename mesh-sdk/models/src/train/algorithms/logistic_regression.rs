//! Logistic regression with an L2 penalty: of two classes by Newton's method, of more solved by linfa.

use linfa::DatasetBase;
use linfa::traits::Fit;
use ndarray::{Array1, Array2, Axis};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ModelError;
use crate::train::algorithms::{Input, Learn};
use crate::train::cases::Cases;
use crate::train::heads::Head;
use crate::train::heads::linear::Linear;
use crate::train::heads::link::Link;
use crate::train::newton::LogLoss;
use crate::train::parameters::within;

/// Where linfa's solver stops: the length of the gradient of the penalised loss.
const GRADIENT_TOLERANCE: f64 = 1e-5;
/// The mean gradient per row that still counts as converged: the solver also stops where rounding lets the loss fall no
/// further, which on many rows is above its own tolerance.
const CONVERGED: f64 = 1e-4;

/// Probabilities of classes; their logarithms are linear in the features, with a ridge penalty.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Logistic {
    /// The weight of the squared coefficients in the loss (1/C of scikit-learn); from 0 to 1000000.
    pub l2: f64,
    /// After how many steps the solver gives up; from 1 to 100000.
    pub max_iterations: u64,
}

impl Default for Logistic {
    fn default() -> Self {
        Self {
            l2: 1.0,
            max_iterations: 200,
        }
    }
}

impl Learn for Logistic {
    fn check(&self) -> Result<(), ModelError> {
        let usual = Self::default();
        within("l2", self.l2, 0.0..=1e6, usual.l2)?;
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
        let (of, count) = cases.classes()?;
        let linear = if count == 2 {
            self.two_classes(&cases.records, &cases.yes_or_no()?)?
        } else {
            self.many_classes(&cases.records, of, count)?
        };
        Ok(Head::Linear(linear))
    }
}

impl Logistic {
    fn two_classes(&self, records: &Array2<f64>, labels: &[bool]) -> Result<Linear, ModelError> {
        let loss = LogLoss {
            records,
            labels,
            l2: self.l2,
        };
        let mut weights = loss.minimise(self.max_iterations)?;
        let intercept = weights.pop().unwrap_or_default();
        Ok(Linear::single(weights, intercept, Link::Logistic))
    }

    fn many_classes(
        &self,
        records: &Array2<f64>,
        of: &[usize],
        count: usize,
    ) -> Result<Linear, ModelError> {
        let dataset = DatasetBase::new(records.view(), Array1::from(of.to_vec()));
        let solved = linfa_logistic::MultiLogisticRegression::default()
            .alpha(self.l2)
            .max_iterations(self.max_iterations)
            .gradient_tolerance(GRADIENT_TOLERANCE)
            .fit(&dataset)
            .map_err(ModelError::training_failed)?;
        let mut residuals = solved.predict_probabilities(records);
        for (row, &class) in of.iter().enumerate() {
            residuals[(row, class)] -= 1.0;
        }
        let gradient = records.t().dot(&residuals) + &(solved.params() * self.l2);
        let of_intercepts = residuals.sum_axis(Axis(0));
        let squares = gradient
            .iter()
            .chain(&of_intercepts)
            .map(|g| g * g)
            .sum::<f64>();
        // linfa does not say whether its solver converged.
        let gradient = f64::sqrt(squares) / of.len() as f64;
        if gradient.is_nan() || gradient > CONVERGED {
            return Err(ModelError::NotConverged {
                iterations: self.max_iterations,
            });
        }
        let mut weights = Vec::with_capacity(count * records.ncols());
        for class in solved.params().columns() {
            weights.extend(class.iter());
        }
        Ok(Linear {
            weights,
            intercepts: solved.intercept().to_vec(),
            link: Link::Softmax,
        })
    }
}
