//! Logistic regression of yes and no, the one model that most products begin with, without the words of the others.

use crate::train::algorithm::Algorithm;
use crate::train::algorithms::logistic_regression::Logistic;
use crate::train::cases::Target;
use crate::train::features::Features;
use crate::train::pipeline::Pipeline;
use crate::train::trained::Trained;
use crate::{ModelError, Table};

/// How to train a binary logistic regression.
///
/// A missing numeric value becomes the median, a missing category the most frequent one; numeric features are standardised,
/// categories one-hot, where one that training did not see is all zeros.
#[derive(Debug, Clone, PartialEq)]
pub struct LogisticRegression {
    features: Features,
    algorithm: Logistic,
}

impl LogisticRegression {
    /// A model of these features: quantities, and integer codes without an order.
    pub fn new(
        numeric: impl IntoIterator<Item = impl Into<String>>,
        categorical: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self {
            features: Features {
                numeric: numeric.into_iter().map(Into::into).collect(),
                categorical: categorical.into_iter().map(Into::into).collect(),
                ..Features::default()
            },
            algorithm: Logistic::default(),
        }
    }

    /// The weight of the squared coefficients in the loss (1/C of scikit-learn), at least 0; 1 unless set.
    pub fn l2(mut self, l2: f64) -> Self {
        self.algorithm.l2 = l2;
        self
    }

    /// After how many steps the solver gives up, at least 1; 200 unless set.
    pub fn max_iterations(mut self, max_iterations: u64) -> Self {
        self.algorithm.max_iterations = max_iterations;
        self
    }

    /// Whether these parameters can train anything; [`Self::fit`] asks it first.
    ///
    /// # Errors
    /// [`ModelError::InvalidParameter`] with the parameter's name.
    pub fn check(&self) -> Result<(), ModelError> {
        self.pipeline().check()
    }

    /// Learns from a table of exactly these features, in any order, which becomes the model's, and one label per row.
    ///
    /// # Errors
    /// Those of [`Pipeline::fit`].
    pub fn fit(&self, table: &Table, labels: &[bool]) -> Result<Fitted, ModelError> {
        let trained = self.pipeline().fit(table, &Target::yes_or_no(labels))?;
        Ok(Fitted { trained })
    }

    /// The same in the words of all algorithms.
    pub fn pipeline(&self) -> Pipeline {
        Pipeline {
            features: self.features.clone(),
            algorithm: Algorithm::LogisticRegression(self.algorithm),
            seed: 0,
        }
    }
}

/// A trained classifier of yes and no.
#[derive(Debug, Clone)]
pub struct Fitted {
    trained: Trained,
}

impl Fitted {
    /// The features of a row, in order.
    pub fn features(&self) -> &[String] {
        self.trained.features()
    }

    /// The probability of yes; see [`Trained::scores`].
    ///
    /// # Errors
    /// [`ModelError::RowShape`] when the row is not one value per feature.
    pub fn probability(&self, row: &[f32]) -> Result<f64, ModelError> {
        Ok(self.trained.scores(row)?[1])
    }

    /// The model as an ONNX file; see [`Trained::to_onnx`].
    pub fn to_onnx(&self) -> Vec<u8> {
        let onnx = self.trained.to_onnx();
        onnx.expect("a logistic regression has an export")
    }
}

#[cfg(test)]
mod tests;
