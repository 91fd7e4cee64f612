//! What is computed for every row.
//!
//! The scratch holds a block of rows column by column: column `c` of a block of `n` rows is `scratch[c * n..(c + 1) * n]`.
//! A step reads columns and writes others that lie behind them, so that one split of the scratch separates the two.

use std::sync::Arc;

use crate::exec::forest::Forest;
use crate::exec::kernel::Kernels;
use crate::exec::linear::{Linear, softmax};
use crate::exec::machines::Machines;
use crate::exec::operators::elementwise::{Function, Operand, Pair};
use crate::exec::reduce::{Reduction, TopK};

/// One computation on a block of rows.
#[derive(Debug)]
pub(crate) enum Step {
    /// `value` wherever `from` is `missing` (or NaN, if that is).
    Impute {
        from: usize,
        to: usize,
        missing: f32,
        value: f32,
    },
    /// (from - offset) * scale
    Scale {
        from: usize,
        to: usize,
        offset: f32,
        scale: f32,
    },
    /// The integer towards zero.
    Truncate { from: usize, to: usize },
    /// The number beside `from` in the table, which is sorted by its first numbers, or the default.
    Lookup {
        from: usize,
        to: usize,
        table: Vec<(f32, f32)>,
        default: f32,
    },
    /// A column for each category from `to` on: 1 where `from` is that category, else 0.
    OneHot {
        from: usize,
        to: usize,
        categories: Vec<f32>,
    },
    /// Each column, from `to` on, divided by the norm of all of the row.
    Normalize {
        from: Vec<usize>,
        to: usize,
        norm: Norm,
    },
    /// The function of each number.
    Each {
        function: Function,
        from: usize,
        to: usize,
    },
    /// The function of each two numbers.
    Pairs {
        pair: Pair,
        a: Operand,
        b: Operand,
        to: usize,
    },
    /// One number of many columns.
    Reduce {
        reduction: Reduction,
        from: Vec<usize>,
        to: usize,
    },
    /// The highest or lowest columns of each row.
    TopK(TopK),
    /// Columns from `to` on, divided so that they add up to one, of the exponentials of others.
    Softmax { from: Vec<usize>, to: usize },
    /// The entry of a table, as many numbers as `width`, that `from` numbers; no number where it numbers none.
    Take {
        from: usize,
        to: usize,
        table: Arc<[f32]>,
        width: usize,
    },
    /// Scores of classes and the position of the highest.
    Linear(Linear),
    /// Sums of trees.
    Forest(Forest),
    /// How alike a row is to each of other rows.
    Kernels(Kernels),
    /// Which of two classes a row is of, for each two.
    Machines(Machines),
}

/// The length of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Norm {
    /// The largest number, as onnxruntime has it: not the largest absolute one.
    Max,
    L1,
    L2,
}

