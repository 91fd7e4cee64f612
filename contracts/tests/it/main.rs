//! The gate against independent readers of the same contracts: a JSON Schema validator, Arrow, and the documents
//! this repository publishes.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod arrow;
mod columns;
mod documents;
mod mutation;
mod mutations;
mod parity;
mod published;
mod records;
mod secrecy;

use mesh_contracts::Contract;

/// A contract with every type and every limit there is.
fn everything() -> Contract {
    let yaml = include_str!("everything.yaml");
    Contract::parse("everything.yaml", yaml).unwrap()
}
