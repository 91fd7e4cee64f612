//! One number of many columns, row by row, and the highest of them.

/// What becomes of the numbers of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reduction {
    Sum,
    Mean,
    Product,
    Max,
    Min,
    /// The logarithm of the sum of exponentials.
    LogSumExp,
    /// The position of the highest, the first of equals.
    ArgMax,
    /// The position of the lowest, the first of equals.
    ArgMin,
}

impl Reduction {
    pub(crate) fn of(operator: &str) -> Option<Self> {
        Some(match operator {
            "ReduceSum" => Self::Sum,
            "ReduceMean" => Self::Mean,
            "ReduceProd" => Self::Product,
            "ReduceMax" => Self::Max,
            "ReduceMin" => Self::Min,
            "ReduceLogSumExp" => Self::LogSumExp,
            "ArgMax" => Self::ArgMax,
            "ArgMin" => Self::ArgMin,
            _ => return None,
        })
    }

    /// Column `to` of the block of `n` rows becomes the reduction of columns before it.
    pub(crate) fn run(self, scratch: &mut [f32], n: usize, from: &[usize], to: usize) {
        let (before, written) = scratch.split_at_mut(to * n);
        let out = &mut written[..n];
        let column = |column: usize| &before[column * n..(column + 1) * n];
        match self {
            Self::Sum | Self::Mean => {
                fold(out, 0.0, from.iter().map(|&i| column(i)), |a, b| a + b);
                if self == Self::Mean {
                    out.iter_mut().for_each(|sum| *sum /= from.len() as f32);
                }
            }
            Self::Product => fold(out, 1.0, from.iter().map(|&i| column(i)), |a, b| a * b),
            Self::Max => fold(
                out,
                f32::NEG_INFINITY,
                from.iter().map(|&i| column(i)),
                higher,
            ),
            Self::Min => fold(
                out,
                f32::INFINITY,
                from.iter().map(|&i| column(i)),
                |a, b| -higher(-a, -b),
            ),
            Self::LogSumExp => {
                for (row, out) in out.iter_mut().enumerate() {
                    let values = || from.iter().map(|&i| before[i * n + row]);
                    let highest = values().fold(f32::NEG_INFINITY, higher);
                    *out = highest + values().map(|x| (x - highest).exp()).sum::<f32>().ln();
                }
            }
            Self::ArgMax => first(out, from, before, |a, b| a > b),
            Self::ArgMin => first(out, from, before, |a, b| a < b),
        }
    }
}

/// The higher of two; none where one is no number.
pub(crate) fn higher(a: f32, b: f32) -> f32 {
    if b > a || b.is_nan() { b } else { a }
}

fn fold<'a>(
    out: &mut [f32],
    start: f32,
    columns: impl Iterator<Item = &'a [f32]>,
    f: impl Fn(f32, f32) -> f32,
) {
    out.fill(start);
    for column in columns {
        out.iter_mut()
            .zip(column)
            .for_each(|(out, &x)| *out = f(*out, x));
    }
}

/// The position of the column that none other is better than.
fn first(out: &mut [f32], from: &[usize], before: &[f32], better: impl Fn(f32, f32) -> bool) {
    let n = out.len();
    for (row, out) in out.iter_mut().enumerate() {
        let mut best = 0;
        for i in 1..from.len() {
            if better(before[from[i] * n + row], before[from[best] * n + row]) {
                best = i;
            }
        }
        *out = best as f32;
    }
}

/// The highest, or the lowest, `k` columns of each row, best first, the first of equals first.
#[derive(Debug)]
pub(crate) struct TopK {
    pub(crate) from: Vec<usize>,
    pub(crate) k: usize,
    pub(crate) largest: bool,
    /// The first of `k` columns of what they are, and behind these of `k` columns of which they are.
    pub(crate) to: usize,
}

impl TopK {
    pub(crate) fn run(&self, scratch: &mut [f32], n: usize) {
        let (before, written) = scratch.split_at_mut(self.to * n);
        let (values, positions) = written[..2 * self.k * n].split_at_mut(self.k * n);
        let sign = if self.largest { 1.0 } else { -1.0 };
        for row in 0..n {
            for (i, column) in self.from.iter().enumerate() {
                let value = before[column * n + row];
                let mut at = i.min(self.k);
                while at > 0 && sign * value > sign * values[(at - 1) * n + row] {
                    at -= 1;
                }
                if at == self.k {
                    continue;
                }
                for moved in (at + 1..=i.min(self.k - 1)).rev() {
                    values[moved * n + row] = values[(moved - 1) * n + row];
                    positions[moved * n + row] = positions[(moved - 1) * n + row];
                }
                values[at * n + row] = value;
                positions[at * n + row] = i as f32;
            }
        }
    }
}
