//! Operators that compute numbers from numbers, column by column or row by row.

use std::collections::HashSet;
use std::rc::Rc;

use crate::ModelError;
use crate::exec::attributes::{Attributes, invalid};
use crate::exec::compile::Compiler;
use crate::exec::operators::columns::identity;
use crate::exec::operators::dispatch::Made;
use crate::exec::operators::elementwise::{Function, Operand, Pair};
use crate::exec::steps::{Norm, Step};
use crate::exec::values::{Kind, MAX_RANK, Matrix, Value};
use crate::onnx::proto::{BOOL, DOUBLE, FLOAT, INT32, INT64, NodeProto};

pub(crate) fn cast(compiler: &mut Compiler, node: &NodeProto) -> Made {
    let to = Attributes::of(node, &["to", "saturate"])?.int("to", 0)?;
    let to = i32::try_from(to).unwrap_or_default();
    if let (Value::Labels { .. }, FLOAT | INT32 | INT64) = (compiler.input(node, 0)?, to) {
        return identity(compiler, node);
    }
    let matrix = compiler.matrix(node, 0)?;
    let (kind, columns) = match (to, matrix.kind) {
        (FLOAT | DOUBLE, _) => (Kind::Float, matrix.columns),
        (INT32 | INT64, Kind::Float) => {
            (Kind::Integer, truncate(compiler, &matrix.columns)?.into())
        }
        (INT32 | INT64, Kind::Integer) => (Kind::Integer, matrix.columns),
        // True and false are one and zero: twice not is whether it is another number than zero.
        (BOOL, _) => {
            let not = nots(compiler, &matrix.columns)?;
            (Kind::Integer, nots(compiler, &not)?)
        }
        _ => {
            return Err(invalid(
                node,
                "casts to a type other than float, double, int32, int64 and bool",
            ));
        }
    };
    Ok(vec![Value::Matrix(Matrix {
        columns,
        dims: matrix.dims,
        kind,
    })])
}

fn nots(compiler: &mut Compiler, columns: &[usize]) -> Result<Rc<[usize]>, ModelError> {
    let made = compiler.allocate(columns.len())?;
    for (&from, &to) in columns.iter().zip(&made) {
        let function = Function::Not;
        compiler.push(Step::Each { function, from, to });
    }
    Ok(made.into())
}

pub(crate) fn imputer(compiler: &mut Compiler, node: &NodeProto) -> Made {
    let attributes = Attributes::of(node, &["imputed_value_floats", "replaced_value_float"])?;
    let matrix = compiler.floats(node, 0)?;
    let missing = attributes.float("replaced_value_float", 0.0)?;
    let values = attributes.per_column("imputed_value_floats", matrix.columns.len())?;
    each_column(compiler, matrix, |i, from, to| Step::Impute {
        from,
        to,
        missing,
        value: values[i],
    })
}

/// 1 above the threshold, else 0.
pub(crate) fn binarizer(compiler: &mut Compiler, node: &NodeProto) -> Made {
    let threshold = Attributes::of(node, &["threshold"])?.float("threshold", 0.0)?;
    let matrix = compiler.floats(node, 0)?;
    each_column(compiler, matrix, |_, from, to| Step::Pairs {
        pair: Pair::Greater,
        a: Operand::Column(from),
        b: Operand::Constant(threshold),
        to,
    })
}

/// Numbers for numbers; those that are not among the keys become the default.
pub(crate) fn label_encoder(compiler: &mut Compiler, node: &NodeProto) -> Made {
    let known = &[
        "default_float",
        "default_int64",
        "keys_floats",
        "keys_int64s",
        "values_floats",
        "values_int64s",
    ];
    let attributes = Attributes::of(node, known)?;
    let numbers = |of: &str| -> Result<(Vec<f32>, Kind), ModelError> {
        let floats = format!("{of}_floats");
        if attributes.has(&floats) {
            return Ok((attributes.floats(&floats)?.to_vec(), Kind::Float));
        }
        let ints = attributes.ints(&format!("{of}_int64s"))?;
        let exact = |&value: &i64| (value as f32 as i64 == value).then_some(value as f32);
        let values: Option<Vec<f32>> = ints.iter().map(exact).collect();
        let values = values.ok_or_else(|| invalid(node, "has a number too large for a float"))?;
        Ok((values, Kind::Integer))
    };
    let ((keys, from_kind), (values, kind)) = (numbers("keys")?, numbers("values")?);
    let default = match kind {
        Kind::Float => attributes.float("default_float", 0.0)?,
        Kind::Integer => attributes.int("default_int64", -1)? as f32,
    };
    let matrix = compiler.matrix(node, 0)?;
    if keys.is_empty() || keys.len() != values.len() || matrix.kind != from_kind {
        return Err(invalid(
            node,
            "there must be a value for each key, and keys of the type of the input",
        ));
    }
    let mut table: Vec<(f32, f32)> = keys.into_iter().zip(values).collect();
    table.sort_by(|a, b| a.0.total_cmp(&b.0));
    let matrix = Matrix { kind, ..matrix };
    each_column(compiler, matrix, |_, from, to| Step::Lookup {
        from,
        to,
        table: table.clone(),
        default,
    })
}

