//! The algorithms by name.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ModelError;
use crate::train::algorithms::Learn;
use crate::train::algorithms::decision_tree::DecisionTree;
use crate::train::algorithms::elastic_net::{ElasticNet, Lasso};
use crate::train::algorithms::gaussian_naive_bayes::GaussianNaiveBayes;
use crate::train::algorithms::gradient_boosting::GradientBoosting;
use crate::train::algorithms::k_means::KMeans;
use crate::train::algorithms::linear_regression::{LinearRegression, Ridge};
use crate::train::algorithms::linear_svm::LinearSvm;
use crate::train::algorithms::logistic_regression::Logistic;
use crate::train::algorithms::multinomial_naive_bayes::MultinomialNaiveBayes;
use crate::train::algorithms::nearest_neighbours::NearestNeighbours;
use crate::train::algorithms::random_forest::RandomForest;

/// An algorithm and its hyper-parameters. As JSON: `{"name": "random-forest", "trees": 50}`, what is left out being as usual.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "name", rename_all = "kebab-case")]
pub enum Algorithm {
    LinearRegression(LinearRegression),
    Ridge(Ridge),
    Lasso(Lasso),
    ElasticNet(ElasticNet),
    LogisticRegression(Logistic),
    DecisionTree(DecisionTree),
    RandomForest(RandomForest),
    GradientBoosting(GradientBoosting),
    GaussianNaiveBayes(GaussianNaiveBayes),
    MultinomialNaiveBayes(MultinomialNaiveBayes),
    LinearSvm(LinearSvm),
    NearestNeighbours(NearestNeighbours),
    KMeans(KMeans),
}

impl Algorithm {
    /// What [`Self::named`] knows.
    pub const NAMES: [&str; 13] = [
        "linear-regression",
        "ridge",
        "lasso",
        "elastic-net",
        "logistic-regression",
        "decision-tree",
        "random-forest",
        "gradient-boosting",
        "gaussian-naive-bayes",
        "multinomial-naive-bayes",
        "linear-svm",
        "nearest-neighbours",
        "k-means",
    ];

    /// The algorithm of this name with hyper-parameters from a JSON object, or null for the usual ones.
    ///
    /// # Errors
    /// [`ModelError::UnknownAlgorithm`], and [`ModelError::InvalidParameter`] for one that is not the algorithm's, of the wrong
    /// type or out of its range.
    pub fn named(name: &str, parameters: &Value) -> Result<Self, ModelError> {
        let algorithm = match name {
            "linear-regression" => Self::LinearRegression(read(parameters)?),
            "ridge" => Self::Ridge(read(parameters)?),
            "lasso" => Self::Lasso(read(parameters)?),
            "elastic-net" => Self::ElasticNet(read(parameters)?),
            "logistic-regression" => Self::LogisticRegression(read(parameters)?),
            "decision-tree" => Self::DecisionTree(read(parameters)?),
            "random-forest" => Self::RandomForest(read(parameters)?),
            "gradient-boosting" => Self::GradientBoosting(read(parameters)?),
            "gaussian-naive-bayes" => Self::GaussianNaiveBayes(read(parameters)?),
            "multinomial-naive-bayes" => Self::MultinomialNaiveBayes(read(parameters)?),
            "linear-svm" => Self::LinearSvm(read(parameters)?),
            "nearest-neighbours" => Self::NearestNeighbours(read(parameters)?),
            "k-means" => Self::KMeans(read(parameters)?),
            _ => {
                return Err(ModelError::UnknownAlgorithm {
                    name: name.chars().take(80).collect(),
                    known: Self::NAMES.join(", "),
                });
            }
        };
        algorithm.check()?;
        Ok(algorithm)
    }

    pub fn name(&self) -> &'static str {
        let position = match self {
            Self::LinearRegression(_) => 0,
            Self::Ridge(_) => 1,
            Self::Lasso(_) => 2,
            Self::ElasticNet(_) => 3,
            Self::LogisticRegression(_) => 4,
            Self::DecisionTree(_) => 5,
            Self::RandomForest(_) => 6,
            Self::GradientBoosting(_) => 7,
            Self::GaussianNaiveBayes(_) => 8,
            Self::MultinomialNaiveBayes(_) => 9,
            Self::LinearSvm(_) => 10,
            Self::NearestNeighbours(_) => 11,
            Self::KMeans(_) => 12,
        };
        Self::NAMES[position]
    }

    /// Whether the hyper-parameters are within their ranges.
    ///
    /// # Errors
    /// [`ModelError::InvalidParameter`] with the parameter's name, its range and what is usual.
    pub fn check(&self) -> Result<(), ModelError> {
        self.learner().check()
    }

    pub(crate) fn learner(&self) -> &dyn Learn {
        match self {
            Self::LinearRegression(learner) => learner,
            Self::Ridge(learner) => learner,
            Self::Lasso(learner) => learner,
            Self::ElasticNet(learner) => learner,
            Self::LogisticRegression(learner) => learner,
            Self::DecisionTree(learner) => learner,
            Self::RandomForest(learner) => learner,
            Self::GradientBoosting(learner) => learner,
            Self::GaussianNaiveBayes(learner) => learner,
            Self::MultinomialNaiveBayes(learner) => learner,
            Self::LinearSvm(learner) => learner,
            Self::NearestNeighbours(learner) => learner,
            Self::KMeans(learner) => learner,
        }
    }
}

pub(crate) fn read<T: DeserializeOwned + Default>(parameters: &Value) -> Result<T, ModelError> {
    if parameters.is_null() {
        return Ok(T::default());
    }
    serde_path_to_error::deserialize(parameters).map_err(|error| {
        let path = error.path().to_string();
        ModelError::parameter(path, error.into_inner().to_string())
    })
}

#[cfg(test)]
mod tests;
