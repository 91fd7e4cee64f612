//! A trained model, before it becomes an artifact.

use crate::train::encoding::Encoding;
use crate::train::heads::Head;
use crate::{ModelError, onnx};

/// What was learned: the encoding of the features, and what the algorithm made of the encoded rows.
#[derive(Debug, Clone)]
pub struct Trained {
    pub(crate) algorithm: &'static str,
    pub(crate) encoding: Encoding,
    pub(crate) head: Head,
    pub(crate) classes: Vec<i64>,
    /// Of the encoded columns, over the training rows.
    pub(crate) means: Vec<f64>,
}

impl Trained {
    /// The features of a row, in order.
    pub fn features(&self) -> &[String] {
        &self.encoding.features
    }

    /// The classes, in the order of the probabilities; none where the model predicts a quantity.
    pub fn classes(&self) -> &[i64] {
        &self.classes
    }

    /// The probabilities of the classes, or the one quantity, computed in `f64` from what the solver itself gave: the reference
    /// that the executor is held to.
    ///
    /// # Errors
    /// [`ModelError::RowShape`] when the row is not one value per feature.
    pub fn scores(&self, row: &[f32]) -> Result<Vec<f64>, ModelError> {
        if row.len() != self.features().len() {
            return Err(ModelError::RowShape {
                values: row.len(),
                features: self.features().len(),
            });
        }
        Ok(self.head.scores(&self.encoding.encode(row)))
    }

    /// The model as an ONNX file, preprocessing included: `features` float\[N, F\] in; out come `label` int64\[N\] and
    /// `probabilities` float\[N, classes\], or `value` float\[N, 1\]. The same model gives the same bytes.
    ///
    /// # Errors
    /// [`ModelError::NotExportable`] of nearest neighbours among too many rows.
    pub fn to_onnx(&self) -> Result<Vec<u8>, ModelError> {
        onnx::export::model(self)
    }
}
