//! A loaded model.

use std::collections::HashSet;

use crate::exec::program::Program;
use crate::exec::signature;
use crate::network::Network;
use crate::{ModelError, Scores, onnx};

/// An ONNX model of rows, a classifier or one that predicts a quantity, checked and compiled when it is loaded. Any number of threads may
/// score with one at once, each with its own [`Scores`].
///
/// Two executors run models: a tabular one, made for what consists of columns and trees, and tract, for neural networks and the rest. The
/// first runs whatever it can.
#[derive(Debug)]
pub struct Model {
    features: Vec<String>,
    pub(crate) executor: Executor,
    /// Of the encoded columns over the training rows, where the file says so.
    pub(crate) means: Option<Vec<f64>>,
}

#[derive(Debug)]
pub(crate) enum Executor {
    Tabular(Program),
    Network(Network),
}

impl Model {
    /// Reads a model: a graph of float inputs \[N, columns\], or of more dimensions, to a label and the probabilities of its classes, to the
    /// probabilities alone where a Softmax makes them (of classes numbered from 0), or to one number.
    ///
    /// # Errors
    /// [`ModelError::UnsupportedOperator`] names an operator that no executor has and its node,
    /// [`ModelError::InvalidNode`] a node that is malformed or uses its operator in an unsupported way;
    /// [`ModelError::InvalidModel`] is for everything else that is wrong with the file.
    pub fn from_onnx(bytes: &[u8]) -> Result<Self, ModelError> {
        let model = onnx::read::decode(bytes)?;
        let graph = model
            .graph
            .as_ref()
            .ok_or_else(|| ModelError::model("it has no graph"))?;
        let inputs = signature::inputs(graph)?;
        let executor = match Program::compile(graph, &inputs) {
            Ok(program) => Executor::Tabular(program),
            Err(refusal) => {
                Executor::Network(Network::instead(refusal, bytes, &model, graph, &inputs)?)
            }
        };
        Ok(Self {
            features: signature::features(&model, &inputs)?,
            executor,
            means: signature::encoded_means(&model),
        })
    }

    /// The names of a row's values, in order.
    pub fn features(&self) -> &[String] {
        &self.features
    }

    /// Gives the values of a row other names: of a file whose tool had none for them.
    ///
    /// # Errors
    /// [`ModelError::InvalidModel`] when there are not as many, or one is there twice.
    pub fn rename_features(&mut self, names: Vec<String>) -> Result<(), ModelError> {
        let distinct = names.iter().collect::<HashSet<_>>().len();
        if names.len() != self.features.len() || distinct != names.len() {
            return Err(ModelError::model(format!(
                "it takes {} features, and {distinct} names were given",
                self.features.len()
            )));
        }
        self.features = names;
        Ok(())
    }

    /// The classes, in the order of the probabilities; none where the model predicts a quantity.
    pub fn classes(&self) -> &[i64] {
        match &self.executor {
            Executor::Tabular(program) => program.classes(),
            Executor::Network(network) => network.classes(),
        }
    }

    /// Scores rows, given row-major as rows x features with NaN for what is missing, and leaves the answers in `out`.
    ///
    /// # Errors
    /// [`ModelError::RowShape`] when the values do not make whole rows; `out` is empty then. [`ModelError::UndefinedScore`] when a row has no
    /// answer; `out` then holds the answers of all rows, those without one as NaN. [`ModelError::InvalidModel`] when a neural network
    /// fails on a row though it ran when it was loaded.
    pub fn score(&self, rows: &[f32], out: &mut Scores) -> Result<(), ModelError> {
        let features = self.features.len();
        out.labels.clear();
        out.values.clear();
        if !rows.len().is_multiple_of(features) {
            return Err(ModelError::RowShape {
                values: rows.len(),
                features,
            });
        }
        let n = rows.len() / features;
        let width = match &self.executor {
            Executor::Tabular(program) => program.width(),
            Executor::Network(network) => network.width(),
        };
        if !self.classes().is_empty() {
            out.labels.resize(n, 0);
        }
        out.values.resize(n * width, 0.0);
        match &self.executor {
            Executor::Tabular(program) => program.score(rows, out),
            Executor::Network(network) => network.score(rows, out)?,
        }
        match out.values.iter().position(|value| value.is_nan()) {
            None => Ok(()),
            Some(position) => Err(ModelError::UndefinedScore {
                row: position / width,
            }),
        }
    }
}
