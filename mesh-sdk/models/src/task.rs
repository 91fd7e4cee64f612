//! What a model is to tell.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Algorithm, Measure, Order};

/// What a model tells of a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Whether something is so, with a probability: class 1 is yes, class 0 is no. Binary classification.
    #[default]
    YesOrNo,
    /// Of which class it is, with the probability of each. Multi-class classification.
    Class,
    /// How much. Regression.
    Quantity,
}

impl Task {
    /// By which answers are measured.
    pub fn measures(self) -> &'static [Measure] {
        match self {
            Self::YesOrNo | Self::Class => &Measure::OF_CLASSES,
            Self::Quantity => &Measure::OF_VALUES,
        }
    }

    /// By which two models are usually compared.
    pub fn usual_measure(self) -> Measure {
        match self {
            Self::YesOrNo | Self::Class => Measure::Brier,
            Self::Quantity => Measure::Mae,
        }
    }

    /// As sentences have it: measures "of yes and no".
    pub fn in_words(self) -> &'static str {
        match self {
            Self::YesOrNo => "yes and no",
            Self::Class => "classes",
            Self::Quantity => "quantities",
        }
    }

    /// How rows usually come into parts.
    pub fn usual_order(self) -> Order {
        match self {
            Self::YesOrNo | Self::Class => Order::Stratified,
            Self::Quantity => Order::Random,
        }
    }

    /// Whether the algorithm learns it.
    pub fn is_learned_by(self, algorithm: &Algorithm) -> bool {
        match algorithm {
            Algorithm::LinearRegression(_)
            | Algorithm::Ridge(_)
            | Algorithm::Lasso(_)
            | Algorithm::ElasticNet(_) => self == Self::Quantity,
            Algorithm::LogisticRegression(_)
            | Algorithm::GaussianNaiveBayes(_)
            | Algorithm::MultinomialNaiveBayes(_) => self != Self::Quantity,
            Algorithm::LinearSvm(_) => self == Self::YesOrNo,
            Algorithm::DecisionTree(_)
            | Algorithm::RandomForest(_)
            | Algorithm::GradientBoosting(_)
            | Algorithm::NearestNeighbours(_) => true,
            // It finds classes of its own, and nothing tells it what they should be.
            Algorithm::KMeans(_) => false,
        }
    }
}

#[cfg(test)]
mod tests;
