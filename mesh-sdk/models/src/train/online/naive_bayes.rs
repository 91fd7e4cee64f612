//! Gaussian naive Bayes of as many rows and classes as have come.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ModelError;
use crate::train::algorithms::gaussian_naive_bayes::{GaussianNaiveBayes, Moments};
use crate::train::heads::gaussian::Gaussian;

/// What has been learned so far.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct NaiveBayesState {
    parameters: GaussianNaiveBayes,
    classes: BTreeMap<i64, Moments>,
}

impl NaiveBayesState {
    pub(crate) fn new(parameters: GaussianNaiveBayes) -> Self {
        Self {
            parameters,
            classes: BTreeMap::new(),
        }
    }

    pub(crate) fn learn(&mut self, rows: &[Vec<f64>], classes: &[i64]) {
        for (row, class) in rows.iter().zip(classes) {
            self.classes.entry(*class).or_default().add(row);
        }
    }

    pub(crate) fn head(&self, all: &Moments) -> Result<(Gaussian, Vec<i64>), ModelError> {
        if self.classes.len() < 2 {
            return Err(ModelError::training_data(
                "there must be rows of both classes",
            ));
        }
        let moments: Vec<Moments> = self.classes.values().cloned().collect();
        let classes = self.classes.keys().copied().collect();
        Ok((self.parameters.head(&moments, all), classes))
    }

    /// Of each class, how many columns its rows had.
    pub(crate) fn widths(&self) -> impl Iterator<Item = usize> + '_ {
        self.classes.values().map(|moments| moments.means().len())
    }
}
