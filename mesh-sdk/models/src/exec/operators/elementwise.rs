//! Operators that compute each number of a tensor by itself, or each pair of two tensors.

use std::rc::Rc;

use crate::ModelError;
use crate::exec::attributes::{Attributes, invalid};
use crate::exec::compile::Compiler;
use crate::exec::operators::dispatch::Made;
use crate::exec::reduce::higher;
use crate::exec::steps::Step;
use crate::exec::values::{Constant, Kind, Matrix, Value};
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
    Relu,
    Round,
    Sigmoid,
    Sqrt,
    Tanh,
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
            "Relu" => Self::Relu,
            "Round" => Self::Round,
            "Sigmoid" => Self::Sigmoid,
            "Sqrt" => Self::Sqrt,
            "Tanh" => Self::Tanh,
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
            Self::Relu => higher(0.0, x),
            Self::Round => x.round_ties_even(),
            Self::Sigmoid => 1.0 / (1.0 + (-x).exp()),
            Self::Sqrt => x.sqrt(),
            Self::Tanh => x.tanh(),
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
    Max,
    Min,
    Mul,
    Pow,
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
            "Pow" => Self::Pow,
            "Sub" => Self::Sub,
            _ => return None,
        })
    }

    fn compares(self) -> bool {
        use Pair::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual};
        matches!(self, Equal | Greater | GreaterOrEqual | Less | LessOrEqual)
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
            Self::Max => higher(a, b),
            Self::Min => -higher(-a, -b),
            Self::Mul => a * b,
            Self::Pow if b == 2.0 => a * a,
            Self::Pow => a.powf(b),
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
    let (a, b) = (
        Side::input(compiler, node, 0)?,
        Side::input(compiler, node, 1)?,
    );
    Ok(vec![Value::Matrix(combine(compiler, node, pair, &a, &b)?)])
}

/// The same function of any number of inputs, one after another.
pub(crate) fn chain(compiler: &mut Compiler, node: &NodeProto, pair: Pair) -> Made {
    Attributes::of(node, &[])?;
    let mut all = Side::input(compiler, node, 0)?;
    for i in 1..node.input.len() {
        let next = Side::input(compiler, node, i)?;
        all = Side::Rows(combine(compiler, node, pair, &all, &next)?);
    }
    match all {
        Side::Rows(matrix) => Ok(vec![Value::Matrix(matrix)]),
        Side::Constant(_) => Err(invalid(node, "has constants only")),
    }
}

/// Not below the lowest, not above the highest.
pub(crate) fn clip(compiler: &mut Compiler, node: &NodeProto) -> Made {
    let attributes = Attributes::of(node, &["max", "min"])?;
    let mut matrix = compiler.matrix(node, 0)?;
    for (i, name, pair) in [(1, "min", Pair::Max), (2, "max", Pair::Min)] {
        let bound = if Compiler::has(node, i) {
            Side::input(compiler, node, i)?
        } else if attributes.has(name) {
            let values = vec![attributes.float(name, 0.0)?];
            Side::Constant(Rc::new(Constant {
                values,
                dims: Vec::new(),
            }))
        } else {
            continue;
        };
        matrix = combine(compiler, node, pair, &Side::Rows(matrix), &bound)?;
    }
    Ok(vec![Value::Matrix(matrix)])
}

/// One of two tensors that are combined number by number.
pub(crate) enum Side {
    Rows(Matrix),
    Constant(Rc<Constant<f32>>),
}

impl Side {
    pub(crate) fn input(
        compiler: &Compiler,
        node: &NodeProto,
        i: usize,
    ) -> Result<Self, ModelError> {
        match compiler.constant(node, i)? {
            Some(constant) if constant.values.is_empty() => {
                Err(invalid(node, format!("input {i} is empty")))
            }
            Some(constant) => Ok(Self::Constant(constant)),
            None => compiler.matrix(node, i).map(Self::Rows),
        }
    }

    /// The dimensions after the rows beside a tensor that has so many.
    fn dims(&self, rank: usize) -> Option<Vec<usize>> {
        let dims = match self {
            Self::Rows(matrix) => return (matrix.dims.len() == rank).then(|| matrix.dims.clone()),
            Self::Constant(constant) => &constant.dims,
        };
        // A constant has the same numbers for all rows.
        let dims = match dims.len().checked_sub(rank) {
            Some(0) | None => &dims[..],
            Some(1) if dims[0] == 1 => &dims[1..],
            _ => return None,
        };
        let missing = vec![1; rank - dims.len()];
        Some([&missing[..], dims].concat())
    }

    fn operand(&self, i: usize) -> Operand {
        match self {
            Self::Rows(matrix) => Operand::Column(matrix.columns[i]),
            Self::Constant(constant) => Operand::Constant(constant.values[i]),
        }
    }
}

/// The tensor of the function of each two numbers. A dimension of one goes with all of the other's, as everywhere in ONNX.
pub(crate) fn combine(
    compiler: &mut Compiler,
    node: &NodeProto,
    pair: Pair,
    a: &Side,
    b: &Side,
) -> Result<Matrix, ModelError> {
    let kind = match (a, b) {
        (Side::Rows(a), Side::Rows(b)) if a.kind != b.kind => {
            return Err(invalid(node, "inputs differ in type"));
        }
        (Side::Rows(rows), _) | (_, Side::Rows(rows)) => rows.kind,
        _ => return Err(invalid(node, "has constants only")),
    };
    if pair == Pair::Div && kind == Kind::Integer {
        return Err(invalid(node, "divides integers"));
    }
    let rank = [a, b].into_iter().find_map(|side| match side {
        Side::Rows(matrix) => Some(matrix.dims.len()),
        Side::Constant(_) => None,
    });
    let differ = || invalid(node, "inputs differ in shape");
    let rank = rank.unwrap_or_default();
    let (of_a, of_b) = (
        a.dims(rank).ok_or_else(differ)?,
        b.dims(rank).ok_or_else(differ)?,
    );
    let both = of_a.iter().zip(&of_b);
    let dims = both.map(|(&a, &b)| (a == b || a == 1 || b == 1).then_some(a.max(b)));
    let dims: Vec<usize> = dims.collect::<Option<_>>().ok_or_else(differ)?;
    let width = dims
        .iter()
        .try_fold(1usize, |width, &dim| width.checked_mul(dim));
    let columns = compiler.allocate(width.unwrap_or(usize::MAX))?;
    for (i, &to) in columns.iter().enumerate() {
        let (a, b) = (
            a.operand(within(&of_a, &dims, i)),
            b.operand(within(&of_b, &dims, i)),
        );
        compiler.push(Step::Pairs { pair, a, b, to });
    }
    Ok(Matrix {
        columns: columns.into(),
        dims,
        kind: if pair.compares() { Kind::Integer } else { kind },
    })
}

/// Where element `i` of a tensor of `dims` is in one of `own`, of which some are one instead.
fn within(own: &[usize], dims: &[usize], i: usize) -> usize {
    let (mut rest, mut stride, mut at) = (i, 1, 0);
    for (&own, &dim) in own.iter().zip(dims).rev() {
        if own != 1 {
            at += rest % dim * stride;
        }
        rest /= dim;
        stride *= own;
    }
    at
}

#[cfg(test)]
mod tests;
