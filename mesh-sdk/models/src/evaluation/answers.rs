//! What a model said about rows whose truth is known.

use crate::train::trained::Trained;
use crate::{Model, ModelError, Scores, Table, Target};

/// The answers to rows, with the truth.
#[derive(Debug, Clone, PartialEq)]
pub enum Answers {
    Classes {
        /// In the order of the probabilities.
        classes: Vec<i64>,
        /// The true class of each row, by its position among the classes.
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

    fn new(classes: &[i64], values: Vec<f64>, target: &Target) -> Result<Self, ModelError> {
        match target {
            Target::Classes(truth) if !classes.is_empty() => {
                let position = |class: &i64| {
                    let known = classes.iter().position(|known| known == class);
                    known.ok_or_else(|| {
                        ModelError::evaluation(format!("the model does not know class {class}"))
                    })
                };
                Ok(Self::Classes {
                    truth: truth.iter().map(position).collect::<Result<_, _>>()?,
                    classes: classes.to_vec(),
                    probabilities: values,
                })
            }
            Target::Values(truth) if classes.is_empty() => Ok(Self::Values {
                truth: truth.iter().copied().map(f64::from).collect(),
                predicted: values,
            }),
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
