//! Models that the tabular executor does not run: neural networks and the rest, by tract.
//!
//! Only this module knows tract. It is asked for what the tabular executor has refused, and refuses by the operators' names what it cannot
//! run either. Whatever a file makes it do, it must not bring down the process: a panic inside is an error here.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use tract_onnx::prelude::*;

use crate::exec::attributes::{node_name, shown};
use crate::exec::signature::{self, Input};
use crate::network::classes::classes;
use crate::network::size::size;
use crate::onnx::graph::ML;
use crate::onnx::proto::{GraphProto, ModelProto};
use crate::{ModelError, Scores};

mod classes;
mod size;

/// The newest version of the operators of which those that tract has pass the tests of the package onnx.
const MAX_OPSET: i64 = 24;
/// The most numbers that all values of a network may have together for one row: a gigabyte.
const MAX_NUMBERS: usize = 1 << 28;
/// The most that one node may make of nothing, or one number become.
const MAX_SIZE: usize = 1 << 24;
/// Why a model is refused whose answers are not one for each row, from that row alone.
const MIXED: &str = "it mixes rows: two together do not get the answers of each alone";
/// The longest that one row may take.
const MAX_TIME: Duration = Duration::from_secs(10);
/// How many rows go through at once where a network takes any number.
const BLOCK: usize = 64;

/// How many rows a plan is made for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rows {
    One,
    Two,
    Any,
}

/// A network that ran when it was loaded.
pub(crate) struct Network {
    plan: Arc<TypedRunnableModel>,
    inputs: Vec<Input>,
    classes: Vec<i64>,
    /// Which output is the label, if one is, and which has the numbers.
    label: Option<usize>,
    values: usize,
    width: usize,
    block: usize,
}

impl Network {
    /// What tract makes of a model that the tabular executor refused, or why that does not help.
    pub(crate) fn instead(
        refusal: ModelError,
        bytes: &[u8],
        model: &ModelProto,
        graph: &GraphProto,
        inputs: &[Input],
    ) -> Result<Self, ModelError> {
        let lacking = match &refusal {
            ModelError::UnsupportedOperator { operator, .. } => Some(operator.clone()),
            // A node of these operators that is malformed here is so everywhere.
            ModelError::InvalidNode { operator, .. }
                if !graph
                    .node
                    .iter()
                    .any(|node| node.domain == ML && node.op_type == *operator) =>
            {
                None
            }
            _ => return Err(refusal),
        };
        let onnx = tract_onnx::onnx();
        let known = |domain: &str| matches!(domain, "" | "ai.onnx" | ML);
        let missing = graph.node.iter().filter(|node| {
            !known(&node.domain) || !onnx.op_register.0.contains_key(node.op_type.as_str())
        });
        let mut missing = missing.map(|node| (shown(&node.op_type), node_name(node)));
        match (missing.next(), lacking) {
            (None, lacking) => known_version(model)
                .and_then(|()| Self::load(bytes, graph, inputs))
                .map_err(|reason| match lacking {
                    None => refusal,
                    Some(_) => ModelError::model(format!(
                        "{refusal} by the tabular executor, and tract does not run it: {reason}"
                    )),
                }),
            (Some(_), None) => Err(refusal),
            (Some((operator, node)), Some(lacking)) => {
                let both = |operator: &String| lacking.ends_with(operator);
                if both(&operator) || missing.any(|(operator, _)| both(&operator)) {
                    return Err(refusal);
                }
                Err(ModelError::model(format!(
                    "no executor has all of its operators: the tabular one lacks `{lacking}`, tract lacks `{operator}` of node `{node}`"
                )))
            }
        }
    }

    pub(crate) fn classes(&self) -> &[i64] {
        &self.classes
    }

    /// How many numbers a row is answered with.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Scores whole rows into `out`, which has room for their answers.
    pub(crate) fn score(&self, rows: &[f32], out: &mut Scores) -> Result<(), ModelError> {
        let features = self.features();
        let values = out.values.chunks_mut(self.block * self.width);
        for (i, (rows, values)) in rows.chunks(self.block * features).zip(values).enumerate() {
            let failed = |reason: String| {
                let first = i * self.block;
                ModelError::model(format!("it failed on the rows from {first} on: {reason}"))
            };
            let answer = guarded(|| self.run(rows)).map_err(failed)?;
            let known = |label| self.classes.contains(label);
            if answer.values.len() != values.len() || !answer.labels.iter().all(known) {
                let reason = "its answer is not what it was when it was loaded";
                return Err(failed(reason.to_owned()));
            }
            values.copy_from_slice(&answer.values);
            for (j, &label) in answer.labels.iter().enumerate() {
                out.labels[i * self.block + j] = label;
            }
        }
        Ok(())
    }

