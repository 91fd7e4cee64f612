//! Learning a model from a table.

pub(crate) mod encoding;
pub(crate) mod fitted;
pub(crate) mod logistic;
