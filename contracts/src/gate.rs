mod batch;
mod check;
mod columns;
mod rules;
mod words;

pub use batch::{CheckedBatch, GatedRows};
pub(crate) use check::check_example;
pub use columns::{ColumnsDiffer, record};

use std::fmt;
use std::sync::Arc;

use arrow_array::RecordBatch;

use crate::contract::{Contract, Side};
use crate::violation::Violation;
use crate::{Record, gate::check::Check};

/// How many broken rules are told of one record; further ones are not looked for.
pub const MAX_VIOLATIONS: usize = 32;

/// Holds records to a contract.
///
/// A gate keeps what reading the contract has already made ready (compiled patterns, sorted enumerations) and the
/// bounds of its columns: it is cheap to make, to clone and to share between threads.
#[derive(Clone)]
pub struct Gate {
    contract: Contract,
    side: Side,
    rules: Arc<[columns::Rule]>,
}

impl Gate {
    pub fn compile(contract: &Contract, side: Side) -> Gate {
        Gate {
            contract: contract.clone(),
            side,
            rules: columns::compile(contract.schema().properties()).into(),
        }
    }

    pub fn contract(&self) -> &Contract {
        &self.contract
    }

    pub fn side(&self) -> Side {
        self.side
    }

    /// Whether the record keeps the contract. Takes time proportional to its fields, and allocates nothing
    /// for a record that does.
    ///
    /// # Errors
    /// Every broken rule, up to [`MAX_VIOLATIONS`], in the contract's order, unknown fields last.
    pub fn check(&self, record: &Record) -> Result<(), Vec<Violation>> {
        Check::record(self.contract.schema().properties(), record, self.side)
    }

    /// Turns rows into the one thing a dataset takes. Whatever the side of this gate, they are checked as
    /// stored rows: what a dataset keeps is complete.
    pub fn batch(&self, rows: Vec<Record>) -> GatedRows {
        batch::batch(&self.contract, rows)
    }

    /// Rows that are Arrow columns already, of a file or of a query's answer, checked column by column as the
    /// stored rows they will be. Columns are found by name, and those of the contract that are absent are null.
    ///
    /// Other types than those of [`Contract::arrow_schema`] are taken where nothing is lost: narrower numbers,
    /// whole floats for integers, decimals of up to 15 digits, other kinds of text and of lists, dictionaries, other
    /// units and zones of time. Timestamps without a zone count as UTC; what is finer than microseconds is cut off.
    ///
    /// # Errors
    /// If the columns are not those of the contract. A single value that cannot be kept, such as a float that is
    /// not finite, makes its row a rejected one.
    pub fn columns(&self, batch: &RecordBatch) -> Result<GatedRows, ColumnsDiffer> {
        columns::columns(&self.contract, &self.rules, batch)
    }

    /// Rows whose columns are all text, as of a CSV file: each cell is read as [`Contract::record_from_text`] reads
    /// it, and the rows are checked as [`columns`](Gate::columns) does.
    ///
    /// # Errors
    /// If the columns are not those of the contract, or are not text.
    pub fn text_columns(&self, batch: &RecordBatch) -> Result<GatedRows, ColumnsDiffer> {
        columns::text_columns(&self.contract, &self.rules, batch)
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gate({:?}, {:?})", self.contract, self.side)
    }
}

#[cfg(test)]
mod tests;
