//! A loaded model.

use crate::exec::compile::Compiler;
use crate::exec::signature;
use crate::exec::steps::Step;
use crate::{ModelError, Scores, onnx};

/// The most numbers the scratch holds, so that a block of rows stays in the processor's cache.
const SCRATCH: usize = 1 << 15;
/// The most rows of a block: beyond it nothing more is gained.
const MAX_BLOCK: usize = 256;

/// An ONNX classifier of rows, checked and compiled when it is loaded. Any number of threads may score with one at once, each
/// with its own [`Scores`].
#[derive(Debug)]
pub struct Model {
    features: Vec<String>,
    classes: Vec<i64>,
    steps: Vec<Step>,
    columns: usize,
    block: usize,
    label: usize,
    probabilities: Vec<usize>,
}

impl Model {
    /// Reads a model: a graph of float inputs \[N, columns\] to a label and the probabilities of its classes.
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
            features,
            classes: outputs.classes.to_vec(),
            steps,
            columns,
            block: (SCRATCH / columns).clamp(1, MAX_BLOCK),
            label: outputs.label,
            probabilities: outputs.probabilities.to_vec(),
        })
    }

    /// The names of a row's values, in order.
    pub fn features(&self) -> &[String] {
        &self.features
    }

    /// The classes, in the order of the probabilities.
    pub fn classes(&self) -> &[i64] {
        &self.classes
    }

    /// Scores rows, given row-major as rows x features with NaN for what is missing, and leaves the answers in `out`.
    ///
    /// # Errors
    /// [`ModelError::RowShape`] when the values do not make whole rows; `out` is empty then. [`ModelError::UndefinedScore`] when a row has no
    /// answer; `out` then holds the answers of all rows, those without one as NaN.
    pub fn score(&self, rows: &[f32], out: &mut Scores) -> Result<(), ModelError> {
        let (features, classes) = (self.features.len(), self.classes.len());
        if !rows.len().is_multiple_of(features) {
            out.labels.clear();
            out.probabilities.clear();
            return Err(ModelError::RowShape {
                values: rows.len(),
                features,
            });
        }
        let n = rows.len() / features;
        out.labels.resize(n, 0);
        out.probabilities.resize(n * classes, 0.0);
        let scratch = self.columns * self.block.min(n);
        if out.scratch.len() < scratch {
            out.scratch.resize(scratch, 0.0);
        }
        let blocks = rows.chunks(self.block * features);
        let labels = out.labels.chunks_mut(self.block);
        let probabilities = out.probabilities.chunks_mut(self.block * classes);
        for ((rows, labels), probabilities) in blocks.zip(labels).zip(probabilities) {
            self.score_block(rows, &mut out.scratch, labels, probabilities);
        }
        match out
            .probabilities
            .iter()
            .position(|probability| probability.is_nan())
        {
            None => Ok(()),
            Some(position) => Err(ModelError::UndefinedScore {
                row: position / classes,
            }),
        }
    }

    fn score_block(
        &self,
        rows: &[f32],
        scratch: &mut [f32],
        labels: &mut [i64],
        probabilities: &mut [f32],
    ) {
        let (features, classes, n) = (self.features.len(), self.classes.len(), labels.len());
        let scratch = &mut scratch[..self.columns * n];
        for (feature, column) in scratch.chunks_exact_mut(n).take(features).enumerate() {
            for (value, row) in column.iter_mut().zip(rows.chunks_exact(features)) {
                *value = row[feature];
            }
        }
        for step in &self.steps {
            step.run(scratch, n);
        }
        for (label, &class) in labels.iter_mut().zip(&scratch[self.label * n..]) {
            *label = self.classes[class as usize];
        }
        for (i, &column) in self.probabilities.iter().enumerate() {
            for (row, &probability) in probabilities
                .chunks_exact_mut(classes)
                .zip(&scratch[column * n..])
            {
                row[i] = probability;
            }
        }
    }
}