impl Step {
    /// Computes the step for the block of `n` rows in `scratch`.
    pub(crate) fn run(&self, scratch: &mut [f32], n: usize) {
        match self {
            Self::Impute {
                from,
                to,
                missing,
                value,
            } => {
                let (missing, value) = (*missing, *value);
                if missing.is_nan() {
                    map(
                        scratch,
                        n,
                        *from,
                        *to,
                        |x| if x.is_nan() { value } else { x },
                    );
                } else {
                    map(
                        scratch,
                        n,
                        *from,
                        *to,
                        |x| if x == missing { value } else { x },
                    );
                }
            }
            Self::Scale {
                from,
                to,
                offset,
                scale,
            } => map(scratch, n, *from, *to, |x| (x - offset) * scale),
            Self::Truncate { from, to } => map(scratch, n, *from, *to, f32::trunc),
            Self::Lookup {
                from,
                to,
                table,
                default,
            } => map(scratch, n, *from, *to, |x| {
                let at = table.partition_point(|(key, _)| *key < x);
                match table.get(at) {
                    Some((key, value)) if *key == x => *value,
                    _ => *default,
                }
            }),
            Self::OneHot {
                from,
                to,
                categories,
            } => {
                for (i, &category) in categories.iter().enumerate() {
                    map(scratch, n, *from, to + i, |x| {
                        if x == category { 1.0 } else { 0.0 }
                    });
                }
            }
            Self::Normalize { from, to, norm } => normalize(scratch, n, from, *to, *norm),
            Self::Each { function, from, to } => {
                let function = *function;
                map(scratch, n, *from, *to, |x| function.apply(x));
            }
            Self::Pairs { pair, a, b, to } => pairs(scratch, n, *pair, [*a, *b], *to),
            Self::Reduce {
                reduction,
                from,
                to,
            } => reduction.run(scratch, n, from, *to),
            Self::TopK(top) => top.run(scratch, n),
            Self::Softmax { from, to } => {
                let (before, written) = scratch.split_at_mut(to * n);
                let scores = &mut written[..from.len() * n];
                for (scores, column) in scores.chunks_exact_mut(n).zip(from) {
                    scores.copy_from_slice(&before[column * n..(column + 1) * n]);
                }
                softmax(scores, n);
            }
            Self::Take {
                from,
                to,
                table,
                width,
            } => {
                for i in 0..*width {
                    map(scratch, n, *from, to + i, |x| {
                        let entry = (x >= 0.0).then_some(x as usize);
                        let at = entry.and_then(|entry| entry.checked_mul(*width)?.checked_add(i));
                        let value = at.and_then(|at| table.get(at));
                        value.copied().unwrap_or(f32::NAN)
                    });
                }
            }
            Self::Linear(linear) => linear.run(scratch, n),
            Self::Forest(forest) => forest.run(scratch, n),
            Self::Kernels(kernels) => kernels.run(scratch, n),
            Self::Machines(machines) => machines.run(scratch, n),
        }
    }
}

fn normalize(scratch: &mut [f32], n: usize, from: &[usize], to: usize, norm: Norm) {
    let (before, written) = scratch.split_at_mut(to * n);
    for row in 0..n {
        let values = from.iter().map(|column| before[column * n + row]);
        let length = match norm {
            Norm::Max => values.fold(f32::NEG_INFINITY, f32::max),
            Norm::L1 => values.map(f32::abs).sum(),
            Norm::L2 => values.map(|value| value * value).sum::<f32>().sqrt(),
        };
        let divisor = if length == 0.0 { 1.0 } else { length };
        for (i, column) in from.iter().enumerate() {
            written[i * n + row] = before[column * n + row] / divisor;
        }
    }
}

fn pairs(scratch: &mut [f32], n: usize, pair: Pair, operands: [Operand; 2], to: usize) {
    let (before, written) = scratch.split_at_mut(to * n);
    let column = |column: usize| &before[column * n..(column + 1) * n];
    let out = written[..n].iter_mut();
    match operands {
        [Operand::Column(a), Operand::Column(b)] => out
            .zip(column(a))
            .zip(column(b))
            .for_each(|((out, &a), &b)| *out = pair.apply(a, b)),
        [Operand::Column(a), Operand::Constant(b)] => out
            .zip(column(a))
            .for_each(|(out, &a)| *out = pair.apply(a, b)),
        [Operand::Constant(a), Operand::Column(b)] => out
            .zip(column(b))
            .for_each(|(out, &b)| *out = pair.apply(a, b)),
        [Operand::Constant(a), Operand::Constant(b)] => out.for_each(|out| *out = pair.apply(a, b)),
    }
}

/// Column `to` becomes `f` of column `from`, which lies before it.
#[inline]
fn map(scratch: &mut [f32], n: usize, from: usize, to: usize, f: impl Fn(f32) -> f32) {
    let (before, written) = scratch.split_at_mut(to * n);
    for (out, &x) in written[..n]
        .iter_mut()
        .zip(&before[from * n..(from + 1) * n])
    {
        *out = f(x);
    }
}
