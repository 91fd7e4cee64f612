//! Rows of features in memory.

use crate::ModelError;

/// Named columns of `f32`, row after row; NaN means missing.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    names: Vec<String>,
    values: Vec<f32>,
}

impl Table {
    /// An empty table with these columns.
    pub fn new(names: Vec<String>) -> Self {
        Self {
            names,
            values: Vec::new(),
        }
    }

    /// Appends a row, its values in the order of [`Self::names`].
    ///
    /// # Errors
    /// [`ModelError::RowShape`] when there are more or fewer values than columns.
    pub fn push_row(&mut self, row: &[f32]) -> Result<(), ModelError> {
        if row.len() != self.names.len() {
            return Err(ModelError::RowShape {
                values: row.len(),
                features: self.names.len(),
            });
        }
        self.values.extend_from_slice(row);
        Ok(())
    }

    /// The columns' names, in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.values.len().checked_div(self.names.len()).unwrap_or(0)
    }

    /// The values of row `i`.
    ///
    /// # Panics
    /// When there is no row `i`, like a slice.
    pub fn row(&self, i: usize) -> &[f32] {
        &self.values[i * self.names.len()..(i + 1) * self.names.len()]
    }

    /// All values, row-major: what [`crate::Model::score`] takes.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The values of column `column`, from the first row to the last.
    pub(crate) fn column(&self, column: usize) -> impl Iterator<Item = f32> + '_ {
        self.values
            .iter()
            .skip(column)
            .step_by(self.names.len())
            .copied()
    }

    /// The table of the rows at these indices, in their order.
    ///
    /// # Panics
    /// When an index is not a row's, like a slice.
    pub fn select_rows(&self, indices: &[usize]) -> Self {
        let values = indices.iter().flat_map(|&i| self.row(i)).copied().collect();
        Self {
            names: self.names.clone(),
            values,
        }
    }
}
