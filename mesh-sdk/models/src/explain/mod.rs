//! Why a model answers as it does: exact SHAP values of linear models and of trees.

pub(crate) mod explanation;
pub(crate) mod sources;
pub(crate) mod tree_shap;
