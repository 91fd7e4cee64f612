mod batch;
mod check;
mod rules;
mod words;

pub use batch::{CheckedBatch, GatedRows};
pub(crate) use check::check_example;

use crate::contract::{Contract, Side};
use crate::violation::Violation;
use crate::{Record, gate::check::Check};

/// How many broken rules are told of one record; further ones are not looked for.
pub const MAX_VIOLATIONS: usize = 32;

/// Holds records to a contract.
///
/// A gate keeps nothing but what reading the contract has already made ready (compiled patterns, sorted
/// enumerations): it is cheap to make, to clone and to share between threads.
#[derive(Clone, Debug)]
pub struct Gate {
    contract: Contract,
    side: Side,
}

impl Gate {
    pub fn compile(contract: &Contract, side: Side) -> Gate {
        Gate {
            contract: contract.clone(),
            side,
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
}

#[cfg(test)]
mod tests;