    fn load(bytes: &[u8], graph: &GraphProto, inputs: &[Input]) -> Result<Self, String> {
        if let Some(node) = graph.node.iter().find(|node| size(graph, node) > MAX_SIZE) {
            return Err(format!(
                "node `{}` makes more than {MAX_SIZE} numbers",
                node_name(node)
            ));
        }
        let one = guarded(|| Self::plan(bytes, graph, inputs, Rows::One))?;
        if signature::takes_one_row(graph) {
            return Ok(one);
        }
        // With any number of rows at once or, where its operators do not allow that, row by row; but two must be as two alone.
        for rows in [Rows::Any, Rows::Two] {
            let several = guarded(|| Self::plan(bytes, graph, inputs, rows));
            let several = match several {
                Ok(several) => several,
                Err(reason) if reason == MIXED => return Err(reason),
                Err(_) => continue,
            };
            match guarded(|| several.agrees(&one)) {
                Ok(true) if rows == Rows::Any => return Ok(several),
                Ok(true) => return Ok(one),
                Ok(false) => return Err(MIXED.to_owned()),
                Err(_) => {}
            }
        }
        Err("it does not run with two rows, though it does with one".to_owned())
    }

    fn plan(bytes: &[u8], graph: &GraphProto, inputs: &[Input], rows: Rows) -> TractResult<Self> {
        let onnx = tract_onnx::onnx().with_ignore_output_shapes(true);
        let mut model = onnx.model_for_read(&mut &*bytes)?;
        let n = match rows {
            Rows::One => TDim::from(1),
            Rows::Two => TDim::from(2),
            Rows::Any => model.symbols.sym("N").into(),
        };
        for (i, input) in inputs.iter().enumerate() {
            let dims = input.dims.iter().map(|&dim| TDim::from(dim));
            let shape: TVec<TDim> = std::iter::once(n.clone()).chain(dims).collect();
            model.set_input_fact(i, InferenceFact::dt_shape(f32::datum_type(), shape))?;
        }
        let typed = model.into_typed()?;
        let numbers = typed
            .nodes()
            .iter()
            .flat_map(|node| &node.outputs)
            .map(|output| {
                let dims = output
                    .fact
                    .shape
                    .iter()
                    .map(|dim| dim.to_i64().map_or(1, |dim| dim as usize));
                dims.fold(1usize, usize::saturating_mul)
            });
        if numbers.fold(0, usize::saturating_add) > MAX_NUMBERS {
            return Err(TractError::msg(format!(
                "its values have more than {MAX_NUMBERS} numbers"
            )));
        }
        let plan = typed.into_optimized()?.into_runnable()?;
        let (label, values) = match graph.output.len() {
            1 => (None, 0),
            2 if plan.model().output_fact(0)?.datum_type == f32::datum_type() => (Some(1), 0),
            2 => (Some(0), 1),
            _ => {
                return Err(TractError::msg(
                    "its outputs must be a label and probabilities, or one",
                ));
            }
        };
        let mut network = Self {
            plan,
            inputs: inputs.to_vec(),
            classes: Vec::new(),
            label,
            values,
            width: 0,
            block: if rows == Rows::Any { BLOCK } else { 1 },
        };
        network.try_out(graph, if rows == Rows::Two { 2 } else { 1 })?;
        Ok(network)
    }

