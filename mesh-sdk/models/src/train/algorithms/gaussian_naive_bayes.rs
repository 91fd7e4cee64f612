//! Naive Bayes with a normal distribution per class and column.
//!
//! Not linfa-bayes: it does not give away what it learned, so that there would be nothing to export.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ModelError;
use crate::train::algorithms::{Input, Learn};
use crate::train::cases::Cases;
use crate::train::heads::Head;
use crate::train::heads::gaussian::{Class, Gaussian};
use crate::train::parameters::within;

/// Probabilities of classes, as if the features of a class were normal and had nothing to do with one another.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GaussianNaiveBayes {
    /// What is added to every variance, as a part of the largest variance of a column over all rows; from 0.000001 to 1.
    pub smoothing: f64,
}

impl Default for GaussianNaiveBayes {
    fn default() -> Self {
        Self { smoothing: 1e-3 }
    }
}

/// What rows of one class add up to; more rows can be added at any time.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Moments {
    pub(crate) rows: f64,
    means: Vec<f64>,
    /// Sums of squared differences from the mean.
    squares: Vec<f64>,
}

impl Moments {
    /// Welford's way, which loses no digits.
    pub(crate) fn add<'a>(&mut self, row: impl IntoIterator<Item = &'a f64>) {
        self.rows += 1.0;
        for (column, &value) in row.into_iter().enumerate() {
            if column == self.means.len() {
                self.means.push(0.0);
                self.squares.push(0.0);
            }
            let from_old = value - self.means[column];
            self.means[column] += from_old / self.rows;
            self.squares[column] += from_old * (value - self.means[column]);
        }
    }

    pub(crate) fn means(&self) -> &[f64] {
        &self.means
    }

    fn variances(&self) -> impl Iterator<Item = f64> + '_ {
        self.squares.iter().map(|squares| squares / self.rows)
    }
}

impl Learn for GaussianNaiveBayes {
    fn check(&self) -> Result<(), ModelError> {
        within(
            "smoothing",
            self.smoothing,
            1e-6..=1.0,
            Self::default().smoothing,
        )
    }

    fn input(&self) -> Input {
        Input::Scaled
    }

    fn learn(&self, cases: &Cases, _seed: u64) -> Result<Head, ModelError> {
        let (of, count) = cases.classes()?;
        let mut classes = vec![Moments::default(); count];
        let mut all = Moments::default();
        for (row, &class) in cases.records.rows().into_iter().zip(of) {
            classes[class].add(row);
            all.add(row);
        }
        Ok(Head::Gaussian(self.head(&classes, &all)))
    }
}

impl GaussianNaiveBayes {
    /// The distributions that these rows speak for; each class has at least one.
    pub(crate) fn head(&self, classes: &[Moments], all: &Moments) -> Gaussian {
        let added = self.smoothing * all.variances().fold(f64::MIN_POSITIVE, f64::max);
        let class = |moments: &Moments| Class {
            log_prior: (moments.rows / all.rows).ln(),
            means: moments.means.clone(),
            deviations: moments
                .variances()
                .map(|variance| (variance + added).sqrt())
                .collect(),
        };
        Gaussian {
            classes: classes.iter().map(class).collect(),
        }
    }
}
