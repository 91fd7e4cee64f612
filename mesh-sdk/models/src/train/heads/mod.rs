//! What algorithms learn. They are many, what they learn has few shapes, and each shape has one prediction and one export.

pub(crate) mod gaussian;
pub(crate) mod linear;
pub(crate) mod link;
pub(crate) mod neighbours;
pub(crate) mod trees;

use crate::train::heads::gaussian::Gaussian;
use crate::train::heads::linear::Linear;
use crate::train::heads::neighbours::Neighbours;
use crate::train::heads::trees::Trees;

/// From an encoded row to the probabilities of the classes, or to the one quantity.
#[derive(Debug, Clone)]
pub(crate) enum Head {
    Linear(Linear),
    Trees(Trees),
    Gaussian(Gaussian),
    Neighbours(Neighbours),
}

impl Head {
    /// In `f64`, from what the solver itself gave: the reference that the executor is held to.
    pub(crate) fn scores(&self, encoded: &[f64]) -> Vec<f64> {
        match self {
            Self::Linear(linear) => linear.scores(encoded),
            Self::Trees(trees) => trees.scores(encoded),
            Self::Gaussian(gaussian) => gaussian.scores(encoded),
            Self::Neighbours(neighbours) => neighbours.scores(encoded),
        }
    }
}