    /// Runs rows of zeros, which shows what the network answers with.
    fn try_out(&mut self, graph: &GraphProto, rows: usize) -> TractResult<()> {
        let begun = Instant::now();
        let answer = self.run(&vec![0.0; rows * self.features()])?;
        if begun.elapsed() > MAX_TIME {
            return Err(TractError::msg(format!(
                "a row takes longer than {} s",
                MAX_TIME.as_secs()
            )));
        }
        self.width = answer.values.len() / rows;
        if self.label.is_some() {
            self.classes = classes(graph, &graph.output[self.label.unwrap_or_default()].name)
                .ok_or_else(|| {
                    TractError::msg("it does not say which classes its label is one of")
                })?;
        } else if signature::is_softmax(graph) {
            self.classes = (0..self.width as i64).collect();
        }
        let wanted = if self.classes.is_empty() {
            1
        } else {
            self.classes.len()
        };
        if self.width != wanted {
            let reason = "its outputs must be a label and a probability for each class, what a Softmax makes, or one quantity";
            return Err(TractError::msg(reason));
        }
        Ok(())
    }

    /// Whether two rows get the answers together that `one` gives to each.
    fn agrees(&self, one: &Self) -> TractResult<bool> {
        let features = self.features();
        let two: Vec<f32> = (0..2 * features)
            .map(|i| ((i * i + 3 * i) % 17) as f32 / 17.0)
            .collect();
        let together = self.run(&two)?.values;
        let alone = [one.run(&two[..features])?, one.run(&two[features..])?];
        let alone = alone.iter().flat_map(|answer| &answer.values);
        let same = |(a, b): (&f32, &f32)| (a - b).abs() <= 1e-3 * b.abs().max(1.0) || a.is_nan();
        Ok(together.len() == 2 * one.width && together.iter().zip(alone).all(same))
    }

    fn features(&self) -> usize {
        self.inputs.iter().map(Input::width).sum()
    }

    fn run(&self, rows: &[f32]) -> TractResult<Answer> {
        let features = self.features();
        let n = rows.len() / features;
        let mut first = 0;
        let mut tensors: TVec<TValue> = tvec![];
        for input in &self.inputs {
            let width = input.width();
            let own: Vec<f32> = rows
                .chunks_exact(features)
                .flat_map(|row| &row[first..first + width])
                .copied()
                .collect();
            let shape: Vec<usize> = std::iter::once(n)
                .chain(input.dims.iter().copied())
                .collect();
            tensors.push(Tensor::from_shape(&shape, &own)?.into());
            first += width;
        }
        let made = self.plan.run(tensors)?;
        let values = made[self.values].cast_to::<f32>()?;
        let values: Vec<f32> = values
            .to_plain_array_view::<f32>()?
            .iter()
            .copied()
            .collect();
        if values.is_empty() || !values.len().is_multiple_of(n) {
            return Err(TractError::msg(MIXED));
        }
        let labels: Vec<i64> = match self.label {
            Some(label) => {
                let labels = made[label].cast_to::<i64>()?;
                labels
                    .to_plain_array_view::<i64>()?
                    .iter()
                    .copied()
                    .collect()
            }
            None if self.classes.is_empty() => Vec::new(),
            None => values.chunks_exact(values.len() / n).map(highest).collect(),
        };
        let labelled = self.label.is_some() || !self.classes.is_empty();
        if labelled && labels.len() != n {
            return Err(TractError::msg(MIXED));
        }
        Ok(Answer { labels, values })
    }
}

/// Newer operators have attributes that tract passes over, and would answer something else.
fn known_version(model: &ModelProto) -> Result<(), String> {
    let basic = |domain: &str| matches!(domain, "" | "ai.onnx");
    let mut versions = model
        .opset_import
        .iter()
        .filter(|opset| basic(&opset.domain));
    match versions.find(|opset| opset.version > MAX_OPSET) {
        Some(opset) => Err(format!(
            "its opset {} is newer than {MAX_OPSET}: export it with that or an older one",
            opset.version
        )),
        None => Ok(()),
    }
}

/// The position of the highest, the first of equals.
fn highest(values: &[f32]) -> i64 {
    let better = |best: usize, i: usize| if values[i] > values[best] { i } else { best };
    (1..values.len()).fold(0, better) as i64
}

struct Answer {
    labels: Vec<i64>,
    values: Vec<f32>,
}

/// What `work` gives, or in words why it failed or panicked.
fn guarded<T>(work: impl FnOnce() -> TractResult<T>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(shown(&error.to_string())),
        Err(_) => Err("it panicked".to_owned()),
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network")
            .field("inputs", &self.inputs)
            .field("classes", &self.classes)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
