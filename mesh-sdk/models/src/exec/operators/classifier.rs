//! Classifiers, and what dresses their answers.

use std::rc::Rc;

use crate::ModelError;
use crate::exec::attributes::{Attributes, invalid, shown};
use crate::exec::compile::Compiler;
use crate::exec::linear::{Linear, PostTransform};
use crate::exec::operators::dispatch::Made;
use crate::exec::steps::Step;
use crate::exec::values::{Kind, Matrix, Value};
use crate::onnx::proto::NodeProto;

pub(crate) fn linear_classifier(compiler: &mut Compiler, node: &NodeProto) -> Made {
    let known = &[
        "classlabels_ints",
        "coefficients",
        "intercepts",
        "multi_class",
        "post_transform",
    ];
    let attributes = Attributes::of(node, known)?;
    let classes: Rc<[i64]> = attributes.ints("classlabels_ints")?.into();
    let coefficients = attributes.floats("coefficients")?.to_vec();
    let intercepts = attributes.floats("intercepts")?.to_vec();
    let post_transform = post_transform(node, &attributes)?;
    let matrix = compiler.floats(node, 0)?;
    if matrix.dims.len() != 1 {
        return Err(invalid(node, "its input has not two dimensions"));
    }
    if classes.len() < 2 || intercepts.len() != classes.len() {
        return Err(invalid(
            node,
            "there must be at least two classes and an intercept for each",
        ));
    }
    if Some(coefficients.len()) != classes.len().checked_mul(matrix.columns.len()) {
        return Err(invalid(
            node,
            "there must be a coefficient for each class and column",
        ));
    }
    let probabilities = compiler.allocate(classes.len())?;
    let column = compiler.allocate(1)?[0];
    let from = matrix.columns.to_vec();
    compiler.push(Step::Linear(Linear {
        from,
        coefficients,
        intercepts,
        post_transform,
        to: probabilities[0],
        labels: true,
    }));
    let probabilities = Value::Matrix(Matrix::flat(probabilities, Kind::Float));
    Ok(vec![Value::Labels { column, classes }, probabilities])
}

/// Weighted sums, one per target.
pub(crate) fn linear_regressor(compiler: &mut Compiler, node: &NodeProto) -> Made {
    let known = &["coefficients", "intercepts", "post_transform", "targets"];
    let attributes = Attributes::of(node, known)?;
    let matrix = compiler.floats(node, 0)?;
    let targets = usize::try_from(attributes.int("targets", 1)?);
    let targets = targets.map_err(|_| invalid(node, "`targets` is negative"))?;
    let coefficients = attributes.floats("coefficients")?.to_vec();
    let wanted = targets.checked_mul(matrix.columns.len());
    if matrix.dims.len() != 1 || targets == 0 || Some(coefficients.len()) != wanted {
        return Err(invalid(
            node,
            "there must be a coefficient for each target and column of an input with two dimensions",
        ));
    }
    let intercepts = match attributes.has("intercepts") {
        true => attributes.per_column("intercepts", targets)?,
        false => vec![0.0; targets],
    };
    if post_transform(node, &attributes)? != PostTransform::None {
        return Err(invalid(node, "post_transform must be NONE"));
    }
    let to = compiler.allocate(targets)?;
    compiler.push(Step::Linear(Linear {
        from: matrix.columns.to_vec(),
        coefficients,
        intercepts,
        post_transform: PostTransform::None,
        to: to[0],
        labels: false,
    }));
    Ok(vec![Value::Matrix(Matrix::flat(to, Kind::Float))])
}

/// What is done to scores at the end.
pub(crate) fn post_transform(
    node: &NodeProto,
    attributes: &Attributes,
) -> Result<PostTransform, ModelError> {
    Ok(match attributes.string("post_transform", "NONE")? {
        "NONE" => PostTransform::None,
        "LOGISTIC" => PostTransform::Logistic,
        "SOFTMAX" => PostTransform::Softmax,
        other => {
            let reason = format!("post_transform `{}` is not supported", shown(other));
            return Err(invalid(node, reason));
        }
    })
}

/// Maps from class to probability, which only the clients of other runtimes need: the numbers pass unchanged.
pub(crate) fn zip_map(compiler: &mut Compiler, node: &NodeProto) -> Made {
    let classes = Attributes::of(node, &["classlabels_int64s"])?.ints("classlabels_int64s")?;
    let matrix = compiler.floats(node, 0)?;
    if matrix.dims != [classes.len()] {
        return Err(invalid(node, "there must be a class for each column"));
    }
    Ok(vec![Value::Matrix(matrix)])
}

#[cfg(test)]
mod tests;
