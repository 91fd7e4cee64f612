//! Ensembles of trees: checked and laid out for [`Forest`].

use std::rc::Rc;

use crate::ModelError;
use crate::exec::attributes::{Attributes, invalid, shown};
use crate::exec::compile::Compiler;
use crate::exec::forest::Forest;
use crate::exec::linear::{Linear, PostTransform};
use crate::exec::operators::classifier::post_transform;
use crate::exec::operators::dispatch::Made;
use crate::exec::operators::ensemble::Ensemble;
use crate::exec::operators::layout::Layout;
use crate::exec::steps::Step;
use crate::exec::values::{Kind, Matrix, Value};
use crate::onnx::proto::NodeProto;

/// What the two operators have in common.
const NODES: [&str; 11] = [
    "base_values",
    "nodes_falsenodeids",
    "nodes_featureids",
    "nodes_hitrates",
    "nodes_missing_value_tracks_true",
    "nodes_modes",
    "nodes_nodeids",
    "nodes_treeids",
    "nodes_truenodeids",
    "nodes_values",
    "post_transform",
];

pub(crate) fn regressor(compiler: &mut Compiler, node: &NodeProto) -> Made {
    let own = [
        "aggregate_function",
        "n_targets",
        "target_ids",
        "target_nodeids",
        "target_treeids",
        "target_weights",
    ];
    let attributes = Attributes::of(node, &[&NODES[..], &own].concat())?;
    let outputs = attributes.int("n_targets", 1)?;
    let average = match attributes.string("aggregate_function", "SUM")? {
        "SUM" => false,
        "AVERAGE" => true,
        other => {
            let reason = format!("aggregate_function `{}` is not supported", shown(other));
            return Err(invalid(node, reason));
        }
    };
    if post_transform(node, &attributes)? != PostTransform::None {
        return Err(invalid(node, "post_transform must be NONE"));
    }
    let ensemble = Ensemble::read(node, &attributes, "target")?;
    let outputs = ensemble.within(node, outputs)?;
    let to = push(compiler, node, &ensemble, outputs, average)?;
    Ok(vec![Value::Matrix(Matrix::flat(to, Kind::Float))])
}

pub(crate) fn classifier(compiler: &mut Compiler, node: &NodeProto) -> Made {
    let own = [
        "class_ids",
        "class_nodeids",
        "class_treeids",
        "class_weights",
        "classlabels_int64s",
    ];
    let attributes = Attributes::of(node, &[&NODES[..], &own].concat())?;
    let classes: Rc<[i64]> = attributes.ints("classlabels_int64s")?.into();
    if classes.len() < 2 {
        return Err(invalid(node, "there must be at least two classes"));
    }
    let post_transform = post_transform(node, &attributes)?;
    let ensemble = Ensemble::read(node, &attributes, "class")?;
    let first = ensemble.leaves.first().map_or(0, |leaf| leaf.output);
    if classes.len() == 2 && ensemble.leaves.iter().all(|leaf| leaf.output == first) {
        return one_of_two(compiler, node, ensemble, classes, post_transform);
    }
    let outputs = ensemble.within(node, classes.len() as i64)?;
    let from = push(compiler, node, &ensemble, outputs, false)?;
    let mut coefficients = vec![0.0; outputs * outputs];
    let diagonal = coefficients.iter_mut().step_by(outputs + 1);
    diagonal.for_each(|coefficient| *coefficient = 1.0);
    let sums = (coefficients, vec![0.0; outputs]);
    let (label, probabilities) = weigh(compiler, from, sums, post_transform)?;
    Ok(vec![labels(label, classes), probabilities])
}

/// Where leaves name one of two classes only, onnxruntime takes it for the second: a leaf speaks of its probability if no leaf is
/// negative, else of its score, and what is done at the end does not touch the label.
fn one_of_two(
    compiler: &mut Compiler,
    node: &NodeProto,
    mut ensemble: Ensemble,
    classes: Rc<[i64]>,
    post_transform: PostTransform,
) -> Made {
    if post_transform == PostTransform::Softmax {
        return Err(invalid(
            node,
            "post_transform SOFTMAX is not supported where leaves name one class",
        ));
    }
    ensemble.leaves.iter_mut().for_each(|leaf| leaf.output = 0);
    let shares = ensemble.leaves.iter().all(|leaf| leaf.weight >= 0.0);
    let from = push(compiler, node, &ensemble, 1, false)?;
    let scores = |certain| (vec![-1.0, 1.0], vec![certain, 0.0]);
    if !shares {
        let (label, probabilities) = weigh(compiler, from, scores(0.0), post_transform)?;
        return Ok(vec![labels(label, classes), probabilities]);
    }
    let (label, probabilities) = weigh(compiler, from.clone(), scores(1.0), PostTransform::None)?;
    if post_transform == PostTransform::None {
        return Ok(vec![labels(label, classes), probabilities]);
    }
    let (_, transformed) = weigh(compiler, from, scores(0.0), post_transform)?;
    Ok(vec![labels(label, classes), transformed])
}

fn labels(column: usize, classes: Rc<[i64]>) -> Value {
    Value::Labels { column, classes }
}

/// Adds the step that weighs sums of trees; gives the column of the label and the scores.
fn weigh(
    compiler: &mut Compiler,
    from: Vec<usize>,
    (coefficients, intercepts): (Vec<f32>, Vec<f32>),
    post_transform: PostTransform,
) -> Result<(usize, Value), ModelError> {
    let scores = compiler.allocate(intercepts.len())?;
    let label = compiler.allocate(1)?[0];
    compiler.push(Step::Linear(Linear {
        from,
        coefficients,
        intercepts,
        post_transform,
        to: scores[0],
        labels: true,
    }));
    let scores = Value::Matrix(Matrix::flat(scores, Kind::Float));
    Ok((label, scores))
}

/// Adds the step that sums the trees and gives its columns.
fn push(
    compiler: &mut Compiler,
    node: &NodeProto,
    ensemble: &Ensemble,
    outputs: usize,
    average: bool,
) -> Result<Vec<usize>, ModelError> {
    let matrix = compiler.floats(node, 0)?;
    if matrix.dims.len() != 1 {
        return Err(invalid(node, "its input has not two dimensions"));
    }
    let width = matrix.columns.len();
    if ensemble.nodes.iter().any(|at| at.column >= width) {
        return Err(invalid(
            node,
            format!("a node looks at a column outside its input's {width}"),
        ));
    }
    let base = match ensemble.base.len() {
        0 => vec![0.0; outputs],
        1 => vec![ensemble.base[0]; outputs],
        count if count == outputs => ensemble.base.clone(),
        // onnxruntime: of two classes of which leaves name one, the second's.
        2 if outputs == 1 => vec![ensemble.base[1]],
        _ => return Err(invalid(node, "there must be a base value for each output")),
    };
    let rows = compiler.allocate(Forest::row_columns(width))?[0];
    let to = compiler.allocate(outputs)?;
    let mut forest = Forest {
        from: matrix.columns.to_vec(),
        rows,
        nodes: Vec::new(),
        trees: Vec::new(),
        leaves: Vec::new(),
        covers: Vec::new(),
        base,
        factor: if average {
            1.0 / ensemble.roots.len() as f32
        } else {
            1.0
        },
        to: to[0],
    };
    if Layout::new(ensemble).lay(&mut forest) < ensemble.nodes.len() {
        return Err(invalid(node, "no root leads to some node"));
    }
    compiler.push(Step::Forest(forest));
    Ok(to)
}

#[cfg(test)]
mod tests;
