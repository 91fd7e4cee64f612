//! A loaded model.

use std::collections::HashSet;

use crate::exec::compile::Compiler;
use crate::exec::signature;
use crate::exec::steps::Step;
use crate::explain::sources::sources;
use crate::{ModelError, Scores, onnx};

/// The most numbers the scratch holds, so that a block of rows stays in the processor's cache.
const SCRATCH: usize = 1 << 15;
/// The most rows of a block: beyond it nothing more is gained.
const MAX_BLOCK: usize = 256;

/// An ONNX model of rows, a classifier or one that predicts a quantity, checked and compiled when it is loaded. Any number of threads may score with one at once, each
/// with its own [`Scores`].
#[derive(Debug)]
pub struct Model {
    features: Vec<String>,
    classes: Vec<i64>,
    pub(crate) steps: Vec<Step>,
    pub(crate) columns: usize,
    block: usize,
    label: Option<usize>,
    pub(crate) values: Vec<usize>,
    /// Of the encoded columns over the training rows, where the file says so.
    pub(crate) means: Option<Vec<f64>>,
    /// By column of the scratch, the feature that it comes from.
    pub(crate) sources: Vec<Option<usize>>,
}

impl Model {
    /// Reads a model: a graph of float inputs \[N, columns\] to a label and the probabilities of its classes, or to one number.
    ///
    /// # Errors
    /// [`ModelError::UnsupportedOperator`] names an operator that the executor lacks and its node,
    /// [`ModelError::InvalidNode`] a node that is malformed or uses its operator in an unsupported way;
    /// [`ModelError::InvalidModel`] is for everything else that is wrong with the file.
    pub fn from_onnx(bytes: &[u8]) -> Result<Self, ModelError> {
        let model = onnx::read::decode(bytes)?;
        let graph = model
            .graph
            .as_ref()
            .ok_or_else(|| ModelError::model("it has no graph"))?;
        let inputs = signature::inputs(graph)?;
        // Compiled first: that bounds how many features there may be names for.
        let compiler = Compiler::compile(graph, &inputs)?;
        let features = signature::features(&model, &inputs)?;
        let outputs = signature::outputs(graph, &compiler)?;
        let (steps, columns) = compiler.into_steps();
        Ok(Self {
            sources: sources(&steps, features.len(), columns),
            features,
            classes: outputs
                .label
                .as_ref()
                .map_or_else(Vec::new, |(_, classes)| classes.to_vec()),
            steps,
            columns,
            block: (SCRATCH / columns).clamp(1, MAX_BLOCK),
            label: outputs.label.map(|(column, _)| column),
            values: outputs.values.to_vec(),
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
        &self.classes
    }

    /// Scores rows, given row-major as rows x features with NaN for what is missing, and leaves the answers in `out`.
    ///
    /// # Errors
    /// [`ModelError::RowShape`] when the values do not make whole rows; `out` is empty then. [`ModelError::UndefinedScore`] when a row has no
    /// answer; `out` then holds the answers of all rows, those without one as NaN.
    pub fn score(&self, rows: &[f32], out: &mut Scores) -> Result<(), ModelError> {
        let (features, width) = (self.features.len(), self.values.len());
        out.labels.clear();
        out.values.clear();
        if !rows.len().is_multiple_of(features) {
            return Err(ModelError::RowShape {
                values: rows.len(),
                features,
            });
        }
        let n = rows.len() / features;
        if self.label.is_some() {
            out.labels.resize(n, 0);
        }
        out.values.resize(n * width, 0.0);
        let scratch = self.columns * self.block.min(n);
        if out.scratch.len() < scratch {
            out.scratch.resize(scratch, 0.0);
        }
        let blocks = rows.chunks(self.block * features);
        let values = out.values.chunks_mut(self.block * width);
        for (i, (rows, values)) in blocks.zip(values).enumerate() {
            let n = rows.len() / features;
            let scratch = &mut out.scratch[..self.columns * n];
            self.run(rows, scratch, n);
            for (position, &column) in self.values.iter().enumerate() {
                let column = &scratch[column * n..(column + 1) * n];
                for (row, &value) in values.chunks_exact_mut(width).zip(column) {
                    row[position] = value;
                }
            }
            if let Some(label) = self.label {
                let labels = &mut out.labels[i * self.block..];
                let column = &scratch[label * n..(label + 1) * n];
                for (label, &class) in labels.iter_mut().zip(column) {
                    *label = self.classes[class as usize];
                }
            }
        }
        match out.values.iter().position(|value| value.is_nan()) {
            None => Ok(()),
            Some(position) => Err(ModelError::UndefinedScore {
                row: position / width,
            }),
        }
    }

    /// Runs all steps on a block of `n` rows.
    pub(crate) fn run(&self, rows: &[f32], scratch: &mut [f32], n: usize) {
        let features = self.features.len();
        for (feature, column) in scratch.chunks_exact_mut(n).take(features).enumerate() {
            for (value, row) in column.iter_mut().zip(rows.chunks_exact(features)) {
                *value = row[feature];
            }
        }
        for step in &self.steps {
            step.run(scratch, n);
        }
    }
}
