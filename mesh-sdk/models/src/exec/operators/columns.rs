//! Operators that move columns about: done when the graph is compiled, they cost nothing per row.

use crate::exec::attributes::{Attributes, invalid};
use crate::exec::compile::Compiler;
use crate::exec::operators::dispatch::Made;
use crate::exec::operators::tables;
use crate::exec::values::{Kind, MAX_RANK, Matrix, Value};
use crate::onnx::proto::NodeProto;

pub(crate) fn concat(compiler: &mut Compiler, node: &NodeProto) -> Made {
    let axis = Attributes::of(node, &["axis"])?.int("axis", 0)?;
    let parts = (0..node.input.len())
        .map(|i| compiler.matrix(node, i))
        .collect::<Result<Vec<_>, _>>()?;
    let Some(first) = parts.first() else {
        return Err(invalid(node, "has no input"));
    };
    let rank = first.dims.len() as i64 + 1;
    let axis = if axis < 0 { axis + rank } else { axis };
    if !(1..rank).contains(&axis) {
        return Err(invalid(
            node,
            "joins rows, or a dimension that its input does not have",
        ));
    }
    // `dims` leaves the rows out.
    let axis = axis as usize - 1;
    let alike = |part: &Matrix| {
        part.kind == first.kind
            && part.dims.len() == first.dims.len()
            && part.dims[..axis] == first.dims[..axis]
            && part.dims[axis + 1..] == first.dims[axis + 1..]
    };
    if !parts.iter().all(alike) {
        return Err(invalid(node, "inputs differ in type or shape"));
    }
    compiler.spend(parts.iter().map(|part| part.columns.len()).sum())?;
    let outer = first.dims[..axis].iter().product::<usize>();
    let mut columns = Vec::new();
    for i in 0..outer {
        for part in &parts {
            let run = part.columns.len() / outer;
            columns.extend_from_slice(&part.columns[i * run..(i + 1) * run]);
        }
    }
    let mut dims = first.dims.clone();
    dims[axis] = parts.iter().map(|part| part.dims[axis]).sum();
    Ok(vec![Value::Matrix(Matrix {
        columns: columns.into(),
        dims,
        kind: first.kind,
    })])
}

pub(crate) fn flatten(compiler: &mut Compiler, node: &NodeProto) -> Made {
    let axis = Attributes::of(node, &["axis"])?.int("axis", 1)?;
    let matrix = compiler.matrix(node, 0)?;
    if axis != 1 {
        return Err(invalid(node, "mixes rows: the axis must be 1"));
    }
    Ok(vec![Value::Matrix(Matrix {
        dims: vec![matrix.columns.len()],
        ..matrix
    })])
}

pub(crate) fn gather(compiler: &mut Compiler, node: &NodeProto) -> Made {
    let axis = Attributes::of(node, &["axis"])?.int("axis", 0)?;
    if axis == 0 && compiler.constant(node, 0)?.is_some() {
        return tables::entries(compiler, node);
    }
    if axis != 1 {
        return Err(invalid(node, "picks rows: the axis must be 1"));
    }
    pick(compiler, node)
}

pub(crate) fn array_feature_extractor(compiler: &mut Compiler, node: &NodeProto) -> Made {
    Attributes::of(node, &[])?;
    if compiler.constant(node, 0)?.is_some() {
        return tables::elements(compiler, node);
    }
    pick(compiler, node)
}

/// The columns of input 0 that input 1 numbers.
fn pick(compiler: &mut Compiler, node: &NodeProto) -> Made {
    let matrix = compiler.matrix(node, 0)?;
    compiler.spend(compiler.integers(node, 1)?.len())?;
    let indices = compiler.integers(node, 1)?;
    if matrix.dims.len() != 1 || indices.is_empty() {
        return Err(invalid(
            node,
            "picks no columns, or from a tensor that has not two dimensions",
        ));
    }
    let column = |&index: &i64| {
        let column = usize::try_from(index)
            .ok()
            .and_then(|index| matrix.columns.get(index));
        column.copied().ok_or_else(|| {
            invalid(
                node,
                format!(
                    "picks a column outside its input's {}",
                    matrix.columns.len()
                ),
            )
        })
    };
    let columns = indices.iter().map(column).collect::<Result<_, _>>()?;
    Ok(vec![Value::Matrix(Matrix::flat(columns, matrix.kind))])
}

pub(crate) fn feature_vectorizer(compiler: &mut Compiler, node: &NodeProto) -> Made {
    let widths = Attributes::of(node, &["inputdimensions"])?.ints("inputdimensions")?;
    let mut columns = Vec::new();
    for i in 0..node.input.len() {
        let part = compiler.floats(node, i)?;
        if part.dims.len() != 1 || widths.get(i).copied() != i64::try_from(part.columns.len()).ok()
        {
            return Err(invalid(
                node,
                format!("input {i} does not have the columns that `inputdimensions` says"),
            ));
        }
        compiler.spend(part.columns.len())?;
        columns.extend_from_slice(&part.columns);
    }
    if columns.is_empty() {
        return Err(invalid(node, "has no input"));
    }
    Ok(vec![Value::Matrix(Matrix::flat(columns, Kind::Float))])
}

pub(crate) fn identity(compiler: &mut Compiler, node: &NodeProto) -> Made {
    Ok(vec![compiler.input(node, 0)?.clone()])
}

pub(crate) fn reshape(compiler: &mut Compiler, node: &NodeProto) -> Made {
    if Attributes::of(node, &["allowzero"])?.int("allowzero", 0)? != 0 {
        return Err(invalid(node, "attribute `allowzero` is not supported"));
    }
    let shape = compiler.integers(node, 1)?;
    if let (Value::Labels { .. }, [-1] | [-1, 1]) = (compiler.input(node, 0)?, shape) {
        return identity(compiler, node);
    }
    let matrix = compiler.matrix(node, 0)?;
    let width = matrix.columns.len();
    let dims: Option<Vec<usize>> = match shape {
        [0, -1] => Some(vec![width]),
        [0 | -1, rest @ ..] if rest.len() <= MAX_RANK => {
            rest.iter().map(|&dim| usize::try_from(dim).ok()).collect()
        }
        _ => None,
    };
    let size = |dims: &Vec<usize>| {
        dims.iter()
            .try_fold(1usize, |size, &dim| size.checked_mul(dim))
    };
    match dims {
        Some(dims) if size(&dims) == Some(width) => {
            Ok(vec![Value::Matrix(Matrix { dims, ..matrix })])
        }
        _ => Err(invalid(
            node,
            "does not keep the rows as they are, or makes too many dimensions",
        )),
    }
}

#[cfg(test)]
mod tests;
