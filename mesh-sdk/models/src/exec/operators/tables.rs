//! Operators that look up what the file itself gives.

use std::rc::Rc;
use std::sync::Arc;

use crate::ModelError;
use crate::exec::attributes::{Attributes, invalid};
use crate::exec::compile::Compiler;
use crate::exec::constants;
use crate::exec::operators::dispatch::Made;
use crate::exec::operators::elementwise::{Operand, Pair};
use crate::exec::steps::Step;
use crate::exec::values::{Constant, Kind, MAX_RANK, Matrix, Value};
use crate::onnx::proto::NodeProto;

/// A constant in the midst of the nodes.
pub(crate) fn constant(node: &NodeProto) -> Made {
    let tensor = Attributes::of(node, &["value"])?.tensor("value")?;
    Ok(vec![constants::constant(tensor)?])
}

/// The elements of a constant row that a tensor numbers. The classes at the position of the highest score are the labels.
pub(crate) fn elements(compiler: &mut Compiler, node: &NodeProto) -> Made {
    if let (Value::Integers(classes), Value::Position { matrix, of }) =
        (compiler.input(node, 0)?, compiler.input(node, 1)?)
        && classes.values.len() == *of
    {
        return Ok(vec![Value::Labels {
            column: matrix.columns[0],
            classes: classes.values.as_slice().into(),
        }]);
    }
    let row = |dims: &[usize]| dims.iter().rev().skip(1).all(|&dim| dim == 1);
    take(compiler, node, row, |_| Vec::new())
}

/// The entries of a constant table that a tensor numbers.
pub(crate) fn entries(compiler: &mut Compiler, node: &NodeProto) -> Made {
    take(
        compiler,
        node,
        |dims| !dims.is_empty(),
        |dims| dims[1..].to_vec(),
    )
}

fn take(
    compiler: &mut Compiler,
    node: &NodeProto,
    accepts: impl Fn(&[usize]) -> bool,
    entry: impl Fn(&[usize]) -> Vec<usize>,
) -> Made {
    let kind = match compiler.input(node, 0)? {
        Value::Integers(_) => Kind::Integer,
        _ => Kind::Float,
    };
    let table = compiler.constant(node, 0)?;
    let table = table.filter(|table| !table.values.is_empty() && accepts(&table.dims));
    let table = table.ok_or_else(|| invalid(node, "input 0 is no constant table"))?;
    let at = compiler.matrix(node, 1)?;
    let entry = entry(&table.dims);
    let width = entry.iter().product();
    if at.kind != Kind::Integer || at.dims.len() + entry.len() > MAX_RANK {
        return Err(invalid(
            node,
            "input 1 are no integers, or have too many dimensions",
        ));
    }
    let numbers: Arc<[f32]> = table.values.as_slice().into();
    let mut columns = Vec::new();
    for &from in at.columns.iter() {
        let to = compiler.allocate(width)?;
        compiler.push(Step::Take {
            from,
            to: to[0],
            table: numbers.clone(),
            width,
        });
        columns.extend(to);
    }
    Ok(vec![Value::Matrix(Matrix {
        columns: columns.into(),
        dims: [at.dims, entry].concat(),
        kind,
    })])
}

/// The shape of a tensor of rows: only what makes another tensor of that shape can use it.
pub(crate) fn shape(compiler: &mut Compiler, node: &NodeProto) -> Made {
    Attributes::of(node, &[])?;
    Ok(vec![Value::Shape(compiler.matrix(node, 0)?.dims.into())])
}

/// The same number everywhere.
pub(crate) fn constant_of_shape(compiler: &mut Compiler, node: &NodeProto) -> Made {
    let attributes = Attributes::of(node, &["value"])?;
    let Value::Shape(dims) = compiler.input(node, 0)?.clone() else {
        return Err(invalid(
            node,
            "input 0 is not the shape of a tensor of rows",
        ));
    };
    let (value, kind) = match attributes.has("value") {
        true => number(node, &constants::constant(attributes.tensor("value")?)?)?,
        false => (0.0, Kind::Float),
    };
    let columns = compiler.allocate(dims.iter().product())?;
    for &to in &columns {
        let (a, b) = (Operand::Constant(value), Operand::Constant(0.0));
        let pair = Pair::Add;
        compiler.push(Step::Pairs { pair, a, b, to });
    }
    Ok(vec![Value::Matrix(Matrix {
        columns: columns.into(),
        dims: dims.to_vec(),
        kind,
    })])
}

fn number(node: &NodeProto, value: &Value) -> Result<(f32, Kind), ModelError> {
    match value {
        Value::Numbers(numbers) if numbers.values.len() == 1 => {
            Ok((numbers.values[0], Kind::Float))
        }
        Value::Integers(integers) if integers.values.len() == 1 => {
            Ok((integers.values[0] as f32, Kind::Integer))
        }
        _ => Err(invalid(node, "attribute `value` is not one number")),
    }
}

/// The constant with two dimensions that is input `i` of this node.
pub(crate) fn table(
    compiler: &Compiler,
    node: &NodeProto,
    i: usize,
) -> Result<Rc<Constant<f32>>, ModelError> {
    let table = compiler.constant(node, i)?;
    let table = table.filter(|table| table.dims.len() == 2 && !table.values.is_empty());
    table.ok_or_else(|| {
        invalid(
            node,
            format!("input {i} is not a constant with two dimensions"),
        )
    })
}

#[cfg(test)]
mod tests;
