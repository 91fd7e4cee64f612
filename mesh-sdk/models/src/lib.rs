//! Models of a data product: trained on linfa, kept as ONNX, run by an executor of our own.
//!
//! A model is one ONNX file with its preprocessing inside, and every way of scoring runs that file, so the answers agree
//! by construction. A [`Pipeline`] of [`Features`] and an [`Algorithm`] learns from a [`Table`] and gives a [`Trained`] model;
//! [`Trained::to_onnx`] is the artifact; [`Model`] loads it, or one that another tool exported, and scores rows into a reusable
//! [`Scores`]. [`evaluate`] and [`Pipeline::validate`] say how good it is. [`LogisticRegression`] is the shortest way to a first model.
//! Once a model answers, [`Baseline::drift`] says whether its cases still look like those it learned from, and [`Estimator`] how good it is
//! before the truth is known.
//!
//! Nothing here knows Arrow, Delta, HTTP or contracts: rows come in as `f32`, where NaN means missing.

mod digest;
mod error;
mod evaluation;
mod exec;
mod explain;
mod network;
mod onnx;
mod random;
mod table;
mod task;
mod train;
mod watching;

pub use digest::digest;
pub use error::ModelError;
pub use evaluation::answers::Answers;
pub use evaluation::bootstrap::{Bootstrap, Measured};
pub use evaluation::comparison::{Comparison, compare};
pub use evaluation::division::{Division, Order, Split};
pub use evaluation::held_out::{drawn, held_out_split};
pub use evaluation::measure::{Measure, highest};
pub use evaluation::measures::{Confusion, Evaluation, Interval, evaluate, wilson_95};
pub use evaluation::ranking::Point;
pub use evaluation::report::{
    CalibrationRange, ClassesReport, Curves, QuantitiesReport, QuantityRange, Report,
};
pub use evaluation::search::{Candidate, Search, SearchReport};
pub use evaluation::validation::{Fold, Progress, Summary, Validation};
pub use exec::model::Model;
pub use exec::scores::Scores;
pub use explain::explanation::Explanation;
pub use table::Table;
pub use task::Task;
pub use train::algorithm::Algorithm;
pub use train::algorithms::decision_tree::DecisionTree;
pub use train::algorithms::elastic_net::{ElasticNet, Lasso};
pub use train::algorithms::gaussian_naive_bayes::GaussianNaiveBayes;
pub use train::algorithms::gradient_boosting::GradientBoosting;
pub use train::algorithms::k_means::KMeans;
pub use train::algorithms::linear_regression::{LinearRegression, Ridge};
pub use train::algorithms::linear_svm::LinearSvm;
pub use train::algorithms::logistic_regression::Logistic;
pub use train::algorithms::multinomial_naive_bayes::MultinomialNaiveBayes;
pub use train::algorithms::nearest_neighbours::NearestNeighbours;
pub use train::algorithms::random_forest::RandomForest;
pub use train::builder::{Fitted, LogisticRegression};
pub use train::cases::{Target, Watch};
pub use train::features::Features;
pub use train::online::ftrl::Ftrl;
pub use train::online::{OnlineAlgorithm, OnlineModel};
pub use train::pipeline::Pipeline;
pub use train::trained::Trained;
pub use watching::baseline::Baseline;
pub use watching::drift::{Compared, DriftReport, DriftTest, FeatureDrift, Share};
pub use watching::estimator::{Estimate, Estimator};
pub use watching::worse::worse_by_chance;
