//! From the features of a row to the numbers a linear model weighs: imputed, standardised, one-hot.

use std::collections::BTreeMap;

use crate::{ModelError, Table};

/// The largest integer up to which `f32` holds every integer.
const EXACT: f32 = 16_777_216.0;

/// What was learned about the features; numeric ones come first in the encoded row, then a place for each category.
#[derive(Debug, Clone)]
pub(crate) struct Encoding {
    features: Vec<String>,
    numeric: Vec<Numeric>,
    categorical: Vec<Categorical>,
}

/// A feature that is a quantity. Standardised, so that the penalty weighs all features alike.
#[derive(Debug, Clone)]
pub(crate) struct Numeric {
    pub(crate) column: usize,
    /// Median of the present values, which stands in for a missing one.
    pub(crate) median: f64,
    /// Mean after imputation.
    pub(crate) mean: f64,
    /// Population standard deviation after imputation; 1 for a constant feature.
    pub(crate) deviation: f64,
}

/// A feature that is a code.
#[derive(Debug, Clone)]
pub(crate) struct Categorical {
    pub(crate) column: usize,
    /// The most frequent category (the smallest of several), which stands in for a missing one.
    pub(crate) usual: i64,
    /// Every category seen, ascending. Any other encodes to zeros.
    pub(crate) categories: Vec<i64>,
}

impl Encoding {
    /// Learns from a table whose columns at these positions are numeric and categorical.
    pub(crate) fn learn(
        table: &Table,
        numeric: &[usize],
        categorical: &[usize],
    ) -> Result<Self, ModelError> {
        Ok(Self {
            features: table.names().to_vec(),
            numeric: numeric
                .iter()
                .map(|&column| Numeric::learn(table, column))
                .collect::<Result<_, _>>()?,
            categorical: categorical
                .iter()
                .map(|&column| Categorical::learn(table, column))
                .collect::<Result<_, _>>()?,
        })
    }

    pub(crate) fn features(&self) -> &[String] {
        &self.features
    }

    pub(crate) fn numeric(&self) -> &[Numeric] {
        &self.numeric
    }

    pub(crate) fn categorical(&self) -> &[Categorical] {
        &self.categorical
    }

    /// How many numbers an encoded row has.
    pub(crate) fn width(&self) -> usize {
        self.numeric.len()
            + self
                .categorical
                .iter()
                .map(|feature| feature.categories.len())
                .sum::<usize>()
    }

    /// The encoded row, [`Self::width`] numbers. A code with a fraction is cut to an integer, as ONNX does.
    pub(crate) fn encode<'a>(&'a self, row: &'a [f32]) -> impl Iterator<Item = f64> + 'a {
        let numeric = self.numeric.iter().map(|feature| {
            let value = f64::from(row[feature.column]);
            let value = if value.is_nan() {
                feature.median
            } else {
                value
            };
            (value - feature.mean) / feature.deviation
        });
        let categorical = self.categorical.iter().flat_map(|feature| {
            let value = row[feature.column];
            let category = if value.is_nan() {
                feature.usual
            } else {
                value as i64
            };
            feature
                .categories
                .iter()
                .map(move |&known| if known == category { 1.0 } else { 0.0 })
        });
        numeric.chain(categorical)
    }
}

impl Numeric {
    fn learn(table: &Table, column: usize) -> Result<Self, ModelError> {
        let mut present: Vec<f64> = present(table, column)?.map(f64::from).collect();
        present.sort_unstable_by(f64::total_cmp);
        let median = (present[(present.len() - 1) / 2] + present[present.len() / 2]) / 2.0;
        // Asked of the values: the deviation of equal ones is not zero but what rounding left of it.
        let constant = present.first() == present.last();
        let rows = table.rows() as f64;
        let missing = rows - present.len() as f64;
        let mean = (present.iter().sum::<f64>() + missing * median) / rows;
        let squares: f64 = present.iter().map(|value| (value - mean).powi(2)).sum();
        let deviation = ((squares + missing * (median - mean).powi(2)) / rows).sqrt();
        Ok(Self {
            column,
            median,
            mean,
            deviation: if constant { 1.0 } else { deviation },
        })
    }
}

impl Categorical {
    fn learn(table: &Table, column: usize) -> Result<Self, ModelError> {
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

/// The values of a column that are not missing: at least one, all finite.
fn present(table: &Table, column: usize) -> Result<impl Iterator<Item = f32> + '_, ModelError> {
    let name = &table.names()[column];
    if table.column(column).any(f32::is_infinite) {
        return Err(ModelError::training_data(format!(
            "feature `{name}` has an infinite value"
        )));
    }
    if table.column(column).all(f32::is_nan) {
        return Err(ModelError::training_data(format!(
            "feature `{name}` has no value in any row"
        )));
    }
    Ok(table.column(column).filter(|value| !value.is_nan()))
}

#[cfg(test)]
mod tests;
