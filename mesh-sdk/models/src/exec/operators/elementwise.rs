//! Operators that compute each number of a tensor by itself, or each pair of two tensors.

use crate::ModelError;
use crate::exec::attributes::{Attributes, invalid};
use crate::exec::compile::Compiler;
use crate::exec::operators::dispatch::Made;
use crate::exec::steps::Step;
use crate::exec::values::{Kind, Matrix, Value};
use crate::onnx::proto::NodeProto;

/// A function of one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Abs,
    Exp,
    Log,
    Neg,
    Not,
    Reciprocal,
    Sigmoid,
    Sqrt,
}

impl Function {
    pub(crate) fn of(operator: &str) -> Option<Self> {
        Some(match operator {
            "Abs" => Self::Abs,
            "Exp" => Self::Exp,
            "Log" => Self::Log,
            "Neg" => Self::Neg,
            "Not" => Self::Not,
            "Reciprocal" => Self::Reciprocal,
            "Sigmoid" => Self::Sigmoid,
            "Sqrt" => Self::Sqrt,
            _ => return None,
        })
    }

    #[inline]
    pub(crate) fn apply(self, x: f32) -> f32 {
        match self {
            Self::Abs => x.abs(),
            Self::Exp => x.exp(),
            Self::Log => x.ln(),
            Self::Neg => -x,
            Self::Not => truth(x == 0.0),
            Self::Reciprocal => 1.0 / x,
            Self::Sigmoid => 1.0 / (1.0 + (-x).exp()),
            Self::Sqrt => x.sqrt(),
        }
    }
}

/// A function of two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pair {
    Add,
    Div,
    Equal,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Mul,
    Sub,
}

impl Pair {
    pub(crate) fn of(operator: &str) -> Option<Self> {
        Some(match operator {
            "Add" => Self::Add,
            "Div" => Self::Div,
            "Equal" => Self::Equal,
            "Greater" => Self::Greater,
            "GreaterOrEqual" => Self::GreaterOrEqual,
            "Less" => Self::Less,
            "LessOrEqual" => Self::LessOrEqual,
            "Mul" => Self::Mul,
            "Sub" => Self::Sub,
            _ => return None,
        })
    }

    fn compares(self) -> bool {
        !matches!(self, Self::Add | Self::Div | Self::Mul | Self::Sub)
    }

    #[inline]
    pub(crate) fn apply(self, a: f32, b: f32) -> f32 {
        match self {
            Self::Add => a + b,
            Self::Div => a / b,
            Self::Equal => truth(a == b),
            Self::Greater => truth(a > b),
            Self::GreaterOrEqual => truth(a >= b),
            Self::Less => truth(a < b),
            Self::LessOrEqual => truth(a <= b),
            Self::Mul => a * b,
            Self::Sub => a - b,
        }
    }
}

/// True and false are held as 1 and 0, like all numbers.
fn truth(is: bool) -> f32 {
    if is { 1.0 } else { 0.0 }
}

/// Where one of a pair comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Operand {
    Column(usize),
    Constant(f32),
}

pub(crate) fn each(compiler: &mut Compiler, node: &NodeProto) -> Made {
    Attributes::of(node, &[])?;
    let Some(function) = Function::of(&node.op_type) else {
        return Err(invalid(node, "is no function"));
    };
    let matrix = compiler.matrix(node, 0)?;
    let columns = compiler.allocate(matrix.columns.len())?;
    for (&from, &to) in matrix.columns.iter().zip(&columns) {
        compiler.push(Step::Each { function, from, to });
    }
    Ok(vec![Value::Matrix(Matrix {
        columns: columns.into(),
        ..matrix
    })])
}

pub(crate) fn pairs(compiler: &mut Compiler, node: &NodeProto) -> Made {
    Attributes::of(node, &[])?;
    let Some(pair) = Pair::of(&node.op_type) else {
        return Err(invalid(node, "is no function of two"));
    };
    let (a, kind) = operands(compiler, node, 0)?;
    let (b, other_kind) = operands(compiler, node, 1)?;
    if kind.zip(other_kind).is_some_and(|(a, b)| a != b) {
        return Err(invalid(node, "inputs differ in type"));
    }
    let Some(kind) = kind.or(other_kind) else {
        return Err(invalid(node, "has constants only"));
    };
    let width = a.len().max(b.len());
    let at = |operands: &[Operand], i: usize| match operands {
        [one] => Some(*one),
        all => (all.len() == width).then(|| all[i]),
    };
    let columns = compiler.allocate(width)?;
    for (i, &to) in columns.iter().enumerate() {
        let (Some(a), Some(b)) = (at(&a, i), at(&b, i)) else {
            return Err(invalid(node, "inputs differ in shape"));
        };
        compiler.push(Step::Pairs { pair, a, b, to });
    }
    let kind = if pair.compares() { Kind::Integer } else { kind };
    Ok(vec![Value::Matrix(Matrix::flat(columns, kind))])
}

/// The columns of an input with two dimensions, or the numbers of a constant row.
fn operands(
    compiler: &Compiler,
    node: &NodeProto,
    i: usize,
) -> Result<(Vec<Operand>, Option<Kind>), ModelError> {
    match compiler.input(node, i)? {
        Value::Matrix(matrix) if matrix.dims.len() == 1 => {
            let columns = matrix.columns.iter().copied().map(Operand::Column);
            Ok((columns.collect(), Some(matrix.kind)))
        }
        // All dimensions but the last must be 1, or rows would have constants of their own.
        Value::Numbers(numbers)
            if !numbers.values.is_empty()
                && numbers.dims.iter().rev().skip(1).all(|&dim| dim == 1) =>
        {
            let values = numbers.values.iter().copied().map(Operand::Constant);
            Ok((values.collect(), None))
        }
        _ => Err(invalid(
            node,
            format!("input {i} is neither a tensor with two dimensions nor a constant row"),
        )),
    }
}

#[cfg(test)]
mod tests;
