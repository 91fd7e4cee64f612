//! A graph compiled to steps, and the running of them.

use crate::exec::compile::Compiler;
use crate::exec::signature::{self, Input};
use crate::exec::steps::Step;
use crate::explain::sources::sources;
use crate::onnx::proto::GraphProto;
use crate::{ModelError, Scores};

/// The most numbers the scratch holds, so that a block of rows stays in the processor's cache.
const SCRATCH: usize = 1 << 15;
/// The most rows of a block: beyond it nothing more is gained.
const MAX_BLOCK: usize = 256;

/// What the tabular executor runs.
#[derive(Debug)]
pub(crate) struct Program {
    features: usize,
    classes: Vec<i64>,
    pub(crate) steps: Vec<Step>,
    pub(crate) columns: usize,
    block: usize,
    label: Option<usize>,
    pub(crate) values: Vec<usize>,
    /// By column of the scratch, the feature that it comes from.
    pub(crate) sources: Vec<Option<usize>>,
}

impl Program {
    pub(crate) fn compile(graph: &GraphProto, inputs: &[Input]) -> Result<Self, ModelError> {
        let mut compiler = Compiler::compile(graph, inputs)?;
        let outputs = signature::outputs(graph, &mut compiler)?;
        let (steps, columns) = compiler.into_steps();
        let features = inputs.iter().map(Input::width).sum();
        let label = outputs.label.as_ref();
        Ok(Self {
            sources: sources(&steps, features, columns),
            features,
            classes: label.map_or_else(Vec::new, |(_, classes)| classes.to_vec()),
            steps,
            columns,
            block: (SCRATCH / columns).clamp(1, MAX_BLOCK),
            label: outputs.label.map(|(column, _)| column),
            values: outputs.values.to_vec(),
        })
    }

    /// How many numbers a row has.
    pub(crate) fn features(&self) -> usize {
        self.features
    }

    pub(crate) fn classes(&self) -> &[i64] {
        &self.classes
    }

    /// How many numbers a row is answered with.
    pub(crate) fn width(&self) -> usize {
        self.values.len()
    }

    /// Scores whole rows into `out`, which has room for their answers.
    pub(crate) fn score(&self, rows: &[f32], out: &mut Scores) {
        let (features, width) = (self.features, self.width());
        let n = rows.len() / features;
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
    }

    /// Runs all steps on a block of `n` rows.
    pub(crate) fn run(&self, rows: &[f32], scratch: &mut [f32], n: usize) {
        let features = self.features;
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
