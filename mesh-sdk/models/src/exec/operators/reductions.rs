//! Operators that make fewer columns of many: sums, the highest, the shares of a whole.

use std::collections::BTreeMap;

use crate::ModelError;
use crate::exec::attributes::{Attributes, invalid};
use crate::exec::compile::Compiler;
use crate::exec::operators::dispatch::Made;
use crate::exec::reduce::{Reduction, TopK};
use crate::exec::steps::Step;
use crate::exec::values::{Kind, Matrix, Value};
use crate::onnx::proto::NodeProto;

pub(crate) fn reduce(compiler: &mut Compiler, node: &NodeProto) -> Made {
    let reduction = match Reduction::of(&node.op_type) {
        Some(position @ (Reduction::ArgMax | Reduction::ArgMin)) => {
            return self::position(compiler, node, position);
        }
        Some(reduction) => reduction,
        None => return Err(invalid(node, "is no reduction")),
    };
    let attributes = Attributes::of(node, &["axes", "keepdims", "noop_with_empty_axes"])?;
    let matrix = compiler.matrix(node, 0)?;
    let axes = match (Compiler::has(node, 1), attributes.has("axes")) {
        (true, _) => compiler.integers(node, 1)?,
        (false, true) => attributes.ints("axes")?,
        (false, false) => &[],
    };
    let axes: Vec<usize> = axes
        .iter()
        .map(|&axis| column_axis(node, &matrix, axis))
        .collect::<Result<_, _>>()?;
    if axes.is_empty() {
        return Err(invalid(node, "reduces rows: it must name axes"));
    }
    let keep = attributes.int("keepdims", 1)? != 0;
    let reduced = along(compiler, &matrix, &axes, keep, reduction)?;
    Ok(vec![Value::Matrix(reduced)])
}

/// The position of the highest or the lowest along one axis.
fn position(compiler: &mut Compiler, node: &NodeProto, reduction: Reduction) -> Made {
    let attributes = Attributes::of(node, &["axis", "keepdims", "select_last_index"])?;
    if attributes.int("select_last_index", 0)? != 0 {
        return Err(invalid(node, "`select_last_index` must be 0"));
    }
    let matrix = compiler.matrix(node, 0)?;
    let axis = column_axis(node, &matrix, attributes.int("axis", 0)?)?;
    let (of, alone) = (matrix.dims[axis], matrix.dims.len() == 1);
    let keep = attributes.int("keepdims", 1)? != 0;
    let matrix = along(compiler, &matrix, &[axis], keep, reduction)?;
    let matrix = Matrix {
        kind: Kind::Integer,
        ..matrix
    };
    Ok(vec![match alone {
        true => Value::Position { matrix, of },
        false => Value::Matrix(matrix),
    }])
}

pub(crate) fn softmax(compiler: &mut Compiler, node: &NodeProto) -> Made {
    let axis = Attributes::of(node, &["axis"])?.int("axis", -1)?;
    let matrix = compiler.floats(node, 0)?;
    if matrix.dims.len() != 1 || !matches!(axis, 1 | -1) {
        return Err(invalid(
            node,
            "its input must have two dimensions, the axis must be 1",
        ));
    }
    let to = compiler.allocate(matrix.columns.len())?;
    compiler.push(Step::Softmax {
        from: matrix.columns.to_vec(),
        to: to[0],
    });
    Ok(vec![Value::Matrix(Matrix::flat(to, Kind::Float))])
}

pub(crate) fn top_k(compiler: &mut Compiler, node: &NodeProto) -> Made {
    let attributes = Attributes::of(node, &["axis", "largest", "sorted"])?;
    let matrix = compiler.matrix(node, 0)?;
    let axis = attributes.int("axis", -1)?;
    let &[k] = compiler.integers(node, 1)? else {
        return Err(invalid(node, "input 1 is not one number"));
    };
    let k = usize::try_from(k).unwrap_or_default();
    if matrix.dims.len() != 1 || !matches!(axis, 1 | -1) || !(1..=matrix.columns.len()).contains(&k)
    {
        let reason = "must pick along axis 1 of two dimensions, from one to all of its columns";
        return Err(invalid(node, reason));
    }
    let to = compiler.allocate(2 * k)?;
    compiler.push(Step::TopK(TopK {
        from: matrix.columns.to_vec(),
        k,
        largest: attributes.int("largest", 1)? != 0,
        to: to[0],
    }));
    let values = Matrix::flat(to[..k].to_vec(), matrix.kind);
    let positions = Matrix::flat(to[k..].to_vec(), Kind::Integer);
    Ok(vec![Value::Matrix(values), Value::Matrix(positions)])
}

/// The axis among the dimensions after the rows.
fn column_axis(node: &NodeProto, matrix: &Matrix, axis: i64) -> Result<usize, ModelError> {
    let rank = matrix.dims.len() as i64 + 1;
    let axis = if axis < 0 { axis + rank } else { axis };
    match axis {
        axis if (1..rank).contains(&axis) => Ok(axis as usize - 1),
        _ => Err(invalid(
            node,
            "mixes rows, or names an axis that its input does not have",
        )),
    }
}

/// The reduction of the columns that differ only along `axes`.
fn along(
    compiler: &mut Compiler,
    matrix: &Matrix,
    axes: &[usize],
    keep: bool,
    reduction: Reduction,
) -> Result<Matrix, ModelError> {
    // By place in the result, in its order, the columns that it is made of.
    let mut groups = BTreeMap::<Vec<usize>, Vec<usize>>::new();
    for (i, &column) in matrix.columns.iter().enumerate() {
        let mut rest = i;
        let mut place = vec![0; matrix.dims.len()];
        for (axis, &dim) in matrix.dims.iter().enumerate().rev() {
            place[axis] = if axes.contains(&axis) { 0 } else { rest % dim };
            rest /= dim;
        }
        groups.entry(place).or_default().push(column);
    }
    let made = compiler.allocate(groups.len())?;
    for (from, &to) in groups.into_values().zip(&made) {
        compiler.push(Step::Reduce {
            reduction,
            from,
            to,
        });
    }
    let dims = matrix.dims.iter().enumerate();
    let dims = dims.filter_map(|(axis, &dim)| match axes.contains(&axis) {
        true => keep.then_some(1),
        false => Some(dim),
    });
    Ok(Matrix {
        columns: made.into(),
        dims: dims.collect(),
        kind: matrix.kind,
    })
}

#[cfg(test)]
mod tests;
