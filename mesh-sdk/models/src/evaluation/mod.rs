//! How good a model is.

pub(crate) mod answers;
pub(crate) mod bootstrap;
pub(crate) mod comparison;
pub(crate) mod division;
pub(crate) mod folds;
pub(crate) mod held_out;
pub(crate) mod measure;
pub(crate) mod measures;
pub(crate) mod ranking;
pub(crate) mod report;
pub(crate) mod search;
pub(crate) mod validation;
