//! What a model takes and gives: its features' names, and which outputs are the label and the probabilities.

use std::collections::HashSet;
use std::rc::Rc;

use crate::ModelError;
use crate::exec::attributes::shown;
use crate::exec::compile::Compiler;
use crate::exec::reduce::Reduction;
use crate::exec::steps::Step;
use crate::exec::values::{Kind, MAX_RANK, Value};
use crate::onnx::export::{ENCODED_MEANS, FEATURE_NAMES};
use crate::onnx::proto::{FLOAT, GraphProto, ModelProto, NodeProto};

/// The most features a model may have; the executor's bound on columns is stricter in practice.
const MAX_FEATURES: i64 = 1 << 16;

/// The longest name of an input in bytes: every feature of the input may get it.
const MAX_NAME: usize = 200;

/// An input of the graph.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    pub(crate) name: String,
    /// The dimensions after the rows; none is zero.
    pub(crate) dims: Vec<usize>,
}

impl Input {
    /// How many features it takes.
    pub(crate) fn width(&self) -> usize {
        self.dims.iter().product()
    }
}

/// The inputs. Those that are constants too give only a default.
pub(crate) fn inputs(graph: &GraphProto) -> Result<Vec<Input>, ModelError> {
    let constants: HashSet<&str> = graph
        .initializer
        .iter()
        .map(|tensor| tensor.name.as_str())
        .collect();
    let inputs = graph
        .input
        .iter()
        .filter(|input| !constants.contains(input.name.as_str()))
        .map(|input| {
            let wrong = || {
                ModelError::model(format!(
                    "input `{}` is not float[N, columns]",
                    shown(&input.name)
                ))
            };
            if input.name.len() > MAX_NAME {
                return Err(ModelError::model(format!(
                    "an input's name is longer than {MAX_NAME} bytes"
                )));
            }
            let tensor = input
                .r#type
                .as_ref()
                .and_then(|kind| kind.tensor_type.as_ref())
                .ok_or_else(wrong)?;
            let dims = tensor.shape.as_ref().map_or(&[][..], |shape| &shape.dim);
            match (tensor.elem_type, dims) {
                (FLOAT, [_, dims @ ..]) if (1..=MAX_RANK).contains(&dims.len()) => {
                    let dims = dims.iter().map(|dim| dim.dim_value);
                    let dims = dims.collect::<Option<Vec<i64>>>().ok_or_else(wrong)?;
                    let width = dims.iter().try_fold(1i64, |width, &dim| match dim {
                        1.. => width.checked_mul(dim),
                        _ => None,
                    });
                    if width.is_none_or(|width| width > MAX_FEATURES) {
                        return Err(wrong());
                    }
                    Ok(Input {
                        name: input.name.clone(),
                        dims: dims.into_iter().map(|dim| dim as usize).collect(),
                    })
                }
                _ => Err(wrong()),
            }
        });
    let inputs = inputs.collect::<Result<Vec<_>, _>>()?;
    if inputs.is_empty() {
        return Err(ModelError::model("it has no input"));
    }
    // Each feature gets a name.
    if inputs.iter().map(Input::width).sum::<usize>() > MAX_FEATURES as usize {
        let reason = format!("it takes more than {MAX_FEATURES} features");
        return Err(ModelError::model(reason));
    }
    Ok(inputs)
}

/// Whether the file itself says that rows come one by one.
pub(crate) fn takes_one_row(graph: &GraphProto) -> bool {
    let mut rows = graph.input.iter().filter_map(|input| {
        let tensor = input.r#type.as_ref()?.tensor_type.as_ref()?;
        tensor.shape.as_ref()?.dim.first()?.dim_value
    });
    rows.any(|rows| rows == 1)
}

