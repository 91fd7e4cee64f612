//! The answer of the rows that are most alike.

use ndarray::Array2;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ModelError;
use crate::train::algorithms::{Input, Learn};
use crate::train::cases::{CaseTarget, Cases};
use crate::train::heads::Head;
use crate::train::heads::neighbours::Neighbours;
use crate::train::parameters::within;

/// The mean answer of the nearest training rows, the first of equally near ones. The exported file holds the training rows themselves, so
/// that who has it has them; with more than 20,000 there is no export.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NearestNeighbours {
    /// How many rows answer; from 1 to 1000, and at most as many as there are.
    pub neighbours: usize,
}

impl Default for NearestNeighbours {
    fn default() -> Self {
        Self { neighbours: 5 }
    }
}

impl Learn for NearestNeighbours {
    fn check(&self) -> Result<(), ModelError> {
        let usual = Self::default().neighbours;
        within("neighbours", self.neighbours, 1..=1000, usual)
    }

    fn input(&self) -> Input {
        Input::Scaled
    }

    fn learn(&self, cases: &Cases, _seed: u64) -> Result<Head, ModelError> {
        let rows = cases.rows();
        let usual = Self::default().neighbours.min(rows);
        within("neighbours", self.neighbours, 1..=rows, usual)?;
        let answers = if let CaseTarget::Values(values) = &cases.target {
            Array2::from_shape_fn((rows, 1), |(row, _)| values[row])
        } else {
            let (of, count) = cases.classes()?;
            let is = |(row, class): (usize, usize)| if of[row] == class { 1.0 } else { 0.0 };
            Array2::from_shape_fn((rows, count), is)
        };
        Ok(Head::Neighbours(Neighbours::new(
            &cases.records,
            answers,
            self.neighbours,
        )))
    }
}
