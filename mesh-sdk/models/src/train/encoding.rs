//! From the features of a row to the numbers an algorithm works on: imputed, scaled, one-hot, bucketed, projected.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::train::projection::Projection;
use crate::{ModelError, Table};

/// The largest integer up to which `f32` holds every integer.
const EXACT: f32 = 16_777_216.0;

/// What was learned about the features. Numeric ones come first in the encoded row, then a place for each category, then one for
/// each bucket.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Encoding {
    pub(crate) features: Vec<String>,
    pub(crate) numeric: Vec<Numeric>,
    pub(crate) categorical: Vec<Categorical>,
    pub(crate) bucketed: Vec<Bucketed>,
    /// In the place of all that is above. Not in snapshots: a model that learns on has none.
    #[serde(skip)]
    pub(crate) projection: Option<Projection>,
}

/// A feature that is a quantity.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Numeric {
    pub(crate) column: usize,
    /// Median of the present values, which stands in for a missing one.
    pub(crate) median: f32,
    /// Standardised, so that a penalty or a distance weighs all features alike; trees have no use for it.
    pub(crate) scale: Option<Scale>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Scale {
    /// Mean after imputation.
    pub(crate) mean: f64,
    /// Population standard deviation after imputation; 1 for a constant feature.
    pub(crate) deviation: f64,
}

/// A feature that is a code.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Categorical {
    pub(crate) column: usize,
    /// The most frequent category (the smallest of several), which stands in for a missing one.
    pub(crate) usual: i64,
    /// Every category seen, ascending. Any other encodes to zeros.
    pub(crate) categories: Vec<i64>,
}

/// A quantity of which only the range it lies in counts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Bucketed {
    pub(crate) column: usize,
    /// Median of the present values, which stands in for a missing one.
    pub(crate) median: f32,
    /// Ascending; a value belongs to the bucket of as many edges as are not above it.
    pub(crate) edges: Vec<f32>,
}

impl Encoding {
    /// How many numbers an encoded row has.
    pub(crate) fn width(&self) -> usize {
        match &self.projection {
            Some(projection) => projection.offsets.len(),
            None => self.plain_width(),
        }
    }

    /// As [`Self::width`], before a projection.
    pub(crate) fn plain_width(&self) -> usize {
        let categories = self
            .categorical
            .iter()
            .map(|feature| feature.categories.len());
        let buckets = self.bucketed.iter().map(|feature| feature.edges.len() + 1);
        self.numeric.len() + categories.sum::<usize>() + buckets.sum::<usize>()
    }

    /// The encoded row, [`Self::width`] numbers. A code with a fraction is cut to an integer, as ONNX does.
    pub(crate) fn encode(&self, row: &[f32]) -> Vec<f64> {
        let mut encoded = Vec::with_capacity(self.plain_width());
        self.encode_into(row, &mut encoded);
        match &self.projection {
            Some(projection) => projection.apply(&encoded),
            None => encoded,
        }
    }

    /// Appends the encoded row before a projection.
    pub(crate) fn encode_into(&self, row: &[f32], encoded: &mut Vec<f64>) {
        for feature in &self.numeric {
            let value = f64::from(present_or(row[feature.column], feature.median));
            encoded.push(match feature.scale {
                Some(scale) => (value - scale.mean) / scale.deviation,
                None => value,
            });
        }
        for feature in &self.categorical {
            let category = present_or(row[feature.column], feature.usual as f32) as i64;
            let known = feature.categories.iter();
            encoded.extend(known.map(|&known| if known == category { 1.0 } else { 0.0 }));
        }
        for feature in &self.bucketed {
            let value = present_or(row[feature.column], feature.median);
            let bucket = feature.edges.iter().filter(|&&edge| value >= edge).count();
            let buckets = 0..=feature.edges.len();
            encoded.extend(buckets.map(|i| if i == bucket { 1.0 } else { 0.0 }));
        }
    }
}

