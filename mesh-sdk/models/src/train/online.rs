//! Models that go on learning, a row at a time, as labels arrive.
//!
//! What is learned does not depend on how rows come in batches, and a snapshot goes on as if there had been no break.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::train::algorithm::read;
use crate::train::algorithms::gaussian_naive_bayes::{GaussianNaiveBayes, Moments};
use crate::train::algorithms::{Input, Learn};
use crate::train::cases::Target;
use crate::train::encoding::Encoding;
use crate::train::features::Features;
use crate::train::heads::Head;
use crate::train::online::ftrl::{Ftrl, FtrlState};
use crate::train::online::naive_bayes::NaiveBayesState;
use crate::train::trained::Trained;
use crate::{ModelError, Table};

pub(crate) mod ftrl;
mod naive_bayes;

/// The version of what a snapshot looks like.
const SNAPSHOT: u32 = 1;

/// An algorithm that learns from one row after another.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "name", rename_all = "kebab-case")]
pub enum OnlineAlgorithm {
    /// Logistic regression of the classes 0 and 1.
    Ftrl(Ftrl),
    /// Of any classes, also ones that turn up later.
    GaussianNaiveBayes(GaussianNaiveBayes),
}

impl OnlineAlgorithm {
    /// The algorithm of this name with hyper-parameters from a JSON object, or null for the usual ones.
    ///
    /// # Errors
    /// As [`Algorithm::named`](crate::Algorithm::named).
    pub fn named(name: &str, parameters: &Value) -> Result<Self, ModelError> {
        let algorithm = match name {
            "ftrl" => Self::Ftrl(read(parameters)?),
            "gaussian-naive-bayes" => Self::GaussianNaiveBayes(read(parameters)?),
            _ => {
                return Err(ModelError::UnknownAlgorithm {
                    name: name.chars().take(80).collect(),
                    known: "ftrl, gaussian-naive-bayes".to_owned(),
                });
            }
        };
        match algorithm {
            Self::Ftrl(ftrl) => ftrl.start(1).map(drop)?,
            Self::GaussianNaiveBayes(bayes) => bayes.check()?,
        }
        Ok(algorithm)
    }
}

/// A model that goes on learning.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OnlineModel {
    snapshot: u32,
    encoding: Encoding,
    state: State,
    /// Of all encoded rows.
    all: Moments,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum State {
    Ftrl(FtrlState),
    GaussianNaiveBayes(NaiveBayesState),
}

impl OnlineModel {
    /// A model that has not learned anything yet. How features are encoded (medians, scales, categories) is taken from the rows of
    /// `table` and stays so.
    ///
    /// # Errors
    /// [`ModelError::InvalidParameter`] and [`ModelError::InvalidTrainingData`].
    pub fn new(
        algorithm: OnlineAlgorithm,
        features: &Features,
        table: &Table,
    ) -> Result<Self, ModelError> {
        features.check(Input::Scaled)?;
        if features.components.is_some() {
            return Err(ModelError::parameter(
                "components",
                "cannot be learned from one row after another; leave it out",
            ));
        }
        let (encoding, _) = features.learn(table, Input::Scaled)?;
        let state = match algorithm {
            OnlineAlgorithm::Ftrl(ftrl) => State::Ftrl(ftrl.start(encoding.width())?),
            OnlineAlgorithm::GaussianNaiveBayes(bayes) => {
                bayes.check()?;
                State::GaussianNaiveBayes(NaiveBayesState::new(bayes))
            }
        };
        Ok(Self {
            snapshot: SNAPSHOT,
            encoding,
            state,
            all: Moments::default(),
        })
    }

