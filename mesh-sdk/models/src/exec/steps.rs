//! What is computed for every row.
//!
//! The scratch holds a block of rows column by column: column `c` of a block of `n` rows is `scratch[c * n..(c + 1) * n]`.
//! A step reads columns and writes others that lie behind them, so that one split of the scratch separates the two.

use crate::exec::linear::Linear;

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
    /// A column for each category from `to` on: 1 where `from` is that category, else 0.
    OneHot {
        from: usize,
        to: usize,
        categories: Vec<f32>,
    },
    /// Each column, from `to` on, divided by the sum of all columns' absolute values.
    NormalizeL1 { from: Vec<usize>, to: usize },
    /// Scores of classes and the position of the highest.
    Linear(Linear),
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
            Self::NormalizeL1 { from, to } => {
                let (before, written) = scratch.split_at_mut(to * n);
                for row in 0..n {
                    let sum: f32 = from
                        .iter()
                        .map(|column| before[column * n + row].abs())
                        .sum();
                    let divisor = if sum == 0.0 { 1.0 } else { sum };
                    for (i, column) in from.iter().enumerate() {
                        written[i * n + row] = before[column * n + row] / divisor;
                    }
                }
            }
            Self::Linear(linear) => linear.run(scratch, n),
        }
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
