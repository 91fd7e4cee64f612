//! Support vector machines, as scikit-learn exports them.

use std::rc::Rc;

use crate::ModelError;
use crate::exec::attributes::{Attributes, invalid, shown};
use crate::exec::compile::Compiler;
use crate::exec::kernel::{Kernel, Kernels};
use crate::exec::linear::{Linear, PostTransform};
use crate::exec::machines::Machines;
use crate::exec::operators::classifier::post_transform;
use crate::exec::operators::dispatch::Made;
use crate::exec::steps::Step;
use crate::exec::values::{Kind, Matrix, Value};
use crate::onnx::proto::NodeProto;

/// What the two operators have in common.
const BOTH: [&str; 6] = [
    "coefficients",
    "kernel_params",
    "kernel_type",
    "post_transform",
    "rho",
    "support_vectors",
];

pub(crate) fn regressor(compiler: &mut Compiler, node: &NodeProto) -> Made {
    let attributes = Attributes::of(node, &[&BOTH[..], &["n_supports", "one_class"]].concat())?;
    if attributes.int("one_class", 0)? != 0 {
        return Err(invalid(node, "`one_class` must be 0"));
    }
    let vectors = count(node, attributes.int("n_supports", 0)?)?;
    let coefficients = attributes.floats("coefficients")?.to_vec();
    let offsets = attributes.floats("rho")?;
    if coefficients.len() != vectors || offsets.len() != 1 {
        let reason = "there must be a coefficient for each support vector, and one number in `rho`";
        return Err(invalid(node, reason));
    }
    let from = kernels(compiler, node, &attributes, vectors)?;
    let to = compiler.allocate(1)?;
    compiler.push(Step::Linear(Linear {
        from,
        coefficients,
        intercepts: offsets.to_vec(),
        post_transform: PostTransform::None,
        to: to[0],
        labels: false,
    }));
    Ok(vec![Value::Matrix(Matrix::flat(to, Kind::Float))])
}

pub(crate) fn classifier(compiler: &mut Compiler, node: &NodeProto) -> Made {
    let own = ["classlabels_ints", "prob_a", "prob_b", "vectors_per_class"];
    let attributes = Attributes::of(node, &[&BOTH[..], &own].concat())?;
    let classes: Rc<[i64]> = attributes.ints("classlabels_ints")?.into();
    let of_classes = attributes.ints("vectors_per_class")?;
    if classes.len() < 2 || of_classes.len() != classes.len() {
        let reason =
            "there must be two classes or more, and for each how many support vectors it has";
        return Err(invalid(node, reason));
    }
    let mut starts = vec![0];
    let mut vectors = 0usize;
    for &of_class in of_classes {
        vectors = vectors.saturating_add(count(node, of_class)?);
        starts.push(vectors);
    }
    let coefficients = attributes.floats("coefficients")?.to_vec();
    let offsets = attributes.floats("rho")?.to_vec();
    let machines = classes.len() * (classes.len() - 1) / 2;
    let wanted = vectors.checked_mul(classes.len() - 1);
    if Some(coefficients.len()) != wanted || offsets.len() != machines {
        let reason = "there must be a coefficient for each support vector and other class, and a number in `rho` for each two classes";
        return Err(invalid(node, reason));
    }
    let platt: Vec<(f32, f32)> = match attributes.has("prob_a") {
        true => {
            let (a, b) = (attributes.floats("prob_a")?, attributes.floats("prob_b")?);
            if a.len() != machines || b.len() != machines {
                return Err(invalid(
                    node,
                    "`prob_a` and `prob_b` must have a number for each two classes",
                ));
            }
            a.iter().copied().zip(b.iter().copied()).collect()
        }
        false => Vec::new(),
    };
    let kernels = kernels(compiler, node, &attributes, vectors)?[0];
    let mut machines = Machines {
        kernels,
        starts,
        coefficients,
        offsets,
        platt,
        to: 0,
    };
    let scores = compiler.allocate(machines.scores())?;
    let column = compiler.allocate(1)?[0];
    machines.to = scores[0];
    compiler.push(Step::Machines(machines));
    let scores = Value::Matrix(Matrix::flat(scores, Kind::Float));
    Ok(vec![Value::Labels { column, classes }, scores])
}

/// Adds the step that compares a row with each support vector and gives its columns.
fn kernels(
    compiler: &mut Compiler,
    node: &NodeProto,
    attributes: &Attributes,
    count: usize,
) -> Result<Vec<usize>, ModelError> {
    if post_transform(node, attributes)? != PostTransform::None {
        return Err(invalid(node, "post_transform must be NONE"));
    }
    let matrix = compiler.floats(node, 0)?;
    let vectors = attributes.floats("support_vectors")?.to_vec();
    let wanted = count.checked_mul(matrix.columns.len());
    if matrix.dims.len() != 1 || count == 0 || Some(vectors.len()) != wanted {
        let reason = "there must be support vectors, each with a number for each column of an input with two dimensions";
        return Err(invalid(node, reason));
    }
    let kernel = kernel(node, attributes)?;
    let to = compiler.allocate(count)?;
    compiler.push(Step::Kernels(Kernels {
        from: matrix.columns.to_vec(),
        vectors,
        kernel,
        to: to[0],
    }));
    Ok(to)
}

fn kernel(node: &NodeProto, attributes: &Attributes) -> Result<Kernel, ModelError> {
    let kind = attributes.string("kernel_type", "LINEAR")?;
    if kind == "LINEAR" {
        return Ok(Kernel::Linear);
    }
    let &[gamma, offset, degree] = attributes.floats("kernel_params")? else {
        return Err(invalid(node, "`kernel_params` must be three numbers"));
    };
    Ok(match kind {
        "POLY" => Kernel::Poly {
            gamma,
            offset,
            degree,
        },
        "RBF" => Kernel::Rbf { gamma },
        "SIGMOID" => Kernel::Sigmoid { gamma, offset },
        other => {
            let reason = format!("kernel_type `{}` is not supported", shown(other));
            return Err(invalid(node, reason));
        }
    })
}

fn count(node: &NodeProto, number: i64) -> Result<usize, ModelError> {
    usize::try_from(number).map_err(|_| invalid(node, "has a negative number of support vectors"))
}

#[cfg(test)]
mod tests;
