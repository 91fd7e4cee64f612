//! A quantity: what its values looked like, and how others compare.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::random::Random;
use crate::watching::drift::{Cell, Compared, Comparison, FEWEST, TwoSample};
use crate::watching::fisher::Fisher;
use crate::watching::kolmogorov_smirnov::KolmogorovSmirnov;

/// The most bins, beside that of missing values.
const BINS: usize = 10;
/// The most values that are kept.
const SAMPLE: usize = 2000;

/// The values of a quantity; an infinite one is none, and counts as missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Numeric {
    /// Ascending. A bin has the values above one edge up to, and with, the next; the last one all above the last edge.
    edges: Vec<f32>,
    counts: Vec<usize>,
    missing: usize,
    /// Ascending: all values where there are no more than 2,000, else so many of them.
    sample: Vec<f32>,
}

impl Numeric {
    pub(crate) fn of(values: impl Iterator<Item = f32>, mut random: Random) -> Self {
        let (mut present, missing) = divide(values);
        let edges = edges(&present);
        let counts = count(&present, &edges);
        if present.len() > SAMPLE {
            random.shuffle(&mut present);
            present.truncate(SAMPLE);
            present.sort_unstable_by(f32::total_cmp);
        }
        Self {
            edges,
            counts,
            missing,
            sample: present,
        }
    }

    pub(crate) fn compare(&self, values: impl Iterator<Item = f32>) -> Comparison {
        let (present, missing) = divide(values);
        let counts = count(&present, &self.edges);
        let mut cells: Vec<Cell> = (0..counts.len())
            .map(|bin| Cell::new(self.label(bin), self.counts[bin], counts[bin]))
            .collect();
        cells.push(Cell::new("missing".to_owned(), self.missing, missing));
        let mut tests = Vec::new();
        if self.sample.len().min(present.len()) >= FEWEST {
            let test = KolmogorovSmirnov::new(&self.sample, &present);
            tests.push((Compared::Values, TwoSample::KolmogorovSmirnov(test)));
        }
        let reference = self.counts.iter().sum::<usize>() + self.missing;
        let current = present.len() + missing;
        if reference.min(current) >= FEWEST && self.missing + missing > 0 {
            let test = Fisher::new((self.missing, reference), (missing, current));
            tests.push((Compared::Missing, TwoSample::Fisher(test)));
        }
        Comparison { cells, tests }
    }

    fn label(&self, bin: usize) -> String {
        match (
            bin.checked_sub(1).map(|i| self.edges[i]),
            self.edges.get(bin),
        ) {
            (None, None) => "all".to_owned(),
            (None, Some(high)) => format!("up to {}", short(*high)),
            (Some(low), None) => format!("above {}", short(low)),
            (Some(low), Some(high)) if low.next_up() == *high => short(*high),
            (Some(low), Some(high)) => format!("{} to {}", short(low), short(*high)),
        }
    }
}

/// The values in ascending order, and how many are missing.
fn divide(values: impl Iterator<Item = f32>) -> (Vec<f32>, usize) {
    let (mut present, missing): (Vec<f32>, Vec<f32>) = values.partition(|value| value.is_finite());
    present.sort_unstable_by(f32::total_cmp);
    (present, missing.len())
}

/// Where to cut ascending values into bins of as many cases each, as far as equal values let them; each edge is a value. One value alone
/// gets a bin for itself, so that others, below or above it, are seen.
fn edges(ascending: &[f32]) -> Vec<f32> {
    let (Some(&least), Some(&largest)) = (ascending.first(), ascending.last()) else {
        return Vec::new();
    };
    if least == largest {
        return vec![least.next_down(), least];
    }
    let quantile = |i: usize| ascending[(i * ascending.len()).div_ceil(BINS) - 1];
    let mut edges: Vec<f32> = (1..BINS).map(quantile).collect();
    edges.dedup();
    edges.retain(|edge| *edge < largest);
    edges
}

fn count(ascending: &[f32], edges: &[f32]) -> Vec<usize> {
    let up_to = |edge: &f32| ascending.partition_point(|value| value <= edge);
    let ends = edges.iter().map(up_to).chain([ascending.len()]);
    let mut below = 0;
    ends.map(|end| end - std::mem::replace(&mut below, end))
        .collect()
}

/// Four digits are enough to tell bins apart for the eye.
fn short(value: f32) -> String {
    let rounded: f32 = format!("{value:.3e}").parse().unwrap_or(value);
    rounded.to_string()
}

#[cfg(test)]
mod tests;
