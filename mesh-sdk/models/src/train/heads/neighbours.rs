//! The rows themselves.

use linfa_nn::distance::L2Dist;
use linfa_nn::{CommonNearestNeighbour, NearestNeighbour};
use ndarray::{Array1, Array2};

/// The rows that were learned from, and what each adds to the answer.
#[derive(Debug, Clone)]
pub(crate) struct Neighbours {
    pub(crate) records: Array2<f64>,
    /// Rows x answers: the class as zeros and a one, or the quantity.
    pub(crate) answers: Array2<f64>,
    pub(crate) neighbours: usize,
}

impl Neighbours {
    /// The mean answer of the nearest rows.
    pub(crate) fn scores(&self, encoded: &[f64]) -> Vec<f64> {
        let point = Array1::from(encoded.to_vec());
        let index = CommonNearestNeighbour::LinearSearch
            .from_batch(&self.records, L2Dist)
            .expect("the rows are there");
        let nearest = index
            .k_nearest(point.view(), self.neighbours)
            .expect("a row has as many columns as the others");
        let mut sum = Array1::zeros(self.answers.ncols());
        for (_, row) in &nearest {
            sum += &self.answers.row(*row);
        }
        (sum / nearest.len() as f64).to_vec()
    }
}
