//! What a model said about rows whose truth is known.

use crate::train::trained::Trained;
use crate::{Model, ModelError, Scores, Table, Target};

/// The answers to rows, with the truth.
#[derive(Debug, Clone, PartialEq)]
pub enum Answers {
    Classes {
        /// Ascending, and in the order of the probabilities.
        classes: Vec<i64>,
        /// The true class of each row, by its position among the classes; behind the last, where it is none of them.
        truth: Vec<usize>,
        /// Rows x classes.
        probabilities: Vec<f64>,
    },
    Values {
        truth: Vec<f64>,
        predicted: Vec<f64>,
    },
}

impl Answers {
    /// Asks a loaded model.
    ///
    /// # Errors
    /// Those of [`Model::score`], and [`ModelError::InvalidEvaluation`] where the targets are not what the model answers.
    pub fn of(model: &Model, table: &Table, target: &Target) -> Result<Self, ModelError> {
        target.check(table)?;
        let mut scores = Scores::new();
        model.score(table.values(), &mut scores)?;
        Self::of_scores(model, &scores, target)
    }

    /// What a loaded model has said of rows with these targets.
    ///
    /// # Errors
    /// [`ModelError::InvalidEvaluation`] where the targets are not what the model answers, or not as many.
    pub fn of_scores(model: &Model, scores: &Scores, target: &Target) -> Result<Self, ModelError> {
        let values = if model.classes().is_empty() {
            scores.quantities()
        } else {
            scores.probabilities()
        };
        let values = values.iter().copied().map(f64::from).collect();
        Self::new(model.classes(), values, target)
    }

    /// The probabilities of yes that were given to rows of which each is yes or no.
    ///
    /// # Errors
    /// [`ModelError::InvalidEvaluation`] where there are not as many of the ones as of the others.
    pub fn of_yes(probabilities: &[f64], truth: &[bool]) -> Result<Self, ModelError> {
        if probabilities.len() != truth.len() {
            return Err(ModelError::evaluation(format!(
                "{} probabilities for {} rows",
                probabilities.len(),
                truth.len()
            )));
        }
        let both = probabilities.iter().flat_map(|yes| [1.0 - yes, *yes]);
        Ok(Self::Classes {
            classes: vec![0, 1],
            truth: truth.iter().map(|yes| usize::from(*yes)).collect(),
            probabilities: both.collect(),
        })
    }

    /// Asks the exported model, the thing that would serve; a model without an export is asked itself.
    pub(crate) fn of_trained(
        trained: &Trained,
        table: &Table,
        target: &Target,
    ) -> Result<Self, ModelError> {
        match trained.to_onnx() {
            Ok(onnx) => Self::of(&Model::from_onnx(&onnx)?, table, target),
            Err(ModelError::NotExportable { .. }) => {
                let rows = (0..table.rows()).map(|row| trained.scores(table.row(row)));
                let values: Vec<Vec<f64>> = rows.collect::<Result<_, _>>()?;
                Self::new(trained.classes(), values.concat(), target)
            }
            Err(error) => Err(error),
        }
    }

    /// The probabilities of classes that were given to rows whose classes are known, rows x classes.
    ///
    /// # Errors
    /// [`ModelError::InvalidEvaluation`] where there are not as many rows of probabilities as of the truth.
    pub fn of_classes(
        classes: &[i64],
        probabilities: &[f64],
        truth: &[i64],
    ) -> Result<Self, ModelError> {
        if probabilities.len() != truth.len() * classes.len() {
            return Err(ModelError::evaluation(format!(
                "{} probabilities of {} classes for {} rows",
                probabilities.len(),
                classes.len(),
                truth.len()
            )));
        }
        let mut ascending: Vec<usize> = (0..classes.len()).collect();
        ascending.sort_unstable_by_key(|place| classes[*place]);
        let position = |class: &i64| {
            let known = ascending.iter().position(|place| classes[*place] == *class);
            known.unwrap_or(classes.len())
        };
        let rows = probabilities.chunks_exact(classes.len().max(1));
        let in_order =
            |row: &[f64]| -> Vec<f64> { ascending.iter().map(|place| row[*place]).collect() };
        Ok(Self::Classes {
            truth: truth.iter().map(position).collect(),
            probabilities: rows.flat_map(in_order).collect(),
            classes: ascending.iter().map(|place| classes[*place]).collect(),
        })
    }

    /// Quantities beside the truth.
    ///
    /// # Errors
    /// [`ModelError::InvalidEvaluation`] where there are not as many of the ones as of the others.
    pub fn of_values(predicted: &[f64], truth: &[f64]) -> Result<Self, ModelError> {
        if predicted.len() != truth.len() {
            return Err(ModelError::evaluation(format!(
                "{} quantities for {} rows",
                predicted.len(),
                truth.len()
            )));
        }
        Ok(Self::Values {
            truth: truth.to_vec(),
            predicted: predicted.to_vec(),
        })
    }

    fn new(classes: &[i64], values: Vec<f64>, target: &Target) -> Result<Self, ModelError> {
        match target {
            Target::Classes(truth) if !classes.is_empty() => {
                Self::of_classes(classes, &values, truth)
            }
            Target::Values(truth) if classes.is_empty() => {
                let truth: Vec<f64> = truth.iter().copied().map(f64::from).collect();
                Self::of_values(&values, &truth)
            }
            _ => Err(ModelError::evaluation(
                "the targets are not what the model answers: classes or quantities",
            )),
        }
    }

    pub(crate) fn rows(&self) -> usize {
        match self {
            Self::Classes { truth, .. } => truth.len(),
            Self::Values { truth, .. } => truth.len(),
        }
    }
}
