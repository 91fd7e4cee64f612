//! Columns cut into at most 256 ranges: a split is looked for between ranges, not between rows.

use ndarray::Array2;

/// The most ranges of a column; a column with no more distinct values is cut between all of them.
const MAX_BINS: usize = 256;

/// Encoded rows as the numbers of their ranges.
pub(crate) struct Bins {
    pub(crate) columns: Vec<Column>,
}

pub(crate) struct Column {
    /// The range of each row.
    pub(crate) bins: Vec<u8>,
    /// Range `i` has the values above threshold `i - 1` up to, and with, threshold `i`.
    pub(crate) thresholds: Vec<f32>,
}

impl Bins {
    pub(crate) fn new(records: &Array2<f64>) -> Self {
        let columns = records.columns().into_iter().map(|column| {
            let values: Vec<f32> = column.iter().map(|&value| value as f32).collect();
            Column::new(&values)
        });
        Self {
            columns: columns.collect(),
        }
    }

    pub(crate) fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.bins.len())
    }
}

impl Column {
    fn new(values: &[f32]) -> Self {
        let thresholds = thresholds(values);
        let bin = |value: &f32| thresholds.partition_point(|threshold| threshold < value) as u8;
        Self {
            bins: values.iter().map(bin).collect(),
            thresholds,
        }
    }
}

/// Where to cut: between neighbouring values, as many rows in each range as can be if there are too many of them.
fn thresholds(values: &[f32]) -> Vec<f32> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    let mut distinct: Vec<(f32, usize)> = Vec::new();
    for value in sorted {
        match distinct.last_mut() {
            Some((last, count)) if *last == value => *count += 1,
            _ => distinct.push((value, 1)),
        }
    }
    let all = distinct.len() <= MAX_BINS;
    let mut thresholds = Vec::new();
    let mut below = 0;
    for pair in distinct.windows(2) {
        below += pair[0].1;
        // The cuts so far are what their share of the rows allows.
        if all || below * MAX_BINS >= (thresholds.len() + 1) * values.len() {
            thresholds.push(between(pair[0].0, pair[1].0));
        }
        if thresholds.len() == MAX_BINS - 1 {
            break;
        }
    }
    thresholds
}

/// A number that is at least `low` and below `high`: the middle where `f32` has one.
fn between(low: f32, high: f32) -> f32 {
    let middle = low / 2.0 + high / 2.0;
    if middle >= low && middle < high {
        middle
    } else {
        low
    }
}

#[cfg(test)]
mod tests;
