//! The algorithms, a file each: hyper-parameters with their ranges, and how the rows are learned.

pub(crate) mod decision_tree;
pub(crate) mod elastic_net;
pub(crate) mod gaussian_naive_bayes;
pub(crate) mod gradient_boosting;
pub(crate) mod k_means;
pub(crate) mod linear_regression;
pub(crate) mod linear_svm;
pub(crate) mod logistic_regression;
pub(crate) mod multinomial_naive_bayes;
pub(crate) mod nearest_neighbours;
pub(crate) mod random_forest;

use crate::ModelError;
use crate::train::cases::Cases;
use crate::train::heads::Head;

/// What every algorithm can do.
pub(crate) trait Learn {
    /// Whether the hyper-parameters are within their ranges.
    fn check(&self) -> Result<(), ModelError>;

    fn input(&self) -> Input;

    /// Learns from cases, the same from the same ones and seed.
    fn learn(&self, cases: &Cases, seed: u64) -> Result<Head, ModelError>;
}

/// What the encoded rows have to be like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Input {
    /// Standardised quantities; principal components will do too.
    Scaled,
    /// Quantities as they are. Principal components would not do: their rounding differs between runtimes, and trees would
    /// send the same row different ways.
    Plain,
}