impl Numeric {
    pub(crate) fn learn(table: &Table, column: usize, scaled: bool) -> Result<Self, ModelError> {
        let mut present = present(table, column)?;
        let median = median(&mut present);
        Ok(Self {
            column,
            median,
            scale: scaled.then(|| Scale::learn(&present, table.rows(), median)),
        })
    }
}

impl Scale {
    fn learn(present: &[f32], rows: usize, median: f32) -> Self {
        let median = f64::from(median);
        let present = || present.iter().copied().map(f64::from);
        let rows = rows as f64;
        let missing = rows - present().count() as f64;
        let mean = (present().sum::<f64>() + missing * median) / rows;
        let squares: f64 = present().map(|value| (value - mean).powi(2)).sum();
        let deviation = ((squares + missing * (median - mean).powi(2)) / rows).sqrt();
        // Asked of the values: the deviation of equal ones is not zero but what rounding left of it.
        let constant = present().all(|value| value == median);
        Self {
            mean,
            deviation: if constant { 1.0 } else { deviation },
        }
    }
}

impl Categorical {
    pub(crate) fn learn(table: &Table, column: usize) -> Result<Self, ModelError> {
        let mut counts = BTreeMap::<i64, usize>::new();
        for value in present(table, column)? {
            if value.fract() != 0.0 || value.abs() > EXACT {
                let name = &table.names()[column];
                let reason = format!(
                    "categorical feature `{name}` has a value that is not an integer code up to {EXACT}"
                );
                return Err(ModelError::training_data(reason));
            }
            *counts.entry(value as i64).or_default() += 1;
        }
        // Of equals max_by_key keeps the last: reversed, the smallest.
        let usual = counts
            .iter()
            .rev()
            .max_by_key(|(_, count)| **count)
            .map(|(category, _)| *category);
        let usual = usual.expect("`present` gives at least one value");
        Ok(Self {
            column,
            usual,
            categories: counts.into_keys().collect(),
        })
    }
}

impl Bucketed {
    /// At most so many buckets, with about as many rows in each.
    pub(crate) fn learn(table: &Table, column: usize, buckets: usize) -> Result<Self, ModelError> {
        let mut present = sorted(table, column)?;
        let mut edges: Vec<f32> = (1..buckets)
            .map(|i| present[i * present.len() / buckets])
            .filter(|&edge| edge > present[0])
            .collect();
        edges.dedup();
        if edges.is_empty() {
            let name = &table.names()[column];
            let reason = format!("feature `{name}` has one value only: there is nothing to bucket");
            return Err(ModelError::training_data(reason));
        }
        Ok(Self {
            column,
            median: median(&mut present),
            edges,
        })
    }
}

fn present_or(value: f32, other: f32) -> f32 {
    if value.is_nan() { other } else { value }
}

/// The middle value, or the mean of the middle two; the values are left in another order.
fn median(values: &mut [f32]) -> f32 {
    let (middle, odd) = (values.len() / 2, values.len() % 2 == 1);
    let (below, &mut upper, _) = values.select_nth_unstable_by(middle, f32::total_cmp);
    let lower = if odd {
        upper
    } else {
        below.iter().copied().fold(f32::NEG_INFINITY, f32::max)
    };
    ((f64::from(lower) + f64::from(upper)) / 2.0) as f32
}

fn sorted(table: &Table, column: usize) -> Result<Vec<f32>, ModelError> {
    let mut present = present(table, column)?;
    present.sort_unstable_by(f32::total_cmp);
    Ok(present)
}

/// The values of a column that are not missing: at least one, all finite.
fn present(table: &Table, column: usize) -> Result<Vec<f32>, ModelError> {
    let name = &table.names()[column];
    let present: Vec<f32> = table
        .column(column)
        .filter(|value| !value.is_nan())
        .collect();
    if present.iter().any(|value| value.is_infinite()) {
        return Err(ModelError::training_data(format!(
            "feature `{name}` has an infinite value"
        )));
    }
    if present.is_empty() {
        return Err(ModelError::training_data(format!(
            "feature `{name}` has no value in any row"
        )));
    }
    Ok(present)
}

#[cfg(test)]
mod tests;
