//! The operators: each checks its node and says what the node's outputs are, adding steps for what has to be computed.

use std::rc::Rc;

use crate::ModelError;
use crate::exec::attributes::{Attributes, invalid, node_name, shown};
use crate::exec::compile::Compiler;
use crate::exec::linear::{Linear, PostTransform};
use crate::exec::steps::Step;
use crate::exec::values::{Kind, Matrix, Value};
use crate::onnx::export::ML;
use crate::onnx::proto::{FLOAT, INT64, NodeProto};

type Made = Result<Vec<Value>, ModelError>;

/// Compiles one node; the values are its outputs in order.
pub(crate) fn compile(compiler: &mut Compiler, node: &NodeProto) -> Made {
    match (node.domain.as_str(), node.op_type.as_str()) {
        ("" | "ai.onnx", "Cast") => cast(compiler, node),
        ("" | "ai.onnx", "Concat") => concat(compiler, node),
        ("" | "ai.onnx", "Flatten") => flatten(compiler, node),
        ("" | "ai.onnx", "Gather") => gather(compiler, node),
        ("" | "ai.onnx", "Identity") => identity(compiler, node),
        ("" | "ai.onnx", "Reshape") => reshape(compiler, node),
        (ML, "ArrayFeatureExtractor") => array_feature_extractor(compiler, node),
        (ML, "FeatureVectorizer") => feature_vectorizer(compiler, node),
        (ML, "Imputer") => imputer(compiler, node),
        (ML, "LinearClassifier") => linear_classifier(compiler, node),
        (ML, "Normalizer") => normalizer(compiler, node),
        (ML, "OneHotEncoder") => one_hot_encoder(compiler, node),
        (ML, "Scaler") => scaler(compiler, node),
        (ML, "ZipMap") => zip_map(compiler, node),
        (domain, operator) => {
            let operator = if matches!(domain, "" | "ai.onnx") {
                shown(operator)
            } else {
                shown(&format!("{domain}.{operator}"))
            };
            Err(ModelError::UnsupportedOperator {
                operator,
                node: node_name(node),
            })
        }
    }
}

fn cast(compiler: &mut Compiler, node: &NodeProto) -> Made {
    let to = Attributes::of(node, &["to", "saturate"])?.int("to", 0)?;
    if let (Value::Labels { .. }, true) = (compiler.input(node, 0)?, to == i64::from(INT64)) {
        return identity(compiler, node);
    }
    let matrix = compiler.matrix(node, 0)?;
    let kind = match to {
        to if to == i64::from(FLOAT) => Kind::Float,
        to if to == i64::from(INT64) => Kind::Integer,
        _ => return Err(invalid(node, "casts to a type other than float and int64")),
    };
    let columns = match (matrix.kind, kind) {
        (Kind::Float, Kind::Integer) => truncate(compiler, &matrix.columns)?.into(),
        _ => matrix.columns,
    };
    Ok(vec![Value::Matrix(Matrix {
        columns,
        dims: matrix.dims,
        kind,
    })])
}

