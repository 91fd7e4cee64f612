//! Principal components: fewer columns that keep most of the variance.

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_reduction::Pca;
use ndarray::Array2;

use crate::ModelError;

/// A linear map from encoded rows to their principal components.
#[derive(Debug, Clone)]
pub(crate) struct Projection {
    /// Components x encoded columns.
    pub(crate) components: Array2<f64>,
    /// What each component is of a row of means, subtracted so that components are centred.
    pub(crate) offsets: Vec<f64>,
}

impl Projection {
    pub(crate) fn learn(records: &Array2<f64>, components: usize) -> Result<Self, ModelError> {
        if components == 0 || components > records.ncols().min(records.nrows()) {
            return Err(ModelError::parameter(
                "components",
                format!(
                    "is {components}, must be from 1 to {}, the fewer of rows and encoded columns",
                    records.ncols().min(records.nrows())
                ),
            ));
        }
        let dataset = DatasetBase::from(records.view());
        let fitted = Pca::params(components)
            .fit(&dataset)
            .map_err(ModelError::training_failed)?;
        let mut components = fitted.components().clone();
        // A component and its negative are equally right; fixed so that the largest part is positive.
        for mut component in components.rows_mut() {
            let largest = component
                .iter()
                .copied()
                .fold(0.0f64, |a, b| if b.abs() > a.abs() { b } else { a });
            component *= largest.signum();
        }
        let offsets = components.dot(fitted.mean()).to_vec();
        Ok(Self {
            components,
            offsets,
        })
    }

    pub(crate) fn apply(&self, encoded: &[f64]) -> Vec<f64> {
        let of = self.components.rows().into_iter().zip(&self.offsets);
        of.map(|(component, offset)| {
            let sum: f64 = component.iter().zip(encoded).map(|(a, b)| a * b).sum();
            sum - offset
        })
        .collect()
    }
}
