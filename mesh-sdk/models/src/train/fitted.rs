//! A trained model, before it becomes an artifact.

use crate::train::encoding::Encoding;
use crate::{ModelError, onnx};

/// A trained binary classifier: the learned encoding of the features and the weights on it.
#[derive(Debug, Clone)]
pub struct Fitted {
    encoding: Encoding,
    coefficients: Vec<f64>,
    intercept: f64,
}

impl Fitted {
    /// `coefficients` follow the encoded row; positive ones speak for the positive class.
    pub(crate) fn new(encoding: Encoding, coefficients: Vec<f64>, intercept: f64) -> Self {
        Self {
            encoding,
            coefficients,
            intercept,
        }
    }

    /// The features of a row, in order.
    pub fn features(&self) -> &[String] {
        self.encoding.features()
    }

    /// The probability of the positive class, computed in `f64` from the solver's own coefficients: the reference that the
    /// executor is held to.
    ///
    /// # Errors
    /// [`ModelError::RowShape`] when the row is not one value per feature.
    pub fn probability(&self, row: &[f32]) -> Result<f64, ModelError> {
        if row.len() != self.features().len() {
            return Err(ModelError::RowShape {
                values: row.len(),
                features: self.features().len(),
            });
        }
        let weighed = self
            .encoding
            .encode(row)
            .zip(&self.coefficients)
            .map(|(value, weight)| value * weight);
        Ok(1.0 / (1.0 + (-(self.intercept + weighed.sum::<f64>())).exp()))
    }

    /// The model as an ONNX file, preprocessing included: `features` float\[N, F\] in, `label` int64\[N\] (0 or 1) and
    /// `probabilities` float\[N, 2\] out. The same fit gives the same bytes.
    pub fn to_onnx(&self) -> Vec<u8> {
        onnx::export::model(self)
    }

    pub(crate) fn encoding(&self) -> &Encoding {
        &self.encoding
    }

    pub(crate) fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    pub(crate) fn intercept(&self) -> f64 {
        self.intercept
    }
}
