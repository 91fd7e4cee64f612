//! What an algorithm learns from: encoded rows and what each should give.

use std::ops::ControlFlow;

use ndarray::Array2;

use crate::{ModelError, Table};

/// What a model is to say about each row.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// The class of each row.
    Classes(Vec<i64>),
    /// The quantity of each row.
    Values(Vec<f32>),
    /// Nothing: the model finds groups by itself.
    None,
}

impl Target {
    /// Yes is class 1, no is class 0.
    pub fn yes_or_no(labels: &[bool]) -> Self {
        Self::Classes(labels.iter().map(|&label| label.into()).collect())
    }

    /// The targets of the rows at these indices, in their order.
    ///
    /// # Panics
    /// When an index is not a row's, like a slice.
    pub fn select(&self, indices: &[usize]) -> Self {
        match self {
            Self::Classes(classes) => Self::Classes(indices.iter().map(|&i| classes[i]).collect()),
            Self::Values(values) => Self::Values(indices.iter().map(|&i| values[i]).collect()),
            Self::None => Self::None,
        }
    }

    pub(crate) fn check(&self, table: &Table) -> Result<(), ModelError> {
        let targets = match self {
            Self::Classes(classes) => classes.len(),
            Self::Values(values) => values.len(),
            Self::None => table.rows(),
        };
        if targets != table.rows() {
            return Err(ModelError::training_data(format!(
                "{targets} labels for {} rows",
                table.rows()
            )));
        }
        if let Self::Values(values) = self
            && let Some(row) = values.iter().position(|value| !value.is_finite())
        {
            return Err(ModelError::training_data(format!(
                "the target of row {row} is missing or infinite"
            )));
        }
        Ok(())
    }
}

/// Told how many parts of how many training has done; says whether to go on. Several threads may tell at once.
pub type Watch<'a> = &'a (dyn Fn(usize, usize) -> ControlFlow<()> + Sync);

/// Encoded rows with their targets; classes by position.
pub(crate) struct Cases<'a> {
    /// Rows x encoded columns.
    pub(crate) records: Array2<f64>,
    pub(crate) target: CaseTarget,
    pub(crate) watch: Watch<'a>,
}

pub(crate) enum CaseTarget {
    Classes { of: Vec<usize>, count: usize },
    Values(Vec<f64>),
    None,
}

impl Cases<'_> {
    /// Tells how far the algorithm has come.
    pub(crate) fn done(&self, parts: usize, of: usize) -> Result<(), ModelError> {
        match (self.watch)(parts, of) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(ModelError::Cancelled),
        }
    }

    pub(crate) fn rows(&self) -> usize {
        self.records.nrows()
    }

    /// The class of each row as its position, and how many classes there are.
    pub(crate) fn classes(&self) -> Result<(&[usize], usize), ModelError> {
        match &self.target {
            CaseTarget::Classes { of, count } => Ok((of, *count)),
            _ => Err(ModelError::training_data(
                "the algorithm learns classes: give a class for each row",
            )),
        }
    }

    /// Whether each row is of the second of two classes.
    pub(crate) fn yes_or_no(&self) -> Result<Vec<bool>, ModelError> {
        let (of, count) = self.classes()?;
        if count != 2 {
            return Err(ModelError::training_data(format!(
                "the algorithm tells two classes apart, there are {count}"
            )));
        }
        Ok(of.iter().map(|&class| class == 1).collect())
    }

    pub(crate) fn values(&self) -> Result<&[f64], ModelError> {
        match &self.target {
            CaseTarget::Values(values) => Ok(values),
            _ => Err(ModelError::training_data(
                "the algorithm learns a quantity: give a number for each row",
            )),
        }
    }

    /// The mean of each encoded column.
    pub(crate) fn means(&self) -> Vec<f64> {
        // Row by row, as they lie in memory.
        let mut sums = vec![0.0; self.records.ncols()];
        for row in self.records.rows() {
            sums.iter_mut()
                .zip(row)
                .for_each(|(sum, value)| *sum += value);
        }
        let rows = self.rows() as f64;
        sums.into_iter().map(|sum| sum / rows).collect()
    }
}
