//! How good a model is.

pub(crate) mod cross_validation;
pub(crate) mod folds;
pub(crate) mod measures;
