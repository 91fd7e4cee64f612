//! The gate against independent readers of the same contracts: a JSON Schema validator, Arrow, and the documents
//! this repository publishes.

mod arrow;
mod parity;
mod published;
mod records;
mod secrecy;

use mesh_contracts::Contract;

/// A contract with every type and every limit there is.
fn everything() -> Contract {
    let yaml = include_str!("everything.odcs.yaml");
    Contract::parse("everything.odcs.yaml", yaml).unwrap()
}
