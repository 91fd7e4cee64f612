//! One tree, of classes or of a quantity.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ModelError;
use crate::train::algorithms::random_forest::RandomForest;
use crate::train::algorithms::{Input, Learn};
use crate::train::cases::Cases;
use crate::train::heads::Head;
use crate::train::parameters::within;

/// Questions one after another, each whether a feature is at most some number.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DecisionTree {
    /// The most questions on the way to an answer; from 1 to 64.
    pub max_depth: usize,
    /// The fewest training rows behind an answer; from 1 to 1000000.
    pub min_leaf: usize,
}

impl Default for DecisionTree {
    fn default() -> Self {
        Self {
            max_depth: 5,
            min_leaf: 5,
        }
    }
}

impl Learn for DecisionTree {
    fn check(&self) -> Result<(), ModelError> {
        let usual = Self::default();
        within("max_depth", self.max_depth, 1..=64, usual.max_depth)?;
        within("min_leaf", self.min_leaf, 1..=1_000_000, usual.min_leaf)
    }

    fn input(&self) -> Input {
        Input::Plain
    }

    /// A forest of one tree that sees all rows and all columns.
    fn learn(&self, cases: &Cases, seed: u64) -> Result<Head, ModelError> {
        let forest = RandomForest {
            trees: 1,
            max_depth: self.max_depth,
            min_leaf: self.min_leaf,
            features: 1.0,
            bootstrap: false,
        };
        forest.learn(cases, seed)
    }
}
