//! Models of a data product: trained with linfa, kept as ONNX, run by an executor of our own.
//!
//! A model is one ONNX file with its preprocessing inside, and every way of scoring runs that file, so the answers agree
//! by construction. [`LogisticRegression`] learns from a [`Table`] and gives a [`Fitted`] model; [`Fitted::to_onnx`] is the
//! artifact; [`Model`] loads it, or one that another tool exported, and scores rows into a reusable [`Scores`].
//! [`evaluate`] and [`cross_validate`] say how good it is.
//!
//! Nothing here knows Arrow, Delta, HTTP or contracts: rows come in as `f32`, where NaN means missing.

mod digest;
mod error;
mod evaluation;
mod exec;
mod onnx;
mod table;
mod train;

pub use digest::digest;
pub use error::ModelError;
pub use evaluation::cross_validation::{
    CrossValidation, CrossValidationReport, FoldResult, Summary, cross_validate,
};
pub use evaluation::folds::{stratified_folds, stratified_split};
pub use evaluation::measures::{Confusion, Evaluation, Interval, evaluate, wilson_95};
pub use exec::model::Model;
pub use exec::scores::Scores;
pub use table::Table;
pub use train::fitted::Fitted;
pub use train::logistic::LogisticRegression;
