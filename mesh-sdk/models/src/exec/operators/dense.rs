//! Products with constant matrices: the layers of small networks, and principal components.

use crate::exec::attributes::{Attributes, invalid};
use crate::exec::compile::Compiler;
use crate::exec::linear::{Linear, PostTransform};
use crate::exec::operators::dispatch::Made;
use crate::exec::operators::tables;
use crate::exec::steps::Step;
use crate::exec::values::{Kind, Matrix, Value};
use crate::onnx::proto::NodeProto;

pub(crate) fn mat_mul(compiler: &mut Compiler, node: &NodeProto) -> Made {
    Attributes::of(node, &[])?;
    multiply(compiler, node, false)
}

pub(crate) fn gemm(compiler: &mut Compiler, node: &NodeProto) -> Made {
    let attributes = Attributes::of(node, &["alpha", "beta", "transA", "transB"])?;
    let factors = (
        attributes.float("alpha", 1.0)?,
        attributes.float("beta", 1.0)?,
    );
    if factors != (1.0, 1.0) || attributes.int("transA", 0)? != 0 {
        return Err(invalid(node, "`alpha` and `beta` must be 1, `transA` 0"));
    }
    let transposed = attributes.int("transB", 0)? != 0;
    multiply(compiler, node, transposed)
}

/// Rows times the constant that is input 1, columns x outputs or the other way round, and to it input 2, a constant row.
fn multiply(compiler: &mut Compiler, node: &NodeProto, transposed: bool) -> Made {
    let matrix = compiler.floats(node, 0)?;
    let weights = tables::table(compiler, node, 1)?;
    let (rows, columns) = (weights.dims[0], weights.dims[1]);
    let (width, outputs) = if transposed {
        (columns, rows)
    } else {
        (rows, columns)
    };
    if matrix.dims != [width] {
        return Err(invalid(node, "inputs differ in shape"));
    }
    let coefficients = match transposed {
        true => weights.values.clone(),
        false => (0..outputs * width)
            .map(|i| weights.values[i % width * outputs + i / width])
            .collect(),
    };
    let intercepts = match Compiler::has(node, 2) {
        true => {
            let added = compiler.constant(node, 2)?;
            let row = added.filter(|added| added.dims.iter().rev().skip(1).all(|&dim| dim == 1));
            match row.as_ref().map(|row| row.values.as_slice()) {
                Some([all]) => vec![*all; outputs],
                Some(each) if each.len() == outputs => each.to_vec(),
                _ => {
                    return Err(invalid(
                        node,
                        "input 2 is not a constant row of a number for each output",
                    ));
                }
            }
        }
        false => vec![0.0; outputs],
    };
    let to = compiler.allocate(outputs)?;
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

#[cfg(test)]
mod tests;