fn concat(compiler: &mut Compiler, node: &NodeProto) -> Made {
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

fn flatten(compiler: &mut Compiler, node: &NodeProto) -> Made {
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

fn gather(compiler: &mut Compiler, node: &NodeProto) -> Made {
    let axis = Attributes::of(node, &["axis"])?.int("axis", 0)?;
    if axis != 1 {
        return Err(invalid(node, "picks rows: the axis must be 1"));
    }
    pick(compiler, node)
}

fn array_feature_extractor(compiler: &mut Compiler, node: &NodeProto) -> Made {
    Attributes::of(node, &[])?;
    pick(compiler, node)
}

/// The columns of input 0 that input 1 numbers.
fn pick(compiler: &mut Compiler, node: &NodeProto) -> Made {
    let matrix = compiler.matrix(node, 0)?;
    let indices: Rc<[i64]> = compiler.integers(node, 1)?.into();
    if matrix.dims.len() != 1 || indices.is_empty() {
        return Err(invalid(
            node,
            "picks no columns, or from a tensor that has not two dimensions",
        ));
    }
    compiler.spend(indices.len())?;
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

fn feature_vectorizer(compiler: &mut Compiler, node: &NodeProto) -> Made {
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

fn identity(compiler: &mut Compiler, node: &NodeProto) -> Made {
    Ok(vec![compiler.input(node, 0)?.clone()])
}

fn reshape(compiler: &mut Compiler, node: &NodeProto) -> Made {
    if Attributes::of(node, &["allowzero"])?.int("allowzero", 0)? != 0 {
        return Err(invalid(node, "attribute `allowzero` is not supported"));
    }
    let matrix = compiler.matrix(node, 0)?;
    let width = matrix.columns.len();
    let shape = compiler.integers(node, 1)?;
    let dims: Option<Vec<usize>> = match shape {
        [0, -1] => Some(vec![width]),
        [0 | -1, rest @ ..] => rest.iter().map(|&dim| usize::try_from(dim).ok()).collect(),
        _ => None,
    };
    let size = |dims: &Vec<usize>| {
        dims.iter()
            .try_fold(1usize, |size, &dim| size.checked_mul(dim))
    };
    match dims {
        Some(dims) if !dims.is_empty() && size(&dims) == Some(width) => {
            Ok(vec![Value::Matrix(Matrix { dims, ..matrix })])
        }
        _ => Err(invalid(node, "does not keep the rows as they are")),
    }
}

fn imputer(compiler: &mut Compiler, node: &NodeProto) -> Made {
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

fn scaler(compiler: &mut Compiler, node: &NodeProto) -> Made {
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

fn normalizer(compiler: &mut Compiler, node: &NodeProto) -> Made {
    let norm = Attributes::of(node, &["norm"])?.string("norm", "MAX")?;
    let matrix = compiler.floats(node, 0)?;
    if norm != "L1" || matrix.dims.len() != 1 {
        return Err(invalid(
            node,
            "the norm must be L1, of a tensor with two dimensions",
        ));
    }
    let columns = compiler.allocate(matrix.columns.len())?;
    compiler.push(Step::NormalizeL1 {
        from: matrix.columns.to_vec(),
        to: columns[0],
    });
    Ok(vec![Value::Matrix(Matrix::flat(columns, Kind::Float))])
}

fn one_hot_encoder(compiler: &mut Compiler, node: &NodeProto) -> Made {
    let attributes = Attributes::of(node, &["cats_int64s", "zeros"])?;
    if attributes.int("zeros", 1)? != 1 {
        return Err(invalid(
            node,
            "refuses unknown categories: `zeros` must be 1",
        ));
    }
    let categories = attributes.ints("cats_int64s")?;
    let exact = |&category: &i64| (category as f32 as i64 == category).then_some(category as f32);
    let categories: Option<Vec<f32>> = categories.iter().map(exact).collect();
    let Some(categories) = categories.filter(|categories| !categories.is_empty()) else {
        return Err(invalid(
            node,
            "has no categories, or one too large for a float",
        ));
    };
    let matrix = compiler.matrix(node, 0)?;
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

fn linear_classifier(compiler: &mut Compiler, node: &NodeProto) -> Made {
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
    let post_transform = match attributes.string("post_transform", "NONE")? {
        "NONE" => PostTransform::None,
        "LOGISTIC" => PostTransform::Logistic,
        "SOFTMAX" => PostTransform::Softmax,
        other => {
            return Err(invalid(
                node,
                format!("post_transform `{}` is not supported", shown(other)),
            ));
        }
    };
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
    }));
    let probabilities = Value::Matrix(Matrix::flat(probabilities, Kind::Float));
    Ok(vec![Value::Labels { column, classes }, probabilities])
}

/// Maps from class to probability, which only the clients of other runtimes need: the numbers pass unchanged.
fn zip_map(compiler: &mut Compiler, node: &NodeProto) -> Made {
    let classes = Attributes::of(node, &["classlabels_int64s"])?.ints("classlabels_int64s")?;
    let matrix = compiler.floats(node, 0)?;
    if matrix.dims != [classes.len()] {
        return Err(invalid(node, "there must be a class for each column"));
    }
    Ok(vec![Value::Matrix(matrix)])
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
