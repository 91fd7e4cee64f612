//! Naive Bayes of counts.
//!
//! Not linfa-bayes: it does not give away what it learned, and prints it to standard error while it learns.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ModelError;
use crate::train::algorithms::{Input, Learn};
use crate::train::cases::Cases;
use crate::train::heads::Head;
use crate::train::heads::linear::Linear;
use crate::train::heads::link::Link;
use crate::train::parameters::within;

/// Probabilities of classes of rows that count things: how often each thing occurs is what tells classes apart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MultinomialNaiveBayes {
    /// How many times each thing counts as seen in each class before any row; from 0.000001 to 1000.
    pub smoothing: f64,
}

impl Default for MultinomialNaiveBayes {
    fn default() -> Self {
        Self { smoothing: 1.0 }
    }
}

impl Learn for MultinomialNaiveBayes {
    fn check(&self) -> Result<(), ModelError> {
        let usual = Self::default().smoothing;
        within("smoothing", self.smoothing, 1e-6..=1000.0, usual)
    }

    fn input(&self) -> Input {
        Input::Plain
    }

    fn learn(&self, cases: &Cases, _seed: u64) -> Result<Head, ModelError> {
        if cases.records.iter().any(|&count| count < 0.0) {
            return Err(ModelError::training_data(
                "a feature has a negative value: multinomial naive Bayes learns from counts",
            ));
        }
        let (of, count) = cases.classes()?;
        let columns = cases.records.ncols();
        let mut rows = vec![0.0f64; count];
        let mut sums = vec![self.smoothing; count * columns];
        for (row, &class) in cases.records.rows().into_iter().zip(of) {
            rows[class] += 1.0;
            let sums = &mut sums[class * columns..(class + 1) * columns];
            sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
        }
        for sums in sums.chunks_exact_mut(columns) {
            let total: f64 = sums.iter().sum();
            sums.iter_mut().for_each(|sum| *sum = (*sum / total).ln());
        }
        // What all classes share says nothing of any, and would only take digits away from what does.
        for column in 0..columns {
            let own = || (column..count * columns).step_by(columns);
            let mean = own().map(|i| sums[i]).sum::<f64>() / count as f64;
            own().for_each(|i| sums[i] -= mean);
        }
        let prior = |rows: &f64| (rows / cases.rows() as f64).ln();
        Ok(Head::Linear(Linear {
            weights: sums,
            intercepts: rows.iter().map(prior).collect(),
            link: Link::Softmax,
        }))
    }
}