pub(crate) fn scaler(compiler: &mut Compiler, node: &NodeProto) -> Made {
    let attributes = Attributes::of(node, &["offset", "scale"])?;
    let matrix = compiler.floats(node, 0)?;
    let offsets = attributes.per_column("offset", matrix.columns.len())?;
    let scales = attributes.per_column("scale", matrix.columns.len())?;
    each_column(compiler, matrix, |i, from, to| Step::Scale {
        from,
        to,
        offset: offsets[i],
        scale: scales[i],
    })
}

pub(crate) fn normalizer(compiler: &mut Compiler, node: &NodeProto) -> Made {
    let norm = Attributes::of(node, &["norm"])?.string("norm", "MAX")?;
    let matrix = compiler.floats(node, 0)?;
    let norm = match norm {
        "MAX" => Norm::Max,
        "L1" => Norm::L1,
        "L2" => Norm::L2,
        _ => return Err(invalid(node, "the norm must be MAX, L1 or L2")),
    };
    if matrix.dims.len() != 1 {
        return Err(invalid(node, "its input has not two dimensions"));
    }
    let columns = compiler.allocate(matrix.columns.len())?;
    compiler.push(Step::Normalize {
        from: matrix.columns.to_vec(),
        to: columns[0],
        norm,
    });
    Ok(vec![Value::Matrix(Matrix::flat(columns, Kind::Float))])
}

pub(crate) fn one_hot_encoder(compiler: &mut Compiler, node: &NodeProto) -> Made {
    let attributes = Attributes::of(node, &["cats_int64s", "zeros"])?;
    if attributes.int("zeros", 1)? != 1 {
        return Err(invalid(
            node,
            "refuses unknown categories: `zeros` must be 1",
        ));
    }
    let categories = attributes.ints("cats_int64s")?;
    if categories.iter().collect::<HashSet<_>>().len() != categories.len() {
        return Err(invalid(node, "has a category twice"));
    }
    let exact = |&category: &i64| (category as f32 as i64 == category).then_some(category as f32);
    let categories: Option<Vec<f32>> = categories.iter().map(exact).collect();
    let Some(categories) = categories.filter(|categories| !categories.is_empty()) else {
        return Err(invalid(
            node,
            "has no categories, or one too large for a float",
        ));
    };
    let matrix = compiler.matrix(node, 0)?;
    if matrix.dims.len() == MAX_RANK {
        return Err(invalid(node, "makes too many dimensions"));
    }
    let whole = match matrix.kind {
        Kind::Float => truncate(compiler, &matrix.columns)?.into(),
        Kind::Integer => matrix.columns,
    };
    let mut columns = Vec::new();
    for &from in whole.iter() {
        let made = compiler.allocate(categories.len())?;
        compiler.push(Step::OneHot {
            from,
            to: made[0],
            categories: categories.clone(),
        });
        columns.extend(made);
    }
    let dims = matrix
        .dims
        .iter()
        .copied()
        .chain([categories.len()])
        .collect();
    Ok(vec![Value::Matrix(Matrix {
        columns: columns.into(),
        dims,
        kind: Kind::Float,
    })])
}

fn truncate(compiler: &mut Compiler, columns: &[usize]) -> Result<Vec<usize>, ModelError> {
    let made = compiler.allocate(columns.len())?;
    for (&from, &to) in columns.iter().zip(&made) {
        compiler.push(Step::Truncate { from, to });
    }
    Ok(made)
}

/// A tensor of the same shape, each column made by the step of its position, source and destination.
fn each_column(
    compiler: &mut Compiler,
    matrix: Matrix,
    step: impl Fn(usize, usize, usize) -> Step,
) -> Made {
    let made = compiler.allocate(matrix.columns.len())?;
    for (i, (&from, &to)) in matrix.columns.iter().zip(&made).enumerate() {
        compiler.push(step(i, from, to));
    }
    Ok(vec![Value::Matrix(Matrix {
        columns: made.into(),
        ..matrix
    })])
}

#[cfg(test)]
mod tests;