/// The features' names: those in the file's metadata or, where another tool wrote none, the inputs' own.
pub(crate) fn features(model: &ModelProto, inputs: &[Input]) -> Result<Vec<String>, ModelError> {
    let width: usize = inputs.iter().map(Input::width).sum();
    let Some(names) = model
        .metadata_props
        .iter()
        .find(|entry| entry.key == FEATURE_NAMES)
    else {
        let own = inputs.iter().flat_map(|input| {
            let (name, width) = (&input.name, input.width());
            let numbered = move |i: usize| {
                if width == 1 {
                    name.clone()
                } else {
                    format!("{name}_{i}")
                }
            };
            (0..width).map(numbered)
        });
        return Ok(own.collect());
    };
    let names: Vec<String> = serde_json::from_str(&names.value).map_err(|_| {
        ModelError::model(format!(
            "`{FEATURE_NAMES}` of its metadata is not a JSON array of strings"
        ))
    })?;
    let distinct = names.iter().collect::<HashSet<_>>().len();
    if names.len() != width || distinct != width {
        return Err(ModelError::model(format!(
            "`{FEATURE_NAMES}` of its metadata does not name its {width} features"
        )));
    }
    Ok(names)
}

/// The mean of each encoded column, if the file has it. Only explanations need it.
pub(crate) fn encoded_means(model: &ModelProto) -> Option<Vec<f64>> {
    let entry = model
        .metadata_props
        .iter()
        .find(|entry| entry.key == ENCODED_MEANS)?;
    serde_json::from_str(&entry.value).ok()
}

/// Where the answers are found in the scratch.
pub(crate) struct Outputs {
    /// The label's column and the classes, of a classifier.
    pub(crate) label: Option<(usize, Rc<[i64]>)>,
    /// The probabilities, or the quantity.
    pub(crate) values: Rc<[usize]>,
}

/// Whether the graph answers with probabilities alone: one output, which a Softmax makes.
pub(crate) fn is_softmax(graph: &GraphProto) -> bool {
    let [output] = graph.output.as_slice() else {
        return false;
    };
    let makes = |node: &&NodeProto| node.output.first() == Some(&output.name);
    let made = graph.node.iter().find(makes);
    made.is_some_and(|node| {
        node.op_type == "Softmax" && matches!(node.domain.as_str(), "" | "ai.onnx")
    })
}

/// The label and the probabilities, which must be the graph's two outputs, in either order; or probabilities alone; or one quantity.
pub(crate) fn outputs(graph: &GraphProto, compiler: &mut Compiler) -> Result<Outputs, ModelError> {
    if let (true, Some(Value::Matrix(matrix))) = (
        is_softmax(graph),
        graph
            .output
            .first()
            .and_then(|output| compiler.value(&output.name)),
    ) {
        let (columns, count) = (matrix.columns.clone(), matrix.columns.len());
        let to = compiler.allocate(1)?[0];
        compiler.push(Step::Reduce {
            reduction: Reduction::ArgMax,
            from: columns.to_vec(),
            to,
        });
        return Ok(Outputs {
            label: Some((to, (0..count as i64).collect())),
            values: columns,
        });
    }
    let made: Vec<_> = graph
        .output
        .iter()
        .map(|output| compiler.value(&output.name))
        .collect();
    match made.as_slice() {
        [
            Some(Value::Labels { column, classes }),
            Some(Value::Matrix(matrix)),
        ]
        | [
            Some(Value::Matrix(matrix)),
            Some(Value::Labels { column, classes }),
        ] if matrix.dims == [classes.len()] && matrix.kind == Kind::Float => Ok(Outputs {
            label: Some((*column, classes.clone())),
            values: matrix.columns.clone(),
        }),
        [Some(Value::Matrix(matrix))] if matrix.dims == [1] && matrix.kind == Kind::Float => {
            Ok(Outputs {
                label: None,
                values: matrix.columns.clone(),
            })
        }
        [_, _] => Err(ModelError::model(
            "its outputs must be the label of a classifier and a probability for each class",
        )),
        _ => Err(ModelError::model(
            "its outputs must be two: a label and probabilities, or one: a quantity, or what a Softmax makes",
        )),
    }
}

#[cfg(test)]
mod tests;