    /// Learns from the rows, in their order, or from none of them: the table has the columns that the model began with, in any order.
    ///
    /// # Errors
    /// [`ModelError::InvalidTrainingData`] for other columns, targets that are not classes, and values that are infinite.
    pub fn learn(&mut self, table: &Table, target: &Target) -> Result<(), ModelError> {
        target.check(table)?;
        let Target::Classes(classes) = target else {
            return Err(ModelError::training_data("give a class for each row"));
        };
        let order = self.order(table)?;
        let mut rows = Vec::with_capacity(table.rows());
        for row in 0..table.rows() {
            let values: Vec<f32> = order.iter().map(|&column| table.row(row)[column]).collect();
            if values.iter().any(|value| value.is_infinite()) {
                let reason = format!("row {row} has an infinite value");
                return Err(ModelError::training_data(reason));
            }
            rows.push(self.encoding.encode(&values));
        }
        match &mut self.state {
            State::Ftrl(ftrl) => ftrl.learn(&rows, classes)?,
            State::GaussianNaiveBayes(bayes) => bayes.learn(&rows, classes),
        }
        rows.iter().for_each(|row| self.all.add(row));
        Ok(())
    }

    /// How many rows it has learned from.
    pub fn rows(&self) -> u64 {
        self.all.rows as u64
    }

    /// The model as it is now, to be evaluated and exported.
    ///
    /// # Errors
    /// [`ModelError::InvalidTrainingData`] before there were rows of two classes.
    pub fn trained(&self) -> Result<Trained, ModelError> {
        let (algorithm, head, classes) = match &self.state {
            State::Ftrl(ftrl) => ("ftrl", Head::Linear(ftrl.head()), vec![0, 1]),
            State::GaussianNaiveBayes(bayes) => {
                let (head, classes) = bayes.head(&self.all)?;
                ("gaussian-naive-bayes", Head::Gaussian(head), classes)
            }
        };
        if self.rows() == 0 {
            return Err(ModelError::training_data("there are no rows"));
        }
        Ok(Trained {
            algorithm,
            encoding: self.encoding.clone(),
            head,
            classes,
            means: self.all.means().to_vec(),
        })
    }

    /// All that it knows, as bytes to go on from; the same model gives the same bytes. Sums over rows, never a row.
    ///
    /// # Errors
    /// [`ModelError::InvalidSnapshot`] if it cannot be written.
    pub fn snapshot(&self) -> Result<Vec<u8>, ModelError> {
        serde_json::to_vec(self).map_err(invalid)
    }

    /// Goes on from a snapshot.
    ///
    /// # Errors
    /// [`ModelError::InvalidSnapshot`] where it is damaged or of another version.
    pub fn restore(snapshot: &[u8]) -> Result<Self, ModelError> {
        let model: Self = serde_json::from_slice(snapshot).map_err(invalid)?;
        let width = model.encoding.width();
        let fits = match &model.state {
            State::Ftrl(ftrl) => ftrl.width() == width,
            State::GaussianNaiveBayes(bayes) => bayes.widths().all(|own| own == width),
        };
        let seen = model.all.means().len();
        if model.snapshot != SNAPSHOT || !fits || (seen != 0 && seen != width) {
            return Err(ModelError::InvalidSnapshot {
                reason: "it is of another version, or its parts do not fit".to_owned(),
            });
        }
        Ok(model)
    }

    /// Where the table has each feature.
    fn order(&self, table: &Table) -> Result<Vec<usize>, ModelError> {
        let features = &self.encoding.features;
        let position = |feature: &String| table.names().iter().position(|name| name == feature);
        let order: Option<Vec<usize>> = features.iter().map(position).collect();
        order
            .filter(|order| order.len() == table.names().len())
            .ok_or_else(|| {
                let reason = format!("the columns must be {}", features.join(", "));
                ModelError::training_data(reason)
            })
    }
}

/// Where the damage is: never what is there.
fn invalid(error: serde_json::Error) -> ModelError {
    ModelError::InvalidSnapshot {
        reason: format!(
            "line {} column {} is not as it was written",
            error.line(),
            error.column()
        ),
    }
}

#[cfg(test)]
mod tests;
