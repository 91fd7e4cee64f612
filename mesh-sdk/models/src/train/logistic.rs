//! Logistic regression with an L2 penalty, solved by linfa.

use linfa::DatasetBase;
use linfa::traits::Fit;
use ndarray::{Array1, Array2};

use crate::train::encoding::Encoding;
use crate::{Fitted, ModelError, Table};

/// Where the solver stops: the length of the gradient of the penalised loss.
const GRADIENT_TOLERANCE: f64 = 1e-5;
/// The mean gradient per row that still counts as converged: the solver also stops where rounding lets the loss fall no
/// further, which on many rows is above its own tolerance.
const CONVERGED: f64 = 1e-4;

/// How to train a binary logistic regression.
///
/// A missing numeric value becomes the median, a missing category the most frequent one; numeric features are standardised,
/// categories one-hot, where one that training did not see is all zeros.
#[derive(Debug, Clone, PartialEq)]
pub struct LogisticRegression {
    numeric: Vec<String>,
    categorical: Vec<String>,
    l2: f64,
    max_iterations: u64,
}

impl LogisticRegression {
    /// A model of these features: quantities, and integer codes without an order.
    pub fn new(
        numeric: impl IntoIterator<Item = impl Into<String>>,
        categorical: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self {
            numeric: numeric.into_iter().map(Into::into).collect(),
            categorical: categorical.into_iter().map(Into::into).collect(),
            l2: 1.0,
            max_iterations: 200,
        }
    }

    /// The weight of the squared coefficients in the loss (1/C of scikit-learn), at least 0; 1 unless set.
    pub fn l2(mut self, l2: f64) -> Self {
        self.l2 = l2;
        self
    }

    /// After how many steps the solver gives up, at least 1; 200 unless set.
    pub fn max_iterations(mut self, max_iterations: u64) -> Self {
        self.max_iterations = max_iterations;
        self
    }

    /// Whether these parameters can train anything; [`Self::fit`] asks it first.
    ///
    /// # Errors
    /// [`ModelError::InvalidParameter`] with the parameter's name.
    pub fn check(&self) -> Result<(), ModelError> {
        if !self.l2.is_finite() || self.l2 < 0.0 {
            return Err(ModelError::parameter(
                "l2",
                "must be a finite number of at least 0",
            ));
        }
        if self.max_iterations == 0 {
            return Err(ModelError::parameter(
                "max_iterations",
                "must be at least 1",
            ));
        }
        if self.numeric.is_empty() && self.categorical.is_empty() {
            return Err(ModelError::parameter(
                "numeric",
                "there must be a feature, numeric or categorical",
            ));
        }
        for (i, name) in self.numeric.iter().enumerate() {
            if self.numeric[..i].contains(name) {
                return Err(ModelError::parameter(
                    "numeric",
                    format!("names `{name}` twice"),
                ));
            }
        }
        for (i, name) in self.categorical.iter().enumerate() {
            if self.categorical[..i].contains(name) {
                return Err(ModelError::parameter(
                    "categorical",
                    format!("names `{name}` twice"),
                ));
            }
            if self.numeric.contains(name) {
                return Err(ModelError::parameter(
                    "categorical",
                    format!("names `{name}`, which is numeric already"),
                ));
            }
        }
        Ok(())
    }

    /// Learns from a table of exactly these features, in any order, which becomes the model's, and one label per row.
    ///
    /// # Errors
    /// [`ModelError::InvalidParameter`] for parameters that do not fit the table, [`ModelError::InvalidTrainingData`] for
    /// rows or labels nothing can be learned from, [`ModelError::TrainingFailed`] and [`ModelError::NotConverged`] from the solver.
    pub fn fit(&self, table: &Table, labels: &[bool]) -> Result<Fitted, ModelError> {
        self.check()?;
        let numeric = columns(table, "numeric", &self.numeric)?;
        let categorical = columns(table, "categorical", &self.categorical)?;
        let used = |column: &usize| numeric.contains(column) || categorical.contains(column);
        if let Some(extra) = (0..table.names().len()).find(|column| !used(column)) {
            let reason = format!(
                "column `{}` of the table is neither numeric nor categorical",
                table.names()[extra]
            );
            return Err(ModelError::training_data(reason));
        }
        if labels.len() != table.rows() {
            let reason = format!("{} labels for {} rows", labels.len(), table.rows());
            return Err(ModelError::training_data(reason));
        }
        if labels.iter().all(|&label| label) || !labels.contains(&true) {
            return Err(ModelError::training_data(
                "there must be rows of both classes",
            ));
        }
        let encoding = Encoding::learn(table, &numeric, &categorical)?;
        self.solve(encoding, table, labels)
    }

    fn solve(
        &self,
        encoding: Encoding,
        table: &Table,
        labels: &[bool],
    ) -> Result<Fitted, ModelError> {
        let encoded = (0..table.rows())
            .flat_map(|row| encoding.encode(table.row(row)))
            .collect();
        let records =
            Array2::from_shape_vec((table.rows(), encoding.width()), encoded).map_err(|error| {
                ModelError::TrainingFailed {
                    reason: error.to_string(),
                }
            })?;
        let dataset = DatasetBase::new(records, Array1::from(labels.to_vec()));
        let solved = linfa_logistic::LogisticRegression::default()
            .alpha(self.l2)
            .max_iterations(self.max_iterations)
            .gradient_tolerance(GRADIENT_TOLERANCE)
            .fit(&dataset)
            .map_err(|error| ModelError::TrainingFailed {
                reason: error.to_string(),
            })?;
        // linfa calls the more frequent class positive, whatever its value: turn the signs to our positive.
        let sign = if solved.labels().pos.class { 1.0 } else { -1.0 };
        let coefficients = solved.params().mapv(|weight| weight * sign);
        let intercept = solved.intercept() * sign;
        let gradient = mean_gradient(dataset.records(), labels, &coefficients, intercept, self.l2);
        if gradient.is_nan() || gradient > CONVERGED {
            return Err(ModelError::NotConverged {
                iterations: self.max_iterations,
            });
        }
        Ok(Fitted::new(encoding, coefficients.to_vec(), intercept))
    }
}

/// The positions of these features in the table; `parameter` is the one that names them.
fn columns(
    table: &Table,
    parameter: &'static str,
    names: &[String],
) -> Result<Vec<usize>, ModelError> {
    let position = |name: &String| {
        let mut found = (0..table.names().len()).filter(|&column| table.names()[column] == *name);
        match (found.next(), found.next()) {
            (Some(column), None) => Ok(column),
            (None, _) => Err(ModelError::parameter(
                parameter,
                format!("the table has no column `{name}`"),
            )),
            (Some(_), Some(_)) => Err(ModelError::parameter(
                parameter,
                format!("the table has several columns `{name}`"),
            )),
        }
    };
    names.iter().map(position).collect()
}

/// The length of the gradient of the penalised loss, per row: linfa does not say whether its solver converged.
fn mean_gradient(
    records: &Array2<f64>,
    labels: &[bool],
    coefficients: &Array1<f64>,
    intercept: f64,
    l2: f64,
) -> f64 {
    let mut residuals = records.dot(coefficients);
    for (residual, &label) in residuals.iter_mut().zip(labels) {
        let probability = 1.0 / (1.0 + (-(*residual + intercept)).exp());
        *residual = probability - if label { 1.0 } else { 0.0 };
    }
    let gradient = records.t().dot(&residuals) + &(coefficients * l2);
    let squares = gradient.dot(&gradient) + residuals.sum().powi(2);
    squares.sqrt() / labels.len() as f64
}

#[cfg(test)]
mod tests;
