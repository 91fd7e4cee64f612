//! What becomes of counts before they are told, so that nobody stands alone in one.

#[cfg(test)]
mod tests;

use std::ops::Range;

use super::{CROWD, ValueShare};

/// How far from either end the outermost quantiles lie: 1%, or so far that a crowd lies beyond.
pub(super) fn tail(rows: u64) -> f64 {
    (CROWD as f64 / rows as f64).max(0.01)
}

/// Puts bins together with their neighbours until each is empty or holds a crowd: which bins, and how many rows.
pub(super) fn bins(counts: &[u64]) -> Vec<(Range<usize>, u64)> {
    let mut crowds: Vec<(Range<usize>, u64)> = Vec::new();
    let mut from = 0;
    let mut rows = 0;
    for (bin, count) in counts.iter().enumerate() {
        rows += count;
        if rows == 0 || rows >= CROWD {
            crowds.push((from..bin + 1, rows));
            (from, rows) = (bin + 1, 0);
        }
    }
    while rows > 0 && rows < CROWD {
        let Some((bins, before)) = crowds.pop() else {
            return Vec::new();
        };
        (from, rows) = (bins.start, rows + before);
    }
    if rows > 0 {
        crowds.push((from..counts.len(), rows));
    }
    crowds
}

/// The values that a crowd has, of `filled` rows; all others are one, and a crowd as well.
pub(super) fn values(mut counts: Vec<(String, u64)>, filled: u64) -> Vec<ValueShare> {
    counts.retain(|(_, rows)| *rows >= CROWD);
    counts.sort_by(|(a, more), (b, fewer)| fewer.cmp(more).then_with(|| a.cmp(b)));
    let told: u64 = counts.iter().map(|(_, rows)| rows).sum();
    let mut others = filled.saturating_sub(told);
    while others > 0 && others < CROWD {
        let Some((_, rows)) = counts.pop() else {
            return Vec::new();
        };
        others += rows;
    }
    let others = (others > 0).then_some((None, others));
    let counts = counts.into_iter().map(|(value, rows)| (Some(value), rows));
    let share = |(value, rows)| ValueShare {
        value,
        rows,
        share: part(rows, filled),
    };
    counts.chain(others).map(share).collect()
}

/// The share of `rows`, if they are a crowd.
pub(super) fn share(rows: u64, filled: u64) -> Option<f64> {
    (rows >= CROWD).then(|| part(rows, filled))
}

fn part(rows: u64, all: u64) -> f64 {
    (rows as f64 / all as f64 * 1000.0).round() / 1000.0
}
